//! What a field belongs to: the cluster, or each of its node pools, add-ons and so on. Says where these are in the documents.

use crate::source::cloud::{CloudDocument, CloudDocumentKind as Kind, CloudDocuments, Provider};
use serde_json::{Value as Json, json};
use std::borrow::Cow;

/// A resource of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum CloudResource {
    /// The cluster of EKS.
    EksCluster,
    /// Each managed node group of EKS.
    EksNodegroup,
    /// The add-on `vpc-cni` of EKS.
    EksVpcCni,
    /// The cluster of GKE.
    GkeCluster,
    /// Each node pool of GKE.
    GkeNodePool,
    /// What node pools that GKE makes by itself are like.
    GkeAutoprovisioning,
    /// The subnetwork of the nodes of GKE.
    GkeSubnetwork,
    /// Each rule of the policy of Binary Authorization that holds for the cluster.
    GkeImagePolicy,
    /// The cluster of AKS.
    AksCluster,
    /// Each node pool of AKS.
    AksNodePool,
    /// The diagnostic settings of the cluster of AKS.
    AksDiagnosticSettings,
}

/// One resource in a document.
pub(super) struct Found<'d> {
    /// `node pool default-pool`.
    pub(super) subject: String,
    pub(super) body: Cow<'d, Json>,
    pub(super) file: &'d str,
}

/// The resources that a rule is about.
pub(super) enum Resources<'d> {
    /// Each of these.
    Each(Vec<Found<'d>>),
    /// The cluster has none, for this reason.
    None(String),
    /// No document shows them. The document that would.
    NotGiven(Kind),
}

impl CloudResource {
    /// In words.
    pub(super) const fn describe(self) -> &'static str {
        match self {
            Self::EksCluster => "the EKS cluster",
            Self::EksNodegroup => "each EKS node group",
            Self::EksVpcCni => "the EKS add-on vpc-cni",
            Self::GkeCluster => "the GKE cluster",
            Self::GkeNodePool => "each GKE node pool",
            Self::GkeAutoprovisioning => "the GKE node pools that are made automatically",
            Self::GkeSubnetwork => "the subnetwork of the GKE nodes",
            Self::GkeImagePolicy => "the policy of Binary Authorization",
            Self::AksCluster => "the AKS cluster",
            Self::AksNodePool => "each AKS node pool",
            Self::AksDiagnosticSettings => "the diagnostic settings of the AKS cluster",
        }
    }

    /// A short name for keys.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::EksCluster => "eks-cluster",
            Self::EksNodegroup => "eks-nodegroup",
            Self::EksVpcCni => "eks-vpc-cni",
            Self::GkeCluster => "gke-cluster",
            Self::GkeNodePool => "gke-node-pool",
            Self::GkeAutoprovisioning => "gke-autoprovisioning",
            Self::GkeSubnetwork => "gke-subnetwork",
            Self::GkeImagePolicy => "gke-image-policy",
            Self::AksCluster => "aks-cluster",
            Self::AksNodePool => "aks-node-pool",
            Self::AksDiagnosticSettings => "aks-diagnostic-settings",
        }
    }

    /// The document that shows it.
    pub(super) const fn document(self) -> Kind {
        match self {
            Self::EksCluster => Kind::EksCluster,
            Self::EksNodegroup => Kind::EksNodegroup,
            Self::EksVpcCni => Kind::EksAddon,
            Self::GkeCluster | Self::GkeNodePool | Self::GkeAutoprovisioning => Kind::GkeCluster,
            Self::GkeSubnetwork => Kind::GkeSubnetwork,
            Self::GkeImagePolicy => Kind::GkeImagePolicy,
            Self::AksCluster | Self::AksNodePool => Kind::AksCluster,
            Self::AksDiagnosticSettings => Kind::AksDiagnosticSetting,
        }
    }

    /// Whose clusters have it.
    pub(super) const fn provider(self) -> Provider {
        self.document().provider()
    }

    /// Where it is in the documents.
    pub(super) fn find(self, documents: &CloudDocuments) -> Resources<'_> {
        let of_kind = |kind: Kind| documents.of_kind(kind).map(whole).collect::<Vec<_>>();
        match self {
            Self::GkeNodePool => pools(self, documents, "nodePools", Kind::GkeNodePool),
            Self::AksNodePool => pools(self, documents, "agentPoolProfiles", Kind::AksNodePool),
            Self::GkeAutoprovisioning => autoprovisioning(self, documents),
            Self::EksVpcCni => {
                let addon = documents.of_kind(Kind::EksAddon).filter(|addon| addon.name() == "vpc-cni");
                given(self.document(), addon.map(whole).collect())
            }
            Self::AksDiagnosticSettings => given(self.document(), diagnostic_settings(documents)),
            Self::GkeImagePolicy => given(self.document(), image_rules(documents)),
            Self::EksCluster | Self::EksNodegroup | Self::GkeCluster | Self::GkeSubnetwork | Self::AksCluster => {
                given(self.document(), of_kind(self.document()))
            }
        }
    }
}

