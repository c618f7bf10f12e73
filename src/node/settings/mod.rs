//! Where the settings of components come from, if that is not the command line of a process of their own.

mod args_file;
mod contained;
mod document;
mod journal;
mod logged;
mod logrus;
mod loopback;
mod started_file;

pub(super) use contained::{Contained, contained};
pub(super) use document::document;
