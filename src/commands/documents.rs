//! Reads the documents that the user saved, and says whether a benchmark reads such documents.

use super::flags::{DocumentFlags, NodeFlags};
use super::within::within;
use crate::benchmark::Benchmark;
use crate::commands::Failure;
use crate::model::Target;
use crate::source::cloud::{CloudDocuments, Provider};
use crate::source::node::KubeletConfiguration;
use crate::yaml::Diagnostic;
use std::path::{Path, PathBuf};

/// The documents of `--cloud`.
pub(crate) fn cloud(flags: &DocumentFlags, node: &NodeFlags) -> Result<CloudDocuments, Failure> {
    let is_named = |path: &&PathBuf| !path.as_os_str().is_empty();
    let paths: Vec<PathBuf> = flags.cloud.iter().filter(is_named).cloned().collect();
    if paths.is_empty() {
        return Ok(CloudDocuments::default());
    }
    let names = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    let read = within(node.timeout, &names, move || CloudDocuments::read(&paths))?;
    read.map_err(|error| refused("--cloud", &error))
}

/// The configuration of `--configz`.
pub(crate) fn configz(flags: &DocumentFlags, node: &NodeFlags) -> Result<Option<KubeletConfiguration>, Failure> {
    let Some(path) = flags.configz.clone().filter(|path| !path.as_os_str().is_empty()) else {
        return Ok(None);
    };
    if node.host.is_some() || node.root != Path::new("/") || node.proc != Path::new("/proc") {
        let message = "--configz is about a node of its own: leave out --host, --root and --proc";
        return Err(Failure::Usage(message.to_owned()));
    }
    let name = path.display().to_string();
    let read = within(node.timeout, &name, move || KubeletConfiguration::read(&path))?;
    read.map(Some).map_err(|error| refused("--configz", &error))
}

/// Which targets of a benchmark apply where nothing of Kubernetes runs and documents are given: the provider's services. Of the others
/// only what the documents answer is evaluated.
pub(crate) fn targets(available: &[Target]) -> (Vec<Target>, Vec<(Target, String)>) {
    let (of_provider, others): (Vec<Target>, Vec<Target>) =
        available.iter().partition(|target| **target == Target::ManagedServices);
    let reason = "no component of Kubernetes runs here: of them only what the documents answer is audited";
    (of_provider, others.into_iter().map(|target| (target, reason.to_owned())).collect())
}

/// Why the checks of a kube-bench folder cannot be evaluated.
pub(crate) const NO_AUDITS: &str =
    "--configz shows nothing that the audits of a kube-bench folder read; run those on the node itself";

/// What the reader must know about an audit of a kubelet's configuration.
pub(crate) fn only_settings(configuration: &KubeletConfiguration) -> String {
    format!("{} shows the settings of a kubelet and nothing else: files and units are undetermined", configuration.file)
}

/// Refuses documents that no check of the benchmark reads.
pub(crate) fn require_use(documents: &CloudDocuments, benchmark: &Benchmark) -> Result<(), Failure> {
    if documents.is_empty() {
        return Ok(());
    }
    let providers = providers(benchmark);
    if providers.is_empty() {
        return Err(Failure::Usage(format!(
            "--cloud: no check of {} reads a document of a provider; name the benchmark of the cluster with --benchmark",
            benchmark.id
        )));
    }
    documents.require_provider(&benchmark.id, &providers).map_err(|error| refused("--cloud", &error))
}

/// The providers whose documents a benchmark reads.
fn providers(benchmark: &Benchmark) -> Vec<Provider> {
    let tests = benchmark.checks().flat_map(|(_, check)| check.rule.assertion.tests());
    let mut providers: Vec<Provider> = tests.filter_map(|test| Some(test.probe.cloud()?.provider())).collect();
    providers.sort_unstable();
    providers.dedup();
    providers
}

/// An error in a file that an option names.
fn refused(option: &str, error: &Diagnostic) -> Failure {
    let text = format!("{option}: {error}");
    if error.unreadable { Failure::Other(anyhow::Error::msg(text)) } else { Failure::File(text) }
}
