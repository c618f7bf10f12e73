//! TLS to the database, by PostgreSQL's `sslmode`. Knows certificates and nothing of reports.

use super::database::TlsMode;
use crate::yaml::read_user_file;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::path::Path;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Bytes of a file of authorities. A machine's whole bundle has a few hundred thousand.
const MAX_AUTHORITIES_BYTES: u64 = 16 << 20;

/// What a certificate must show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// Nothing: the connection is encrypted, to whom is not known.
    Anyone,
    /// An authority that is trusted has signed it.
    Authority,
    /// It names the host as well.
    Host,
}

impl Trust {
    /// As PostgreSQL's own client has it, `require` verifies where authorities are named.
    const fn of(mode: TlsMode, authorities: Option<&Path>) -> Self {
        match mode {
            TlsMode::VerifyFull => Self::Host,
            TlsMode::VerifyCa => Self::Authority,
            TlsMode::Require if authorities.is_some() => Self::Authority,
            TlsMode::Disable | TlsMode::Allow | TlsMode::Prefer | TlsMode::Require => Self::Anyone,
        }
    }
}

/// Makes the connections of a mode. `authorities`: a PEM file in place of the machine's own.
pub(super) fn connector(mode: TlsMode, authorities: Option<&Path>) -> Result<MakeRustlsConnect, String> {
    let provider = Arc::new(ring::default_provider());
    let trust = Trust::of(mode, authorities);
    let chain = match trust {
        Trust::Anyone => None,
        Trust::Authority | Trust::Host => {
            let roots = Arc::new(roots(authorities)?);
            let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build();
            Some(verifier.map_err(|e| e.to_string())?)
        }
    };
    let verifier = Verifier { chain, names: trust == Trust::Host, provider: Arc::clone(&provider) };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn roots(authorities: Option<&Path>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = authorities {
        let named = |e: &dyn std::fmt::Display| format!("PGSSLROOTCERT {}: {e}", file.display());
        let pem = read_user_file(file, MAX_AUTHORITIES_BYTES).map_err(|e| named(&e))?;
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            roots.add(certificate.map_err(|e| named(&e))?).map_err(|e| named(&e))?;
        }
        return if roots.is_empty() { Err(named(&"no certificate is in it")) } else { Ok(roots) };
    }
    // Single certificates of a machine's bundle may be too old for the library; the others serve.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err("this machine has no certificate authorities; name a file of them in PGSSLROOTCERT".to_owned());
    }
    Ok(roots)
}

/// Verifies as much as the mode asks for. That the server holds the certificate's key is always verified.
#[derive(Debug)]
struct Verifier {
    chain: Option<Arc<WebPkiServerVerifier>>,
    names: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        match chain.verify_server_cert(certificate, others, host, ocsp, now) {
            // The name is looked at last: the chain is good.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.names => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
