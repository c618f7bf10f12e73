//! What the fuzz targets under `fuzz/` give bytes to: one function for every group of parsers that bytes of a host or a
//! user reach. Each asserts what must hold whatever the bytes are. The tests run the same functions.

mod cluster;
mod definitions;
mod dockerfile;
mod documents;
mod journal;
mod kube_bench;
mod machine;
mod process;
mod shell;
mod targets;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the targets and their corpus are files of the source")]
mod tests;
mod words;

pub use cluster::{cluster_lists, kubeconfig};
pub use definitions::{kube_bench_definitions, native_definitions};
pub use dockerfile::dockerfile;
pub use documents::documents;
pub use journal::journal;
pub use kube_bench::kube_bench;
pub use machine::{described_host, snapshot};
pub use process::{accounts, environment, executable, proc_files};
pub use shell::shell;
use targets::{BETWEEN, parts, texts};
pub use targets::{FuzzTarget, TARGETS};
pub use words::{command_line, flags, values, version};
