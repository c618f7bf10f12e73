//! The command line. Declares what can be said, and nothing else.

use crate::commands::FormatName;
use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// Audits a Kubernetes node against the CIS benchmarks and says what it saw.
///
/// Reads files and processes of this machine, runs nothing, changes nothing. Every flag can also stand in the environment
/// as NODEPROOF_NAME.
#[derive(Debug, Parser)]
#[command(name = NAME, disable_version_flag = true, disable_help_subcommand = false, args_override_self = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do; without a command this node is audited.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Flags.
    #[command(flatten)]
    pub flags: AuditFlags,
    /// Compatibility mode, from argv[0].
    #[arg(skip)]
    pub compat_mode: CompatMode,
}

/// Compatibility mode, from argv[0].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CompatMode {
    /// nodeproof.
    #[default]
    Nodeproof,
    /// kube-bench's: every error exits 1, and a node where nothing runs is judged all the same.
    KubeBench,
}

const NAME: &str = "nodeproof";

const EXIT_CODES: &str = "\
Exit codes: 0 the audit ran; N of --exit-code if a check fails; 2 the command line is wrong; 3 a definition file is wrong;
4 nothing could be evaluated; 1 anything else.";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Audit the named targets, or all of the benchmark, whatever runs here.
    Run {
        /// Targets: master, node (or worker), etcd, controlplane, policies.
        #[arg(short = 's', long, value_name = "TARGETS", value_delimiter = ',', env = "NODEPROOF_TARGETS")]
        targets: Vec<String>,
        /// Audit again every so often, until SIGTERM: 30m, 6h, 1day. JSON, one line a run; without targets, those that
        /// apply to this node.
        #[arg(long, value_name = "INTERVAL", value_parser = duration, env = "NODEPROOF_EVERY")]
        every: Option<Duration>,
    },
    /// Write down what the checks read on this node, to be judged later or elsewhere with --host FILE.
    ///
    /// Holds what any benchmark's checks read and nothing else: no private key, no token, no other part of a file.
    Snapshot {
        /// Where to; stdout by default. Only its owner may read the file.
        #[arg(short = 'o', long, value_name = "FILE", env = "NODEPROOF_OUTPUT")]
        output: Option<PathBuf>,
    },
    /// List the benchmarks: which Kubernetes versions each serves, its targets, its number of checks.
    Benchmarks,
    /// Explain a check: what it reads and expects, why it matters, what to do, where else it stands.
    Explain {
        /// The check's number in the benchmark (--benchmark or --version tells which), or a rule's name.
        #[arg(value_name = "CHECK")]
        what: String,
    },
    /// List the checks of a benchmark, each with its rule.
    Profile {
        /// The benchmark, such as cis-1.20.
        #[arg(value_name = "BENCHMARK")]
        name: String,
    },
    /// Look for everything that is wrong in definition files; exit code 3 if there is an error.
    Lint {
        /// Files, and folders of them.
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
    },
    /// Convert a report of `--format report` to other formats.
    Convert {
        /// The report; `-` is standard input.
        #[arg(value_name = "REPORT")]
        report: PathBuf,
    },
    /// Print a shell's completion script.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff).
    Man {
        /// The command whose page is wanted; without it, the program's own.
        #[arg(value_name = "COMMAND")]
        page: Option<String>,
    },
    /// Print the version of this program.
    Version,
}

/// Flags of the audit.
#[derive(Debug, Clone, Args)]
pub struct AuditFlags {
    /// Which benchmark.
    #[command(flatten)]
    pub benchmark: BenchmarkFlags,
    /// Which machine.
    #[command(flatten)]
    pub node: NodeFlags,
    /// Which checks.
    #[command(flatten)]
    pub selection: SelectionFlags,
    /// What is reported.
    #[command(flatten)]
    pub output: OutputFlags,
    /// What kube-bench's log takes.
    #[command(flatten)]
    pub log: LogFlags,
}

/// Which benchmark is judged.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Benchmark")]
pub struct BenchmarkFlags {
    /// Kubernetes version of this node, such as 1.21; it tells the benchmark.
    #[arg(long, value_name = "VERSION", global = true, env = "NODEPROOF_VERSION")]
    pub version: Option<String>,
    /// The benchmark itself, such as cis-1.20.
    #[arg(long, value_name = "ID", global = true, env = "NODEPROOF_BENCHMARK")]
    pub benchmark: Option<String>,
    /// Folder of definitions to put over those that are built in.
    #[arg(short = 'D', long, value_name = "DIR", global = true, env = "NODEPROOF_CONFIG_DIR")]
    pub config_dir: Option<PathBuf>,
    /// Configuration file: where components are looked for.
    #[arg(long, value_name = "FILE", global = true, env = "NODEPROOF_CONFIG")]
    pub config: Option<PathBuf>,
}

/// Which machine is audited.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Machine")]
pub struct NodeFlags {
    /// Folder where the machine's root is seen.
    #[arg(long, value_name = "DIR", default_value = "/", global = true, env = "NODEPROOF_ROOT")]
    pub root: PathBuf,
    /// Folder where its processes are seen.
    #[arg(long, value_name = "DIR", default_value = "/proc", global = true, env = "NODEPROOF_PROC")]
    pub proc: PathBuf,
    /// A machine described in YAML or JSON, in place of this one; `example` is built in.
    #[arg(long, value_name = "FILE", global = true, env = "NODEPROOF_HOST", conflicts_with_all = ["root", "proc"])]
    pub host: Option<String>,
    /// How long the audit may wait for the machine: 60s, 5m. What was not reached by then is not known, and never passes.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration, global = true, env = "NODEPROOF_TIMEOUT")]
    pub timeout: Duration,
    /// Never start /bin/sh for an audit of --config-dir that is not answered otherwise: it fails with a reason.
    #[arg(long, global = true, env = "NODEPROOF_NO_SHELL")]
    pub no_shell: bool,
}

