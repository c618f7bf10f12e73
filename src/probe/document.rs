//! The document probe: a value in a file, found by a selector.

use super::batch::Batch;
use super::collect::Collect;
use super::context::CollectContext;
use super::file_ref::FileRef;
use super::select::Select;
use crate::model::{Evidence, EvidenceKind};
use serde::Deserialize;

/// A value in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DocumentProbe {
    pub(crate) at: FileRef,
    select: Select,
}

impl Collect for DocumentProbe {
    fn describe(&self) -> String {
        format!("{} in {}", self.select.describe(), self.at.describe())
    }

    /// `kubelet.config#authentication.anonymous.enabled`.
    fn key(&self) -> String {
        format!("{}#{}", self.at.key(), self.select.key())
    }

    fn evidence_kind(&self) -> EvidenceKind {
        EvidenceKind::Value
    }

    fn add_to(&self, batch: &mut Batch) {
        batch.add_files(std::slice::from_ref(&self.at));
    }

    fn collect(&self, context: &CollectContext<'_>) -> Evidence {
        self.select.collect(context, &self.at)
    }
}
