//! What a document must be to be an object of Kubernetes: its kind, the names and types of its fields.

mod finding;
mod validate;

pub(super) use validate::validate;
