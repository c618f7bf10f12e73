//! Reads the objects of a cluster: from saved lists, or from its API server.

use super::flags::{ClusterFlags, NodeFlags};
use super::within::within;
use crate::commands::Failure;
use crate::model::minor_version;
use crate::node::ClusterTraces;
use crate::policy::{Bootstrap, ClusterFacts};
use crate::report::KubernetesVersion;
use crate::source::cluster::{ListState, ObjectLists, read_saved};
use std::path::PathBuf;

/// The objects of a cluster, and what is known of it.
pub(crate) struct ClusterInput {
    /// Its objects.
    pub(crate) lists: ObjectLists,
    /// What the platform installs, if the user gave it.
    pub(crate) installed: Option<Bootstrap>,
    /// Its name, if something tells.
    pub(crate) name: Option<String>,
    /// Its Kubernetes version.
    pub(crate) kubernetes: Option<KubernetesVersion>,
    /// What the reader must know about how it was read.
    pub(crate) notices: Vec<String>,
}

impl ClusterInput {
    /// The cluster that the flags name; `None` if they name none.
    pub(crate) fn open(flags: &ClusterFlags, node: &NodeFlags) -> Result<Option<Self>, Failure> {
        let Some(path) = flags.saved() else {
            return Ok(None);
        };
        let lists = saved(path.clone(), node)?;
        let installed = flags.installed().map(|path| saved(path.clone(), node)).transpose()?;
        let input = Self {
            installed: installed.as_ref().map(Bootstrap::of_lists),
            name: None,
            kubernetes: version_of_nodes(&lists),
            notices: Vec::new(),
            lists,
        };
        input.require_something().map(Some)
    }

    /// The cluster that the flags name, or an error that says how to name one.
    pub(crate) fn require(flags: &ClusterFlags, node: &NodeFlags) -> Result<Self, Failure> {
        Self::open(flags, node)?.ok_or_else(|| {
            Failure::Usage(
                "no cluster is named: --cluster DIR reads saved lists (kubectl get KIND -A -o json > DIR/KIND.json)"
                    .to_owned(),
            )
        })
    }

    /// What its objects show, ready to be examined.
    pub(crate) fn facts(&self) -> ClusterFacts<'_> {
        ClusterFacts::new(&self.lists, self.installed.as_ref())
    }

    /// The signs of its platform.
    pub(crate) fn traces(&self) -> ClusterTraces<'_> {
        let nodes = || self.lists.nodes.iter();
        ClusterTraces {
            versions: nodes()
                .filter_map(|node| node.status.node_info.kubelet_version.as_deref())
                .chain(self.kubernetes.as_ref().map(|kubernetes| kubernetes.version.as_str()))
                .collect(),
            node_labels: nodes().flat_map(|node| node.metadata.labels.keys()).map(String::as_str).collect(),
            namespaces: self.lists.namespaces.iter().map(|namespace| namespace.metadata.name.as_str()).collect(),
        }
    }

    /// The uid of the namespace kube-system, which is that of the cluster.
    pub(crate) fn uid(&self) -> Option<String> {
        let system = self.lists.namespaces.iter().find(|namespace| namespace.metadata.name == "kube-system");
        system.and_then(|namespace| namespace.metadata.uid.clone())
    }

    /// Refuses a cluster of which nothing is known: a report without any evidence would read as a good one.
    fn require_something(self) -> Result<Self, Failure> {
        if !self.lists.is_empty() {
            return Ok(self);
        }
        let reasons = self.lists.states().map(|(kind, state)| match state {
            ListState::Refused(reason) | ListState::Unknown(reason) | ListState::Broken(reason) => {
                format!("  {kind}: {reason}")
            }
            ListState::Complete | ListState::NotAtHand => format!("  {kind}: not at hand"),
        });
        let mut lines = vec!["no list of the cluster can be used, so nothing was evaluated".to_owned()];
        lines.extend(reasons.chain(self.lists.notices.iter().map(|notice| format!("  {notice}"))));
        Err(Failure::Nothing(lines.join("\n")))
    }
}

fn saved(path: PathBuf, node: &NodeFlags) -> Result<ObjectLists, Failure> {
    let name = path.display().to_string();
    let read = within(node.timeout, &name, move || read_saved(&path))?;
    read.map_err(|error| Failure::Other(anyhow::anyhow!("--cluster: {error}")))
}

/// The highest version of the kubelets: an API server is never older than they are.
fn version_of_nodes(lists: &ObjectLists) -> Option<KubernetesVersion> {
    let versions = lists.nodes.iter().filter_map(|node| {
        let version = node.status.node_info.kubelet_version.as_deref()?;
        Some((minor_version(version)?, version, &node.metadata.name))
    });
    let (_, version, node) = versions.max()?;
    Some(KubernetesVersion {
        version: version.trim_start_matches('v').to_owned(),
        source: format!("the kubelet of node {node}"),
    })
}
