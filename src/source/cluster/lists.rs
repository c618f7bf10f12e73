//! The lists of objects of one cluster, and how complete each is.

use super::decode::{Item, ItemError};
use super::kind::ObjectKind;
use super::object::{
    AdminPolicy, AdmissionPolicy, AdmissionPolicyBinding, Binding, CalicoPolicy, CertificateRequest, CiliumPolicy,
    ClusterNode, Meta, Namespace, NetworkPolicy, Pod, Role, Secret, SecurityConstraint, Service, ServiceAccount,
    WebhookConfiguration, Workload,
};
use super::recorded::Recorded;
use super::shared::Shared;
use crate::text::sanitize;
use foldhash::HashMap;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// How complete a list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListState {
    /// All objects of the kind are known.
    Complete,
    /// The server refuses the list; the reason.
    Refused(String),
    /// The server does not have the kind; the reason.
    Unknown(String),
    /// The saved lists do not have the kind.
    NotAtHand,
    /// The list cannot be read; the reason. None of its objects is kept, since what is missing is not known.
    Broken(String),
}

/// The objects of one cluster.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the lists of the kinds that they are named after")]
pub struct ObjectLists {
    pub namespaces: Vec<Namespace>,
    pub nodes: Vec<ClusterNode>,
    pub pods: Vec<Pod>,
    pub services: Vec<Service>,
    pub service_accounts: Vec<ServiceAccount>,
    /// The kinds that make pods.
    pub workloads: BTreeMap<ObjectKind, Vec<Workload>>,
    pub network_policies: Vec<NetworkPolicy>,
    pub cluster_roles: Vec<Role>,
    pub roles: Vec<Role>,
    pub cluster_role_bindings: Vec<Binding>,
    pub role_bindings: Vec<Binding>,
    pub mutating_webhooks: Vec<WebhookConfiguration>,
    pub validating_webhooks: Vec<WebhookConfiguration>,
    pub admission_policies: Vec<AdmissionPolicy>,
    pub admission_policy_bindings: Vec<AdmissionPolicyBinding>,
    pub certificate_requests: Vec<CertificateRequest>,
    pub constraints: Vec<SecurityConstraint>,
    /// Names and types; nothing of what they hold.
    pub secrets: Vec<Secret>,
    pub cilium_policies: BTreeMap<ObjectKind, Vec<CiliumPolicy>>,
    pub calico_policies: BTreeMap<ObjectKind, Vec<CalicoPolicy>>,
    pub admin_policies: BTreeMap<ObjectKind, Vec<AdminPolicy>>,
    /// Groups of the server whose network policies are not read.
    pub other_policy_groups: Vec<String>,
    /// What a snapshot says of the cluster, if the lists are of one.
    pub recorded: Option<Recorded>,
    /// What the reader must know about the lists.
    pub notices: Vec<String>,
    states: BTreeMap<ObjectKind, ListState>,
    /// The position of each object by kind, namespace and name, while the lists are read.
    index: HashMap<(ObjectKind, Box<str>), usize>,
    shared: Shared,
    /// The uids of two namespaces kube-system, which are those of two clusters.
    pub(super) two_clusters: Option<(String, String)>,
    /// The answer of the server in place of the page that was read last.
    pub(super) status: Option<(u16, String)>,
    /// Kinds of objects that no check reads, with their versions and how many there are.
    other_kinds: BTreeMap<(String, String), usize>,
    /// Kinds of which objects in an unknown version were seen.
    unknown_versions: BTreeMap<ObjectKind, String>,
}

/// An object of the API.
pub(super) trait HasMeta {
    fn meta(&self) -> &Meta;

    /// Shares what it has in common with others.
    fn share(&mut self, _shared: &mut Shared) {}
}

impl HasMeta for Pod {
    fn meta(&self) -> &Meta {
        &self.metadata
    }

    fn share(&mut self, shared: &mut Shared) {
        shared.share(self);
    }
}

