//! The files of a node as the probes see them: metadata and listings are read once, so that all rules judge the same.

use super::cache::Cache;
use crate::source::node::{HostPath, Lstat, Metadata, NodeSource, SourceError, Stat, Walked, directories_to};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The directories and symlinks on the way to a file.
type Steps = Rc<Vec<(PathBuf, Stat)>>;

/// A node's files, with the metadata and listings read so far.
pub(super) struct CachedFiles<'a> {
    source: &'a dyn NodeSource,
    stats: Cache<HostPath, Result<Stat, SourceError>>,
    links: Cache<HostPath, Result<Lstat, SourceError>>,
    ways: Cache<HostPath, Result<Steps, SourceError>>,
    lists: Cache<HostPath, Result<Rc<Vec<String>>, SourceError>>,
    modified: Cache<HostPath, Option<u64>>,
}

impl<'a> CachedFiles<'a> {
    pub(super) fn new(source: &'a dyn NodeSource) -> Self {
        Self {
            source,
            stats: Cache::default(),
            links: Cache::default(),
            ways: Cache::default(),
            lists: Cache::default(),
            modified: Cache::default(),
        }
    }

    /// Reads the metadata of many paths and of the directories above them with one call, which is cheaper than one call per
    /// path.
    pub(super) fn prefetch(&self, paths: Vec<HostPath>) {
        if !self.source.answers_together() {
            return;
        }
        let is_unknown = |path: &HostPath| !self.links.contains(path) && self.known_absence(path).is_ok();
        let paths: Vec<HostPath> = with_ancestors(paths).into_iter().filter(is_unknown).collect();
        for (path, metadata) in paths.iter().zip(self.source.metadata_all(&paths)) {
            let (own, followed) = match metadata {
                Ok(Metadata { own, followed }) => (Ok(own), followed),
                Err(error) => (Err(error.clone()), Err(error)),
            };
            // What was read before stays.
            self.links.insert_if_unknown(path, own);
            self.stats.insert_if_unknown(path, followed);
        }
    }

    /// Type, mode and owner.
    pub(super) fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
        self.stats.get_or_read(path, || {
            self.known_absence(path)?;
            self.source.stat(path)
        })
    }

    /// Type, mode and owner of a link itself, and its target.
    pub(super) fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError> {
        self.links.get_or_read(path, || {
            self.known_absence(path)?;
            self.source.lstat(path)
        })
    }

    /// The directories and symlinks that a path leads through.
    pub(super) fn directories_to(&self, path: &HostPath) -> Result<Steps, SourceError> {
        self.ways.get_or_read(path, || {
            self.prefetch(vec![path.clone()]);
            directories_to(path, &|path| self.lstat(path)).map(Rc::new)
        })
    }

    /// When the content of a file was last changed, in seconds since 1970, if that is known.
    pub(super) fn modified(&self, path: &HostPath) -> Option<u64> {
        self.modified.get_or_read(path, || self.source.modified(path))
    }

    /// The names in a directory, sorted.
    pub(super) fn list(&self, path: &HostPath) -> Result<Rc<Vec<String>>, SourceError> {
        self.known_error(path)?;
        self.lists.get_or_read(path, || self.source.list(path).map(Rc::new))
    }

    /// The content of a file. It is not kept.
    pub(super) fn read(&self, path: &HostPath) -> Result<Vec<u8>, SourceError> {
        self.known_error(path)?;
        self.source.read(path)
    }

    /// Visits everything at and below a path. It is not kept.
    pub(super) fn walk(&self, path: &HostPath, visit: &mut dyn FnMut(&Path, Walked)) -> Result<(), SourceError> {
        self.known_error(path)?;
        self.source.walk(path, visit)
    }

    /// Whether a path is known not to exist: a directory above it does not, or the listing of its directory lacks it.
    fn known_absence(&self, path: &HostPath) -> Result<(), SourceError> {
        if !self.source.answers_together() || self.stats.is_empty() && self.lists.is_empty() {
            return Ok(());
        }
        let above = || path.path.ancestors().skip(1).map(|above| path.with_path(above));
        let nearest_known = above().find_map(|directory| self.stats.get(&directory));
        let listing = above().next().and_then(|parent| self.lists.get(&parent));
        let is_listed = match (listing, path.path.file_name().and_then(OsStr::to_str)) {
            (Some(Ok(names)), Some(name)) => names.binary_search_by(|known| known.as_str().cmp(name)).is_ok(),
            _ => true,
        };
        let is_absent = !is_listed || nearest_known == Some(Err(SourceError::NotFound));
        if is_absent { Err(SourceError::NotFound) } else { Ok(()) }
    }

    /// What failed for its metadata fails for its content as well.
    fn known_error(&self, path: &HostPath) -> Result<(), SourceError> {
        match self.stats.get(path) {
            Some(Err(error)) => Err(error),
            Some(Ok(_)) => Ok(()),
            None => self.known_absence(path),
        }
    }
}

