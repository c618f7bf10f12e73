//! The environment of a container. Of a literal value nothing is kept but what makes it look like a secret.

use super::command::{hidden_value, redacted_hint};
use super::nullable;
use crate::text::secret_hint;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A variable of the environment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Where its value comes from.
    pub source: VariableSource,
}

/// Where the value of a variable comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum VariableSource {
    /// A literal value, and what makes it look like a secret.
    Literal(Option<String>),
    /// The Secret of this name.
    Secret(String),
    /// Something else: a ConfigMap, a field of the pod.
    Other,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct RawVariable {
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    name: String,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    value: Option<String>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    value_from: Option<RawSource>,
}

#[derive(Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct RawSource {
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    secret_key_ref: Option<NamedRef>,
}

/// A reference to an object of the namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct NamedRef {
    /// Its name.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub name: String,
}

/// Variables from all entries of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VariablesFrom {
    /// A Secret.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub secret_ref: Option<NamedRef>,
}

impl<'de> Deserialize<'de> for Variable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawVariable::deserialize(deserializer)?;
        let source = match (raw.value_from, raw.value.unwrap_or_default()) {
            (Some(RawSource { secret_key_ref: Some(secret) }), _) => VariableSource::Secret(secret.name),
            (Some(RawSource { secret_key_ref: None }), _) => VariableSource::Other,
            (None, value) => {
                let written = redacted_hint(&value).map(str::to_owned);
                VariableSource::Literal(written.or_else(|| Some(secret_hint(&raw.name, &value)?.to_string())))
            }
        };
        Ok(Self { name: raw.name, source })
    }
}

impl Serialize for Variable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (value, value_from) = match &self.source {
            VariableSource::Literal(hint) => (hint.as_ref().map(hidden_value), None),
            VariableSource::Secret(name) => (None, Some(Some(NamedRef { name: name.clone() }))),
            VariableSource::Other => (None, Some(None)),
        };
        let value_from = value_from.map(|secret_key_ref| RawSource { secret_key_ref });
        RawVariable { name: self.name.clone(), value, value_from }.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_kept_without_its_value() {
        let cases = [
            (r#"{"name": "A", "value": "b"}"#, VariableSource::Literal(None)),
            (r#"{"name": "A"}"#, VariableSource::Literal(None)),
            (
                r#"{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}"#,
                VariableSource::Secret("s".to_owned()),
            ),
            (r#"{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "p"}}}"#, VariableSource::Other),
        ];
        for (text, expected) in cases {
            let variable: Variable = serde_json::from_str(text).expect(text);
            assert_eq!(variable.source, expected, "{text}");
            let written = serde_json::to_string(&variable).expect("JSON");
            assert_eq!(serde_json::from_str::<Variable>(&written).expect("a variable"), variable, "{written}");
        }
        let password: Variable =
            serde_json::from_str(r#"{"name": "DB_PASSWORD", "value": "correct-horse"}"#).expect("a variable");
        assert!(matches!(password.source, VariableSource::Literal(Some(_))));
        let written = serde_json::to_string(&password).expect("JSON");
        assert!(!written.contains("horse"), "{written}");
        assert_eq!(serde_json::from_str::<Variable>(&written).expect("a variable"), password);
    }
}
