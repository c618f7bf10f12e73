//! Selects objects by their labels.

use super::{Labels, nullable};
use serde::{Deserialize, Serialize};

/// A label selector. Without conditions it selects everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LabelSelector {
    #[serde(default, deserialize_with = "nullable::unique_keys", skip_serializing_if = "nullable::is_default")]
    match_labels: Labels,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    match_expressions: Vec<Requirement>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
struct Requirement {
    key: String,
    operator: String,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    values: Vec<String>,
}

impl LabelSelector {
    /// Whether it selects an object with these labels. A requirement with an unknown operator selects nothing.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self.match_expressions.iter().all(|requirement| requirement.holds(labels))
    }

    /// Whether it selects everything.
    pub fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }
}

impl Requirement {
    fn holds(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        match self.operator.as_str() {
            "In" => value.is_some_and(|value| self.values.contains(value)),
            "NotIn" => value.is_none_or(|value| !self.values.contains(value)),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_requirement_must_hold() {
        let labels = Labels::from([("app".to_owned(), "shop".to_owned())]);
        let cases = [
            ("{}", true),
            (r#"{"matchLabels": null, "matchExpressions": null}"#, true),
            (r#"{"matchLabels": {"app": "shop"}}"#, true),
            (r#"{"matchLabels": {"app": "shop", "tier": "web"}}"#, false),
            (r#"{"matchExpressions": [{"key": "app", "operator": "In", "values": ["shop", "x"]}]}"#, true),
            (r#"{"matchExpressions": [{"key": "app", "operator": "In"}]}"#, false),
            (r#"{"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["shop"]}]}"#, false),
            (r#"{"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["web"]}]}"#, true),
            (r#"{"matchExpressions": [{"key": "app", "operator": "Exists"}]}"#, true),
            (r#"{"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}"#, false),
            (r#"{"matchExpressions": [{"key": "app", "operator": "Gt", "values": ["0"]}]}"#, false),
        ];
        for (text, expected) in cases {
            let selector: LabelSelector = serde_json::from_str(text).expect(text);
            assert_eq!(selector.matches(&labels), expected, "{text}");
        }
    }
}
