//! YAML that people write, read so that every error has its line and column.

mod one_or_many;
pub(crate) mod reader;
pub(crate) mod shape;
pub(crate) mod tree;

pub(crate) use one_or_many::OneOrMany;
