//! The file probe: mode, owner and group of paths, globs and trees. Never judges.

use super::context::{CollectContext, TreeFindings, shown};
use super::place::{is_directory, places};
use super::setting::not_seen;
use super::{Evidence, FileGroup, FileProbe, Observation, Observed, Tree, TreeLook};
use crate::source::node::{Accounts, FileKind, HostPath, SourceError, Stat};
use crate::text::glob::Glob;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

const ATTRIBUTE: &str = "permissions and owner";
const SOURCE: &str = "file system";
/// Paths that are named of files with one mode and owner.
const EXAMPLES: usize = 5;
/// Kinds of mode and owner in one tree that are told apart.
const CLASSES: usize = 500;
/// Files that could not be seen, and are named one by one.
const TROUBLES: usize = 20;

pub(super) fn collect(scene: &CollectContext<'_>, probe: &FileProbe) -> Evidence {
    let (there, not_there): (Vec<_>, Vec<_>) =
        probe.at.iter().flat_map(|at| places(scene, at)).partition(Result::is_ok);
    let mut there: Vec<HostPath> = there.into_iter().flatten().collect();
    there.sort();
    there.dedup();
    let mut observations = Vec::new();
    for place in &there {
        match probe.tree {
            None => observations.push(look(scene, place)),
            Some(tree) => {
                let wanted = TreeLook { tree, names: probe.names.clone() };
                observations.extend(walk(scene, place, &wanted));
            }
        }
    }
    // Of several places some may be absent; all of them being so is for the rule to say.
    let nothing_seen = observations.is_empty();
    let not_there = not_there.into_iter().filter_map(Result::err);
    observations.extend(
        not_there
            .filter(|seen| nothing_seen || !matches!(seen, Observed::Missing(_)))
            .map(|seen| named(ATTRIBUTE, seen)),
    );
    if observations.is_empty() {
        let at: Vec<String> = there.iter().map(|p| shown(&p.path)).collect();
        let names = if probe.names.is_empty() { "file".to_owned() } else { probe.names.join(", ") };
        observations.push(named(ATTRIBUTE, Observed::Missing(format!("no {names} is below {}", at.join(", ")))));
    }
    Evidence { observations }
}

fn named(attribute: &str, seen: Observed) -> Observation {
    Observation { subject: "file".to_owned(), attribute: attribute.to_owned(), seen, source: SOURCE.to_owned() }
}

fn look(scene: &CollectContext<'_>, place: &HostPath) -> Observation {
    let subject = shown(&place.path);
    let seen = match scene.stat(place) {
        Ok(stat) => Observed::Files(class(scene.source.accounts(), &stat, 1, vec![subject.clone()])),
        Err(trouble) => not_seen(&subject, &trouble),
    };
    Observation { subject, attribute: ATTRIBUTE.to_owned(), seen, source: SOURCE.to_owned() }
}

/// The files of a tree, by mode and owner: a tree of 100,000 files gives a handful of entries. Every look that any rule
/// has at this tree is made in one walk.
fn walk(scene: &CollectContext<'_>, place: &HostPath, wanted: &TreeLook) -> Vec<Observation> {
    if wanted.tree == Tree::Files && !is_directory(scene, place) {
        return vec![look(scene, place)];
    }
    if let Some(known) = scene.known_tree(place, wanted) {
        return known;
    }
    let mut looks: Vec<(TreeLook, TreeSummary)> =
        scene.tree_looks().iter().map(|look| (look.clone(), TreeSummary::new(look))).collect();
    if !looks.iter().any(|(look, _)| look == wanted) {
        looks.push((wanted.clone(), TreeSummary::new(wanted)));
    }
    let walked = scene.files.walk(place, &mut |path: &Path, stat| {
        looks.iter_mut().for_each(|(_, sieve)| sieve.take(path, &stat));
    });
    let accounts = scene.source.accounts();
    let seen: TreeFindings = looks
        .into_iter()
        .map(|(look, sieve)| (look, sieve.observations(&shown(&place.path), walked.as_ref().err(), accounts)))
        .collect();
    let own = seen.iter().find(|(look, _)| look == wanted).map(|(_, seen)| seen.clone()).unwrap_or_default();
    scene.remember_tree(place, seen);
    own
}

