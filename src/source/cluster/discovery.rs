//! Which kinds an API server has, and in which version. Every user may ask; a kind that is not served is never asked for, so that a
//! missing kind is not taken for a refused one.

use super::kind::ObjectKind;
use super::live::{ClusterConnection, RequestError};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Bytes of one document of discovery. Those of large clusters have some 100 KiB.
const MAX_BYTES: u64 = 8 << 20;

/// Groups whose network policies Kubernetes's own kind does not show.
const POLICY_GROUPS: [&str; 3] = ["cilium.io", "crd.projectcalico.org", "policy.networking.k8s.io"];

/// What an API server has.
pub(super) struct Served {
    /// The path of each kind's list without a namespace; `None` for a kind that is not served.
    paths: BTreeMap<ObjectKind, Option<(String, &'static str)>>,
    /// Groups with network policies of other kinds.
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
    /// Asks the server. Where it refuses to tell, every kind is taken for served.
    pub(super) fn find(connection: &ClusterConnection) -> Result<Self, RequestError> {
        let groups: Option<GroupList> = get(connection, "/apis")?;
        let mut resources: BTreeMap<String, Option<Vec<String>>> = BTreeMap::new();
        let mut paths = BTreeMap::new();
        for kind in ObjectKind::ALL {
            let version = version_of(kind, groups.as_ref());
            let path = match version {
                None => None,
                Some(version) => {
                    let base = base_path(kind, version);
                    let known = match resources.get(&base) {
                        Some(known) => known,
                        None => {
                            let list: Option<ResourceList> = get(connection, &base)?;
                            let names = list.map(|list| list.resources.into_iter().map(|of| of.name).collect());
                            resources.entry(base.clone()).or_insert(names)
                        }
                    };
                    let is_served = known.as_ref().is_none_or(|names| names.iter().any(|name| name == kind.plural()));
                    is_served.then_some((base, version))
                }
            };
            paths.insert(kind, path);
        }
        let has = |name: &&str| groups.iter().flat_map(|list| &list.groups).any(|group| group.name == **name);
        let policy_groups = POLICY_GROUPS.iter().filter(|name| has(name)).map(|name| (*name).to_owned()).collect();
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

/// The version in which a kind is read: the first of those that are known which the server has.
fn version_of(kind: ObjectKind, groups: Option<&GroupList>) -> Option<&'static str> {
    let known = kind.versions();
    let Some(groups) = groups.filter(|_| !kind.group().is_empty()) else {
        return known.first().copied();
    };
    let group = groups.groups.iter().find(|group| group.name == kind.group())?;
    known.iter().copied().find(|version| group.versions.iter().any(|served| served.version == *version))
}

fn base_path(kind: ObjectKind, version: &str) -> String {
    match kind.group() {
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
