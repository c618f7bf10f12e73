//! Finds the files that a [`FileRef`] names: first by the arguments of the component's processes, then among the candidates of
//! `config.yaml`.

use super::context::{CollectContext, shown};
use super::effective::{self, config_file, paths};
use super::file_ref::is_pattern;
use super::observed_error::observed_error;
use super::unit;
use super::{DocumentPath, FileRef, FileRole, SettingProbe};
use crate::model::{Component, Observed, Target, ValueKind};
use crate::node::{Candidates, Config, Instance};
use crate::source::node::{FileKind, HostPath, SourceError, base_name};
use crate::text::glob::Glob;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Paths that one pattern may match.
const MAX_MATCHES: usize = 2000;

/// The files that `file` names on this node, and beside them why others were not found.
pub(super) fn locate(context: &CollectContext<'_>, file: &FileRef) -> Vec<Result<HostPath, Observed>> {
    match file {
        FileRef::Path(path) if is_pattern(path) => expand_pattern(context, path),
        FileRef::Path(path) => vec![existing(context, HostPath::host(path))],
        FileRef::Setting(setting) => {
            paths(context, setting).into_iter().map(|p| p.and_then(|path| existing(context, path))).collect()
        }
        FileRef::Known(component, role) => {
            context.role_files.get_or_read(&(*component, *role), || role_files(context, *component, *role))
        }
    }
}

/// Whether a path is a directory.
pub(super) fn is_directory(context: &CollectContext<'_>, path: &HostPath) -> bool {
    context.stat(path).is_ok_and(|s| s.kind == FileKind::Directory)
}

/// The path of a component's file for a remediation: where it is, else where it usually is.
pub(super) fn path_to_name(context: &CollectContext<'_>, component: Component, role: FileRole) -> Option<String> {
    let found = locate(context, &FileRef::Known(component, role)).into_iter().flatten().next();
    found
        .map(|file| shown(&file.path))
        .or_else(|| candidate_paths(candidates_of(context.config, component)?, role).pop().map(str::to_owned))
}

/// Every path where files of components are looked for, whatever runs on the node.
pub(super) fn possible_files(config: &Config) -> Vec<HostPath> {
    let candidates = Component::ALL.into_iter().filter_map(|component| candidates_of(config, component));
    let paths = candidates.flat_map(|c| FileRole::ALL.into_iter().flat_map(|role| candidate_paths(c, role)));
    let units = unit::folders("kubelet.service");
    paths.map(HostPath::host).chain(units.into_iter().map(HostPath::host)).collect()
}

fn existing(context: &CollectContext<'_>, path: HostPath) -> Result<HostPath, Observed> {
    match context.stat(&path) {
        Ok(_) => Ok(path),
        Err(error) => Err(observed_error(&shown(&path.path), &error)),
    }
}

/// A file that the arguments of a running component name. If it is missing, it is elsewhere, and nothing is known of it.
fn existing_of_process(
    context: &CollectContext<'_>,
    component: Component,
    path: HostPath,
) -> Result<HostPath, Observed> {
    existing(context, path).map_err(|observed| match observed {
        Observed::Missing(reason) => Observed::Unknown(format!("{reason}, although {} uses it", component.program())),
        other @ (Observed::Value(_)
        | Observed::Unset { .. }
        | Observed::Files(_)
        | Observed::Unknown(_)
        | Observed::Remark(_)) => other,
    })
}

fn role_files(context: &CollectContext<'_>, component: Component, role: FileRole) -> Vec<Result<HostPath, Observed>> {
    let own = from_arguments(context, component, role);
    if own.is_empty() {
        return from_candidates(context, component, role);
    }
    own.into_iter().map(|p| p.and_then(|path| existing_of_process(context, component, path))).collect()
}

/// The first candidate that exists; of unit files all that exist.
fn from_candidates(
    context: &CollectContext<'_>,
    component: Component,
    role: FileRole,
) -> Vec<Result<HostPath, Observed>> {
    let candidates = candidates_of(context.config, component).map(|c| candidate_paths(c, role)).unwrap_or_default();
    let mut found = Vec::new();
    let mut not_mounted: BTreeMap<String, (&str, usize)> = BTreeMap::new();
    for candidate in &candidates {
        let path = HostPath::host(candidate);
        match context.stat(&path) {
            Ok(_) => found.push(Ok(path)),
            Err(SourceError::NotFound | SourceError::NotDirectory) => {}
            Err(SourceError::NotMounted(directory)) => not_mounted.entry(directory).or_insert((candidate, 0)).1 += 1,
            Err(error) => found.push(Err(observed_error(candidate, &error))),
        }
        if role != FileRole::Service && !found.is_empty() {
            break;
        }
    }
    // If a candidate was found, those that are not mounted matter less.
    let observed: fn(String) -> Observed = if found.is_empty() { Observed::Unknown } else { Observed::Remark };
    found.extend(
        not_mounted
            .into_iter()
            .map(|(directory, (first, count))| Err(observed(not_mounted_reason(first, count, directory)))),
    );
    if found.is_empty() {
        let tried = if candidates.is_empty() { "no candidates".to_owned() } else { candidates.join(", ") };
        let what = format!("no {} of {} was found: {tried}", role.id(), component.program());
        found.push(Err(Observed::Missing(what)));
    }
    found
}

