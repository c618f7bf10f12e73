//! The files of a snapshot: what was read of each path.

use super::names::SnapshotNames;
use super::process_roots::ProcessRoots;
use crate::probe::{Collector, Excerpt};
use crate::source::node::format::{FileEntry, Mode, NameOrId};
use crate::source::node::{FileKind, HostPath, NonRegularFile, RecordedPath, RecordingSource, SourceError, Stat};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const DIRECTORY: &str = "directory";

/// Everything that was read of files.
pub(super) struct SnapshotFiles {
    by_path: BTreeMap<PathBuf, SnapshotFile>,
    names: SnapshotNames,
}

/// What was read of one path.
struct SnapshotFile {
    path: HostPath,
    recorded: RecordedPath,
    /// The part of the content that was asked for.
    excerpt: Option<Result<String, SourceError>>,
    /// Whether a listing of its directory names it.
    is_listed: bool,
}

impl SnapshotFiles {
    pub(super) fn collect(source: &RecordingSource<'_>, collector: &Collector<'_>) -> Self {
        let roots = ProcessRoots::detect(source, collector);
        let recorded: Vec<(HostPath, RecordedPath)> =
            source.recording().paths.iter().map(|(path, recorded)| (path.clone(), recorded.clone())).collect();
        let names = SnapshotNames::new(roots, &recorded);
        let mut files = Self { by_path: BTreeMap::new(), names };
        for (path, recorded) in &recorded {
            if let Some(target) = &recorded.link {
                let entry = files.entry_at(files.names.of_link(path), path);
                entry.recorded.link = Some(target.clone());
                entry.recorded.link_owner = recorded.link_owner;
            }
            files.entry(path).merge(recorded);
        }
        let names = files.names.clone();
        for (_, Excerpt { path, text }) in collector.excerpts(&|path| names.of(path).display().to_string()) {
            files.entry(&path).excerpt = Some(text);
        }
        for (path, recorded) in &recorded {
            if let Some(Ok(names)) = &recorded.list {
                names.iter().for_each(|name| files.entry(&path.with_path(path.path.join(name))).is_listed = true);
            }
        }
        for file in files.by_path.values_mut() {
            if file.recorded.stat.is_none() && file.recorded.link.is_none() {
                file.recorded.stat = Some(source.inner().stat(&file.path));
            }
        }
        files
    }

    fn entry(&mut self, path: &HostPath) -> &mut SnapshotFile {
        self.entry_at(self.names.of(path), path)
    }

    fn entry_at(&mut self, name: PathBuf, path: &HostPath) -> &mut SnapshotFile {
        self.by_path.entry(name).or_insert_with(|| SnapshotFile {
            path: path.clone(),
            recorded: RecordedPath::default(),
            excerpt: None,
            is_listed: false,
        })
    }

    /// Mode and owner of every file.
    pub(super) fn stats(&self) -> impl Iterator<Item = Stat> {
        self.by_path.values().filter_map(|file| file.recorded.stat.clone()?.ok())
    }

    /// The root directory of a process, if it is not the node's.
    pub(super) fn root_of(&self, pid: u32) -> Option<PathBuf> {
        self.names.roots.directory_of(pid)
    }

    /// Directories, and all other files.
    pub(super) fn into_entries(self) -> (Vec<FileEntry>, Vec<FileEntry>) {
        let entries = self.by_path.into_iter().filter_map(|(path, file)| file.into_entry(&path));
        entries.partition(|entry| entry.kind.as_deref() == Some(DIRECTORY))
    }
}

impl SnapshotFile {
    /// Adds what was read of another name of this path.
    fn merge(&mut self, other: &RecordedPath) {
        let known = &mut self.recorded;
        match (&known.stat, &other.stat) {
            (Some(one), Some(another)) if one != another => {
                known.stat = Some(Err(SourceError::Io("two names that look the same are different files".to_owned())));
            }
            (None, Some(_)) => known.stat = other.stat.clone(),
            (Some(_), Some(_) | None) | (None, None) => {}
        }
        known.modified = known.modified.or(other.modified);
        known.list = known.list.take().or_else(|| other.list.clone());
        known.in_walk = known.in_walk.take().or_else(|| other.in_walk.clone());
        known.not_entered = known.not_entered.take().or_else(|| other.not_entered.clone());
    }

    /// `None` for a path that does not exist, unless a listing names it.
    fn into_entry(self, path: &Path) -> Option<FileEntry> {
        let path = path.to_owned();
        if let Some(target) = self.recorded.link {
            let owner = self.recorded.link_owner.filter(|uid| *uid != 0).map(NameOrId::Id);
            return Some(FileEntry { path, target: Some(target), owner, ..FileEntry::default() });
        }
        let stat = match self.recorded.stat? {
            Ok(stat) => stat,
            Err(SourceError::NotFound) if !self.is_listed && self.recorded.in_walk.is_none() => return None,
            Err(error) => {
                let error = Some(format!("unseen: {}", error.to_code()));
                return Some(FileEntry { path, error, ..FileEntry::default() });
            }
        };
        let kind = match (stat.kind, &self.excerpt) {
            (FileKind::File, _) => None,
            (FileKind::Directory, _) => Some(DIRECTORY),
            (FileKind::Special, Some(Err(SourceError::NotRegular(NonRegularFile::Fifo)))) => Some("fifo"),
            (FileKind::Special, Some(Err(SourceError::NotRegular(NonRegularFile::Socket)))) => Some("socket"),
            (FileKind::Special, Some(Err(SourceError::NotRegular(NonRegularFile::Device)))) => Some("device"),
            (FileKind::Special, _) => Some("other"),
        };
        let (content, error) = match (stat.kind, self.excerpt, &self.recorded.list) {
            (FileKind::File, Some(Ok(text)), _) => (Some(text).filter(|text| !text.is_empty()), None),
            (FileKind::File, Some(Err(error)), _) => (None, Some(content_error(&error))),
            (FileKind::Directory, _, Some(Err(error))) => (None, Some(content_error(error))),
            (FileKind::File | FileKind::Directory | FileKind::Special, ..) => (None, None),
        };
        Some(FileEntry {
            path,
            kind: kind.map(str::to_owned),
            mode: stat.mode.map(Mode::from_bits),
            owner: stat.uid.map(NameOrId::Id),
            group: stat.gid.map(NameOrId::Id),
            modified: self.recorded.modified,
            content,
            error,
            in_walk: self.recorded.in_walk.as_ref().map(SourceError::to_code),
            not_entered: self.recorded.not_entered.as_ref().map(SourceError::to_code),
            ..FileEntry::default()
        })
    }
}

/// Why the content of a file cannot be read whose mode and owner could be read before.
fn content_error(error: &SourceError) -> String {
    match error {
        SourceError::NotFound | SourceError::NotDirectory | SourceError::NotMounted(_) => {
            SourceError::Changed.to_code()
        }
        SourceError::PermissionDenied(_)
        | SourceError::ProcessesHidden
        | SourceError::NotRegular(_)
        | SourceError::LinkToDirectory
        | SourceError::TooLarge(_)
        | SourceError::Changed
        | SourceError::TimedOut(_)
        | SourceError::DeadlineExceeded(_)
        | SourceError::Malformed(_)
        | SourceError::Io(_) => error.to_code(),
    }
}
