//! `nodeproof diff`: what changed between two reports, or between the reports of two directories.

use super::flags::OutputFlags;
use super::report_files::{ReportFiles, read};
use super::write_answer;
use crate::commands::Failure;
use crate::report::{ChangeClass, Diff, PairDiff, diff_json, diff_markdown, diff_ocsf, diff_sarif, diff_text};
use anyhow::Context as _;
use std::path::{Path, PathBuf};

/// The version of the JSON document.
const SCHEMA_VERSION: u32 = 1;

/// Compares, prints and returns the exit code.
pub(crate) fn diff(old: &Path, new: &Path, fail_on_broken: bool, flags: &OutputFlags) -> Result<u8, Failure> {
    let outputs = outputs(flags)?;
    if old == Path::new("-") && new == Path::new("-") {
        return Err(Failure::Usage("only one of the reports can come from standard input".to_owned()));
    }
    let diff = if old.is_dir() || new.is_dir() { of_directories(old, new)? } else { of_files(old, new)? };
    for (format, file) in outputs {
        let bytes = match format {
            DiffFormat::Text => diff_text(&diff).into_bytes(),
            DiffFormat::Json => diff_json(&diff).context("the comparison cannot be written as JSON")?,
            DiffFormat::Markdown => diff_markdown(&diff).into_bytes(),
            DiffFormat::Sarif => {
                diff_sarif(&diff, flags.sarif_all).context("the comparison cannot be written as SARIF")?
            }
            DiffFormat::Ocsf => diff_ocsf(&diff).context("the comparison cannot be written as OCSF")?,
        };
        write_answer(&bytes, file.as_deref(), false)?;
    }
    let broken = diff.count(ChangeClass::Broken);
    if fail_on_broken && broken > 0 {
        let what = if broken == 1 { "change" } else { "changes" };
        return Err(Failure::Findings(format!("{broken} {what} for the worse (--fail-on-broken)")));
    }
    match diff.unreadable.as_slice() {
        [] => Ok(0),
        files => Err(Failure::Incomplete(format!(
            "{} could not be read, and were not compared: {}",
            reports(files.len()),
            files.join("; ")
        ))),
    }
}

fn reports(count: usize) -> String {
    if count == 1 { "1 report".to_owned() } else { format!("{count} reports") }
}

/// The formats of a comparison.
#[derive(Debug, Clone, Copy)]
enum DiffFormat {
    Text,
    Json,
    Markdown,
    Sarif,
    Ocsf,
}

/// The formats that are asked for, each with its file.
fn outputs(flags: &OutputFlags) -> Result<Vec<(DiffFormat, Option<PathBuf>)>, Failure> {
    let mut outputs = Vec::new();
    for request in &flags.format {
        let format = match request.format.id() {
            "text" => DiffFormat::Text,
            "json" => DiffFormat::Json,
            "markdown" => DiffFormat::Markdown,
            "sarif" => DiffFormat::Sarif,
            "ocsf" => DiffFormat::Ocsf,
            other => {
                let message = format!(
                    "`nodeproof diff` does not print {other}; its formats are text, json, markdown, sarif, ocsf"
                );
                return Err(Failure::Usage(message));
            }
        };
        outputs.push((format, request.file.clone().or_else(|| flags.outputfile.clone())));
    }
    if flags.json && !flags.format.iter().any(|request| request.format.id() == "json") {
        outputs.push((DiffFormat::Json, flags.outputfile.clone()));
    }
    if outputs.is_empty() {
        outputs.push((DiffFormat::Text, flags.outputfile.clone()));
    }
    for (number, (_, file)) in outputs.iter().enumerate() {
        if outputs[..number].iter().any(|(_, other)| other == file) {
            let message = "two formats go to the same place; write all but one as --format FORMAT=FILE";
            return Err(Failure::Usage(message.to_owned()));
        }
    }
    Ok(outputs)
}

/// Compares two files, whatever they are about.
fn of_files(old: &Path, new: &Path) -> Result<Diff, Failure> {
    let before = read(old).map_err(|error| error.failure(old))?;
    let after = read(new).map_err(|error| error.failure(new))?;
    let pair = PairDiff::of(&before, &after).map_err(|error| Failure::File(error.to_string()))?;
    Ok(Diff { schema_version: SCHEMA_VERSION, pairs: vec![pair], ..Diff::default() })
}

/// Compares the reports of two directories that are about the same.
fn of_directories(old: &Path, new: &Path) -> Result<Diff, Failure> {
    let (old, new) = (ReportFiles::at(old)?, ReportFiles::at(new)?);
    let mut diff = Diff {
        schema_version: SCHEMA_VERSION,
        unreadable: [old.unreadable, new.unreadable].concat(),
        notices: [old.notices, new.notices].concat(),
        ..Diff::default()
    };
    diff.only_old = old.newest.keys().filter(|key| !new.newest.contains_key(*key)).cloned().collect();
    diff.only_new = new.newest.keys().filter(|key| !old.newest.contains_key(*key)).cloned().collect();
    for (key, after) in &new.newest {
        let Some(before) = old.newest.get(key) else { continue };
        // They were read a moment ago.
        let before = read(&before.path).map_err(|error| error.failure(&before.path))?;
        let after = read(&after.path).map_err(|error| error.failure(&after.path))?;
        diff.pairs.push(PairDiff::of(&before, &after).map_err(|error| Failure::File(error.to_string()))?);
    }
    if diff.pairs.is_empty() {
        let mut message = "no two reports of the directories are about the same node or cluster".to_owned();
        for file in &diff.unreadable {
            message.push_str(&format!("; {file}"));
        }
        return Err(Failure::Nothing(message));
    }
    Ok(diff)
}
