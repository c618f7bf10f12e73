//! Client certificates with their keys.

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};
use std::sync::Arc;

/// The object identifier of the curve P-521 in DER.
const P521: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23];
const UNSUPPORTED: &str =
    "the key has a type that is not supported; use RSA of 2048 bits or more, P-256, P-384 or Ed25519";

/// What is wrong: the certificate, or the key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum KeyError {
    Certificate(&'static str),
    Key(&'static str),
}

/// The certificates in a PEM text; those that are not certificates are ignored, as Go does.
pub(super) fn certificates(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect()
}

/// Reads a certificate with its chain, and its key in PKCS#8, PKCS#1 or SEC1 form.
pub(super) fn certified_key(certificate_pem: &[u8], key_pem: &[u8]) -> Result<Arc<CertifiedKey>, KeyError> {
    let chain = certificates(certificate_pem);
    if chain.is_empty() {
        return Err(KeyError::Certificate("no PEM certificate is in it"));
    }
    let key = PrivateKeyDer::from_pem_slice(key_pem).map_err(|_| KeyError::Key(without_key(key_pem)))?;
    let is_p521 = key.secret_der().windows(P521.len()).any(|window| window == P521);
    CertifiedKey::from_der(chain, key, &ring::default_provider()).map(Arc::new).map_err(|error| match error {
        Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            KeyError::Key("the key is not that of the certificate")
        }
        Error::InvalidCertificate(_) => KeyError::Certificate("the certificate cannot be read"),
        _ if is_p521 => KeyError::Key("keys of the curve P-521 are not supported; use P-256, P-384, RSA or Ed25519"),
        _ => KeyError::Key(UNSUPPORTED),
    })
}

fn without_key(pem: &[u8]) -> &'static str {
    let has = |label: &str| pem.windows(label.len()).any(|window| window == label.as_bytes());
    if has("BEGIN ENCRYPTED PRIVATE KEY") || has("Proc-Type: 4,ENCRYPTED") {
        "the key is encrypted; decrypt it with `openssl pkey`"
    } else {
        "no PEM private key is in it"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CERTIFICATE: &[u8] = include_bytes!("../../../../testdata/cluster/client/p256.crt");
    const SEC1: &[u8] = include_bytes!("../../../../testdata/cluster/client/p256-sec1.key");
    const PKCS8: &[u8] = include_bytes!("../../../../testdata/cluster/client/p256-pkcs8.key");
    const RSA_CERTIFICATE: &[u8] = include_bytes!("../../../../testdata/cluster/client/rsa.crt");
    const RSA_PKCS1: &[u8] = include_bytes!("../../../../testdata/cluster/client/rsa-pkcs1.key");
    const RSA_PKCS8: &[u8] = include_bytes!("../../../../testdata/cluster/client/rsa-pkcs8.key");
    const P521_CERTIFICATE: &[u8] = include_bytes!("../../../../testdata/cluster/client/p521.crt");
    const P521_KEY: &[u8] = include_bytes!("../../../../testdata/cluster/client/p521.key");
    const ENCRYPTED: &[u8] = include_bytes!("../../../../testdata/cluster/client/encrypted.key");

    #[test]
    fn reads_every_form_of_a_key() {
        for (certificate, key) in
            [(CERTIFICATE, SEC1), (CERTIFICATE, PKCS8), (RSA_CERTIFICATE, RSA_PKCS1), (RSA_CERTIFICATE, RSA_PKCS8)]
        {
            certified_key(certificate, key).expect("a certificate with its key");
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_key() {
        let reason = |certificate: &[u8], key: &[u8]| match certified_key(certificate, key).expect_err("no key") {
            KeyError::Certificate(reason) => format!("certificate: {reason}"),
            KeyError::Key(reason) => format!("key: {reason}"),
        };
        assert_eq!(reason(CERTIFICATE, RSA_PKCS8), "key: the key is not that of the certificate");
        assert_eq!(reason(CERTIFICATE, CERTIFICATE), "key: no PEM private key is in it");
        assert_eq!(reason(CERTIFICATE, ENCRYPTED), "key: the key is encrypted; decrypt it with `openssl pkey`");
        assert_eq!(reason(SEC1, SEC1), "certificate: no PEM certificate is in it");
        assert!(reason(P521_CERTIFICATE, P521_KEY).starts_with("key: keys of the curve P-521 are not supported"));
    }
}
