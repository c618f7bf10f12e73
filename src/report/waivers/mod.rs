//! Waivers: decisions to accept failures, in a file of the user's. They never make a pass.

mod apply;
mod definition;
mod draft;
mod file;
mod raw;
mod scope;
mod subject;

pub use apply::{Applied, apply};
pub use definition::{Waivers, day_of};
pub use draft::draft;
pub(crate) use file::{KnownChecks, is_waiver_file, read};
#[cfg(all(test, feature = "kube-bench"))]
pub(crate) use raw::RawWaivers;
