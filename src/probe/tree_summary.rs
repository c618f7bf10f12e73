//! What a walk of a tree keeps: a tree of 100,000 files comes to a handful of groups with the same mode and owner.

use super::context::shown;
use super::tree_query::{Tree, TreeQuery};
use crate::model::{FileGroup, Observed};
use crate::source::node::{Accounts, FileKind, SourceError, Stat};
use crate::text::glob::Glob;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Paths that are listed of the files of one group.
const MAX_EXAMPLES: usize = 5;
/// Groups of one tree.
const MAX_GROUPS: usize = 500;
/// Files that cannot be read and are listed one by one.
const MAX_ERRORS: usize = 20;

/// The files of a tree that answer one query.
pub(super) struct TreeSummary {
    tree: Tree,
    names: Vec<Glob>,
    /// For each mode and owner the number of files and the first few by name, in whatever order they come.
    groups: BTreeMap<Stat, (usize, BTreeSet<String>)>,
    /// The first few by name.
    errors: Vec<(PathBuf, SourceError)>,
    further_errors: usize,
}

impl TreeSummary {
    pub(super) fn new(query: &TreeQuery) -> Self {
        Self {
            tree: query.tree,
            names: query.names.iter().filter_map(|name| name.glob()).collect(),
            groups: BTreeMap::new(),
            errors: Vec::new(),
            further_errors: 0,
        }
    }

    pub(super) fn add(&mut self, path: &Path, stat: &Result<Stat, SourceError>) {
        match stat {
            Ok(stat) if self.is_of_kind(stat) && self.is_named(path) => {
                if self.groups.len() == MAX_GROUPS && !self.groups.contains_key(stat) {
                    let what = format!("the tree has more than {MAX_GROUPS} combinations of mode and owner");
                    return self.add_error(path, &SourceError::Io(what));
                }
                let (count, examples) = self.groups.entry(*stat).or_default();
                *count += 1;
                examples.insert(shown(path));
                if examples.len() > MAX_EXAMPLES {
                    examples.pop_last();
                }
            }
            Ok(_) => {}
            // A dangling link is a file by its name; the names in a directory that cannot be entered are unknown.
            Err(SourceError::NotFound) if !self.is_named(path) => {}
            Err(error) => self.add_error(path, error),
        }
    }

    fn add_error(&mut self, path: &Path, error: &SourceError) {
        let is_full = self.errors.len() == MAX_ERRORS;
        let at = self.errors.partition_point(|(known, _)| known.as_path() <= path);
        if at < MAX_ERRORS {
            self.errors.truncate(MAX_ERRORS - 1);
            self.errors.insert(at, (path.into(), error.clone()));
        }
        self.further_errors += usize::from(is_full);
    }

    fn is_of_kind(&self, stat: &Stat) -> bool {
        match self.tree {
            Tree::Files => stat.kind == FileKind::File,
            Tree::Everything => true,
        }
    }

    fn is_named(&self, path: &Path) -> bool {
        let named = |name: &OsStr| self.names.iter().any(|pattern| pattern.is_match(&name.to_string_lossy()));
        self.names.is_empty() || path.file_name().is_some_and(named)
    }

    /// Subjects and what was observed of them. `error` ended the walk early.
    pub(super) fn results(
        self,
        top: &str,
        error: Option<&SourceError>,
        accounts: &Accounts,
    ) -> Vec<(String, Observed)> {
        let groups = self.groups.into_iter().map(|(stat, (count, examples))| {
            let examples: Vec<String> = examples.into_iter().collect();
            let first = examples.first().filter(|_| count == 1);
            let subject = first.cloned().unwrap_or_else(|| format!("{count} files below {top}"));
            (subject, Observed::Files(group(accounts, &stat, count, examples)))
        });
        let mut results: Vec<(String, Observed)> = groups.collect();
        let errors = self.errors.into_iter().map(|(path, error)| (shown(&path), error));
        let walk_error = error.map(|error| (top.to_owned(), error.clone()));
        results.extend(errors.chain(walk_error).map(|(path, error)| {
            let reason = format!("{path} {error}");
            (path, Observed::Unknown(reason))
        }));
        if self.further_errors > 0 {
            let reason = format!("{} further files cannot be read", self.further_errors);
            results.push((top.to_owned(), Observed::Unknown(reason)));
        }
        results
    }
}

/// Files with the same mode and owner.
pub(super) fn group(accounts: &Accounts, stat: &Stat, count: usize, examples: Vec<String>) -> FileGroup {
    FileGroup {
        mode: stat.mode,
        users: accounts.user_names(stat.uid),
        groups: accounts.group_names(stat.gid),
        names_unknown: accounts.unknown().map(str::to_owned),
        count,
        examples,
    }
}
