//! Which proxy the requests go through. It sees the names of hosts, and no credential of the cluster.

use super::no_proxy::uses_proxy;
use super::options::Environment;
use super::server_url::ServerUrl;
use crate::text::without_credentials;
use ureq::Proxy;

/// The proxy of the environment, by the rules of Go. The error names the variable.
pub(super) fn from_environment(server: &ServerUrl, environment: &Environment) -> Result<Option<Proxy>, String> {
    let names: &[&str] = if server.is_https { &["HTTPS_PROXY", "https_proxy"] } else { &["HTTP_PROXY", "http_proxy"] };
    let Some(url) = environment.text_of_any(names) else {
        return Ok(None);
    };
    let no_proxy = environment.text_of_any(&["NO_PROXY", "no_proxy"]).unwrap_or_default();
    if !uses_proxy(&server.host, server.port, &no_proxy) {
        return Ok(None);
    }
    let full = if url.contains("://") { url } else { format!("http://{url}") };
    parse(&full).map(Some).map_err(|reason| format!("{}: {reason}", names[0]))
}

/// A proxy's URL. Names are resolved by the proxy.
pub(super) fn parse(url: &str) -> Result<Proxy, String> {
    let url = url.trim();
    let full = match url.split_once("://") {
        Some(("http" | "https" | "socks5h", _)) => url.to_owned(),
        // A proxy resolves the names itself in Go, which ureq has another scheme for.
        Some(("socks5", rest)) => format!("socks5h://{rest}"),
        _ => return Err("not a proxy URL; write http://, https:// or socks5:// in front of HOST:PORT".to_owned()),
    };
    Proxy::new(&full).map_err(|_| format!("not a valid proxy URL: {}", without_credentials(url)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    fn chosen(server: &str, variables: &'static [(&str, &str)]) -> Result<Option<String>, String> {
        let environment = Environment::new(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        });
        let server = ServerUrl::parse(server).expect("a URL");
        from_environment(&server, &environment).map(|proxy| proxy.map(|proxy| proxy.uri().to_string()))
    }

    #[test]
    fn the_environment_names_a_proxy_as_for_kubectl() {
        let https = "https://a.example:6443";
        let proxy = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(chosen(https, &[]), Ok(None));
        assert_eq!(chosen(https, &[("HTTP_PROXY", "http://p:1")]), Ok(None));
        assert_eq!(chosen(https, &[("ALL_PROXY", "http://p:1")]), Ok(None));
        assert_eq!(chosen(https, &[("HTTPS_PROXY", "http://p:1")]), proxy("http://p:1/"));
        assert_eq!(chosen(https, &[("https_proxy", "p:1")]), proxy("http://p:1/"));
        assert_eq!(chosen(https, &[("HTTPS_PROXY", "http://p:1"), ("https_proxy", "q:1")]), proxy("http://p:1/"));
        assert_eq!(chosen(https, &[("HTTPS_PROXY", "p:1"), ("no_proxy", "example")]), Ok(None));
        assert_eq!(chosen("https://127.0.0.1", &[("HTTPS_PROXY", "p:1")]), Ok(None));
        assert_eq!(chosen(https, &[("HTTPS_PROXY", "socks5://p:1")]), proxy("socks5h://p:1/"));
    }

    #[test]
    fn a_wrong_url_is_an_error_without_its_password() {
        let error = chosen("https://a.example", &[("HTTPS_PROXY", "ftp://me:secret@p")]).expect_err("no proxy");
        assert!(error.starts_with("HTTPS_PROXY: not a proxy URL"), "{error}");
        let error = chosen("https://a.example", &[("HTTPS_PROXY", "http://me:secret@p p")]).expect_err("no proxy");
        assert!(!error.contains("secret"), "{error}");
    }
}
