//! Selects objects by their labels.

use super::{Labels, nullable};
use serde::{Deserialize, Serialize};

/// The operators of requirements.
const OPERATORS: [&str; 4] = ["In", "NotIn", "Exists", "DoesNotExist"];

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
        self.matches_by(&|key| labels.get(key).map(String::as_str))
    }

    /// Whether it selects an object whose labels this function looks up.
    pub fn matches_by<'l>(&self, label: &dyn Fn(&str) -> Option<&'l str>) -> bool {
        self.match_labels.iter().all(|(key, value)| label(key) == Some(value))
            && self.match_expressions.iter().all(|requirement| requirement.holds(label(&requirement.key)))
    }

    /// The keys of the labels that it asks for.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let of_expressions = self.match_expressions.iter().map(|requirement| requirement.key.as_str());
        self.match_labels.keys().map(String::as_str).chain(of_expressions)
    }

    /// Whether each of its operators is known.
    pub fn is_understood(&self) -> bool {
        self.match_expressions.iter().all(|requirement| OPERATORS.contains(&requirement.operator.as_str()))
    }

    /// Whether it selects everything.
    pub fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }
}

impl Requirement {
    fn holds(&self, value: Option<&str>) -> bool {
        let is_listed = |value: &str| self.values.iter().any(|listed| listed == value);
        match self.operator.as_str() {
            "In" => value.is_some_and(is_listed),
            "NotIn" => value.is_none_or(|value| !is_listed(value)),
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
