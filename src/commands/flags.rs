//! The flags of the commands.

use super::FormatName;
use super::color::Color;
use crate::model::Severity;
use crate::report::MarkdownLimit;
use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// Compatibility mode, from argv[0].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CompatMode {
    /// nodeproof.
    #[default]
    Nodeproof,
    /// kube-bench: every error exits 1, and a node where no component runs is audited all the same.
    KubeBench,
}

/// The flags of an audit.
#[derive(Debug, Clone, Args)]
pub struct AuditFlags {
    /// The benchmark.
    #[command(flatten)]
    pub benchmark: BenchmarkFlags,
    /// The node.
    #[command(flatten)]
    pub node: NodeFlags,
    /// What the user saved.
    #[command(flatten)]
    pub documents: DocumentFlags,
    /// The cluster.
    #[command(flatten)]
    pub cluster: ClusterFlags,
    /// The checks.
    #[command(flatten)]
    pub selection: SelectionFlags,
    /// The report.
    #[command(flatten)]
    pub output: OutputFlags,
    /// The flags of kube-bench's log.
    #[command(flatten)]
    pub log: LogFlags,
}

/// The benchmark to audit against.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Benchmark")]
pub struct BenchmarkFlags {
    /// Kubernetes version of the node, such as 1.21; selects the benchmark.
    #[arg(long, value_name = "VERSION", global = true, env = "NODEPROOF_VERSION")]
    pub version: Option<String>,
    /// Benchmark, such as cis-1.20.
    #[arg(long, value_name = "ID", global = true, env = "NODEPROOF_BENCHMARK")]
    pub benchmark: Option<String>,
    /// Platform of the node, such as k3s or eks; without it, what runs on the node says it.
    #[arg(long, value_name = "ID", global = true, env = "NODEPROOF_PLATFORM")]
    pub platform: Option<String>,
    /// Directory with definitions that extend or replace the built-in ones.
    #[arg(short = 'D', long, value_name = "DIR", global = true, env = "NODEPROOF_CONFIG_DIR")]
    pub config_dir: Option<PathBuf>,
    /// Configuration file: where to look for components.
    #[arg(long, value_name = "FILE", global = true, env = "NODEPROOF_CONFIG")]
    pub config: Option<PathBuf>,
}

/// The node to audit.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Node")]
pub struct NodeFlags {
    /// Directory where the root file system of the node is mounted.
    #[arg(long, value_name = "DIR", default_value = "/", global = true, env = "NODEPROOF_ROOT")]
    pub root: PathBuf,
    /// Directory where the proc file system of the node is mounted.
    #[arg(long, value_name = "DIR", default_value = "/proc", global = true, env = "NODEPROOF_PROC")]
    pub proc: PathBuf,
    /// Audit a host that is described in a YAML or JSON file; `example` is built in.
    #[arg(long, value_name = "FILE", global = true, env = "NODEPROOF_HOST")]
    pub host: Option<String>,
    /// Deadline for reading the node: 60s, 5m. Checks not reached by then are undetermined and never pass.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration, global = true, env = "NODEPROOF_TIMEOUT")]
    pub timeout: Duration,
    /// Never start /bin/sh: an audit of --config-dir that needs it is undetermined.
    #[arg(long, global = true, env = "NODEPROOF_NO_SHELL")]
    pub no_shell: bool,
}

/// Documents that the user saved, which an audit reads besides the node.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Saved documents")]
pub struct DocumentFlags {
    /// What `aws eks describe-cluster`, `gcloud container clusters describe` or `az aks show` printed, as JSON or YAML. Can be
    /// repeated, also with documents of node groups, node pools and add-ons.
    #[arg(long, value_name = "FILE", global = true, env = "NODEPROOF_CLOUD")]
    pub cloud: Vec<PathBuf>,
    /// Audit the kubelet whose running configuration is in this file, as `kubectl get --raw /api/v1/nodes/NODE/proxy/configz` prints
    /// it, in place of this node.
    #[arg(long, value_name = "FILE", global = true, env = "NODEPROOF_CONFIGZ")]
    pub configz: Option<PathBuf>,
}

