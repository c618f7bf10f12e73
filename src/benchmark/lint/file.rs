//! A YAML file, its kind, and what is wrong with it.

use super::foreign::ForeignFormat;
use crate::yaml::{Content, Diagnostic, Level, Position, TextFile, YamlNode};
use std::ffi::OsStr;
use std::path::Path;

/// Top-level keys of a configuration.
pub(super) const CONFIG_KEYS: &[&str] =
    &["master", "node", "etcd", "controlplane", "policies", "managedservices", "version_mapping", "target_mapping"];

/// Keys that only a platform has at the top level.
const PLATFORM_KEYS: &[&str] = &["detect", "programs", "benchmarks", "data-dir", "not-applicable", "admin-kubeconfigs"];

/// Keys of which a described host has at least one at the top level.
const HOST_KEYS: &[&str] = &["files", "dirs", "processes", "accounts", "journal", "snapshot", "processes_error"];

/// What a file defines or describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    /// Rules.
    Catalog,
    /// A benchmark: numbers for rules.
    Profile,
    /// Where components are looked for.
    Config,
    /// A platform.
    Platform,
    /// A node, for `--host`.
    Host,
    /// Anything in a format of another layer.
    Foreign,
    Unknown,
}

impl FileKind {
    /// Decides by the top level of the document alone. The file name does not matter.
    fn of(root: &YamlNode, foreign: Option<&dyn ForeignFormat>) -> Self {
        let has_list = |key: &str| root.get(key).is_some_and(YamlNode::is_sequence);
        let is_foreign = || foreign.is_some_and(|format| format.recognizes(&|key| root.get(key).is_some(), &has_list));
        let has = |keys: &[&str]| keys.iter().any(|key| root.get(key).is_some());
        match &root.content {
            Content::Sequence(_) => Self::Catalog,
            Content::Mapping(_) if is_foreign() => Self::Foreign,
            Content::Mapping(_) if has(PLATFORM_KEYS) => Self::Platform,
            Content::Mapping(_) if has(&["extends", "checks", "targets", "groups", "drop", "title"]) => Self::Profile,
            Content::Mapping(_) if has(HOST_KEYS) => Self::Host,
            Content::Mapping(_) if has(CONFIG_KEYS) => Self::Config,
            Content::Mapping(_) if has(&["id"]) => Self::Profile,
            Content::Mapping(_) | Content::Scalar { .. } | Content::Placeholder(_) => Self::Unknown,
        }
    }
}

/// A file that is checked.
pub(super) struct LintedFile {
    pub(super) kind: FileKind,
    pub(super) file: TextFile,
    pub(super) root: YamlNode,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl LintedFile {
    /// Fails if the file is not valid YAML.
    pub(super) fn new(file: TextFile, foreign: Option<&dyn ForeignFormat>) -> Result<Self, Diagnostic> {
        // Only a foreign file may be lenient, and the kind is known after reading.
        let (mut diagnostics, mut warnings) = (Vec::new(), Vec::new());
        let lenient = file.clone().lenient();
        if let Some(root) = lenient.tree(&mut warnings).ok().filter(|_| foreign.is_some())
            && FileKind::of(&root, foreign) == FileKind::Foreign
        {
            return Ok(Self { kind: FileKind::Foreign, file: lenient, root, diagnostics: warnings });
        }
        let root = file.tree(&mut diagnostics)?;
        Ok(Self { kind: FileKind::of(&root, foreign), file, root, diagnostics })
    }

    /// The benchmark of a foreign file, which its folder names.
    pub(super) fn folder_benchmark(&self) -> Option<&str> {
        let folder = Path::new(&self.file.name).parent().filter(|_| self.kind == FileKind::Foreign)?;
        folder.file_name().and_then(OsStr::to_str)
    }

    /// Adds diagnostics, each once.
    pub(super) fn report(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in diagnostics {
            if !self.diagnostics.contains(&diagnostic) {
                self.diagnostics.push(diagnostic);
            }
        }
    }

    pub(super) fn error(&mut self, position: Position, message: impl Into<String>) {
        self.report([Diagnostic::new(&self.file.name, position, Level::Error, message)]);
    }

    pub(super) fn warning(&mut self, position: Position, message: impl Into<String>) {
        self.report([Diagnostic::new(&self.file.name, position, Level::Warning, message)]);
    }
}
