//! What a rule reads on a node, and how: the closed set of probes. A probe collects evidence and never judges it.
//!
//! A probe is one file below `probe/` with its YAML form, its description and the way it collects, and one line in the table
//! below. The other files are what probes read through.

mod batch;
mod cache;
mod collector;
mod context;
mod document;
mod document_store;
mod effective;
pub(crate) mod excerpt;
mod file;
mod file_ref;
mod files;
mod key;
mod locate;
pub(crate) mod markup;
mod observed_error;
mod path;
mod process;
pub(crate) mod select;
mod setting;
mod tree_summary;
mod unit;

use crate::model::{Evidence, EvidenceKind};
use batch::Batch;
use context::CollectContext;

pub use collector::Collector;
pub use document::DocumentProbe;
pub use document_store::Excerpt;
pub use file::FileProbe;
pub use file_ref::{FileRef, FileRole};
pub use path::DocumentPath;
#[cfg(test)]
pub(crate) use process::ProcessInput;
pub use process::ProcessProbe;
pub use setting::SettingProbe;

/// Calls a macro with every probe: its key in YAML, its variant and its type. Both the enum and the keys of a rule come from
/// this table.
macro_rules! for_each_probe {
    ($callback:ident) => {
        $callback! {
            file: File(FileProbe),
            process: Process(ProcessProbe),
            setting: Setting(SettingProbe),
            document: Document(DocumentProbe),
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

            fn collect_from(&self) -> &dyn Collect {
                match self {
                    $(Self::$variant(probe) => probe),+
                }
            }
        }
    };
}
for_each_probe!(declare_enum);

/// The behaviour of a probe.
trait Collect {
    /// What is read, in words: `flag --profiling of kube-apiserver`.
    fn describe(&self) -> String;

    /// What is read, without the key of the probe in YAML: `kubelet.config`. See [`Probe::key`].
    fn key(&self) -> String;

    /// What stands before the description of an expectation: `--profiling` before `is false`.
    fn label(&self) -> String {
        self.describe()
    }

    /// What its observations hold.
    fn evidence_kind(&self) -> EvidenceKind;

    /// Adds reads that it shares with other probes.
    fn add_to(&self, _batch: &mut Batch) {}

    /// Reads from the node. A failure is an observation as well.
    fn collect(&self, context: &CollectContext<'_>) -> Evidence;
}

impl Probe {
    /// What is read, in words.
    pub fn describe(&self) -> String {
        self.collect_from().describe()
    }

    /// A stable name of what is read, such as `file:kubelet.config` or `setting:kubelet/--anonymous-auth`. Snapshots list
    /// their evidence by it: probes that read different things have different keys, and a key never changes its meaning.
    pub fn key(&self) -> String {
        format!("{}:{}", self.name(), self.collect_from().key())
    }

    /// What stands before the description of an expectation; empty where that is a sentence by itself.
    pub fn label(&self) -> String {
        self.collect_from().label()
    }

    /// What its observations hold.
    pub(crate) fn evidence_kind(&self) -> EvidenceKind {
        self.collect_from().evidence_kind()
    }
}
