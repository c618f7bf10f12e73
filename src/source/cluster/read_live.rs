//! Lists the objects of a cluster: one list call for each kind, and no call for Secrets.

use super::decode::{Origin, read_json};
use super::discovery::Served;
use super::kind::ObjectKind;
use super::lists::{ListState, ObjectLists};
use super::live::{ClusterConnection, PageEnd, PageError, RequestError};
use crate::model::leading_version;
use serde_json::Value as Json;
use std::cell::RefCell;
use std::io::Read;

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

/// Lists the objects of a cluster. `namespaces`: only what is in these; empty means everything.
///
/// # Errors
/// If the server cannot be reached, or does not know who asks. A list that is refused or broken is a state of that list.
pub fn read_live(connection: &ClusterConnection, namespaces: &[String]) -> Result<LiveCluster, RequestError> {
    let version = match connection.get("/version", MAX_VERSION_BYTES) {
        Ok(bytes) => serde_json::from_slice::<Json>(&bytes)
            .ok()
            .and_then(|json| leading_version(json.get("gitVersion")?.as_str()?)),
        Err(RequestError::Refused { .. } | RequestError::NotFound) => None,
        Err(error) => return Err(error),
    };
    let served = Served::find(connection)?;
    let lists = RefCell::new(ObjectLists::default());
    for kind in ObjectKind::ALL {
        if !namespaces.is_empty() && !kind.is_namespaced() {
            let reason = "--namespace limits the audit to what is in namespaces".to_owned();
            lists.borrow_mut().refuse(kind, reason);
            continue;
        }
        let scopes: Vec<Option<&str>> = match namespaces {
            [] => vec![None],
            names => names.iter().map(|name| Some(name.as_str())).collect(),
        };
        for scope in scopes {
            let Some(path) = served.list_path(kind, scope) else {
                lists.borrow_mut().unknown(kind, format!("{}: the server does not have it", kind.plural()));
                break;
            };
            list(connection, kind, &path, &lists)?;
            // The list is complete if that of each namespace is.
            if *lists.borrow().state(kind) != ListState::Complete {
                break;
            }
        }
    }
    let mut lists = lists.into_inner();
    lists.other_policy_groups = served.policy_groups;
    lists.finish();
    Ok(LiveCluster { lists, version })
}

/// Reads the list of one kind.
fn list(
    connection: &ClusterConnection,
    kind: ObjectKind,
    path: &str,
    lists: &RefCell<ObjectLists>,
) -> Result<(), RequestError> {
    let origin = Origin { name: path.to_owned(), kind: Some(kind), is_page: true };
    let mut page = |body: &mut dyn Read| -> Result<PageEnd, PageError> {
        let mut lists = lists.borrow_mut();
        let meta = read_json(body, &origin, &mut lists);
        if let Some((code, message)) = lists.status.take() {
            return Err(PageError::Status { code, message });
        }
        match lists.state(kind) {
            ListState::Broken(reason) => Err(PageError::Broken(reason.clone())),
            _ => Ok(PageEnd { continue_token: meta.continue_token, resource_version: meta.resource_version }),
        }
    };
    let result = connection.list(path, &mut page, &mut || lists.borrow_mut().restart(kind));
    let mut lists = lists.borrow_mut();
    match result {
        Ok(end) if end.is_mixed => {
            lists.notices.push(format!("{path}: its pages are of several moments; an object may be missing or twice"));
        }
        Ok(_) => {}
        Err(RequestError::Refused { status, reason }) => {
            lists.restart(kind);
            lists.refuse(kind, format!("{path}: {status} {reason}"));
        }
        Err(RequestError::NotFound) => {
            lists.restart(kind);
            lists.unknown(kind, format!("{path}: not found"));
        }
        Err(error @ (RequestError::Broken(_) | RequestError::Failed(_))) => {
            lists.break_list(kind, format!("{path}: {error}"));
        }
        Err(error @ RequestError::Unauthorized) => return Err(error),
    }
    Ok(())
}
