//! Which kinds an API server has, and in which version. Every user may ask; a kind that is not served is never asked for, so that a
//! missing kind is not taken for a refused one.

use super::kind::ObjectKind;
use super::live::{ClusterConnection, RequestError};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Bytes of one document of discovery. Those of large clusters have some 100 KiB.
const MAX_BYTES: u64 = 8 << 20;

/// Versions of one group that are asked for their resources.
const MAX_VERSIONS: usize = 8;

/// Groups whose network policies Kubernetes's own kind does not show.
const POLICY_GROUPS: [&str; 3] = ["cilium.io", "crd.projectcalico.org", "policy.networking.k8s.io"];

/// What an API server has.
pub(super) struct Served {
    /// The path of each kind's list without a namespace; `None` for a kind that is not served.
    paths: BTreeMap<ObjectKind, Option<(String, &'static str)>>,
    /// Groups with network policies of other kinds that are not asked for.
    pub(super) policy_groups: Vec<String>,
}

#[derive(Deserialize)]
struct GroupList {
    #[serde(default)]
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    #[serde(default)]
    versions: Vec<GroupVersion>,
}

#[derive(Deserialize)]
struct GroupVersion {
    version: String,
}

#[derive(Deserialize)]
struct ResourceList {
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    name: String,
}

impl Served {
    /// Asks the server about kinds. Where it refuses to tell, each is taken for served.
    pub(super) fn find(connection: &ClusterConnection, kinds: &[ObjectKind]) -> Result<Self, RequestError> {
        let groups: Option<GroupList> = get(connection, "/apis")?;
        let mut resources = Resources { connection, names: BTreeMap::new() };
        let mut paths = BTreeMap::new();
        for kind in kinds.iter().copied() {
            let path = match version_of(kind, groups.as_ref()) {
                Some(version) => {
                    let base = base_path(kind.group(), version);
                    let names = resources.of(&base)?;
                    let is_served = names.is_none_or(|names| names.iter().any(|name| name == kind.plural()));
                    is_served.then_some((base, version))
                }
                None => None,
            };
            paths.insert(kind, path);
        }
        let mut policy_groups = Vec::new();
        for group in groups.iter().flat_map(|list| &list.groups) {
            if POLICY_GROUPS.contains(&group.name.as_str()) && has_others(group, &paths, &mut resources)? {
                policy_groups.push(group.name.clone());
            }
        }
        Ok(Self { paths, policy_groups })
    }

    /// The path of a kind's list, everywhere or in a namespace; `None` if the kind is not served.
    pub(super) fn list_path(&self, kind: ObjectKind, namespace: Option<&str>) -> Option<String> {
        let (base, _) = self.paths.get(&kind)?.as_ref()?;
        Some(match namespace {
            Some(namespace) => format!("{base}/namespaces/{namespace}/{}", kind.plural()),
            None => format!("{base}/{}", kind.plural()),
        })
    }
}

/// The resources of each group and version, asked for once.
struct Resources<'c> {
    connection: &'c ClusterConnection,
    names: BTreeMap<String, Option<Vec<String>>>,
}

impl Resources<'_> {
    /// The resources below a path; `None` if the server does not tell.
    fn of(&mut self, base: &str) -> Result<Option<&Vec<String>>, RequestError> {
        if !self.names.contains_key(base) {
            let list: Option<ResourceList> = get(self.connection, base)?;
            let names = list.map(|list| list.resources.into_iter().map(|of| of.name).collect());
            self.names.insert(base.to_owned(), names);
        }
        Ok(self.names.get(base).and_then(Option::as_ref))
    }
}

/// Whether a group has network policies that are not asked for: kinds that are not known, or all if none is asked for. What is
/// only staged is not in force.
fn has_others(
    group: &Group,
    paths: &BTreeMap<ObjectKind, Option<(String, &'static str)>>,
    resources: &mut Resources<'_>,
) -> Result<bool, RequestError> {
    let known: Vec<&str> = paths.keys().filter(|kind| kind.group() == group.name).map(|kind| kind.plural()).collect();
    if known.is_empty() {
        return Ok(true);
    }
    let served = paths.iter().filter(|(kind, path)| kind.group() == group.name && path.is_some());
    if served.count() == 0 {
        return Ok(true);
    }
    for version in group.versions.iter().take(MAX_VERSIONS) {
        let Some(names) = resources.of(&base_path(&group.name, &version.version))? else { return Ok(true) };
        let mut policies = names.iter().filter(|name| name.contains("networkpolic") && !name.contains('/'));
        if policies.any(|name| !name.starts_with("staged") && !known.contains(&name.as_str())) {
            return Ok(true);
        }
    }
    Ok(group.versions.len() > MAX_VERSIONS)
}

/// The version in which a kind is read: the first of those that are known which the server has.
fn version_of(kind: ObjectKind, groups: Option<&GroupList>) -> Option<&'static str> {
    let known = kind.versions();
    let Some(groups) = groups.filter(|_| !kind.group().is_empty()) else {
        return known.first().copied();
    };
    let group = groups.groups.iter().find(|group| group.name == kind.group())?;
    known.iter().copied().find(|version| group.versions.iter().any(|served| served.version == *version))
}

fn base_path(group: &str, version: &str) -> String {
    match group {
        "" => format!("/api/{version}"),
        group => format!("/apis/{group}/{version}"),
    }
}

/// A document of discovery; `None` if the server refuses it.
fn get<T: serde::de::DeserializeOwned>(connection: &ClusterConnection, path: &str) -> Result<Option<T>, RequestError> {
    match connection.get(path, MAX_BYTES) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|_| RequestError::Broken(format!("{path} is no document of the Kubernetes API"))),
        Err(RequestError::Refused { .. } | RequestError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
