//! What the subcommands beside the audit do and say, one file each.

mod audit;
pub mod benchmarks;
pub(crate) mod every;
pub mod explain;
mod failure;
pub mod lint;
pub mod pages;
pub mod profile;
pub mod snapshot;

pub use audit::run;
pub use failure::Failure;

use anyhow::Context;
use serde::Serialize;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// A view as JSON on one line.
fn json(view: &impl Serialize) -> Result<Vec<u8>, Failure> {
    let mut bytes = serde_json::to_vec(view).context("the answer cannot be written as JSON")?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Prints bytes, or writes them to a file. `styled`: colour is for text alone; JSON goes out as it is.
pub fn tell(bytes: &[u8], file: Option<&Path>, styled: bool) -> Result<(), Failure> {
    let written = match file {
        Some(path) => {
            let file =
                File::create(path).with_context(|| format!("--outputfile {} cannot be written", path.display()))?;
            anstream::StripStream::new(file).write_all(bytes)
        }
        None if styled => anstream::stdout().lock().write_all(bytes),
        None => io::stdout().lock().write_all(bytes),
    };
    match written {
        // Whoever reads may stop early, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other.context("the answer cannot be written")?),
    }
}
