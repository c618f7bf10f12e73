//! A recorded node: a file that describes one, written by hand or by `nodeproof snapshot`.

mod error_code;
pub(crate) mod format;
mod parse;
mod source;

#[cfg(test)]
pub(crate) use format::json_schema;
pub use parse::RecordedNodeError;
pub use source::RecordedSource;
