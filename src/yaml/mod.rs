//! YAML that people write, read so that every error has its line and column.

mod must_be_true;
mod one_or_many;
pub(crate) mod reader;
mod scalar;
pub(crate) mod shape;
pub(crate) mod tree;

pub(crate) use must_be_true::MustBeTrue;
pub(crate) use one_or_many::OneOrMany;
pub(crate) use scalar::scalar_text;
