//! Chooses the benchmark of an audit: by `--benchmark` or `--version`, or by the detected Kubernetes version.

use super::definitions::Definitions;
use super::flags::BenchmarkFlags;
use crate::commands::Failure;
use crate::model::{Id, KubernetesVersions, minor_version};
use crate::node::{Node, Platform};
use crate::probe::Collector;
use crate::report::{KUBEADM, KubernetesVersion, PLATFORM};
use crate::source::cloud::{CloudDocuments, Provider};
#[cfg(feature = "cluster")]
use crate::source::cluster::ServiceAccount;
use crate::text::suggestions;
use crate::version::{self, DetectedVersion, VersionNotFound};

/// A benchmark, and how it was chosen.
#[derive(Debug, Clone)]
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
    ask_cluster: bool,
) -> Result<Choice, Failure> {
    let ask = if ask_cluster { cluster_version } else { Err };
    let found = version::detect(collector, node).or_else(ask);
    let found = found.map_err(|e| Failure::Other(e.into()))?;
    let notices: Vec<String> = found.disagreement.into_iter().collect();
    match of_platform(definitions, node.platform(), &found.version) {
        Some((benchmark, notice)) => Ok(Choice {
            benchmark,
            chosen_by: format!("Kubernetes {} ({})", found.version, found.source),
            kubernetes: Some(KubernetesVersion { version: found.version, source: found.source }),
            notices: notices.into_iter().chain(notice).collect(),
        }),
        None => {
            let mut choice = by_version(definitions, &found.version, &found.source, None)?;
            let missing = missing_benchmark(definitions, node, &found.version, &choice.benchmark);
            choice.notices.splice(0..0, notices.into_iter().chain(missing));
            Ok(choice)
        }
    }
}

/// The platform and how it was found, for the end of how the benchmark was chosen. That of kubeadm needs no mention.
pub(crate) fn platform_in_words(node: &Node) -> String {
    let detection = node.detection();
    match detection.id.as_deref() {
        None | Some(KUBEADM) => String::new(),
        Some(_) => format!("{PLATFORM}{} ({})", detection.title, detection.how),
    }
}

/// The platform's own benchmark for a version, and what the reader must know about it. A configuration that the user gives says
/// itself which benchmark serves which version.
fn of_platform(definitions: &Definitions, platform: &Platform, version: &str) -> Option<(String, Option<String>)> {
    let minor = minor_version(version).filter(|_| !definitions.config.is_users())?;
    let (benchmark, is_exact) = platform.benchmark_for(minor)?;
    let notice = format!(
        "no benchmark of {} covers Kubernetes {}.{}; using {benchmark}, the newest before it",
        platform.title, minor.0, minor.1
    );
    definitions.has(benchmark).then(|| (benchmark.to_owned(), (!is_exact).then_some(notice)))
}

/// Says that a platform's own benchmark is not there.
fn missing_benchmark(definitions: &Definitions, node: &Node, version: &str, used: &str) -> Option<String> {
    let platform = node.platform();
    if platform.benchmarks.is_empty() || definitions.config.is_users() {
        return None;
    }
    let own = minor_version(version).and_then(|minor| platform.benchmark_for(minor));
    let what = own.map_or_else(String::new, |(id, _)| format!(", {id},"));
    Some(format!("the benchmark of {} for Kubernetes {version}{what} is not there; using {used}", platform.title))
}

/// Says which benchmark is the platform's own where the user names another one.
pub(crate) fn other_than_own(
    definitions: &Definitions,
    choice: &Choice,
    node: &Node,
    version: Option<&str>,
) -> Option<String> {
    let platform = node.platform();
    if platform.benchmarks.is_empty() || platform.benchmarks.values().any(|id| *id == choice.benchmark) {
        return None;
    }
    let (own, _) = of_platform(definitions, platform, version?)?;
    Some(format!(
        "this node runs {}, whose own benchmark for its version is {own}; {} is about other layouts of files and processes",
        platform.title, choice.benchmark
    ))
}

/// The Kubernetes versions that the node may have: the one that runs, else the one that the benchmark was chosen by, else the one
/// that is installed, else those that the benchmark covers. `--version` chooses a benchmark and changes nothing about the node: if
/// another version runs, the choice says so.
pub(crate) fn versions(
    definitions: &Definitions,
    choice: &mut Choice,
    collector: &Collector<'_>,
    node: &Node,
) -> KubernetesVersions {
    let detected = version::detect(collector, node).ok();
    if let (Some(chosen), Some(running)) = (&choice.kubernetes, detected.as_ref().filter(|version| version.running))
        && minor_version(&chosen.version) != minor_version(&running.version)
    {
        choice.notices.push(format!(
            "{} says Kubernetes {}, but {} says {}: the benchmark is that of {}, and settings are read as {} reads them",
            chosen.source, chosen.version, running.source, running.version, chosen.version, running.version
        ));
    }
    let version = detected.as_ref().map(|version| version.version.as_str());
    choice.notices.extend(node.detection().disagreement.clone());
    choice.notices.extend(other_than_own(definitions, choice, node, version));
    let running = detected.as_ref().filter(|version| version.running).map(|version| version.version.as_str());
    let chosen = choice.kubernetes.as_ref().map(|chosen| chosen.version.as_str());
    let installed = detected.as_ref().map(|version| version.version.as_str());
    let known = [running, chosen, installed].into_iter().flatten().find_map(KubernetesVersions::of);
    known.unwrap_or_else(|| {
        let of_config = definitions.config.versions_of(&choice.benchmark);
        if !of_config.is_empty() {
            return KubernetesVersions::spanning(of_config);
        }
        let of_platforms = definitions.platforms.versions_of(&choice.benchmark);
        KubernetesVersions::spanning(of_platforms.iter().map(String::as_str))
    })
}