/// What one look keeps of a tree.
struct TreeSummary {
    tree: Tree,
    names: Vec<Glob>,
    /// How many files are so, and the first few by name, in whatever order they come.
    classes: BTreeMap<Stat, (usize, BTreeSet<String>)>,
    /// The first few by name as well.
    troubles: Vec<(PathBuf, SourceError)>,
    more_troubles: usize,
}

impl TreeSummary {
    fn new(look: &TreeLook) -> Self {
        Self {
            tree: look.tree,
            // They were checked when the definitions were loaded.
            names: look.names.iter().filter_map(|name| Glob::rule(name).ok()).collect(),
            classes: BTreeMap::new(),
            troubles: Vec::new(),
            more_troubles: 0,
        }
    }

    fn take(&mut self, path: &Path, stat: &Result<Stat, SourceError>) {
        match stat {
            Ok(stat) if self.is_of_kind(stat) && self.is_named(path) => {
                if self.classes.len() == CLASSES && !self.classes.contains_key(stat) {
                    let what =
                        format!("has more than {CLASSES} kinds of mode and owner beside it; they are not told apart");
                    return self.take_trouble(path, &SourceError::Io(what));
                }
                let (count, examples) = self.classes.entry(*stat).or_default();
                *count += 1;
                examples.insert(shown(path));
                if examples.len() > EXAMPLES {
                    examples.pop_last();
                }
            }
            Ok(_) => {}
            // A link that leads nowhere is a file by its name; of what cannot be entered, no name is known.
            Err(SourceError::NotFound) if !self.is_named(path) => {}
            Err(trouble) => self.take_trouble(path, trouble),
        }
    }

    fn take_trouble(&mut self, path: &Path, trouble: &SourceError) {
        let more = self.troubles.len() == TROUBLES;
        let at = self.troubles.partition_point(|(known, _)| known.as_path() <= path);
        if at < TROUBLES {
            self.troubles.truncate(TROUBLES - 1);
            self.troubles.insert(at, (path.into(), trouble.clone()));
        }
        self.more_troubles += usize::from(more);
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

    fn observations(self, top: &str, problem: Option<&SourceError>, accounts: &Accounts) -> Vec<Observation> {
        let mut seen: Vec<(String, Observed)> = self
            .classes
            .into_iter()
            .map(|(stat, (count, examples))| {
                let examples: Vec<String> = examples.into_iter().collect();
                let subject = if count == 1 { examples[0].clone() } else { format!("{count} files below {top}") };
                (subject, Observed::Files(class(accounts, &stat, count, examples)))
            })
            .collect();
        let top_problem = problem.map(|trouble| (top.to_owned(), trouble.clone()));
        let troubles = self.troubles.into_iter().map(|(path, trouble)| (shown(&path), trouble));
        seen.extend(troubles.chain(top_problem).map(|(path, trouble)| {
            let text = format!("{path} {trouble}");
            (path, Observed::Unknown(text))
        }));
        if self.more_troubles > 0 {
            seen.push((top.to_owned(), Observed::Unknown(format!("{} more files cannot be seen", self.more_troubles))));
        }
        let observation =
            |(subject, seen)| Observation { subject, attribute: ATTRIBUTE.to_owned(), seen, source: SOURCE.to_owned() };
        seen.into_iter().map(observation).collect()
    }
}

fn class(accounts: &Accounts, stat: &Stat, count: usize, examples: Vec<String>) -> FileGroup {
    FileGroup {
        kind: stat.kind,
        mode: stat.mode,
        users: accounts.user_names(stat.uid),
        groups: accounts.group_names(stat.gid),
        names_unknown: accounts.unknown().map(str::to_owned),
        count,
        examples,
    }
}
