//! Verifies the certificate of a server as kubectl does, and says what is wrong with it.

use super::certificate::CertificateFacts;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

/// Verifies certificates. That the server has the key of its certificate is always verified.
#[derive(Debug)]
pub(super) struct Verifier {
    /// Accepts every certificate.
    pub(super) is_insecure: bool,
    /// Verifies chains; none if no authority can be one.
    pub(super) chain: Option<Arc<WebPkiServerVerifier>>,
    /// The certificates of `certificate-authority`. Go accepts them as the server's own as well.
    pub(super) authorities: Vec<CertificateDer<'static>>,
    pub(super) provider: Arc<CryptoProvider>,
}

/// Why a certificate is refused.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refusal(String);

impl Verifier {
    fn verify(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.is_insecure {
            return Ok(ServerCertVerified::assertion());
        }
        if self.authorities.iter().any(|authority| authority == certificate) {
            return verify_own(certificate, host, now);
        }
        let chain = self.chain.as_ref().ok_or(Error::InvalidCertificate(CertificateError::UnknownIssuer))?;
        chain.verify_server_cert(certificate, others, host, ocsp, now)
    }

    fn refusal(&self, error: &Error, certificate: &CertificateDer<'_>, host: &ServerName<'_>) -> Error {
        let host = host.to_str();
        let reason = match error {
            Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            ) => format!("it is not for {host}"),
            Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
                "it has expired".to_owned()
            }
            Error::InvalidCertificate(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) => {
                "it is not valid yet; compare the clocks".to_owned()
            }
            Error::InvalidCertificate(
                CertificateError::UnsupportedSignatureAlgorithmContext { .. }
                | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. },
            ) => "its kind of key or signature is not supported".to_owned(),
            Error::InvalidCertificate(CertificateError::BadEncoding) => "it cannot be read".to_owned(),
            Error::InvalidCertificate(
                CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. },
            ) => "it is not for servers".to_owned(),
            _ if self.authorities.is_empty() => {
                "no authority that this machine trusts has signed it; set `certificate-authority` to the server's"
                    .to_owned()
            }
            _ => "it is not signed by `certificate-authority`; set that to the authority of the server".to_owned(),
        };
        let facts = CertificateFacts::read(certificate).map_or_else(String::new, |f| format!(" ({})", f.describe()));
        let text = format!("the certificate of {host} is refused: {reason}{facts}");
        Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(Refusal(text)))))
    }
}

/// A certificate that is trusted itself: only its name and dates count.
fn verify_own(
    certificate: &CertificateDer<'_>,
    host: &ServerName<'_>,
    now: UnixTime,
) -> Result<ServerCertVerified, Error> {
    let facts = CertificateFacts::read(certificate).ok_or(Error::InvalidCertificate(CertificateError::BadEncoding))?;
    let now = UNIX_EPOCH + Duration::from_secs(now.as_secs());
    if now < facts.not_before {
        return Err(Error::InvalidCertificate(CertificateError::NotValidYet));
    }
    if now > facts.not_after {
        return Err(Error::InvalidCertificate(CertificateError::Expired));
    }
    verify_server_name(&ParsedCertificate::try_from(certificate)?, host)?;
    Ok(ServerCertVerified::assertion())
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
        self.verify(certificate, others, host, ocsp, now).map_err(|error| self.refusal(&error, certificate, host))
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
