//! YAML of definition files, read so that everything that is wrong has its place: `tree` knows the notation, `reader` lets
//! serde read it, `shape` goes on behind a fault.

mod reader;
pub(super) mod shape;
pub(super) mod tree;
