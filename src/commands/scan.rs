//! `nodeproof scan` judges workloads and Dockerfiles in files.

use super::definitions::Definitions;
use super::delivery::Delivery;
use super::flags::{AuditFlags, CompatMode, OutputRequest, trim_list};
use super::formats::FormatName;
use super::scan_input::{ScanInput, is_stdin, problem_failure};
use super::{completeness, fail_on, pod_security, relative, select, waivers, write_answer};
use crate::benchmark::Benchmark;
use crate::commands::Failure;
use crate::evaluate::{ExaminedDockerfile, fill_dockerfiles, fill_workloads, outcomes_of_none};
use crate::kubesec::{self, ScanOptions, ScanOutput};
use crate::model::{Target, minor_version};
use crate::plan::PlannedCheck;
use crate::report::{Applied, Report, ReportHeader, State, Subject, SubjectKind, TargetLeftOut};
use crate::source::manifests::{InputKind, ManifestOptions, read, read_bytes};
use crate::text::glob::Glob;
use crate::text::sanitize;
use crate::workload::{NEWEST_MINOR, PodSecurityStandard};
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The benchmark of a scan.
const BENCHMARK: &str = "workload";

/// The name of standard input.
const STDIN: &str = "stdin";

/// What to scan, and how.
#[derive(Debug, Clone, Args)]
pub struct ScanFlags {
    /// Files with manifests as YAML or JSON, Dockerfiles, or directories with such files; `-` is standard input.
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Leave out the files of directories that match this pattern: `charts`, `*.test.yaml`. Can be repeated.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// The name of standard input in the report.
    #[arg(long, value_name = "PATH", default_value = STDIN)]
    pub stdin_name: String,
    /// Directory of the repository: in reports for code scanning, files are named relative to it; without it, to the working directory.
    #[arg(long, value_name = "DIR")]
    pub base_dir: Option<PathBuf>,
    /// What the files have in them; without it, their names say it.
    #[arg(long, value_name = "KIND")]
    pub kind: Option<ScanKind>,
    /// Value of an ARG of the Dockerfiles, as `docker build` takes it. Can be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    pub build_arg: Vec<String>,
    /// In place of a report, say which pods Kubernetes would refuse by this Pod Security Standard: baseline or restricted, with the
    /// version of Kubernetes where it is not the newest (restricted:v1.31). Exit code 6 if it would refuse one.
    #[arg(long, value_name = "LEVEL[:VERSION]")]
    pub pod_security: Option<PodSecurityStandard>,
    /// Registry whose images need a credential: registry.example.com. Can be repeated.
    #[arg(long, value_name = "HOST")]
    pub private_registry: Vec<String>,
    /// Registry, or a path in one, that images may come from: registry.example.com/shop. Can be repeated.
    #[arg(long, value_name = "HOST[/PATH]")]
    pub allowed_registry: Vec<String>,
}

/// What scanned files have in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScanKind {
    /// Objects of Kubernetes.
    Manifest,
    /// Instructions for an image.
    Dockerfile,
}

/// Scans files and returns the exit code.
pub(crate) fn scan(flags: &AuditFlags, scan: &ScanFlags, mode: CompatMode) -> Result<u8, Failure> {
    let options = options(scan)?;
    if let [OutputRequest { format: FormatName::Kubesec, file }] = &flags.output.format[..] {
        return as_kubesec(options, file.as_deref().or(flags.output.outputfile.as_deref()));
    }
    let minor = minor(flags.benchmark.version.as_deref())?;
    if let Some(standard) = scan.pod_security {
        let input = ScanInput::new(read(&options), None);
        return pod_security::scan(&input, standard, &flags.output);
    }
    let definitions = Definitions::from_flags(flags)?;
    let delivery = Delivery::open(&flags.output, mode, &|name| std::env::var(name).ok())?;
    let accepted = waivers::open(&flags.output, &definitions)?;
    let start = SystemTime::now();
    let input = ScanInput::new(read(&options), Some(minor));
    let report = report(flags, scan, &definitions, &input, minor, start)?;
    let Applied { report, expired, unused } = waivers::applied(report, accepted.as_ref());
    delivery.write(&report)?;
    problem_failure(&input)?;
    waivers::require(&expired, &unused, &flags.output)?;
    if flags.output.require_complete {
        completeness::require(&report)?;
    }
    fail_on::require(&report, flags.output.fail_on)?;
    let failed = report.checks.iter().any(|check| check.state() == State::Fail);
    // The program ends after this, and 4 % of a scan would be spent on freeing these.
    std::mem::forget(report);
    std::mem::forget(input);
    Ok(if failed { flags.output.exit_code } else { 0 })
}

fn options(scan: &ScanFlags) -> Result<ManifestOptions, Failure> {
    let glob = |text: &String| Glob::rule(text).map_err(|error| Failure::Usage(format!("--exclude {text}: {error}")));
    let kind = scan.kind.map(|kind| match kind {
        ScanKind::Manifest => InputKind::Manifest,
        ScanKind::Dockerfile => InputKind::Dockerfile,
    });
    Ok(ManifestOptions {
        paths: scan.paths.clone(),
        exclude: scan.exclude.iter().map(glob).collect::<Result<_, _>>()?,
        stdin_name: scan.stdin_name.clone(),
        kind,
    })
}

