//! Static pods whose manifests set a UID of their own: by their control groups they look like pods created through the API.

use super::cgroup::{as_static_pod, uid_of_api_pod};
use super::config::Config;
use super::detected::{Instance, Node};
use crate::model::{Component, Reading, Target};
use crate::source::node::{HostPath, NodeSource, Process, SourceError, base_name};
use crate::yaml::TextFile;
use serde_json::Value as Json;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Why a kubelet has static pods whose manifests are on no disk of the node.
const FROM_URL: &str = "the kubelet takes static pods from a URL as well";

/// Files of one folder that are read.
const MAX_FILES: usize = 500;

/// Who created the pod in which a process runs.
pub(super) enum Origin {
    /// The kubelet, from this process's manifest. The process is as in a static pod without a UID of its own.
    Static(Process),
    /// Somebody through the API, or the process runs in no pod with such a UID.
    Other,
    /// It is not known, because of this.
    Unknown(String),
}

/// The UIDs in the manifests of a node. They are read when the first is asked for, which few nodes need.
pub(super) struct StaticPods<'s> {
    source: &'s dyn NodeSource,
    config: &'s Config,
    kubelets: &'s [Instance],
    /// The usual folders of manifests on the platform.
    folders: &'s BTreeSet<PathBuf>,
    uids: OnceCell<Uids>,
}

/// What the manifests say.
#[derive(Default)]
struct Uids {
    known: BTreeSet<String>,
    /// Why there may be others.
    unknown: Option<String>,
}

/// The manifests that the kubelets of a node start pods from.
#[derive(Debug, Default)]
pub struct StaticManifests {
    /// The name and the text of each file.
    pub files: Vec<(String, String)>,
    /// Why there may be others, or which cannot be read.
    pub unknown: Vec<String>,
}

impl Uids {
    /// Keeps the first reason.
    fn miss(&mut self, reason: String) {
        self.unknown.get_or_insert(reason);
    }
}

impl Node {
    /// The manifests that its kubelets start pods from.
    pub fn static_manifests(&self, source: &dyn NodeSource, config: &Config) -> StaticManifests {
        let kubelets = &self.processes(Component::Kubelet).instances;
        StaticPods::new(source, config, kubelets, &self.manifest_folders).manifests()
    }
}

impl<'s> StaticPods<'s> {
    /// Those that these kubelets start. `folders` are the usual ones of the platform.
    pub(super) fn new(
        source: &'s dyn NodeSource,
        config: &'s Config,
        kubelets: &'s [Instance],
        folders: &'s BTreeSet<PathBuf>,
    ) -> Self {
        Self { source, config, kubelets, folders, uids: OnceCell::new() }
    }

    /// Who created the pod of a process. Nobody can choose the UID of a pod that is created through the API.
    pub(super) fn origin(&self, process: &Process) -> Origin {
        let Some(uid) = uid_of_api_pod(&process.cgroup) else {
            return Origin::Other;
        };
        let uids = self.uids.get_or_init(|| self.read());
        match &uids.unknown {
            _ if uids.known.contains(&uid) => {
                Origin::Static(Process { cgroup: as_static_pod(&process.cgroup), ..process.clone() })
            }
            Some(reason) => Origin::Unknown(reason.clone()),
            None => Origin::Other,
        }
    }

    /// The manifests in the folders that the kubelets name, else in the usual ones.
    pub(super) fn manifests(&self) -> StaticManifests {
        let mut uids = Uids::default();
        let mut manifests = StaticManifests::default();
        for folder in self.all_folders(&mut uids) {
            let files = self.files_in(&folder).unwrap_or_else(|reason| {
                manifests.unknown.push(reason);
                Vec::new()
            });
            for file in files {
                let name = file.path.display().to_string();
                match self.source.read(&file) {
                    Ok(bytes) => manifests.files.push((name, String::from_utf8_lossy(&bytes).into_owned())),
                    Err(SourceError::NotFound | SourceError::NotRegular(_)) => {}
                    Err(error) => manifests.unknown.push(format!("{name} {error}")),
                }
            }
        }
        manifests.unknown.extend(uids.unknown);
        manifests
    }

    fn read(&self) -> Uids {
        let mut uids = Uids::default();
        for folder in &self.all_folders(&mut uids) {
            self.add_folder(folder, &mut uids);
        }
        uids
    }

