//! Recognizes what a document is by its own content, never by the name of its file.

use super::kind::CloudDocumentKind as Kind;
use crate::text::{quote, sanitize};
use serde_json::Value as Json;

/// Documents in one list. The longest real lists are those of node pools.
const MAX_LISTED: usize = 1000;

/// The documents in a file, each with its kind. The error says what the file is, or lacks, and completes `it …`.
pub(super) fn recognize(root: Json) -> Result<Vec<(Kind, Json)>, String> {
    match root {
        Json::Array(items) => recognize_list(items),
        Json::Object(ref object) => match object.get("value") {
            // A list of Azure's REST API.
            Some(Json::Array(items)) => recognize_list(items.clone()),
            _ => recognize_one(&root).map(|found| vec![found]),
        },
        Json::String(text) if text.trim_start().starts_with("ERROR") => {
            Err("is the error message of a command".to_owned())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Err("has no fields".to_owned()),
    }
}

fn recognize_list(items: Vec<Json>) -> Result<Vec<(Kind, Json)>, String> {
    if items.is_empty() {
        return Err("is an empty list, which does not show what it is a list of".to_owned());
    }
    if items.len() > MAX_LISTED {
        return Err(format!("is a list of more than {MAX_LISTED} documents"));
    }
    items.iter().map(recognize_one).collect()
}

fn recognize_one(root: &Json) -> Result<(Kind, Json), String> {
    let wrapped = [("cluster", "arn"), ("nodegroup", "nodegroupArn"), ("addon", "addonArn")];
    let inner = wrapped.iter().find_map(|(key, arn)| root.get(key).filter(|inner| inner.get(arn).is_some()));
    let body = with_properties(inner.unwrap_or(root));
    let kind = kind_of(&body).ok_or_else(|| describe_other(root))?;
    match required(kind).iter().find(|key| body.get(**key).is_none_or(Json::is_null)) {
        Some(key) => Err(format!("is a part of a document ({kind}): `{key}` is missing")),
        None => match NODE_POOLS.iter().find(|list| has_element_without_fields(&body, list)) {
            Some(list) => Err(format!("is a malformed document ({kind}): `{list}` has an element without fields")),
            None => Ok((kind, body)),
        },
    }
}

/// The node pools in the documents of clusters.
const NODE_POOLS: [&str; 2] = ["nodePools", "agentPoolProfiles"];

fn has_element_without_fields(body: &Json, list: &str) -> bool {
    body.get(list).and_then(Json::as_array).is_some_and(|items| !items.iter().all(Json::is_object))
}

fn kind_of(body: &Json) -> Option<Kind> {
    let text = |key: &str| body.get(key).and_then(Json::as_str).unwrap_or_default();
    let is_arn = |key: &str, of: &str| text(key).starts_with("arn:") && text(key).contains(&format!(":{of}/"));
    let link = text("selfLink");
    let azure_type = text("type").to_ascii_lowercase();
    if is_arn("arn", "cluster") && text("arn").contains(":eks:") {
        Some(Kind::EksCluster)
    } else if is_arn("nodegroupArn", "nodegroup") {
        Some(Kind::EksNodegroup)
    } else if is_arn("addonArn", "addon") {
        Some(Kind::EksAddon)
    } else if link.contains("/clusters/") && link.contains("container") {
        Some(if link.contains("/nodePools/") { Kind::GkeNodePool } else { Kind::GkeCluster })
    } else if link.contains("/subnetworks/") {
        Some(Kind::GkeSubnetwork)
    } else if body.get("defaultAdmissionRule").is_some() {
        Some(Kind::GkeImagePolicy)
    } else if azure_type == "microsoft.containerservice/managedclusters" {
        Some(Kind::AksCluster)
    } else if azure_type == "microsoft.containerservice/managedclusters/agentpools" {
        Some(Kind::AksNodePool)
    } else if azure_type == "microsoft.insights/diagnosticsettings" {
        Some(Kind::AksDiagnosticSetting)
    } else {
        None
    }
}

/// Fields that are in every document of a kind. One without them was cut or filtered, so that an absent field means nothing.
const fn required(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::EksCluster => &["name", "version", "resourcesVpcConfig", "status"],
        Kind::EksNodegroup => &["nodegroupName", "clusterName", "status"],
        Kind::EksAddon => &["addonName", "clusterName", "status"],
        // gcloud sorts fields by name, so that a YAML text that was cut lacks the later ones.
        Kind::GkeCluster => {
            &["createTime", "currentMasterVersion", "location", "masterAuth", "name", "networkConfig", "status"]
        }
        Kind::GkeNodePool => &["name", "config", "status"],
        Kind::GkeSubnetwork => &["name", "region"],
        Kind::GkeImagePolicy => &["name", "defaultAdmissionRule"],
        Kind::AksCluster => &["name", "location", "id", "agentPoolProfiles", "provisioningState"],
        Kind::AksNodePool => &["name", "id", "provisioningState"],
        Kind::AksDiagnosticSetting => &["name", "id", "logs"],
    }
}

