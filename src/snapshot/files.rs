//! The files of a snapshot: what was seen of each path, under the path that a described host finds it at.

use super::form::FileForm;
use crate::probe::{Collector, Excerpt};
use crate::source::node::{HostPath, Kind, NodeSource, PathRoot, RecordingSource, Sighting, SourceError, Stat};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component as Part, Path, PathBuf};

/// Everything that was seen of files.
pub(super) struct Files {
    things: BTreeMap<PathBuf, Thing>,
    roots: Roots,
}

/// What was seen of one path.
struct Thing {
    place: HostPath,
    sighting: Sighting,
    excerpt: Option<Result<String, SourceError>>,
    /// Whether its folder names it.
    is_listed: bool,
}

impl Files {
    /// What the host was asked, and what of the files' contents.
    pub(super) fn of(host: &RecordingSource<'_>, collector: &Collector<'_>) -> Self {
        let roots = Roots::of(host, collector);
        let seen: Vec<(HostPath, Sighting)> =
            host.recording().things.iter().map(|(place, sighting)| (place.clone(), sighting.clone())).collect();
        let mut files = Self { things: BTreeMap::new(), roots };
        for (place, sighting) in &seen {
            files.at(place).see(sighting);
        }
        let roots = files.roots.clone();
        for (_, Excerpt { place, text }) in collector.excerpts(&|place| roots.path(place).display().to_string()) {
            files.at(&place).excerpt = Some(text);
        }
        for (place, sighting) in &seen {
            if let Some(Ok(names)) = &sighting.list {
                names.iter().for_each(|name| files.at(&place.with_path(place.path.join(name))).is_listed = true);
            }
        }
        for thing in files.things.values_mut().filter(|thing| thing.sighting.stat.is_none()) {
            thing.sighting.stat = Some(host.inner().stat(&thing.place));
        }
        files
    }

    fn at(&mut self, place: &HostPath) -> &mut Thing {
        self.things.entry(self.roots.path(place)).or_insert_with(|| Thing {
            place: place.clone(),
            sighting: Sighting::default(),
            excerpt: None,
            is_listed: false,
        })
    }

    /// Modes and owners.
    pub(super) fn stats(&self) -> impl Iterator<Item = Stat> {
        self.things.values().filter_map(|thing| thing.sighting.stat.clone()?.ok())
    }

    /// The root of a process, if it is not the machine's.
    pub(super) fn root_of(&self, pid: u32) -> Option<String> {
        self.roots.own.contains(&pid).then(|| Roots::folder(pid).display().to_string())
    }

    /// Folders, and all else.
    pub(super) fn forms(&self) -> (Vec<FileForm>, Vec<FileForm>) {
        let forms = self.things.iter().filter_map(|(path, thing)| thing.form(path));
        forms.partition(|form| form.kind == Some(DIRECTORY))
    }
}

const DIRECTORY: &str = "directory";

impl Thing {
    fn see(&mut self, other: &Sighting) {
        let known = &mut self.sighting;
        match (&known.stat, &other.stat) {
            (Some(one), Some(another)) if one != another => {
                // One path cannot be both; what cannot be shown is not believed.
                known.stat = Some(Err(SourceError::Io("two names that look alike mean different files".to_owned())));
            }
            (None, Some(_)) => known.stat = other.stat.clone(),
            (Some(_), Some(_) | None) | (None, None) => {}
        }
        known.list = known.list.take().or_else(|| other.list.clone());
        known.in_walk = known.in_walk.take().or_else(|| other.in_walk.clone());
        known.not_entered = known.not_entered.take().or_else(|| other.not_entered.clone());
    }

