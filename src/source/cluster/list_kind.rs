//! Reads the lists of one kind from an API server: page by page, for the whole cluster or for each of some namespaces.

use super::decode::{Origin, read_json};
use super::kind::ObjectKind;
use super::lists::{ListState, ObjectLists};
use super::live::{ClusterConnection, PageEnd, PageError, RequestError};
use std::cell::RefCell;
use std::io::Read;

/// Times that the lists of several namespaces are begun.
const MAX_ROUNDS: usize = 2;

/// Reads the lists of one kind. The list of the cluster is complete if that of each namespace is.
pub(super) fn list_all(
    connection: &ClusterConnection,
    kind: ObjectKind,
    paths: &[String],
    lists: &RefCell<ObjectLists>,
) -> Result<(), RequestError> {
    for _ in 0..MAX_ROUNDS {
        let mut has_lost_others = false;
        for (position, path) in paths.iter().enumerate() {
            let is_restarted = list(connection, kind, path, lists)?;
            if *lists.borrow().state(kind) != ListState::Complete {
                return Ok(());
            }
            // A list that begins anew throws away what was read of the namespaces before it.
            has_lost_others |= is_restarted && position > 0;
        }
        if !has_lost_others {
            return Ok(());
        }
        lists.borrow_mut().restart(kind);
    }
    lists.borrow_mut().break_list(kind, format!("{}: the lists of namespaces expire again and again", kind.plural()));
    Ok(())
}

/// Reads the list of one kind, and returns whether it began anew.
fn list(
    connection: &ClusterConnection,
    kind: ObjectKind,
    path: &str,
    lists: &RefCell<ObjectLists>,
) -> Result<bool, RequestError> {
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
    let restart = &mut || lists.borrow_mut().restart(kind);
    let result = if kind == ObjectKind::Secret {
        connection.list_metadata(path, &mut page, restart)
    } else {
        connection.list(path, &mut page, restart)
    };
    let mut lists = lists.borrow_mut();
    let is_restarted = result.as_ref().is_ok_and(|end| end.is_restarted);
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
    Ok(is_restarted)
}
