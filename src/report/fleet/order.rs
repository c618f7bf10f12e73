//! The order of ids such as `1.10` and `4.2.1`: by number where they have numbers.

use std::cmp::Ordering;

/// Compares two ids part by part; numbers come before words.
pub(super) fn by_number(a: &str, b: &str) -> Ordering {
    let separator = |letter: char| matches!(letter, '.' | '-');
    let (mut left, mut right) = (a.split(separator), b.split(separator));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(one), Some(other)) => match (one.parse::<u64>(), other.parse::<u64>()) {
                (Ok(one), Ok(other)) => one.cmp(&other),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => one.cmp(other),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_as_numbers() {
        let mut ids = ["4.10.1", "4.2.1", "cis-1.12", "4.2", "cis-1.5", "1.1.1", "cis-1.12a"];
        ids.sort_by(|a, b| by_number(a, b));
        assert_eq!(ids, ["1.1.1", "4.2", "4.2.1", "4.10.1", "cis-1.5", "cis-1.12", "cis-1.12a"]);
    }
}