impl DocumentFlags {
    /// Whether documents of a provider are given.
    pub(crate) fn has_cloud(&self) -> bool {
        self.cloud.iter().any(|path| !path.as_os_str().is_empty())
    }
}

/// The cluster whose objects are read.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Cluster")]
pub struct ClusterFlags {
    /// Saved lists of the cluster's objects: what `kubectl get KIND -A -o json` or `-o yaml` printed, in a file or in the files of
    /// a directory; `-` is standard input.
    #[arg(long, value_name = "PATH", global = true, env = "NODEPROOF_CLUSTER")]
    pub cluster: Option<PathBuf>,
    /// Kubeconfig of the cluster whose API is asked; without one KUBECONFIG, the pod's service account, ~/.kube/config.
    #[arg(long, value_name = "FILE", global = true, env = "NODEPROOF_KUBECONFIG")]
    pub kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig.
    #[arg(long, value_name = "NAME", global = true, env = "NODEPROOF_CONTEXT")]
    pub context: Option<String>,
    /// Start the credential plugin that the kubeconfig names.
    #[arg(long, global = true, env = "NODEPROOF_ALLOW_EXEC")]
    pub allow_exec: bool,
    /// List the names and types of Secrets too. Whoever may list Secrets can read them all: the right itself is the risk.
    #[arg(long, global = true, env = "NODEPROOF_READ_SECRETS")]
    pub read_secrets: bool,
    /// List the network policies of Cilium, Calico and policy.networking.k8s.io too.
    #[arg(long, global = true, env = "NODEPROOF_READ_OTHER_POLICIES")]
    pub read_other_policies: bool,
    /// Saved lists of a new cluster of the same platform and release: what is in them is exempt.
    #[arg(long, value_name = "PATH", global = true, env = "NODEPROOF_INSTALLED")]
    pub installed: Option<PathBuf>,
    /// Only this namespace; can be repeated. For who may list in some namespaces and not in all.
    #[arg(short = 'n', long = "namespace", value_name = "NAME", global = true)]
    pub namespace: Vec<String>,
}

impl ClusterFlags {
    /// The path of saved lists.
    pub(crate) fn saved(&self) -> Option<&PathBuf> {
        self.cluster.as_ref().filter(|path| !path.as_os_str().is_empty())
    }

    /// Whether the user names a cluster.
    pub(crate) fn is_given(&self) -> bool {
        self.saved().is_some() || self.kubeconfig.is_some() || self.context.is_some()
    }

    /// The path of the lists of a new cluster.
    pub(crate) fn installed(&self) -> Option<&PathBuf> {
        self.installed.as_ref().filter(|path| !path.as_os_str().is_empty())
    }

    /// The same cluster, of which nothing is read that has a flag of its own.
    pub(crate) fn without_more(&self) -> Self {
        Self { read_secrets: false, read_other_policies: false, ..self.clone() }
    }

    /// The namespaces that are named.
    pub(crate) fn namespaces(&self) -> Vec<String> {
        let mut names = self.namespace.clone();
        trim_list(&mut names);
        names
    }
}

/// The checks to evaluate.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Selection")]
pub struct SelectionFlags {
    /// Evaluate only these checks.
    #[arg(short = 'c', long, value_name = "IDS", value_delimiter = ',', global = true, env = "NODEPROOF_CHECK")]
    pub check: Vec<String>,
    /// Evaluate only these groups.
    #[arg(short = 'g', long, value_name = "IDS", value_delimiter = ',', global = true, env = "NODEPROOF_GROUP")]
    pub group: Vec<String>,
    /// Report these checks or groups as skipped (INFO).
    #[arg(long, value_name = "IDS", value_delimiter = ',', global = true, env = "NODEPROOF_SKIP")]
    pub skip: Vec<String>,
    /// Evaluate scored checks.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "true", default_missing_value = "true", value_parser = BoolishValueParser::new(), global = true, env = "NODEPROOF_SCORED")]
    pub scored: bool,
    /// Evaluate checks that are not scored.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "true", default_missing_value = "true", value_parser = BoolishValueParser::new(), global = true, env = "NODEPROOF_UNSCORED")]
    pub unscored: bool,
}