/// The document with the fields of `properties`, below which Azure's REST API has what `az` prints at the top.
fn with_properties(body: &Json) -> Json {
    let mut body = body.clone();
    if let Some(object) = body.as_object_mut()
        && let Some(Json::Object(properties)) = object.remove("properties")
    {
        for (key, value) in properties {
            object.entry(key).or_insert(value);
        }
    }
    body
}

/// What a document is that is not read here.
fn describe_other(root: &Json) -> String {
    let text = |json: &Json, key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
    let error = ["error", "Error"].iter().find_map(|key| root.get(*key));
    let message = error.and_then(|error| {
        text(error, "message").or_else(|| text(error, "Message")).or_else(|| error.as_str().map(str::to_owned))
    });
    let message = message.or_else(|| root.get("message").and_then(Json::as_str).map(str::to_owned));
    if error.is_some() || (message.is_some() && (root.get("code").is_some() || root.get("__type").is_some())) {
        let message = message.map(|message| format!(": {}", quote(&sanitize::line(&message)))).unwrap_or_default();
        return format!("is an error of the provider{message}");
    }
    match text(root, "kind") {
        Some(kind) => format!("is a document of another kind ({})", quote(&sanitize::line(&kind))),
        None => "has none of the fields by which a document is recognized".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kinds(root: Json) -> Result<Vec<Kind>, String> {
        recognize(root).map(|found| found.into_iter().map(|(kind, _)| kind).collect())
    }

    #[test]
    fn a_document_is_recognized_by_its_content() {
        let arn = |of: &str| format!("arn:aws:eks:eu-west-1:1:{of}");
        let link = |of: &str| format!("https://container.googleapis.com/v1/projects/p/locations/l/clusters/c{of}");
        let eks = json!({ "name": "c", "arn": arn("cluster/c"), "version": "1.31", "status": "ACTIVE", "resourcesVpcConfig": {} });
        let pool = json!({ "name": "n", "selfLink": link("/nodePools/n"), "config": {}, "status": "RUNNING" });
        let aks = json!({ "name": "c", "id": "/x", "location": "l",
            "type": "Microsoft.ContainerService/ManagedClusters",
            "properties": { "agentPoolProfiles": [], "provisioningState": "Succeeded" } });
        let cases = [
            (json!({ "cluster": eks }), vec![Kind::EksCluster]),
            (eks.clone(), vec![Kind::EksCluster]),
            (
                json!({ "addon": { "addonArn": arn("addon/c/vpc-cni/0"), "addonName": "vpc-cni", "clusterName": "c", "status": "ACTIVE" } }),
                vec![Kind::EksAddon],
            ),
            (json!([pool, pool]), vec![Kind::GkeNodePool, Kind::GkeNodePool]),
            (json!({ "value": [aks] }), vec![Kind::AksCluster]),
        ];
        for (root, expected) in cases {
            assert_eq!(kinds(root.clone()), Ok(expected), "{root}");
        }
    }

    #[test]
    fn what_else_a_file_may_be_is_said() {
        let cases = [
            (
                json!({ "error": { "code": 403, "message": "no\u{1b}permission" } }),
                "is an error of the provider: `no\\u{1b}permission`",
            ),
            (
                json!({ "__type": "AccessDeniedException", "message": "denied" }),
                "is an error of the provider: `denied`",
            ),
            (json!({ "kind": "Pod", "apiVersion": "v1" }), "is a document of another kind (`Pod`)"),
            (json!({}), "has none of the fields"),
            (json!([]), "is an empty list"),
            (json!("ERROR: (gcloud) no"), "is the error message of a command"),
            (json!(7), "has no fields"),
            (
                json!({ "name": "c", "id": "/x", "location": "l", "provisioningState": "Succeeded",
                    "type": "Microsoft.ContainerService/ManagedClusters", "agentPoolProfiles": [{}, null] }),
                "is a malformed document (AKS cluster): `agentPoolProfiles` has an element without fields",
            ),
            (
                json!({ "cluster": { "arn": "arn:aws:eks:a:1:cluster/c", "name": "c" } }),
                "is a part of a document (EKS cluster): `version` is missing",
            ),
        ];
        for (root, expected) in cases {
            let error = kinds(root.clone()).expect_err("another document");
            assert!(error.starts_with(expected), "{root}: {error}");
        }
    }
}
