//! Finds everything that is wrong in definition files, not only what is wrong first. Judges files, never a node.

mod native;

use super::source::{read, read_found, yaml_files_below};
use super::{DefinitionError, Library, Source};
use crate::yaml::tree::{self, YamlDiagnostic, YamlNode};
use std::path::PathBuf;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The file is refused.
    Error,
    /// The file is taken, and probably does not do what was meant.
    Warning,
}

impl Level {
    /// `error` or `warning`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Something wrong in a file. Ordered by place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// What cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum LintError {
    /// A path that was named is not there.
    #[error("{0} is not there")]
    Absent(String),
    /// A folder without definition files.
    #[error("{0} holds no .yaml or .yml file")]
    Empty(String),
    /// A file that cannot be read.
    #[error(transparent)]
    Unreadable(#[from] DefinitionError),
}

/// What a definition file is, by what stands at its top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A list of rules.
    Catalogue,
    /// A benchmark: numbers for rules.
    Profile,
    /// Where components are looked for.
    Config,
    /// A file of another format.
    Foreign,
    /// None of these.
    Strange,
}

/// A format of definition files that the core does not read itself.
pub trait ForeignFormat {
    /// Whether a document with these keys at its top is in this format. `has_list` tells whether a key holds a list.
    fn recognizes(&self, has: &dyn Fn(&str) -> bool, has_list: &dyn Fn(&str) -> bool) -> bool;
    /// What is suspicious in a file; an error where it is refused.
    fn warnings(&self, source: &Source) -> Result<Vec<DefinitionError>, DefinitionError>;
    /// The ids of the benchmarks that are defined in this format.
    fn benchmarks(&self) -> Vec<&str>;
}

/// Decides by shape alone: a file's name says nothing.
fn kind_of(root: &YamlNode, foreign: Option<&dyn ForeignFormat>) -> Kind {
    let has_list = |key: &str| root.get(key).is_some_and(YamlNode::is_list);
    let is_foreign = || foreign.is_some_and(|format| format.recognizes(&|key| root.get(key).is_some(), &has_list));
    let has = |keys: &[&str]| keys.iter().any(|key| root.get(key).is_some());
    match &root.content {
        tree::Content::Sequence(_) => Kind::Catalogue,
        tree::Content::Mapping(_) if is_foreign() => Kind::Foreign,
        tree::Content::Mapping(_) if has(&["extends", "checks", "targets", "groups", "drop", "title"]) => Kind::Profile,
        tree::Content::Mapping(_) if has(native::CONFIG_KEYS) => Kind::Config,
        tree::Content::Mapping(_) if has(&["id"]) => Kind::Profile,
        tree::Content::Mapping(_) | tree::Content::Scalar { .. } | tree::Content::Placeholder(_) => Kind::Strange,
    }
}

/// A file that is YAML.
struct File {
    source: Source,
    root: YamlNode,
    problems: Vec<Diagnostic>,
}

impl File {
    fn tell(&mut self, level: Level, fault: YamlDiagnostic) {
        let (file, mark) = (self.source.file.clone(), fault.mark);
        let problem = Diagnostic { file, line: mark.line, column: mark.column, level, message: fault.message };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Tells that the node itself is wrong.
    fn tell_at(&mut self, level: Level, mark: tree::Mark, message: String) {
        self.tell(level, YamlDiagnostic { mark, message });
    }
}

/// Everything that is wrong in the files, in the order of their names and lines. `library` is what they are put over.
pub fn lint(library: Library, sources: Vec<Source>, foreign: Option<&dyn ForeignFormat>) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    for source in sources {
        let mut faults = Vec::new();
        match tree::read(&source.text, &mut faults) {
            Ok(root) => {
                let mut file = File { source, root, problems: Vec::new() };
                faults.into_iter().for_each(|fault| file.tell(Level::Error, fault));
                files.push((kind_of(&file.root, foreign), file));
            }
            Err(YamlDiagnostic { mark, message }) => problems.push(Diagnostic {
                file: source.file,
                line: mark.line,
                column: mark.column,
                level: Level::Error,
                message,
            }),
        }
    }
    let foreign_benchmarks = foreign.map(ForeignFormat::benchmarks).unwrap_or_default();
    native::lint(library, &mut files, &foreign_benchmarks);
    for (kind, file) in &mut files {
        let mark = file.root.mark;
        match kind {
            Kind::Catalogue | Kind::Profile | Kind::Config => {}
            Kind::Foreign => {
                let (level, found) = match foreign.map(|format| format.warnings(&file.source)) {
                    Some(Ok(found)) => (Level::Warning, found),
                    Some(Err(error)) => (Level::Error, vec![error]),
                    None => continue,
                };
                for DefinitionError { line, column, message, .. } in found {
                    file.tell_at(level, tree::Mark { line, column }, message);
                }
            }
            Kind::Strange => {
                let message = "no definition file: neither a list of rules, nor a benchmark (`id`, `title`, `checks`), \
                               nor a configuration";
                file.tell_at(Level::Error, mark, message.to_owned());
            }
        }
    }
    problems.extend(files.into_iter().flat_map(|(_, file)| file.problems));
    problems.sort();
    problems
}

/// The definition files among these paths: files as they are named, of folders every YAML file at any depth.
pub fn sources(paths: &[PathBuf]) -> Result<Vec<Source>, LintError> {
    let mut files = Vec::new();
    for path in paths {
        if !path.exists() {
            return Err(LintError::Absent(path.display().to_string()));
        }
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        yaml_files_below(path, &mut files).map_err(|e| {
            let message = format!("cannot be read: {e}");
            LintError::Unreadable(DefinitionError { file: path.display().to_string(), line: 1, column: 1, message })
        })?;
        if files.len() == before {
            return Err(LintError::Empty(path.display().to_string()));
        }
    }
    files.sort();
    files.dedup();
    files.iter().map(|file| Ok(if paths.contains(file) { read(file)? } else { read_found(file)? })).collect()
}