fn given(kind: Kind, found: Vec<Found<'_>>) -> Resources<'_> {
    if found.is_empty() { Resources::NotGiven(kind) } else { Resources::Each(found) }
}

/// All of a document.
fn whole(document: &CloudDocument) -> Found<'_> {
    Found {
        subject: format!("{} {}", document.kind.name(), document.name()),
        body: Cow::Borrowed(&document.body),
        file: &document.file,
    }
}

/// The lists of rules that hold for the pods of a namespace or an account, whatever the rule for their cluster.
const RULES_FOR_PODS: [&str; 3] = [
    "kubernetesNamespaceAdmissionRules",
    "kubernetesServiceAccountAdmissionRules",
    "istioServiceIdentityAdmissionRules",
];

/// The rules of an image policy that hold for the cluster: the one for this cluster, else the default, and those for some pods.
fn image_rules(documents: &CloudDocuments) -> Vec<Found<'_>> {
    let text = |cluster: &CloudDocument, key: &str| cluster.body.get(key).and_then(Json::as_str).map(str::to_owned);
    let cluster = documents
        .cluster()
        .and_then(|cluster| Some(format!("{}.{}", text(cluster, "location")?, text(cluster, "name")?)));
    let mut found = Vec::new();
    for policy in documents.of_kind(Kind::GkeImagePolicy) {
        let own = cluster.as_ref().and_then(|cluster| policy.body.get("clusterAdmissionRules")?.get(cluster));
        let (name, rule) = match (own, &cluster) {
            (Some(rule), Some(cluster)) => (format!("clusterAdmissionRules {cluster}"), Some(rule)),
            _ => ("defaultAdmissionRule".to_owned(), policy.body.get("defaultAdmissionRule")),
        };
        let for_pods = RULES_FOR_PODS.iter().flat_map(|list| {
            let rules = policy.body.get(*list).and_then(Json::as_object).into_iter().flatten();
            rules.map(move |(pods, rule)| (format!("{list} {pods}"), Some(rule)))
        });
        found.extend(std::iter::once((name, rule)).chain(for_pods).map(|(subject, rule)| Found {
            subject,
            body: rule.map_or(Cow::Owned(Json::Null), Cow::Borrowed),
            file: &policy.file,
        }));
    }
    found
}

/// The logs of all diagnostic settings: it is enough that one of them sends a log somewhere. A setting names its logs by category
/// or by group.
fn diagnostic_settings(documents: &CloudDocuments) -> Vec<Found<'_>> {
    let named = |log: &Json| {
        let mut log = log.clone();
        if log.get("category").is_none_or(Json::is_null)
            && let Some(group) = log.get("categoryGroup").cloned()
        {
            log["category"] = group;
        }
        log
    };
    let settings: Vec<&CloudDocument> = documents.of_kind(Kind::AksDiagnosticSetting).collect();
    let Some(first) = settings.first() else {
        return Vec::new();
    };
    let logs = settings.iter().filter_map(|setting| setting.body.get("logs")?.as_array()).flatten().map(named);
    let logs: Vec<Json> = logs.collect();
    vec![Found {
        subject: "diagnostic settings".to_owned(),
        body: Cow::Owned(json!({ "logs": logs })),
        file: &first.file,
    }]
}

/// The node pools in the document of the cluster and in documents of their own. One that is in both is judged in both: which
/// document is newer is not known.
fn pools<'d>(resource: CloudResource, documents: &'d CloudDocuments, list: &str, own: Kind) -> Resources<'d> {
    let cluster = documents.of_kind(resource.document());
    let in_cluster = cluster.flat_map(|document| {
        let pools = document.body.get(list).and_then(Json::as_array).into_iter().flatten();
        pools.map(|body| {
            let name = body.get("name").and_then(Json::as_str).unwrap_or("without a name");
            Found { subject: format!("node pool {name}"), body: Cow::Borrowed(body), file: document.file.as_str() }
        })
    });
    let found: Vec<Found<'d>> = in_cluster.chain(documents.of_kind(own).map(whole)).collect();
    match resource {
        _ if !found.is_empty() => Resources::Each(found),
        CloudResource::GkeNodePool if documents.is_autopilot() => {
            Resources::None("Autopilot makes the nodes of this cluster and its document shows no node pool".to_owned())
        }
        // A document without its node pools shows nothing of them.
        _ if documents.cluster().is_some() => Resources::NotGiven(own),
        _ => Resources::NotGiven(resource.document()),
    }
}

/// The settings that node pools get which GKE makes by itself.
fn autoprovisioning(resource: CloudResource, documents: &CloudDocuments) -> Resources<'_> {
    let Some(cluster) = documents.cluster() else {
        return Resources::NotGiven(resource.document());
    };
    let enabled = cluster.body.pointer("/autoscaling/enableNodeAutoprovisioning");
    if !documents.is_autopilot() && enabled.is_none_or(|enabled| *enabled == Json::Bool(false)) {
        return Resources::None("node pools are not made automatically in this cluster".to_owned());
    }
    let defaults = cluster.body.pointer("/autoscaling/autoprovisioningNodePoolDefaults");
    let body = defaults.map_or(Cow::Owned(Json::Null), Cow::Borrowed);
    let subject = "defaults of automatic node pools".to_owned();
    Resources::Each(vec![Found { subject, body, file: &cluster.file }])
}
