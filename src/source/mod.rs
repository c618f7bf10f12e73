//! The only doors to what is audited: the machine, and the cluster it belongs to. Sources read facts and never judge.

#[cfg(feature = "cluster")]
pub(crate) mod cluster;
pub(crate) mod node;
