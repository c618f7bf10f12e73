//! What the fuzz targets under `fuzz/` give bytes to: one function for every group of parsers that bytes of a host or a
//! user reach. Each asserts what must hold whatever the bytes are. The tests run the same functions.

mod definitions;
mod documents;
mod journal;
mod kube_bench;
mod machine;
mod process;
mod shell;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the targets and their corpus are files of the source")]
mod tests;
mod words;

use std::borrow::Cow;

pub use definitions::{kube_bench_definitions, native_definitions};
pub use documents::documents;
pub use journal::journal;
pub use kube_bench::kube_bench;
pub use machine::{described_host, snapshot};
pub use process::{accounts, environment, executable, proc_files};
pub use shell::shell;
pub use words::{command_line, flags, values, version};

/// A target: its name, which is that of its file and of its corpus, and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("accounts", accounts),
    ("command_line", command_line),
    ("described_host", described_host),
    ("documents", documents),
    ("environment", environment),
    ("executable", executable),
    ("flags", flags),
    ("journal", journal),
    ("kube_bench", kube_bench),
    ("kube_bench_definitions", kube_bench_definitions),
    ("native_definitions", native_definitions),
    ("proc_files", proc_files),
    ("shell", shell),
    ("snapshot", snapshot),
    ("values", values),
    ("version", version),
];

/// What separates the parts of an input that has several.
const BETWEEN: u8 = 0;

/// The first parts of an input; those that are not there are empty, and the last one is all that is left.
fn parts<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    let mut parts = data.splitn(N, |b| *b == BETWEEN);
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// The same as texts.
fn texts<const N: usize>(data: &[u8]) -> [Cow<'_, str>; N] {
    parts(data).map(String::from_utf8_lossy)
}
