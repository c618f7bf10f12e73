//! `nodeproof convert`: turns a report of `--format report` into other formats.

use super::definitions::Definitions;
use super::delivery::Delivery;
use super::flags::{AuditFlags, CompatMode};
use super::report_files::read;
use super::{baseline, conclude, waivers};
use crate::commands::Failure;
use crate::report::Applied;
use std::path::Path;

/// Reads the report and writes it in the formats of the flags; the exit code is that of its checks.
pub(crate) fn convert(file: &Path, flags: &AuditFlags, mode: CompatMode) -> Result<u8, Failure> {
    let accepted = if flags.output.waivers.is_empty() {
        None
    } else {
        waivers::open(&flags.output, &Definitions::from_flags(flags)?)?
    };
    let delivery = Delivery::open(&flags.output, mode, &|name| std::env::var(name).ok())?;
    let baseline = baseline::open(&flags.output)?;
    let report = read(file).map_err(|error| error.failure(file))?;
    let Applied { report, expired, unused } = waivers::applied(report, accepted.as_ref());
    let (report, counted) = baseline::compared(baseline.as_ref(), report)?;
    delivery.write(&report)?;
    waivers::require(&expired, &unused, &flags.output)?;
    conclude::exit_code(&report, &counted, &flags.output)
}
