//! Whether a document that names no cluster is of the cluster in another document.

use super::kind::CloudDocumentKind as Kind;
use crate::text::{quote, sanitize};
use serde_json::Value as Json;

/// Why a subnetwork or an image policy is not that of this GKE cluster; none if it is, or if the document names its cluster
/// itself. Completes `this is …`.
pub(super) fn reason_foreign(kind: Kind, body: &Json, cluster: &Json) -> Option<String> {
    let text = |json: &Json, pointer: &str| json.pointer(pointer).and_then(Json::as_str).map(str::to_owned);
    match kind {
        Kind::GkeSubnetwork => {
            let own = text(body, "/selfLink").and_then(|link| from_project(&link));
            let used = text(cluster, "/networkConfig/subnetwork").and_then(|path| from_project(&path));
            let (what, used) = ("the subnetwork", used.unwrap_or_else(|| "no subnetwork by its path".to_owned()));
            foreign(what, own, used)
        }
        Kind::GkeImagePolicy => {
            let own = text(body, "/name").and_then(|name| from_project(&name));
            let project = text(cluster, "/selfLink").and_then(|link| from_project(&link));
            let project = project.and_then(|path| path.split('/').nth(1).map(str::to_owned));
            foreign("the policy", own, format!("projects/{}/policy", project.unwrap_or_default()))
        }
        Kind::EksCluster
        | Kind::EksNodegroup
        | Kind::EksAddon
        | Kind::GkeCluster
        | Kind::GkeNodePool
        | Kind::AksCluster
        | Kind::AksNodePool
        | Kind::AksDiagnosticSetting => None,
    }
}

fn foreign(what: &str, own: Option<String>, used: String) -> Option<String> {
    let own = own.unwrap_or_default();
    let shown = |path: &str| quote(&sanitize::line(path));
    (own != used).then(|| format!("{what} {}, and the cluster uses {}", shown(&own), shown(&used)))
}

/// A path of Google from its project on: `projects/P/regions/R/subnetworks/S`.
fn from_project(path: &str) -> Option<String> {
    let start = path.match_indices("projects/").map(|(at, _)| at).find(|at| *at == 0 || path[..*at].ends_with('/'))?;
    Some(path[start..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_subnetwork_and_a_policy_are_those_of_the_cluster() {
        let cluster = json!({
            "selfLink": "https://container.googleapis.com/v1/projects/p/locations/l/clusters/c",
            "networkConfig": { "subnetwork": "projects/host/regions/r/subnetworks/s" },
        });
        let link = |path: &str| json!({ "selfLink": format!("https://www.googleapis.com/compute/v1/{path}") });
        let name = |name: &str| json!({ "name": name });
        let cases = [
            (Kind::GkeSubnetwork, link("projects/host/regions/r/subnetworks/s"), true),
            (Kind::GkeSubnetwork, link("projects/p/regions/r/subnetworks/s"), false),
            (Kind::GkeSubnetwork, link("projects/host/regions/q/subnetworks/s"), false),
            (Kind::GkeSubnetwork, json!({}), false),
            (Kind::GkeImagePolicy, name("projects/p/policy"), true),
            (Kind::GkeImagePolicy, name("projects/other/policy"), false),
            (Kind::GkeImagePolicy, name("policy"), false),
            (Kind::GkeNodePool, json!({}), true),
        ];
        for (kind, body, is_own) in cases {
            assert_eq!(reason_foreign(kind, &body, &cluster).is_none(), is_own, "{kind:?} {body}");
        }
        // Of a cluster that does not say what it uses, no subnetwork is known to be its own.
        let without = json!({ "selfLink": cluster["selfLink"] });
        let subnetwork = link("projects/host/regions/r/subnetworks/s");
        assert!(reason_foreign(Kind::GkeSubnetwork, &subnetwork, &without).is_some());
    }
}
