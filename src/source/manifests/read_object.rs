//! Reads the objects of a document.

use super::kind::{TEMPLATE_OF_SPEC, is_built_in, template_path};
use super::object::{ConfigData, ManifestObject, ObjectContent};
use super::origin::Origin;
use super::places::Places;
use super::schema::{Misfit, check};
use crate::source::cluster::object::{ClaimTemplate, PodTemplate};
use crate::text::{quote, secret_hint, secret_in_config};
use crate::yaml::{Content, Diagnostic, TextFile, YamlNode, recovery};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Lists in lists.
const MAX_LISTS: usize = 8;

/// What a document of a file is.
pub(super) enum Document {
    /// Objects of Kubernetes, or what is wrong with each.
    Objects(Vec<Result<ManifestObject, Vec<Diagnostic>>>),
    /// Something else.
    NotAManifest(Diagnostic),
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: Option<String>,
    generate_name: Option<String>,
    namespace: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claims {
    volume_claim_templates: Option<Vec<ClaimTemplate>>,
}

/// Reads the objects of a document.
pub(super) fn read_document(file: &TextFile, root: &YamlNode, origin: &Origin) -> Document {
    if is_null(root) {
        return Document::Objects(Vec::new());
    }
    let looks_like_an_object =
        root.get("kind").is_some() || (root.get("metadata").is_some() && root.get("spec").is_some());
    if !looks_like_an_object {
        let message = "not an object of Kubernetes: it has no `kind`";
        return Document::NotAManifest(file.error(root.position, message));
    }
    let mut objects = Vec::new();
    read_node(file, root, origin, None, 0, &mut objects);
    Document::Objects(objects)
}

/// Adds an object, or the objects of a list. `of_list` is the kind and version of the items of a typed list.
fn read_node(
    file: &TextFile,
    node: &YamlNode,
    origin: &Origin,
    of_list: Option<(&str, &str)>,
    depth: usize,
    objects: &mut Vec<Result<ManifestObject, Vec<Diagnostic>>>,
) {
    let (kind, api_version) = match (text_of(file, node, "kind"), text_of(file, node, "apiVersion")) {
        (Ok(kind), Ok(api_version)) => {
            (kind.or(of_list.map(|(kind, _)| kind)), api_version.or(of_list.map(|(_, version)| version)))
        }
        (Err(wrong), _) | (_, Err(wrong)) => return objects.push(Err(vec![wrong])),
    };
    let Some(kind) = kind else {
        return objects.push(Err(vec![file.error(node.position, "it has no `kind`")]));
    };
    let Some(api_version) = api_version else {
        return objects.push(Err(vec![file.error(node.position, format!("{} has no `apiVersion`", quote(kind)))]));
    };
    match (kind.strip_suffix("List"), node.get("items").map(|items| &items.content)) {
        (Some(_), Some(Content::Sequence(items))) if depth < MAX_LISTS => {
            let item_kind = kind.strip_suffix("List").filter(|kind| !kind.is_empty());
            for item in items {
                read_node(file, item, origin, item_kind.map(|kind| (kind, api_version)), depth + 1, objects);
            }
        }
        (Some(""), Some(Content::Sequence(_))) => {
            objects.push(Err(vec![
                file.error(node.position, format!("lists in lists more than {MAX_LISTS} levels deep")),
            ]));
        }
        (Some(_), Some(_)) if node.get("items").is_some_and(is_null) => {}
        (Some(""), _) => objects.push(Err(vec![file.error(node.position, "`items` of the list is not a list")])),
        _ => objects.push(read_object(file, node, origin, kind, api_version)),
    }
}

fn read_object(
    file: &TextFile,
    node: &YamlNode,
    origin: &Origin,
    kind: &str,
    api_version: &str,
) -> Result<ManifestObject, Vec<Diagnostic>> {
    let mut unknown_fields = Vec::new();
    let mut wrong = Vec::new();
    for misfit in check(node, kind, api_version) {
        match misfit {
            Misfit::Unknown(position, message) => unknown_fields.push(file.error(position, message).to_string()),
            Misfit::WrongType(position, message) => wrong.push(file.error(position, message)),
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
    let metadata: Metadata = match node.get("metadata") {
        Some(metadata) if !is_null(metadata) => recovery::decode(file, metadata)?,
        _ => Metadata::default(),
    };
    let content = content(file, node, group, kind)?;
    let name = match (metadata.name, metadata.generate_name) {
        (Some(name), _) if !name.is_empty() => name,
        (_, Some(start)) if !start.is_empty() => format!("{start}*"),
        _ if matches!(content, ObjectContent::Other) => "?".to_owned(),
        _ => {
            let position = node.get("metadata").map_or(node.position, |metadata| metadata.position);
            return Err(vec![file.error(position, format!("{} has no `metadata.name`", quote(kind)))]);
        }
    };
    Ok(ManifestObject {
        origin: origin.clone(),
        places: Places::of(node),
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        name,
        namespace: metadata.namespace.filter(|namespace| !namespace.is_empty()),
        unknown_fields,
        content,
    })
}

fn content(file: &TextFile, node: &YamlNode, group: &str, kind: &str) -> Result<ObjectContent, Vec<Diagnostic>> {
    match (template_path(group, kind), group, kind) {
        (Some(path), ..) => pods(file, node, path, false),
        (None, "", "ServiceAccount") => recovery::decode(file, node).map(Box::new).map(ObjectContent::ServiceAccount),
        (None, "networking.k8s.io", "NetworkPolicy") => {
            recovery::decode(file, node).map(Box::new).map(ObjectContent::NetworkPolicy)
        }
        (None, "rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => {
            recovery::decode(file, node).map(Box::new).map(ObjectContent::Binding)
        }
        (None, "", "ConfigMap") => config(file, node).map(ObjectContent::ConfigMap),
        (None, group, _) if !is_built_in(group) && has_template(node) => pods(file, node, TEMPLATE_OF_SPEC, true),
        _ => Ok(ObjectContent::Other),
    }
}

/// Whether a custom resource has the template of a pod where most kinds have it.
fn has_template(node: &YamlNode) -> bool {
    let spec =
        TEMPLATE_OF_SPEC.iter().try_fold(node, |node, key| node.get(key)).and_then(|template| template.get("spec"));
    spec.and_then(|spec| spec.get("containers")).is_some_and(YamlNode::is_sequence)
}

fn pods(
    file: &TextFile,
    node: &YamlNode,
    path: &[&'static str],
    is_custom: bool,
) -> Result<ObjectContent, Vec<Diagnostic>> {
    let mut at = node;
    for key in path {
        at = match at.get(key) {
            Some(next) if !is_null(next) => next,
            _ => {
                let message = format!("it has no `{}`, so no pod can be made from it", path.join("."));
                return Err(vec![file.error(at.position, message)]);
            }
        };
    }
    let template: PodTemplate = recovery::decode(file, at)?;
    let claims: Claims = match node.get("spec") {
        Some(spec) if !path.is_empty() => recovery::decode(file, spec)?,
        _ => Claims::default(),
    };
    let claims = claims.volume_claim_templates.unwrap_or_default();
    Ok(ObjectContent::Pods { template: Box::new(template), path: path.to_vec(), claims, is_custom })
}

fn config(file: &TextFile, node: &YamlNode) -> Result<ConfigData, Vec<Diagnostic>> {
    let Some(data) = node.get("data").filter(|data| !is_null(data)) else { return Ok(ConfigData::default()) };
    let data: BTreeMap<String, String> = recovery::decode(file, data)?;
    let hint = |(name, value): (String, String)| {
        let line = value.trim_end();
        let named = if line.contains('\n') { None } else { secret_hint(&name, line) };
        let hint = named.or_else(|| secret_in_config(line));
        hint.map(|hint| (name, hint.to_string()))
    };
    Ok(ConfigData { secrets: data.into_iter().filter_map(hint).collect() })
}

/// The text of a key; none if it is not there.
fn text_of<'n>(file: &TextFile, node: &'n YamlNode, key: &str) -> Result<Option<&'n str>, Diagnostic> {
    match node.get(key) {
        None => Ok(None),
        Some(value) if is_null(value) => Ok(None),
        Some(value) => match value.text() {
            Some(text) if !text.is_empty() => Ok(Some(text)),
            _ => Err(file.error(value.position, format!("`{key}` is not a text"))),
        },
    }
}

fn is_null(node: &YamlNode) -> bool {
    matches!(&node.content, Content::Scalar { text, is_plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
}
