//! The only access to what is audited: a node, the API server of its cluster, and saved documents of its provider. Sources read facts and never judge.

pub(crate) mod cloud;
pub(crate) mod cluster;
pub(crate) mod manifests;
pub(crate) mod node;
