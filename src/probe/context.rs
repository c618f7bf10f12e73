//! What probes read through: everything is read once, whatever the number of rules that need it, so that all of them judge
//! the same.

use super::cache::Cache;
use super::document_store::DocumentStore;
use super::file_ref::FileRole;
use super::files::CachedFiles;
use super::observed_error::observed_error;
use super::tree_query::TreeQuery;
use crate::model::{Component, Evidence, KubernetesVersions, Observation, Observed};
use crate::node::{Instance, Node};
use crate::source::cloud::CloudDocuments;
use crate::source::node::{Capability, HostPath, KubeletConfiguration, NodeSource, Process, SourceError, Stat};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The observations of one walk, for each query that it answered.
pub(super) type TreeFindings = Vec<(TreeQuery, Vec<Observation>)>;

/// A unit of systemd, and the names of those of its folders of drop-ins that exist.
pub(super) type UnitWithDropIns = (String, Vec<String>);

/// The end of the source of a value whose file was changed after the process started.
pub(crate) const CHANGED_SINCE_START: &str = ", changed after the process started";

/// A node, and what was read of it so far.
pub(super) struct CollectContext<'a> {
    pub(super) source: &'a dyn NodeSource,
    pub(super) node: &'a Node,
    /// The Kubernetes versions that the node may have.
    pub(super) versions: KubernetesVersions,
    /// What the user saved of the cluster's provider.
    pub(super) cloud: Option<&'a CloudDocuments>,
    /// What the user saved of the kubelet's running configuration.
    pub(super) kubelet: Option<&'a KubeletConfiguration>,
    pub(super) files: Rc<CachedFiles<'a>>,
    pub(super) documents: DocumentStore<'a>,
    variables: Cache<(u32, String), Result<Option<String>, SourceError>>,
    expected_variables: BTreeMap<Component, Vec<String>>,
    /// The drop-ins below a directory, in the order in which they are merged.
    pub(super) drop_ins: Cache<HostPath, Result<Rc<Vec<HostPath>>, String>>,
    /// The files with a role for a component.
    pub(super) role_files: Cache<(Component, FileRole), Vec<Result<HostPath, Observed>>>,
    /// Those of systemd's folders of units that may exist.
    pub(super) unit_folders: OnceCell<Vec<&'static str>>,
    /// The units of systemd that have drop-ins.
    pub(super) units_with_drop_ins: OnceCell<Result<Vec<UnitWithDropIns>, Observed>>,
    tree_queries: Vec<TreeQuery>,
    trees: RefCell<BTreeMap<HostPath, TreeFindings>>,
}

impl<'a> CollectContext<'a> {
    /// Reads `node`, which was detected on `source`.
    pub(super) fn new(source: &'a dyn NodeSource, node: &'a Node) -> Self {
        let files = Rc::new(CachedFiles::new(source));
        Self {
            source,
            node,
            versions: KubernetesVersions::UNKNOWN,
            cloud: None,
            kubelet: None,
            documents: DocumentStore::new(Rc::clone(&files)),
            files,
            variables: Cache::default(),
            expected_variables: BTreeMap::new(),
            drop_ins: Cache::default(),
            role_files: Cache::default(),
            unit_folders: OnceCell::new(),
            units_with_drop_ins: OnceCell::new(),
            tree_queries: Vec::new(),
            trees: RefCell::default(),
        }
    }

    /// Type, mode and owner of a file.
    pub(super) fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
        self.files.stat(path)
    }

    /// The target of a link, if the path is one.
    pub(super) fn link_target(&self, path: &HostPath) -> Option<PathBuf> {
        self.files.lstat(path).ok()?.target
    }

    /// What it means that a file cannot be read. A link without its target is not itself absent.
    pub(super) fn observed_error(&self, path: &HostPath, error: &SourceError) -> Observed {
        let name = shown(&path.path);
        match self.link_target(path).filter(|_| *error == SourceError::NotFound) {
            Some(target) => Observed::Missing(format!("{name} is a link to {}, which {error}", shown(&target))),
            None => observed_error(&name, error),
        }
    }

    /// What the evidence says of a file that was changed after the process started: whether the process has read it since is not
    /// known. Nothing where it was not changed or the times are not known.
    pub(super) fn change_since_start(&self, instance: &Instance, file: &HostPath) -> &'static str {
        let is_changed = || Some(self.files.modified(file)? > instance.process.started?);
        if is_changed() == Some(true) { CHANGED_SINCE_START } else { "" }
    }

    /// The names of a component's program, some with the words that must follow.
    pub(super) fn programs(&self, component: Component) -> &[String] {
        self.node.programs(component)
    }

    /// Whether a process has the root directory of the node, as far as can be told: of a container in which the audit runs as
    /// well, both see the same.
    pub(super) fn has_root_of_node(&self, instance: &Instance) -> bool {
        const DIRECTORY: &str = "/etc";
        let (own, on_node) = (HostPath::of_process(instance.process.pid, DIRECTORY), HostPath::host(DIRECTORY));
        let is_same = || {
            self.stat(&own) == self.stat(&on_node) && self.list(&own).is_ok_and(|own| self.list(&on_node) == Ok(own))
        };
        !instance.in_container() || is_same()
    }

    /// A process in a report.
    pub(super) fn subject(&self, instance: &Instance) -> String {
        subject_of_process(instance.component, instance.process.pid)
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
                process: None,
                attribute: attribute.to_owned(),
                observed: self.absent(component),
                source: "process table".to_owned(),
            });
        }
        let remark = |subject, reason| Observation {
            subject,
            process: None,
            attribute: "ignored".to_owned(),
            observed: Observed::Remark(reason),
            source: "process table".to_owned(),
        };
        let ignored = processes.ignored.iter();
        observations.extend(
            ignored.map(|(process, reason)| remark(subject_of_process(component, process.pid), reason.clone())),
        );
        for instance in &processes.instances {
            let remarks = instance.remarks.iter();
            observations.extend(remarks.map(|text| remark(self.subject(instance), text.clone())));
        }
        if processes.ignored_count > 0 {
            let reason = format!("{} further processes with this name ignored", processes.ignored_count);
            observations.push(remark(component.program().to_owned(), reason));
        }
        Evidence { observations }
    }

    /// Why a component has no process.
    pub(super) fn absent(&self, component: Component) -> Observed {
        let reason = self.node.absence(component);
        if self.node.is_hidden(component) {
            Observed::Unknown(reason)
        } else if self.node.reason_not_started(component).is_some() {
            Observed::NotApplicable(reason)
        } else {
            Observed::Missing(reason)
        }
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
            // A container has other files than the node.
            Err(SourceError::NotFound) if instance.in_container() => Ok(own),
            Err(error) if instance.in_container() => Err(error),
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
    let program = component.program();
    if pid == Process::NO_NUMBER { program.to_owned() } else { format!("{program} (pid {pid})") }
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
