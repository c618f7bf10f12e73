//! What every probe can do.

use super::batch::Batch;
use super::context::CollectContext;
use crate::model::{Evidence, EvidenceKind};

/// The behaviour of a probe.
pub(super) trait Collect {
    /// What is read, in words: `flag --profiling of kube-apiserver`.
    fn describe(&self) -> String;

    /// What is read, without the key of the probe in YAML: `kubelet.config`. See [`Probe::key`](super::Probe::key).
    fn key(&self) -> String;

    /// What stands before the description of an expectation: `--profiling` before `is false`.
    fn label(&self) -> String {
        self.describe()
    }

    /// What its observations hold.
    fn evidence_kind(&self) -> EvidenceKind;

    /// Adds reads that it shares with other probes.
    fn add_to(&self, _batch: &mut Batch) {}

    /// Reads from the node. A failure is an observation as well.
    fn collect(&self, context: &CollectContext<'_>) -> Evidence;
}
