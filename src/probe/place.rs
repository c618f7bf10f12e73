//! Where a component's files are: from its process's own arguments first, from the candidates of `config.yaml` second.

use super::context::{CollectContext, shown};
use super::effective::{self, config_file, paths};
use super::file_ref::is_pattern;
use super::observed_error::observed_error;
use super::unit;
use super::{DocumentPath, FileRef, FileRole, SettingProbe};
use crate::model::{Component, Observed, ValueKind};
use crate::node::Instance;
use crate::node::{Candidates, Config, Target};
use crate::source::node::{HostPath, Kind, SourceError, base_name};
use crate::text::glob::Glob;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Names that one pattern may match.
const MAX_MATCHES: usize = 2000;

/// The places that `at` means on this node. A place that is named and not there is an error beside those that are.
pub(super) fn places(scene: &CollectContext<'_>, at: &FileRef) -> Vec<Result<HostPath, Observed>> {
    match at {
        FileRef::Path(path) if is_pattern(path) => expand(scene, path),
        FileRef::Path(path) => vec![existing(scene, HostPath::host(path))],
        FileRef::Setting(setting) => {
            paths(scene, setting).into_iter().map(|p| p.and_then(|place| existing(scene, place))).collect()
        }
        FileRef::Known(component, kind) => {
            scene.known_places.of(&(*component, *kind), || known(scene, *component, *kind))
        }
    }
}

fn existing(scene: &CollectContext<'_>, place: HostPath) -> Result<HostPath, Observed> {
    match scene.stat(&place) {
        Ok(_) => Ok(place),
        Err(trouble) => Err(observed_error(&shown(&place.path), &trouble)),
    }
}

/// A file that a running component names must be somewhere: that it is not here says nothing about it.
fn named_and_there(scene: &CollectContext<'_>, component: Component, place: HostPath) -> Result<HostPath, Observed> {
    existing(scene, place).map_err(|seen| match seen {
        Observed::Missing(reason) => Observed::Unknown(format!("{} names it, and {reason}", component.program())),
        other => other,
    })
}

fn known(scene: &CollectContext<'_>, component: Component, kind: FileRole) -> Vec<Result<HostPath, Observed>> {
    let own = from_arguments(scene, component, kind);
    if !own.is_empty() {
        return own.into_iter().map(|p| p.and_then(|place| named_and_there(scene, component, place))).collect();
    }
    let candidates = candidates_of(scene.config, component).map(|c| candidate_paths(c, kind)).unwrap_or_default();
    let mut found = Vec::new();
    let mut unseen: BTreeMap<String, (&str, usize)> = BTreeMap::new();
    for candidate in &candidates {
        let place = HostPath::host(candidate);
        match scene.stat(&place) {
            Ok(_) => found.push(Ok(place)),
            Err(SourceError::NotFound | SourceError::NotDirectory) => {}
            Err(SourceError::NotMounted(folder)) => unseen.entry(folder).or_insert((candidate, 0)).1 += 1,
            Err(trouble) => found.push(Err(observed_error(candidate, &trouble))),
        }
        // Every unit file of a service matters; of the other kinds a component has one.
        if kind != FileRole::Service && !found.is_empty() {
            break;
        }
    }
    // Where one candidate was found, those that could not be looked for are only worth a remark.
    let remark: fn(String) -> Observed = if found.is_empty() { Observed::Unknown } else { Observed::Remark };
    found.extend(unseen.into_iter().map(|(folder, (first, count))| Err(remark(not_mounted(first, count, folder)))));
    if found.is_empty() {
        let looked = if candidates.is_empty() { "nothing to look for".to_owned() } else { candidates.join(", ") };
        let what = format!("no {} of {} was found: {looked}", kind.id(), component.program());
        found.push(Err(Observed::Missing(what)));
    }
    found
}

/// Candidates that would be below a folder which is not mounted into this container.
fn not_mounted(first: &str, count: usize, folder: String) -> String {
    let others = if count > 1 { format!(" (and {} more below {folder})", count - 1) } else { String::new() };
    format!("{first}{others} {}", SourceError::NotMounted(folder))
}

