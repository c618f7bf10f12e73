//! Secrets: that they exist, and of which type. What they hold is never decoded.

use super::{Meta, nullable};
use serde::{Deserialize, Deserializer, Serialize};

/// A Secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Secret {
    /// Its name and namespace; nothing else of the metadata is kept, since annotations may hold a copy of the values.
    #[serde(deserialize_with = "name_alone")]
    pub metadata: Meta,
    /// Its type.
    #[serde(default, rename = "type", skip_serializing_if = "nullable::is_default")]
    pub secret_type: SecretType,
}

#[cfg(feature = "cluster")]
impl Secret {
    /// The Secret with this name.
    pub(crate) fn new(namespace: Option<String>, name: String, secret_type: SecretType) -> Self {
        Self { metadata: Meta { name, namespace, ..Meta::default() }, secret_type }
    }
}

/// The types of Secrets that a check asks about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(from = "Option<String>", into = "Option<&'static str>")]
pub enum SecretType {
    /// Not known: metadata does not state the type.
    #[default]
    Unknown,
    /// A token of a service account, which does not expire.
    ServiceAccountToken,
    /// A token by which nodes join.
    BootstrapToken,
    /// Any other.
    Other,
}

impl SecretType {
    /// Its name in the field `type`; `None` if it is not known.
    pub const fn id(self) -> Option<&'static str> {
        match self {
            Self::Unknown => None,
            Self::ServiceAccountToken => Some("kubernetes.io/service-account-token"),
            Self::BootstrapToken => Some("bootstrap.kubernetes.io/token"),
            Self::Other => Some("other"),
        }
    }
}

impl From<Option<String>> for SecretType {
    fn from(name: Option<String>) -> Self {
        let known = [Self::ServiceAccountToken, Self::BootstrapToken];
        match name {
            None => Self::Unknown,
            Some(name) => known.into_iter().find(|known| known.id() == Some(&name)).unwrap_or(Self::Other),
        }
    }
}

impl From<SecretType> for Option<&'static str> {
    fn from(secret_type: SecretType) -> Self {
        secret_type.id()
    }
}

fn name_alone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Meta, D::Error> {
    #[derive(Deserialize)]
    struct Named {
        name: String,
        #[serde(default)]
        namespace: Option<String>,
    }
    let Named { name, namespace } = Named::deserialize(deserializer)?;
    Ok(Meta { name, namespace, ..Meta::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_name_namespace_and_type_is_kept() {
        let text = r#"{"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "data": {"password": "aHVudGVyMg=="},
            "stringData": {"user": "hunter2"}, "metadata": {"name": "db", "namespace": "shop", "uid": "u1",
            "labels": {"a": "hunter2"}, "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "hunter2"}}}"#;
        let secret: Secret = serde_json::from_str(text).expect("a Secret");
        let written = serde_json::to_string(&secret).expect("JSON");
        assert_eq!(written, r#"{"metadata":{"name":"db","namespace":"shop"},"type":"other"}"#);
    }

    #[test]
    fn the_type_is_known_or_another_or_not_stated() {
        let cases = [
            (r#""kubernetes.io/service-account-token""#, SecretType::ServiceAccountToken),
            (r#""bootstrap.kubernetes.io/token""#, SecretType::BootstrapToken),
            (r#""kubernetes.io/tls""#, SecretType::Other),
            (r#""""#, SecretType::Other),
            ("null", SecretType::Unknown),
        ];
        for (text, expected) in cases {
            let text = format!(r#"{{"metadata": {{"name": "a"}}, "type": {text}}}"#);
            let secret: Secret = serde_json::from_str(&text).expect("a Secret");
            assert_eq!(secret.secret_type, expected, "{text}");
        }
        let secret: Secret = serde_json::from_str(r#"{"metadata": {"name": "a"}}"#).expect("a Secret");
        assert_eq!(secret.secret_type, SecretType::Unknown);
        assert!(serde_json::from_str::<Secret>(r#"{"metadata": {"name": "a"}, "type": 1}"#).is_err());
    }
}
