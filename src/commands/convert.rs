//! `nodeproof convert`: turns a report of `--format report` into other formats.

use super::definitions::Definitions;
use super::delivery::Delivery;
use super::flags::{AuditFlags, CompatMode};
use super::waivers;
use crate::commands::Failure;
use crate::report::{Applied, Report};
use crate::yaml::{read_stdin, read_user_file};
use std::path::Path;

/// Bytes of a report that are read. One of a node has less than one megabyte.
const MAX_BYTES: u64 = 1 << 30;

/// Reads the report and writes it in the formats of the flags; exit code 0.
pub(crate) fn convert(file: &Path, flags: &AuditFlags, mode: CompatMode) -> Result<u8, Failure> {
    let accepted = if flags.output.waivers.is_empty() {
        None
    } else {
        waivers::open(&flags.output, &Definitions::from_flags(flags)?)?
    };
    let delivery = Delivery::open(&flags.output, mode, &|name| std::env::var(name).ok())?;
    let report = Report::from_json(&read(file)?);
    let report = report.map_err(|e| Failure::File(format!("{}:{e}", file.display())))?;
    let Applied { report, expired, unused } = waivers::applied(report, accepted.as_ref());
    delivery.write(&report)?;
    waivers::require(&expired, &unused, &flags.output)?;
    Ok(0)
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = if file == Path::new("-") { read_stdin(MAX_BYTES) } else { read_user_file(file, MAX_BYTES) };
    bytes.map_err(|error| Failure::Other(anyhow::anyhow!("{} cannot be read: {error}", file.display())))
}
