//! The answer of a command that is not an audit.

use crate::commands::Failure;
use crate::sink::Destination;
use anyhow::Context;
use serde::Serialize;
use std::path::Path;

/// A view as JSON on one line.
pub(crate) fn json(view: &impl Serialize) -> Result<Vec<u8>, Failure> {
    let mut bytes = serde_json::to_vec(view).context("the answer cannot be written as JSON")?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Prints an answer, or writes it to a file. `styled`: it is text for people, with color where that is wanted.
pub(crate) fn write_answer(bytes: &[u8], file: Option<&Path>, styled: bool) -> Result<(), Failure> {
    Ok(Destination::open(file)?.write_with(styled, &|out| out.write_all(bytes))?)
}
