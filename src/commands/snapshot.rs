//! `nodeproof snapshot` records what the checks read on a node or in a cluster, for an offline audit.

use super::cluster_input::ClusterInput;
use super::definitions::Definitions;
use super::flags::AuditFlags;
use super::open;
use crate::commands::Failure;
use crate::sink::Destination;
use crate::snapshot::{self, SnapshotError};
use crate::source::node::{Deadline, StuckCalls};
use std::path::Path;

/// Takes a snapshot of the node, or of the cluster that the flags name, and writes it to a file that only its owner can read, or to stdout.
pub(crate) fn snapshot(flags: &AuditFlags, output: Option<&Path>) -> Result<(), Failure> {
    let destination = Destination::open(output)?.private();
    if flags.cluster.is_given() {
        let input = ClusterInput::require(&flags.cluster, &flags.node, &flags.cluster.namespaces())?;
        let bytes = input.lists.to_json(&input.record()).map_err(|error| Failure::Other(error.into()))?;
        return Ok(destination.write_with(false, &|out| out.write_all(&bytes))?);
    }
    let definitions = Definitions::from_flags(flags)?;
    let deadline = Deadline::of(flags.node.timeout);
    let source = open::source(&flags.node, deadline, &StuckCalls::default())?;
    let bytes = snapshot::take(&definitions.library, source.as_ref()).map_err(|error| match error {
        SnapshotError::Definition(error) => error.into(),
        other @ SnapshotError::Json(_) => Failure::Other(other.into()),
    })?;
    Ok(destination.write_with(false, &|out| out.write_all(&bytes))?)
}
