//! Ids, components, arguments, values, evidence, verdicts, outcomes, severity. No I/O, no YAML.

mod arguments;
mod component;
mod document_kind;
mod evidence;
mod flag_kind;
mod go_values;
mod id;
mod kubernetes_version;
mod outcome;
mod severity;
mod status;
mod target;
mod value;
mod verdict;

pub use arguments::{Arguments, Reading};
pub use component::{Component, Precedence};
pub use document_kind::DocumentKind;
pub(crate) use evidence::EvidenceKind;
pub use evidence::{Access, Evidence, FileGroup, Observation, Observed, Replaceable};
pub use flag_kind::FlagKind;
pub use go_values::{parse_bool, parse_duration, parse_number, split_list};
pub use id::Id;
pub use kubernetes_version::{KubernetesVersions, leading_version, minor_version};
pub use outcome::{EvidenceEntry, Extensions, Finding, Location, Outcome, Text};
pub use severity::Severity;
pub use status::Status;
pub use target::Target;
pub use value::{Value, ValueKind};
pub use verdict::Verdict;
