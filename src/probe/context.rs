//! What probes read through: everything is read once, whatever the number of rules that need it, so that all of them judge
//! the same.

use super::FileRole;
use super::cache::Cache;
use super::document_store::DocumentStore;
use super::files::CachedFiles;
use super::tree_query::TreeQuery;
use crate::model::{Component, Evidence, Observation, Observed};
use crate::node::{Config, Instance, Node};
use crate::source::node::{Capability, HostPath, NodeSource, SourceError, Stat};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The observations of one walk, for each query that it answered.
pub(super) type TreeFindings = Vec<(TreeQuery, Vec<Observation>)>;

/// A node, and what was read of it so far.
pub(super) struct CollectContext<'a> {
    pub(super) source: &'a dyn NodeSource,
    pub(super) node: &'a Node,
    pub(super) config: &'a Config,
    pub(super) files: Rc<CachedFiles<'a>>,
    pub(super) documents: DocumentStore<'a>,
    variables: Cache<(u32, String), Result<Option<String>, SourceError>>,
    expected_variables: BTreeMap<Component, Vec<String>>,
    /// The drop-ins below a directory, in the order in which they are merged.
    pub(super) drop_ins: Cache<HostPath, Result<Rc<Vec<HostPath>>, String>>,
    /// The files with a role for a component.
    pub(super) role_files: Cache<(Component, FileRole), Vec<Result<HostPath, Observed>>>,
    tree_queries: Vec<TreeQuery>,
    trees: RefCell<BTreeMap<HostPath, TreeFindings>>,
}

impl<'a> CollectContext<'a> {
    /// Reads `node`, which was detected on `source`.
    pub(super) fn new(source: &'a dyn NodeSource, node: &'a Node, config: &'a Config) -> Self {
        let files = Rc::new(CachedFiles::new(source));
        Self {
            source,
            node,
            config,
            documents: DocumentStore::new(Rc::clone(&files)),
            files,
            variables: Cache::default(),
            expected_variables: BTreeMap::new(),
            drop_ins: Cache::default(),
            role_files: Cache::default(),
            tree_queries: Vec::new(),
            trees: RefCell::default(),
        }
    }

    /// Type, mode and owner of a file.
    pub(super) fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
        self.files.stat(path)
    }

    /// The names in a directory.
    pub(super) fn list(&self, path: &HostPath) -> Result<Rc<Vec<String>>, SourceError> {
        self.files.list(path)
    }

    /// Sets the variables that will be asked for, so that one read of an environment answers all of them.
    pub(super) fn expect_variables(&mut self, names: BTreeMap<Component, Vec<String>>) {
        self.expected_variables = names;
    }

    /// An environment variable of a process.
    pub(super) fn variable(&self, instance: &Instance, name: &str) -> Result<Option<String>, SourceError> {
        let pid = instance.process.pid;
        self.variables.get_or_read(&(pid, name.to_owned()), || {
            let others = self.expected_variables.get(&instance.component).into_iter().flatten().map(String::as_str);
            let names: Vec<&str> = std::iter::once(name).chain(others.filter(|other| *other != name)).collect();
            let mut values = self.source.variables(pid, &names)?.into_iter();
            let value = values.next().flatten();
            for (other, value) in names[1..].iter().zip(values) {
                self.variables.insert((pid, (*other).to_owned()), Ok(value));
            }
            Ok(value)
        })
    }

    /// Sets the queries of file trees, so that one walk of a tree answers all of them.
    pub(super) fn expect_tree_queries(&mut self, queries: Vec<TreeQuery>) {
        self.tree_queries = queries;
    }

    /// Queries of file trees.
    pub(super) fn tree_queries(&self) -> &[TreeQuery] {
        &self.tree_queries
    }

    /// What an earlier walk of a tree found for a query.
    pub(super) fn known_tree(&self, top: &HostPath, query: &TreeQuery) -> Option<Vec<Observation>> {
        let trees = self.trees.borrow();
        trees.get(top)?.iter().find(|(known, _)| known == query).map(|(_, observations)| observations.clone())
    }

    /// Keeps what a walk of a tree found.
    pub(super) fn remember_tree(&self, top: &HostPath, findings: TreeFindings) {
        self.trees.borrow_mut().insert(top.clone(), findings);
    }

    /// One observation for each process of a component, or why there is none, and a remark for each ignored process.
    pub(super) fn each_instance(
        &self,
        component: Component,
        attribute: &str,
        mut observe: impl FnMut(&Instance) -> Observation,
    ) -> Evidence {
        let processes = self.node.processes(component);
        let mut observations: Vec<Observation> = processes.instances.iter().map(&mut observe).collect();
        if observations.is_empty() {
            observations.push(Observation {
                subject: component.program().to_owned(),
                attribute: attribute.to_owned(),
                observed: self.absent(component),
                source: "process table".to_owned(),
            });
        }
        let remark = |subject, reason| Observation {
            subject,
            attribute: "ignored".to_owned(),
            observed: Observed::Remark(reason),
            source: "process table".to_owned(),
        };
        let ignored = processes.ignored.iter();
        observations.extend(
            ignored.map(|(process, reason)| remark(subject_of_process(component, process.pid), reason.clone())),
        );
        if processes.ignored_count > 0 {
            let reason = format!("{} further processes with this name ignored", processes.ignored_count);
            observations.push(remark(component.program().to_owned(), reason));
        }
        Evidence { observations }
    }

    /// Why a component has no process.
    pub(super) fn absent(&self, component: Component) -> Observed {
        let reason = self.node.absence(component);
        if self.node.is_blind() { Observed::Unknown(reason) } else { Observed::Missing(reason) }
    }

    /// The file that a path in a process's arguments names: below the process's own root, which in a pod is the container's,
    /// else below the node's.
    pub(super) fn resolve(&self, instance: &Instance, path: &str) -> Result<HostPath, SourceError> {
        let absolute = if path.starts_with('/') {
            PathBuf::from(path)
        } else {
            let directory = instance.process.cwd.as_deref();
            directory.ok_or_else(|| unknown_working_directory(path))?.join(path)
        };
        let own = HostPath::of_process(instance.process.pid, &absolute);
        let on_node = HostPath::host(absolute);
        match self.stat(&own) {
            Ok(_) => Ok(own),
            // The container of a pod has other files than the node.
            Err(SourceError::NotFound) if instance.in_kubernetes_pod() => Ok(own),
            Err(error) if instance.in_kubernetes_pod() => Err(error),
            // A file that the node does not have can still exist below a root that may not be entered.
            Err(error @ SourceError::PermissionDenied(Capability::SysPtrace))
                if self.stat(&on_node) == Err(SourceError::NotFound) =>
            {
                Err(error)
            }
            Err(SourceError::PermissionDenied(_) | SourceError::NotFound) => Ok(on_node),
            Err(error) => Err(error),
        }
    }
}

/// A process in a report.
pub(super) fn subject_of_process(component: Component, pid: u32) -> String {
    format!("{} (pid {pid})", component.program())
}

/// A path in a report.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn unknown_working_directory(path: &str) -> SourceError {
    SourceError::Io(format!(
        "the path {path} is relative and the working directory of the process is unknown; run as root; in a container, also add --cap-add SYS_PTRACE"
    ))
}
