//! Checks as kube-bench's definition files have them: a shell audit, and tests of the text that it prints.

use super::CompareOperator;

/// A check of a definition file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditCheck {
    /// Shell text whose output holds flags.
    pub audit: String,
    /// Shell text whose output is a document.
    pub audit_config: String,
    /// Shell text whose output is `NAME=value` lines.
    pub audit_env: String,
    /// The program whose environment is read if `audit_env` is empty.
    pub environment_process: Option<String>,
    /// The YAML key `type`: `manual`, `skip` or empty.
    pub check_type: String,
    /// What to do.
    pub remediation: String,
    /// Whether its group is skipped.
    pub group_skipped: bool,
    /// Every line of an output must pass.
    pub use_multiple_values: bool,
    /// Whether a failure counts.
    pub scored: bool,
    /// The tests; none where the file has no such key.
    pub tests: Option<Tests>,
}

/// The tests of a check.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tests {
    /// How the items are put together.
    pub bin_op: BinOp,
    /// The items.
    pub items: Vec<TestItem>,
}

/// How the items of a test are put together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum BinOp {
    /// All must pass.
    #[default]
    And,
    /// One must pass.
    Or,
    /// An unknown operator; the check fails.
    Unknown(String),
}

/// One test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestItem {
    /// The flag that is looked for in the audit's output.
    pub flag: String,
    /// The variable.
    pub env: String,
    /// The path in the document.
    pub path: String,
    /// Whether the value must be present.
    pub set: bool,
    /// What its value is compared with.
    pub compare: Option<(CompareOperator, String)>,
}

impl AuditCheck {
    /// What it reads, in words.
    pub(crate) fn reads(&self) -> String {
        let texts = [&self.audit, &self.audit_config, &self.audit_env];
        let read: Vec<&str> = texts.into_iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
        if read.is_empty() { "nothing".to_owned() } else { format!("the output of: {}", read.join("; ")) }
    }

    /// What it expects, in words.
    pub(crate) fn expects(&self) -> String {
        let tests = self.tests.as_ref();
        let word = match tests.map(|t| &t.bin_op) {
            Some(BinOp::Or) => " or ",
            Some(BinOp::And | BinOp::Unknown(_)) | None => " and ",
        };
        let items: Vec<String> = tests.map(|t| t.items.iter().map(TestItem::describe).collect()).unwrap_or_default();
        if items.is_empty() { "manual review".to_owned() } else { items.join(word) }
    }
}

impl TestItem {
    fn describe(&self) -> String {
        let name = [&self.flag, &self.path, &self.env].into_iter().find(|name| !name.is_empty());
        let name = name.map_or("", String::as_str);
        match &self.compare {
            _ if !self.set => format!("{name} is absent"),
            None => format!("{name} is present"),
            Some((operator, value)) => {
                let known = CompareOperator::KNOWN.into_iter().find(|word| CompareOperator::parse(word) == *operator);
                format!("{name} {} {value}", known.unwrap_or("(unknown operator)"))
            }
        }
    }
}
