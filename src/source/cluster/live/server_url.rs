//! The URL of an API server.

use rustls::pki_types::ServerName;
use ureq::http::Uri;

/// An address that requests are sent to: `https://rancher.example/k8s/clusters/c-1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerUrl {
    /// Without a slash at the end.
    pub(super) base: String,
    /// Host and port as the URL has them.
    pub(super) authority: String,
    /// The name or address, without the brackets of IPv6.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) is_https: bool,
}

impl ServerUrl {
    /// Reads the `server` of a kubeconfig. Without a scheme it is https.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let uri: Uri = full.parse().map_err(|_| "not a URL; write https://HOST:PORT".to_owned())?;
        let is_https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("the scheme is not supported; write https://HOST:PORT".to_owned()),
        };
        let authority = uri.authority().ok_or("the URL has no host; write https://HOST:PORT")?;
        if authority.as_str().contains('@') {
            return Err("the URL contains credentials; move them to the user".to_owned());
        }
        if uri.query().is_some() {
            return Err("the URL contains a query; remove it".to_owned());
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err("the URL has no host; write https://HOST:PORT".to_owned());
        }
        let port = match authority.as_str().len() - authority.host().len() {
            0 => None,
            _ => Some(authority.port_u16().ok_or("the port is not a number from 0 to 65535")?),
        };
        Ok(Self {
            base: format!(
                "{}://{authority}{}",
                if is_https { "https" } else { "http" },
                uri.path().trim_end_matches('/')
            ),
            authority: authority.as_str().to_owned(),
            host,
            port: port.unwrap_or(if is_https { 443 } else { 80 }),
            is_https,
        })
    }

    /// The name that the certificate must have, unless the kubeconfig has another.
    pub(super) fn server_name(&self) -> Result<ServerName<'static>, String> {
        ServerName::try_from(self.host.clone()).map_err(|_| "the host is not a valid name or address".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_addresses_ports_and_paths() {
        let cases = [
            ("https://a.example", "https://a.example", "a.example", 443),
            ("https://a.example:6443/", "https://a.example:6443", "a.example", 6443),
            ("https://r/k8s/clusters/c-1/", "https://r/k8s/clusters/c-1", "r", 443),
            ("https://[fd00::1]:6443", "https://[fd00::1]:6443", "fd00::1", 6443),
            ("https://[fd00::1]", "https://[fd00::1]", "fd00::1", 443),
            ("http://10.0.0.1", "http://10.0.0.1", "10.0.0.1", 80),
            ("a.example:6443", "https://a.example:6443", "a.example", 6443),
        ];
        for (text, base, host, port) in cases {
            let url = ServerUrl::parse(text).expect(text);
            assert_eq!((url.base.as_str(), url.host.as_str(), url.port), (base, host, port), "{text}");
            assert_eq!(url.is_https, base.starts_with("https"), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_an_address() {
        for (text, reason) in [
            ("ftp://a", "scheme"),
            ("https://me:secret@a", "credentials"),
            ("https://a?b=c", "query"),
            ("https://", "not a URL"),
            ("https://a:99999", "port"),
            ("https://a b", "not a URL"),
        ] {
            let error = ServerUrl::parse(text).expect_err(text);
            assert!(error.contains(reason) && !error.contains("secret"), "{text}: {error}");
        }
    }
}
