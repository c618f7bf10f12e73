//! Errors of the network, in our words.

use super::request_error::RequestError;
use crate::text::{sanitize, system_error};
use rustls::{AlertDescription, CertificateError};
use std::io::{self, ErrorKind};
use std::time::Duration;
use ureq::{Error, Timeout};

/// The other side of a connection, as messages name it.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    /// Host and port.
    pub(super) server: String,
    /// Host and port of the proxy.
    pub(super) proxy: Option<String>,
    pub(super) timeout: Duration,
    pub(super) idle_timeout: Duration,
}

impl Peer {
    /// The error of a request.
    pub(super) fn error(&self, error: &Error) -> RequestError {
        match error {
            Error::Io(error) if error.kind() == ErrorKind::UnexpectedEof => {
                RequestError::Broken(format!("{}: the response ends too early", self.server))
            }
            Error::Protocol(_) | Error::LargeResponseHeader(..) | Error::BodyStalled => {
                RequestError::Broken(format!("{}: the response is not valid HTTP", self.server))
            }
            _ => RequestError::Failed(sanitize::line(&format!("{}: {}", self.whole_name(), self.reason(error)))),
        }
    }

    /// The error while a body is read.
    pub(super) fn body_error(&self, error: &Error) -> RequestError {
        if is_disconnect(error) {
            return RequestError::Broken(format!("{}: the response ends too early", self.server));
        }
        self.error(error)
    }

    /// There was no time for another request.
    pub(super) fn out_of_time(&self) -> RequestError {
        RequestError::Failed(format!("{}: {}", self.whole_name(), self.timed_out()))
    }

    fn whole_name(&self) -> String {
        match &self.proxy {
            Some(proxy) => format!("{} (through the proxy {proxy})", self.server),
            None => self.server.clone(),
        }
    }

    fn timed_out(&self) -> String {
        format!("timed out after {}", humantime::format_duration(self.timeout))
    }

    fn reason(&self, error: &Error) -> String {
        match error {
            Error::Timeout(Timeout::PerRead | Timeout::PerWrite) => {
                format!("the server sent nothing for {}", humantime::format_duration(self.idle_timeout))
            }
            Error::Timeout(_) => self.timed_out(),
            Error::HostNotFound => "the name cannot be resolved".to_owned(),
            Error::Io(error) => io_reason(error),
            Error::Rustls(error) => tls_reason(error),
            Error::Tls(reason) => (*reason).to_owned(),
            Error::ConnectProxyFailed(reason) => {
                let status = reason.split(' ').find_map(|word| word.split_once('/')).map(|(status, _)| status);
                let status = status.map_or_else(String::new, |status| format!(" with HTTP status {status}"));
                format!("the proxy refuses the connection{status}")
            }
            _ => "the connection failed".to_owned(),
        }
    }
}

fn io_reason(error: &io::Error) -> String {
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return tls_reason(error);
    }
    match (error.raw_os_error(), error.get_ref()) {
        // The library's own words, of a SOCKS proxy for example.
        (None, Some(_)) if error.kind() == ErrorKind::Other => "the connection failed".to_owned(),
        // The system's resolver has no kind of its own.
        (None, _) if error.kind().to_string() == "uncategorized error" => "the name cannot be resolved".to_owned(),
        _ => system_error(error),
    }
}

fn tls_reason(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::Other(refusal)) => refusal.0.to_string(),
        rustls::Error::AlertReceived(alert) => alert_reason(*alert),
        rustls::Error::InvalidMessage(_) => "the server does not speak TLS; check its port".to_owned(),
        rustls::Error::PeerIncompatible(_) => {
            "the server supports neither TLS 1.2 nor TLS 1.3 as this program does".to_owned()
        }
        _ => "the TLS handshake failed".to_owned(),
    }
}

/// Why a server ends a TLS connection.
fn alert_reason(alert: AlertDescription) -> String {
    let is_about_the_client = matches!(
        alert,
        AlertDescription::AccessDenied
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRequired
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::DecryptError
            | AlertDescription::UnknownCA
            | AlertDescription::UnsupportedCertificate
    );
    if is_about_the_client {
        return format!("the server does not accept the client certificate ({alert:?}); check that of the user");
    }
    format!("the server ends the TLS connection ({alert:?}); check the kind of key and the versions of TLS that it has")
}

/// Whether the server has closed the connection before its response, so that the request may be made again.
pub(super) fn is_disconnect(error: &Error) -> bool {
    matches!(error, Error::Io(error) if matches!(
        error.kind(),
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
    ))
}
