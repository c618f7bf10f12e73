//! Which processes see other files than the node, and the paths under which a snapshot holds their files.

use crate::probe::Collector;
use crate::source::node::{FileSource as _, HostPath, PathRoot, RecordedPath, RecordingSource};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// The processes whose root directory is not the node's.
#[derive(Clone)]
pub(super) struct ProcessRoots {
    pids: BTreeSet<u32>,
}

impl ProcessRoots {
    /// A process has the node's root if everything that was read below its root is the same below the node's.
    pub(super) fn detect(source: &RecordingSource<'_>, collector: &Collector<'_>) -> Self {
        let mut by_process: BTreeMap<u32, Vec<(HostPath, RecordedPath)>> = BTreeMap::new();
        for (path, recorded) in &source.recording().paths {
            if let PathRoot::Process(pid) = path.root {
                by_process.entry(pid).or_default().push((path.clone(), recorded.clone()));
            }
        }
        let differs = |(path, recorded): &(HostPath, RecordedPath)| !is_same_on_node(source, collector, path, recorded);
        let own = by_process.into_iter().filter(|(_, paths)| paths.iter().any(differs));
        Self { pids: own.map(|(pid, _)| pid).collect() }
    }

    /// The root directory of a process in the snapshot, if it is not the node's: as on a live node.
    pub(super) fn directory_of(&self, pid: u32) -> Option<PathBuf> {
        self.pids.contains(&pid).then(|| PathBuf::from(format!("/proc/{pid}/root")))
    }

    /// The path of a file in the snapshot.
    pub(super) fn snapshot_path(&self, path: &HostPath) -> PathBuf {
        let mut result = match path.root {
            PathRoot::Process(pid) => self.directory_of(pid),
            PathRoot::Node => None,
        }
        .unwrap_or_else(|| "/".into());
        let top = result.components().count();
        for part in path.path.components() {
            match part {
                // A snapshot is text.
                Component::Normal(name) => result.push(&*name.to_string_lossy()),
                Component::ParentDir if result.components().count() > top => drop(result.pop()),
                Component::ParentDir | Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
            }
        }
        result
    }
}

/// Whether the node's root has at `path` what the process's root has there. These reads are recorded as well, which does no
/// harm: they are as true as the others.
fn is_same_on_node(
    source: &RecordingSource<'_>,
    collector: &Collector<'_>,
    path: &HostPath,
    recorded: &RecordedPath,
) -> bool {
    let on_node = HostPath::host(&path.path);
    let walk = |top: &HostPath| {
        let mut entries = Vec::new();
        let walked = source.walk(top, &mut |path: &Path, found| entries.push((path.to_owned(), found)));
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        (entries, walked)
    };
    recorded.stat.as_ref().is_none_or(|stat| source.stat(&on_node) == *stat)
        && recorded.list.as_ref().is_none_or(|names| recorded.walked || source.list(&on_node) == *names)
        && (!recorded.walked || walk(path) == walk(&on_node))
        && collector.excerpt_of(path, source.read(path)) == collector.excerpt_of(path, source.read(&on_node))
}
