//! A recorded node: a file that describes one, written by hand or by `nodeproof snapshot`.

mod error_code;
pub(crate) mod format;
mod parse;
mod source;

#[cfg(test)]
pub(crate) use format::json_schema;
pub(crate) use parse::lint as lint_recorded_node;
pub use source::RecordedSource;
