//! What the subcommands beside the audit say, one file each: each gives bytes, and none prints. No host is looked at here.

pub mod benchmarks;
pub mod explain;
pub mod lint;
pub mod pages;
pub mod profile;

use crate::failure::Failure;
use anyhow::Context;
use serde::Serialize;

/// A view as JSON on one line.
fn json(view: &impl Serialize) -> Result<Vec<u8>, Failure> {
    let mut bytes = serde_json::to_vec(view).context("the answer cannot be written as JSON")?;
    bytes.push(b'\n');
    Ok(bytes)
}
