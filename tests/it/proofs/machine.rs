//! Described machines as small differences to the base: what a proof may change, and the machine that comes of it.

use super::yaml;
use indexmap::IndexMap;
use nodeproof::internals::model::KubernetesVersions;
use nodeproof::internals::source::cloud::CloudDocuments;
use nodeproof::internals::source::node::{
    Capability, FileSource, HostPath, Lstat, NodeSource, Process, ProcessSource, ProcessTable, RecordedSource,
    SourceDecorator, SourceError, Stat, Walked, base_name,
};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::path::Path;
use std::sync::LazyLock;

static BASE: LazyLock<Json> = LazyLock::new(|| yaml("testdata/proofs/base.yaml"));

/// How a machine differs from the base.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Difference {
    /// By program: flags that are given (in place of those of the same name), or more than that.
    pub(crate) run: IndexMap<String, Change>,
    /// Programs that do not run.
    pub(crate) stopped: Vec<String>,
    /// Further processes, as a described host has them.
    pub(crate) beside: Vec<Json>,
    /// Files that are added; of one that the base has, only what differs.
    pub(crate) files: Vec<Map<String, Json>>,
    /// Files that are not there, nor anything below them.
    pub(crate) remove: Vec<String>,
    /// By path: what is put into a file's document; null takes away.
    pub(crate) merge: IndexMap<String, Json>,
    /// Accounts besides the base's own; of the same name, instead of them.
    pub(crate) accounts: Map<String, Json>,
    /// The process table cannot be read.
    pub(crate) blind: bool,
    /// Documents of a provider that the user gives.
    pub(crate) cloud: Vec<CloudDifference>,
    /// The Kubernetes version, if it is another one than usual; `unknown` if it cannot be told.
    pub(crate) kubernetes: Option<String>,
}

/// A document of `testdata/cloud`, and how it differs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CloudDifference {
    pub(crate) of: String,
    /// By JSON pointer: what is put there; null takes it away.
    #[serde(default)]
    pub(crate) set: IndexMap<String, Json>,
}

/// What is different about one process.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Change {
    Flags(Vec<String>),
    More {
        #[serde(default)]
        flags: Vec<String>,
        /// Flags that are taken away.
        #[serde(default)]
        without: Vec<String>,
        /// Further keys of the process.
        #[serde(flatten)]
        other: Map<String, Json>,
    },
}

impl Difference {
    /// This one, and then another.
    pub(crate) fn and(mut self, other: Self) -> Self {
        for (program, change) in other.run {
            let merged = match self.run.shift_remove(&program) {
                Some(first) => first.and(change),
                None => change,
            };
            self.run.insert(program, merged);
        }
        self.stopped.extend(other.stopped);
        self.beside.extend(other.beside);
        self.files.extend(other.files);
        self.remove.extend(other.remove);
        for (path, patch) in other.merge {
            merge(self.merge.entry(path).or_insert(json!({})), &patch, true);
        }
        self.accounts.extend(other.accounts);
        self.cloud.extend(other.cloud);
        self.blind |= other.blind;
        self.kubernetes = other.kubernetes.or(self.kubernetes);
        self
    }
}

impl Change {
    /// Whether it changes more of a process than its flags.
    pub(crate) fn has_other_keys(&self) -> bool {
        matches!(self, Self::More { other, .. } if !other.is_empty())
    }

    pub(crate) fn flags(&self) -> &[String] {
        match self {
            Self::Flags(flags) | Self::More { flags, .. } => flags,
        }
    }

    fn parts(self) -> (Vec<String>, Vec<String>, Map<String, Json>) {
        match self {
            Self::Flags(flags) => (flags, Vec::new(), Map::new()),
            Self::More { flags, without, other } => (flags, without, other),
        }
    }

    fn and(self, next: Self) -> Self {
        let ((mut flags, mut without, mut other), next) = (self.parts(), next.parts());
        flags.extend(next.0);
        without.extend(next.1);
        other.extend(next.2);
        Self::More { flags, without, other }
    }
}

/// A machine of a proof.
#[derive(Debug)]
pub(crate) struct Machine {
    described: RecordedSource,
    cloud: CloudDocuments,
    versions: KubernetesVersions,
    blind: bool,
    /// Nothing at all can be seen, though the machine says what is there.
    unseen: bool,
}

impl Machine {
    /// The Kubernetes versions that it may have.
    pub(crate) fn versions(&self) -> KubernetesVersions {
        self.versions
    }

