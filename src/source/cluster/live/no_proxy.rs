//! `NO_PROXY` as Go reads it (`golang.org/x/net/http/httpproxy`), and so kubectl.

use std::net::IpAddr;

/// Whether a request to this host goes through the proxy of the environment.
pub(super) fn uses_proxy(host: &str, port: u16, no_proxy: &str) -> bool {
    let host = host.to_lowercase();
    let address: Option<IpAddr> = host.parse().ok();
    if host == "localhost" || address.is_some_and(|address| canonical(address).is_loopback()) {
        return false;
    }
    !no_proxy.split(',').any(|entry| matches(&entry.trim().to_lowercase(), &host, address, port))
}

fn matches(entry: &str, host: &str, address: Option<IpAddr>, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    if let Some(network) = network(entry) {
        return address.is_some_and(|address| contains(network, canonical(address)));
    }
    let (name, wanted_port) = split_port(entry);
    if name.is_empty() || wanted_port.is_some_and(|wanted| wanted != port.to_string()) {
        return false;
    }
    if let Ok(wanted) = name.parse::<IpAddr>() {
        return address.is_some_and(|address| canonical(address) == canonical(wanted));
    }
    let domain = name.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(name);
    match domain.strip_prefix('.') {
        // Only what is below the domain.
        Some(_) => host.ends_with(domain),
        None => host == domain || host.strip_suffix(domain).is_some_and(|front| front.ends_with('.')),
    }
}

/// Host and port of an entry; the host of an IPv6 address has no brackets.
fn split_port(entry: &str) -> (&str, Option<&str>) {
    if let Some(rest) = entry.strip_prefix('[') {
        return match rest.split_once(']') {
            Some((host, port)) => (host, port.strip_prefix(':').filter(|port| !port.is_empty())),
            None => (entry, None),
        };
    }
    match entry.split_once(':') {
        Some((host, port)) if !port.contains(':') => (host, Some(port).filter(|port| !port.is_empty())),
        _ => (entry, None),
    }
}

/// `10.0.0.0/8`, `fd00::/8`.
fn network(entry: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = entry.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let bits: u8 = bits.parse().ok()?;
    (bits <= if address.is_ipv4() { 32 } else { 128 }).then_some((address, bits))
}

fn contains((network, bits): (IpAddr, u8), address: IpAddr) -> bool {
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            network.to_bits() & mask == address.to_bits() & mask
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            network.to_bits() & mask == address.to_bits() & mask
        }
        _ => false,
    }
}

/// An IPv4 address in IPv6 notation is the IPv4 address, as in Go.
fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::uses_proxy;

    #[test]
    fn entries_exclude_hosts_as_in_go() {
        let cases = [
            ("a.example", 443, "", true),
            ("localhost", 443, "", false),
            ("127.0.0.1", 443, "", false),
            ("::1", 443, "", false),
            ("a.example", 443, "*", false),
            ("a.example", 443, "example", false),
            ("a.example", 443, "b.example, A.Example", false),
            ("x.a.example", 443, "a.example", false),
            ("xa.example", 443, "a.example", true),
            ("a.example", 443, ".a.example", true),
            ("x.a.example", 443, ".a.example", false),
            ("x.a.example", 443, "*.a.example", false),
            ("a.example", 443, "*.a.example", true),
            ("a.example", 6443, "a.example:6443", false),
            ("a.example", 443, "a.example:6443", true),
            ("10.1.2.3", 443, "10.0.0.0/8", false),
            ("11.1.2.3", 443, "10.0.0.0/8", true),
            ("11.1.2.3", 443, "0.0.0.0/0", false),
            ("10.1.2.3", 443, "10.1.2.3", false),
            ("10.1.2.3", 443, "10.1.2.3:80", true),
            ("fd00::1", 443, "fd00::/8", false),
            ("fd00::1", 443, "[fd00::1]:443", false),
            ("fd00::1", 443, "fd00:0::1", false),
            ("fd00::1", 443, "fe80::/10", true),
            ("a.example", 443, "10.0.0.0/8,,:443, ", true),
        ];
        for (host, port, no_proxy, expected) in cases {
            assert_eq!(uses_proxy(host, port, no_proxy), expected, "{host}:{port} with {no_proxy}");
        }
    }
}
