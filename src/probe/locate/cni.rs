//! The directory from which the container runtime reads the configuration of network plugins.
//!
//! Up to Kubernetes 1.23 the kubelet could say it (`--cni-conf-dir`); since then it is a setting of containerd or CRI-O.

use super::located::{Located, existing};
use super::settings::{path_setting, text_of};
use super::{pattern, toml};
use crate::model::{Component, Observed};
use crate::node::{Instance, Runtime};
use crate::probe::context::{CollectContext, shown};
use crate::probe::effective;
use crate::probe::observed_error::observed_error;
use crate::source::node::{HostPath, SourceError};

/// The default of every runtime that does not come with a platform.
const USUAL: &str = "/etc/cni/net.d";

/// A part of the address of a runtime's socket, and the configuration files of that runtime. The first that fits counts; those
/// that a platform brings along come before.
const RUNTIMES: [(&str, &[&str]); 3] = [
    ("crio", &["/etc/crio/crio.conf", "/etc/crio/crio.conf.d/*"]),
    ("cri-dockerd", &[]),
    ("", &["/etc/containerd/config.toml"]),
];

/// Every path that is looked at, whatever runs on the node; of a pattern its directory.
pub(super) fn possible_files() -> impl Iterator<Item = &'static str> {
    let files = RUNTIMES.into_iter().flat_map(|(_, files)| files.iter().copied());
    std::iter::once(USUAL).chain(files).map(|file| file.strip_suffix("/*").unwrap_or(file))
}

/// The runtimes that a kubelet of this node may use.
fn runtimes(context: &CollectContext<'_>) -> Vec<Runtime> {
    let general = RUNTIMES.iter().map(|(endpoint, files)| Runtime {
        endpoint: (*endpoint).to_owned(),
        files: files.iter().map(|file| (*file).to_owned()).collect(),
        cni: None,
    });
    context.node.platform().runtimes.iter().cloned().chain(general).collect()
}

/// The directories, each once.
pub(super) fn directories(context: &CollectContext<'_>) -> Vec<Located> {
    if context.node.is_blind() {
        return vec![Err(context.absent(Component::Kubelet))];
    }
    let instances = &context.node.processes(Component::Kubelet).instances;
    let all: Vec<Located> = if instances.is_empty() {
        of_every_runtime(context)
    } else {
        instances.iter().flat_map(|instance| of_kubelet(context, instance)).collect()
    };
    let mut found: Vec<Located> = Vec::new();
    for located in all {
        if !found.contains(&located) {
            found.push(located);
        }
    }
    found
}

fn of_kubelet(context: &CollectContext<'_>, instance: &Instance) -> Vec<Located> {
    let text = |flag, path| {
        let probe = path_setting(Component::Kubelet, flag, None, path);
        text_of(effective::value(context, &probe, instance).0)
    };
    match text("cni-conf-dir", None) {
        Ok(Some(path)) => {
            let resolved = context.resolve(instance, &path).map_err(|error| observed_error(&path, &error));
            return vec![resolved.and_then(|path| existing(context, path))];
        }
        Ok(None) => {}
        Err(observed) => return vec![Err(observed)],
    }
    match text("container-runtime-endpoint", Some("containerRuntimeEndpoint")) {
        Ok(endpoint) => {
            let endpoint = endpoint.unwrap_or_default();
            let runtimes = runtimes(context);
            let own = runtimes.iter().find(|runtime| endpoint.contains(&runtime.endpoint));
            own.map_or_else(Vec::new, |runtime| of_runtime(context, runtime))
        }
        Err(_) => of_every_runtime(context),
    }
}

/// Where it is not known which runtime is used, the directories of all that are there count.
fn of_every_runtime(context: &CollectContext<'_>) -> Vec<Located> {
    runtimes(context).iter().flat_map(|runtime| of_runtime(context, runtime)).collect()
}

/// The directory that the configuration of a runtime names, else the default.
fn of_runtime(context: &CollectContext<'_>, runtime: &Runtime) -> Vec<Located> {
    let mut directory = runtime.cni.clone().unwrap_or_else(|| USUAL.to_owned());
    let mut imported: Vec<String> = Vec::new();
    let mut problems: Vec<Located> = Vec::new();
    let mut read = |pattern: &str, imported: &mut Vec<String>| {
        for file in matching(context, pattern) {
            match file.and_then(|file| settings(context, &file)) {
                Ok(settings) => {
                    directory = settings.cni_directory.unwrap_or_else(|| directory.clone());
                    imported.extend(settings.imports);
                }
                Err(Observed::Missing(_)) => {}
                Err(observed) => problems.push(Err(observed)),
            }
        }
    };
    for file in &runtime.files {
        read(file, &mut imported);
    }
    // containerd reads imported files after the one that names them.
    let mut further: Vec<String> = Vec::new();
    for file in &imported {
        if file.starts_with('/') {
            read(file, &mut further);
        } else {
            further.push(file.clone());
        }
    }
    if let Some(file) = further.first() {
        let reason = format!("the configuration of the container runtime imports {file}, which is not read");
        problems.push(Err(Observed::Unknown(reason)));
    }
    let mut found = vec![existing(context, HostPath::host(directory))];
    found.extend(problems);
    found
}

fn matching(context: &CollectContext<'_>, path: &str) -> Vec<Located> {
    if path.contains(['*', '?']) {
        pattern::expand(context, path)
    } else {
        vec![existing(context, HostPath::host(path))]
    }
}

fn settings(context: &CollectContext<'_>, file: &HostPath) -> Result<toml::RuntimeSettings, Observed> {
    let name = shown(&file.path);
    let text = context.documents.extract(file, toml::runtime_settings_only);
    let text = text.map_err(|error| observed_error(&name, &error).missing_is_unknown(|reason| reason))?;
    toml::runtime_settings(&text).map_err(|reason| observed_error(&name, &SourceError::Malformed(reason)))
}