    /// The folders that the kubelets name, those of the platform, and where nothing is known the usual ones.
    fn all_folders(&self, uids: &mut Uids) -> Vec<HostPath> {
        let mut folders: Vec<HostPath> = self.folders.iter().map(HostPath::host).collect();
        for kubelet in self.kubelets {
            self.add_folders(kubelet, &mut folders, uids);
        }
        if self.kubelets.is_empty() || uids.unknown.is_some() {
            folders.extend(self.usual_folders());
        }
        folders.dedup_by(|one, other| one.path == other.path);
        folders
    }

    /// The folders of manifests among the usual places.
    fn usual_folders(&self) -> Vec<HostPath> {
        let of_target = |target: Target| {
            let of_target = self.config.target(target);
            let components = of_target.components.iter().filter_map(|name| of_target.candidates(name));
            components.flat_map(|candidates| &candidates.confs).collect::<Vec<_>>()
        };
        let files = Target::ALL.into_iter().flat_map(of_target).map(Path::new);
        let folders = files.filter_map(Path::parent).filter(|folder| folder.to_string_lossy().contains("manifests"));
        let folders: BTreeSet<&Path> = folders.collect();
        folders.into_iter().map(HostPath::host).collect()
    }

    /// The folders that a kubelet's flags and files name, whichever of them counts.
    fn add_folders(&self, kubelet: &Instance, folders: &mut Vec<HostPath>, uids: &mut Uids) {
        if let Some(reason) = &kubelet.unknown_settings {
            uids.miss(reason.clone());
        }
        let mut values = |flag: &str| match kubelet.arguments.get(flag, false) {
            Reading::NotGiven => Vec::new(),
            Reading::Values(values) => values.into_iter().filter(|value| !value.is_empty()).collect(),
            Reading::Ambiguous { word } => {
                uids.miss(format!("{word} is either a flag of the kubelet or the value of the one before"));
                Vec::new()
            }
        };
        let urls = values("manifest-url");
        let paths = values("pod-manifest-path");
        let (files, directories) = (values("config"), values("config-dir"));
        if !urls.is_empty() {
            uids.miss(FROM_URL.to_owned());
        }
        folders.extend(paths.iter().filter_map(|path| place(kubelet, path)));
        let mut documents: Vec<HostPath> = files.iter().filter_map(|path| place(kubelet, path)).collect();
        for directory in directories.iter().filter_map(|path| place(kubelet, path)) {
            match self.files_in(&directory) {
                Ok(files) => documents.extend(files),
                Err(reason) => uids.miss(reason),
            }
        }
        for document in documents {
            match self.document(&document) {
                Ok(json) => {
                    let text = |key: &str| json.get(key).and_then(Json::as_str).filter(|text| !text.is_empty());
                    if text("staticPodURL").is_some() {
                        uids.miss(FROM_URL.to_owned());
                    }
                    folders.extend(text("staticPodPath").and_then(|path| place(kubelet, path)));
                }
                Err(reason) => uids.miss(reason),
            }
        }
    }

    /// Adds the UIDs in a folder of manifests, or in the one file that stands in place of it.
    fn add_folder(&self, folder: &HostPath, uids: &mut Uids) {
        let files = self.files_in(folder).unwrap_or_else(|reason| {
            uids.miss(reason);
            Vec::new()
        });
        for file in files {
            match self.document(&file) {
                Ok(json) => {
                    let uid = json.get("metadata").and_then(|metadata| metadata.get("uid")).and_then(Json::as_str);
                    uids.known.extend(uid.map(str::to_owned));
                }
                Err(reason) => uids.miss(reason),
            }
        }
    }

    /// The files in a directory that the kubelet reads, or the path itself if it is a file.
    fn files_in(&self, directory: &HostPath) -> Result<Vec<HostPath>, String> {
        let name = directory.path.display();
        let names = match self.source.list(directory) {
            Ok(names) => names,
            Err(SourceError::NotFound) => return Ok(Vec::new()),
            Err(SourceError::NotDirectory) => return Ok(vec![directory.clone()]),
            Err(error) => return Err(format!("{name} {error}")),
        };
        if names.len() > MAX_FILES {
            return Err(format!("{name} has more than {MAX_FILES} files"));
        }
        let visible = names.iter().filter(|name| !name.starts_with('.'));
        Ok(visible.map(|name| directory.with_path(directory.path.join(name))).collect())
    }

