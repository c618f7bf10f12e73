//! Ids of benchmarks' groups and checks.

use std::cmp::Ordering;
use std::fmt;

/// A number such as `1.2.10`. Kept as the text that was written, ordered by its numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Id {
    text: String,
    /// What it is ordered by; a part that is no number comes last.
    parts: Vec<u64>,
}

impl Id {
    /// Takes any text.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let parts = text.split('.').map(|part| part.parse().unwrap_or(u64::MAX)).collect();
        Self { text, parts }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The id without its last number: the group of a check.
    pub fn parent(&self) -> &str {
        self.text.rsplit_once('.').map_or(&*self.text, |(front, _)| front)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Ord for Id {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts.cmp(&other.parts).then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for Id {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_ordered_by_their_numbers_and_keep_their_text() {
        let mut ids: Vec<Id> = ["1.10", "1.2.10", "1.2.9", "1.1", "2", "1.2"].map(Id::new).into();
        ids.sort();
        let texts: Vec<&str> = ids.iter().map(Id::as_str).collect();
        assert_eq!(texts, ["1.1", "1.2", "1.2.9", "1.2.10", "1.10", "2"]);
        assert_eq!(Id::new("1.2.10").parent(), "1.2");
        assert_eq!(Id::new("2.1").parent(), "2");
    }
}
