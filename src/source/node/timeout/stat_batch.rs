//! Many `stat` calls in one job. In a live run most of the paths do not exist, and neither do their directories:
//! paths below a missing directory are answered without a call.

use crate::source::node::error::SourceError;
use crate::source::node::files::FileSource;
use crate::source::node::path::HostPath;
use crate::source::node::stat::Stat;
use std::path::Path;

/// Calls `result` for each path in order. Cheapest if the paths of one directory are adjacent.
pub(super) fn stat_batch(
    source: &dyn FileSource,
    paths: &[HostPath],
    mut result: impl FnMut(Result<Stat, SourceError>),
) {
    let mut missing: Option<HostPath> = None;
    let mut checked_parent: Option<&Path> = None;
    let mut existing: Vec<HostPath> = Vec::new();
    for path in paths {
        if missing.as_ref().is_some_and(|directory| path.is_at_or_below(directory)) {
            result(Err(SourceError::NotFound));
            continue;
        }
        let stat = source.stat(path);
        if stat == Err(SourceError::NotFound) && checked_parent != path.path.parent() {
            missing = topmost_missing(source, path, &mut existing);
            checked_parent = path.path.parent();
        }
        result(stat);
    }
}

/// The topmost directory above a path that does not exist, if there is one. `existing` collects directories that do.
fn topmost_missing(source: &dyn FileSource, path: &HostPath, existing: &mut Vec<HostPath>) -> Option<HostPath> {
    let mut topmost = None;
    for directory in path.path.ancestors().skip(1).map(|directory| path.with_path(directory)) {
        if existing.contains(&directory) {
            break;
        }
        if source.stat(&directory) != Err(SourceError::NotFound) {
            existing.push(directory);
            break;
        }
        topmost = Some(directory);
    }
    topmost
}