impl SelectionFlags {
    /// Trims the lists of ids.
    pub fn trim(&mut self) {
        [&mut self.check, &mut self.group, &mut self.skip].into_iter().for_each(trim_list);
    }
}

/// Removes blanks around the elements of a list, and empty elements. An empty value is like none, as with kube-bench.
pub fn trim_list(list: &mut Vec<String>) {
    list.iter_mut().for_each(|element| *element = element.trim().to_owned());
    list.retain(|element| !element.is_empty());
}

/// The report and its destinations.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Report")]
#[allow(clippy::struct_excessive_bools, reason = "each is one flag of the command line")]
pub struct OutputFlags {
    /// The formats of the report, each with its file.
    #[arg(long, value_name = "FORMAT[=FILE]", global = true, help = FormatName::help(false))]
    pub format: Vec<OutputRequest>,
    /// Whether audits are repeated: each writes a line to standard output, unless another report goes there.
    #[arg(skip)]
    pub repeated: bool,
    /// Same as `--format json`: JSON on one line.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_JSON")]
    pub json: bool,
    /// Same as `--format junit`: JUnit XML with a test suite for each target.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_JUNIT")]
    pub junit: bool,
    /// Also store the report in the PostgreSQL database of KUBE_BENCH_PGSQL_HOST.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_PGSQL")]
    pub pgsql: bool,
    /// Also keep the report in a store: pgsql, the database of PGHOST that `nodeproof pgsql migrate` prepares.
    #[arg(long, value_name = "STORE", global = true, env = "NODEPROOF_STORE")]
    pub store: Option<StoreName>,
    /// Cluster that the node belongs to, in the store, where the report does not name one.
    #[arg(long, value_name = "NAME", global = true, env = "NODEPROOF_STORE_CLUSTER")]
    pub store_cluster: Option<String>,
    /// Same as `--format asff`: findings for AWS Security Hub, at most 100 on each line.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_ASFF")]
    pub asff: bool,
    /// File for the report.
    #[arg(long, value_name = "FILE", global = true, env = "NODEPROOF_OUTPUTFILE")]
    pub outputfile: Option<PathBuf>,
    /// Omit the line of each check.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_NORESULTS")]
    pub noresults: bool,
    /// Omit the closing list of what to do.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_NOREMEDIATIONS")]
    pub noremediations: bool,
    /// Omit the counts of each target.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_NOSUMMARY")]
    pub nosummary: bool,
    /// Omit the counts of all targets; JSON becomes a bare list of targets.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_NOTOTALS")]
    pub nototals: bool,
    /// Show the evidence below each check.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_INCLUDE_TEST_OUTPUT")]
    pub include_test_output: bool,
    /// Show only checks with these statuses in the text report: pass, fail, undetermined, manual, not-applicable, skipped, waived.
    #[arg(long, value_name = "STATUSES", value_delimiter = ',', global = true, env = "NODEPROOF_ONLY")]
    pub only: Vec<String>,
    /// List in SARIF also what is no failure: passes, checks that need a review or could not be evaluated, and waived ones.
    #[arg(long, global = true, env = "NODEPROOF_SARIF_ALL")]
    pub sarif_all: bool,
    /// How long the Markdown may be: comment (65,536 characters) or summary (1 MiB).
    #[arg(long, value_name = "LENGTH", default_value = "comment", global = true, env = "NODEPROOF_MARKDOWN_LIMIT")]
    pub markdown_limit: MarkdownLimit,
    /// List in the formats openreports and policyreport also what passes, is waived or does not apply.
    #[arg(long, global = true, env = "NODEPROOF_OPENREPORTS_ALL")]
    pub openreports_all: bool,
    /// When to color the text report.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true, env = "NODEPROOF_COLOR")]
    pub color: Color,
    /// Exit with code 5 if a check is undetermined.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, env = "NODEPROOF_REQUIRE_COMPLETE")]
    pub require_complete: bool,
    /// Exit with code 6 if a check of this severity or a higher one fails: low, medium, high, critical.
    #[arg(long, value_name = "SEVERITY", global = true, env = "NODEPROOF_FAIL_ON")]
    pub fail_on: Option<Severity>,
    /// File of waivers: failures that are accepted, with the reason, the owner and an end. Can be repeated.
    #[arg(long, value_name = "FILE", global = true, env = "NODEPROOF_WAIVERS")]
    pub waivers: Vec<PathBuf>,
    /// Report what is so without the waivers.
    #[arg(long, global = true, env = "NODEPROOF_IGNORE_WAIVERS")]
    pub ignore_waivers: bool,
    /// Exit with code 3 if a waiver has expired or accepts nothing in this report.
    #[arg(long, global = true, env = "NODEPROOF_STRICT_WAIVERS")]
    pub strict_waivers: bool,
    /// Report of `--format report` to compare with: everything is shown, but --fail-on and --exit-code count only what is worse.
    #[arg(long, value_name = "REPORT", global = true, env = "NODEPROOF_BASELINE")]
    pub baseline: Option<PathBuf>,
    /// Show no progress bar on stderr.
    #[arg(short = 'q', long, global = true, env = "NODEPROOF_QUIET")]
    pub quiet: bool,
    /// Exit with this code (0 to 255) if a check is FAIL.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        allow_negative_numbers = true,
        value_parser = exit_code,
        global = true,
        env = "NODEPROOF_EXIT_CODE"
    )]
    pub exit_code: u8,
    /// Log progress to stderr; -vv and `-v 2` log everything that is read.
    #[arg(short = 'v', action = clap::ArgAction::Count, global = true, env = "NODEPROOF_V")]
    pub verbose: u8,
}

