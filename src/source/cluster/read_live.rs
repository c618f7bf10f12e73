//! Lists the objects of a cluster: one list call for each kind. Secrets, and network policies of other kinds, are asked for only if
//! the user says so.

use super::discovery::Served;
use super::kind::ObjectKind;
use super::list_kind::list_all;
use super::list_secrets::list_secrets;
use super::lists::ObjectLists;
use super::live::{ClusterConnection, RequestError};
use super::opt_in::OptIn;
use crate::model::leading_version;
use serde_json::Value as Json;
use std::cell::RefCell;

/// Bytes of the document `/version`.
const MAX_VERSION_BYTES: u64 = 64 << 10;

/// The objects of a running cluster.
#[derive(Debug)]
pub struct LiveCluster {
    /// Its lists.
    pub lists: ObjectLists,
    /// Its Kubernetes version, if the server tells.
    pub version: Option<String>,
}

/// What of a cluster is listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct LiveScope<'a> {
    /// Only what is in these namespaces; empty means everything.
    pub namespaces: &'a [String],
    /// Whether the names and types of Secrets are listed.
    pub secrets: bool,
    /// Whether network policies are listed that are not Kubernetes's own kind.
    pub other_policies: bool,
}

impl LiveScope<'_> {
    fn includes(&self, kind: ObjectKind) -> bool {
        match kind.opt_in() {
            None => true,
            Some(OptIn::Secrets) => self.secrets,
            Some(OptIn::OtherPolicies) => self.other_policies,
        }
    }
}

/// Lists the objects of a cluster.
///
/// # Errors
/// If the server cannot be reached, or does not know who asks. A list that is refused or broken is a state of that list.
pub fn read_live(connection: &ClusterConnection, scope: &LiveScope<'_>) -> Result<LiveCluster, RequestError> {
    let version = match connection.get("/version", MAX_VERSION_BYTES) {
        Ok(bytes) => serde_json::from_slice::<Json>(&bytes)
            .ok()
            .and_then(|json| leading_version(json.get("gitVersion")?.as_str()?)),
        Err(RequestError::Refused { .. } | RequestError::NotFound) => None,
        Err(error) => return Err(error),
    };
    let kinds: Vec<ObjectKind> = ObjectKind::ALL.into_iter().filter(|kind| scope.includes(*kind)).collect();
    let served = Served::find(connection, &kinds)?;
    let lists = RefCell::new(ObjectLists::default());
    for kind in kinds {
        if !scope.namespaces.is_empty() && !kind.is_namespaced() {
            let reason = "--namespace limits the audit to what is in namespaces".to_owned();
            lists.borrow_mut().refuse(kind, reason);
            continue;
        }
        let Some(paths) = paths(&served, kind, scope.namespaces) else {
            lists.borrow_mut().unknown(kind, format!("{}: the server does not have it", kind.plural()));
            continue;
        };
        if kind == ObjectKind::Secret {
            list_secrets(connection, &paths, &mut lists.borrow_mut())?;
        } else {
            list_all(connection, kind, &paths, &lists)?;
        }
    }
    let mut lists = lists.into_inner();
    lists.other_policy_groups = served.policy_groups;
    lists.finish();
    Ok(LiveCluster { lists, version })
}

/// The paths of a kind's lists: one, or one for each namespace. `None` if the server does not have the kind.
fn paths(served: &Served, kind: ObjectKind, namespaces: &[String]) -> Option<Vec<String>> {
    match namespaces {
        [] => served.list_path(kind, None).map(|path| vec![path]),
        names => names.iter().map(|name| served.list_path(kind, Some(name))).collect(),
    }
}
