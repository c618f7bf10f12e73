//! Where a component's files are: from its process's own arguments first, from the candidates of `config.yaml` second.

use super::collector::shown;
use super::setting::{config_file, in_effect, not_seen, paths};
use super::{At, Collector, DocumentPath, PlaceKind, Seen, SettingProbe};
use crate::component::Component;
use crate::config::Candidates;
use crate::host::{Kind, Place, Trouble, base_name};
use crate::node::Instance;
use crate::value::ValueKind;
use crate::wildcard::Wildcard;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The places that `at` means on this node. A place that is named and not there is an error beside those that are.
pub(super) fn places(collector: &Collector<'_>, at: &At) -> Vec<Result<Place, Seen>> {
    match at {
        At::Path(path) if path.contains(['*', '?']) => expand(collector, path),
        At::Path(path) => vec![existing(collector, Place::host(path))],
        At::Setting(setting) => {
            paths(collector, setting).into_iter().map(|p| p.and_then(|place| existing(collector, place))).collect()
        }
        At::Known(component, kind) => known(collector, *component, *kind),
    }
}

fn existing(collector: &Collector<'_>, place: Place) -> Result<Place, Seen> {
    match collector.host.stat(&place) {
        Ok(_) => Ok(place),
        Err(trouble) => Err(not_seen(&shown(&place.path), &trouble)),
    }
}

/// A file that a running component names must be somewhere: that it is not here says nothing about it.
fn named_and_there(collector: &Collector<'_>, component: Component, place: Place) -> Result<Place, Seen> {
    existing(collector, place).map_err(|seen| match seen {
        Seen::Missing(reason) => Seen::Unknown(format!("{} names it, and {reason}", component.program())),
        other => other,
    })
}

fn known(collector: &Collector<'_>, component: Component, kind: PlaceKind) -> Vec<Result<Place, Seen>> {
    let own = from_arguments(collector, component, kind);
    if !own.is_empty() {
        return own.into_iter().map(|p| p.and_then(|place| named_and_there(collector, component, place))).collect();
    }
    let candidates = collector.candidates(component).map(|c| candidate_paths(c, kind)).unwrap_or_default();
    let mut found = Vec::new();
    let mut unseen: BTreeMap<String, (&str, usize)> = BTreeMap::new();
    for candidate in &candidates {
        let place = Place::host(candidate);
        match collector.host.stat(&place) {
            Ok(_) => found.push(Ok(place)),
            Err(Trouble::Absent | Trouble::NotDirectory) => {}
            Err(Trouble::NotMounted(folder)) => unseen.entry(folder).or_insert((candidate, 0)).1 += 1,
            Err(trouble) => found.push(Err(not_seen(candidate, &trouble))),
        }
        // Every unit file of a service matters; of the other kinds a component has one.
        if kind != PlaceKind::Service && !found.is_empty() {
            break;
        }
    }
    // Where one candidate was found, those that could not be looked for are only worth a remark.
    let remark: fn(String) -> Seen = if found.is_empty() { Seen::Unknown } else { Seen::Remark };
    found.extend(unseen.into_iter().map(|(folder, (first, count))| Err(remark(not_mounted(first, count, folder)))));
    if found.is_empty() {
        let looked = if candidates.is_empty() { "nothing to look for".to_owned() } else { candidates.join(", ") };
        let what = format!("no {} of {} was found: {looked}", kind.id(), component.program());
        found.push(Err(Seen::Missing(what)));
    }
    found
}

/// Candidates that would be below a folder which is not mounted into this container.
fn not_mounted(first: &str, count: usize, folder: String) -> String {
    let others = if count > 1 { format!(" (and {} more below {folder})", count - 1) } else { String::new() };
    format!("{first}{others} {}", Trouble::NotMounted(folder))
}

/// What the component's own processes say of a file; empty where they say nothing.
fn from_arguments(collector: &Collector<'_>, component: Component, kind: PlaceKind) -> Vec<Result<Place, Seen>> {
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
    if collector.node.is_blind() && kind != PlaceKind::Service {
        return vec![Err(collector.absent(component))];
    }
    let probe = match (component, kind) {
        (Component::Kubelet, PlaceKind::CaFile) => setting("client-ca-file", Some("authentication.x509.clientCAFile")),
        (Component::Etcd, PlaceKind::DataDir) => return data_directories(collector),
        (Component::Kubelet | Component::ControllerManager, PlaceKind::Kubeconfig) => setting("kubeconfig", None),
        (Component::Proxy | Component::Scheduler, PlaceKind::Kubeconfig) => {
            setting("kubeconfig", Some("clientConnection.kubeconfig"))
        }
        (_, PlaceKind::Config) => {
            let instances = &collector.node.found(component).instances;
            let files = instances.iter().filter_map(|i| config_file(collector, component, i));
            return files.map(|file| file.map_err(Seen::Unknown)).collect();
        }
        (_, PlaceKind::Manifest) => return manifest_in_static_pods(collector, component),
        _ => return Vec::new(),
    };
    // What a process does not say is no error: the candidates are asked then.
    paths(collector, &probe).into_iter().filter(|p| !matches!(p, Err(Seen::Missing(_)))).collect()
}

