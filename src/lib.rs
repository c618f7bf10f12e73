//! Audits Kubernetes nodes against the CIS benchmarks and shows the evidence for every verdict.
//!
//! ```text
//! benchmarks ── load ──► Benchmark ── plan ──► Plan ── collect ──► Evidence ── judge ──► Outcome ──► Report ──► formats, sinks
//! sources ──── detect ─► Node ────────────────────────────┘
//! ```
//! A layer uses only the layers below it; `tests/architecture.rs` holds the order.

mod benchmark;
mod cli;
mod commands;
mod evaluate;
mod expectation;
#[cfg(any(test, feature = "internals"))]
mod fuzzing;
mod kube_bench;
mod model;
mod node;
mod plan;
mod probe;
mod report;
#[cfg(test)]
mod schema;
mod sink;
mod snapshot;
mod source;
mod text;
mod version;
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
    pub mod evaluate {
        pub use crate::evaluate::*;
    }
    pub mod expectation {
        pub use crate::expectation::*;
    }
    pub mod fuzzing {
        pub use crate::fuzzing::*;
    }
    pub mod kube_bench {
        pub use crate::kube_bench::*;
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
        #[cfg(feature = "cluster")]
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
}
