//! The report in the forms that users of kube-bench know.

mod asff;
mod json;
mod junit;
mod lines;
mod text;

pub use asff::{Asff, Origin};
pub use json::Json;
#[cfg(any(feature = "internals", feature = "postgres"))]
pub use json::rows;
#[cfg(test)]
pub(crate) use json::schema as json_schema;
pub use junit::Junit;
pub use lines::Lines;
