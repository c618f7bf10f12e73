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
    /// The process that the subject is, or whose flags name it. Nothing if it concerns every process.
    pub process: Option<u32>,
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
    Files(Box<FileGroup>),
    /// The subject does not exist.
    Missing(String),
    /// Nothing on this node can have the subject, such as the manifest of a component that no pod runs.
    NotApplicable(String),
    /// The value cannot be determined: unreadable, malformed, not mounted.
    Unknown(String),
    /// The user gave no document that shows it.
    NotGiven {
        /// Why nothing is known.
        reason: String,
        /// The command that prints the document.
        command: &'static str,
    },
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
    /// Permission bits, with setuid, setgid and sticky. A described host need not say them.
    pub mode: Option<u32>,
    /// The names of the owner: the usual name first, the uid last. None if a described host does not say it.
    pub users: Vec<String>,
    /// The names of the group: the usual name first, the gid last. None if a described host does not say it.
    pub groups: Vec<String>,
    /// Why the lists of names may be incomplete.
    pub names_unknown: Option<String>,
    /// The number of files.
    pub count: usize,
    /// The paths of the first few files.
    pub examples: Vec<String>,
    /// The file, or the directory of the tree that was read.
    pub path: String,
    /// Set if somebody besides root and their owner can put other files in their place, so that their own permissions and
    /// owner protect nothing.
    pub replaceable: Option<Replaceable>,
}

/// Why somebody else can replace a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaceable {
    /// In words.
    pub reason: String,
    /// The directory, or a link in a sticky one, that decides which file it is.
    pub directory: String,
    /// What gives access to the directory.
    pub access: Access,
}

/// What of a directory lets somebody write to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Its mode, for everyone.
    Others,
    /// Its mode, for its group.
    Group,
    /// That it belongs to a user other than root.
    Owner,
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
            Self::Missing(reason)
            | Self::NotApplicable(reason)
            | Self::Unknown(reason)
            | Self::NotGiven { reason, .. }
            | Self::Remark(reason) => Some(reason),
            Self::Value(_) | Self::Unset { .. } | Self::Files(_) => None,
        }
    }

    /// The same where the subject must exist: if it is missing, nothing is known of it.
    pub(crate) fn missing_is_unknown(self, explain: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::Missing(reason) => Self::Unknown(explain(reason)),
            other @ (Self::Value(_)
            | Self::Unset { .. }
            | Self::Files(_)
            | Self::NotApplicable(_)
            | Self::Unknown(_)
            | Self::NotGiven { .. }
            | Self::Remark(_)) => other,
        }
    }
}

impl FileGroup {
    /// The mode in octal digits: `644`.
    pub fn permissions(&self) -> String {
        self.mode.map_or_else(|| "unknown".to_owned(), |mode| format!("{mode:03o}"))
    }

    /// `user:group`, by the usual names.
    pub fn owner(&self) -> String {
        let first = |names: &[String]| names.first().cloned().unwrap_or_else(|| "unknown".to_owned());
        format!("{}:{}", first(&self.users), first(&self.groups))
    }

    /// The first of the files.
    pub(crate) fn first(&self) -> &str {
        self.examples.first().unwrap_or(&self.path)
    }
}
