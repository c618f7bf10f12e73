//! What the subcommands do beside an audit, one file each.

pub(crate) mod every;
pub mod snapshot;
