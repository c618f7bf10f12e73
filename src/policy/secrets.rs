//! What the names and types of Secrets show. What a Secret holds is never read.

use super::admission::api_servers;
use super::examination::Examination;
use super::facts::ClusterFacts;
use crate::source::cluster::object::{Secret, SecretType};
use crate::source::cluster::{ListState, ObjectKind, OptIn};
use std::collections::BTreeMap;

/// Names that a note has.
const MAX_NAMED: usize = 100;

/// Whether Secrets belong elsewhere is a decision about risk.
pub(super) fn external_secrets(facts: &ClusterFacts<'_>) -> Examination {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for secret in &facts.lists.secrets {
        *counts.entry(secret.metadata.namespace.as_deref().unwrap_or_default()).or_default() += 1;
    }
    let notes = counts.into_iter().map(|(namespace, count)| format!("namespace {namespace}: {count} Secrets"));
    manual("whether Secrets belong outside the cluster is a decision about risk")
        .with_notes(notes.chain(missing(facts)))
}

/// Who holds a token is recorded nowhere; that tokens do not expire, their Secrets show.
pub(super) fn service_account_tokens(facts: &ClusterFacts<'_>) -> Examination {
    let notes = of_type(facts, SecretType::ServiceAccountToken, "tokens of service accounts that do not expire");
    manual("who holds the token of a service account is recorded nowhere").with_notes(notes)
}

/// Whether nobody can sign in with a bootstrap token: the API server takes none, or there is none.
pub(super) fn bootstrap_tokens(facts: &ClusterFacts<'_>) -> Examination {
    if are_refused_by_api_servers(facts) {
        let note = "no API server that runs as a static pod has --enable-bootstrap-token-auth";
        return pass().with_notes([note.to_owned()]);
    }
    let notes: Vec<String> = of_type(facts, SecretType::BootstrapToken, "bootstrap tokens").collect();
    let may_be_one = |secret: &Secret| matches!(secret.secret_type, SecretType::BootstrapToken | SecretType::Unknown);
    // Of a cluster of which some namespaces are listed, the others may have tokens.
    let is_whole = facts.is_complete(ObjectKind::Namespace);
    if is_whole && facts.is_complete(ObjectKind::Secret) && !facts.lists.secrets.iter().any(may_be_one) {
        return pass().with_notes(notes);
    }
    manual("who holds a bootstrap token, and uses it for what, is recorded nowhere").with_notes(notes)
}

fn pass() -> Examination {
    Examination::conclude(Vec::new(), Vec::new(), Vec::new())
}

fn manual(reason: &str) -> Examination {
    pass().manual_unless_decided(reason)
}

/// Whether API servers can be seen, and none of them takes bootstrap tokens. Off is the default.
fn are_refused_by_api_servers(facts: &ClusterFacts<'_>) -> bool {
    let mut servers = api_servers(facts).peekable();
    facts.is_complete(ObjectKind::Pod)
        && servers.peek().is_some()
        && servers.all(|arguments| {
            let mut values = arguments.iter().filter_map(|argument| {
                let value = argument.strip_prefix("--enable-bootstrap-token-auth")?;
                // The ways in which Go reads false.
                Some(["=false", "=False", "=FALSE", "=f", "=F", "=0"].contains(&value))
            });
            values.next_back().unwrap_or(true)
        })
}

/// The Secrets of a type in words, or why they are not known.
fn of_type<'f>(
    facts: &'f ClusterFacts<'_>,
    secret_type: SecretType,
    what: &str,
) -> impl Iterator<Item = String> + use<'f> {
    let is_known = *facts.lists.state(ObjectKind::Secret) == ListState::Complete;
    let of = |wanted: SecretType| facts.lists.secrets.iter().filter(move |secret| secret.secret_type == wanted);
    let names: Vec<String> = of(secret_type)
        .map(|secret| format!("{}/{}", secret.metadata.namespace.as_deref().unwrap_or_default(), secret.metadata.name))
        .collect();
    let found = match names.len() {
        0 => format!("{what}: none"),
        count => {
            let more = count.saturating_sub(MAX_NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let named = names.into_iter().take(MAX_NAMED).collect::<Vec<_>>().join(", ");
            format!("{what}: {named}{more}")
        }
    };
    let unknown = match of(SecretType::Unknown).count() {
        0 => None,
        count => Some(format!("the type of {count} Secrets is not in the list")),
    };
    [Some(found), unknown].into_iter().flatten().filter(move |_| is_known).chain(missing(facts))
}

/// Why the Secrets are not known.
fn missing(facts: &ClusterFacts<'_>) -> Option<String> {
    match facts.lists.state(ObjectKind::Secret) {
        ListState::Complete => None,
        ListState::NotAtHand => Some(format!("Secrets were not listed, which needs {}", OptIn::Secrets.flag())),
        ListState::Refused(reason) => Some(format!("the list of Secrets is refused ({reason})")),
        ListState::Unknown(reason) | ListState::Broken(reason) => {
            Some(format!("the list of Secrets cannot be used ({reason})"))
        }
    }
}
