//! A level of the Pod Security Standards in a version of Kubernetes.

use crate::model::minor_version;
use crate::text::{quote, suggestions};
use std::fmt;
use std::str::FromStr;

/// The newest version whose controls are known.
pub(crate) const NEWEST_MINOR: u32 = 37;

/// A level of the Pod Security Standards that refuses something. The third, *privileged*, allows everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Refuses known ways to take over a node.
    Baseline,
    /// Refuses what is not hardened as well.
    Restricted,
}

impl Level {
    /// Its name in the labels of a namespace.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

/// A level in a version of Kubernetes: `restricted:v1.31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PodSecurityStandard {
    /// The level.
    pub level: Level,
    /// The minor version of Kubernetes 1 whose controls hold. A newer one than is known stands for the newest.
    pub minor: u32,
}

impl PodSecurityStandard {
    /// A level with the newest controls.
    pub const fn latest(level: Level) -> Self {
        Self { level, minor: NEWEST_MINOR }
    }
}

impl fmt::Display for PodSecurityStandard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:v1.{}", self.level.id(), self.minor)
    }
}

impl FromStr for PodSecurityStandard {
    type Err = String;

    /// Parses `baseline`, `restricted`, each also with `:latest` or `:v1.31`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (level, version) = text.split_once(':').unwrap_or((text, "latest"));
        let level = match level {
            "baseline" => Level::Baseline,
            "restricted" => Level::Restricted,
            "privileged" => return Err("`privileged` allows every pod; name baseline or restricted".to_owned()),
            _ => {
                let near = suggestions(level, ["baseline", "restricted"].into_iter());
                return Err(format!(
                    "{} is not a level of Pod Security{near}; name baseline or restricted",
                    quote(level)
                ));
            }
        };
        if version == "latest" {
            return Ok(Self::latest(level));
        }
        match minor_version(version) {
            Some((1, minor)) if minor <= NEWEST_MINOR => Ok(Self { level, minor }),
            Some((1, _)) => {
                Err(format!("{} is newer than v1.{NEWEST_MINOR}, the newest version that is known", quote(version)))
            }
            _ => Err(format!("{} is not a version of Kubernetes; write v1.31 or latest", quote(version))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standard_is_a_level_and_a_version() {
        let cases = [
            ("baseline", Ok("baseline:v1.37")),
            ("restricted:latest", Ok("restricted:v1.37")),
            ("restricted:v1.25", Ok("restricted:v1.25")),
            ("baseline:1.8", Ok("baseline:v1.8")),
            ("privileged", Err("`privileged` allows every pod")),
            ("restrictd", Err("`restrictd` is not a level of Pod Security; did you mean `restricted`?")),
            ("baseline:v1.99", Err("`v1.99` is newer than v1.37")),
            ("baseline:v2.0", Err("`v2.0` is not a version")),
            ("baseline:", Err("`` is not a version")),
        ];
        for (text, expected) in cases {
            match (text.parse::<PodSecurityStandard>(), expected) {
                (Ok(standard), Ok(expected)) => assert_eq!(standard.to_string(), expected, "{text}"),
                (Err(error), Err(expected)) => assert!(error.starts_with(expected), "{text}: {error}"),
                (result, expected) => panic!("{text}: {result:?}, expected {expected:?}"),
            }
        }
    }
}
