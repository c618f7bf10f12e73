//! Collects the evidence of probes on one node.

use super::batch::Batch;
use super::context::{CollectContext, shown};
use super::document_store::Excerpt;
use super::{DocumentPath, FileRef, FileRole, Probe, locate};
use crate::model::{Component, Evidence, Observation, Observed};
use crate::node::{Config, Node};
use crate::source::node::{HostPath, NodeSource, SourceError};
use serde_json::Value as Json;
use std::collections::BTreeMap;

const NOT_IN_SNAPSHOT: &str = "the snapshot was taken with other rules and does not hold this; take a new one with this \
                               version of nodeproof";

/// The evidence of one node.
pub struct Collector<'a> {
    context: CollectContext<'a>,
}

impl<'a> Collector<'a> {
    /// Reads `node`, which was detected on `source`. The metadata of the components' possible files is read at once.
    pub fn new(source: &'a dyn NodeSource, node: &'a Node, config: &'a Config) -> Self {
        let context = CollectContext::new(source, node, config);
        context.files.prefetch(locate::possible_files(config));
        Self { context }
    }

    /// The evidence of each probe, in their order. What several of them need of one tree or environment is read once.
    pub(crate) fn collect_all<'p>(&mut self, probes: impl Iterator<Item = &'p Probe> + Clone) -> Vec<Evidence> {
        let mut batch = Batch::default();
        probes.clone().for_each(|probe| probe.as_collect().add_to(&mut batch));
        self.context.files.prefetch(batch.paths);
        self.context.expect_tree_queries(batch.trees);
        self.context.expect_variables(batch.variables);
        probes.map(|probe| self.collect(probe)).collect()
    }

    fn collect(&self, probe: &Probe) -> Evidence {
        if self.context.source.recorded_probes().is_some_and(|recorded| !recorded.contains(&probe.key())) {
            return Evidence::one(Observation {
                subject: "snapshot".to_owned(),
                attribute: probe.describe(),
                observed: Observed::Unknown(NOT_IN_SNAPSHOT.to_owned()),
                source: "snapshot".to_owned(),
            });
        }
        let evidence = probe.as_collect().collect(&self.context);
        tracing::debug!(probe = probe.describe(), observations = evidence.observations.len(), "collected");
        evidence
    }

    /// The value at a path of each document with a role for a component, with the document's path. Documents that cannot be
    /// read are left out.
    pub fn document_values(&self, component: Component, role: FileRole, path: &DocumentPath) -> Vec<(String, Json)> {
        let files = locate::locate(&self.context, &FileRef::Known(component, role)).into_iter().flatten();
        files.filter_map(|file| Some((shown(&file.path), self.context.documents.value(&file, path).ok()??))).collect()
    }

    /// The path of a component's file for a remediation: where it is, else where it usually is.
    pub fn path_to_name(&self, component: Component, role: FileRole) -> Option<String> {
        locate::path_to_name(&self.context, component, role)
    }

    /// What `extract` returns for a text file. A snapshot holds no more of it, so `extract` must return its own result
    /// unchanged.
    pub fn extract(&self, path: &HostPath, extract: fn(&str) -> String) -> Result<String, SourceError> {
        self.context.documents.extract(path, extract)
    }

    /// The part of each file that was asked for. Paths with the same name are one file.
    pub fn excerpts(&self, name: &dyn Fn(&HostPath) -> String) -> BTreeMap<String, Excerpt> {
        self.context.documents.excerpts(name)
    }

    /// The part of a file that was asked for, if it had another content; `None` if nothing was asked for.
    pub fn excerpt_of(
        &self,
        path: &HostPath,
        content: Result<Vec<u8>, SourceError>,
    ) -> Option<Result<String, SourceError>> {
        self.context.documents.excerpt_of(path, content)
    }
}
