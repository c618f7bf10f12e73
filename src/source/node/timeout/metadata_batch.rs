//! The metadata of many paths in one job. In a live run most of the paths do not exist, and neither do their directories: what
//! is below a path that does not exist is answered without a call.

use crate::source::node::error::SourceError;
use crate::source::node::files::FileSource;
use crate::source::node::path::HostPath;
use crate::source::node::stat::Metadata;

/// Calls `result` for each path in order. Cheapest if a directory stands before what is below it.
pub(super) fn metadata_batch(
    source: &dyn FileSource,
    paths: &[HostPath],
    mut result: impl FnMut(Result<Metadata, SourceError>),
) {
    let mut missing: Option<&HostPath> = None;
    for path in paths {
        if missing.is_some_and(|above| path.is_at_or_below(above)) {
            result(Err(SourceError::NotFound));
            continue;
        }
        let metadata = source.metadata(path);
        if metadata == Err(SourceError::NotFound) {
            missing = Some(path);
        }
        result(metadata);
    }
}
