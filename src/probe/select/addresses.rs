//! Lists of IP addresses as systemd combines them: together they can be all addresses, though none of them is.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Every address of a family.
const ALL_IPV4: &str = "0.0.0.0/0";
const ALL_IPV6: &str = "::/0";
/// Every address of both.
const ANY: &str = "any";

/// The addresses from the first to the last.
type Range = (u128, u128);

/// The same list in which the words of a family that are together all its addresses are one word, and `any` where both are.
pub(super) fn combined(words: Vec<String>) -> Vec<String> {
    let all_ipv4 = is_whole(words.iter().filter_map(|word| ipv4(word)), u128::from(u32::MAX));
    let all_ipv6 = is_whole(words.iter().filter_map(|word| ipv6(word)), u128::MAX);
    if !all_ipv4 && !all_ipv6 {
        return words;
    }
    let is_left = |word: &String| (!all_ipv4 || ipv4(word).is_none()) && (!all_ipv6 || ipv6(word).is_none());
    let mut combined: Vec<String> = words.into_iter().filter(is_left).collect();
    combined.push(
        if all_ipv4 && all_ipv6 {
            ANY
        } else if all_ipv4 {
            ALL_IPV4
        } else {
            ALL_IPV6
        }
        .to_owned(),
    );
    combined
}

fn ipv4(word: &str) -> Option<Range> {
    let (address, prefix) = with_prefix(word, u32::BITS)?;
    let address: Ipv4Addr = address.parse().ok()?;
    let rest = u32::MAX.checked_shr(prefix).unwrap_or(0);
    let first = u32::from(address) & !rest;
    Some((first.into(), (first | rest).into()))
}

fn ipv6(word: &str) -> Option<Range> {
    let (address, prefix) = with_prefix(word, u128::BITS)?;
    let address: Ipv6Addr = address.parse().ok()?;
    let rest = u128::MAX.checked_shr(prefix).unwrap_or(0);
    let first = u128::from(address) & !rest;
    Some((first, first | rest))
}

/// An address and the bits of its prefix, which are all if it has none.
fn with_prefix(word: &str, bits: u32) -> Option<(&str, u32)> {
    let Some((address, prefix)) = word.split_once('/') else {
        return Some((word, bits));
    };
    let prefix = prefix.parse().ok().filter(|prefix| *prefix <= bits)?;
    Some((address, prefix))
}

/// Whether no address up to the last is missing.
fn is_whole(ranges: impl Iterator<Item = Range>, last: u128) -> bool {
    let mut ranges: Vec<Range> = ranges.collect();
    ranges.sort_unstable();
    let mut next = 0;
    for (from, to) in ranges {
        if from > next {
            return false;
        }
        if to >= last {
            return true;
        }
        next = next.max(to + 1);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_lists_that_are_all_addresses() {
        let cases = [
            ("192.0.2.1/0", "0.0.0.0/0"),
            ("0.0.0.0/1 128.0.0.0/1", "0.0.0.0/0"),
            ("128.0.0.0/1 localhost 0.0.0.0/2 64.0.0.0/2", "localhost 0.0.0.0/0"),
            ("2001:db8::1/0 192.0.2.1", "192.0.2.1 ::/0"),
            ("::/1 8000::/1", "::/0"),
            ("0.0.0.0/0 ::/0", "any"),
            ("0.0.0.0/0 0.0.0.0/8", "0.0.0.0/0"),
            ("any", "any"),
            ("0.0.0.0/1 128.0.0.0/2", "0.0.0.0/1 128.0.0.0/2"),
            ("128.0.0.0/1", "128.0.0.0/1"),
            ("192.0.2.1 2001:db8::1", "192.0.2.1 2001:db8::1"),
            ("192.0.2.1/33 192.0.2.1/-0 192.0.2/0 x/0", "192.0.2.1/33 192.0.2.1/-0 192.0.2/0 x/0"),
            ("", ""),
        ];
        for (words, expected) in cases {
            let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            assert_eq!(combined(words.clone()).join(" "), expected, "{words:?}");
        }
    }
}
