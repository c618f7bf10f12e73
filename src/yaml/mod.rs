//! YAML and JSON files that users write, read so that every diagnostic has a file, a line and a column.

mod deserialize_error;
mod deserializer;
mod diagnostic;
mod file;
mod go_documents;
mod go_scalar;
mod mapping_entries;
mod must_be_true;
mod node;
mod one_or_many;
mod parse;
mod reason;
pub(crate) mod recovery;
mod renamed;
mod scalar;
mod tree;
mod user_file;

pub(crate) use diagnostic::{Diagnostic, Level, Position};
pub(crate) use file::TextFile;
pub(crate) use go_documents::{MAX_VALUES, go_documents};
pub(crate) use go_scalar::go_scalar;
pub(crate) use must_be_true::MustBeTrue;
pub(crate) use node::{Content, YamlNode};
pub(crate) use one_or_many::OneOrMany;
pub(crate) use reason::document_reason;
pub(crate) use scalar::scalar_text;
pub(crate) use user_file::{UserFileError, open_user_file, read_at_most, read_stdin, read_user_file};
