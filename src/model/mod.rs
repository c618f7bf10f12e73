//! Facts about Kubernetes and the values of its settings. No I/O, no YAML.

mod arguments;
mod component;
mod kubernetes_version;
mod target;
mod value;

pub use arguments::{Arguments, Reading};
pub use component::{Component, Precedence};
pub use kubernetes_version::{leading_version, minor_version};
pub use target::Target;
pub use value::{Value, ValueKind, parse_bool, parse_duration, parse_number, split_list};
