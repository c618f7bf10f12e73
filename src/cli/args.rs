//! The declaration of the command line.

use crate::commands::{
    AuditFlags, CompatMode, JudgeFlags, MergeFlags, PgsqlFlags, Question, ScanFlags, WaiversFlags, interval,
};
use crate::workload::PodSecurityStandard;
use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Audits a Kubernetes node against the CIS benchmarks and shows the evidence for every verdict.
///
/// Reads files and processes of the node and changes nothing. Starts no program, except /bin/sh for audits of your own
/// kube-bench folders. Variables such as NODEPROOF_CONFIG_DIR set the flags that the command line does not give.
#[derive(Debug, Parser)]
#[command(name = NAME, disable_version_flag = true, disable_help_subcommand = false, args_override_self = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// The command; without one, this node is audited.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The flags.
    #[command(flatten)]
    pub flags: AuditFlags,
    /// Compatibility mode, from argv[0].
    #[arg(skip)]
    pub compat_mode: CompatMode,
}

const NAME: &str = "nodeproof";
pub(super) const RUN: &str = "run";

/// Lines of at most 80 columns, so that no terminal breaks them.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  a file, the node, the cluster or the database could not be read or written
  2  the command line asks for what does not exist
  3  a file of the user's is wrong
  4  nothing could be evaluated
  5  --require-complete is given and a check is undetermined; unreadable files
  6  --fail-on is given and a check failed; --pod-security would refuse a pod;
     --fail-on-broken is given and something broke
  N  of --exit-code, if a check is FAIL";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Audit the given targets, or all targets of the benchmark, whatever runs on the node.
    Run(RunFlags),
    /// Audit the policies of a cluster: roles, accounts, pods, networks, Secrets and admission.
    ///
    /// Reads the objects of the cluster's API and no node, so it runs once for each cluster, anywhere. Prints one report.
    Cluster {
        /// Print who holds the powers by which a cluster is taken over, in place of a report.
        #[arg(long)]
        show_access: bool,
        /// In place of a report, say which workloads Kubernetes would refuse by this Pod Security Standard, and which level each
        /// namespace could enforce today: baseline or restricted, with the version of Kubernetes where it is not the newest
        /// (restricted:v1.31). Exit code 6 if it would refuse one.
        #[arg(long, value_name = "LEVEL[:VERSION]", conflicts_with = "show_access")]
        pod_security: Option<PodSecurityStandard>,
    },
    /// Tell who may do something in a cluster, and which binding, role and rule give it.
    WhoCan {
        /// The question.
        #[command(flatten)]
        question: Question,
    },
    /// Judge the workloads of manifests, and Dockerfiles: in a pull request, before they are applied.
    ///
    /// Reads YAML and JSON, every kind with a pod template, and Dockerfiles. Each finding has the file, the line and the column of
    /// its field.
    Scan(Box<ScanFlags>),
    /// Record what the checks read on this node, for an offline audit with --host FILE.
    ///
    /// The snapshot holds what the checks of all benchmarks read and nothing else: no private keys, no tokens, no other
    /// parts of files.
    Snapshot {
        /// File for the snapshot, readable by its owner only; standard output by default.
        #[arg(short = 'o', long, value_name = "FILE", env = "NODEPROOF_OUTPUT")]
        output: Option<PathBuf>,
    },
    /// List the benchmarks with their Kubernetes versions, targets and numbers of checks.
    Benchmarks,
    /// Explain a check: what it reads and expects, its rationale and remediation, and the benchmarks that use it.
    Explain {
        /// Id of a check in the benchmark of --benchmark or --version, name of a rule, or words to search rules for, such as
        /// --anonymous-auth. Put `--` before a word that is also an option of this command.
        #[arg(value_name = "CHECK", allow_hyphen_values = true)]
        what: String,
    },
    /// List the checks of a benchmark with their rules.
    Profile {
        /// Benchmark, such as cis-1.20, or Kubernetes version, such as 1.21.
        #[arg(value_name = "BENCHMARK")]
        name: Option<String>,
    },
    /// Validate definition files and described hosts; exit code 3 if there is an error.
    Lint {
        /// Files, or directories of files.
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
    },
    /// Convert a report written by `--format report` to other formats.
    Convert {
        /// File of the report; `-` is standard input.
        #[arg(value_name = "REPORT")]
        report: PathBuf,
    },
    /// Compare two reports of `--format report`, or the reports of two directories: what broke, what was fixed.
    ///
    /// Subjects are matched by rule, so that reports of two editions of a benchmark can be compared. Reports of directories
    /// (*.json) are matched by what they are about.
    Diff {
        /// The old report, or a directory of reports.
        #[arg(value_name = "OLD")]
        old: PathBuf,
        /// The new report, or a directory of reports.
        #[arg(value_name = "NEW")]
        new: PathBuf,
        /// Exit with code 6 if something fails that did not.
        #[arg(long)]
        fail_on_broken: bool,
    },
    /// Merge the reports of many nodes into one: what is alike, and which nodes differ.
    ///
    /// Reads reports of `--format report`, each in a file or on a line of its own. The report has every format.
    Merge(MergeFlags),
    /// Judge snapshots of many nodes, on all cores.
    ///
    /// Prints a report of `--format report` for each, one a line; with --output-dir, writes each to a file of its own; with --merge,
    /// prints one report about all of them.
    Judge(JudgeFlags),
    /// Write a file of waivers for what fails in a report, which is refused until a person fills it in.
    Waivers(WaiversFlags),
    /// Prepare and maintain the PostgreSQL database of `--store pgsql`.
    ///
    /// Runs as the owner of the database's schema `nodeproof`. The variables PGHOST, PGUSER, PGDATABASE and PGSSLMODE say where it
    /// is.
    Pgsql(PgsqlFlags),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print a manual page (roff).
    Man {
        /// The command to describe; without one, the program.
        #[arg(value_name = "COMMAND")]
        page: Option<String>,
    },
    /// Print the version.
    Version,
}

/// The flags of `run`.
#[derive(Debug, Default, Args)]
pub struct RunFlags {
    /// Targets: master, node (or worker), etcd, controlplane, policies.
    #[arg(short = 's', long, value_name = "TARGETS", value_delimiter = ',', env = "NODEPROOF_TARGETS")]
    pub targets: Vec<String>,
    /// Repeat the audit at this interval (at least 10s) until SIGTERM: 30m, 6h, 1day. SIGUSR1 starts the next audit at
    /// once. Prints one line of JSON for each audit, as `--format line` does; without targets, audits those that apply
    /// to the node.
    #[arg(long, value_name = "INTERVAL", value_parser = interval, env = "NODEPROOF_EVERY")]
    pub every: Option<Duration>,
}

/// The part of [`Cli`] that audits. A line that it accepts means the same to [`Cli`]; its help and its errors are incomplete. clap
/// copies each flag into each command of a program: to build all commands takes 4 % of an audit of a small node.
pub(super) fn audit_only(words: &[OsString]) -> clap::Command {
    let program = AuditFlags::augment_args(clap::Command::new(NAME).args_override_self(true));
    if words.iter().any(|word| word == RUN) {
        program.subcommand(RunFlags::augment_args(clap::Command::new(RUN)))
    } else {
        program
    }
}
