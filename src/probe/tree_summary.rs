//! What a walk of a tree keeps: a tree of 100,000 files comes to a handful of groups with the same mode and owner.

use super::context::shown;
use super::tree_query::{Tree, TreeQuery};
use super::way::Way;
use super::writer::Writer;
use crate::model::{FileGroup, Observed};
use crate::source::node::{Accounts, FileKind, SourceError, Stat, Walked};
use crate::text::glob::Glob;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Paths that are listed of the files of one group.
const MAX_EXAMPLES: usize = 5;
/// Groups of one tree.
const MAX_GROUPS: usize = 500;
/// Links of one tree whose way is followed.
const MAX_LINKS: usize = 1000;
/// Directories of one tree to which somebody else can write.
const MAX_SHARED: usize = 1000;
/// Files that cannot be read and are listed one by one.
const MAX_ERRORS: usize = 20;

/// The files of a tree that answer one query.
pub(super) struct TreeSummary {
    tree: Tree,
    names: Vec<Glob>,
    excluded: Vec<Glob>,
    /// For each mode and owner the number of files and the first few by name, in whatever order they come.
    groups: BTreeMap<Stat, (usize, BTreeSet<String>)>,
    /// The first few by name.
    errors: Vec<(PathBuf, SourceError)>,
    further_errors: usize,
    /// Directories to which somebody can write who may not own the files in them.
    shared: BTreeMap<PathBuf, Stat>,
    /// The first few of them by name whose files somebody can replace.
    open: BTreeMap<PathBuf, (Stat, Writer)>,
    /// The tree itself and its links, each of which leads through directories of its own; the first ones by name.
    places: BTreeMap<PathBuf, Stat>,
    further_links: usize,
}

impl TreeSummary {
    pub(super) fn new(query: &TreeQuery) -> Self {
        Self {
            tree: query.tree,
            names: query.names.iter().filter_map(|name| name.glob()).collect(),
            excluded: query.names.iter().filter_map(|name| name.excluded()).collect(),
            groups: BTreeMap::new(),
            errors: Vec::new(),
            further_errors: 0,
            shared: BTreeMap::new(),
            open: BTreeMap::new(),
            places: BTreeMap::new(),
            further_links: 0,
        }
    }

