//! `nodeproof merge`: one report about many nodes.

use super::definitions::Definitions;
use super::delivery::Delivery;
use super::flags::{AuditFlags, CompatMode, OutputFlags, duration};
use super::fleet_waivers::{WaiverCounts, to_merge};
use super::progress::Progress;
use super::report_stream::{each_document, files};
use super::{baseline, conclude, waivers};
use crate::commands::Failure;
use crate::report::{MergeOptions, Merged, Merger, Report, Waivers};
use crate::text::sanitize;
use crate::yaml::read_user_file;
use clap::Args;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The most files that an error names.
const MOST_NAMED: usize = 20;

/// Bytes of a list of names that are read.
const MAX_NAMES: u64 = 16 << 20;

/// What to merge.
#[derive(Debug, Clone, Args)]
pub struct MergeFlags {
    /// Files of reports, one in each or one on each line, or directories of such files (*.json, *.jsonl); `-` is standard input.
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// What a fleet is compared with.
    #[command(flatten)]
    pub fleet: FleetFlags,
}

/// What a fleet is compared with.
#[derive(Debug, Clone, Args)]
pub struct FleetFlags {
    /// File with the name of a node on each line: name those that have no report, and exit with code 5.
    #[arg(long, value_name = "FILE")]
    pub expect: Option<PathBuf>,
    /// Name the nodes whose newest report is older than this (24h, 7days), and exit with code 5.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub older_than: Option<Duration>,
    /// Name of the fleet, for the report.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

/// Merges reports and returns the exit code.
pub(crate) fn merge(flags: &AuditFlags, what: &MergeFlags, mode: CompatMode) -> Result<u8, Failure> {
    let accepted = if flags.output.waivers.is_empty() {
        None
    } else {
        waivers::open(&flags.output, &Definitions::from_flags(flags)?)?
    };
    let finish = Finish::open(&flags.output, &what.fleet, mode)?;
    let files = files(&what.paths)?;
    let total = (!files.iter().any(|file| file == Path::new("-"))).then_some(files.len() as u64);
    let mut progress = Progress::begin(&flags.output, "merging", total);
    let mut fleet = Fleet::default();
    let mut buffer = Vec::new();
    for file in files {
        each_document(&file, &mut buffer, &mut |name, document| {
            let added = document.and_then(|text| fleet.add(name, text, accepted.as_ref()));
            if let Err(error) = added {
                fleet.unreadable.add(name, &error);
            }
            if total.is_none() {
                progress.step();
            }
        });
        if total.is_some() {
            progress.step();
        }
    }
    drop(progress);
    finish.end(fleet)
}

/// What was merged so far.
#[derive(Default)]
pub(super) struct Fleet {
    pub(super) merger: Merger,
    pub(super) waivers: WaiverCounts,
    pub(super) unreadable: Unreadable,
}

impl Fleet {
    fn add(&mut self, name: &str, text: &[u8], accepted: Option<&Waivers>) -> Result<(), String> {
        let wrong = |error: &dyn std::fmt::Display| format!("{name}:{error}");
        let Some(accepted) = accepted else {
            return self.merger.add(text).map(drop).map_err(|error| wrong(&error));
        };
        let report = Report::from_json(text).map_err(|error| wrong(&error))?;
        let (bytes, applied) = to_merge(report, Some(accepted)).map_err(|error| format!("{name}: {error}"))?;
        self.merger.add(&bytes).map_err(|error| wrong(&error))?;
        self.waivers.add(&applied);
        Ok(())
    }
}

/// Inputs that could not be read.
#[derive(Debug, Default)]
pub(super) struct Unreadable {
    named: Vec<String>,
    count: usize,
}

impl Unreadable {
    /// Adds one. The error may begin with its name.
    pub(super) fn add(&mut self, name: &str, error: &str) {
        self.count += 1;
        if self.named.len() < MOST_NAMED {
            let error = if error.contains(name) { error.to_owned() } else { format!("{name}: {error}") };
            self.named.push(sanitize::into_line(error));
        }
    }

    /// How many there are and which; nothing if there are none.
    pub(super) fn in_words(&self, what: &str) -> Option<String> {
        let mut named = self.named.clone();
        named.sort();
        let inputs = if self.count == 1 { what.to_owned() } else { format!("{what}s") };
        let more = self.count - named.len();
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        (self.count > 0).then(|| {
            format!("{} {inputs} could not be read and count for nothing: {}{more}", self.count, named.join("; "))
        })
    }
}

/// Where the merged report goes, and what decides the exit code. Opened before the work.
pub(super) struct Finish<'f> {
    flags: &'f OutputFlags,
    delivery: Delivery,
    baseline: Option<Report>,
    options: MergeOptions,
}

impl<'f> Finish<'f> {
    pub(super) fn open(flags: &'f OutputFlags, fleet: &FleetFlags, mode: CompatMode) -> Result<Self, Failure> {
        let expected = fleet.expect.as_deref().map(expected).transpose()?;
        let options = MergeOptions {
            name: fleet.name.clone(),
            expected,
            older_than: fleet.older_than.map(|age| (age, SystemTime::now())),
            ..MergeOptions::default()
        };
        let delivery = Delivery::open(flags, mode, &|name| std::env::var(name).ok())?;
        Ok(Self { flags, delivery, baseline: baseline::open(flags)?, options })
    }

    /// Writes the report and returns the exit code.
    pub(super) fn end(mut self, fleet: Fleet) -> Result<u8, Failure> {
        let unreadable = fleet.unreadable.in_words("input");
        if fleet.merger.is_empty() {
            let why = unreadable.unwrap_or_else(|| "no input is the report of a node".to_owned());
            return Err(Failure::Nothing(format!("there is nothing to merge: {why}")));
        }
        self.options.notices.extend(unreadable.clone());
        fleet.waivers.tell(&mut self.options);
        let Merged { report, incomplete } = fleet.merger.finish(&self.options);
        let (report, counted) = baseline::compared(self.baseline.as_ref(), report)?;
        self.delivery.write(&report)?;
        let missing: Vec<String> = unreadable.into_iter().chain(incomplete).collect();
        if !missing.is_empty() {
            return Err(Failure::Incomplete(format!("the fleet is incomplete: {}", missing.join("; "))));
        }
        let (expired, unused) = fleet.waivers.results();
        waivers::require(&expired, &unused, self.flags)?;
        conclude::exit_code(&report, &counted, self.flags)
    }
}

/// The names in a file, one a line; an empty line and one that begins with `#` are none.
fn expected(path: &Path) -> Result<BTreeSet<String>, Failure> {
    let bytes = read_user_file(path, MAX_NAMES)
        .map_err(|error| Failure::Other(anyhow::anyhow!("--expect: {} cannot be read: {error}", path.display())))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::File(format!("--expect: {} is not UTF-8 text", path.display())))?;
    let names = text.lines().map(str::trim).filter(|name| !name.is_empty() && !name.starts_with('#'));
    let names: BTreeSet<String> = names.map(|name| name.strip_prefix("node/").unwrap_or(name).to_owned()).collect();
    if names.is_empty() {
        return Err(Failure::File(format!("--expect: {} names no node", path.display())));
    }
    Ok(names)
}
