//! The only access to what is audited: a node, and the API server of its cluster. Sources read facts and never judge.

#[cfg(feature = "cluster")]
pub(crate) mod cluster;
pub(crate) mod node;
