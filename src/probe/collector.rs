//! Looks where the probes say: one arm a probe.

use super::batch::Batch;
use super::context::{CollectContext, shown};
use super::document_store::Excerpt;
use super::{DocumentPath, FileRef, FileRole, Probe, place};
use crate::model::{Component, Evidence, Observation, Observed};
use crate::node::Config;
use crate::node::Node;
use crate::source::node::{HostPath, NodeSource, SourceError};
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashMap};

const NOT_IN_SNAPSHOT: &str =
    "the snapshot does not hold this: it was taken with other rules; take a new one with this version of nodeproof";

/// One look at a node.
pub struct Collector<'a> {
    scene: CollectContext<'a>,
}

impl<'a> Collector<'a> {
    /// A look at `node`, which was detected on `host`.
    pub fn new(host: &'a dyn NodeSource, node: &'a Node, config: &'a Config) -> Self {
        Self { scene: CollectContext::new(host, node, config) }
    }

    /// Looks where each of these probes says. What several of them ask of one tree is answered by one walk, and
    /// what they ask of one environment by one look at it.
    pub(crate) fn collect_all<'p>(&mut self, probes: Vec<&'p Probe>) -> HashMap<&'p Probe, Evidence> {
        let batch = Batch::of(&probes);
        self.scene.host.foresee(batch.paths);
        self.scene.expect_tree_queries(batch.trees);
        self.scene.expect_variables(batch.variables);
        probes.into_iter().map(|probe| (probe, self.collect(probe))).collect()
    }

    /// The machine that is looked at.
    pub fn host(&self) -> &'a dyn NodeSource {
        self.scene.host
    }

    /// Looks where a probe says.
    fn collect(&self, probe: &Probe) -> Evidence {
        if !self.scene.host.can_answer(&|| probe.describe()) {
            return Evidence::one(Observation {
                subject: "snapshot".to_owned(),
                attribute: probe.describe(),
                observed: Observed::Unknown(NOT_IN_SNAPSHOT.to_owned()),
                source: "snapshot".to_owned(),
            });
        }
        let evidence = probe.collect_from().collect(&self.scene);
        tracing::debug!(read = probe.describe(), things = evidence.observations.len(), "looked");
        evidence
    }

    /// What stands at a path of the documents that are a component's files of this kind, each with the file's path; what
    /// cannot be read is left out.
    pub fn values_of(&self, component: Component, kind: FileRole, path: &DocumentPath) -> Vec<(String, Json)> {
        let found = place::places(&self.scene, &FileRef::Known(component, kind)).into_iter().flatten();
        found.filter_map(|place| Some((shown(&place.path), self.scene.contents.value(&place, path).ok()??))).collect()
    }

    /// The path to name to a person who is to mend a component's file: where it is, else where it is usually.
    pub fn path_to_name(&self, component: Component, kind: FileRole) -> Option<String> {
        place::path_to_name(&self.scene, component, kind)
    }

    /// What `cut` leaves of a text file. Cutting it again must leave all of that: a snapshot holds no more.
    pub fn cut(&self, place: &HostPath, cut: fn(&str) -> String) -> Result<String, SourceError> {
        self.scene.contents.cut(place, cut)
    }

    /// Of each file that was read, what was asked of it and nothing else. Places with one name are one file.
    pub fn excerpts(&self, name: &dyn Fn(&HostPath) -> String) -> BTreeMap<String, Excerpt> {
        self.scene.contents.excerpts(name)
    }

    /// What was asked of one file, as it would be answered from another content; none where nothing was asked.
    pub fn excerpt_of(
        &self,
        place: &HostPath,
        content: Result<Vec<u8>, SourceError>,
    ) -> Option<Result<String, SourceError>> {
        self.scene.contents.excerpt_of(place, content)
    }
}
