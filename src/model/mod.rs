//! Facts about Kubernetes and the values of its settings. No I/O, no YAML.

mod arguments;
mod component;
mod evidence;
mod value;

pub use arguments::{Arguments, Reading};
pub use component::{Component, Precedence};
pub(crate) use evidence::EvidenceKind;
pub use evidence::{Evidence, FileGroup, Observation, Observed};
pub use value::{Value, ValueKind, parse_bool, parse_duration, parse_number, split_list};
