//! Reads from an API server which Secrets there are.

use super::kind::ObjectKind;
use super::list_kind::list_all;
use super::lists::{ListState, ObjectLists};
use super::live::{ClusterConnection, RequestError};
use super::object::{Secret, SecretType};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Reads which Secrets there are, and which of them are of the types that a check asks about. Metadata does not state the type, so
/// each type is a list of its own.
pub(super) fn list_secrets(
    connection: &ClusterConnection,
    paths: &[String],
    lists: &mut ObjectLists,
) -> Result<(), RequestError> {
    let kind = ObjectKind::Secret;
    let mut types = BTreeMap::new();
    for secret_type in [SecretType::Other, SecretType::ServiceAccountToken, SecretType::BootstrapToken] {
        let selector = match secret_type {
            SecretType::ServiceAccountToken | SecretType::BootstrapToken => secret_type.id(),
            SecretType::Other | SecretType::Unknown => None,
        };
        let selected = |path: &String| match selector {
            Some(name) => format!("{path}?fieldSelector=type%3D{}", name.replace('/', "%2F")),
            None => path.clone(),
        };
        let paths: Vec<String> = paths.iter().map(selected).collect();
        let found = RefCell::new(ObjectLists::default());
        list_all(connection, kind, &paths, &found)?;
        let mut found = found.into_inner();
        lists.notices.append(&mut found.notices);
        match found.state(kind).clone() {
            ListState::Complete => {}
            ListState::Refused(reason) => {
                lists.refuse(kind, reason);
                return Ok(());
            }
            ListState::Unknown(reason) => {
                lists.unknown(kind, reason);
                return Ok(());
            }
            ListState::Broken(reason) => {
                lists.break_list(kind, reason);
                return Ok(());
            }
            ListState::NotAtHand => {
                lists.break_list(kind, "its list was not read".to_owned());
                return Ok(());
            }
        }
        for secret in found.secrets {
            // A server that sends whole objects states the type itself.
            let own = if secret.secret_type == SecretType::Unknown { secret_type } else { secret.secret_type };
            types.insert((secret.metadata.namespace, secret.metadata.name), own);
        }
    }
    lists.secrets = types.into_iter().map(|((namespace, name), of)| Secret::new(namespace, name, of)).collect();
    lists.complete(kind);
    Ok(())
}
