//! `nodeproof judge`: the reports of many snapshots, in one process and on all cores.

use super::audit::audit_node;
use super::baseline::Counted;
use super::choose;
use super::definitions::{Definitions, LoadedBenchmark};
use super::flags::{AuditFlags, CompatMode};
use super::fleet_waivers::{WaiverCounts, to_merge};
use super::judge_outputs::{FileNames, Outputs, Rendered};
use super::merge::{Finish, Fleet, FleetFlags, Unreadable};
use super::parallel::in_order;
use super::progress::Progress;
use super::report_files::files_in;
use super::{conclude, waivers};
use crate::benchmark::ForeignFormat;
use crate::commands::Failure;
use crate::report::{Applied, Report, Waivers};
use crate::source::node::{NodeSource, StuckCalls};
use crate::yaml::Diagnostic;
use clap::Args;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What to judge.
#[derive(Debug, Clone, Args)]
pub struct JudgeFlags {
    /// Snapshots of nodes, or directories of snapshots (*.json, *.yaml, *.yml).
    #[arg(value_name = "SNAPSHOT", required = true)]
    pub paths: Vec<PathBuf>,
    /// Write the report of each node to a file of its own in this directory, named after the node.
    #[arg(long, value_name = "DIR", conflicts_with = "merge")]
    pub output_dir: Option<PathBuf>,
    /// Write one report about all nodes, as `nodeproof merge` does.
    #[arg(long)]
    pub merge: bool,
    /// What a fleet is compared with.
    #[command(flatten)]
    pub fleet: FleetFlags,
}

/// Judges snapshots and returns the exit code.
pub(crate) fn judge(flags: &AuditFlags, what: &JudgeFlags, mode: CompatMode) -> Result<u8, Failure> {
    let definitions = Definitions::from_flags(flags)?;
    let named = choose::named(&definitions, &flags.benchmark)?;
    let accepted = waivers::open(&flags.output, &definitions)?;
    let judge = Judge { flags: each_flags(flags), mode, definitions, named, loaded: Mutex::default() };
    let snapshots = snapshots(&what.paths)?;
    let progress = Progress::begin(&flags.output, "judging", Some(snapshots.len() as u64));
    if what.merge {
        let finish = Finish::open(&flags.output, &what.fleet, mode)?;
        let fleet = judge.merged(&snapshots, accepted.as_ref(), progress)?;
        return finish.end(fleet);
    }
    if what.fleet.expect.is_some() || what.fleet.older_than.is_some() || what.fleet.name.is_some() {
        return Err(Failure::Usage("--expect, --older-than and --name are about one report: add --merge".to_owned()));
    }
    if flags.output.baseline.is_some() {
        return Err(Failure::Usage(
            "--baseline is one report: add --merge, and compare with a merged report".to_owned(),
        ));
    }
    let outputs = Outputs::open(&flags.output, mode, what.output_dir.as_deref())?;
    judge.each(&snapshots, accepted.as_ref(), &outputs, progress)
}

/// The flags for one snapshot. Its memory is freed, as in repeated audits.
fn each_flags(flags: &AuditFlags) -> AuditFlags {
    let mut flags = flags.clone();
    flags.output.repeated = true;
    flags
}

/// What is the same for all snapshots.
struct Judge {
    flags: AuditFlags,
    mode: CompatMode,
    definitions: Definitions,
    named: Option<choose::Choice>,
    /// The benchmarks that were used, each loaded once.
    loaded: Mutex<BTreeMap<String, Arc<LoadedBenchmark>>>,
}

/// The report of a snapshot, written.
struct Written {
    node: String,
    rendered: Rendered,
    applied: Applied,
    /// The exit code of the report.
    concluded: Result<u8, Failure>,
}

impl Judge {
    fn report(&self, snapshot: &Path) -> Result<Report, Failure> {
        let Some(name) = snapshot.to_str() else {
            return Err(Failure::File("the name of the file is not UTF-8; rename it".to_owned()));
        };
        let mut flags = self.flags.clone();
        // A bare `example` is the host that is built in.
        flags.node.host = Some(if name == "example" { "./example".to_owned() } else { name.to_owned() });
        let load =
            |definitions: &Definitions, id: &str, source: &dyn NodeSource| self.benchmark(definitions, id, source);
        audit_node(&flags, self.mode, None, &StuckCalls::default(), &self.definitions, self.named.clone(), load)
    }

