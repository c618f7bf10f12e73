//! What is known beside a workload: accounts and network policies of its namespace, and what the user says of registries.

use crate::source::cluster::object::{NetworkPolicy, ServiceAccount};
use foldhash::{HashMap, HashMapExt as _};

/// Whether all objects of a kind are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// All of them: what is not there does not exist.
    All,
    /// Those at hand: others may exist.
    AtHand,
}

/// What is known beside a workload.
#[derive(Debug)]
pub struct Surroundings<'a> {
    accounts: HashMap<(&'a str, &'a str), &'a ServiceAccount>,
    policies: Vec<(&'a str, &'a NetworkPolicy)>,
    /// Whether all accounts and network policies are known.
    pub completeness: Completeness,
    /// Registries that need a credential.
    pub private_registries: &'a [String],
    /// Registries that images may come from; empty if the user does not say.
    pub allowed_registries: &'a [String],
    /// Whether every kubelet gives containers the seccomp profile of the runtime by default.
    pub seccomp_by_default: bool,
    /// The minor version of Kubernetes 1 whose rules hold.
    pub minor: u32,
}

impl<'a> Surroundings<'a> {
    /// With nothing but these accounts and policies. An object without a namespace is with those that have none either.
    pub fn new(
        accounts: impl IntoIterator<Item = &'a ServiceAccount>,
        policies: impl IntoIterator<Item = &'a NetworkPolicy>,
        completeness: Completeness,
    ) -> Self {
        let mut by_name = HashMap::new();
        for account in accounts {
            let namespace = account.metadata.namespace.as_deref().unwrap_or_default();
            by_name.insert((namespace, account.metadata.name.as_str()), account);
        }
        let policies = policies.into_iter();
        let policies = policies.map(|policy| (policy.metadata.namespace.as_deref().unwrap_or_default(), policy));
        Self {
            accounts: by_name,
            policies: policies.collect(),
            completeness,
            private_registries: &[],
            allowed_registries: &[],
            seccomp_by_default: false,
            minor: crate::workload::NEWEST_MINOR,
        }
    }

    /// The account of this name, if it is known.
    pub(super) fn account(&self, namespace: Option<&str>, name: &str) -> Option<&'a ServiceAccount> {
        self.accounts.get(&(namespace.unwrap_or_default(), name)).copied()
    }

    /// The network policies of a namespace.
    pub(super) fn policies(&self, namespace: Option<&str>) -> impl Iterator<Item = &'a NetworkPolicy> {
        let namespace = namespace.unwrap_or_default();
        self.policies.iter().filter(move |(of, _)| *of == namespace).map(|(_, policy)| *policy)
    }
}
