//! An object of Kubernetes in a file.

use super::origin::Origin;
use super::places::Places;
use crate::source::cluster::object::{Binding, ClaimTemplate, Labels, NetworkPolicy, PodTemplate, ServiceAccount};

/// An object of Kubernetes in a file.
#[derive(Debug)]
pub(crate) struct ManifestObject {
    /// Where it comes from.
    pub(crate) origin: Origin,
    /// The places of its fields.
    pub(crate) places: Places,
    /// Group and version.
    pub(crate) api_version: String,
    /// Its kind.
    pub(crate) kind: String,
    /// Its name; with `generateName` the start of it, and `*`.
    pub(crate) name: String,
    /// Its namespace, if it says one.
    pub(crate) namespace: Option<String>,
    /// Fields that its kind does not have: file, line, column and a similar name.
    pub(crate) unknown_fields: Vec<String>,
    /// What it is.
    pub(crate) content: ObjectContent,
}

/// What an object is.
#[derive(Debug)]
pub(crate) enum ObjectContent {
    /// A pod, or what makes pods.
    Pods {
        /// What the pods are made from.
        template: Box<PodTemplate>,
        /// The keys from the object to the template; none for a pod.
        path: Vec<&'static str>,
        /// The volumes that a StatefulSet asks for.
        claims: Vec<ClaimTemplate>,
        /// Whether the kind is not one of Kubernetes, and the template was recognised by its shape.
        is_custom: bool,
    },
    /// An account.
    ServiceAccount(Box<ServiceAccount>),
    /// A network policy.
    NetworkPolicy(Box<NetworkPolicy>),
    /// A binding of a role.
    Binding(Box<Binding>),
    /// Configuration as text.
    ConfigMap(ConfigData),
    /// Nothing that is evaluated.
    Other,
}

/// The entries of a ConfigMap that look like secrets: their names, and what was recognised.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ConfigData {
    /// Name of the entry, and what was recognised.
    pub(crate) secrets: Vec<(String, String)>,
}

impl ManifestObject {
    /// `Deployment/shop/web`, or `Deployment/web` without a namespace.
    pub(crate) fn title(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{}/{namespace}/{}", self.kind, self.name),
            None => format!("{}/{}", self.kind, self.name),
        }
    }

    /// The labels of its pods.
    pub(crate) fn pod_labels(&self) -> Option<&Labels> {
        match &self.content {
            ObjectContent::Pods { template, .. } => Some(&template.metadata.labels),
            ObjectContent::ServiceAccount(_)
            | ObjectContent::NetworkPolicy(_)
            | ObjectContent::Binding(_)
            | ObjectContent::ConfigMap(_)
            | ObjectContent::Other => None,
        }
    }
}
