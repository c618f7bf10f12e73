//! The closed set of probes: the enum and its dispatch.

use super::cloud::CloudProbe;
use super::collect::Collect;
use super::document::DocumentProbe;
use super::file::FileProbe;
use super::process::ProcessProbe;
use super::setting::SettingProbe;
use crate::model::{Component, EvidenceKind, ValueKind};

/// Calls a macro with every probe: its key in YAML, its variant and its type. Both the enum and the keys of a rule come from
/// this table.
macro_rules! for_each_probe {
    ($callback:ident) => {
        $callback! {
            file: File(FileProbe),
            process: Process(ProcessProbe),
            setting: Setting(SettingProbe),
            document: Document(DocumentProbe),
            cloud: Cloud(CloudProbe),
        }
    };
}
pub(crate) use for_each_probe;

macro_rules! declare_enum {
    ($($key:ident: $variant:ident($probe:ident)),+ $(,)?) => {
        /// What a rule reads. Rules with equal probes share the evidence.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "each probe is documented at its type")]
        pub enum Probe {
            $($variant($probe)),+
        }

        impl Probe {
            /// The key in YAML.
            const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => stringify!($key)),+
                }
            }

            pub(super) fn as_collect(&self) -> &dyn Collect {
                match self {
                    $(Self::$variant(probe) => probe),+
                }
            }
        }
    };
}
for_each_probe!(declare_enum);

impl Probe {
    /// The boolean flag that is read, with its component.
    pub(crate) fn switch(&self) -> Option<(Component, &str)> {
        let (component, flag, kind) = match self {
            Self::Setting(setting) => (setting.component, setting.flag.as_deref(), setting.kind),
            Self::Process(process) => (process.component, process.flag(), process.kind),
            Self::File(_) | Self::Document(_) | Self::Cloud(_) => return None,
        };
        flag.filter(|_| kind == ValueKind::Bool).map(|flag| (component, flag))
    }

    /// The document of a provider that is read in place of the node, if one is.
    pub(crate) const fn cloud(&self) -> Option<&CloudProbe> {
        match self {
            Self::Cloud(cloud) => Some(cloud),
            Self::File(_) | Self::Process(_) | Self::Setting(_) | Self::Document(_) => None,
        }
    }

    /// What is read, in words.
    pub fn describe(&self) -> String {
        self.as_collect().describe()
    }

    /// A stable name of what is read, such as `file:kubelet.config` or `setting:kubelet/--anonymous-auth`. Snapshots list
    /// their evidence by it: probes that read different things have different keys, and a key never changes its meaning.
    pub fn key(&self) -> String {
        format!("{}:{}", self.name(), self.as_collect().key())
    }

    /// What stands before the description of an expectation; empty where that is a sentence by itself.
    pub fn label(&self) -> String {
        self.as_collect().label()
    }

    /// What its observations hold.
    pub(crate) fn evidence_kind(&self) -> EvidenceKind {
        self.as_collect().evidence_kind()
    }
}
