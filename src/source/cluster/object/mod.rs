//! What is read of API objects. A field of another type than the API's is an error, never taken for unset.

mod admin_policy;
mod admission;
mod annotations;
mod calico_policy;
mod certificate_request;
mod cilium_policy;
mod claim;
mod command;
mod constraint;
mod container;
mod handler;
mod label_selector;
mod meta;
mod namespaced;
mod network_policy;
mod nullable;
mod placement;
mod pod;
mod rbac;
mod secret;
mod security_context;
mod variable;
mod volume;
mod workload;

pub use admin_policy::{AdminPolicy, AdminRule, AdminSubject};
pub use admission::{
    AdmissionPolicy, AdmissionPolicyBinding, MatchResources, OperationRule, Validation, Webhook, WebhookConfiguration,
};
pub use annotations::Annotations;
pub use calico_policy::{CalicoPolicy, CalicoRule};
pub use certificate_request::CertificateRequest;
pub use cilium_policy::{CiliumPeers, CiliumPolicy, CiliumRule};
pub use claim::ClaimTemplate;
pub use command::{is_remover, is_shell, names_shell, redacted_hint, starts_shell};
pub use constraint::SecurityConstraint;
pub use container::{Container, ContainerPort, Resources};
pub use handler::{ExecAction, Handler, HostAction, Lifecycle};
pub use label_selector::LabelSelector;
pub use meta::{Labels, Meta, OwnerReference};
pub use namespaced::{ClusterNode, Namespace, Service, ServiceAccount};
pub use network_policy::{NetworkPolicy, NetworkPolicyRule};
pub use placement::{Affinity, Toleration};
pub use pod::{Pod, PodSpec};
pub use rbac::{Binding, Role, RoleRef, Rule, Subject};
pub use secret::{Secret, SecretType};
pub use security_context::{Capabilities, Profile, SecurityContext, SelinuxOptions, Sysctl, WindowsOptions};
pub use variable::{NamedRef, Variable, VariableSource, VariablesFrom};
pub use volume::{HostPathVolume, Volume};
pub use workload::{PodTemplate, Workload};
