//! A run, step by step: what is asked for, what is defined, what is here, what is judged, what is told.

use crate::benchmark::{Assertion, Benchmark, Library};
use crate::cli::{BenchmarkFlags, Cli, Command, CompatMode, Flags, MachineFlags};
use crate::commands::Failure;
use crate::commands::{self, every};
use crate::kube_bench::shell::SystemShell;
use crate::kube_bench::{AuditRunner, Substitutions};
use crate::model::Component;
use crate::model::Target;
use crate::node::Node;
use crate::plan::{Plan, Selection, plan};
use crate::probe::Collector;
use crate::report::{KubernetesVersion, Report};
use crate::sink::Delivery;
#[cfg(feature = "cluster")]
use crate::source::cluster::ServiceAccount;
use crate::source::node::{Deadline, LiveSource, NodeSource, RecordedSource, StuckCalls, TimeoutSource};
use crate::text::suggestions;
use crate::version::{DetectedVersion, VersionNotFound};
use crate::{evaluate, version};
use anyhow::Context;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The described machine that is built in.
const EXAMPLE: &str = include_str!("../../testdata/hosts/example.yaml");

const AUDITS_OF_SNAPSHOT: &str = "--host names a snapshot, which holds what nodeproof's own rules read and not what a \
     kube-bench folder's audits read; run those on the node itself";

/// Does what the command line asks for; the code to exit with.
pub fn run(cli: Cli) -> Result<u8, Failure> {
    log_to_stderr(cli.flags.output.verbose);
    match cli.command {
        Some(Command::Version) => print_version(),
        Some(Command::Run { targets, every: None }) => {
            audit(&cli.flags, cli.compat_mode, Some(&targets), &StuckCalls::default()).map(Audited::at_the_end)
        }
        Some(Command::Run { targets, every: Some(interval) }) => audit_every(interval, cli.flags, targets),
        Some(Command::Snapshot { output }) => {
            let library = load(&cli.flags)?;
            let out = commands::snapshot::open(output.as_deref())?;
            let patience = Deadline::of(cli.flags.machine.timeout);
            let host = open_host(&cli.flags.machine, patience, &StuckCalls::default())?;
            commands::snapshot::write(&library, host.as_ref(), out).map(|()| 0)
        }
        Some(Command::Benchmarks) => {
            let library = load(&cli.flags)?;
            tell(&cli.flags, &commands::benchmarks::list(&library, cli.flags.output.json)?)
        }
        Some(Command::Explain { what }) => explain(&cli.flags, &what),
        Some(Command::Profile { name }) => {
            let library = load(&cli.flags)?;
            let id = known_benchmark(&library, &name)?;
            tell(&cli.flags, &commands::profile::list(&library, &id, cli.flags.output.json)?)
        }
        Some(Command::Lint { paths }) => {
            let (text, clean) = commands::lint::lint(load(&cli.flags)?, &paths, cli.flags.output.json)?;
            tell(&cli.flags, &text)?;
            Ok(if clean { 0 } else { 3 })
        }
        Some(Command::Completions { shell }) => tell(&cli.flags, &commands::pages::completions(shell)),
        Some(Command::Man { page }) => tell(&cli.flags, &commands::pages::manual(page.as_deref())?),
        None => audit(&cli.flags, cli.compat_mode, None, &StuckCalls::default()).map(Audited::at_the_end),
    }
}

fn load(flags: &Flags) -> Result<Library, Failure> {
    Ok(Library::load(flags.benchmark.config_dir.as_deref(), flags.benchmark.config.as_deref())?)
}

/// Prints what a command has to say, or writes it to the file that was asked for.
fn tell(flags: &Flags, bytes: &[u8]) -> Result<u8, Failure> {
    commands::tell(bytes, flags.output.outputfile.as_deref(), !flags.output.json)?;
    Ok(0)
}

/// A rule's name needs no benchmark; a number is looked for in the benchmark that is named, or else in this node's.
fn explain(flags: &Flags, what: &str) -> Result<u8, Failure> {
    let library = load(flags)?;
    let is_number = what.starts_with(|c: char| c.is_ascii_digit());
    let benchmark = match named_benchmark(&library, &flags.benchmark)? {
        Some(choice) => Some(choice.benchmark),
        None if is_number => Some(benchmark_of_node(flags, &library)?),
        None => None,
    };
    tell(flags, &commands::explain::explain(&library, benchmark.as_deref(), what, flags.output.json)?)
}

