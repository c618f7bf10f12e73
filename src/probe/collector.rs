//! Looks where the probes say: one arm a probe.

use super::context::{CollectContext, shown};
use super::document_store::Excerpt;
use super::{
    DocumentPath, Evidence, FileProbe, FileRef, FileRole, Observation, Observed, Probe, TreeLook, document, file,
    place, process, setting,
};
use crate::model::Component;
use crate::node::Config;
use crate::node::Node;
use crate::source::node::{HostPath, NodeSource, SourceError};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::collections::HashMap;

const NOT_IN_SNAPSHOT: &str =
    "the snapshot does not hold this: it was taken with other rules; take a new one with this version of nodeproof";

/// One look at a node.
pub struct Collector<'a> {
    scene: CollectContext<'a>,
}

impl<'a> Collector<'a> {
    /// A look at `node`, which was detected on `host`.
    pub fn new(source: &'a dyn NodeSource, node: &'a Node, config: &'a Config) -> Self {
        let scene = CollectContext::new(source, node, config);
        scene.files.prefetch(place::usual(config));
        Self { scene }
    }

    /// Looks where each of these probes says. What several of them ask of one tree is answered by one walk, and
    /// what they ask of one environment by one look at it.
    pub(crate) fn collect_all<'p>(&mut self, probes: Vec<&'p Probe>) -> HashMap<&'p Probe, Evidence> {
        self.scene.files.prefetch(probes.iter().flat_map(|probe| probe.own_places()).collect());
        let mut looks: Vec<TreeLook> = Vec::new();
        for probe in &probes {
            if let Probe::File(FileProbe { tree: Some(tree), names, .. }) = probe {
                let look = TreeLook { tree: *tree, names: names.clone() };
                if !looks.contains(&look) {
                    looks.push(look);
                }
            }
        }
        self.scene.expect_tree_looks(looks);
        let mut variables: BTreeMap<Component, Vec<String>> = BTreeMap::new();
        for (component, name) in probes.iter().filter_map(|probe| probe.variable()) {
            let names = variables.entry(component).or_default();
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        self.scene.expect_variables(variables);
        probes.into_iter().map(|probe| (probe, self.collect(probe))).collect()
    }

    /// The machine that is looked at.
    pub fn source(&self) -> &'a dyn NodeSource {
        self.scene.source
    }

    /// Looks where a probe says.
    fn collect(&self, probe: &Probe) -> Evidence {
        if self.scene.source.recorded_probes().is_some_and(|recorded| !recorded.contains(&probe.key())) {
            return Evidence::one(Observation {
                subject: "snapshot".to_owned(),
                attribute: probe.describe(),
                seen: Observed::Unknown(NOT_IN_SNAPSHOT.to_owned()),
                source: "snapshot".to_owned(),
            });
        }
        let evidence = match probe {
            Probe::File(probe) => file::collect(&self.scene, probe),
            Probe::Process(probe) => process::collect(&self.scene, probe),
            Probe::Setting(probe) => setting::collect(&self.scene, probe),
            Probe::Document(probe) => document::collect(&self.scene, probe),
        };
        tracing::debug!(read = probe.describe(), things = evidence.observations.len(), "looked");
        evidence
    }

    /// What stands at a path of the documents that are a component's files of this kind, each with the file's path; what
    /// cannot be read is left out.
    pub fn document_values(&self, component: Component, kind: FileRole, path: &DocumentPath) -> Vec<(String, Json)> {
        let found = place::places(&self.scene, &FileRef::Known(component, kind)).into_iter().flatten();
        found.filter_map(|place| Some((shown(&place.path), self.scene.contents.value(&place, path).ok()??))).collect()
    }

    /// The path to name to a person who is to mend a component's file: where it is, else where it is usually.
    pub fn path_to_name(&self, component: Component, kind: FileRole) -> Option<String> {
        place::path_to_name(&self.scene, component, kind)
    }

    /// What `cut` leaves of a text file. Cutting it again must leave all of that: a snapshot holds no more.
    pub fn extract(&self, place: &HostPath, cut: fn(&str) -> String) -> Result<String, SourceError> {
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
