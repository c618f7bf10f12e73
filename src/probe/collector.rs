//! Collects the evidence of probes on one node.

use super::batch::Batch;
use super::context::{CollectContext, shown};
use super::document_store::Excerpt;
use super::{DocumentPath, FileRef, FileRole, Probe, locate};
use crate::model::{Component, Evidence, KubernetesVersions, Observation, Observed};
use crate::node::Node;
use crate::source::cloud::CloudDocuments;
use crate::source::node::{HostPath, KubeletConfiguration, NodeSource, SourceError};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::rc::Rc;

const NOT_IN_SNAPSHOT: &str = "the snapshot was taken with other rules and does not hold this; take a new one with this \
                               version of nodeproof";

/// The evidence of one node.
pub struct Collector<'a> {
    context: CollectContext<'a>,
}

impl<'a> Collector<'a> {
    /// Reads `node`, which was detected on `source`. The metadata of the components' possible files is read at once.
    pub fn new(source: &'a dyn NodeSource, node: &'a Node) -> Self {
        let context = CollectContext::new(source, node);
        context.files.prefetch(locate::possible_files(node));
        Self { context }
    }

    /// Sets the Kubernetes versions that the node may have; until then nothing is known of them. What a setting does and what
    /// its default is depends on the version.
    pub fn set_versions(&mut self, versions: KubernetesVersions) {
        self.context.versions = versions;
    }

    /// Sets the documents that the user saved of the cluster's provider; until then there are none.
    pub fn set_cloud(&mut self, documents: &'a CloudDocuments) {
        self.context.cloud = Some(documents);
    }

    /// Sets the running configuration of the kubelet, from which all of its settings are then taken.
    pub fn set_kubelet(&mut self, configuration: &'a KubeletConfiguration) {
        self.context.kubelet = Some(configuration);
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
        let of_node = probe.cloud().is_none();
        if of_node && self.context.source.recorded_probes().is_some_and(|recorded| !recorded.contains(&probe.key())) {
            return Evidence::one(Observation {
                subject: "snapshot".to_owned(),
                process: None,
                attribute: probe.describe(),
                observed: Observed::Unknown(NOT_IN_SNAPSHOT.to_owned()),
                source: "snapshot".to_owned(),
            });
        }
        let evidence = probe.as_collect().collect(&self.context);
        let count = evidence.observations.len();
        tracing::debug!("read {}: {count} observation{}", probe.describe(), if count == 1 { "" } else { "s" });
        evidence
    }

    /// Reads the metadata of files that will be asked for, with one call.
    pub fn prefetch(&self, paths: impl IntoIterator<Item = HostPath>) {
        self.context.files.prefetch(paths.into_iter().collect());
    }

    /// Whether there is something at a path.
    pub fn exists(&self, path: &HostPath) -> Result<bool, SourceError> {
        match self.context.stat(path) {
            Ok(_) => Ok(true),
            Err(SourceError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The names in a directory, sorted.
    pub fn list(&self, path: &HostPath) -> Result<Rc<Vec<String>>, SourceError> {
        self.context.list(path)
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

    /// Whether no process of this node can have a file with this role.
    pub fn has_none(&self, component: Component, role: FileRole) -> bool {
        let located = locate::locate(&self.context, &FileRef::Known(component, role));
        !located.is_empty() && located.iter().all(|file| matches!(file, Err(Observed::NotApplicable(_))))
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
