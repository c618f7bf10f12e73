//! Objects of Kubernetes and Dockerfiles in files: as people write them, and as tools print them.

mod documents;
mod files;
mod kind;
mod object;
mod origin;
mod places;
mod read;
mod read_object;
mod schema;
mod suppression;

pub(crate) use files::InputKind;
pub(crate) use object::{ManifestObject, ObjectContent};
pub(crate) use read::{ManifestOptions, Manifests, Problem, ProblemKind, read, read_bytes, read_texts};
pub(crate) use schema::{FieldType, KUBERNETES_VERSION, TypeFields, fields_of_kind};
