//! Whether this program lives in a container, and which paths there are the container's own. Looks at this program's own
//! surroundings and never at the machine under audit.

use super::read_at_most;
use super::resolve::landing;
use super::table::MountTable;
use rustix::fs::CWD;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::path::{Path, PathBuf};

/// Files that a container runtime puts into the containers that it starts.
const MARKS: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];

/// Bytes of a mount table that are read.
const MAX_TABLE_BYTES: u64 = 4 << 20;

/// The container that this program lives in.
#[derive(Debug, Clone)]
pub(super) struct Container {
    mounts: MountTable,
    alone: bool,
}

impl Container {
    /// The container around this program, if there is one. A container that has the processes of a whole node in it, as
    /// kind and k3d make them, is a machine to those inside.
    pub(super) fn around() -> Option<Self> {
        let mounts = mount_table("self")?;
        let marked = mounts.layered_root()
            || std::env::var_os("container").is_some_and(|v| !v.is_empty())
            || MARKS.into_iter().any(|mark| rustix::fs::access(mark, rustix::fs::Access::EXISTS).is_ok());
        if !marked {
            return None;
        }
        // Two processes with the same root have the same mount there; reading that of another needs no right.
        let beside_first = mounts.root_id().is_some() && mount_table("1").and_then(|t| t.root_id()) == mounts.root_id();
        let alone = beside_first && only_own_processes();
        (alone || !beside_first).then_some(Self { mounts, alone })
    }

    /// Whether no process but the container's own can be seen from it.
    pub(super) const fn is_alone(&self) -> bool {
        self.alone
    }

    /// The folder to mount so that a path can be seen, if it lies on nothing that is mounted from the machine.
    pub(super) fn lacks(&self, path: &Path) -> Option<String> {
        self.mounts.is_own(path).then(|| self.mounts.folder_to_mount(path))
    }

    /// [`Self::lacks`] for a path that was opened: links can lead from what is mounted to what is not.
    pub(super) fn lacks_opened(&self, fd: BorrowedFd<'_>) -> Option<String> {
        let link = rustix::fs::readlink(format!("/proc/self/fd/{}", fd.as_raw_fd()), Vec::new()).ok()?;
        self.lacks(&PathBuf::from(String::from_utf8_lossy(link.as_bytes()).into_owned()))
    }

    /// [`Self::lacks`] for a path that leads nowhere.
    pub(super) fn lacks_missing(&self, root: BorrowedFd<'_>, path: &Path) -> Option<String> {
        self.lacks(&landing(root, path))
    }
}

/// What stands behind the first megabytes of a table is taken for not mounted.
#[expect(clippy::disallowed_methods, reason = "this program's own surroundings")]
fn mount_table(process: &str) -> Option<MountTable> {
    let table = std::fs::File::open(format!("/proc/{process}/mountinfo")).ok()?;
    Some(MountTable::parse(&String::from_utf8_lossy(&read_at_most(table, MAX_TABLE_BYTES).ok()?)))
}

/// Whether every process that can be seen is the first one, this one, or one that this one descends from.
fn only_own_processes() -> bool {
    let own = own_line();
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

/// This process and those that it descends from, as far as they can be seen.
#[expect(clippy::disallowed_methods, reason = "this program's own surroundings")]
fn own_line() -> Vec<u32> {
    let parent = |pid: &u32| -> Option<u32> {
        // Nobody is above the first.
        (*pid != 1).then_some(())?;
        let status = std::fs::File::open(format!("/proc/{pid}/status")).ok()?;
        let status = String::from_utf8_lossy(&read_at_most(status, MAX_TABLE_BYTES).ok()?).into_owned();
        status.lines().find_map(|l| l.strip_prefix("PPid:"))?.trim().parse().ok().filter(|parent| *parent != 0)
    };
    let own = [std::process::id()];
    own.into_iter().chain(std::iter::successors(Some(std::os::unix::process::parent_id()), parent)).collect()
}
