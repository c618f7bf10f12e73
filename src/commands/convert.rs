//! `nodeproof convert`: turns a report of `--format report` into other formats.

use super::delivery::Delivery;
use super::flags::{CompatMode, OutputFlags};
use super::report_files::read;
use crate::commands::Failure;
use std::path::Path;

/// Reads the report and writes it in the formats of the flags; exit code 0.
pub(crate) fn convert(file: &Path, flags: &OutputFlags, mode: CompatMode) -> Result<u8, Failure> {
    let delivery = Delivery::open(flags, mode, &|name| std::env::var(name).ok())?;
    let report = read(file).map_err(|error| error.failure(file))?;
    delivery.write(&report)?;
    Ok(0)
}