#[cfg(feature = "cluster")]
fn cluster_version(not_found: VersionNotFound) -> Result<DetectedVersion, VersionNotFound> {
    version::from_cluster(&ServiceAccount::mounted(), not_found)
}

#[cfg(not(feature = "cluster"))]
fn cluster_version(not_found: VersionNotFound) -> Result<DetectedVersion, VersionNotFound> {
    Err(not_found.with_tried("the cluster's API: this build cannot ask it (cargo feature `cluster`)".to_owned()))
}

/// The benchmark of the provider whose documents the user gave: the one for the version of the cluster, else the newest.
pub(crate) fn by_cloud(definitions: &Definitions, documents: &CloudDocuments) -> Result<Choice, Failure> {
    let provider = documents.provider().map_or("", Provider::id);
    let kubernetes = documents.cluster().and_then(|document| {
        let version = document.kubernetes_version()?.to_owned();
        Some(KubernetesVersion { version, source: document.file.clone() })
    });
    let platform = definitions.platforms.get(provider);
    let of_version =
        kubernetes.as_ref().and_then(|kubernetes| of_platform(definitions, platform.as_deref()?, &kubernetes.version));
    let (benchmark, notice) = match of_version {
        Some(found) => found,
        None => (newest_of(definitions, provider)?, None),
    };
    Ok(Choice { benchmark, chosen_by: "--cloud".to_owned(), kubernetes, notices: notice.into_iter().collect() })
}

/// The benchmark of a cluster: that of its platform for its version, else the one for its version, else the newest.
pub(crate) fn for_cluster(
    definitions: &Definitions,
    kubernetes: Option<KubernetesVersion>,
    platform: Option<&(String, String)>,
) -> Result<Choice, Failure> {
    let of_platform = platform.and_then(|(id, how)| {
        let platform = definitions.platforms.get(id)?;
        let (benchmark, notice) = of_platform(definitions, &platform, &kubernetes.as_ref()?.version)?;
        Some((benchmark, notice, format!("{PLATFORM}{} ({how})", platform.title)))
    });
    let Some(found) = kubernetes else {
        let id = platform.map_or("cis", |(id, _)| id.as_str());
        let benchmark = newest_of(definitions, id).or_else(|_| newest_of(definitions, "cis"))?;
        let notice = format!(
            "no list shows the Kubernetes version of the cluster; using {benchmark}, the newest benchmark (--version names another)"
        );
        return Ok(Choice { benchmark, chosen_by: "the newest".to_owned(), kubernetes: None, notices: vec![notice] });
    };
    match of_platform {
        Some((benchmark, notice, words)) => Ok(Choice {
            benchmark,
            chosen_by: format!("Kubernetes {} ({}){words}", found.version, found.source),
            kubernetes: Some(found),
            notices: notice.into_iter().collect(),
        }),
        None => by_version(definitions, &found.version, &found.source, None),
    }
}

/// The newest benchmark of a provider.
fn newest_of(definitions: &Definitions, provider: &str) -> Result<String, Failure> {
    let is_number = |rest: &&str| rest.starts_with(|c: char| c.is_ascii_digit());
    let number = |id: &str| id.strip_prefix(provider)?.strip_prefix('-').filter(is_number).map(Id::new);
    let newest = definitions.benchmarks().into_iter().filter(|id| number(id).is_some()).max_by_key(|id| number(id));
    newest
        .map(str::to_owned)
        .ok_or_else(|| Failure::Usage("no benchmark is for these documents; name one with --benchmark".to_owned()))
}

/// The benchmark for a Kubernetes version, or for a name that takes its place: the id of a benchmark, or a version of another
/// product in `version_mapping`.
pub(crate) fn by_version(
    definitions: &Definitions,
    version: &str,
    source: &str,
    notice: Option<String>,
) -> Result<Choice, Failure> {
    let (benchmark, other) = if definitions.has(version) {
        (version.to_owned(), None)
    } else {
        definitions.config.benchmark_for(version).map_err(|e| Failure::Usage(e.to_string()))?
    };
    let kubernetes =
        minor_version(version).map(|_| KubernetesVersion { version: version.to_owned(), source: source.to_owned() });
    Ok(Choice {
        benchmark,
        chosen_by: match &kubernetes {
            Some(_) => format!("Kubernetes {version} ({source})"),
            None => format!("{source} {version}"),
        },
        kubernetes,
        notices: notice.into_iter().chain(other).collect(),
    })
}
