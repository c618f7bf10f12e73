//! A range of minor versions of Kubernetes.

use crate::model::minor_version;
use crate::text::quote;
use serde::Deserialize;
use std::fmt;

/// Versions of one range that are listed.
const MAX_VERSIONS: usize = 100;

/// `1.30`, or `1.29-1.31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String")]
pub struct ReleaseRange {
    first: (u32, u32),
    last: (u32, u32),
}

impl TryFrom<String> for ReleaseRange {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (first, last) = text.split_once('-').unwrap_or((&text, &text));
        let range = minor_version(first).zip(minor_version(last)).map(|(first, last)| Self { first, last });
        let wrong = || format!("{} is no range of versions such as 1.30 or 1.29-1.31", quote(&text));
        range.filter(|range| range.first <= range.last).ok_or_else(wrong)
    }
}

impl ReleaseRange {
    pub(super) fn contains(self, version: (u32, u32)) -> bool {
        (self.first..=self.last).contains(&version)
    }

    pub(super) fn ends_before(self, version: (u32, u32)) -> bool {
        self.last < version
    }

    /// Each version: `1.29`, `1.30`.
    pub(super) fn versions(self) -> Vec<String> {
        let (major, last) = self.last;
        if self.first.0 != major {
            return vec![format!("{}.{}", self.first.0, self.first.1), format!("{major}.{last}")];
        }
        (self.first.1..=last).take(MAX_VERSIONS).map(|minor| format!("{major}.{minor}")).collect()
    }

    pub(super) const fn last(self) -> (u32, u32) {
        self.last
    }
}

impl fmt::Display for ReleaseRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.first, self.last);
        if first == last {
            write!(f, "{}.{}", first.0, first.1)
        } else {
            write!(f, "{}.{}-{}.{}", first.0, first.1, last.0, last.1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_both_ends() {
        let range = ReleaseRange::try_from("1.29-1.31".to_owned()).expect("a range");
        assert!(range.contains((1, 29)) && range.contains((1, 31)) && !range.contains((1, 32)));
        assert!(range.ends_before((1, 32)) && !range.ends_before((1, 31)));
        assert_eq!(range.to_string(), "1.29-1.31");
        assert_eq!(ReleaseRange::try_from("1.30".to_owned()).expect("a range").to_string(), "1.30");
        for wrong in ["1.31-1.29", "one", "1.30-", ""] {
            assert!(ReleaseRange::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
