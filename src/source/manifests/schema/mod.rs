//! The kinds of Kubernetes with the names and types of their fields.

mod check;
mod fields;

pub(super) use check::{Misfit, check};
pub(crate) use fields::{FieldType, KUBERNETES_VERSION, TypeFields, fields_of_kind};
