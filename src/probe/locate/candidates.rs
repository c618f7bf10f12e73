//! The usual places of files, from the platform. They are tried where no process says which file it uses.

use super::located::Located;
use crate::model::{Component, Observed};
use crate::node::Node;
use crate::probe::context::CollectContext;
use crate::probe::file_ref::FileRole;
use crate::probe::observed_error::observed_error;
use crate::source::node::{HostPath, SourceError};
use std::collections::BTreeMap;

/// The first of the usual places that exists.
pub(super) fn first(context: &CollectContext<'_>, component: Component, role: FileRole) -> Vec<Located> {
    first_of(context, component, role, &of(context.node, component, role))
}

/// The first of these places that exists, or why there is none. Places that are not mounted into this container are told apart
/// from those that do not exist.
pub(super) fn first_of(
    context: &CollectContext<'_>,
    component: Component,
    role: FileRole,
    places: &[&str],
) -> Vec<Located> {
    let mut found = Vec::new();
    let mut dangling: Vec<String> = Vec::new();
    let mut not_mounted: BTreeMap<String, (&str, usize)> = BTreeMap::new();
    for place in places {
        let path = HostPath::host(place);
        match context.stat(&path) {
            Ok(_) => found.push(Ok(path)),
            Err(error @ SourceError::NotFound) if context.link_target(&path).is_some() => {
                dangling.extend(context.observed_error(&path, &error).reason().map(str::to_owned));
            }
            Err(SourceError::NotFound | SourceError::NotDirectory) => {}
            Err(SourceError::NotMounted(directory)) => not_mounted.entry(directory).or_insert((place, 0)).1 += 1,
            Err(error) => found.push(Err(observed_error(place, &error))),
        }
        if !found.is_empty() {
            break;
        }
    }
    // If one was found, those that are not mounted matter less.
    let observed: fn(String) -> Observed = if found.is_empty() { Observed::Unknown } else { Observed::Remark };
    found.extend(
        not_mounted
            .into_iter()
            .map(|(directory, (first, count))| Err(observed(not_mounted_reason(first, count, directory)))),
    );
    if found.is_empty() {
        let what = format!("no {} of {} was found", role.id(), component.program());
        tracing::info!("{what}; looked at {}", places.join(", "));
        let where_to = if dangling.is_empty() { shown_places(places) } else { format!(": {}", dangling.join("; ")) };
        found.push(Err(Observed::Missing(format!("{what}{where_to}"))));
    }
    found
}

/// The usual places in a reason: one by its name, many by their number. The log has all of them.
fn shown_places(places: &[&str]) -> String {
    match places {
        [] => String::new(),
        [place] => format!(": {place} does not exist"),
        [first, rest @ ..] => format!(": neither {first} nor {} other usual places exist (-v lists them)", rest.len()),
    }
}

/// Where a file with a role usually is.
pub(super) fn usual_path(node: &Node, component: Component, role: FileRole) -> Option<String> {
    of(node, component, role).first().map(|path| (*path).to_owned())
}

/// The usual places of a file with a role, the one to name first.
pub(super) fn of(node: &Node, component: Component, role: FileRole) -> Vec<&str> {
    let places = node.places().component(component);
    let listed: &[String] = match role {
        FileRole::Manifest => &places.manifest,
        FileRole::Config => &places.config,
        FileRole::Kubeconfig => &places.kubeconfig,
        FileRole::Service => &places.service,
        FileRole::CaFile => &places.ca_file,
        FileRole::DataDir => &places.data_dir,
        FileRole::Pki => &node.platform().pki,
        FileRole::AdminKubeconfig => &node.platform().admin_kubeconfigs,
        FileRole::SuperAdminKubeconfig => &node.platform().super_admin_kubeconfigs,
        FileRole::CniConfig => &[],
    };
    listed.iter().map(String::as_str).collect()
}

/// The usual places of every file of every component.
pub(super) fn all(node: &Node) -> Vec<&str> {
    let roles = |component| FileRole::ALL.into_iter().flat_map(move |role| of(node, component, role));
    let mut places: Vec<&str> = Component::ALL.into_iter().flat_map(roles).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// Places below a directory that is not mounted into this container.
fn not_mounted_reason(first: &str, count: usize, directory: String) -> String {
    let others = if count > 1 { format!(" (and {} more below {directory})", count - 1) } else { String::new() };
    format!("{first}{others} {}", SourceError::NotMounted(directory))
}