/// Which checks are judged.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Selection")]
pub struct SelectionFlags {
    /// Only these checks.
    #[arg(
        short = 'c',
        long,
        value_name = "IDS",
        value_delimiter = ',',
        global = true,
        conflicts_with = "group",
        env = "NODEPROOF_CHECK"
    )]
    pub check: Vec<String>,
    /// Only these groups.
    #[arg(short = 'g', long, value_name = "IDS", value_delimiter = ',', global = true, env = "NODEPROOF_GROUP")]
    pub group: Vec<String>,
    /// Checks or groups that are reported as skipped (INFO).
    #[arg(long, value_name = "IDS", value_delimiter = ',', global = true, env = "NODEPROOF_SKIP")]
    pub skip: Vec<String>,
    /// Judge the checks that are scored.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "true", default_missing_value = "true", value_parser = BoolishValueParser::new(), global = true, env = "NODEPROOF_SCORED")]
    pub scored: bool,
    /// Judge the checks that are not scored.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "true", default_missing_value = "true", value_parser = BoolishValueParser::new(), global = true, env = "NODEPROOF_UNSCORED")]
    pub unscored: bool,
}

/// What is reported, and how.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Report")]
#[allow(clippy::struct_excessive_bools, reason = "each is one flag of the command line")]
pub struct OutputFlags {
    /// Format of the report, and the file it goes to; can be repeated. Formats: text, report, json, junit, asff. Without
    /// FILE, and with `-`, it goes to standard output.
    #[arg(long, value_name = "FORMAT[=FILE]", global = true)]
    pub format: Vec<OutputRequest>,
    /// JSON on one line.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_JSON")]
    pub json: bool,
    /// JUnit XML, one testsuite a target.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_JUNIT")]
    pub junit: bool,
    /// Rows in the PostgreSQL database of KUBE_BENCH_PGSQL_HOST, beside the report itself.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_PGSQL")]
    pub pgsql: bool,
    /// Findings for AWS Security Hub: documents of at most 100, one a line.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_ASFF")]
    pub asff: bool,
    /// Write the report to a file.
    #[arg(long, value_name = "FILE", global = true, env = "NODEPROOF_OUTPUTFILE")]
    pub outputfile: Option<PathBuf>,
    /// Leave out the line for each check.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_NORESULTS")]
    pub noresults: bool,
    /// Leave out what to do.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_NOREMEDIATIONS")]
    pub noremediations: bool,
    /// Leave out the counts of each target.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_NOSUMMARY")]
    pub nosummary: bool,
    /// Leave out the counts of all targets; in JSON, the bare list of targets.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_NOTOTALS")]
    pub nototals: bool,
    /// Show what was seen below each check.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_INCLUDE_TEST_OUTPUT")]
    pub include_test_output: bool,
    /// Exit with this code if a check fails.
    #[arg(long, value_name = "N", default_value_t = 0, global = true, env = "NODEPROOF_EXIT_CODE")]
    pub exit_code: u8,
    /// Say on stderr what is looked at and why; -vv says more, and so does `-v 2`.
    #[arg(short = 'v', action = clap::ArgAction::Count, global = true, env = "NODEPROOF_V")]
    pub verbose: u8,
}

/// Flags of the log library that kube-bench uses: manifests name them, so they are taken, and nothing comes of them.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Taken from kube-bench's log, without effect: the log is on stderr")]
pub struct LogFlags {
    /// Log to stderr.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, hide_short_help = true)]
    pub logtostderr: bool,
    /// Log to stderr as well as to files.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, hide_short_help = true)]
    pub alsologtostderr: bool,
    /// From which severity on the log goes to stderr.
    #[arg(long, value_name = "SEVERITY", global = true, hide_short_help = true)]
    pub stderrthreshold: Option<String>,
    /// Log levels of single source files.
    #[arg(long, value_name = "PATTERN=N", global = true, hide_short_help = true)]
    pub vmodule: Option<String>,
    /// Source line at which the log shows a backtrace.
    #[arg(long = "log_backtrace_at", value_name = "FILE:N", global = true, hide_short_help = true)]
    pub log_backtrace_at: Option<String>,
    /// Folder of log files.
    #[arg(long = "log_dir", value_name = "DIR", global = true, hide_short_help = true)]
    pub log_dir: Option<PathBuf>,
}

fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => Err("it must be longer than nothing".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(format!("{error}; write it as 90s, 30m, 6h or 1day")),
    }
}

/// A report in one format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputRequest {
    /// The format.
    pub format: FormatName,
    /// Its file; standard output if there is none.
    pub file: Option<PathBuf>,
}

impl FromStr for OutputRequest {
    type Err = String;

    /// Reads `FORMAT` or `FORMAT=FILE`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            None => Ok(Self { format: text.parse()?, file: None }),
            Some((_, "")) => Err(format!("`{text}` names no file; write FORMAT=FILE")),
            Some((format, file)) => Ok(Self { format: format.parse()?, file: Some(file.into()) }),
        }
    }
}
