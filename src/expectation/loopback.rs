//! `loopback`: an address that only this machine can reach.

use super::operand::Operand;
use super::operator::{Operator, TypeMismatch};
use crate::model::{EvidenceKind, Value};
use crate::yaml::MustBeTrue;
use serde_json::Value as Json;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// The address, with or without a port, is a loopback address.
#[derive(Debug, Clone)]
pub struct Loopback(MustBeTrue);

impl Operator for Loopback {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Value)
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        Ok(is_loopback(&value.to_string()))
    }
}

/// `127.0.0.1`, `[::1]:10249`, `localhost`: addresses as Go programs listen on them.
fn is_loopback(text: &str) -> bool {
    if let Ok(address) = text.parse::<SocketAddr>().map(|socket| socket.ip()).or_else(|_| text.parse::<IpAddr>()) {
        return address.to_canonical().is_loopback();
    }
    let host = match text.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        Some(_) | None => text,
    };
    host == "localhost" || host == "[::1]"
}

impl fmt::Display for Loopback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is a loopback address")
    }
}

impl Operand for Loopback {
    fn read(json: &Json) -> Result<Self, String> {
        MustBeTrue::read(json).map(Self)
    }

    #[cfg(test)]
    fn schema() -> Json {
        MustBeTrue::schema()
    }
}

#[cfg(test)]
mod tests {
    use super::is_loopback;
    use crate::expectation::tests::{refuse, text, verify};

    #[test]
    fn compares() {
        verify(&[("loopback: true", text("127.0.0.1"), true), ("loopback: true", text("0.0.0.0"), false)]);
        refuse("loopback: false", "only `true` is allowed here");
    }

    #[test]
    fn recognizes_loopback_addresses() {
        for address in [
            "127.0.0.1",
            "127.8.9.1:10249",
            "127.255.255.255",
            "127.0.0.1:0",
            "::1",
            "[::1]",
            "[::1]:10249",
            "::ffff:127.0.0.1",
            "localhost",
            "localhost:10249",
        ] {
            assert!(is_loopback(address), "{address}");
        }
        for address in [
            "",
            ":10249",
            "0.0.0.0",
            "10.127.0.0.1:10249",
            "127.256.0.1",
            "127.0.0.1:10249,0.0.0.0:10249",
            "::",
            "[::]:10249",
            "[fe80::1]",
            "::ffff:192.0.2.1",
            "localhost.example.com",
            "localhost:http",
        ] {
            assert!(!is_loopback(address), "{address}");
        }
    }
}
