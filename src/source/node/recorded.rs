//! A machine written down: a fixture, or what another machine's audit took along. Nothing is guessed; folders above a
//! described file exist and belong to root.

use super::{
    Accounts, Entry as Looked, HostPath, Journal, JournalEntry, JournalQuery, Kind, MAX_TREE_DEPTH, NodeSource,
    PathRoot, Process, ProcessRow, ProcessTable, SourceError, Stat, base_name, behind_link,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

const MAX_LINKS: usize = 40;

/// A machine as a file describes it.
#[derive(Debug)]
pub struct RecordedSource {
    pub(super) files: BTreeMap<PathBuf, Entry>,
    pub(super) processes: Result<Vec<DescribedProcess>, SourceError>,
    pub(super) accounts: Accounts,
    pub(super) notices: Vec<String>,
    /// The entries of each unit, by its full name.
    pub(super) journal: Vec<(String, Vec<JournalEntry>)>,
    /// Of a snapshot: what was read when it was taken.
    pub(super) readings: Option<BTreeSet<String>>,
}

/// What stands at a path.
#[derive(Debug)]
pub(super) enum Entry {
    Thing(Thing),
    Link(PathBuf),
    SourceError(SourceError),
}

/// Something that can be looked at.
#[derive(Debug)]
pub(super) struct Thing {
    pub(super) stat: Stat,
    pub(super) content: Result<Vec<u8>, SourceError>,
    /// What a walk from above says of it instead.
    pub(super) in_walk: Option<SourceError>,
    /// Why a walk from above does not go into it.
    pub(super) not_entered: Option<SourceError>,
}

/// A process, with what is asked of it one by one.
#[derive(Debug)]
pub(super) struct DescribedProcess {
    pub(super) process: Process,
    pub(super) environment: Result<BTreeMap<String, String>, SourceError>,
    pub(super) build: Result<String, SourceError>,
    pub(super) root: PathBuf,
}

impl RecordedSource {
    fn process(&self, pid: u32) -> Result<&DescribedProcess, SourceError> {
        self.processes
            .as_ref()
            .map_err(Clone::clone)?
            .iter()
            .find(|p| p.process.pid == pid)
            .ok_or(SourceError::NotFound)
    }

    /// The described path that a place means: its root put before it, links followed inside that root.
    fn locate(&self, place: &HostPath) -> Result<PathBuf, SourceError> {
        self.resolve(place, true)
    }

    /// The same; `follow` tells whether a link at the path's end is followed too.
    fn resolve(&self, place: &HostPath, follow: bool) -> Result<PathBuf, SourceError> {
        let root = match place.root {
            PathRoot::Node => Path::new("/"),
            PathRoot::Process(pid) => &self.process(pid)?.root,
        };
        let mut todo = names(&place.path);
        let mut inside = PathBuf::new();
        let mut links = 0;
        let mut not_mounted = None;
        while let Some(name) = todo.pop() {
            if name == ".." {
                inside.pop();
                continue;
            }
            let next = inside.join(&name);
            match self.files.get(&root.join(&next)) {
                Some(Entry::Link(_)) if !follow && todo.is_empty() => inside = next,
                Some(Entry::Link(target)) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(SourceError::Io("too many levels of symbolic links".to_owned()));
                    }
                    if target.is_absolute() {
                        inside = PathBuf::new();
                    }
                    todo.extend(names(target));
                }
                // Of a folder that is not mounted, one below it may be.
                Some(Entry::SourceError(trouble @ SourceError::NotMounted(_))) if !todo.is_empty() => {
                    not_mounted = Some(trouble);
                    inside = next;
                }
                Some(Entry::SourceError(trouble)) => return Err(trouble.clone()),
                Some(Entry::Thing(thing)) if thing.stat.kind != Kind::Directory && !todo.is_empty() => {
                    return Err(SourceError::NotDirectory);
                }
                Some(Entry::Thing(_)) | None => inside = next,
            }
        }
        let path = root.join(inside);
        match not_mounted {
            Some(trouble) if !self.files.contains_key(&path) && self.below(&path).next().is_none() => {
                Err(trouble.clone())
            }
            _ => Ok(path),
        }
    }

    fn below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = (&'a PathBuf, &'a Entry)> {
        self.files
            .range(folder.to_path_buf()..)
            .take_while(move |(p, _)| p.starts_with(folder))
            .filter(move |(p, _)| *p != folder)
    }

    fn stat_at(&self, path: &Path) -> Result<Stat, SourceError> {
        match self.files.get(path) {
            Some(Entry::Thing(thing)) => Ok(thing.stat),
            Some(Entry::SourceError(trouble)) => Err(trouble.clone()),
            Some(Entry::Link(_)) => self.stat(&HostPath::host(path)),
            None if path == Path::new("/") || self.below(path).next().is_some() => {
                Ok(Stat { kind: Kind::Directory, mode: 0o755, uid: 0, gid: 0 })
            }
            None => Err(SourceError::NotFound),
        }
    }
}

