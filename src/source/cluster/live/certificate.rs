//! Names and dates of a certificate, for messages.

use crate::text::sanitize;
use rustls::pki_types::CertificateDer;
use std::net::IpAddr;
use std::time::SystemTime;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

/// Names that a message shows.
const MAX_NAMES: usize = 10;

/// What a message says of a certificate.
pub(super) struct CertificateFacts {
    pub(super) names: Vec<String>,
    pub(super) not_before: SystemTime,
    pub(super) not_after: SystemTime,
    pub(super) issuer: String,
}

impl CertificateFacts {
    /// `None` if it cannot be read.
    pub(super) fn read(der: &CertificateDer<'_>) -> Option<Self> {
        let certificate = Certificate::from_der(der).ok()?.tbs_certificate;
        let names = certificate.get::<SubjectAltName>().ok().flatten().map(|(_, names)| names.0).unwrap_or_default();
        Some(Self {
            names: names.iter().filter_map(name).collect(),
            not_before: certificate.validity.not_before.to_system_time(),
            not_after: certificate.validity.not_after.to_system_time(),
            issuer: certificate.issuer.to_string(),
        })
    }

    /// `names a.example, 10.0.0.1; valid from … to …; issued by CN=…`.
    pub(super) fn describe(&self) -> String {
        let mut names = self.names.iter().take(MAX_NAMES).map(String::as_str).collect::<Vec<_>>().join(", ");
        if self.names.is_empty() {
            "none".clone_into(&mut names);
        } else if self.names.len() > MAX_NAMES {
            names.push_str(", …");
        }
        let [from, to] = [self.not_before, self.not_after].map(humantime::format_rfc3339_seconds);
        sanitize::line(&format!("names: {names}; valid from {from} to {to}; issued by {}", self.issuer))
    }
}

fn name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.to_string()),
        GeneralName::IpAddress(bytes) => {
            let bytes = bytes.as_bytes();
            let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
            v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok().map(|address| address.to_string())
        }
        _ => None,
    }
}