fn benchmark_of_node(flags: &Flags, library: &Library) -> Result<String, Failure> {
    let patience = Deadline::of(flags.machine.timeout);
    let host = open_host(&flags.machine, patience, &StuckCalls::default())?;
    let node = Node::detect(host.as_ref(), &library.config);
    let collector = Collector::new(host.as_ref(), &node, &library.config);
    Ok(found_benchmark(library, &collector, &node, host.as_ref(), &flags.machine)?.benchmark)
}

/// `-v` tells the steps, `-vv` everything that was seen.
fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => tracing::Level::INFO,
        _ => tracing::Level::DEBUG,
    };
    let subscriber = tracing_subscriber::fmt().with_max_level(level).with_writer(io::stderr).without_time();
    // Only a second call could fail, and it would change nothing.
    drop(subscriber.with_target(false).try_init());
}

fn print_version() -> Result<u8, Failure> {
    writeln!(io::stdout(), "nodeproof {}", env!("CARGO_PKG_VERSION")).context("the version cannot be printed")?;
    Ok(0)
}

/// One JSON line a run, unless another format is asked for. Without targets, those that apply: what runs on a node may come and go.
fn audit_every(interval: Duration, mut flags: Flags, targets: Vec<String>) -> Result<u8, Failure> {
    let output = &mut flags.output;
    output.json |= !(output.junit || output.pgsql || output.asff);
    let lasts = |failure: &Failure| matches!(failure, Failure::Usage(_) | Failure::Definition(_));
    let asked = (!targets.is_empty()).then_some(targets);
    let hung = StuckCalls::default();
    let again = move || audit(&flags, CompatMode::Nodeproof, asked.as_deref(), &hung).map(drop);
    every::repeat(interval, lasts, again).map(|()| 0)
}

/// An audit that is done.
struct Audited {
    exit_code: u8,
    _made_of: (Report, Benchmark, Box<dyn NodeSource>),
}

impl Audited {
    /// The code to exit with, where the process ends now: the system takes its memory and threads back at once, in less
    /// time than it takes to give them back piece by piece.
    fn at_the_end(self) -> u8 {
        let code = self.exit_code;
        std::mem::forget(self);
        code
    }
}

/// `asked`: the targets of `run`, of which none means all; without `run`, those that apply to this node.
fn audit(
    flags: &Flags,
    compat_mode: CompatMode,
    asked: Option<&[String]>,
    hung: &StuckCalls,
) -> Result<Audited, Failure> {
    let library = load(flags)?;
    let named = named_benchmark(&library, &flags.benchmark)?;
    let delivery = Delivery::open(&flags.output, &|name| std::env::var(name).ok(), SystemTime::now())?;
    let patience = Deadline::of(flags.machine.timeout);
    let host = open_host(&flags.machine, patience, hung)?;
    let node = Node::detect(host.as_ref(), &library.config);
    let common = Arc::clone(&library.config);
    let mut collector = Collector::new(host.as_ref(), &node, &common);
    let choice = match named {
        Some(choice) => choice,
        // Where nothing runs, the version is not what the user must see to first.
        None if asked.is_none() && compat_mode == CompatMode::Nodeproof && !node.runs_anything() => {
            return Err(Failure::Nothing(nothing_runs(&node)));
        }
        None => found_benchmark(&library, &collector, &node, host.as_ref(), &flags.machine)?,
    };
    let config = library.config_for(&choice.benchmark)?;
    // A folder's own configuration may look for components elsewhere.
    let own = library.has_own_config(&choice.benchmark).then(|| Node::detect(host.as_ref(), &config));
    let words = |target| Substitutions::find(&config, target, host.as_ref());
    let benchmark = library.benchmark_on(&choice.benchmark, &words)?;
    tracing::info!(benchmark = benchmark.id, "judging against");
    if tracing::enabled!(tracing::Level::WARN) {
        library.warnings(&choice.benchmark)?.iter().for_each(|warning| tracing::warn!("{warning}"));
    }
    // What is looked at now can stand where the other benchmarks stood: new memory costs more than to give this back.
    drop(library);
    let asked = asked.map(|names| parse_targets(&benchmark, names)).transpose()?;
    select(flags, &benchmark, benchmark.targets())?;
    let mut remarks = choice.remarks;
    let targets = match asked {
        Some(targets) => targets,
        None => {
            let node = own.as_ref().unwrap_or(&node);
            if !node.runs_anything() {
                remarks.push(nothing_to_judge(compat_mode, nothing_runs(node))?);
            }
            node.targets(&config, &benchmark.targets())
        }
    };
    tracing::info!(targets = ?targets.iter().map(|t| t.id()).collect::<Vec<_>>(), "judging");
    let plan = select(flags, &benchmark, targets.clone())?;
    if plan.is_empty() {
        remarks.push(nothing_to_judge(compat_mode, nothing_selected(&benchmark, &targets))?);
    }
    if plan.judged().any(|check| matches!(check.rule.assertion, Assertion::Dialect(_)))
        && host.recorded_probes().is_some()
    {
        return Err(Failure::Usage(AUDITS_OF_SNAPSHOT.to_owned()));
    }
    let auditor = open_auditor(host.as_ref(), &flags.machine, patience);
    let mut report = evaluate::run_with_audits(&plan, &mut collector, &node, choice.kubernetes, &auditor);
    report.notices.extend(remarks);
    delivery.write(&report)?;
    drop((plan, collector, auditor));
    let exit_code = if report.totals().fail > 0 { flags.output.exit_code } else { 0 };
    Ok(Audited { exit_code, _made_of: (report, benchmark, host) })
}

