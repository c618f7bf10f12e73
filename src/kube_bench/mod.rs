//! Compatibility with kube-bench: its folders of definitions, their shell audits and tests, its report formats and its command
//! line. What kube-bench does holds here, quirks included, so that a verdict does not change when a user changes tools.

mod audit;
mod check;
pub(crate) mod command_line;
mod compare;
mod evaluate;
mod external;
mod fields;
mod flag;
mod folder_config;
mod folders;
pub(crate) mod format;
pub(crate) mod jsonpath;
mod process_cache;
pub(crate) mod settings;
pub(crate) mod shell;
mod substitution;
mod target_file;
mod warnings;

pub use audit::{AuditOutput, AuditOutputs, AuditRunner};
pub use check::{AuditCheck, BinOp, TestItem, Tests};
pub use compare::CompareOperator;
pub use evaluate::evaluate;
pub use external::FolderChecks;
pub use folders::{FolderBenchmark, FolderSet};
pub use jsonpath::{JsonPath, JsonPathError};
pub use process_cache::ProcessCache;
pub use settings::SettingError;
pub use substitution::Substitutions;
pub(crate) use target_file::section;
pub(crate) use warnings::warnings;
