//! The commands, one file each, and what several of them need.

mod answer;
mod audit;
mod benchmarks;
mod choose;
mod convert;
mod definitions;
mod delivery;
mod every;
mod explain;
mod failure;
mod formats;
mod lint;
mod open;
mod pages;
mod profile;
mod run;
mod select;
mod snapshot;

pub(crate) use answer::{json, write_answer};
pub(crate) use failure::Failure;
pub(crate) use formats::FormatName;
pub(crate) use run::run;
