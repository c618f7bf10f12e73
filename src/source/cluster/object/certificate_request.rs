//! Certificate signing requests.

use super::{Meta, nullable};
use serde::{Deserialize, Serialize};

/// A certificate signing request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct CertificateRequest {
    /// Its metadata.
    pub metadata: Meta,
    /// What is requested.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub spec: CertificateRequestSpec,
    /// What became of it.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub status: CertificateRequestStatus,
}

/// What is requested.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateRequestSpec {
    /// The request: PEM in base64.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub request: String,
    /// Who signs it.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub signer_name: Option<String>,
}

/// What became of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct CertificateRequestStatus {
    /// `Approved`, `Denied`, `Failed`.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub conditions: Vec<CertificateRequestCondition>,
}

/// One thing that became of a request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct CertificateRequestCondition {
    /// Its name.
    #[serde(
        default,
        rename = "type",
        deserialize_with = "nullable::or_default",
        skip_serializing_if = "nullable::is_default"
    )]
    pub kind: String,
}

impl CertificateRequest {
    /// Whether it was approved, and neither denied nor failed.
    pub fn is_approved(&self) -> bool {
        let has = |name: &str| self.status.conditions.iter().any(|condition| condition.kind == name);
        has("Approved") && !has("Denied") && !has("Failed")
    }
}
