//! The store of `--store pgsql`: our own schema, which keeps the state of each node and its changes.

mod document;
mod maintain;
mod migrate;
mod schema;
mod write;

pub(crate) use maintain::maintain;
pub(crate) use migrate::migrate;
pub(crate) use write::write;
