//! The commands, one file each, and what several of them need.

mod answer;
pub(crate) mod audit;
pub(crate) mod benchmarks;
mod choose;
pub(crate) mod convert;
mod definitions;
mod delivery;
mod every;
pub(crate) mod explain;
mod failure;
mod flags;
mod formats;
pub(crate) mod lint;
mod open;
pub(crate) mod profile;
#[cfg(all(test, feature = "kube-bench"))]
mod schemas;
mod select;
pub(crate) mod snapshot;

pub(crate) use answer::{json, write_answer};
pub(crate) use definitions::Definitions;
pub(crate) use failure::Failure;
pub use flags::{
    AuditFlags, BenchmarkFlags, CompatMode, LogFlags, NodeFlags, OutputFlags, OutputRequest, SelectionFlags, duration,
    trim_list,
};
pub use formats::FormatName;