    /// The documents of a provider.
    pub(crate) fn cloud(&self) -> &CloudDocuments {
        &self.cloud
    }

    /// A described host.
    pub(crate) fn parse(text: &str, blind: bool) -> Self {
        let described = RecordedSource::parse(text).unwrap_or_else(|e| panic!("{e}"));
        assert!(described.notices().is_empty(), "{:?}", described.notices());
        Self {
            described,
            cloud: CloudDocuments::default(),
            versions: KubernetesVersions::of("1.34").expect("a version"),
            blind,
            unseen: false,
        }
    }

    /// The base, of which nothing can be seen.
    pub(crate) fn unseen() -> Self {
        let base = Self::base(&Difference::default()).expect("the base");
        Self { unseen: true, blind: true, ..base }
    }

    /// The base with an API server that is told of its documents, of which every file is hidden.
    pub(crate) fn with_hidden_files() -> Self {
        let flags = ["--audit-policy-file=/etc/a.yaml", "--encryption-provider-config=/etc/e.yaml"];
        let hidden = ["/etc", "/var", "/lib", "/usr", "/run", "/pods/proxy/var"]
            .map(|path| json!({ "path": path, "error": "hidden" }));
        let difference = json!({ "run": { "kube-apiserver": flags }, "files": hidden });
        let difference = serde_json::from_value(difference).expect("a difference");
        Self::base(&difference).expect("the base with hidden files")
    }

    /// The base with its differences.
    pub(crate) fn base(difference: &Difference) -> Result<Self, String> {
        Self::of(&described(difference)?, difference)
    }

    /// A described host with what a difference says besides: the version, documents of a provider, processes that cannot be seen.
    pub(crate) fn of(host: &Json, difference: &Difference) -> Result<Self, String> {
        let machine = Self::parse(&host.to_string(), difference.blind);
        let versions = match difference.kubernetes.as_deref() {
            None => machine.versions,
            Some("unknown") => KubernetesVersions::UNKNOWN,
            Some(version) => KubernetesVersions::of(version).ok_or_else(|| format!("{version} is no version"))?,
        };
        Ok(Self { versions, cloud: documents(&difference.cloud)?, ..machine })
    }
}

/// The described host that the base is with its differences.
pub(crate) fn described(difference: &Difference) -> Result<Json, String> {
    let mut host = BASE.clone();
    let files = host["files"].as_array_mut().ok_or("the base has no files")?;
    change_files(files, difference)?;
    let processes = host["processes"].as_array_mut().ok_or("the base has no processes")?;
    change_processes(processes, difference)?;
    merge(&mut host["accounts"], &Json::Object(difference.accounts.clone()), false);
    Ok(host)
}

/// The documents with their differences.
fn documents(differences: &[CloudDifference]) -> Result<CloudDocuments, String> {
    let mut texts = Vec::new();
    for difference in differences {
        let mut document = yaml(&format!("testdata/cloud/{}", difference.of));
        for (pointer, value) in &difference.set {
            set(&mut document, pointer, value)?;
        }
        texts.push((difference.of.as_str(), document.to_string()));
    }
    let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    CloudDocuments::of_texts(&texts).map_err(|error| error.to_string())
}

/// Puts a value at a JSON pointer, with what is missing on the way; null takes it away.
pub(crate) fn set(json: &mut Json, pointer: &str, value: &Json) -> Result<(), String> {
    let (parent, last) = pointer.rsplit_once('/').ok_or_else(|| format!("{pointer} is no pointer"))?;
    let mut place = json;
    for step in parent.split('/').skip(1) {
        place = match place {
            Json::Array(items) => {
                step.parse().ok().and_then(|index: usize| items.get_mut(index)).ok_or("no such element")?
            }
            other => {
                if !other.is_object() {
                    *other = json!({});
                }
                let object = other.as_object_mut().ok_or("no object")?;
                object.entry(step).or_insert(json!({}))
            }
        };
    }
    match place {
        Json::Array(items) => {
            let index: usize = last.parse().map_err(|_| "no number")?;
            if value.is_null() { drop(items.remove(index)) } else { items[index] = value.clone() }
        }
        Json::Object(object) if value.is_null() => drop(object.remove(last)),
        other => {
            if !other.is_object() {
                *other = json!({});
            }
            other[last] = value.clone();
        }
    }
    Ok(())
}

