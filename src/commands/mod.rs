//! The commands, one file each, and what several of them need.

mod access;
mod answer;
mod assertion_words;
pub(crate) mod audit;
mod baseline;
pub(crate) mod benchmarks;
mod choose;
pub(crate) mod cluster;
mod cluster_input;
mod cluster_notices;
mod cluster_pod_security;
mod cluster_workloads;
mod color;
mod completeness;
mod conclude;
pub(crate) mod convert;
mod definitions;
mod delivery;
pub(crate) mod diff;
mod documents;
mod every;
pub(crate) mod explain;
mod fail_on;
mod failure;
mod flags;
mod fleet_waivers;
mod formats;
pub(crate) mod judge;
mod judge_outputs;
mod kubesec;
pub(crate) mod lint;
pub(crate) mod merge;
mod node_workloads;
mod open;
mod parallel;
pub(crate) mod pgsql;
mod pod_security;
pub(crate) mod profile;
mod progress;
mod relative;
mod report_files;
mod report_stream;
mod rule_search;
pub(crate) mod scan;
mod scan_input;
#[cfg(all(test, feature = "kube-bench"))]
mod schemas;
mod select;
pub(crate) mod snapshot;
mod store;
mod waivers;
pub(crate) mod waivers_draft;
pub(crate) mod who_can;
mod within;

pub(crate) use answer::{json, write_answer};
pub use color::Color;
pub(crate) use definitions::Definitions;
pub(crate) use failure::Failure;
pub use flags::{
    AuditFlags, BenchmarkFlags, ClusterFlags, CompatMode, LogFlags, NodeFlags, OutputFlags, OutputRequest,
    SelectionFlags, StoreName, interval, trim_list,
};
pub use formats::FormatName;
pub use judge::JudgeFlags;
pub(crate) use kubesec::kubesec;
pub use merge::MergeFlags;
pub use pgsql::{PgsqlFlags, PgsqlTask};
pub use scan::ScanFlags;
pub use waivers_draft::WaiversFlags;
pub use who_can::Question;