/// The manifest in the folder that the kubelet starts static pods from, under one of the usual names.
fn manifest_in_static_pods(collector: &Collector<'_>, component: Component) -> Vec<Result<Place, Seen>> {
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
        collector.candidates(component).map(|c| candidate_paths(c, PlaceKind::Manifest)).unwrap_or_default();
    let names: Vec<&str> = candidates.iter().filter(|c| c.contains("manifest")).map(|c| base_name(c)).collect();
    let in_folder = |folder: Place| {
        let mut places = names.iter().map(|name| folder.with_path(folder.path.join(name)));
        places.find_map(|place| match collector.host.stat(&place) {
            Ok(_) => Some(Ok(place)),
            Err(Trouble::Absent | Trouble::NotDirectory) => None,
            Err(trouble) => Some(Err(not_seen(&shown(&place.path), &trouble))),
        })
    };
    // Where the kubelet does not say, or cannot be understood, the candidates are asked.
    paths(collector, &folder).into_iter().flatten().filter_map(in_folder).collect()
}

/// The data directories of etcd's processes: as they are told, else below the working directory, after the member's name.
fn data_directories(collector: &Collector<'_>) -> Vec<Result<Place, Seen>> {
    let instances = &collector.node.found(Component::Etcd).instances;
    let own = |instance: &Instance| {
        let of = |probe: SettingProbe| match in_effect(collector, &probe, instance).0 {
            Seen::Value(value) => Ok(Some(value.to_string())),
            Seen::Unset { .. } => Ok(None),
            other => Err(other),
        };
        let path = match of(etcd_setting("data-dir", "ETCD_DATA_DIR"))? {
            Some(path) => path,
            None => format!("{}.etcd", of(etcd_setting("name", "ETCD_NAME"))?.unwrap_or_else(|| "default".to_owned())),
        };
        collector.place_for(instance, &path).map_err(|trouble| not_seen(&path, &trouble))
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

fn candidate_paths(candidates: &Candidates, kind: PlaceKind) -> Vec<String> {
    let (listed, default) = match kind {
        PlaceKind::Manifest | PlaceKind::Config => (&candidates.confs, &candidates.defaultconf),
        PlaceKind::Kubeconfig => (&candidates.kubeconfig, &candidates.defaultkubeconfig),
        PlaceKind::Service => (&candidates.svc, &candidates.defaultsvc),
        PlaceKind::CaFile => (&candidates.cafile, &candidates.defaultcafile),
        PlaceKind::DataDir => (&candidates.datadirs, &candidates.defaultdatadir),
    };
    let mut paths = listed.clone();
    paths.extend(default.iter().filter(|d| !listed.contains(d)).cloned());
    paths
}

impl Collector<'_> {
    /// What stands at a path of the documents that are a component's files of this kind, each with the file's path; what
    /// cannot be read is left out.
    pub fn values_of(&self, component: Component, kind: PlaceKind, path: &DocumentPath) -> Vec<(String, Json)> {
        let found = places(self, &At::Known(component, kind)).into_iter().flatten();
        found.filter_map(|place| Some((shown(&place.path), self.contents.value(&place, path).ok()??))).collect()
    }

    /// The path to name to a person who is to mend a component's file: where it is, else where it is usually.
    pub fn path_to_name(&self, component: Component, kind: PlaceKind) -> Option<String> {
        let at = At::Known(component, kind);
        let found = places(self, &at).into_iter().flatten().next().map(|place| shown(&place.path));
        found.or_else(|| {
            let candidates = self.candidates(component)?;
            let paths = candidate_paths(candidates, kind);
            paths.last().cloned()
        })
    }
}

/// The paths that a pattern matches, name by name.
fn expand(collector: &Collector<'_>, pattern: &str) -> Vec<Result<Place, Seen>> {
    let mut found = vec![PathBuf::from("/")];
    let mut troubles = Vec::new();
    for name in pattern.split('/').filter(|n| !n.is_empty()) {
        let Ok(glob) = Wildcard::rule(name) else {
            return vec![Err(Seen::Unknown(format!("{pattern} is not a pattern")))];
        };
        let mut next = Vec::new();
        for folder in found {
            if !name.contains(['*', '?']) {
                next.push(folder.join(name));
                continue;
            }
            match collector.host.list(&Place::host(&folder)) {
                Ok(names) => next.extend(names.iter().filter(|n| glob.is_match(n)).map(|n| folder.join(n))),
                Err(Trouble::Absent | Trouble::NotDirectory) => {}
                Err(trouble) => troubles.push(Err(not_seen(&shown(&folder), &trouble))),
            }
        }
        found = next;
    }
    let exists = |path: &Path| !matches!(collector.host.stat(&Place::host(path)), Err(Trouble::Absent));
    let mut places: Vec<Result<Place, Seen>> =
        found.into_iter().filter(|p| exists(p)).map(|p| existing(collector, Place::host(p))).collect();
    places.extend(troubles);
    if places.is_empty() {
        places.push(Err(Seen::Missing(format!("nothing matches {pattern}"))));
    }
    places
}

/// Whether a place is a directory.
pub(super) fn is_directory(collector: &Collector<'_>, place: &Place) -> bool {
    collector.host.stat(place).is_ok_and(|s| s.kind == Kind::Directory)
}