macro_rules! has_meta {
    ($($object:ty),+) => {
        $(impl HasMeta for $object {
            fn meta(&self) -> &Meta {
                &self.metadata
            }
        })+
    };
}
has_meta!(
    Namespace,
    ClusterNode,
    Service,
    ServiceAccount,
    Workload,
    NetworkPolicy,
    Role,
    Binding,
    WebhookConfiguration,
    AdmissionPolicy,
    AdmissionPolicyBinding,
    CertificateRequest,
    SecurityConstraint,
    Secret,
    CiliumPolicy,
    CalicoPolicy,
    AdminPolicy
);

impl ObjectLists {
    /// How complete the list of a kind is.
    pub fn state(&self, kind: ObjectKind) -> &ListState {
        self.states.get(&kind).unwrap_or(&ListState::NotAtHand)
    }

    /// The number of namespaces that the objects are in.
    pub fn namespaces_seen(&self) -> usize {
        let pods = self.pods.iter().map(|pod| &pod.metadata);
        let workloads = self.workloads.values().flatten().map(|workload| &workload.metadata);
        let accounts = self.service_accounts.iter().map(|account| &account.metadata);
        let roles = self.roles.iter().map(|role| &role.metadata);
        let bindings = self.role_bindings.iter().map(|binding| &binding.metadata);
        let all = pods.chain(workloads).chain(accounts).chain(roles).chain(bindings);
        all.filter_map(|meta| meta.namespace.as_deref()).collect::<BTreeSet<_>>().len()
    }

    /// Whether no list is complete.
    pub fn is_empty(&self) -> bool {
        self.states.values().all(|state| *state != ListState::Complete)
    }

    /// The states that are known.
    pub fn states(&self) -> impl Iterator<Item = (ObjectKind, &ListState)> {
        self.states.iter().map(|(kind, state)| (*kind, state))
    }

    /// Adds an object to its list, and returns how many bytes of its text it takes.
    pub(super) fn insert<T: DeserializeOwned + HasMeta + PartialEq>(
        &mut self,
        kind: ObjectKind,
        item: Item<'_>,
        list: impl Fn(&mut Self) -> &mut Vec<T>,
    ) -> Result<usize, ItemError> {
        let (mut object, length): (T, usize) = item.decode()?;
        object.share(&mut self.shared);
        let meta = object.meta();
        if meta.name.is_empty() {
            return Err(ItemError::Wrong("it has no name".to_owned()));
        }
        let namespace = meta.namespace.clone().filter(|namespace| !namespace.is_empty() && kind.is_namespaced());
        if kind.is_namespaced() && namespace.is_none() {
            return Err(ItemError::Wrong("it has no namespace".to_owned()));
        }
        let title = format!(
            "{}/{}{}{}",
            kind.title(),
            namespace.as_deref().unwrap_or_default(),
            if namespace.is_some() { "/" } else { "" },
            meta.name
        );
        let key = (kind, title.into_boxed_str());
        let Some(position) = self.index.get(&key).copied() else {
            let list = list(self);
            list.push(object);
            let position = list.len() - 1;
            self.index.insert(key, position);
            return Ok(length);
        };
        let Some(known) = list(self).get_mut(position) else { return Ok(length) };
        if *known == object {
            return Ok(length);
        }
        let uids = (known.meta().uid.clone(), object.meta().uid.clone());
        let is_system = kind == ObjectKind::Namespace && object.meta().name == "kube-system";
        let version = |object: &T| object.meta().resource_version.as_deref().and_then(|text| text.parse::<u64>().ok());
        let is_older = matches!((version(known), version(&object)), (Some(known), Some(new)) if new < known);
        if !is_older {
            *known = object;
        }
        if let (true, (Some(one), Some(other))) = (is_system, uids)
            && one != other
        {
            self.two_clusters = Some((one, other));
        }
        self.notices.push(sanitize::into_line(format!(
            "{} is there twice and differs; the one with the higher resourceVersion counts",
            key.1
        )));
        Ok(length)
    }

