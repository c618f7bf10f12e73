//! `not-everywhere`: a list of networks that leaves addresses out.

use super::operand::Operand;
use super::operator::{Operator, TypeMismatch};
use crate::model::{EvidenceKind, Value};
use crate::text::quote;
use crate::yaml::MustBeTrue;
use serde_json::Value as Json;
use std::fmt;
use std::net::IpAddr;

/// The networks together have neither all IPv4 addresses nor all IPv6 addresses.
#[derive(Debug, Clone)]
pub struct NotEverywhere(MustBeTrue);

/// The addresses of a network, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Network {
    bits: u32,
    first: u128,
    last: u128,
}

impl Operator for NotEverywhere {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Value)
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        let parse = |text: &String| {
            Network::parse(text)
                .ok_or_else(|| TypeMismatch(format!("{} is not a network such as 192.0.2.0/24", quote(text))))
        };
        let mut networks = value.elements().iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        networks.sort_unstable();
        Ok(![32, 128].into_iter().any(|bits| covers_everything(&networks, bits)))
    }
}

impl Network {
    /// `192.0.2.0/24`, or a single address. Bits behind the prefix do not matter.
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let (bits, address) = match address.parse().ok()? {
            IpAddr::V4(address) => (32, u128::from(u32::from(address))),
            IpAddr::V6(address) => (128, u128::from(address)),
        };
        let length: u32 = length.map_or(Some(bits), |length| length.parse().ok())?;
        let free = bits.checked_sub(length)?;
        let mask = 1_u128.checked_shl(free).map_or(u128::MAX, |size| size - 1);
        Some(Self { bits, first: address & !mask, last: address | mask })
    }
}

/// Whether sorted networks have every address of this many bits.
fn covers_everything(networks: &[Network], bits: u32) -> bool {
    let end = u128::MAX >> (128 - bits);
    let mut next = 0;
    for network in networks.iter().filter(|network| network.bits == bits) {
        if network.first > next {
            return false;
        }
        if network.last >= end {
            return true;
        }
        next = next.max(network.last + 1);
    }
    false
}

impl fmt::Display for NotEverywhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("does not have every address")
    }
}

impl Operand for NotEverywhere {
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
    use crate::expectation::Operator as _;
    use crate::expectation::tests::{list, read, refuse, verify};

    #[test]
    fn compares() {
        let everything_in_parts = list(&["128.0.0.0/2", "0.0.0.0/1", "192.0.0.0/2"]);
        verify(&[
            ("not-everywhere: true", list(&[]), true),
            ("not-everywhere: true", list(&["203.0.113.0/24", "198.51.100.7", "2001:db8::/32"]), true),
            ("not-everywhere: true", list(&["0.0.0.0/0"]), false),
            ("not-everywhere: true", list(&["10.0.0.0/8", "203.0.113.9/0"]), false),
            ("not-everywhere: true", list(&["::/0"]), false),
            ("not-everywhere: true", list(&["8000::/1", "::/1"]), false),
            ("not-everywhere: true", everything_in_parts, false),
            ("not-everywhere: true", list(&["0.0.0.0/1", "128.0.0.0/2", "224.0.0.0/3"]), true),
            ("not-everywhere: true", list(&["0.0.0.0/32", "::/128"]), true),
        ]);
        refuse("not-everywhere: false", "only `true` is allowed here");
    }

    #[test]
    fn what_is_no_network_is_a_mismatch() {
        for text in ["", "everywhere", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "10.0.0/8"] {
            assert!(read("not-everywhere: true").holds(&list(&[text])).is_err(), "{text}");
        }
    }
}
