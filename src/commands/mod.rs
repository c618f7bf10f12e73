//! The commands, one file each, and what several of them need.

mod access;
mod answer;
mod assertion_words;
pub(crate) mod audit;
pub(crate) mod benchmarks;
mod choose;
pub(crate) mod cluster;
mod cluster_input;
mod cluster_notices;
mod cluster_pod_security;
mod cluster_workloads;
mod color;
mod completeness;
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
mod formats;
mod kubesec;
pub(crate) mod lint;
mod node_workloads;
mod open;
pub(crate) mod pgsql;
mod pod_security;
pub(crate) mod profile;
mod relative;
mod report_files;
mod rule_search;
pub(crate) mod scan;
mod scan_input;
#[cfg(all(test, feature = "kube-bench"))]
mod schemas;
mod select;
pub(crate) mod snapshot;
mod store;
mod waivers;
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
pub(crate) use kubesec::kubesec;
pub use pgsql::{PgsqlFlags, PgsqlTask};
pub use scan::ScanFlags;
pub use who_can::Question;