    pub(super) fn add(&mut self, path: &Path, found: &Walked) {
        let stat = &found.stat;
        if let Ok(stat) = stat
            && stat.kind == FileKind::Directory
        {
            self.add_directory(path, stat);
        }
        match stat {
            Ok(stat) if self.is_of_kind(stat) && self.is_named(path) => {
                self.add_open_directories(path, stat);
                if found.is_link {
                    self.add_place(path, *stat);
                }
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

    /// A directory, which comes before what is in it.
    fn add_directory(&mut self, path: &Path, stat: &Stat) {
        match Writer::of_entries(stat, None) {
            Some(Writer::Anyone) => self.add_open(path, *stat, Writer::Anyone),
            Some(Writer::Owner(_) | Writer::Group(_)) if self.shared.len() < MAX_SHARED => {
                self.shared.insert(path.to_owned(), *stat);
            }
            Some(Writer::Owner(_) | Writer::Group(_)) => {
                let what = format!("the tree has more than {MAX_SHARED} directories to which another user can write");
                self.add_error(path, &SourceError::Io(what));
            }
            None => {}
        }
    }

    /// The directories above a file in which somebody else than its owner can replace it.
    fn add_open_directories(&mut self, path: &Path, stat: &Stat) {
        let shared = path.ancestors().skip(1).filter_map(|above| self.shared.get_key_value(above));
        let writer = |directory: &Stat| Writer::of_entries(directory, stat.uid);
        let open: Vec<_> = shared.filter_map(|(above, of)| Some((above.clone(), *of, writer(of)?))).collect();
        for (above, of, writer) in open {
            self.add_open(&above, of, writer);
        }
    }

    fn add_open(&mut self, path: &Path, stat: Stat, writer: Writer) {
        self.open.insert(path.to_owned(), (stat, writer));
        if self.open.len() > MAX_EXAMPLES {
            self.open.pop_last();
        }
    }

    /// Adds a path to which directories outside of the tree can lead.
    pub(super) fn add_place(&mut self, path: &Path, stat: Stat) {
        self.places.insert(path.to_owned(), stat);
        if self.places.len() > MAX_LINKS {
            self.places.pop_last();
            self.further_links += 1;
        }
    }

    /// Whether nothing answers the query.
    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.errors.is_empty()
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
        let fits =
            |patterns: &[Glob], name: &OsStr| patterns.iter().any(|pattern| pattern.is_match(&name.to_string_lossy()));
        let name = path.file_name();
        (self.names.is_empty() || name.is_some_and(|name| fits(&self.names, name)))
            && !name.is_some_and(|name| fits(&self.excluded, name))
    }

    /// Subjects and what was observed of them. `error` ended the walk early; `way` says what leads to a path.
    pub(super) fn results(
        self,
        top: &str,
        error: Option<&SourceError>,
        accounts: &Accounts,
        way: &dyn Fn(&Path, &Stat) -> Way,
    ) -> Vec<(String, Observed)> {
        let groups = self.groups.into_iter().map(|(stat, (count, examples))| {
            let examples: Vec<String> = examples.into_iter().collect();
            let first = examples.first().filter(|_| count == 1);
            let subject = first.cloned().unwrap_or_else(|| format!("{count} files below {top}"));
            (subject, Observed::Files(Box::new(group(accounts, &stat, top, count, examples))))
        });
        let mut results: Vec<(String, Observed)> = groups.collect();
        let mut known: BTreeSet<String> = self.open.keys().map(|path| shown(path)).collect();
        for (path, stat) in self.places {
            let Way { replaceable, unknown, .. } = way(&path, &stat);
            let name = shown(&path);
            // One directory can be on the way to all of them.
            if let Some(replaceable) = replaceable.filter(|found| known.insert(found.directory.clone())) {
                let group = group(accounts, &stat, top, 1, vec![name.clone()]);
                let group = FileGroup { replaceable: Some(replaceable), ..group };
                results.push((name.clone(), Observed::Files(Box::new(group))));
            }
            results.extend(unknown.map(|reason| (name, Observed::Unknown(reason))));
        }
        results.extend(self.open.into_iter().map(|(path, (stat, writer))| {
            let name = shown(&path);
            let group = group(accounts, &stat, top, 1, vec![name.clone()]);
            let replaceable = Some(writer.replacing_files_in(&name, &stat, accounts));
            (name, Observed::Files(Box::new(FileGroup { replaceable, ..group })))
        }));
        let errors = self.errors.into_iter().map(|(path, error)| (shown(&path), error));
        let walk_error = error.map(|error| (top.to_owned(), error.clone()));
        results.extend(errors.chain(walk_error).map(|(path, error)| {
            let reason = format!("{path} {error}");
            (path, Observed::Unknown(reason))
        }));
        if self.further_links > 0 {
            let reason = format!("the way to {} further links is not followed", self.further_links);
            results.push((top.to_owned(), Observed::Unknown(reason)));
        }
        if self.further_errors > 0 {
            let reason = format!("{} further files cannot be read", self.further_errors);
            results.push((top.to_owned(), Observed::Unknown(reason)));
        }
        results
    }
}

/// Files with the same mode and owner.
pub(super) fn group(accounts: &Accounts, stat: &Stat, path: &str, count: usize, examples: Vec<String>) -> FileGroup {
    FileGroup {
        mode: stat.mode,
        users: stat.uid.map(|uid| accounts.user_names(uid)).unwrap_or_default(),
        groups: stat.gid.map(|gid| accounts.group_names(gid)).unwrap_or_default(),
        names_unknown: accounts.unknown().map(str::to_owned),
        count,
        examples,
        path: path.to_owned(),
        replaceable: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Access, Replaceable};

    const FILE: Stat = Stat { kind: FileKind::File, mode: Some(0o600), uid: Some(0), gid: Some(0) };

    fn results(paths: &[String]) -> Vec<(String, Observed)> {
        let mut summary = TreeSummary::new(&TreeQuery { tree: Tree::Files, names: vec![] });
        for path in paths {
            summary.add(Path::new(path), &Walked { stat: Ok(FILE), is_link: true });
        }
        let way = |path: &Path, _: &Stat| {
            let directory = if path.ends_with("0001") { "/one" } else { "/others" }.to_owned();
            let reason = format!("{} is open", shown(path));
            Way { replaceable: Some(Replaceable { reason, directory, access: Access::Others }), ..Way::default() }
        };
        summary.results("/a", None, &Accounts::default(), &way)
    }

    #[test]
    fn names_one_link_for_each_open_directory() {
        let paths: Vec<String> = (0..5).map(|number| format!("/a/{number:04}")).collect();
        let subjects: Vec<String> = results(&paths).into_iter().map(|(subject, _)| subject).collect();
        assert_eq!(subjects, ["5 files below /a", "/a/0000", "/a/0001"]);
    }

    #[test]
    fn more_links_than_are_followed_are_unknown() {
        let paths: Vec<String> = (0..MAX_LINKS + 2).map(|number| format!("/a/{number:04}")).collect();
        let last = results(&paths).pop();
        let reason = "the way to 2 further links is not followed".to_owned();
        assert_eq!(last, Some(("/a".to_owned(), Observed::Unknown(reason))));
    }
}
