//! What a probe observed on a node. Says nothing about whether that is right.

use super::Value;

/// Everything that one probe observed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// One entry for each subject; every entry is judged.
    pub observations: Vec<Observation>,
}

/// What was observed of one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// A path, or a process with its pid.
    pub subject: String,
    /// The property of the subject: a flag, a path in a document, `permissions and owner`.
    pub attribute: String,
    /// The result.
    pub observed: Observed,
    /// Where the value comes from; of several sources the one in effect.
    pub source: String,
}

/// The result of one observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed {
    /// A value is set.
    Value(Value),
    /// No source sets a value.
    Unset {
        /// The documented default of the component, if it has one.
        default: Option<Value>,
    },
    /// Files with the same mode and owner.
    Files(FileGroup),
    /// The subject does not exist.
    Missing(String),
    /// The value cannot be determined: unreadable, malformed, not mounted.
    Unknown(String),
    /// A note for the reader; it is not judged.
    Remark(String),
}

/// What the observations of a probe hold, and what an expectation compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EvidenceKind {
    /// The value of a setting, flag, variable or document.
    Value,
    /// The mode and owner of files.
    Files,
}

/// Files with the same mode, owner and group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileGroup {
    /// Permission bits, with setuid, setgid and sticky.
    pub mode: u32,
    /// The names of the owner: the usual name first, the uid last.
    pub users: Vec<String>,
    /// The names of the group: the usual name first, the gid last.
    pub groups: Vec<String>,
    /// Why the lists of names may be incomplete.
    pub names_unknown: Option<String>,
    /// The number of files.
    pub count: usize,
    /// The paths of the first few files.
    pub examples: Vec<String>,
}

impl Evidence {
    /// Evidence with a single observation.
    pub(crate) fn one(observation: Observation) -> Self {
        Self { observations: vec![observation] }
    }
}

impl Observed {
    /// Why there is nothing to judge.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::Missing(reason) | Self::Unknown(reason) | Self::Remark(reason) => Some(reason),
            Self::Value(_) | Self::Unset { .. } | Self::Files(_) => None,
        }
    }
}

impl FileGroup {
    /// `user:group`, by the usual names.
    pub fn owner(&self) -> String {
        let first = |names: &[String]| names.first().cloned().unwrap_or_default();
        format!("{}:{}", first(&self.users), first(&self.groups))
    }
}
