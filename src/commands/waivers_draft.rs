//! `nodeproof waivers draft`: a file of waivers to start from.

use super::report_files::read;
use crate::commands::Failure;
use crate::report::{SubjectKind, day_of, draft as write_draft};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// How long the waivers of a draft hold.
const TERM: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// What to do with waivers.
#[derive(Debug, Clone, Args)]
pub struct WaiversFlags {
    /// `draft`: write waivers for exactly what fails, which end in 90 days.
    #[arg(value_name = "ACTION")]
    pub action: WaiversAction,
    /// File of the report; `-` is standard input.
    #[arg(value_name = "REPORT")]
    pub report: PathBuf,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WaiversAction {
    /// Write a draft.
    Draft,
}

/// The text of the file.
pub(crate) fn draft(flags: &WaiversFlags) -> Result<String, Failure> {
    let WaiversFlags { action: WaiversAction::Draft, report: path } = flags;
    let report = read(path).map_err(|error| error.failure(path))?;
    if report.subject.kind == SubjectKind::Fleet {
        let message = "this is a merged report; write drafts from the reports of the nodes that differ";
        return Err(Failure::File(message.to_owned()));
    }
    let end = SystemTime::now().checked_add(TERM).unwrap_or_else(SystemTime::now);
    Ok(write_draft(&report, &day_of(end)))
}