    /// What a file holds; nothing if it is a directory or gone.
    fn document(&self, file: &HostPath) -> Result<Json, String> {
        let bytes = match self.source.read(file) {
            Ok(bytes) => bytes,
            Err(SourceError::NotFound | SourceError::NotRegular(_)) => return Ok(Json::Null),
            Err(error) => return Err(format!("{} {error}", file.path.display())),
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if text.trim().is_empty() {
            return Ok(Json::Null);
        }
        let text = TextFile::new(base_name(&file.path.to_string_lossy()), text).lenient();
        text.parse_data().map_err(|_| format!("{} is malformed", file.path.display()))
    }
}

/// A path in a kubelet's settings.
fn place(kubelet: &Instance, path: &str) -> Option<HostPath> {
    let path = PathBuf::from(path);
    let path = if path.is_absolute() { path } else { kubelet.process.cwd.as_ref()?.join(path) };
    Some(if kubelet.in_container() { HostPath::of_process(kubelet.process.pid, path) } else { HostPath::host(path) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::node::RecordedSource;

    const UID: &str = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f";

    /// The node with an etcd in a pod with that UID, these files, and a kubelet with this command line.
    fn node(files: &str, kubelet: &str) -> Node {
        let pod = format!("kubepods-pod{}.slice", UID.replace('-', "_"));
        let etcd = format!("{{ argv: [etcd], pid: 7, cgroup: /kubepods.slice/{pod}/x }}");
        let host = format!("files: [{files}]\nprocesses: [{etcd}, {{ argv: [{kubelet}], pid: 8 }}]");
        let source = RecordedSource::parse(&host).expect("a described host");
        let config: Config = serde_saphyr::from_str(include_str!("../../cfg/config.yaml")).expect("a configuration");
        Node::detect(&source, &config, &crate::node::Platforms::compiled_in().expect("the platforms"))
    }

    fn manifest(path: &str, uid: &str) -> String {
        format!("{{ path: {path}, content: \"metadata: {{ uid: {uid} }}\" }}")
    }

    #[test]
    fn a_pod_with_the_uid_of_a_manifest_is_static() {
        let config = "{ path: /k.yaml, content: \"staticPodPath: /srv/pods\" }";
        let cases = [
            (manifest("/srv/pods/a.yaml", UID), "kubelet, --pod-manifest-path=/srv/pods"),
            (manifest("/srv/pods/a.yaml", UID), "kubelet, --pod-manifest-path=/srv/pods/a.yaml"),
            (format!("{config}, {}", manifest("/srv/pods/a.yaml", UID)), "kubelet, --config=/k.yaml"),
            (manifest("/etc/kubernetes/manifests/etcd.yaml", UID), "bash"),
        ];
        for (files, kubelet) in cases {
            let node = node(&files, kubelet);
            assert!(node.runs(Component::Etcd), "{files} {kubelet}");
        }
    }

    #[test]
    fn a_pod_with_another_uid_is_of_the_api() {
        let other = "ffffffff-0a1b-0a1b-0a1b-0a1b2c3d4e5f";
        let cases = [
            (String::new(), "bash"),
            (manifest("/etc/kubernetes/manifests/etcd.yaml", other), "bash"),
            // The kubelet does not look there.
            (manifest("/etc/kubernetes/manifests/etcd.yaml", UID), "kubelet, --pod-manifest-path=/srv/pods"),
            (manifest("/srv/pods/.a.yaml", UID), "kubelet, --pod-manifest-path=/srv/pods"),
        ];
        for (files, kubelet) in cases {
            let node = node(&files, kubelet);
            assert!(!node.runs(Component::Etcd) && !node.is_hidden(Component::Etcd), "{files} {kubelet}");
            assert!(node.absence(Component::Etcd).contains("created through the API"));
        }
    }

    #[test]
    fn what_cannot_be_read_leaves_it_open() {
        let cases = [
            ("{ path: /etc/kubernetes/manifests/etcd.yaml, mode: '600', error: denied }", "bash"),
            ("{ path: /etc/kubernetes/manifests/etcd.yaml, content: 'a: [' }", "bash"),
            ("{ path: /etc/kubernetes/manifests, error: hidden }", "bash"),
            ("{ path: /k.yaml, mode: '600', error: denied }", "kubelet, --config=/k.yaml"),
            ("{ path: /k.yaml, content: 'staticPodURL: https://192.0.2.1' }", "kubelet, --config=/k.yaml"),
            ("", "kubelet, --manifest-url=https://192.0.2.1"),
        ];
        for (files, kubelet) in cases {
            let node = node(files, kubelet);
            assert!(!node.runs(Component::Etcd) && node.is_hidden(Component::Etcd), "{files} {kubelet}");
            let absence = node.absence(Component::Etcd);
            assert!(absence.contains("process 7 is named etcd and may be in a static pod"), "{absence}");
        }
    }
}
