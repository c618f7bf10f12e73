//! What must hold for the evidence of a probe: the closed set of operators. Pure.
//!
//! An operator is one file below `expectation/` with its operand, its YAML form, its description and its behaviour, and one
//! line in the table below.

mod combination;
mod contains;
mod equals;
mod excludes;
mod loopback;
mod matches;
mod mode_at_most;
mod not_equals;
mod one_of;
mod operand;
mod operator;
mod owned_by;
mod presence;
mod quantity;
mod scalar;
mod subset_of;

use crate::model::{EvidenceKind, FileGroup, Value};
use operand::{FromRaw, Parameters};
use operator::Operator;
use serde::Deserialize;
use std::fmt;

pub(crate) use operand::BadParameter;
pub(crate) use operator::TypeMismatch;

/// Declares the operators. The key in YAML is the name of the type in kebab-case.
macro_rules! operators {
    ($($module:ident::$operator:ident),+ $(,)?) => {
        /// What must hold for one observation.
        #[derive(Debug, Clone)]
        #[allow(missing_docs, reason = "each operator is documented at its type")]
        pub enum Expectation {
            $($operator($module::$operator)),+
        }

        /// An expectation as a definition file has it: a mapping with one key, the operator.
        #[derive(Debug, Clone, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(rename_all = "kebab-case")]
        pub(crate) enum RawExpectation {
            $($operator(<$module::$operator as FromRaw>::Raw)),+
        }

        impl Expectation {
            fn operator(&self) -> &dyn Operator {
                match self {
                    $(Self::$operator(operator) => operator),+
                }
            }
        }

        impl RawExpectation {
            /// Replaces the parameters of the rule by their values.
            pub(crate) fn fill(&self, parameters: &Parameters<'_>) -> Result<Expectation, BadParameter> {
                Ok(match self {
                    $(Self::$operator(raw) => Expectation::$operator(FromRaw::from_raw(raw, parameters)?)),+
                })
            }
        }
    };
}

operators! {
    equals::Equals,
    not_equals::NotEquals,
    one_of::OneOf,
    contains::Contains,
    excludes::Excludes,
    subset_of::SubsetOf,
    quantity::AtLeast,
    quantity::AtMost,
    quantity::MoreThan,
    matches::Matches,
    loopback::Loopback,
    mode_at_most::ModeAtMost,
    owned_by::OwnedBy,
    presence::Set,
    presence::Unset,
    combination::AllOf,
    combination::AnyOf,
}

impl Expectation {
    /// What it compares; none for a combination that mixes both, which no probe provides.
    pub(crate) fn evidence_kind(&self) -> Option<EvidenceKind> {
        self.operator().evidence_kind()
    }

    /// Whether it holds for a value. A value that it cannot compare is an error: neither met nor not met.
    pub(crate) fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        self.operator().holds(value)
    }

    /// Whether it holds for files with the same mode and owner.
    pub(crate) fn holds_for_files(&self, files: &FileGroup) -> Result<bool, TypeMismatch> {
        self.operator().holds_for_files(files)
    }

    /// Whether it holds for a setting that no source sets.
    pub(crate) fn holds_unset(&self) -> bool {
        self.operator().holds_unset()
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.operator().fmt(f)
    }
}

#[cfg(test)]
mod tests;