/// A node where there is nothing to judge ends the run, for a report that says nothing would read as a good one. A Job
/// written for kube-bench runs on every node and waits for exit code 0: there it is a remark.
fn nothing_to_judge(compat_mode: CompatMode, why: String) -> Result<String, Failure> {
    match compat_mode {
        CompatMode::Nodeproof => Err(Failure::Nothing(why)),
        CompatMode::KubeBench => Ok(why),
    }
}

/// A benchmark, and how it was arrived at.
struct Choice {
    benchmark: String,
    kubernetes: Option<KubernetesVersion>,
    remarks: Vec<String>,
}

/// The benchmark that the user names, by itself or by a version.
fn named_benchmark(library: &Library, flags: &BenchmarkFlags) -> Result<Option<Choice>, Failure> {
    match (&flags.version, &flags.benchmark) {
        (Some(_), Some(_)) => {
            Err(Failure::Usage("--version and --benchmark both name a benchmark; give one of them".to_owned()))
        }
        (None, None) => Ok(None),
        (Some(version), None) => benchmark_of(library, version, "--version", None).map(Some),
        (None, Some(id)) => {
            let benchmark = known_benchmark(library, id)?;
            Ok(Some(Choice { benchmark, kubernetes: None, remarks: Vec::new() }))
        }
    }
}

fn known_benchmark(library: &Library, id: &str) -> Result<String, Failure> {
    if library.has(id) {
        return Ok(id.to_owned());
    }
    let known = library.benchmarks();
    let near = suggestions(id, known.iter().copied());
    let near = if near.is_empty() { ";" } else { &near };
    Err(Failure::Usage(format!("there is no benchmark `{id}`{near} there are {}", known.join(", "))))
}

/// The benchmark for the version that this node shows.
fn found_benchmark(
    library: &Library,
    collector: &Collector<'_>,
    node: &Node,
    host: &dyn NodeSource,
    machine: &MachineFlags,
) -> Result<Choice, Failure> {
    // A described machine may be of any cluster; this one's is not asked for it.
    let ask = if machine.host.is_none() { ask_cluster } else { Err };
    let found = version::detect(collector, node, host).or_else(ask);
    let found = found.map_err(|e| Failure::Usage(e.to_string()))?;
    benchmark_of(library, &found.version, &found.source, found.disagreement)
}

/// Where the node tells nothing, the cluster may.
#[cfg(feature = "cluster")]
fn ask_cluster(not_found: VersionNotFound) -> Result<DetectedVersion, VersionNotFound> {
    version::from_cluster(&ServiceAccount::mounted(), not_found)
}

/// This build asks nobody.
#[cfg(not(feature = "cluster"))]
fn ask_cluster(not_found: VersionNotFound) -> Result<DetectedVersion, VersionNotFound> {
    Err(not_found.with_tried("the cluster's API: this build does not ask it (feature `cluster`)".to_owned()))
}