/// Prints what kubesec prints of the manifests, and returns its exit code.
fn as_kubesec(options: ManifestOptions, file: Option<&Path>) -> Result<u8, Failure> {
    let stdin_name = if options.stdin_name == STDIN { "STDIN".to_owned() } else { options.stdin_name.clone() };
    let options = ManifestOptions { stdin_name, ..options };
    let output = match read_bytes(&options) {
        Ok(inputs) => kubesec::scan(&inputs, &ScanOptions::of_rules(&[]).map_err(Failure::Usage)?),
        Err(error) => ScanOutput::failed(&error),
    };
    for error in &output.errors {
        // Ignore the error: stderr is closed.
        drop(writeln!(anstream::stderr(), "{}", sanitize::message(error)));
    }
    write_answer(&output.stdout, file, false)?;
    Ok(output.exit_code)
}

/// The minor version of Kubernetes whose rules hold: that of `--version`, else the newest that is known.
fn minor(version: Option<&str>) -> Result<u32, Failure> {
    let Some(version) = version else { return Ok(NEWEST_MINOR) };
    match minor_version(version) {
        Some((1, minor)) => Ok(minor),
        _ => Err(Failure::Usage(format!("--version {version}: not a version of Kubernetes such as 1.31"))),
    }
}

/// The values of `--build-arg`.
fn build_args(given: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let parse = |text: &String| match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(Failure::Usage(format!("--build-arg {text}: write NAME=VALUE"))),
    };
    given.iter().map(parse).collect()
}

fn report(
    flags: &AuditFlags,
    scan: &ScanFlags,
    definitions: &Definitions,
    input: &ScanInput,
    minor: u32,
    start: SystemTime,
) -> Result<Report, Failure> {
    let (id, chosen_by) = match &flags.benchmark.benchmark {
        Some(id) => (super::choose::known(definitions, id)?, "--benchmark"),
        None => (BENCHMARK.to_owned(), "the default of scan"),
    };
    let loaded = definitions.benchmark(&id, None)?;
    let benchmark = &loaded.benchmark;
    select::verify(&flags.selection, benchmark)?;
    let (targets, targets_left_out) = targets(benchmark, input, select::names_checks(&flags.selection));
    let plan = select::plan_for(&flags.selection, benchmark, targets, Vec::new(), false)?;
    let mut around = input.surroundings();
    let (mut private, mut allowed) = (scan.private_registry.clone(), scan.allowed_registry.clone());
    [&mut private, &mut allowed].into_iter().for_each(trim_list);
    (around.private_registries, around.allowed_registries, around.minor) = (&private, &allowed, minor);
    let places = input.places();
    let is_about_files = |planned: PlannedCheck<'_>| {
        let assertion = &planned.check.rule.assertion;
        assertion.workload().is_some() || assertion.dockerfile().is_some()
    };
    if !plan.checks().all(is_about_files) {
        let message = format!("{id} has checks that are not about files; scan evaluates the benchmark {BENCHMARK}");
        return Err(Failure::Usage(message));
    }
    let mut outcomes = outcomes_of_none(&plan);
    fill_workloads(&plan, &mut outcomes, &input.examined(&places), &around, None);
    let parsed = input.dockerfiles(&build_args(&scan.build_arg)?);
    let dockerfiles: Vec<ExaminedDockerfile<'_>> =
        parsed.iter().map(|(name, content)| ExaminedDockerfile { name, content }).collect();
    fill_dockerfiles(&plan, &mut outcomes, &dockerfiles);
    relative::name_files(&mut outcomes, scan.base_dir.as_deref());
    let name = match &scan.paths[..] {
        [path] if is_stdin(path) => Some(scan.stdin_name.clone()),
        [path] => Some(path.display().to_string()),
        _ => None,
    };
    let header = ReportHeader {
        start,
        end: SystemTime::now(),
        subject: Subject {
            kind: SubjectKind::Manifests,
            name: name.map(sanitize::into_line),
            uid: None,
            cluster: None,
            labels: BTreeMap::new(),
            roles: Vec::new(),
            platform: None,
            kubernetes: None,
        },
        chosen_by: chosen_by.to_owned(),
        notices: input.notices().into_iter().map(sanitize::into_line).collect(),
        targets_left_out,
        inputs: Some(input.counts()),
    };
    Ok(Report::build(header, &plan, outcomes))
}

/// The targets to evaluate, and those left out because the input has nothing that they are about. A check that was `named` is
/// evaluated in any case.
fn targets(benchmark: &Benchmark, input: &ScanInput, named: bool) -> (Vec<Target>, Vec<TargetLeftOut>) {
    let reason = |target: Target| match target {
        Target::Dockerfiles if !named && !input.has_dockerfiles() => Some("no Dockerfile is in the input"),
        Target::Workloads if !named && !input.has_evaluated_objects() => {
            Some("no pod, nothing that makes pods and no other object that it is about could be read")
        }
        _ => None,
    };
    let (mut targets, mut left_out) = (Vec::new(), Vec::new());
    for target in benchmark.targets() {
        match reason(target) {
            Some(reason) => {
                left_out.push(TargetLeftOut { target: target.id().to_owned(), reason: reason.to_owned() });
            }
            None => targets.push(target),
        }
    }
    (targets, left_out)
}
