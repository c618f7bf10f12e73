//! How much an attacker gains where a rule is not followed.

use crate::text::quote;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The severity of a rule. The levels are nodeproof's own; `docs/severity.md` has the criteria.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Hygiene: little is gained by itself.
    Low,
    /// A defence or its evidence is weakened.
    Medium,
    /// Whoever has a foothold takes over the node or the cluster.
    High,
    /// Whoever reaches the port or runs any pod takes over the node or the cluster.
    Critical,
}

impl Severity {
    /// Its name in definition files and reports.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::Low, Self::Medium, Self::High, Self::Critical];
        let found = all.into_iter().find(|severity| severity.id() == text);
        found.ok_or_else(|| format!("{} is not a severity; they are low, medium, high, critical", quote(text)))
    }
}
