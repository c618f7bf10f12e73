//! What a rule looks at, and what was seen there. Collects evidence. Never judges.

mod cache;
mod collector;
mod context;
mod document;
mod document_store;
pub(crate) mod excerpt;
mod file;
mod files;
mod key;
pub(crate) mod markup;
mod path;
mod place;
mod process;
pub(crate) mod select;
mod setting;
mod unit;

use crate::model::Component;
use crate::model::{Value, ValueKind};
use crate::source::node::{FileKind, HostPath};

pub use collector::Collector;
pub use document_store::Excerpt;
pub use path::{DocumentPath, DocumentPathError};

/// What a rule looks at. Two rules with equal probes share one look.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Probe {
    /// Mode, owner and group of files.
    File(FileProbe),
    /// A flag or variable exactly as a process was given it.
    Process(ProcessProbe),
    /// A component's setting as it is in effect.
    Setting(SettingProbe),
    /// A value in a document.
    Document(DocumentProbe),
}

/// Files whose mode and owner are looked at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileProbe {
    /// Where: each place that exists is looked at.
    pub at: Vec<FileRef>,
    /// Whether the whole tree below each place is meant.
    pub tree: Option<Tree>,
    /// In a tree: the file names that are meant, as globs; none: all.
    pub names: Vec<String>,
}

/// What of a tree is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Tree {
    /// Regular files.
    Files,
    /// Files and directories, the top included.
    Everything,
}

/// One look at a tree: what of it, and which names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeLook {
    tree: Tree,
    names: Vec<String>,
}

/// One flag or one variable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProcessProbe {
    /// Whose.
    pub component: Component,
    /// The flag, without dashes.
    pub flag: Option<String>,
    /// The environment variable.
    pub env: Option<String>,
    /// The value's type.
    pub kind: ValueKind,
    /// For a map: the keys, of which the first that is set counts.
    pub keys: Vec<String>,
}

/// A setting, wherever its component takes it from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SettingProbe {
    /// Whose.
    pub component: Component,
    /// The flag, without dashes.
    pub flag: Option<String>,
    /// The environment variable.
    pub env: Option<String>,
    /// The path in the component's configuration document.
    pub path: Option<DocumentPath>,
    /// The value's type.
    pub kind: ValueKind,
    /// For a map: the keys, of which the first that is set counts.
    pub keys: Vec<String>,
    /// The documented default of a component started by flags alone.
    pub default_with_flags: Option<Value>,
    /// The documented default of a component given a configuration file.
    pub default_with_file: Option<Value>,
}

/// A value in a document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DocumentProbe {
    /// Which document.
    pub at: FileRef,
    /// Which value.
    pub select: Select,
}

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FileRef {
    /// A path, perhaps with `*` or `?` in its names.
    Path(String),
    /// One of a component's own files.
    Known(Component, FileRole),
    /// The path that a setting holds.
    Setting(Box<SettingProbe>),
}

/// The files that a component has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileRole {
    /// Its static pod's manifest.
    Manifest,
    /// Its configuration document.
    Config,
    /// Its credentials for the API server.
    Kubeconfig,
    /// Its unit files.
    Service,
    /// The authority that signs its clients' certificates.
    CaFile,
    /// Where it keeps its data.
    DataDir,
}

impl FileRole {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Manifest, Self::Config, Self::Kubeconfig, Self::Service, Self::CaFile, Self::DataDir];

    /// Its name behind the component's, as in `kubelet.config`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Config => "config",
            Self::Kubeconfig => "kubeconfig",
            Self::Service => "service",
            Self::CaFile => "ca-file",
            Self::DataDir => "data-dir",
        }
    }
}

/// Which value of a document is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Select {
    /// The one at a path.
    Path(DocumentPath),
    /// The provider that an encryption configuration writes this resource with.
    EncryptionWriter(String),
    /// The lowest level at which an audit policy records such a request.
    AuditLevel {
        /// API group, empty for the core group.
        group: String,
        /// Resource, with a subresource behind `/`.
        resource: String,
        /// Verb.
        verb: String,
    },
    /// The levels at which an audit policy records anything.
    AuditLevels,
    /// Whether a PEM file shares a certificate with another.
    SameCertificates(Box<FileRef>),
    /// The words of a unit file's value.
    Unit {
        /// Section.
        section: String,
        /// Key.
        key: String,
    },
}

/// Everything that a probe saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// One entry for each thing that was looked at; all of them are judged.
    pub observations: Vec<Observation>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// A path, or a process with its number.
    pub subject: String,
    /// What of it: a flag, a path in a document, `permissions and owner`.
    pub attribute: String,
    /// What was seen.
    pub seen: Observed,
    /// Where the value came from; of several sources the one that won.
    pub source: String,
}

/// What was seen of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed {
    /// A value.
    Value(Value),
    /// No source sets it; the component's documented default, if there is one.
    Unset {
        /// The default.
        default: Option<Value>,
    },
    /// Files that have mode and owner in common.
    Files(FileGroup),
    /// What the rule speaks about is not there.
    Missing(String),
    /// It cannot be told: unreadable, malformed, not mounted.
    Unknown(String),
    /// Not judged, but the reader should know.
    Remark(String),
}

