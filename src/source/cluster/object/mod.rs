//! What is read of API objects. A field of another type than the API's is an error, never taken for unset.

mod admission;
mod certificate_request;
mod constraint;
mod container;
mod label_selector;
mod meta;
mod namespaced;
mod network_policy;
mod nullable;
mod pod;
mod rbac;
mod security_context;
mod workload;

pub use admission::{
    AdmissionPolicy, AdmissionPolicyBinding, MatchResources, OperationRule, Validation, Webhook, WebhookConfiguration,
};
pub use certificate_request::CertificateRequest;
pub use constraint::SecurityConstraint;
pub use container::Container;
pub use label_selector::LabelSelector;
pub use meta::{Labels, Meta, OwnerReference};
pub use namespaced::{ClusterNode, Namespace, Service, ServiceAccount};
pub use network_policy::{NetworkPolicy, NetworkPolicyRule};
pub use pod::{Pod, PodSpec, Volume};
pub use rbac::{Binding, Role, RoleRef, Rule, Subject};
pub use security_context::{SecurityContext, WindowsOptions};
pub use workload::{PodTemplate, Workload};
