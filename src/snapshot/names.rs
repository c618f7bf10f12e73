//! The paths under which a snapshot holds files: the symlinks that were looked at are in it, and what lies behind them is held
//! where it really is.

use super::process_roots::ProcessRoots;
use crate::source::node::{HostPath, RecordedPath};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// The kernel's limit.
const MAX_LINKS: usize = 40;

/// The names of files in a snapshot.
#[derive(Clone)]
pub(super) struct SnapshotNames {
    pub(super) roots: ProcessRoots,
    /// The targets of symlinks, by the paths of the symlinks in the snapshot.
    links: BTreeMap<PathBuf, PathBuf>,
}

impl SnapshotNames {
    pub(super) fn new(roots: ProcessRoots, recorded: &[(HostPath, RecordedPath)]) -> Self {
        let links =
            recorded.iter().filter_map(|(path, recorded)| Some((roots.snapshot_path(path), recorded.link.clone()?)));
        Self { links: links.collect(), roots }
    }

    /// Where a file is held, its symlinks followed.
    pub(super) fn of(&self, path: &HostPath) -> PathBuf {
        self.follow(path, true)
    }

    /// Where a symlink itself is held.
    pub(super) fn of_link(&self, path: &HostPath) -> PathBuf {
        self.follow(path, false)
    }

    fn follow(&self, path: &HostPath, with_last: bool) -> PathBuf {
        let root = self.roots.snapshot_path(&path.with_path("/"));
        let full = self.roots.snapshot_path(path);
        let mut pending = names(full.strip_prefix(&root).unwrap_or(&full));
        let mut here = root.clone();
        let mut links = 0;
        while let Some(name) = pending.pop() {
            if name == ".." {
                if here != root {
                    here.pop();
                }
                continue;
            }
            let next = here.join(name);
            match self.links.get(&next) {
                Some(target) if links < MAX_LINKS && (with_last || !pending.is_empty()) => {
                    links += 1;
                    if target.is_absolute() {
                        here.clone_from(&root);
                    }
                    pending.extend(names(target));
                }
                Some(_) | None => here = next,
            }
        }
        here
    }
}

/// The names of a path, the last one first.
fn names(path: &Path) -> Vec<OsString> {
    let name = |component: Component<'_>| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    };
    path.components().rev().filter_map(name).collect()
}
