//! A path on the node, with the root directory that it is resolved in.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// Symlinks in one path, the kernel's limit.
pub(super) const MAX_LINKS: usize = 40;

/// An absolute path and its root.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostPath {
    /// The root in which `path` is resolved. Symlinks never lead out of it.
    pub root: PathRoot,
    /// Absolute.
    pub path: PathBuf,
}

/// A root directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PathRoot {
    /// The node's.
    Node,
    /// The root of the process with this PID. In a pod it is the container's.
    Process(u32),
}

impl HostPath {
    /// A path below the node's root.
    pub fn host(path: impl Into<PathBuf>) -> Self {
        Self { root: PathRoot::Node, path: path.into() }
    }

    /// A path below the root of a process.
    pub fn of_process(pid: u32, path: impl Into<PathBuf>) -> Self {
        Self { root: PathRoot::Process(pid), path: path.into() }
    }

    /// Another path below the same root.
    #[must_use]
    pub fn with_path(&self, path: impl Into<PathBuf>) -> Self {
        Self { root: self.root, path: path.into() }
    }

    /// Whether this path is `ancestor` or lies below it.
    pub(crate) fn is_at_or_below(&self, ancestor: &Self) -> bool {
        self.root == ancestor.root && self.path.starts_with(&ancestor.path)
    }
}

/// The components of a path, each a name or `..`, in reverse: from a list of them the next one can be popped.
pub(super) fn components(path: &Path) -> impl DoubleEndedIterator<Item = &OsStr> {
    path.components().rev().filter_map(|component| match component {
        Component::Normal(name) => Some(name),
        Component::ParentDir => Some(OsStr::new("..")),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    })
}

/// The last component of a path as text. Executables are compared by it.
pub fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
