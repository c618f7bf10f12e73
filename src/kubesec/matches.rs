//! How rules match. Types are strict: a text `true` is no boolean. One container that is right is enough.

use super::object::{Object, at, items};
use serde_json::Value as Json;

const ANONYMOUS: &str = "system:anonymous";
const UNCONFINED: &str = "Unconfined";
/// User and group ids up to here may belong to accounts of the node.
const MAX_SYSTEM_ID: f64 = 10_000.0;

/// Whether a field of the pod spec has this value.
pub(super) fn pod_is(object: Object<'_>, field: &str, expected: bool) -> bool {
    object.pod(&[field]) == Some(&Json::Bool(expected))
}

/// Whether the pod spec has a field that is not null. An empty value counts.
pub(super) fn pod_has(object: Object<'_>, field: &str) -> bool {
    object.pod(&[field]).is_some_and(|value| !value.is_null())
}

/// Whether a field of a container's security context is true, in any container.
pub(super) fn any_container_sets(object: Object<'_>, field: &str) -> bool {
    object.all_containers().any(|container| at(container, &["securityContext", field]) == Some(&Json::Bool(true)))
}

/// Whether a container has the right value, or no value of the right type and the pod has the right one. `value` reads a value
/// of the right type, and `is_right` decides.
fn inherited<'d, T: Copy>(
    object: Object<'d>,
    path: &[&str],
    value: fn(&'d Json) -> Option<T>,
    is_right: fn(T) -> bool,
) -> bool {
    let of = |owner: Option<&'d Json>| owner.and_then(|context| at(context, path)).and_then(value);
    let pod = of(object.pod(&["securityContext"]));
    object.all_containers().any(|container| of(container.get("securityContext")).or(pod).is_some_and(is_right))
}

pub(super) fn runs_as_non_root(object: Object<'_>) -> bool {
    inherited(object, &["runAsNonRoot"], Json::as_bool, |is_set| is_set)
}

/// Whether `runAsUser` or `runAsGroup` is above the ids of system accounts.
pub(super) fn has_high_id(object: Object<'_>, field: &str) -> bool {
    inherited(object, &[field], Json::as_f64, |id| id > MAX_SYSTEM_ID)
}

/// Whether a profile is one that confines.
pub(super) fn is_confined(object: Object<'_>, profile: &str) -> bool {
    inherited(object, &[profile, "type"], Json::as_str, |kind| kind != UNCONFINED)
}

/// Whether a profile is the one that confines nothing.
pub(super) fn is_unconfined(object: Object<'_>, profile: &str) -> bool {
    inherited(object, &[profile, "type"], Json::as_str, |kind| kind == UNCONFINED)
}

fn capabilities<'d>(object: Object<'d>, list: &'static str) -> impl Iterator<Item = &'d Json> {
    object.all_containers().filter_map(move |container| at(container, &["securityContext", "capabilities", list]))
}

/// The texts of a list; of a text, the text itself.
fn texts(value: &Json) -> impl Iterator<Item = &str> {
    value.as_str().into_iter().chain(items(Some(value)).filter_map(Json::as_str))
}

pub(super) fn adds_sys_admin(object: Object<'_>) -> bool {
    capabilities(object, "add").flat_map(texts).any(|name| name.contains("SYS_ADMIN"))
}

pub(super) fn drops_any(object: Object<'_>) -> bool {
    let is_list = |drop: &Json| drop.as_array().is_some_and(|list| !list.is_empty() && !list.iter().any(Json::is_null));
    capabilities(object, "drop").any(is_list)
}

pub(super) fn drops_all(object: Object<'_>) -> bool {
    capabilities(object, "drop").flat_map(texts).any(|name| name.to_uppercase().contains("ALL"))
}

/// Whether the path of a volume on the node contains a text.
pub(super) fn mounts(object: Object<'_>, path: &str) -> bool {
    let paths = items(object.pod(&["volumes"])).filter_map(|volume| at(volume, &["hostPath", "path"])?.as_str());
    paths.into_iter().any(|on_node| on_node.contains(path))
}

/// Whether a container has a resource, whatever its value. Those for the start and the ephemeral ones do not count.
pub(super) fn has_resource(object: Object<'_>, list: &str, resource: &str) -> bool {
    object.containers().any(|container| at(container, &["resources", list, resource]).is_some())
}

/// The specs of the claims of a StatefulSet.
fn claims<'d>(object: Object<'d>) -> Vec<&'d Json> {
    let templates = items(object.value(&["spec", "volumeClaimTemplates"]));
    templates.filter_map(|template| template.get("spec")).filter(|spec| !spec.is_null()).collect()
}

pub(super) fn claims_are_read_write_once(object: Object<'_>) -> bool {
    let claims = claims(object);
    let is_once = |claim: &&Json| {
        let modes = claim.get("accessModes").and_then(Json::as_array);
        modes.is_some_and(|modes| matches!(&modes[..], [mode] if mode == "ReadWriteOnce"))
    };
    claims.is_empty() || claims.iter().any(is_once)
}

pub(super) fn claims_request_storage(object: Object<'_>) -> bool {
    let claims = claims(object);
    claims.is_empty() || claims.iter().any(|claim| at(claim, &["resources", "requests", "storage"]).is_some())
}

/// Whether a variable of a container comes from a Secret. Values that are written out are not looked at.
pub(super) fn reads_secrets(object: Object<'_>) -> bool {
    let is_there = |value: Option<&Json>| value.is_some_and(|value| !value.is_null());
    object.all_containers().any(|container| {
        items(container.get("env")).any(|variable| is_there(at(variable, &["valueFrom", "secretKeyRef"])))
            || items(container.get("envFrom")).any(|source| is_there(source.get("secretRef")))
    })
}

pub(super) fn binds_anonymous(object: Object<'_>) -> bool {
    let names = items(object.value(&["subjects"])).filter_map(|subject| subject.get("name")?.as_str());
    names.into_iter().any(|name| name.contains(ANONYMOUS))
}

#[cfg(test)]
mod tests;