fn benchmark_of(library: &Library, version: &str, source: &str, remark: Option<String>) -> Result<Choice, Failure> {
    let (benchmark, other) = library.config.benchmark_for(version).map_err(|e| Failure::Usage(e.to_string()))?;
    let kubernetes = KubernetesVersion { version: version.to_owned(), source: source.to_owned() };
    Ok(Choice { benchmark, kubernetes: Some(kubernetes), remarks: remark.into_iter().chain(other).collect() })
}

fn parse_targets(benchmark: &Benchmark, names: &[String]) -> Result<Vec<Target>, Failure> {
    if names.is_empty() {
        return Ok(benchmark.targets());
    }
    let known = || Target::ALL.into_iter().map(Target::id).chain(["worker"]);
    names
        .iter()
        .map(|name| {
            name.parse().map_err(|()| {
                let near = suggestions(name, known());
                let all: Vec<&str> = known().collect();
                Failure::Usage(format!("there is no target `{name}`{near} There are {}", all.join(", ")))
            })
        })
        .collect()
}

fn select<'b>(flags: &Flags, benchmark: &'b Benchmark, targets: Vec<Target>) -> Result<Plan<'b>, Failure> {
    let wanted = &flags.selection;
    let selection = Selection {
        targets,
        checks: wanted.check.clone(),
        groups: wanted.group.clone(),
        skip: wanted.skip.clone(),
        scored: wanted.scored,
        unscored: wanted.unscored,
    };
    plan(benchmark, &selection).map_err(|e| Failure::Usage(e.to_string()))
}

fn open_host(flags: &MachineFlags, patience: Deadline, hung: &StuckCalls) -> Result<Box<dyn NodeSource>, Failure> {
    let Some(described) = &flags.host else {
        let machine = LiveSource::open(&flags.root, &flags.proc).map_err(anyhow::Error::from)?;
        return Ok(Box::new(TimeoutSource::new(Arc::new(machine), patience, hung)));
    };
    let host = match described.as_str() {
        "example" => RecordedSource::parse(EXAMPLE),
        file => RecordedSource::open(Path::new(file)),
    };
    let host = host.map_err(|e| Failure::Usage(format!("--host {described}: {e}")))?;
    Ok(Box::new(host))
}

/// Who runs shell audits. A shell sees this machine as it is, and no other.
fn open_auditor<'h>(host: &'h dyn NodeSource, flags: &MachineFlags, patience: Deadline) -> AuditRunner<'h> {
    let as_it_is = flags.host.is_none() && flags.root == Path::new("/") && flags.proc == Path::new("/proc");
    let shell = match &flags.host {
        Some(_) => Err("a described machine has no shell".to_owned()),
        None if !as_it_is => Err("a shell would look at this machine, not at the one of --root and --proc".to_owned()),
        None if flags.no_shell => Err("--no-shell keeps it from /bin/sh".to_owned()),
        None => Ok(SystemShell::within(patience)),
    };
    let folder = if as_it_is { std::env::current_dir().ok() } else { None };
    AuditRunner::new(host, shell).in_folder(folder.unwrap_or_else(|| "/".into()))
}

fn nothing_runs(node: &Node) -> String {
    let nothing = if node.is_blind() {
        node.absence(Component::Kubelet)
    } else {
        "no component of Kubernetes runs on this node".to_owned()
    };
    let names = node.program_names().join(", ");
    let looked = format!("{nothing}, so nothing was judged\n  looked for processes named: {names}");
    // What hides the processes is said first; where nothing is known to, a container is the usual reason.
    let (first, container) = match node.notices() {
        [] => (looked, "  in a container: give it the machine's processes (--pid=host)\n"),
        notices => (format!("{}\n  {looked}", notices.join("\n  ")), ""),
    };
    format!(
        "{first}\n{container}  \
         to judge the files all the same, failing whatever is not there: nodeproof run --targets node,master\n  \
         to see what a report looks like: --host example"
    )
}

fn nothing_selected(benchmark: &Benchmark, targets: &[Target]) -> String {
    let names: Vec<&str> = targets.iter().map(|t| t.id()).collect();
    format!(
        "nothing of {} is left to judge: the targets that apply here are {}, and no check that was asked for is among them; \
         name its target with `nodeproof run --targets`",
        benchmark.id,
        names.join(", ")
    )
}
