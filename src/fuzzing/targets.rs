//! The targets, and the parts of their inputs.

use super::*;
use std::borrow::Cow;

/// A target: its name, which is that of its file and of its corpus, and what it does with bytes.
pub type FuzzTarget = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[FuzzTarget] = &[
    ("accounts", accounts),
    ("cluster_lists", cluster_lists),
    ("command_line", command_line),
    ("described_host", described_host),
    ("dockerfile", dockerfile),
    ("documents", documents),
    ("environment", environment),
    ("executable", executable),
    ("flags", flags),
    ("journal", journal),
    ("kube_bench", kube_bench),
    ("kube_bench_definitions", kube_bench_definitions),
    ("kubeconfig", kubeconfig),
    ("native_definitions", native_definitions),
    ("proc_files", proc_files),
    ("shell", shell),
    ("snapshot", snapshot),
    ("values", values),
    ("version", version),
];

/// What separates the parts of an input that has several.
pub(super) const BETWEEN: u8 = 0;

/// The first parts of an input; those that are not there are empty, and the last one is all that is left.
pub(super) fn parts<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    let mut parts = data.splitn(N, |b| *b == BETWEEN);
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// The same as texts.
pub(super) fn texts<const N: usize>(data: &[u8]) -> [Cow<'_, str>; N] {
    parts(data).map(String::from_utf8_lossy)
}
