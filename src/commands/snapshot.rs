//! `nodeproof snapshot`: writes down what the probes read on a node, for judging it later or elsewhere.

use crate::benchmark::Library;
use crate::commands::Failure;
use crate::snapshot::{self, SnapshotError};
use crate::source::node::NodeSource;
use anyhow::Context;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Where the snapshot goes: opened before any work, so that a bad name costs nothing, and readable by its owner alone.
/// `None` and `-` are stdout.
pub(crate) fn open(path: Option<&Path>) -> Result<Option<File>, Failure> {
    let Some(path) = path.filter(|path| *path != Path::new("-")) else {
        return Ok(None);
    };
    let create = || {
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        // A file that was there keeps its mode otherwise; a device or pipe is none of ours.
        if file.metadata()?.is_file() {
            file.set_permissions(Permissions::from_mode(0o600))?;
        }
        io::Result::Ok(file)
    };
    Ok(Some(create().with_context(|| format!("--output {} cannot be written", path.display()))?))
}

/// Takes a snapshot of a machine and writes it.
pub(crate) fn write(library: &Library, host: &dyn NodeSource, out: Option<File>) -> Result<(), Failure> {
    let bytes = snapshot::take(library, host).map_err(|error| match error {
        SnapshotError::Definition(error) => Failure::Definition(error),
        other @ SnapshotError::Json(_) => Failure::Other(other.into()),
    })?;
    let written = match out {
        Some(mut file) => file.write_all(&bytes),
        None => io::stdout().lock().write_all(&bytes),
    };
    match written {
        // Whoever reads may stop early, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other.context("the snapshot cannot be written")?),
    }
}
