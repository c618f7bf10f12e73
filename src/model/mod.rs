//! Facts about Kubernetes and the values of its settings. No I/O, no YAML.

mod arguments;
mod component;
mod evidence;
mod id;
mod outcome;
mod severity;
mod status;
mod value;
mod verdict;

pub use arguments::{Arguments, Reading};
pub use component::{Component, Precedence};
pub(crate) use evidence::EvidenceKind;
pub use evidence::{Evidence, FileGroup, Observation, Observed};
pub use id::Id;
pub use outcome::{EvidenceEntry, Extensions, Finding, Location, Outcome};
pub use severity::Severity;
pub use status::Status;
pub use value::{Value, ValueKind, parse_bool, parse_duration, parse_number, split_list};
pub use verdict::Verdict;