/// Files with the same mode, owner and group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileGroup {
    /// File, directory or something else.
    pub kind: FileKind,
    /// Permission bits.
    pub mode: u32,
    /// The owner's names, the usual one first, its number last.
    pub users: Vec<String>,
    /// The group's names, likewise.
    pub groups: Vec<String>,
    /// Why there may be names that are missing here.
    pub names_unknown: Option<String>,
    /// How many files are so.
    pub count: usize,
    /// The paths of the first few.
    pub examples: Vec<String>,
}

impl FileGroup {
    /// `user:group` by the usual names.
    pub fn owner(&self) -> String {
        let first = |names: &[String]| names.first().cloned().unwrap_or_default();
        format!("{}:{}", first(&self.users), first(&self.groups))
    }
}

impl Evidence {
    /// Evidence of one thing.
    fn one(observation: Observation) -> Self {
        Self { observations: vec![observation] }
    }
}

impl Probe {
    /// The component that this probe asks first, if it asks one.
    pub fn component(&self) -> Option<Component> {
        let of = |at: &FileRef| match at {
            FileRef::Path(_) => None,
            FileRef::Known(component, _) => Some(*component),
            FileRef::Setting(setting) => Some(setting.component),
        };
        match self {
            Self::File(file) => file.at.first().and_then(of),
            Self::Process(process) => Some(process.component),
            Self::Setting(setting) => Some(setting.component),
            Self::Document(document) => of(&document.at),
        }
    }

    /// The places that it looks at whatever runs on the machine.
    fn own_places(&self) -> impl Iterator<Item = HostPath> {
        let at = match self {
            Self::File(file) => file.at.as_slice(),
            Self::Document(document) => std::slice::from_ref(&document.at),
            Self::Process(_) | Self::Setting(_) => &[],
        };
        at.iter().filter_map(|at| match at {
            FileRef::Path(path) if !is_pattern(path) => Some(HostPath::host(path)),
            FileRef::Path(_) | FileRef::Known(..) | FileRef::Setting(_) => None,
        })
    }

    /// The variable that it asks a component's processes for.
    fn variable(&self) -> Option<(Component, &str)> {
        match self {
            Self::Process(ProcessProbe { component, env, .. }) | Self::Setting(SettingProbe { component, env, .. }) => {
                env.as_deref().map(|name| (*component, name))
            }
            Self::File(_) | Self::Document(_) => None,
        }
    }

    /// In words, what is read.
    pub fn describe(&self) -> String {
        match self {
            Self::File(file) => {
                let at: Vec<String> = file.at.iter().map(FileRef::describe).collect();
                let what = match file.tree {
                    None => "permissions and owner of".to_owned(),
                    Some(Tree::Everything) => "permissions and owner of everything below".to_owned(),
                    Some(Tree::Files) if file.names.is_empty() => "permissions and owner of the files below".to_owned(),
                    Some(Tree::Files) => format!("permissions and owner of {} below", file.names.join(", ")),
                };
                [&what, " ", &at.join(", ")].concat()
            }
            Self::Process(process) => match (&process.flag, &process.env) {
                (Some(flag), _) => ["flag --", flag, " of ", process.component.program()].concat(),
                (None, Some(env)) => ["variable ", env, " of ", process.component.program()].concat(),
                (None, None) => process.component.program().to_owned(),
            },
            Self::Setting(setting) => setting.describe(),
            Self::Document(document) => [&document.select.describe(), " in ", &document.at.describe()].concat(),
        }
    }
}

/// Whether a path stands for all that match it.
fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?'])
}

impl SettingProbe {
    fn describe(&self) -> String {
        let flag = self.flag.as_ref().map(|flag| ["flag --", flag].concat());
        let env = self.env.as_ref().map(|env| ["variable ", env].concat());
        let path = self.path.as_ref().map(|path| [&path.to_string(), " in its configuration file"].concat());
        let sources: Vec<String> = flag.into_iter().chain(env).chain(path).collect();
        [&sources.join(", "), " of ", self.component.program()].concat()
    }

    /// The setting's shortest name.
    pub fn name(&self) -> String {
        let (space, key) = self.keys.first().map_or(("", ""), |key| (" ", key));
        match (&self.flag, &self.path, &self.env) {
            (Some(flag), ..) => ["--", flag, space, key].concat(),
            (None, Some(path), _) => [&path.to_string(), space, key].concat(),
            (None, None, Some(env)) => env.clone(),
            (None, None, None) => String::new(),
        }
    }
}

impl FileRef {
    fn describe(&self) -> String {
        match self {
            Self::Path(path) => path.clone(),
            Self::Known(component, kind) => [component.id(), ".", kind.id()].concat(),
            Self::Setting(setting) => format!("the path in {}", setting.describe()),
        }
    }
}

impl Select {
    fn describe(&self) -> String {
        match self {
            Self::Path(path) => path.to_string(),
            Self::EncryptionWriter(resource) => format!("the provider that encrypts {resource}"),
            Self::AuditLevel { group, resource, verb } => {
                let dot = if group.is_empty() { "" } else { "." };
                format!("the audit level of {verb} {resource}{dot}{group}")
            }
            Self::AuditLevels => "the levels at which anything is recorded".to_owned(),
            Self::SameCertificates(other) => format!("whether it shares a certificate with {}", other.describe()),
            Self::Unit { section, key } => format!("[{section}] {key}"),
        }
    }
}
