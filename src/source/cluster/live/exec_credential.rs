//! What a credential plugin prints.

use super::credential::check_token;
use super::key::{KeyError, certified_key};
use super::secret::Secret;
use rustls::sign::CertifiedKey;
use serde_json::Value as Json;
use std::sync::Arc;

/// Bytes that a plugin may print. A credential has a few thousand.
pub(super) const MAX_OUTPUT_BYTES: u64 = 1 << 20;

/// The version of `ExecCredential`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExecVersion {
    V1,
    V1Beta1,
}

impl ExecVersion {
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::V1 => "client.authentication.k8s.io/v1",
            Self::V1Beta1 => "client.authentication.k8s.io/v1beta1",
        }
    }
}

/// The credential of a plugin: a token, a client certificate, or both.
pub(super) struct ExecCredential {
    pub(super) token: Option<Secret>,
    pub(super) client: Option<Arc<CertifiedKey>>,
}

/// Reads an `ExecCredential`. The error follows the name of the program, and contains nothing that it printed.
pub(super) fn parse(output: &[u8], version: ExecVersion) -> Result<ExecCredential, String> {
    let document: Json = serde_json::from_slice(output).map_err(|_| "does not print a JSON document".to_owned())?;
    let text = |pointer: &str| document.pointer(pointer).and_then(Json::as_str).filter(|text| !text.is_empty());
    if text("/kind") != Some("ExecCredential") {
        return Err("does not print an ExecCredential".to_owned());
    }
    if text("/apiVersion") != Some(version.id()) {
        return Err(format!("prints another version than the kubeconfig asks for; it must be {}", version.id()));
    }
    let token = text("/status/token").map(check_token).transpose().map_err(|reason| format!("is refused: {reason}"))?;
    let client = match (text("/status/clientCertificateData"), text("/status/clientKeyData")) {
        (None, None) => None,
        (Some(certificate), Some(key)) => {
            let client = certified_key(certificate.as_bytes(), key.as_bytes());
            Some(client.map_err(|error| {
                let (KeyError::Certificate(reason) | KeyError::Key(reason)) = error;
                format!("prints a client certificate that is refused: {reason}")
            })?)
        }
        _ => return Err("prints a client certificate without its key, or the reverse".to_owned()),
    };
    if token.is_none() && client.is_none() {
        return Err("prints no credential: status has neither a token nor a client certificate".to_owned());
    }
    Ok(ExecCredential { token, client })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_does_not_quote_the_output() {
        let v1 = r#""apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential""#;
        for (output, reason) in [
            ("s3cret".to_owned(), "does not print a JSON document"),
            (r#"{"kind": "s3cret"}"#.to_owned(), "does not print an ExecCredential"),
            (r#"{"kind": "ExecCredential", "apiVersion": "s3cret"}"#.to_owned(), "prints another version"),
            (format!("{{{v1}}}"), "prints no credential"),
            (format!(r#"{{{v1}, "status": {{"token": ""}}}}"#), "prints no credential"),
            (format!(r#"{{{v1}, "status": {{"token": "s3cret\n"}}}}"#), "is refused: the token has a space"),
            (format!(r#"{{{v1}, "status": {{"clientKeyData": "s3cret"}}}}"#), "prints a client certificate without"),
            (
                format!(r#"{{{v1}, "status": {{"clientCertificateData": "s3cret", "clientKeyData": "s3cret"}}}}"#),
                "prints a client certificate that is refused: no PEM certificate",
            ),
        ] {
            let error = parse(output.as_bytes(), ExecVersion::V1).err().expect(&output);
            assert!(error.starts_with(reason) && !error.contains("s3cret"), "{output}: {error}");
        }
        let found =
            parse(format!(r#"{{{v1}, "status": {{"token": "a"}}}}"#).as_bytes(), ExecVersion::V1).expect("a token");
        assert_eq!(found.token.expect("a token").expose(), "a");
    }
}