/// The paths and the directories above them, each once, directories before what is below them.
fn with_ancestors(mut paths: Vec<HostPath>) -> Vec<HostPath> {
    // Comparing bytes is faster than comparing components.
    let by_bytes = |a: &HostPath, b: &HostPath| (a.root, a.path.as_os_str()).cmp(&(b.root, b.path.as_os_str()));
    paths.sort_unstable_by(by_bytes);
    let mut all: Vec<HostPath> = Vec::with_capacity(2 * paths.len());
    let mut last: Option<HostPath> = None;
    for path in paths {
        let ancestors = path.path.ancestors().skip(1).map(|above| path.with_path(above));
        all.extend(ancestors.take_while(|above| !last.as_ref().is_some_and(|last| last.is_at_or_below(above))));
        all.push(path.clone());
        last = Some(path);
    }
    all.sort_unstable_by(by_bytes);
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::node::{FileSource, RecordedSource, SourceDecorator};
    use std::cell::RefCell;

    /// Notes every call on files.
    struct CountingSource {
        inner: RecordedSource,
        calls: RefCell<Vec<String>>,
    }

    impl CountingSource {
        fn note(&self, call: &str, path: &HostPath) {
            self.calls.borrow_mut().push(format!("{call} {}", path.path.display()));
        }
    }

    impl SourceDecorator for CountingSource {
        fn inner(&self) -> &dyn NodeSource {
            &self.inner
        }
        fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError> {
            self.note("lstat", path);
            self.inner.lstat(path)
        }
        fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
            self.note("stat", path);
            self.inner.stat(path)
        }
        fn answers_together(&self) -> bool {
            true
        }
        fn metadata_all(&self, paths: &[HostPath]) -> Vec<Result<Metadata, SourceError>> {
            paths.iter().for_each(|path| self.note("metadata_all", path));
            // It stops answering at the fifth path.
            paths.iter().take(4).map(|path| self.inner.metadata(path)).collect()
        }
        fn read(&self, path: &HostPath) -> Result<Vec<u8>, SourceError> {
            self.note("read", path);
            self.inner.read(path)
        }
        fn list(&self, path: &HostPath) -> Result<Vec<String>, SourceError> {
            self.note("list", path);
            self.inner.list(path)
        }
        fn walk(&self, path: &HostPath, visit: &mut dyn FnMut(&Path, Walked)) -> Result<(), SourceError> {
            self.note("walk", path);
            self.inner.walk(path, visit)
        }
    }

    fn paths(paths: &[&str]) -> Vec<HostPath> {
        paths.iter().map(HostPath::host).collect()
    }

    #[test]
    fn prefetched_paths_are_not_read_again() {
        let inner =
            RecordedSource::parse("files: [{ path: /a/b, content: x }, { path: /z }]").expect("a recorded node");
        let source = CountingSource { inner, calls: RefCell::default() };
        let files = CachedFiles::new(&source);
        files.prefetch(paths(&["/z", "/a/b", "/absent", "/z"]));
        let together = ["/", "/a", "/a/b", "/absent", "/z"].map(|path| format!("metadata_all {path}"));
        assert_eq!(source.calls.take(), together);
        assert!(files.stat(&HostPath::host("/a/b")).is_ok());
        assert_eq!(files.stat(&HostPath::host("/absent")), Err(SourceError::NotFound));
        assert_eq!(source.calls.take(), [] as [String; 0]);
        // A path without a result is read when it is needed, once.
        assert!(files.stat(&HostPath::host("/z")).is_ok() && files.stat(&HostPath::host("/z")).is_ok());
        assert_eq!(source.calls.take(), ["stat /z"]);
        files.prefetch(paths(&["/a/b", "/absent/below"]));
        assert_eq!(source.calls.take(), [] as [String; 0], "everything is known");
    }

    #[test]
    fn nothing_is_read_at_a_path_that_is_known_to_fail() {
        let inner = RecordedSource::parse("files: [{ path: /a/b, content: x }]").expect("a recorded node");
        let source = CountingSource { inner, calls: RefCell::default() };
        let files = CachedFiles::new(&source);
        files.prefetch(paths(&["/absent"]));
        source.calls.take();
        let below = HostPath::host("/absent/below");
        assert_eq!(files.stat(&below), Err(SourceError::NotFound));
        assert_eq!(files.lstat(&below).map(|found| found.size), Err(SourceError::NotFound));
        let absent = HostPath::host("/absent");
        assert_eq!(files.read(&absent), Err(SourceError::NotFound));
        assert_eq!(files.list(&absent), Err(SourceError::NotFound));
        assert_eq!(files.walk(&absent, &mut |_, _| {}), Err(SourceError::NotFound));
        assert_eq!(source.calls.take(), [] as [String; 0]);
        assert_eq!(files.read(&HostPath::host("/a/b")), Ok(b"x".to_vec()));
        assert_eq!(files.list(&HostPath::host("/a")), Ok(Rc::new(vec!["b".to_owned()])));
        assert_eq!(source.calls.take(), ["read /a/b", "list /a"]);
        // The listing says what else there is.
        assert_eq!(files.stat(&HostPath::host("/a/c")), Err(SourceError::NotFound));
        assert_eq!(files.lstat(&HostPath::host("/a/c/d")).map(|found| found.size), Err(SourceError::NotFound));
        assert_eq!(source.calls.take(), [] as [String; 0]);
    }
}
