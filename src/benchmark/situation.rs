//! What a rule can state a remediation of its own for.

use serde::Deserialize;

/// A situation in which the remediation is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Situation {
    /// The subject does not exist.
    Missing,
    /// The check could not be evaluated.
    Undetermined,
    /// The component was started without a configuration file.
    WithoutConfig,
}