fn change_files(files: &mut Vec<Json>, difference: &Difference) -> Result<(), String> {
    for path in &difference.remove {
        let before = files.len();
        files.retain(|f| !Path::new(f["path"].as_str().unwrap_or_default()).starts_with(path));
        if files.len() == before {
            return Err(format!("{path} is not there to be removed"));
        }
    }
    for file in &difference.files {
        match files.iter_mut().find(|f| f["path"] == file["path"]).and_then(Json::as_object_mut) {
            Some(known) => {
                if file.contains_key("content") {
                    known.remove("document");
                }
                known.extend(file.clone());
            }
            None => files.push(Json::Object(file.clone())),
        }
    }
    for (path, patch) in &difference.merge {
        let file = files.iter_mut().find(|f| f["path"] == json!(path)).ok_or_else(|| format!("{path} is not there"))?;
        merge(file.get_mut("document").ok_or_else(|| format!("{path} has no document"))?, patch, false);
    }
    for file in files.iter_mut().filter_map(Json::as_object_mut) {
        if let Some(document) = file.remove("document") {
            file.insert("content".to_owned(), json!(document.to_string()));
        }
    }
    Ok(())
}

/// Puts `patch` over `json`, mapping by mapping. Null takes a key away, or is kept to do so later.
pub(crate) fn merge(json: &mut Json, patch: &Json, keep_null: bool) {
    match (json, patch) {
        (Json::Object(map), Json::Object(patch)) => {
            for (key, value) in patch {
                if value.is_null() && !keep_null {
                    map.remove(key);
                } else {
                    merge(map.entry(key.clone()).or_insert(json!({})), value, keep_null);
                }
            }
        }
        (json, patch) => *json = patch.clone(),
    }
}

fn program_of(process: &Json) -> &str {
    base_name(process["argv"][0].as_str().unwrap_or_default())
}

fn change_processes(processes: &mut Vec<Json>, difference: &Difference) -> Result<(), String> {
    for (program, change) in &difference.run {
        let (flags, mut without, other) = change.clone().parts();
        let process = processes.iter_mut().find(|p| program_of(p) == program);
        let process = process.and_then(Json::as_object_mut).ok_or_else(|| format!("{program} does not run"))?;
        without.extend(flags.iter().filter_map(|f| flag_name(f)));
        let argv = process.get_mut("argv").and_then(Json::as_array_mut).ok_or("a process without argv")?;
        argv.retain(|word| word.as_str().and_then(flag_name).is_none_or(|name| !without.contains(&name)));
        argv.extend(flags.into_iter().map(Json::String));
        process.extend(other);
    }
    for program in &difference.stopped {
        let before = processes.len();
        processes.retain(|p| program_of(p) != program);
        if processes.len() == before {
            return Err(format!("{program} does not run anyway"));
        }
    }
    processes.extend(difference.beside.iter().cloned());
    Ok(())
}

/// The name of a flag in a word of a command line, with dashes for underscores.
fn flag_name(word: &str) -> Option<String> {
    let name = word.strip_prefix("--")?.split('=').next()?;
    Some(name.replace('_', "-"))
}

const NO: SourceError = SourceError::PermissionDenied(Capability::DacReadSearch);

impl SourceDecorator for Machine {
    fn inner(&self) -> &dyn NodeSource {
        &self.described
    }

    fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError> {
        if self.unseen { Err(NO) } else { self.described.lstat(path) }
    }

    fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
        if self.unseen { Err(NO) } else { self.described.stat(path) }
    }

    fn read(&self, path: &HostPath) -> Result<Vec<u8>, SourceError> {
        if self.unseen { Err(NO) } else { self.described.read(path) }
    }

    fn list(&self, path: &HostPath) -> Result<Vec<String>, SourceError> {
        if self.unseen { Err(NO) } else { self.described.list(path) }
    }

    fn walk(&self, path: &HostPath, visit: &mut dyn FnMut(&Path, Walked)) -> Result<(), SourceError> {
        if self.unseen { Err(NO) } else { self.described.walk(path, visit) }
    }

    fn processes(&self, names: &[&str]) -> Result<Vec<Process>, SourceError> {
        if self.blind {
            Err(SourceError::PermissionDenied(Capability::SysPtrace))
        } else {
            self.described.processes(names)
        }
    }

    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        if self.unseen { Err(NO) } else { self.described.build_information(pid) }
    }

    fn process_table(&self, pids: Option<&[u32]>) -> Result<ProcessTable, SourceError> {
        if self.blind {
            Err(SourceError::PermissionDenied(Capability::SysPtrace))
        } else {
            self.described.process_table(pids)
        }
    }
}
