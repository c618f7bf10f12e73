//! What the probes see of a node: each thing is looked at once, whatever the number of rules that ask, so that all of them
//! judge the same. Knows no probe. Never judges.

use super::FileRole;
use super::cache::Cache;
use super::document_store::DocumentStore;
use super::file::TreeQuery;
use crate::model::{Component, Evidence, Observation, Observed};
use crate::node::Config;
use crate::node::{Instance, Node};
use crate::source::node::{Capability, HostPath, NodeSource, SourceError, Stat};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What each look at one tree saw.
pub(super) type TreeFindings = Vec<(TreeQuery, Vec<Observation>)>;

/// A node, and what was seen of it so far.
pub(super) struct CollectContext<'a> {
    pub(super) host: &'a dyn NodeSource,
    pub(super) node: &'a Node,
    pub(super) config: &'a Config,
    pub(super) contents: DocumentStore<'a>,
    stats: Cache<HostPath, Result<Stat, SourceError>>,
    variables: Cache<(u32, String), Result<Option<String>, SourceError>>,
    expected_variables: BTreeMap<Component, Vec<String>>,
    lists: Cache<HostPath, Result<Rc<Vec<String>>, SourceError>>,
    /// The drop-ins below a folder, in the order in which they are merged.
    pub(super) drop_ins: Cache<HostPath, Result<Rc<Vec<HostPath>>, String>>,
    /// Where each kind of file of a component is.
    pub(super) known_places: Cache<(Component, FileRole), Vec<Result<HostPath, Observed>>>,
    tree_queries: Vec<TreeQuery>,
    trees: RefCell<BTreeMap<HostPath, TreeFindings>>,
}

impl<'a> CollectContext<'a> {
    /// Nothing is seen yet of `node`, which was detected on `host`.
    pub(super) fn new(host: &'a dyn NodeSource, node: &'a Node, config: &'a Config) -> Self {
        Self {
            host,
            node,
            config,
            contents: DocumentStore::new(host),
            stats: Cache::default(),
            variables: Cache::default(),
            expected_variables: BTreeMap::new(),
            lists: Cache::default(),
            drop_ins: Cache::default(),
            known_places: Cache::default(),
            tree_queries: Vec::new(),
            trees: RefCell::default(),
        }
    }

    /// What stands at a place.
    pub(super) fn stat(&self, place: &HostPath) -> Result<Stat, SourceError> {
        self.stats.of(place, || self.host.stat(place))
    }

    /// Which variables of a component are to be asked for: one look at a process answers all of them.
    pub(super) fn expect_variables(&mut self, names: BTreeMap<Component, Vec<String>>) {
        self.expected_variables = names;
    }

    /// One variable of the environment of a component's process.
    pub(super) fn variable(&self, instance: &Instance, name: &str) -> Result<Option<String>, SourceError> {
        let pid = instance.process.pid;
        self.variables.of(&(pid, name.to_owned()), || {
            let others = self.expected_variables.get(&instance.component).into_iter().flatten().map(String::as_str);
            let names: Vec<&str> = std::iter::once(name).chain(others.filter(|other| *other != name)).collect();
            let mut values = self.host.variables(pid, &names)?.into_iter();
            let value = values.next().flatten();
            for (other, value) in names[1..].iter().zip(values) {
                self.variables.keep((pid, (*other).to_owned()), Ok(value));
            }
            Ok(value)
        })
    }

    /// The names in a folder.
    pub(super) fn list(&self, place: &HostPath) -> Result<Rc<Vec<String>>, SourceError> {
        self.lists.of(place, || self.host.list(place).map(Rc::new))
    }

    /// Which looks at trees are to come: one walk answers all of them.
    pub(super) fn expect_tree_queries(&mut self, queries: Vec<TreeQuery>) {
        self.tree_queries = queries;
    }

    /// The looks at trees that are known to come.
    pub(super) fn tree_queries(&self) -> &[TreeQuery] {
        &self.tree_queries
    }

    /// What an earlier walk of this tree saw.
    pub(super) fn known_tree(&self, place: &HostPath, wanted: &TreeQuery) -> Option<Vec<Observation>> {
        let trees = self.trees.borrow();
        trees.get(place)?.iter().find(|(look, _)| look == wanted).map(|(_, seen)| seen.clone())
    }

    /// Keeps what a walk saw.
    pub(super) fn remember_tree(&self, place: &HostPath, seen: TreeFindings) {
        self.trees.borrow_mut().insert(place.clone(), seen);
    }

    /// Asks each process of a component; says why where there is none, and which processes were set aside.
    pub(super) fn each_instance(
        &self,
        component: Component,
        attribute: &str,
        mut look: impl FnMut(&Instance) -> Observation,
    ) -> Evidence {
        let found = self.node.found(component);
        let mut observations: Vec<Observation> = found.instances.iter().map(&mut look).collect();
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
            attribute: "not counted".to_owned(),
            observed: Observed::Remark(reason),
            source: "process table".to_owned(),
        };
        let named = found.ignored.iter();
        observations
            .extend(named.map(|(process, reason)| remark(subject_of_process(component, process.pid), reason.clone())));
        if found.ignored_count > 0 {
            let reason = format!("{} more processes call themselves so and do not count", found.ignored_count);
            observations.push(remark(component.program().to_owned(), reason));
        }
        Evidence { observations }
    }

    /// What it means that no process of a component was found.
    pub(super) fn absent(&self, component: Component) -> Observed {
        let reason = self.node.absence(component);
        if self.node.is_blind() { Observed::Unknown(reason) } else { Observed::Missing(reason) }
    }

    /// The place that a path in a process's arguments means: in its own root, which in a pod is the container's; where
    /// that does not hold it or cannot be entered, on the machine.
    pub(super) fn place_for(&self, instance: &Instance, path: &str) -> Result<HostPath, SourceError> {
        let absolute = if path.starts_with('/') {
            PathBuf::from(path)
        } else {
            let folder = instance.process.cwd.as_deref();
            folder.ok_or_else(|| relative_without_folder(path))?.join(path)
        };
        let own = HostPath::of_process(instance.process.pid, &absolute);
        let shared = HostPath::host(absolute);
        match self.stat(&own) {
            Ok(_) => Ok(own),
            // A pod has a root of its own: what lies on the machine says nothing about it.
            Err(SourceError::NotFound) if instance.in_kubernetes_pod() => Ok(own),
            Err(trouble) if instance.in_kubernetes_pod() => Err(trouble),
            // What is not on the machine either can still be in the root that may not be entered.
            Err(denied @ SourceError::PermissionDenied(Capability::SysPtrace))
                if self.stat(&shared) == Err(SourceError::NotFound) =>
            {
                Err(denied)
            }
            Err(SourceError::PermissionDenied(_) | SourceError::NotFound) => Ok(shared),
            Err(trouble) => Err(trouble),
        }
    }
}

/// How a process is named in a report.
pub(super) fn subject_of_process(component: Component, pid: u32) -> String {
    format!("{} (pid {pid})", component.program())
}

/// How a path is named in a report.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn relative_without_folder(path: &str) -> SourceError {
    SourceError::Io(format!(
        "the relative path {path} means nothing while the process's working directory cannot be seen; run as root, in a container with --cap-add SYS_PTRACE"
    ))
}