/// Where reports are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StoreName {
    /// A PostgreSQL database with our own schema.
    Pgsql,
}

impl OutputFlags {
    /// Where an answer that is no report is written as JSON, if JSON is asked for; the outer `None` means text.
    pub(crate) fn json_answer(&self) -> Option<Option<PathBuf>> {
        let request = self.format.iter().find(|request| request.format.id() == "json");
        let file = request.and_then(|request| request.file.clone()).or_else(|| self.outputfile.clone());
        (self.json || request.is_some()).then_some(file)
    }
}

/// Flags of kube-bench's log library, which manifests use. They are accepted and have no effect.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Accepted for kube-bench's manifests, without effect (the log goes to stderr)")]
pub struct LogFlags {
    /// Log to stderr.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, hide_short_help = true)]
    pub logtostderr: bool,
    /// Log to stderr as well as to files.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_default_value = true, global = true, hide_short_help = true)]
    pub alsologtostderr: bool,
    /// Lowest severity that is logged to stderr.
    #[arg(long, value_name = "SEVERITY", global = true, hide_short_help = true)]
    pub stderrthreshold: Option<String>,
    /// Log levels of source files.
    #[arg(long, value_name = "PATTERN=N", global = true, hide_short_help = true)]
    pub vmodule: Option<String>,
    /// Source line at which a backtrace is logged.
    #[arg(long = "log_backtrace_at", value_name = "FILE:N", global = true, hide_short_help = true)]
    pub log_backtrace_at: Option<String>,
    /// Directory of log files.
    #[arg(long = "log_dir", value_name = "DIR", global = true, hide_short_help = true)]
    pub log_dir: Option<PathBuf>,
}

/// Reads an exit code.
fn exit_code(text: &str) -> Result<u8, String> {
    text.parse().map_err(|_| "not a number from 0 to 255".to_owned())
}

/// Reads a time span.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => Err("must be greater than zero".to_owned()),
        Ok(time) => Ok(time),
        Err(_) => Err("not a time span such as 90s, 30m, 6h or 1day".to_owned()),
    }
}

/// The shortest interval between repeated audits. A typing error must not make a node audit itself without a pause.
const MIN_INTERVAL: Duration = Duration::from_secs(10);

/// Reads the interval between repeated audits.
pub fn interval(text: &str) -> Result<Duration, String> {
    let interval = duration(text)?;
    if interval < MIN_INTERVAL {
        return Err(format!("the minimum interval is {}", humantime::format_duration(MIN_INTERVAL)));
    }
    Ok(interval)
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