/// Candidates below a directory that is not mounted into this container.
fn not_mounted_reason(first: &str, count: usize, directory: String) -> String {
    let others = if count > 1 { format!(" (and {} more below {directory})", count - 1) } else { String::new() };
    format!("{first}{others} {}", SourceError::NotMounted(directory))
}

/// The files that the arguments of the component's processes name; empty if they name none.
fn from_arguments(
    context: &CollectContext<'_>,
    component: Component,
    role: FileRole,
) -> Vec<Result<HostPath, Observed>> {
    if context.node.is_blind() && role != FileRole::Service {
        return vec![Err(context.absent(component))];
    }
    let probe = match (component, role) {
        (Component::Kubelet, FileRole::CaFile) => {
            path_setting(component, "client-ca-file", None, Some("authentication.x509.clientCAFile"))
        }
        (Component::Etcd, FileRole::DataDir) => return data_directories(context),
        (Component::Kubelet | Component::ControllerManager, FileRole::Kubeconfig) => {
            path_setting(component, "kubeconfig", None, None)
        }
        (Component::Proxy | Component::Scheduler, FileRole::Kubeconfig) => {
            path_setting(component, "kubeconfig", None, Some("clientConnection.kubeconfig"))
        }
        (_, FileRole::Config) => {
            let instances = &context.node.processes(component).instances;
            let files = instances.iter().filter_map(|i| config_file(context, component, i));
            return files.map(|file| file.map_err(Observed::Unknown)).collect();
        }
        (_, FileRole::Manifest) => return manifest_of_static_pod(context, component),
        (_, FileRole::Kubeconfig | FileRole::Service | FileRole::CaFile | FileRole::DataDir) => return Vec::new(),
    };
    // If a process does not set it, the candidates are tried.
    paths(context, &probe).into_iter().filter(|p| !matches!(p, Err(Observed::Missing(_)))).collect()
}

/// A setting without default that holds a path.
fn path_setting(component: Component, flag: &str, env: Option<&str>, path: Option<&str>) -> SettingProbe {
    SettingProbe {
        component,
        flag: Some(flag.to_owned()),
        env: env.map(str::to_owned),
        path: path.and_then(|p| p.parse::<DocumentPath>().ok()),
        kind: ValueKind::Text,
        keys: Vec::new(),
        default_with_flags: None,
        default_with_file: None,
    }
}

/// The manifest in the directory from which the kubelet starts static pods, under one of the candidates' names.
fn manifest_of_static_pod(context: &CollectContext<'_>, component: Component) -> Vec<Result<HostPath, Observed>> {
    let directory = path_setting(Component::Kubelet, "pod-manifest-path", None, Some("staticPodPath"));
    let candidates =
        candidates_of(context.config, component).map(|c| candidate_paths(c, FileRole::Manifest)).unwrap_or_default();
    let names: Vec<&str> = candidates.iter().filter(|c| c.contains("manifest")).map(|c| base_name(c)).collect();
    let in_directory = |directory: &HostPath| {
        let mut files = names.iter().map(|name| directory.with_path(directory.path.join(name)));
        files.find_map(|file| match context.stat(&file) {
            Ok(_) => Some(Ok(file)),
            Err(SourceError::NotFound | SourceError::NotDirectory) => None,
            Err(error) => Some(Err(observed_error(&shown(&file.path), &error))),
        })
    };
    let manifest = |directory: Result<HostPath, Observed>| match directory {
        Ok(directory) => in_directory(&directory),
        // If the kubelet's setting is unknown, the candidates are tried, unless they are another process's manifests.
        Err(Observed::Unknown(reason)) => {
            let other = candidates
                .iter()
                .map(HostPath::host)
                .find(|file| context.stat(file).is_ok() && is_of_other_process(context, component, file))?;
            Some(Err(Observed::Unknown(format!(
                "{} is not the manifest of the running {}, whose own cannot be located: {reason}",
                shown(&other.path),
                component.program()
            ))))
        }
        Err(_) => None,
    };
    paths(context, &directory).into_iter().filter_map(manifest).collect()
}