    /// A benchmark. Those of folders have values of the node in them and are loaded each time.
    fn benchmark(
        &self,
        definitions: &Definitions,
        id: &str,
        source: &dyn NodeSource,
    ) -> Result<Arc<LoadedBenchmark>, Diagnostic> {
        if definitions.foreign().is_some_and(|format: &dyn ForeignFormat| format.benchmarks().contains(&id)) {
            return definitions.benchmark(id, Some(source)).map(Arc::new);
        }
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = loaded.get(id) {
            return Ok(Arc::clone(known));
        }
        let benchmark = Arc::new(definitions.benchmark(id, None)?);
        loaded.insert(id.to_owned(), Arc::clone(&benchmark));
        Ok(benchmark)
    }

    fn merged(
        &self,
        snapshots: &[PathBuf],
        accepted: Option<&Waivers>,
        mut progress: Progress,
    ) -> Result<Fleet, Failure> {
        let mut fleet = Fleet::default();
        let work = |path: &PathBuf| (path.clone(), self.report(path).and_then(|report| to_merge(report, accepted)));
        let done: Result<(), Failure> = in_order(snapshots, work, |(path, judged)| {
            progress.step();
            let name = path.display().to_string();
            if let Some((bytes, applied)) = kept(&name, judged, &mut fleet.unreadable)? {
                match fleet.merger.add(&bytes) {
                    Ok(_) => fleet.waivers.add(&applied),
                    Err(error) => fleet.unreadable.add(&name, &error.to_string()),
                }
            }
            Ok(())
        });
        done?;
        Ok(fleet)
    }

    fn each(
        &self,
        snapshots: &[PathBuf],
        accepted: Option<&Waivers>,
        outputs: &Outputs,
        mut progress: Progress,
    ) -> Result<u8, Failure> {
        let (mut unreadable, mut counts) = (Unreadable::default(), WaiverCounts::default());
        let (mut code, mut failed) = (0, Vec::new());
        let mut is_required = None;
        let mut broken = None;
        let work = |path: &PathBuf| (path.clone(), self.written(path, accepted, outputs));
        let mut names = FileNames::default();
        let done: Result<(), Failure> = in_order(snapshots, work, |(path, judged)| {
            progress.step();
            let name = path.display().to_string();
            let Some(written) = kept(&name, judged, &mut unreadable)? else { return Ok(()) };
            outputs.write(&mut names, &written.node, &written.rendered)?;
            counts.add(&written.applied);
            match written.concluded {
                Ok(0) => {}
                Ok(other) => code = other,
                Err(failure @ Failure::Incomplete(_)) => is_required = is_required.take().or(Some(failure)),
                Err(Failure::Findings(_)) => failed.push(written.node),
                Err(other) => broken = Some(other),
            }
            Ok(())
        });
        done?;
        drop(progress);
        if let Some(failure) = broken {
            return Err(failure);
        }
        if let Some(unreadable) = unreadable.in_words("snapshot") {
            return Err(Failure::Incomplete(unreadable));
        }
        let (expired, unused) = counts.results();
        waivers::require(&expired, &unused, &self.flags.output)?;
        if let Some(failure) = is_required {
            return Err(failure);
        }
        if !failed.is_empty() {
            let nodes = if failed.len() == 1 { "1 node".to_owned() } else { format!("{} nodes", failed.len()) };
            failed.truncate(20);
            return Err(Failure::Findings(format!("{nodes} failed (--fail-on): {}", failed.join(", "))));
        }
        Ok(code)
    }

    fn written(&self, path: &Path, accepted: Option<&Waivers>, outputs: &Outputs) -> Result<Written, Failure> {
        let applied = waivers::applied(self.report(path)?, accepted);
        let report = &applied.report;
        let stem = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Written {
            node: report.subject.name.clone().unwrap_or_else(stem),
            rendered: outputs.render(report)?,
            concluded: conclude::exit_code(report, &Counted::all(), &self.flags.output),
            applied,
        })
    }
}

/// What was judged; nothing if the snapshot cannot be. An error of the command line ends the command.
fn kept<R>(name: &str, judged: Result<R, Failure>, unreadable: &mut Unreadable) -> Result<Option<R>, Failure> {
    match judged {
        Ok(judged) => Ok(Some(judged)),
        Err(failure @ (Failure::Usage(_) | Failure::Definition(_))) => Err(failure),
        Err(other) => {
            unreadable.add(name, &other.to_string());
            Ok(None)
        }
    }
}

/// The files that paths name.
fn snapshots(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(files_in(path, &["json", "yaml", "yml"], "take snapshots with nodeproof snapshot -o FILE")?);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}
