//! Reads that several probes share. They are collected before the first probe runs, so that one walk of a tree and one read of
//! an environment answer all of them.

use super::file_ref::FileRef;
use super::tree_query::TreeQuery;
use crate::model::Component;
use crate::source::node::HostPath;
use std::collections::BTreeMap;

/// The reads of several probes.
#[derive(Default)]
pub(super) struct Batch {
    /// Paths that do not depend on what runs on the node.
    pub(super) paths: Vec<HostPath>,
    /// Queries of file trees.
    pub(super) trees: Vec<TreeQuery>,
    /// Environment variables of each component.
    pub(super) variables: BTreeMap<Component, Vec<String>>,
}

impl Batch {
    pub(super) fn add_files(&mut self, files: &[FileRef]) {
        self.paths.extend(files.iter().filter_map(FileRef::fixed_path));
    }

    pub(super) fn add_tree(&mut self, query: TreeQuery) {
        if !self.trees.contains(&query) {
            self.trees.push(query);
        }
    }

    pub(super) fn add_variable(&mut self, component: Component, name: &str) {
        let names = self.variables.entry(component).or_default();
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
}