impl NodeSource for RecordedSource {
    fn processes(&self, wanted: &[&str]) -> Result<Vec<Process>, SourceError> {
        let named = |path: &str| wanted.contains(&base_name(path));
        let is_wanted = |p: &Process| p.argv.first().is_some_and(|a| named(a)) || p.exe.as_deref().is_some_and(named);
        let all = self.processes.as_ref().map_err(Clone::clone)?;
        Ok(all.iter().map(|p| &p.process).filter(|p| is_wanted(p)).cloned().collect())
    }

    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        let environment = self.process(pid)?.environment.as_ref().map_err(Clone::clone)?;
        Ok(names.iter().map(|name| environment.get(*name).cloned()).collect())
    }

    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        self.process(pid)?.build.clone()
    }

    fn process_table(&self) -> Result<ProcessTable, SourceError> {
        let all = self.processes.as_ref().map_err(Clone::clone)?;
        let rows = all.iter().map(|p| ProcessRow::described(&p.process)).collect();
        Ok(ProcessTable::new(rows, 0, None))
    }

    /// One journal, whatever the folder that is asked for; unit by unit.
    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError> {
        let is_wanted = |unit: &String| query.units.is_empty() || query.units.contains(unit);
        let entries = self.journal.iter().filter(|(unit, _)| is_wanted(unit)).flat_map(|(_, entries)| entries);
        let mut entries: Vec<JournalEntry> = entries.filter(|entry| query.holds(entry)).cloned().collect();
        query.cut(&mut entries);
        Ok(Journal { found: !self.journal.is_empty(), ignored: Vec::new(), entries })
    }

    fn look(&self, place: &HostPath) -> Result<Looked, SourceError> {
        let path = self.resolve(place, false)?;
        if let Some(Entry::Link(target)) = self.files.get(&path) {
            let stat = Stat { kind: Kind::Special, mode: 0o777, uid: 0, gid: 0 };
            return Ok(Looked { stat, size: target.as_os_str().len() as u64, link: Some(target.clone()) });
        }
        let size = match self.files.get(&path) {
            Some(Entry::Thing(Thing { content: Ok(bytes), .. })) => bytes.len() as u64,
            Some(Entry::Thing(_) | Entry::Link(_) | Entry::SourceError(_)) | None => 0,
        };
        Ok(Looked { stat: self.stat_at(&path)?, size, link: None })
    }

    fn stat(&self, place: &HostPath) -> Result<Stat, SourceError> {
        self.stat_at(&self.locate(place)?)
    }

    fn read(&self, place: &HostPath) -> Result<Vec<u8>, SourceError> {
        let path = self.locate(place)?;
        match self.files.get(&path) {
            Some(Entry::Thing(thing)) => thing.content.clone(),
            Some(Entry::SourceError(trouble)) => Err(trouble.clone()),
            Some(Entry::Link(_)) | None => {
                self.stat_at(&path)?;
                Err(SourceError::NotRegular("a directory"))
            }
        }
    }

    fn list(&self, place: &HostPath) -> Result<Vec<String>, SourceError> {
        let path = self.locate(place)?;
        if self.stat_at(&path)?.kind != Kind::Directory {
            return Err(SourceError::NotDirectory);
        }
        if let Some(Entry::Thing(Thing { content: Err(trouble), .. })) = self.files.get(&path)
            && !matches!(trouble, SourceError::NotRegular(_))
        {
            return Err(trouble.clone());
        }
        let mut found: Vec<String> = self
            .below(&path)
            .filter_map(|(p, _)| p.strip_prefix(&path).ok()?.components().next())
            .map(|c| c.as_os_str().to_string_lossy().into_owned())
            .collect();
        found.dedup();
        Ok(found)
    }

    fn walk(
        &self,
        place: &HostPath,
        visit: &mut dyn FnMut(&Path, Result<Stat, SourceError>),
    ) -> Result<(), SourceError> {
        self.walk_from(place, MAX_TREE_DEPTH, visit)
    }

    fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    fn notices(&self) -> Vec<String> {
        self.notices.clone()
    }

    fn can_answer(&self, reading: &dyn Fn() -> String) -> bool {
        self.readings.as_ref().is_none_or(|readings| readings.contains(&reading()))
    }
}

impl RecordedSource {
    /// Everything at and below a place; `depth` is how many folders more may stand in one another.
    fn walk_from(
        &self,
        place: &HostPath,
        depth: usize,
        visit: &mut dyn FnMut(&Path, Result<Stat, SourceError>),
    ) -> Result<(), SourceError> {
        let top = self.locate(place)?;
        let stat = self.stat_at(&top)?;
        visit(&place.path, Ok(stat));
        if stat.kind != Kind::Directory {
            return Ok(());
        }
        let Some(depth) = depth.checked_sub(1) else {
            return Err(SourceError::Io(format!("the tree is deeper than {MAX_TREE_DEPTH} folders")));
        };
        let names = self.list(place)?;
        for name in names {
            let below = place.with_path(place.path.join(&name));
            match self.files.get(&top.join(&name)) {
                Some(Entry::Thing(Thing { in_walk: Some(trouble), .. })) => visit(&below.path, Err(trouble.clone())),
                Some(Entry::Thing(Thing { not_entered: Some(trouble), stat, .. })) => {
                    visit(&below.path, Ok(*stat));
                    visit(&below.path, Err(trouble.clone()));
                }
                Some(Entry::Link(_)) => visit(&below.path, behind_link(self.stat(&below))),
                _ => {
                    if let Err(trouble) = self.walk_from(&below, depth, visit) {
                        visit(&below.path, Err(trouble));
                    }
                }
            }
        }
        Ok(())
    }
}

/// A path's names, last first.
pub(super) fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<String> = path
        .components()
        .filter_map(|c| match c {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            Component::ParentDir => Some("..".to_owned()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        })
        .collect();
    names.reverse();
    names
}
