//! Why a rule does not apply on a platform.

use serde::Deserialize;

/// Why a rule does not apply: one sentence that a user understands, alone or with what must hold on the node for it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Exemption {
    /// It holds wherever the component runs as the platform runs it.
    Always(String),
    /// It holds while something else does.
    While(ConditionalExemption),
}

/// A reason with its condition.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ConditionalExemption {
    /// The sentence.
    pub reason: String,
    /// User and group of every file that the rule is about, such as `root:root`.
    pub while_owner: String,
}

impl Exemption {
    /// The sentence.
    pub fn reason(&self) -> &str {
        match self {
            Self::Always(reason) | Self::While(ConditionalExemption { reason, .. }) => reason,
        }
    }

    /// The owner that the files must have for it.
    pub fn while_owner(&self) -> Option<&str> {
        match self {
            Self::Always(_) => None,
            Self::While(conditional) => Some(&conditional.while_owner),
        }
    }
}
