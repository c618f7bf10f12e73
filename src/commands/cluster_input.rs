//! Reads the objects of a cluster: from saved lists, or from its API server.

use super::flags::{ClusterFlags, NodeFlags};
use super::within::within;
use crate::commands::Failure;
use crate::model::minor_version;
use crate::node::ClusterTraces;
use crate::policy::{Bootstrap, ClusterFacts};
use crate::report::KubernetesVersion;
use crate::source::cluster::{ListState, ObjectLists, Recorded, read_saved};
use std::path::PathBuf;
use std::time::SystemTime;

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
    /// The only namespaces that were listed; none means all.
    namespaces: Vec<String>,
}

impl ClusterInput {
    /// The cluster that the flags name; `None` if they name none.
    pub(crate) fn open(flags: &ClusterFlags, node: &NodeFlags) -> Result<Option<Self>, Failure> {
        if flags.is_given() { Self::require(flags, node, &flags.namespaces()).map(Some) } else { Ok(None) }
    }

    /// The cluster that the flags name, else the one that kubectl would ask. `namespaces`: only these are listed; none means all.
    pub(crate) fn require(flags: &ClusterFlags, node: &NodeFlags, namespaces: &[String]) -> Result<Self, Failure> {
        let installed = flags.installed().map(|path| saved(path.clone(), node)).transpose()?;
        let mut input = match flags.saved() {
            Some(_) if flags.kubeconfig.is_some() || flags.context.is_some() => {
                let message =
                    "--cluster reads saved lists, and --kubeconfig and --context ask a server; give one of them";
                return Err(Failure::Usage(message.to_owned()));
            }
            Some(_) if !namespaces.is_empty() => {
                let message = "--namespace limits what a server is asked for; saved lists are read as a whole";
                return Err(Failure::Usage(message.to_owned()));
            }
            Some(path) => Self::of_saved(saved(path.clone(), node)?),
            None => live(flags, node, namespaces)?,
        };
        input.installed = installed.as_ref().map(Bootstrap::of_lists);
        input.require_something()
    }

    /// The cluster of saved lists, or of a snapshot.
    fn of_saved(lists: ObjectLists) -> Self {
        let recorded = lists.recorded.clone().unwrap_or_default();
        let source = "the snapshot".to_owned();
        let kubernetes = recorded.kubernetes_version.map(|version| KubernetesVersion { version, source });
        Self {
            installed: None,
            name: recorded.name,
            kubernetes: kubernetes.or_else(|| version_of_nodes(&lists)),
            notices: only_namespaces(&recorded.namespaces).into_iter().collect(),
            namespaces: recorded.namespaces,
            lists,
        }
    }

    /// What is written to a snapshot of it, beside its lists.
    pub(crate) fn record(&self) -> Recorded {
        Recorded {
            time: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            name: self.name.clone(),
            kubernetes_version: self.kubernetes.as_ref().map(|kubernetes| kubernetes.version.clone()),
            other_policy_groups: self.lists.other_policy_groups.clone(),
            namespaces: self.namespaces.clone(),
        }
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
        if self.lists.states().any(|(_, state)| matches!(state, ListState::Refused(_))) {
            lines.push("  who may list in some namespaces only names them with --namespace (-n)".to_owned());
        }
        Err(Failure::Nothing(lines.join("\n")))
    }
}

fn saved(path: PathBuf, node: &NodeFlags) -> Result<ObjectLists, Failure> {
    let name = path.display().to_string();
    let read = within(node.timeout, &name, move || read_saved(&path))?;
    read.map_err(|error| Failure::Other(anyhow::anyhow!("--cluster: {error}")))
}

/// Asks the API server.
#[cfg(feature = "cluster")]
fn live(flags: &ClusterFlags, node: &NodeFlags, namespaces: &[String]) -> Result<ClusterInput, Failure> {
    use crate::source::cluster::{ClusterConnection, ConnectOptions, LiveScope, read_live};
    let options = ConnectOptions {
        kubeconfig: flags.kubeconfig.clone(),
        context: flags.context.clone(),
        allow_exec: flags.allow_exec,
        timeout: node.timeout,
        ..ConnectOptions::default()
    };
    let connection = ClusterConnection::open(&options).map_err(|error| Failure::Other(error.into()))?;
    let scope = LiveScope { namespaces, secrets: flags.read_secrets, other_policies: flags.read_other_policies };
    let found = read_live(&connection, &scope)
        .map_err(|error| Failure::Other(anyhow::anyhow!("{}: {error}", connection.server())))?;
    let source = format!("{}/version", connection.server());
    let kubernetes = found.version.map(|version| KubernetesVersion { version, source });
    let limited =
        (!namespaces.is_empty()).then(|| format!("only these namespaces were listed: {}", namespaces.join(", ")));
    Ok(ClusterInput {
        kubernetes: kubernetes.or_else(|| version_of_nodes(&found.lists)),
        lists: found.lists,
        installed: None,
        name: Some(connection.name().to_owned()),
        notices: limited.into_iter().chain(connection.notices().iter().cloned()).collect(),
        namespaces: namespaces.to_vec(),
    })
}

/// This build cannot ask a server.
#[cfg(not(feature = "cluster"))]
fn live(_: &ClusterFlags, _: &NodeFlags, _: &[String]) -> Result<ClusterInput, Failure> {
    Err(Failure::Usage(
        "this build cannot ask the API of a cluster (cargo feature `cluster`); --cluster reads saved lists".to_owned(),
    ))
}

/// Says which namespaces the lists are of.
fn only_namespaces(namespaces: &[String]) -> Option<String> {
    (!namespaces.is_empty()).then(|| format!("only these namespaces were listed: {}", namespaces.join(", ")))
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
