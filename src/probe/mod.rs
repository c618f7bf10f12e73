//! What a rule reads on a node, and how: the closed set of probes. A probe collects evidence and never judges it.
//!
//! A probe is a file with its YAML form, its description and the way it collects, and one line in the table of `probes`.
//! Locating files also needs the effective value of a setting, so that has its own file (`effective`). The other files are what
//! probes read through.

mod batch;
mod cache;
pub(crate) mod certificate;
mod cloud;
mod collect;
mod collector;
mod configz;
mod context;
mod document;
mod document_store;
mod drop_ins;
mod effective;
pub(crate) mod excerpt;
mod file;
mod file_ref;
mod files;
mod key;
mod kubelet_merge;
mod locate;
pub(crate) mod markup;
mod observed_error;
mod path;
pub(crate) mod pem;
mod probes;
mod process;
pub(crate) mod select;
mod setting;
mod tree_query;
mod tree_summary;
mod versioned_default;
mod way;
mod writer;

pub use cloud::CloudProbe;
pub use collector::Collector;
pub(crate) use context::CHANGED_SINCE_START;
pub use document::DocumentProbe;
pub use document_store::Excerpt;
pub use file::FileProbe;
pub use file_ref::{FileRef, FileRole};
pub use path::DocumentPath;
pub use probes::Probe;
pub(crate) use probes::for_each_probe;
#[cfg(test)]
pub(crate) use process::ProcessInput;
pub use process::ProcessProbe;
pub use setting::SettingProbe;
pub use versioned_default::VersionedDefault;
