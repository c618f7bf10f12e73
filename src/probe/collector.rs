//! Looks where the probes say, through the host. Each document is read once, whatever the number of rules that ask.

use super::{Evidence, FileProbe, Observation, Probe, Seen, TreeLook, document, file, markup, process, setting};
use crate::component::Component;
use crate::config::{Candidates, Config, Target};
use crate::host::{Host, Place, Trouble};
use crate::node::{Instance, Node};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What was read at each place, or why it could not be.
type Memory<T> = BTreeMap<Place, Result<Rc<T>, Trouble>>;

/// What each look at one tree saw.
pub(super) type TreeFindings = Vec<(TreeLook, Vec<Observation>)>;

/// One look at a node.
pub struct Collector<'a> {
    pub(super) host: &'a dyn Host,
    pub(super) node: &'a Node,
    config: &'a Config,
    contents: RefCell<Memory<Vec<u8>>>,
    documents: RefCell<Memory<Json>>,
    tree_looks: Vec<TreeLook>,
    trees: RefCell<BTreeMap<Place, TreeFindings>>,
}

impl<'a> Collector<'a> {
    /// A look at `node`, which was detected on `host`.
    pub fn new(host: &'a dyn Host, node: &'a Node, config: &'a Config) -> Self {
        Self {
            host,
            node,
            config,
            contents: RefCell::default(),
            documents: RefCell::default(),
            tree_looks: Vec::new(),
            trees: RefCell::default(),
        }
    }

    /// Looks where each of these probes says. What several of them ask of one tree is answered by one walk.
    pub fn collect_all<'p>(&mut self, probes: Vec<&'p Probe>) -> Vec<(&'p Probe, Evidence)> {
        self.tree_looks.clear();
        for probe in &probes {
            if let Probe::File(FileProbe { tree: Some(tree), names, .. }) = probe {
                let look = TreeLook { tree: *tree, names: names.clone() };
                if !self.tree_looks.contains(&look) {
                    self.tree_looks.push(look);
                }
            }
        }
        probes.into_iter().map(|probe| (probe, self.collect(probe))).collect()
    }

    /// The looks at trees that are known to come.
    pub(super) fn tree_looks(&self) -> &[TreeLook] {
        &self.tree_looks
    }

    /// What an earlier walk of this tree saw.
    pub(super) fn known_tree(&self, place: &Place, wanted: &TreeLook) -> Option<Vec<Observation>> {
        let trees = self.trees.borrow();
        trees.get(place)?.iter().find(|(look, _)| look == wanted).map(|(_, seen)| seen.clone())
    }

    /// Keeps what a walk saw.
    pub(super) fn remember_tree(&self, place: &Place, seen: TreeFindings) {
        self.trees.borrow_mut().insert(place.clone(), seen);
    }

    /// The machine that is looked at.
    pub fn host(&self) -> &'a dyn Host {
        self.host
    }

    /// Looks where a probe says.
    fn collect(&self, probe: &Probe) -> Evidence {
        let evidence = match probe {
            Probe::File(probe) => file::collect(self, probe),
            Probe::Process(probe) => process::collect(self, probe),
            Probe::Setting(probe) => setting::collect(self, probe),
            Probe::Document(probe) => document::collect(self, probe),
        };
        tracing::debug!(read = probe.describe(), things = evidence.observations.len(), "looked");
        evidence
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
                seen: self.absent(component),
                source: "process table".to_owned(),
            });
        }
        observations.extend(found.set_aside.iter().map(|(process, reason)| Observation {
            subject: subject_of_process(component, process.pid),
            attribute: "not counted".to_owned(),
            seen: Seen::Remark(reason.clone()),
            source: "process table".to_owned(),
        }));
        Evidence { observations }
    }

    /// What it means that no process of a component was found.
    pub(super) fn absent(&self, component: Component) -> Seen {
        let reason = self.node.absence(component);
        if self.node.is_blind() { Seen::Unknown(reason) } else { Seen::Missing(reason) }
    }

    /// Where a component's candidates stand in the configuration.
    pub(super) fn candidates(&self, component: Component) -> Option<&'a Candidates> {
        let home = match component {
            Component::Kubelet | Component::Proxy => Target::Node,
            Component::Etcd => Target::Etcd,
            Component::Apiserver | Component::Scheduler | Component::ControllerManager => Target::Master,
        };
        self.config.candidates(home, component.config_name())
    }

    /// The place that a path in a process's arguments means: in its own root, which in a pod is the container's; where
    /// that does not hold it or cannot be entered, on the machine.
    pub(super) fn place_for(&self, instance: &Instance, path: &str) -> Result<Place, Trouble> {
        let absolute = if path.starts_with('/') {
            PathBuf::from(path)
        } else {
            let folder = instance.process.cwd.as_deref();
            folder.ok_or_else(|| relative_without_folder(path))?.join(path)
        };
        let own = Place::of_process(instance.process.pid, &absolute);
        Ok(if self.host.stat(&own).is_ok() { own } else { Place::host(absolute) })
    }

    /// A file's content.
    pub(super) fn content(&self, place: &Place) -> Result<Rc<Vec<u8>>, Trouble> {
        if let Some(known) = self.contents.borrow().get(place) {
            return known.clone();
        }
        let content = self.host.read(place).map(Rc::new);
        self.contents.borrow_mut().insert(place.clone(), content.clone());
        content
    }

    /// A YAML or JSON document.
    pub(super) fn document(&self, place: &Place) -> Result<Rc<Json>, Trouble> {
        if let Some(known) = self.documents.borrow().get(place) {
            return known.clone();
        }
        let document = self.content(place).and_then(|bytes| markup::parse(&bytes)).map(Rc::new);
        self.documents.borrow_mut().insert(place.clone(), document.clone());
        document
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

fn relative_without_folder(path: &str) -> Trouble {
    Trouble::Io(format!("the relative path {path} means nothing while the process's working directory cannot be seen"))
}
