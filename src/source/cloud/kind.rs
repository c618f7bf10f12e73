//! The kinds of documents that are read, and the command that prints each.

use std::fmt;

/// A provider of managed clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    /// Amazon EKS.
    Eks,
    /// Google Kubernetes Engine.
    Gke,
    /// Azure Kubernetes Service.
    Aks,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Eks, Self::Gke, Self::Aks];

    /// The name in benchmarks: `eks` in `eks-1.8.0`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Eks => "eks",
            Self::Gke => "gke",
            Self::Aks => "aks",
        }
    }

    /// The document that shows most of a cluster.
    pub const fn cluster_document(self) -> CloudDocumentKind {
        match self {
            Self::Eks => CloudDocumentKind::EksCluster,
            Self::Gke => CloudDocumentKind::GkeCluster,
            Self::Aks => CloudDocumentKind::AksCluster,
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Eks => "EKS",
            Self::Gke => "GKE",
            Self::Aks => "AKS",
        })
    }
}

/// A kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CloudDocumentKind {
    /// A cluster of EKS.
    EksCluster,
    /// A managed node group of EKS.
    EksNodegroup,
    /// An add-on of EKS.
    EksAddon,
    /// A cluster of GKE.
    GkeCluster,
    /// A node pool of GKE.
    GkeNodePool,
    /// A subnetwork of a VPC of Google.
    GkeSubnetwork,
    /// The policy of Binary Authorization in a project of Google.
    GkeImagePolicy,
    /// A cluster of AKS.
    AksCluster,
    /// A node pool of AKS.
    AksNodePool,
    /// A diagnostic setting of a cluster of AKS.
    AksDiagnosticSetting,
}

impl CloudDocumentKind {
    /// Whose clusters it is about.
    pub const fn provider(self) -> Provider {
        match self {
            Self::EksCluster | Self::EksNodegroup | Self::EksAddon => Provider::Eks,
            Self::GkeCluster | Self::GkeNodePool | Self::GkeSubnetwork | Self::GkeImagePolicy => Provider::Gke,
            Self::AksCluster | Self::AksNodePool | Self::AksDiagnosticSetting => Provider::Aks,
        }
    }

    /// What the document shows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EksCluster | Self::GkeCluster | Self::AksCluster => "cluster",
            Self::EksNodegroup => "node group",
            Self::EksAddon => "add-on",
            Self::GkeNodePool | Self::AksNodePool => "node pool",
            Self::GkeSubnetwork => "subnetwork",
            Self::GkeImagePolicy => "policy of Binary Authorization",
            Self::AksDiagnosticSetting => "diagnostic setting",
        }
    }

    /// The command that prints it. What the user fills in is in capital letters.
    pub const fn command(self) -> &'static str {
        match self {
            Self::EksCluster => "aws eks describe-cluster --name CLUSTER --region REGION --output json",
            Self::EksNodegroup => {
                "aws eks describe-nodegroup --cluster-name CLUSTER --nodegroup-name NODEGROUP --region REGION --output json"
            }
            Self::EksAddon => {
                "aws eks describe-addon --cluster-name CLUSTER --addon-name vpc-cni --region REGION --output json"
            }
            Self::GkeCluster => "gcloud container clusters describe CLUSTER --location LOCATION --format=json",
            Self::GkeNodePool => "gcloud container node-pools list --cluster CLUSTER --location LOCATION --format=json",
            Self::GkeSubnetwork => "gcloud compute networks subnets describe SUBNET --region REGION --format=json",
            Self::GkeImagePolicy => "gcloud container binauthz policy export",
            Self::AksCluster => "az aks show --resource-group GROUP --name CLUSTER --output json",
            Self::AksNodePool => "az aks nodepool list --resource-group GROUP --cluster-name CLUSTER --output json",
            Self::AksDiagnosticSetting => "az monitor diagnostic-settings list --resource CLUSTER_ID --output json",
        }
    }
}

impl fmt::Display for CloudDocumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.provider(), self.name())
    }
}
