//! Chooses the benchmark of an audit: by `--benchmark` or `--version`, or by the detected Kubernetes version.

use super::definitions::Definitions;
use super::flags::BenchmarkFlags;
use crate::commands::Failure;
use crate::node::Node;
use crate::probe::Collector;
use crate::report::KubernetesVersion;
#[cfg(feature = "cluster")]
use crate::source::cluster::ServiceAccount;
use crate::source::node::NodeSource;
use crate::text::suggestions;
use crate::version::{self, DetectedVersion, VersionNotFound};

/// A benchmark, and how it was chosen.
pub(crate) struct Choice {
    /// Its id.
    pub(crate) benchmark: String,
    /// How it was chosen, for the report.
    pub(crate) chosen_by: String,
    /// The Kubernetes version that it was chosen by.
    pub(crate) kubernetes: Option<KubernetesVersion>,
    /// What the reader must know about the choice.
    pub(crate) notices: Vec<String>,
}

/// The benchmark that the user names, by its id or by a version.
pub(crate) fn named(definitions: &Definitions, flags: &BenchmarkFlags) -> Result<Option<Choice>, Failure> {
    match (&flags.version, &flags.benchmark) {
        (Some(_), Some(_)) => {
            Err(Failure::Usage("--version and --benchmark both name a benchmark; give one of them".to_owned()))
        }
        (None, None) => Ok(None),
        (Some(version), None) => by_version(definitions, version, "--version", None).map(Some),
        (None, Some(id)) => Ok(Some(Choice {
            benchmark: known(definitions, id)?,
            chosen_by: "--benchmark".to_owned(),
            kubernetes: None,
            notices: Vec::new(),
        })),
    }
}

/// The id of a benchmark that exists.
pub(crate) fn known(definitions: &Definitions, id: &str) -> Result<String, Failure> {
    if definitions.has(id) {
        return Ok(id.to_owned());
    }
    let known = definitions.benchmarks();
    let near = suggestions(id, known.iter().copied());
    let near = if near.is_empty() { ";" } else { &near };
    Err(Failure::Usage(format!("there is no benchmark `{id}`{near} there are {}", known.join(", "))))
}

/// The benchmark for the version that the node shows. `ask_cluster`: where the node shows none, the cluster is asked.
pub(crate) fn detected(
    definitions: &Definitions,
    collector: &Collector<'_>,
    node: &Node,
    source: &dyn NodeSource,
    ask_cluster: bool,
) -> Result<Choice, Failure> {
    let ask = if ask_cluster { cluster_version } else { Err };
    let found = version::detect(collector, node, source).or_else(ask);
    let found = found.map_err(|e| Failure::Other(e.into()))?;
    by_version(definitions, &found.version, &found.source, found.disagreement)
}

#[cfg(feature = "cluster")]
fn cluster_version(not_found: VersionNotFound) -> Result<DetectedVersion, VersionNotFound> {
    version::from_cluster(&ServiceAccount::mounted(), not_found)
}

#[cfg(not(feature = "cluster"))]
fn cluster_version(not_found: VersionNotFound) -> Result<DetectedVersion, VersionNotFound> {
    Err(not_found.with_tried("the cluster's API: this build cannot ask it (cargo feature `cluster`)".to_owned()))
}

fn by_version(
    definitions: &Definitions,
    version: &str,
    source: &str,
    notice: Option<String>,
) -> Result<Choice, Failure> {
    let (benchmark, other) = definitions.config.benchmark_for(version).map_err(|e| Failure::Usage(e.to_string()))?;
    Ok(Choice {
        benchmark,
        chosen_by: format!("Kubernetes {version} ({source})"),
        kubernetes: Some(KubernetesVersion { version: version.to_owned(), source: source.to_owned() }),
        notices: notice.into_iter().chain(other).collect(),
    })
}
