//! Compares addresses of servers on the node itself.

use std::net::IpAddr;

/// Whether two URLs name the same port of the loopback interface, such as `https://127.0.0.1:2379` and `https://[::1]:2379/`.
pub(super) fn is_same_on_loopback(one: &str, other: &str) -> bool {
    let one = loopback_port(one);
    one.is_some() && one == loopback_port(other)
}

/// Scheme and port of a URL without a path whose host is the loopback interface.
fn loopback_port(url: &str) -> Option<(String, u16)> {
    let (scheme, rest) = url.trim().split_once("://")?;
    let (host, port) = rest.trim_end_matches('/').rsplit_once(':')?;
    let address = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    let is_loopback = address.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback());
    if !is_loopback {
        return None;
    }
    Some((scheme.to_ascii_lowercase(), port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_urls_and_not_their_text() {
        let here = "https://127.0.0.1:2379";
        for same in [
            "https://127.0.0.1:2379",
            "https://127.0.0.1:2379/",
            "HTTPS://[::1]:2379",
            "https://[::1]:2379/",
            "https://localhost:2379",
            "https://127.1.2.3:2379",
            "https://[::ffff:127.0.0.1]:2379",
        ] {
            assert!(is_same_on_loopback(same, here), "{same}");
        }
        for other in [
            "http://127.0.0.1:2379",
            "https://127.0.0.1:2380",
            "https://192.0.2.10:2379",
            "https://[2001:db8::1]:2379",
            "https://localhost.example.org:2379",
            "unix://kine.sock",
            "https://127.0.0.1",
            "",
        ] {
            assert!(!is_same_on_loopback(other, here), "{other}");
        }
    }
}
