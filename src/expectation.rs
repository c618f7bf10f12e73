//! What must hold for the evidence of a probe: the closed set of operators. Pure.
//!
//! An operator is one file below `expectation/` with its operand, its YAML form, its description and its behaviour, and one
//! line in the table below.

mod combination;
mod contains;
mod contains_any;
mod equals;
mod excludes;
mod loopback;
mod matches;
mod mode_at_most;
mod not_equals;
mod not_everywhere;
mod one_of;
mod operand;
mod operator;
mod owned_by;
mod presence;
mod quantity;
mod scalar;
mod subset_of;
mod url_schemes;

use crate::model::{EvidenceKind, FileGroup, Value};
use operand::{FromRaw, Parameters};
use serde::Deserialize;
use std::fmt;

pub(crate) use operand::BadParameter;
pub(crate) use operator::{Operator, TypeMismatch};

/// Declares the operators. The key in YAML is the name of the variant in kebab-case.
macro_rules! operators {
    ($($variant:ident($operator:ty)),+ $(,)?) => {
        /// What must hold for one observation.
        #[derive(Debug, Clone)]
        #[allow(missing_docs, reason = "each operator is documented at its type")]
        pub enum Expectation {
            $($variant($operator)),+
        }

        /// An expectation as a definition file has it: a mapping with one key, the operator.
        #[derive(Debug, Clone, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(rename_all = "kebab-case")]
        pub(crate) enum RawExpectation {
            $($variant(<$operator as FromRaw>::Raw)),+
        }

        impl Expectation {
            fn operator(&self) -> &dyn Operator {
                match self {
                    $(Self::$variant(operator) => operator),+
                }
            }
        }

        impl FromRaw for Expectation {
            type Raw = RawExpectation;

            fn from_raw(raw: &RawExpectation, parameters: &Parameters<'_>) -> Result<Self, BadParameter> {
                Ok(match raw {
                    $(RawExpectation::$variant(raw) => Self::$variant(FromRaw::from_raw(raw, parameters)?)),+
                })
            }
        }
    };
}

operators! {
    Equals(equals::Equals),
    NotEquals(not_equals::NotEquals),
    OneOf(one_of::OneOf),
    Contains(contains::Contains),
    ContainsAny(contains_any::ContainsAny),
    Excludes(excludes::Excludes),
    SubsetOf(subset_of::SubsetOf),
    UrlSchemes(url_schemes::UrlSchemes),
    AtLeast(quantity::AtLeast),
    AtMost(quantity::AtMost),
    MoreThan(quantity::MoreThan),
    Matches(matches::Matches),
    Loopback(loopback::Loopback),
    NotEverywhere(not_everywhere::NotEverywhere),
    ModeAtMost(mode_at_most::ModeAtMost),
    OwnedBy(owned_by::OwnedBy),
    Set(presence::Set),
    Unset(presence::Unset),
    AllOf(combination::AllOf<Expectation>),
    AnyOf(combination::AnyOf<Expectation>),
}

impl RawExpectation {
    /// Replaces the parameters of the rule by their values.
    pub(crate) fn fill(&self, parameters: &Parameters<'_>) -> Result<Expectation, BadParameter> {
        Expectation::from_raw(self, parameters)
    }
}

impl Expectation {
    /// The value that it wants, if there is only one.
    pub(crate) fn only_value(&self) -> Option<String> {
        if let Self::Equals(equals) = self { Some(equals.value()) } else { None }
    }
}

impl Operator for Expectation {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        self.operator().evidence_kind()
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        self.operator().holds(value)
    }

    fn holds_for_files(&self, files: &FileGroup) -> Result<bool, TypeMismatch> {
        self.operator().holds_for_files(files)
    }

    fn holds_unset(&self) -> bool {
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
