//! Checks as kube-bench's definition files have them: a shell audit, and tests of the text that it prints. What holds here is
//! what kube-bench does, oddities included, so that a verdict does not move when a user changes tools.

mod audit;
mod compare;
mod evaluate;
pub(crate) mod jsonpath;
pub mod shell;
mod substitution;

pub use audit::{AuditAnswers, AuditOutput, AuditRunner};
pub use evaluate::{Result, Verdict, evaluate};
pub use jsonpath::{JsonPath, JsonPathError};
pub use substitution::Substitutions;

pub use compare::CompareOperator;

/// What a check of this dialect asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Check {
    /// Shell text whose output holds flags.
    pub audit: String,
    /// Shell text whose output is a document.
    pub audit_config: String,
    /// Shell text whose output is `NAME=value` lines.
    pub audit_env: String,
    /// The program whose environment is read for variables where no `audit_env` stands.
    pub environment_of: Option<String>,
    /// What was written as its type.
    pub kind: String,
    /// Whether its group is skipped.
    pub group_skipped: bool,
    /// Whether each line of an output must pass.
    pub multiple: bool,
    /// Whether not passing is a failure.
    pub scored: bool,
    /// The tests; none where the file has no such key.
    pub tests: Option<Tests>,
}

/// The tests of a check.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tests {
    /// How the items are put together.
    pub join: Join,
    /// The items.
    pub items: Vec<Item>,
}

/// How the items of a test are put together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Join {
    /// All must pass.
    #[default]
    And,
    /// One must pass.
    Or,
    /// A word that means nothing: the check fails.
    Unknown(String),
}

/// One test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The flag that is looked for in the audit's output.
    pub flag: String,
    /// The variable.
    pub env: String,
    /// The path in the document.
    pub path: String,
    /// Whether it must be there, or must not.
    pub set: bool,
    /// What its value is compared with.
    pub compare: Option<(CompareOperator, String)>,
}
