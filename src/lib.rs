//! Audits Kubernetes nodes against the CIS benchmarks and shows the evidence for every verdict.
//!
//! ```text
//! benchmarks ── load ──► Benchmark ── plan ──► Plan ── collect ──► Evidence ── judge ──► Outcome ──► Report ──► formats, sinks
//! sources ──── detect ─► Node ────────────────────────────┘
//! ```
//! A layer uses only the layers below it; `tests/architecture.rs` holds the order.

// What is exported only to benches and tests looks unused without them. Whether it is used is checked with the feature.
#![cfg_attr(not(feature = "internals"), allow(unreachable_pub, unused_imports))]
// The core also has what that feature needs; whether it is used is checked with the feature.
#![cfg_attr(not(feature = "kube-bench"), allow(dead_code))]

mod benchmark;
mod cli;
mod cluster;
mod commands;
mod dockerfile;
mod evaluate;
mod expectation;
#[cfg(all(any(test, feature = "internals"), feature = "kube-bench"))]
mod fuzzing;
#[cfg(feature = "kube-bench")]
mod kube_bench;
mod kubesec;
mod model;
mod node;
mod plan;
mod policy;
mod probe;
mod report;
mod sink;
mod snapshot;
mod source;
mod text;
mod version;
mod workload;
mod yaml;

pub use cli::main;

/// What benches, fuzz targets and integration tests use beside the façade. No stability is promised.
#[cfg(feature = "internals")]
#[allow(missing_docs, reason = "each module is documented where it is defined")]
pub mod internals {
    pub mod benchmark {
        pub use crate::benchmark::*;
    }
    pub mod cli {
        pub use crate::cli::*;
    }
    pub mod cluster {
        pub use crate::cluster::*;
        pub mod rbac {
            pub use crate::cluster::rbac::*;
        }
    }
    pub mod commands {
        pub use crate::commands::*;
    }
    pub mod evaluate {
        pub use crate::evaluate::*;
    }
    pub mod expectation {
        pub use crate::expectation::*;
    }
    #[cfg(feature = "kube-bench")]
    pub mod fuzzing {
        pub use crate::fuzzing::*;
    }
    #[cfg(feature = "kube-bench")]
    pub mod kube_bench {
        pub use crate::kube_bench::*;
        pub mod format {
            pub use crate::kube_bench::format::*;
        }
        pub mod shell {
            pub use crate::kube_bench::shell::*;
        }
    }
    pub mod model {
        pub use crate::model::*;
    }
    pub mod node {
        pub use crate::node::*;
    }
    pub mod plan {
        pub use crate::plan::*;
    }
    pub mod policy {
        pub use crate::policy::*;
    }
    pub mod probe {
        pub use crate::probe::*;
    }
    pub mod report {
        pub use crate::report::*;
    }
    pub mod snapshot {
        pub use crate::snapshot::*;
    }
    pub mod source {
        pub mod cloud {
            pub use crate::source::cloud::*;
        }
        pub mod cluster {
            pub use crate::source::cluster::*;
        }
        pub mod node {
            pub use crate::source::node::*;
        }
    }
    pub mod version {
        pub use crate::version::*;
    }
    pub mod workload {
        pub use crate::workload::*;
    }
}
