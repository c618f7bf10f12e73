//! The parts of a cluster that benchmarks have sections for.

use serde::Deserialize;
use std::fmt;
use std::str::FromStr;

/// A part of a node or cluster that a benchmark has a section for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// Components and files of the control plane.
    Master,
    /// etcd.
    Etcd,
    /// The configuration of the control plane as a whole.
    ControlPlane,
    /// kubelet and kube-proxy.
    Node,
    /// Policies of the cluster.
    Policies,
    /// Services of a managed cluster.
    ManagedServices,
    /// Pods and what makes pods, in files or in the cluster.
    Workloads,
    /// Dockerfiles.
    Dockerfiles,
}

impl Target {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 8] = [
        Self::Master,
        Self::Etcd,
        Self::ControlPlane,
        Self::Node,
        Self::Policies,
        Self::ManagedServices,
        Self::Workloads,
        Self::Dockerfiles,
    ];

    /// The name in files, flags and reports.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Master => "master",
            Self::Etcd => "etcd",
            Self::ControlPlane => "controlplane",
            Self::Node => "node",
            Self::Policies => "policies",
            Self::ManagedServices => "managedservices",
            Self::Workloads => "workloads",
            Self::Dockerfiles => "dockerfiles",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Target {
    type Err = ();

    /// Parses an [`id`](Self::id); `worker` is another name of the node.
    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "worker" {
            return Ok(Self::Node);
        }
        Self::ALL.into_iter().find(|t| t.id() == text).ok_or(())
    }
}