/// Whether a manifest has flags that none of the component's processes has: then none was started from it.
fn is_of_other_process(context: &CollectContext<'_>, component: Component, manifest: &HostPath) -> bool {
    let words = |path: &str| {
        let values = path.parse().ok().and_then(|path| context.documents.value(manifest, &path).ok()?);
        let lists: Vec<Vec<String>> = values.and_then(|v| serde_json::from_value(v).ok()).unwrap_or_default();
        lists.into_iter().flatten()
    };
    let words = words("spec.containers[*].command").chain(words("spec.containers[*].args"));
    let flags: Vec<String> = words.filter(|word| word.starts_with('-')).collect();
    let has_flags = |instance: &Instance| flags.iter().all(|flag| instance.process.argv.contains(flag));
    !flags.is_empty() && !context.node.processes(component).instances.iter().any(has_flags)
}

/// The data directories of etcd's processes: `--data-dir`, else `NAME.etcd` below the working directory.
fn data_directories(context: &CollectContext<'_>) -> Vec<Result<HostPath, Observed>> {
    let instances = &context.node.processes(Component::Etcd).instances;
    let directory = |instance: &Instance| {
        let value_of = |flag: &str, env: &str| {
            let probe = path_setting(Component::Etcd, flag, Some(env), Some(flag));
            match effective::value(context, &probe, instance).0 {
                Observed::Value(value) => Ok(Some(value.to_string())),
                Observed::Unset { .. } => Ok(None),
                other @ (Observed::Files(_) | Observed::Missing(_) | Observed::Unknown(_) | Observed::Remark(_)) => {
                    Err(other)
                }
            }
        };
        let path = match value_of("data-dir", "ETCD_DATA_DIR")? {
            Some(path) => path,
            None => format!("{}.etcd", value_of("name", "ETCD_NAME")?.unwrap_or_else(|| "default".to_owned())),
        };
        context.resolve(instance, &path).map_err(|error| observed_error(&path, &error))
    };
    instances.iter().map(directory).collect()
}

/// The candidates for a role, with the default last.
fn candidate_paths(candidates: &Candidates, role: FileRole) -> Vec<&str> {
    let (listed, default) = match role {
        FileRole::Manifest | FileRole::Config => (&candidates.confs, &candidates.defaultconf),
        FileRole::Kubeconfig => (&candidates.kubeconfig, &candidates.defaultkubeconfig),
        FileRole::Service => (&candidates.svc, &candidates.defaultsvc),
        FileRole::CaFile => (&candidates.cafile, &candidates.defaultcafile),
        FileRole::DataDir => (&candidates.datadirs, &candidates.defaultdatadir),
    };
    let default = default.iter().filter(|default| !listed.contains(default));
    listed.iter().chain(default).map(String::as_str).collect()
}

fn candidates_of(config: &Config, component: Component) -> Option<&Candidates> {
    let target = match component {
        Component::Kubelet | Component::Proxy => Target::Node,
        Component::Etcd => Target::Etcd,
        Component::Apiserver | Component::Scheduler | Component::ControllerManager => Target::Master,
    };
    config.candidates(target, component.config_name())
}

/// The paths that a pattern matches, component by component.
fn expand_pattern(context: &CollectContext<'_>, pattern: &str) -> Vec<Result<HostPath, Observed>> {
    let mut matches = vec![PathBuf::from("/")];
    let mut errors = Vec::new();
    for name in pattern.split('/').filter(|n| !n.is_empty()) {
        if !is_pattern(name) {
            matches.iter_mut().for_each(|directory| directory.push(name));
            continue;
        }
        let Ok(glob) = Glob::rule(name) else {
            return vec![Err(Observed::Unknown(format!("{pattern} is not a valid pattern")))];
        };
        let mut next = Vec::new();
        for directory in matches {
            match context.list(&HostPath::host(&directory)) {
                Ok(names) => next.extend(names.iter().filter(|n| glob.is_match(n)).map(|n| directory.join(n))),
                Err(SourceError::NotFound | SourceError::NotDirectory) => {}
                Err(error) => errors.push(Err(observed_error(&shown(&directory), &error))),
            }
        }
        if next.len() > MAX_MATCHES {
            return vec![Err(Observed::Unknown(format!("{pattern} matches more than {MAX_MATCHES} paths")))];
        }
        matches = next;
    }
    let exists = |path: &Path| !matches!(context.stat(&HostPath::host(path)), Err(SourceError::NotFound));
    let mut files: Vec<Result<HostPath, Observed>> =
        matches.into_iter().filter(|p| exists(p)).map(|p| existing(context, HostPath::host(p))).collect();
    files.extend(errors);
    if files.is_empty() {
        files.push(Err(Observed::Missing(format!("nothing matches {pattern}"))));
    }
    files
}
