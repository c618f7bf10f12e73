//! Which cluster a document is about, from the identifier that its provider gives it.

use super::kind::{CloudDocumentKind, Provider};
use serde_json::Value as Json;
use std::fmt;

/// A cluster of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClusterIdentity {
    provider: Provider,
    /// Account of AWS, project of Google, subscription and resource group of Azure.
    scope: String,
    /// Region or zone; none where the identifier does not say it.
    location: Option<String>,
    name: String,
}

impl ClusterIdentity {
    /// The cluster that a document is about; none if the document is not about one cluster.
    pub(super) fn of(kind: CloudDocumentKind, body: &Json) -> Option<Self> {
        let text = |key: &str| body.get(key).and_then(Json::as_str);
        match kind {
            CloudDocumentKind::EksCluster => of_arn(text("arn")?),
            CloudDocumentKind::EksNodegroup => of_arn(text("nodegroupArn")?),
            CloudDocumentKind::EksAddon => of_arn(text("addonArn")?),
            CloudDocumentKind::GkeCluster | CloudDocumentKind::GkeNodePool => of_link(text("selfLink")?),
            CloudDocumentKind::AksCluster => {
                Some(Self { location: text("location").map(str::to_owned), ..of_azure_id(text("id")?)? })
            }
            CloudDocumentKind::AksNodePool | CloudDocumentKind::AksDiagnosticSetting => of_azure_id(text("id")?),
            CloudDocumentKind::GkeSubnetwork | CloudDocumentKind::GkeImagePolicy => None,
        }
    }

    /// Whether both may be the same cluster. Azure writes identifiers in any case.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let equal = |one: &str, other: &str| match self.provider {
            Provider::Aks => one.eq_ignore_ascii_case(other),
            Provider::Eks | Provider::Gke => one == other,
        };
        let same_location = match (&self.location, &other.location) {
            (Some(one), Some(other)) => equal(one, other),
            (None, _) | (_, None) => true,
        };
        self.provider == other.provider
            && equal(&self.scope, &other.scope)
            && equal(&self.name, &other.name)
            && same_location
    }
}

impl fmt::Display for ClusterIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.location.as_ref().map_or(Ok(()), |location| write!(f, " in {location}"))
    }
}

/// `arn:aws:eks:eu-west-1:111122223333:cluster/NAME`, `…:nodegroup/CLUSTER/NAME/UUID`.
fn of_arn(arn: &str) -> Option<ClusterIdentity> {
    let mut parts = arn.splitn(6, ':');
    let [prefix, _, service, region, account, resource] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    let name = resource.split('/').nth(1).filter(|name| !name.is_empty())?;
    (prefix == "arn" && service == "eks").then(|| ClusterIdentity {
        provider: Provider::Eks,
        scope: account.to_owned(),
        location: Some(region.to_owned()),
        name: name.to_owned(),
    })
}

/// `https://container.googleapis.com/v1/projects/P/locations/L/clusters/C/nodePools/N`, with `zones` in place of `locations` too.
fn of_link(link: &str) -> Option<ClusterIdentity> {
    let after = |name: &str| segment_after(link, name);
    let location = ["locations", "zones", "regions"].into_iter().find_map(after);
    let (project, name) = (after("projects")?, after("clusters")?);
    link.contains("container").then(|| ClusterIdentity {
        provider: Provider::Gke,
        scope: project.to_owned(),
        location: location.map(str::to_owned),
        name: name.to_owned(),
    })
}

/// `/subscriptions/S/resourceGroups/G/providers/Microsoft.ContainerService/managedClusters/C`.
fn of_azure_id(id: &str) -> Option<ClusterIdentity> {
    let after = |name: &str| segment_after(id, name);
    let (subscription, group) = (after("subscriptions")?, after("resourceGroups")?);
    Some(ClusterIdentity {
        provider: Provider::Aks,
        scope: format!("{subscription}/{group}"),
        location: None,
        name: after("managedClusters")?.to_owned(),
    })
}

/// The segment of a path that follows one of this name, in any case.
fn segment_after<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    let mut segments = path.split('/');
    segments.find(|segment| segment.eq_ignore_ascii_case(name))?;
    segments.next().filter(|segment| !segment.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_identifier_names_the_cluster() {
        let gke = |link: &str| ClusterIdentity::of(CloudDocumentKind::GkeCluster, &json!({ "selfLink": link }));
        let one =
            gke("https://container.googleapis.com/v1/projects/p/locations/europe-west1/clusters/c").expect("a cluster");
        assert_eq!(one.to_string(), "c in europe-west1");
        let zonal = gke("https://container.googleapis.com/v1/projects/p/zones/europe-west1/clusters/c/nodePools/n");
        assert!(one.is_same(&zonal.expect("a cluster")));
        for other in [
            "https://container.googleapis.com/v1/projects/q/locations/europe-west1/clusters/c",
            "https://container.googleapis.com/v1/projects/p/locations/europe-west2/clusters/c",
            "https://container.googleapis.com/v1/projects/p/locations/europe-west1/clusters/C",
        ] {
            assert!(!one.is_same(&gke(other).expect(other)), "{other}");
        }
        let eks = json!({ "nodegroupArn": "arn:aws-us-gov:eks:us-gov-west-1:1:nodegroup/prod/workers/0b1c" });
        let eks = ClusterIdentity::of(CloudDocumentKind::EksNodegroup, &eks).expect("a cluster");
        assert_eq!(eks.to_string(), "prod in us-gov-west-1");
        let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c";
        let aks = json!({ "id": id, "location": "westeurope" });
        let aks = ClusterIdentity::of(CloudDocumentKind::AksCluster, &aks).expect("a cluster");
        let setting = json!({ "id": format!("{}/providers/microsoft.insights/x", id.to_lowercase()) });
        let setting = ClusterIdentity::of(CloudDocumentKind::AksDiagnosticSetting, &setting).expect("a cluster");
        assert!(aks.is_same(&setting) && aks.to_string() == "c in westeurope" && !aks.is_same(&eks));
    }

    #[test]
    fn other_identifiers_name_none() {
        for arn in ["", "arn:aws:ec2:a:b:cluster/c", "arn:aws:eks:a:b:cluster/", "arn:aws:eks:a:b", "x:aws:eks:a:b:c/d"]
        {
            assert_eq!(of_arn(arn), None, "{arn}");
        }
        for link in
            ["", "projects/p/clusters/c", "https://container.googleapis.com/v1/projects/p/locations/l/clusters/"]
        {
            assert_eq!(of_link(link), None, "{link}");
        }
        assert_eq!(of_azure_id("/subscriptions/s/managedClusters/c"), None);
    }
}
