//! What looks at objects before they are stored: webhooks and admission policies.

use super::namespaced::everything;
use super::{LabelSelector, Meta, nullable};
use serde::{Deserialize, Serialize};

/// A validating or mutating webhook configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct WebhookConfiguration {
    /// Its metadata.
    pub metadata: Meta,
    /// Its webhooks.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub webhooks: Vec<Webhook>,
}

/// A program that is asked before an object is stored.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Its name: a domain.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub name: String,
    /// `Fail` if objects are refused while it does not answer, which is the default; or `Ignore`.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub failure_policy: Option<String>,
    /// The requests that it is asked about.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub rules: Vec<OperationRule>,
    /// The namespaces that it is for.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub namespace_selector: LabelSelector,
    /// The objects that it is for.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub object_selector: LabelSelector,
    /// Whether it is asked under conditions only.
    #[serde(
        default,
        rename = "matchConditions",
        deserialize_with = "nullable::has_elements",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_elements"
    )]
    pub has_conditions: bool,
}

impl Webhook {
    /// Whether objects are refused while it does not answer.
    pub fn fails_closed(&self) -> bool {
        self.failure_policy.as_deref().is_none_or(|policy| policy == "Fail")
    }
}

/// The requests that a webhook or policy is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationRule {
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    operations: Vec<String>,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    api_groups: Vec<String>,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    api_versions: Vec<String>,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    resources: Vec<String>,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    resource_names: Vec<String>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    scope: Option<String>,
}

impl OperationRule {
    /// Whether it is about pods in some way.
    pub fn is_about_pods(&self) -> bool {
        let is_any = |list: &[String], names: &[&str]| list.iter().any(|entry| names.contains(&entry.as_str()));
        is_any(&self.api_groups, &["", "*"]) && is_any(&self.resources, &["pods", "*", "*/*", "pods/*"])
    }

    /// Whether it is about the creation of every pod.
    pub fn covers_pod_creation(&self) -> bool {
        let has = |list: &[String], names: &[&str]| list.iter().any(|entry| names.contains(&entry.as_str()));
        has(&self.operations, &["CREATE", "*"])
            && has(&self.api_groups, &["", "*"])
            && has(&self.api_versions, &["v1", "*"])
            && has(&self.resources, &["pods", "*", "*/*", "pods/*"])
            && self.resource_names.is_empty()
            && self.scope.as_deref() != Some("Cluster")
    }
}

/// A ValidatingAdmissionPolicy: expressions that must hold for an object.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct AdmissionPolicy {
    /// Its metadata.
    pub metadata: Meta,
    /// What it says.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub spec: AdmissionPolicySpec,
}

/// What an admission policy says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdmissionPolicySpec {
    /// `Fail` if objects are refused where an expression cannot be evaluated, which is the default; or `Ignore`.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub failure_policy: Option<String>,
    /// The requests that it is for.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub match_constraints: MatchResources,
    /// Whether it is evaluated under conditions only.
    #[serde(
        default,
        rename = "matchConditions",
        deserialize_with = "nullable::has_elements",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_elements"
    )]
    pub has_conditions: bool,
    /// What must hold.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub validations: Vec<Validation>,
    /// Expressions that others use.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub variables: Vec<Validation>,
}

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Validation {
    /// In the Common Expression Language.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub expression: String,
}

/// The requests that a policy or its binding is for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchResources {
    /// The namespaces.
    #[serde(
        default = "everything",
        deserialize_with = "nullable::or_default",
        skip_serializing_if = "nullable::is_default"
    )]
    pub namespace_selector: LabelSelector,
    /// The objects.
    #[serde(
        default = "everything",
        deserialize_with = "nullable::or_default",
        skip_serializing_if = "nullable::is_default"
    )]
    pub object_selector: LabelSelector,
    /// The operations and resources; a binding without any is for those of its policy.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub resource_rules: Vec<OperationRule>,
    /// Whether some are left out.
    #[serde(
        default,
        rename = "excludeResourceRules",
        deserialize_with = "nullable::has_elements",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_elements"
    )]
    pub has_exclusions: bool,
}

impl Default for MatchResources {
    fn default() -> Self {
        Self {
            namespace_selector: everything(),
            object_selector: everything(),
            resource_rules: Vec::new(),
            has_exclusions: false,
        }
    }
}

/// Puts an admission policy in force.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct AdmissionPolicyBinding {
    /// Its metadata.
    pub metadata: Meta,
    /// What it says.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub spec: AdmissionPolicyBindingSpec,
}

/// Which policy is in force, for what, and with which effect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdmissionPolicyBindingSpec {
    /// The policy.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub policy_name: String,
    /// `Deny`, `Warn`, `Audit`.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub validation_actions: Vec<String>,
    /// The requests that it is for, of those of its policy.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub match_resources: MatchResources,
}
