//! Service accounts and their tokens.

use super::examination::{Attribute, Examination, PolicyFinding};
use super::exemption::Exemption;
use super::facts::{ClusterFacts, PODS, RBAC};
use super::pods::nothing_runs;
use crate::cluster::PodUnit;
use crate::cluster::rbac::Identity;
use crate::source::cluster::ObjectKind;
use crate::source::cluster::object::PodSpec;
use foldhash::HashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Where the token of a pod is mounted.
const TOKEN_DIRECTORY: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// How the audience of a token for the API server begins.
const API_SERVER: &str = "https://kubernetes.default.svc";

/// What the accounts say about tokens, by namespace and name.
struct Accounts<'a>(HashMap<(&'a str, &'a str), Option<bool>>);

impl<'a> Accounts<'a> {
    fn new(facts: &ClusterFacts<'a>) -> Self {
        let accounts = facts.lists.service_accounts.iter().map(|account| {
            let namespace = account.metadata.namespace.as_deref().unwrap_or_default();
            ((namespace, account.metadata.name.as_str()), account.automount_service_account_token)
        });
        Self(accounts.collect())
    }

    /// Whether a pod has a token for the API server. `None` if the account decides and the accounts are not known.
    fn gives_token(&self, namespace: &str, unit: &PodUnit<'_>, is_known: bool) -> Option<bool> {
        let is_mounted = mounts_token(unit.spec);
        if unit.is_pod || is_mounted {
            return Some(is_mounted);
        }
        match unit.spec.automount_service_account_token {
            Some(automount) => Some(automount),
            None if is_known => Some(self.0.get(&(namespace, unit.spec.account())).copied().flatten().unwrap_or(true)),
            None => None,
        }
    }
}

/// Whether a token for the API server is mounted.
fn mounts_token(spec: &PodSpec) -> bool {
    let at_usual_place = |path: &str| path.trim_end_matches('/') == TOKEN_DIRECTORY;
    let is_for_api_server = |audience: &Option<String>| match audience.as_deref() {
        None | Some("") => true,
        Some(audience) => audience.starts_with(API_SERVER),
    };
    let sources = spec.volumes.iter().flat_map(|volume| &volume.projected.sources);
    let mut tokens = sources.filter_map(|source| source.service_account_token.as_ref());
    spec.all_containers().any(|container| container.volume_mounts.iter().any(|mount| at_usual_place(&mount.mount_path)))
        || tokens.any(|token| is_for_api_server(&token.audience))
}

/// The accounts named `default`: whether they give out tokens, have rights, or are used.
pub(super) fn default_accounts(facts: &ClusterFacts<'_>) -> Examination {
    let accounts = Accounts::new(facts);
    let is_known = facts.is_complete(ObjectKind::ServiceAccount);
    let mut users: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for group in &facts.pods.0 {
        let namespace = group.owner.namespace.as_str();
        let units = group.units.iter().filter(|unit| !unit.is_finished && unit.spec.account() == "default");
        if units.into_iter().any(|unit| accounts.gives_token(namespace, unit, is_known) == Some(true)) {
            users.entry(namespace).or_default().insert(group.owner.to_string());
        }
    }
    let mut bindings: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for grant in &facts.rbac.grants {
        for subject in &grant.subjects {
            if let Identity::ServiceAccount(namespace, name) = subject
                && name == "default"
            {
                bindings.entry(namespace).or_default().insert(grant.title.clone());
            }
        }
    }
    let mut findings = Vec::new();
    for account in facts.lists.service_accounts.iter().filter(|account| account.metadata.name == "default") {
        let namespace = account.metadata.namespace.as_deref().unwrap_or_default();
        let list = |of: &BTreeMap<&str, BTreeSet<String>>| -> Vec<String> {
            of.get(namespace).map(|titles| titles.iter().cloned().collect()).unwrap_or_default()
        };
        let (bindings, owners) = (list(&bindings), list(&users));
        let reasons = [
            ("automount", account.automount_service_account_token != Some(false)),
            ("bound", !bindings.is_empty()),
            ("used", !owners.is_empty()),
        ];
        let why: Vec<String> =
            reasons.into_iter().filter(|(_, holds)| *holds).map(|(name, _)| name.to_owned()).collect();
        if !why.is_empty() {
            findings.push(
                PolicyFinding::about("account", format!("ServiceAccount/{namespace}/default"))
                    .with("why", Attribute::Texts(why))
                    .with("bindings", Attribute::Texts(bindings))
                    .with("owners", Attribute::Texts(owners)),
            );
        }
    }
    Examination::conclude(findings, Vec::new(), facts.lacking(&needed()))
}

pub(super) fn needed() -> Vec<ObjectKind> {
    [ObjectKind::ServiceAccount].into_iter().chain(PODS).chain(RBAC).collect()
}

/// Pods with a token that they cannot need: their account is `default`, or has no rights.
pub(super) fn tokens(facts: &ClusterFacts<'_>) -> Examination {
    if facts.pods.is_empty() && facts.lacking(&needed()).is_empty() {
        return nothing_runs();
    }
    let accounts = Accounts::new(facts);
    let is_known = facts.is_complete(ObjectKind::ServiceAccount);
    let rights_are_known = facts.lacking(&RBAC).is_empty();
    let with_rights: BTreeSet<&Identity> = facts
        .rbac
        .grants
        .iter()
        .filter(|grant| !facts.rbac.rules(grant).is_empty())
        .flat_map(|grant| &grant.subjects)
        .collect();
    let (mut findings, mut exempt) = (Vec::new(), Vec::new());
    for group in &facts.pods.0 {
        let namespace = group.owner.namespace.as_str();
        let mut by_account: BTreeMap<&str, usize> = BTreeMap::new();
        for unit in group.units.iter().filter(|unit| !unit.is_finished) {
            if accounts.gives_token(namespace, unit, is_known) == Some(true) {
                *by_account.entry(unit.spec.account()).or_default() += usize::from(unit.is_pod);
            }
        }
        for (account, pods) in by_account {
            let identity = Identity::ServiceAccount(namespace.to_owned(), account.to_owned());
            let mut finding = PolicyFinding::about("owner", group.owner.to_string())
                .with_text("account", identity.to_string())
                .with("pods", Attribute::Number(pods));
            finding.count = pods.max(1);
            match account {
                "default" => findings.push(finding),
                _ if with_rights.contains(&identity) => exempt.push((finding, Exemption::Rights)),
                _ if rights_are_known => findings.push(finding),
                _ => {}
            }
        }
    }
    Examination::conclude(findings, exempt, facts.lacking(&needed()))
}
