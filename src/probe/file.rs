//! The file probe: mode, owner and group of paths, globs and trees. Never judges.

use super::collector::shown;
use super::place::{is_directory, places};
use super::setting::not_seen;
use super::{Collector, Evidence, FileClass, FileProbe, Observation, Seen, Tree};
use crate::host::{Accounts, Kind, Place, Stat};
use globset::{Glob, GlobSet, GlobSetBuilder};
use std::collections::BTreeMap;
use std::path::Path;

const ATTRIBUTE: &str = "permissions and owner";
const SOURCE: &str = "file system";
/// Paths that are named of files with one mode and owner.
const EXAMPLES: usize = 5;
/// Files that could not be seen, and are named one by one.
const TROUBLES: usize = 20;

pub(super) fn collect(collector: &Collector<'_>, probe: &FileProbe) -> Evidence {
    let (there, not_there): (Vec<_>, Vec<_>) =
        probe.at.iter().flat_map(|at| places(collector, at)).partition(Result::is_ok);
    let mut there: Vec<Place> = there.into_iter().flatten().collect();
    there.sort();
    there.dedup();
    let mut observations = Vec::new();
    for place in &there {
        match probe.tree {
            None => observations.push(look(collector, place)),
            Some(tree) => observations.extend(walk(collector, place, tree, &probe.names)),
        }
    }
    // Of several places some may be absent; all of them being so is for the rule to say.
    let nothing_seen = observations.is_empty();
    let not_there = not_there.into_iter().filter_map(Result::err);
    observations.extend(
        not_there.filter(|seen| nothing_seen || !matches!(seen, Seen::Missing(_))).map(|seen| named(ATTRIBUTE, seen)),
    );
    if observations.is_empty() {
        let at: Vec<String> = there.iter().map(|p| shown(&p.path)).collect();
        let names = if probe.names.is_empty() { "file".to_owned() } else { probe.names.join(", ") };
        observations.push(named(ATTRIBUTE, Seen::Missing(format!("no {names} is below {}", at.join(", ")))));
    }
    Evidence { observations }
}

fn named(attribute: &str, seen: Seen) -> Observation {
    Observation { subject: "file".to_owned(), attribute: attribute.to_owned(), seen, source: SOURCE.to_owned() }
}

fn look(collector: &Collector<'_>, place: &Place) -> Observation {
    let subject = shown(&place.path);
    let seen = match collector.host.stat(place) {
        Ok(stat) => Seen::Files(class(collector.host.accounts(), &stat, 1, vec![subject.clone()])),
        Err(trouble) => not_seen(&subject, &trouble),
    };
    Observation { subject, attribute: ATTRIBUTE.to_owned(), seen, source: SOURCE.to_owned() }
}

/// The files of a tree, by mode and owner: a tree of 100,000 files gives a handful of entries.
fn walk(collector: &Collector<'_>, place: &Place, tree: Tree, names: &[String]) -> Vec<Observation> {
    if tree == Tree::Files && !is_directory(collector, place) {
        return vec![look(collector, place)];
    }
    let top = shown(&place.path);
    let names = patterns(names);
    let mut classes: BTreeMap<Stat, (usize, Vec<String>)> = BTreeMap::new();
    let mut troubles = Vec::new();
    let mut more_troubles = 0;
    let walked = collector.host.walk(place, &mut |path: &Path, stat| match stat {
        Ok(stat) if is_meant(path, &stat, tree, names.as_ref()) => {
            let (count, examples) = classes.entry(stat).or_default();
            *count += 1;
            if examples.len() < EXAMPLES {
                examples.push(shown(path));
            }
        }
        Ok(_) => {}
        Err(trouble) if troubles.len() < TROUBLES => troubles.push((shown(path), trouble)),
        Err(_) => more_troubles += 1,
    });
    if let Err(trouble) = walked {
        troubles.push((top.clone(), trouble));
    }
    let accounts = collector.host.accounts();
    let mut seen: Vec<(String, Seen)> = classes
        .into_iter()
        .map(|(stat, (count, examples))| {
            let subject = if count == 1 { examples[0].clone() } else { format!("{count} below {top}") };
            (subject, Seen::Files(class(accounts, &stat, count, examples)))
        })
        .collect();
    // In a tree, a link that leads nowhere is as little known as a folder that may not be entered.
    seen.extend(troubles.into_iter().map(|(path, trouble)| {
        let text = format!("{path} {trouble}");
        (path, Seen::Unknown(text))
    }));
    if more_troubles > 0 {
        seen.push((top, Seen::Unknown(format!("{more_troubles} more files cannot be seen"))));
    }
    let observation =
        |(subject, seen)| Observation { subject, attribute: ATTRIBUTE.to_owned(), seen, source: SOURCE.to_owned() };
    seen.into_iter().map(observation).collect()
}

fn is_meant(path: &Path, stat: &Stat, tree: Tree, names: Option<&GlobSet>) -> bool {
    let of_kind = match tree {
        Tree::Files => stat.kind == Kind::File,
        Tree::Everything => true,
    };
    of_kind && names.is_none_or(|set| path.file_name().is_some_and(|name| set.is_match(name)))
}

/// The patterns as one matcher; they were checked when the definitions were loaded.
fn patterns(names: &[String]) -> Option<GlobSet> {
    if names.is_empty() {
        return None;
    }
    let mut set = GlobSetBuilder::new();
    names.iter().filter_map(|name| Glob::new(name).ok()).for_each(|glob| {
        set.add(glob);
    });
    set.build().ok()
}

fn class(accounts: &Accounts, stat: &Stat, count: usize, examples: Vec<String>) -> FileClass {
    FileClass {
        kind: stat.kind,
        mode: stat.mode,
        users: accounts.user_names(stat.uid),
        groups: accounts.group_names(stat.gid),
        count,
        examples,
    }
}
