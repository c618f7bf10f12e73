//! The files of a node as the probes see them: metadata and listings are read once, so that all rules judge the same.

use super::cache::Cache;
use crate::source::node::{HostPath, NodeSource, SourceError, Stat};
use std::path::Path;
use std::rc::Rc;

/// A node's files, with the metadata and listings read so far.
pub(super) struct CachedFiles<'a> {
    source: &'a dyn NodeSource,
    stats: Cache<HostPath, Result<Stat, SourceError>>,
    lists: Cache<HostPath, Result<Rc<Vec<String>>, SourceError>>,
}

impl<'a> CachedFiles<'a> {
    pub(super) fn new(source: &'a dyn NodeSource) -> Self {
        Self { source, stats: Cache::default(), lists: Cache::default() }
    }

    /// Reads the metadata of many paths with one call, which is cheaper than one call per path.
    pub(super) fn prefetch(&self, mut paths: Vec<HostPath>) {
        paths.retain(|path| !self.stats.contains(path));
        // Makes the paths of one directory adjacent. Comparing bytes is faster than comparing components.
        paths.sort_unstable_by(|a, b| (a.root, a.path.as_os_str()).cmp(&(b.root, b.path.as_os_str())));
        paths.dedup();
        let stats = self.source.stat_all(&paths);
        self.stats.extend(paths.into_iter().zip(stats));
    }

    /// Type, mode and owner.
    pub(super) fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
        self.stats.get_or_read(path, || self.source.stat(path))
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
    pub(super) fn walk(
        &self,
        path: &HostPath,
        visit: &mut dyn FnMut(&Path, Result<Stat, SourceError>),
    ) -> Result<(), SourceError> {
        self.known_error(path)?;
        self.source.walk(path, visit)
    }

    /// What failed for its metadata fails for its content as well.
    fn known_error(&self, path: &HostPath) -> Result<(), SourceError> {
        match self.stats.get(path) {
            Some(Err(error)) => Err(error),
            Some(Ok(_)) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::node::{
        AccountSource, Accounts, FileSource, Journal, JournalQuery, JournalSource, Lstat, Process, ProcessSource,
        ProcessTable, RecordedSource,
    };
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

    impl FileSource for CountingSource {
        fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError> {
            self.note("lstat", path);
            self.inner.lstat(path)
        }
        fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
            self.note("stat", path);
            self.inner.stat(path)
        }
        fn stat_all(&self, paths: &[HostPath]) -> Vec<Result<Stat, SourceError>> {
            paths.iter().for_each(|path| self.note("stat_all", path));
            // It stops answering at the third path.
            paths.iter().take(2).map(|path| self.inner.stat(path)).collect()
        }
        fn read(&self, path: &HostPath) -> Result<Vec<u8>, SourceError> {
            self.note("read", path);
            self.inner.read(path)
        }
        fn list(&self, path: &HostPath) -> Result<Vec<String>, SourceError> {
            self.note("list", path);
            self.inner.list(path)
        }
        fn walk(
            &self,
            path: &HostPath,
            visit: &mut dyn FnMut(&Path, Result<Stat, SourceError>),
        ) -> Result<(), SourceError> {
            self.note("walk", path);
            self.inner.walk(path, visit)
        }
    }

    impl ProcessSource for CountingSource {
        fn processes(&self, names: &[&str]) -> Result<Vec<Process>, SourceError> {
            self.inner.processes(names)
        }
        fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
            self.inner.variables(pid, names)
        }
        fn build_information(&self, pid: u32) -> Result<String, SourceError> {
            self.inner.build_information(pid)
        }
        fn process_table(&self) -> Result<ProcessTable, SourceError> {
            self.inner.process_table()
        }
    }

    impl AccountSource for CountingSource {
        fn accounts(&self) -> &Accounts {
            self.inner.accounts()
        }
    }

    impl JournalSource for CountingSource {
        fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError> {
            self.inner.journal(query)
        }
    }

    impl NodeSource for CountingSource {
        fn name(&self) -> Option<String> {
            self.inner.name()
        }
        fn notices(&self) -> Vec<String> {
            self.inner.notices()
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
        assert_eq!(source.calls.take(), ["stat_all /a/b", "stat_all /absent", "stat_all /z"]);
        assert!(files.stat(&HostPath::host("/a/b")).is_ok());
        assert_eq!(files.stat(&HostPath::host("/absent")), Err(SourceError::NotFound));
        assert_eq!(source.calls.take(), [] as [String; 0]);
        // A path without a result is read when it is needed, once.
        assert!(files.stat(&HostPath::host("/z")).is_ok() && files.stat(&HostPath::host("/z")).is_ok());
        assert_eq!(source.calls.take(), ["stat /z"]);
        files.prefetch(paths(&["/z", "/a/b"]));
        assert_eq!(source.calls.take(), [] as [String; 0], "everything is known");
    }

    #[test]
    fn nothing_is_read_at_a_path_that_is_known_to_fail() {
        let inner = RecordedSource::parse("files: [{ path: /a/b, content: x }]").expect("a recorded node");
        let source = CountingSource { inner, calls: RefCell::default() };
        let files = CachedFiles::new(&source);
        files.prefetch(paths(&["/absent"]));
        source.calls.take();
        let absent = HostPath::host("/absent");
        assert_eq!(files.read(&absent), Err(SourceError::NotFound));
        assert_eq!(files.list(&absent), Err(SourceError::NotFound));
        assert_eq!(files.walk(&absent, &mut |_, _| {}), Err(SourceError::NotFound));
        assert_eq!(source.calls.take(), [] as [String; 0]);
        assert_eq!(files.read(&HostPath::host("/a/b")), Ok(b"x".to_vec()));
        assert_eq!(files.list(&HostPath::host("/a")), Ok(Rc::new(vec!["b".to_owned()])));
        assert_eq!(source.calls.take(), ["read /a/b", "list /a"]);
    }
}
