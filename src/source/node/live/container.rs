//! Whether this program runs in a container, and which paths are only the container's own. Reads this program's
//! environment, not the node.

use super::file::read_at_most;
use super::mount_table::MountTable;
use super::resolve::resolve_missing;
use rustix::fs::CWD;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::path::{Path, PathBuf};

/// Files that container runtimes create in a container.
const MARKER_FILES: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];

/// Bytes read of a mount table. A mount beyond them counts as not mounted.
const MAX_TABLE_BYTES: u64 = 4 << 20;

/// The container that this program runs in.
#[derive(Debug, Clone)]
pub(super) struct Container {
    mounts: MountTable,
    alone: bool,
}

impl Container {
    /// The container around this program, if there is one. A container with the processes of a whole node in it, as kind
    /// and k3d make them, is a node to the programs inside.
    pub(super) fn detect() -> Option<Self> {
        let mounts = mount_table("self")?;
        let marked = mounts.layered_root()
            || std::env::var_os("container").is_some_and(|v| !v.is_empty())
            || MARKER_FILES.into_iter().any(|file| rustix::fs::access(file, rustix::fs::Access::EXISTS).is_ok());
        if !marked {
            return None;
        }
        // Processes with the same root have the same mount there. Anybody may read another process's mount table.
        let shares_root = mounts.root_id().is_some() && mount_table("1").and_then(|t| t.root_id()) == mounts.root_id();
        let alone = shares_root && only_own_processes();
        (alone || !shares_root).then_some(Self { mounts, alone })
    }

    /// Whether only processes of this container can be seen.
    pub(super) const fn is_alone(&self) -> bool {
        self.alone
    }

    /// The directory of the node to mount so that a path can be seen; `None` if it can be.
    pub(super) fn directory_to_mount(&self, path: &Path) -> Option<String> {
        self.mounts.is_own(path).then(|| self.mounts.directory_to_mount(path))
    }

    /// [`Self::directory_to_mount`] for an open file: symlinks can lead from a mount to the container's own files.
    pub(super) fn directory_to_mount_for_fd(&self, fd: BorrowedFd<'_>) -> Option<String> {
        let path = rustix::fs::readlink(format!("/proc/self/fd/{}", fd.as_raw_fd()), Vec::new()).ok()?;
        self.directory_to_mount(&PathBuf::from(String::from_utf8_lossy(path.as_bytes()).into_owned()))
    }

    /// [`Self::directory_to_mount`] for a path that does not exist.
    pub(super) fn directory_to_mount_for_missing(&self, root: BorrowedFd<'_>, path: &Path) -> Option<String> {
        self.directory_to_mount(&resolve_missing(root, path))
    }
}

#[expect(clippy::disallowed_methods, reason = "this program's own environment")]
fn mount_table(process: &str) -> Option<MountTable> {
    let table = std::fs::File::open(format!("/proc/{process}/mountinfo")).ok()?;
    Some(MountTable::parse(&String::from_utf8_lossy(&read_at_most(table, MAX_TABLE_BYTES).ok()?)))
}

/// Whether every visible process is the first one, this one, or an ancestor of this one.
fn only_own_processes() -> bool {
    let own = ancestry();
    rustix::fs::openat(
        CWD,
        "/proc",
        rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::DIRECTORY,
        rustix::fs::Mode::empty(),
    )
    .and_then(rustix::fs::Dir::new)
    .is_ok_and(|entries| {
        let pids = entries.flatten().filter_map(|e| e.file_name().to_str().ok()?.parse::<u32>().ok());
        pids.into_iter().all(|pid| pid == 1 || own.contains(&pid))
    })
}

/// This process and its ancestors, as far as they can be seen.
#[expect(clippy::disallowed_methods, reason = "this program's own environment")]
fn ancestry() -> Vec<u32> {
    let parent = |pid: &u32| -> Option<u32> {
        (*pid != 1).then_some(())?;
        let status = std::fs::File::open(format!("/proc/{pid}/status")).ok()?;
        let status = String::from_utf8_lossy(&read_at_most(status, MAX_TABLE_BYTES).ok()?).into_owned();
        status.lines().find_map(|l| l.strip_prefix("PPid:"))?.trim().parse().ok().filter(|parent| *parent != 0)
    };
    let own = [std::process::id()];
    own.into_iter().chain(std::iter::successors(Some(std::os::unix::process::parent_id()), parent)).collect()
}