    /// As it is written; nothing for a path at which nothing stands, unless something names it.
    fn form(&self, path: &Path) -> Option<FileForm> {
        let path = path.display().to_string();
        let written = |trouble: &Option<SourceError>| trouble.as_ref().map(SourceError::written);
        let stat = match self.sighting.stat.as_ref()? {
            Ok(stat) => stat,
            Err(SourceError::NotFound) if !self.is_listed && self.sighting.in_walk.is_none() => return None,
            Err(trouble) => {
                return Some(FileForm {
                    path,
                    error: Some(format!("unseen: {}", trouble.written())),
                    ..FileForm::default()
                });
            }
        };
        let (content, error) = match (stat.kind, &self.excerpt, &self.sighting.list) {
            (Kind::File, Some(Ok(text)), _) => (Some(text.clone()).filter(|text| !text.is_empty()), None),
            (Kind::File, Some(Err(trouble)), _) => (None, Some(of_content(trouble))),
            (Kind::Directory, _, Some(Err(trouble))) => (None, Some(of_content(trouble))),
            (Kind::File | Kind::Directory | Kind::Special, ..) => (None, None),
        };
        Some(FileForm {
            path,
            kind: match (stat.kind, &self.excerpt) {
                (Kind::File, _) => None,
                (Kind::Directory, _) => Some(DIRECTORY),
                (Kind::Special, Some(Err(SourceError::NotRegular("a FIFO")))) => Some("fifo"),
                (Kind::Special, Some(Err(SourceError::NotRegular("a socket")))) => Some("socket"),
                (Kind::Special, Some(Err(SourceError::NotRegular("a device")))) => Some("device"),
                (Kind::Special, _) => Some("other"),
            },
            mode: Some(format!("{:o}", stat.mode)),
            owner: Some(stat.uid),
            group: Some(stat.gid),
            content,
            error,
            in_walk: written(&self.sighting.in_walk),
            not_entered: written(&self.sighting.not_entered),
        })
    }
}

/// Why a content could not be read of something that was there a moment before.
fn of_content(trouble: &SourceError) -> String {
    match trouble {
        SourceError::NotFound | SourceError::NotDirectory | SourceError::NotMounted(_) => {
            SourceError::Changed.written()
        }
        other => other.written(),
    }
}

/// Which processes see files of their own.
#[derive(Clone)]
struct Roots {
    own: BTreeSet<u32>,
}

impl Roots {
    /// A process whose root answers as the machine's does, for all that was asked there, shares it.
    fn of(host: &RecordingSource<'_>, collector: &Collector<'_>) -> Self {
        let mut asked: BTreeMap<u32, Vec<(HostPath, Sighting)>> = BTreeMap::new();
        for (place, sighting) in &host.recording().things {
            if let PathRoot::Process(pid) = place.root {
                asked.entry(pid).or_default().push((place.clone(), sighting.clone()));
            }
        }
        let differs = |(own, seen): &(HostPath, Sighting)| !is_the_machines(host, collector, own, seen);
        Self { own: asked.into_iter().filter(|(_, asked)| asked.iter().any(differs)).map(|(pid, _)| pid).collect() }
    }

    /// Where a process's own files stand among the machine's, as they do on a live one.
    fn folder(pid: u32) -> PathBuf {
        PathBuf::from(format!("/proc/{pid}/root"))
    }

    /// The path at which a described host looks for a place.
    fn path(&self, place: &HostPath) -> PathBuf {
        let mut path = match place.root {
            PathRoot::Process(pid) if self.own.contains(&pid) => Self::folder(pid),
            PathRoot::Process(_) | PathRoot::Node => PathBuf::from("/"),
        };
        let top = path.components().count();
        for part in place.path.components() {
            match part {
                // A description is text.
                Part::Normal(name) => path.push(&*name.to_string_lossy()),
                Part::ParentDir if path.components().count() > top => drop(path.pop()),
                Part::ParentDir | Part::RootDir | Part::CurDir | Part::Prefix(_) => {}
            }
        }
        path
    }
}

/// Whether the machine's own root gives the same answers as a process's. What it is asked here is remembered too: it is as
/// true as the rest.
fn is_the_machines(host: &RecordingSource<'_>, collector: &Collector<'_>, own: &HostPath, seen: &Sighting) -> bool {
    let shared = HostPath::host(&own.path);
    let walk = |place: &HostPath| {
        let mut met = Vec::new();
        let walked = host.walk(place, &mut |path, stat| met.push((path.to_owned(), stat)));
        met.sort_by(|(one, _), (other, _)| one.cmp(other));
        (met, walked)
    };
    seen.stat.as_ref().is_none_or(|stat| host.stat(&shared) == *stat)
        && seen.list.as_ref().is_none_or(|names| seen.walked || host.list(&shared) == *names)
        && (!seen.walked || walk(own) == walk(&shared))
        && collector.excerpt_of(own, host.read(own)) == collector.excerpt_of(own, host.read(&shared))
}
