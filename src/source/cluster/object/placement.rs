//! The nodes that a pod may run on.

use super::nullable;
use serde::{Deserialize, Serialize};

/// Conditions on the node of a pod beyond its labels.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Affinity {
    /// Conditions on the node itself.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub node_affinity: NodeAffinity,
}

/// Conditions on the node itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeAffinity {
    /// Those that must hold.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub required_during_scheduling_ignored_during_execution: NodeSelector,
}

/// Alternatives, one of which must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeSelector {
    /// The alternatives.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub node_selector_terms: Vec<NodeSelectorTerm>,
}

/// Conditions that must hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeSelectorTerm {
    /// Conditions on labels.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub match_expressions: Vec<NodeExpression>,
}

/// A condition on a label.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct NodeExpression {
    /// The label.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub key: String,
    /// `In`, `Exists` and others.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub operator: String,
    /// The values.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub values: Vec<String>,
}

/// A taint of a node that a pod accepts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct Toleration {
    /// The taint; all of them if it is empty.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub key: String,
    /// `Exists`, or `Equal` if it is empty.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub operator: String,
}

impl Affinity {
    /// Whether only nodes whose label has this value are left.
    pub(super) fn requires(&self, label: &str, value: &str) -> bool {
        let holds = |expression: &NodeExpression| {
            expression.key == label && expression.operator == "In" && expression.values == [value]
        };
        let terms = self.required();
        !terms.is_empty() && terms.iter().all(|term| term.match_expressions.iter().any(holds))
    }

    /// Whether it asks for nodes with this label, in one of its alternatives.
    pub fn requires_label(&self, label: &str) -> bool {
        let holds = |expression: &NodeExpression| {
            expression.key == label && matches!(expression.operator.as_str(), "In" | "Exists")
        };
        self.required().iter().any(|term| term.match_expressions.iter().any(holds))
    }

    fn required(&self) -> &[NodeSelectorTerm] {
        &self.node_affinity.required_during_scheduling_ignored_during_execution.node_selector_terms
    }
}
