//! The TLS configurations of a connection.

use super::settings::{Settings, Trust};
use super::verifier::Verifier;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use ureq::ProxyProtocol;

/// TLS to the server, and to a proxy if that has an https URL.
pub(super) struct TlsConfigs {
    pub(super) server: Arc<ClientConfig>,
    pub(super) proxy: Option<Arc<ClientConfig>>,
}

impl TlsConfigs {
    pub(super) fn new(settings: &Settings) -> Result<Self, String> {
        let proxy = settings.proxy.as_ref().filter(|proxy| proxy.protocol() == ProxyProtocol::Https);
        // A proxy never sees the client certificate, and is always verified.
        let proxy_trust = match &settings.trust {
            Trust::Authorities(authorities) => {
                Trust::Authorities(authorities.iter().cloned().chain(machine()).collect())
            }
            Trust::Anyone | Trust::Machine => Trust::Machine,
        };
        Ok(Self {
            server: config(&settings.trust, settings.client.clone())?,
            proxy: proxy.map(|_| config(&proxy_trust, None)).transpose()?,
        })
    }
}

fn config(trust: &Trust, client: Option<Arc<CertifiedKey>>) -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(ring::default_provider());
    let mut roots = RootCertStore::empty();
    let authorities = match trust {
        Trust::Anyone => Vec::new(),
        Trust::Authorities(authorities) => {
            roots.add_parsable_certificates(authorities.iter().cloned());
            authorities.clone()
        }
        Trust::Machine => {
            // Single certificates of a machine's bundle may be too old for the library; the others serve.
            roots.add_parsable_certificates(machine());
            if roots.is_empty() {
                let reason =
                    "this machine has no certificate authorities; set `certificate-authority` in the kubeconfig";
                return Err(reason.to_owned());
            }
            Vec::new()
        }
    };
    let chain = match roots.is_empty() {
        true => None,
        false => {
            let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
            Some(builder.build().map_err(|error| error.to_string())?)
        }
    };
    let is_insecure = matches!(trust, Trust::Anyone);
    let verifier = Verifier { is_insecure, chain, authorities, provider: Arc::clone(&provider) };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    Ok(Arc::new(match client {
        Some(key) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(key))),
        None => builder.with_no_client_auth(),
    }))
}

/// The authorities that the machine trusts.
fn machine() -> Vec<CertificateDer<'static>> {
    rustls_native_certs::load_native_certs().certs
}