/// What the component's own processes say of a file; empty where they say nothing.
fn from_arguments(scene: &CollectContext<'_>, component: Component, kind: FileRole) -> Vec<Result<HostPath, Observed>> {
    let setting = |flag: &str, path: Option<&str>| SettingProbe {
        component,
        flag: Some(flag.to_owned()),
        env: None,
        path: path.and_then(|p| p.parse::<DocumentPath>().ok()),
        kind: ValueKind::Text,
        keys: Vec::new(),
        default_with_flags: None,
        default_with_file: None,
    };
    if scene.node.is_blind() && kind != FileRole::Service {
        return vec![Err(scene.absent(component))];
    }
    let probe = match (component, kind) {
        (Component::Kubelet, FileRole::CaFile) => setting("client-ca-file", Some("authentication.x509.clientCAFile")),
        (Component::Etcd, FileRole::DataDir) => return data_directories(scene),
        (Component::Kubelet | Component::ControllerManager, FileRole::Kubeconfig) => setting("kubeconfig", None),
        (Component::Proxy | Component::Scheduler, FileRole::Kubeconfig) => {
            setting("kubeconfig", Some("clientConnection.kubeconfig"))
        }
        (_, FileRole::Config) => {
            let instances = &scene.node.found(component).instances;
            let files = instances.iter().filter_map(|i| config_file(scene, component, i));
            return files.map(|file| file.map_err(Observed::Unknown)).collect();
        }
        (_, FileRole::Manifest) => return manifest_in_static_pods(scene, component),
        _ => return Vec::new(),
    };
    // What a process does not say is no error: the candidates are asked then.
    paths(scene, &probe).into_iter().filter(|p| !matches!(p, Err(Observed::Missing(_)))).collect()
}

/// The manifest in the folder that the kubelet starts static pods from, under one of the usual names.
fn manifest_in_static_pods(scene: &CollectContext<'_>, component: Component) -> Vec<Result<HostPath, Observed>> {
    let folder = SettingProbe {
        component: Component::Kubelet,
        flag: Some("pod-manifest-path".to_owned()),
        env: None,
        path: "staticPodPath".parse().ok(),
        kind: ValueKind::Text,
        keys: Vec::new(),
        default_with_flags: None,
        default_with_file: None,
    };
    let candidates =
        candidates_of(scene.config, component).map(|c| candidate_paths(c, FileRole::Manifest)).unwrap_or_default();
    let names: Vec<&str> = candidates.iter().filter(|c| c.contains("manifest")).map(|c| base_name(c)).collect();
    let in_folder = |folder: &HostPath| {
        let mut places = names.iter().map(|name| folder.with_path(folder.path.join(name)));
        places.find_map(|place| match scene.stat(&place) {
            Ok(_) => Some(Ok(place)),
            Err(SourceError::NotFound | SourceError::NotDirectory) => None,
            Err(trouble) => Some(Err(observed_error(&shown(&place.path), &trouble))),
        })
    };
    let found = |folder: Result<HostPath, Observed>| match folder {
        Ok(folder) => in_folder(&folder),
        // Where the kubelet cannot be understood, the candidates are asked, unless they are another process's manifests.
        Err(Observed::Unknown(reason)) => {
            let other = candidates
                .iter()
                .map(HostPath::host)
                .find(|place| scene.stat(place).is_ok() && is_of_another_process(scene, component, place))?;
            Some(Err(Observed::Unknown(format!(
                "{} is not the manifest of the {} that runs, and where that is cannot be told: {reason}",
                shown(&other.path),
                component.program()
            ))))
        }
        Err(_) => None,
    };
    // Where the kubelet does not say, the candidates are asked.
    paths(scene, &folder).into_iter().filter_map(found).collect()
}

/// Whether a manifest gives flags that none of the component's processes has: then none was started from it.
fn is_of_another_process(scene: &CollectContext<'_>, component: Component, place: &HostPath) -> bool {
    let words = |path: &str| {
        let values = path.parse().ok().and_then(|path| scene.contents.value(place, &path).ok()?);
        let lists: Vec<Vec<String>> = values.and_then(|v| serde_json::from_value(v).ok()).unwrap_or_default();
        lists.into_iter().flatten()
    };
    let given = words("spec.containers[*].command").chain(words("spec.containers[*].args"));
    let given: Vec<String> = given.filter(|word| word.starts_with('-')).collect();
    let starts = |instance: &Instance| given.iter().all(|word| instance.process.argv.contains(word));
    !given.is_empty() && !scene.node.found(component).instances.iter().any(starts)
}

/// The data directories of etcd's processes: as they are told, else below the working directory, after the member's name.
fn data_directories(scene: &CollectContext<'_>) -> Vec<Result<HostPath, Observed>> {
    let instances = &scene.node.found(Component::Etcd).instances;
    let own = |instance: &Instance| {
        let of = |probe: SettingProbe| match effective::value(scene, &probe, instance).0 {
            Observed::Value(value) => Ok(Some(value.to_string())),
            Observed::Unset { .. } => Ok(None),
            other => Err(other),
        };
        let path = match of(etcd_setting("data-dir", "ETCD_DATA_DIR"))? {
            Some(path) => path,
            None => format!("{}.etcd", of(etcd_setting("name", "ETCD_NAME"))?.unwrap_or_else(|| "default".to_owned())),
        };
        scene.place_for(instance, &path).map_err(|trouble| observed_error(&path, &trouble))
    };
    instances.iter().map(own).collect()
}