    /// A list of the kind was read to its end.
    pub(super) fn complete(&mut self, kind: ObjectKind) {
        let state = self.states.entry(kind).or_insert(ListState::NotAtHand);
        match state {
            ListState::Complete | ListState::Broken(_) => {}
            ListState::NotAtHand => *state = ListState::Complete,
            ListState::Refused(reason) | ListState::Unknown(reason) => {
                self.notices.push(format!("{kind}: a complete list counts, and not {reason}"));
                *state = ListState::Complete;
            }
        }
    }

    /// The server refuses the list of the kind.
    pub(super) fn refuse(&mut self, kind: ObjectKind, reason: String) {
        self.set_unless_complete(kind, ListState::Refused(reason));
    }

    /// The server does not have the kind.
    pub(super) fn unknown(&mut self, kind: ObjectKind, reason: String) {
        self.set_unless_complete(kind, ListState::Unknown(reason));
    }

    fn set_unless_complete(&mut self, kind: ObjectKind, new: ListState) {
        let state = self.states.entry(kind).or_insert(ListState::NotAtHand);
        match (&*state, &new) {
            (ListState::Complete, ListState::Refused(reason) | ListState::Unknown(reason)) => {
                self.notices.push(format!("{kind}: a complete list counts, and not {reason}"));
            }
            (ListState::Broken(_), _) => {}
            _ => *state = new,
        }
    }

    /// The list of the kind cannot be read. The first reason is kept.
    pub(super) fn break_list(&mut self, kind: ObjectKind, reason: String) {
        if !matches!(self.states.get(&kind), Some(ListState::Broken(_))) {
            self.states.insert(kind, ListState::Broken(reason));
        }
    }

    /// Counts an object that no check reads.
    pub(super) fn note_other_kind(&mut self, kind: &str, api_version: &str) {
        *self.other_kinds.entry((kind.to_owned(), api_version.to_owned())).or_default() += 1;
    }

    /// Notes an object of a known kind in a version that is not known.
    pub(super) fn note_unknown_version(&mut self, kind: ObjectKind, api_version: &str, origin: &str) {
        let reason = sanitize::into_line(format!("{origin}: {kind} of {api_version} is not known and not judged"));
        self.unknown_versions.entry(kind).or_insert(reason);
    }

    /// Forgets the objects of a kind, whose list begins anew.
    #[cfg(feature = "cluster")]
    pub(super) fn restart(&mut self, kind: ObjectKind) {
        self.forget(kind);
        self.states.remove(&kind);
    }

    /// Forgets the objects of a kind, and where they are.
    fn forget(&mut self, kind: ObjectKind) {
        self.index.retain(|(of, _), _| *of != kind);
        self.clear(kind);
    }

    /// Ends the reading: of lists that cannot be read nothing is kept, and what no check reads is mentioned.
    pub(super) fn finish(&mut self) {
        for (kind, reason) in std::mem::take(&mut self.unknown_versions) {
            self.states.entry(kind).or_insert_with(|| ListState::Broken(reason.clone()));
            self.notices.push(reason);
        }
        let broken: Vec<ObjectKind> = ObjectKind::ALL
            .into_iter()
            .filter(|kind| matches!(self.states.get(kind), Some(ListState::Broken(_))))
            .collect();
        broken.into_iter().for_each(|kind| self.forget(kind));
        self.index = HashMap::default();
        self.shared = Shared::default();
        let others = std::mem::take(&mut self.other_kinds);
        if !others.is_empty() {
            let names = others.into_iter().map(|((kind, version), count)| match version.as_str() {
                "" | "v1" => format!("{kind} ({count})"),
                version => format!("{kind} of {version} ({count})"),
            });
            let names = names.collect::<Vec<_>>().join(", ");
            self.notices.push(sanitize::into_line(format!("objects that no check reads: {names}")));
        }
    }
}