fn etcd_setting(flag: &str, env: &str) -> SettingProbe {
    SettingProbe {
        component: Component::Etcd,
        flag: Some(flag.to_owned()),
        env: Some(env.to_owned()),
        path: flag.parse().ok(),
        kind: ValueKind::Text,
        keys: Vec::new(),
        default_with_flags: None,
        default_with_file: None,
    }
}

fn candidate_paths(candidates: &Candidates, kind: FileRole) -> Vec<&str> {
    let (listed, default) = match kind {
        FileRole::Manifest | FileRole::Config => (&candidates.confs, &candidates.defaultconf),
        FileRole::Kubeconfig => (&candidates.kubeconfig, &candidates.defaultkubeconfig),
        FileRole::Service => (&candidates.svc, &candidates.defaultsvc),
        FileRole::CaFile => (&candidates.cafile, &candidates.defaultcafile),
        FileRole::DataDir => (&candidates.datadirs, &candidates.defaultdatadir),
    };
    let default = default.iter().filter(|default| !listed.contains(default));
    listed.iter().chain(default).map(String::as_str).collect()
}

/// Where files of components are looked for on a machine, whatever runs there.
pub(super) fn usual(config: &Config) -> Vec<HostPath> {
    let of = |component| candidates_of(config, component).into_iter();
    let candidates = Component::ALL.into_iter().flat_map(of);
    let paths = candidates.flat_map(|c| FileRole::ALL.into_iter().flat_map(|kind| candidate_paths(c, kind)));
    let mut places: Vec<HostPath> = paths.map(HostPath::host).collect();
    places.extend(unit::folders("kubelet.service").into_iter().map(HostPath::host));
    places
}

/// Where a component's candidates stand in the configuration.
pub(super) fn candidates_of(config: &Config, component: Component) -> Option<&Candidates> {
    let home = match component {
        Component::Kubelet | Component::Proxy => Target::Node,
        Component::Etcd => Target::Etcd,
        Component::Apiserver | Component::Scheduler | Component::ControllerManager => Target::Master,
    };
    config.candidates(home, component.config_name())
}

/// The path to name to a person who is to mend a component's file: where it is, else where it is usually.
pub(super) fn path_to_name(scene: &CollectContext<'_>, component: Component, kind: FileRole) -> Option<String> {
    let found =
        places(scene, &FileRef::Known(component, kind)).into_iter().flatten().next().map(|place| shown(&place.path));
    found.or_else(|| candidate_paths(candidates_of(scene.config, component)?, kind).pop().map(str::to_owned))
}

/// The paths that a pattern matches, name by name.
fn expand(scene: &CollectContext<'_>, pattern: &str) -> Vec<Result<HostPath, Observed>> {
    let mut found = vec![PathBuf::from("/")];
    let mut troubles = Vec::new();
    for name in pattern.split('/').filter(|n| !n.is_empty()) {
        let Ok(glob) = Glob::rule(name) else {
            return vec![Err(Observed::Unknown(format!("{pattern} is not a pattern")))];
        };
        let mut next = Vec::new();
        for folder in found {
            if !is_pattern(name) {
                next.push(folder.join(name));
                continue;
            }
            match scene.list(&HostPath::host(&folder)) {
                Ok(names) => next.extend(names.iter().filter(|n| glob.is_match(n)).map(|n| folder.join(n))),
                Err(SourceError::NotFound | SourceError::NotDirectory) => {}
                Err(trouble) => troubles.push(Err(observed_error(&shown(&folder), &trouble))),
            }
        }
        if next.len() > MAX_MATCHES {
            return vec![Err(Observed::Unknown(format!("{pattern} matches more than {MAX_MATCHES} names")))];
        }
        found = next;
    }
    let exists = |path: &Path| !matches!(scene.stat(&HostPath::host(path)), Err(SourceError::NotFound));
    let mut places: Vec<Result<HostPath, Observed>> =
        found.into_iter().filter(|p| exists(p)).map(|p| existing(scene, HostPath::host(p))).collect();
    places.extend(troubles);
    if places.is_empty() {
        places.push(Err(Observed::Missing(format!("nothing matches {pattern}"))));
    }
    places
}

/// Whether a place is a directory.
pub(super) fn is_directory(scene: &CollectContext<'_>, place: &HostPath) -> bool {
    scene.stat(place).is_ok_and(|s| s.kind == Kind::Directory)
}
