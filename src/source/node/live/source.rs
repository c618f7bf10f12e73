//! The live source: opens paths inside the root that they belong to, and never what is only the container's own.

use super::container::Container;
use super::errno::file_error;
use super::file::{DIRECTORY, PATH_ONLY, READ, read_unchanged, reopen, require_regular, to_stat};
use super::proc_dir::ProcDir;
use super::resolve::open_in_root;
use super::tree::Walk;
use crate::source::node::accounts::{AccountSource, Accounts};
use crate::source::node::error::{Capability, SourceError};
use crate::source::node::files::FileSource;
use crate::source::node::heartbeat::{HasHeartbeat, Heartbeat};
use crate::source::node::journal::{
    Journal, JournalQuery, JournalSource, OpenRegular, ProcessLog, ProcessLogQuery, ProcessStart, read as read_journal,
    read_process_log, unknown_start,
};
use crate::source::node::limits::MAX_DIR_ENTRIES;
use crate::source::node::node_source::NodeSource;
use crate::source::node::path::{HostPath, PathRoot};
use crate::source::node::process::{Process, ProcessScan, ProcessSource};
use crate::source::node::process_table::ProcessTable;
use crate::source::node::stat::{Lstat, Stat, Walked};
use crate::text::system_error;
use rustix::fs::{Dir, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::OsString;
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The longest host name that is read; Linux itself allows 64 bytes, DNS 253.
const MAX_NAME_BYTES: usize = 253;

/// A running machine: this one, or the one whose root and proc directory are given.
#[derive(Debug)]
pub struct LiveSource {
    root: OwnedFd,
    proc_dir: ProcDir,
    accounts: OnceLock<Accounts>,
    /// The container whose own files must not be taken for the node's.
    container: Option<Container>,
    own_processes_only: bool,
    /// Whether the processes of other users cannot be seen.
    hides_processes: bool,
}

/// A root or proc directory that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("{option} {path}: {}; name an existing directory that you may enter", system_error(.cause))]
pub struct OpenNodeError {
    option: &'static str,
    path: String,
    cause: std::io::Error,
}

impl LiveSource {
    /// Opens the machine below `root` with the proc directory `proc`, which is a path of this process, not below `root`.
    pub fn open(root: &Path, proc: &Path) -> Result<Self, OpenNodeError> {
        let directory = |option, path: &Path| {
            rustix::fs::open(path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
                .map_err(|e| OpenNodeError { option, path: path.display().to_string(), cause: e.into() })
        };
        let (root_fd, proc_fd) = (directory("--root", root)?, directory("--proc", proc)?);
        let container = Container::detect();
        let own_processes_only = proc == Path::new("/proc") && container.as_ref().is_some_and(Container::is_alone);
        Ok(Self {
            root: root_fd,
            proc_dir: ProcDir::new(proc_fd),
            accounts: OnceLock::new(),
            container: container.filter(|_| root == Path::new("/")),
            own_processes_only,
            // The option `hidepid` of the proc file system hides even the first process.
            hides_processes: proc == Path::new("/proc")
                && !is_root()
                && rustix::fs::access("/proc/1", rustix::fs::Access::EXISTS).is_err(),
        })
    }

    fn open_path(&self, path: &HostPath, flags: OFlags) -> Result<OwnedFd, SourceError> {
        match path.root {
            PathRoot::Node => match &self.container {
                Some(container) => self.open_mounted(container, &path.path, flags),
                None => open_in_root(self.root.as_fd(), &path.path, flags).map_err(file_error),
            },
            PathRoot::Process(pid) => {
                let root = self.proc_dir.root_of(pid)?;
                open_in_root(root.as_fd(), &path.path, flags).map_err(file_error)
            }
        }
    }

    /// Opens what is mounted from the node. Everything else in this container says nothing about the node.
    fn open_mounted(&self, container: &Container, path: &Path, flags: OFlags) -> Result<OwnedFd, SourceError> {
        if let Some(directory) = container.directory_to_mount(path) {
            return Err(SourceError::NotMounted(directory));
        }
        let opened = open_in_root(self.root.as_fd(), path, flags);
        let to_mount = match &opened {
            Ok(fd) => container.directory_to_mount_for_fd(fd.as_fd()),
            Err(Errno::NOENT) => container.directory_to_mount_for_missing(self.root.as_fd(), path),
            Err(_) => None,
        };
        match to_mount {
            Some(directory) => Err(SourceError::NotMounted(directory)),
            None => opened.map_err(file_error),
        }
    }
}

impl OpenRegular for LiveSource {
    fn open_regular(&self, path: &HostPath) -> Result<File, SourceError> {
        self.heartbeat().beat();
        // Opening some files for reading has an effect; opening with PATH_ONLY never has.
        let path_only = self.open_path(path, PATH_ONLY)?;
        let before = rustix::fs::fstat(&path_only).map_err(file_error)?;
        require_regular(&before)?;
        match reopen(&path_only) {
            // Without a /proc of its own the program opens the path again.
            Err(Errno::NOENT) => {
                let opened = self.open_path(path, READ)?;
                let now = rustix::fs::fstat(&opened).map_err(file_error)?;
                require_regular(&now)?;
                let same = (before.st_dev, before.st_ino) == (now.st_dev, now.st_ino);
                if same { Ok(File::from(opened)) } else { Err(SourceError::Changed) }
            }
            opened => opened.map(File::from).map_err(file_error),
        }
    }
}

impl FileSource for LiveSource {
    fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError> {
        self.heartbeat().beat();
        let fd = self.open_path(path, PATH_ONLY | OFlags::NOFOLLOW)?;
        let stat = rustix::fs::fstat(&fd).map_err(file_error)?;
        let is_symlink = FileType::from_raw_mode(stat.st_mode) == FileType::Symlink;
        let target = is_symlink.then(|| rustix::fs::readlinkat(&fd, "", Vec::new()).ok()).flatten();
        Ok(Lstat {
            stat: to_stat(&stat),
            size: u64::try_from(stat.st_size).unwrap_or_default(),
            target: target.map(|t| PathBuf::from(OsString::from_vec(t.into_bytes()))),
        })
    }

    fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
        self.heartbeat().beat();
        let fd = self.open_path(path, PATH_ONLY)?;
        rustix::fs::fstat(&fd).map(|s| to_stat(&s)).map_err(file_error)
    }

    fn modified(&self, path: &HostPath) -> Option<u64> {
        self.heartbeat().beat();
        let fd = self.open_path(path, PATH_ONLY).ok()?;
        u64::try_from(rustix::fs::fstat(&fd).ok()?.st_mtime).ok()
    }

    fn read(&self, path: &HostPath) -> Result<Vec<u8>, SourceError> {
        read_unchanged(self.open_regular(path)?)
    }

    fn list(&self, path: &HostPath) -> Result<Vec<String>, SourceError> {
        self.heartbeat().beat();
        let directory = self.open_path(path, DIRECTORY)?;
        let mut names = Vec::new();
        for entry in Dir::new(directory).map_err(file_error)? {
            let entry = entry.map_err(file_error)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name != "." && name != ".." {
                names.push(name);
            }
            if names.len() > MAX_DIR_ENTRIES {
                return Err(SourceError::Io(format!("the directory has more than {MAX_DIR_ENTRIES} entries")));
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn walk(&self, path: &HostPath, visit: &mut dyn FnMut(&Path, Walked)) -> Result<(), SourceError> {
        let top = self.open_path(path, PATH_ONLY)?;
        let stat = rustix::fs::fstat(&top).map_err(file_error)?;
        visit(&path.path, Ok(to_stat(&stat)).into());
        if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
            let directory = self.open_path(path, DIRECTORY)?;
            let mut stat_symlink = |path: &HostPath| self.stat(path);
            Walk::new(stat.st_dev, self.heartbeat(), &mut stat_symlink, visit).walk_below(path, &directory);
        }
        Ok(())
    }
}

impl ProcessSource for LiveSource {
    fn processes(&self, names: &[&str]) -> Result<Vec<Process>, SourceError> {
        let found = self.proc_dir.find(names)?;
        match found.is_empty() {
            true if self.own_processes_only => Err(SourceError::ProcessesHidden),
            true if self.hides_processes => Err(SourceError::PermissionDenied(Capability::SysPtrace)),
            true | false => Ok(found),
        }
    }

    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        self.proc_dir.variables(pid, names)
    }

    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        self.proc_dir.build_information(pid)
    }

    fn process_table(&self, pids: Option<&[u32]>) -> Result<ProcessTable, SourceError> {
        self.proc_dir.table(pids)
    }

    fn scan(&self, names: &[&str]) -> Result<ProcessScan, SourceError> {
        self.proc_dir.scan(names)
    }
}

impl AccountSource for LiveSource {
    fn accounts(&self) -> &Accounts {
        self.accounts.get_or_init(|| Accounts::read(|path| self.read(&HostPath::host(path))))
    }
}

impl JournalSource for LiveSource {
    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError> {
        read_journal(self, query)
    }

    fn process_log(&self, query: &ProcessLogQuery) -> Result<ProcessLog, SourceError> {
        let start = self.proc_dir.start_since_boot(query.pid).zip(self.proc_dir.boot_id());
        let (monotonic, boot) = start.ok_or_else(unknown_start)?;
        read_process_log(self, query, ProcessStart { boot, monotonic })
    }
}

impl NodeSource for LiveSource {
    fn name(&self) -> Option<String> {
        let bytes = self.read(&HostPath::host("/etc/hostname")).ok()?;
        host_name(&String::from_utf8_lossy(&bytes))
    }

    fn notices(&self) -> Vec<String> {
        let skipped = self.heartbeat().skipped().into_iter().map(|pid| {
            format!("process {pid} was ignored because reading its command line timed out; if it is a component, it was not audited")
        });
        skipped.collect()
    }
}

impl HasHeartbeat for LiveSource {
    fn heartbeat(&self) -> &Heartbeat {
        self.proc_dir.heartbeat()
    }
}

/// Whether this program runs as root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The name in `/etc/hostname`: its first line that is neither blank nor a comment.
fn host_name(text: &str) -> Option<String> {
    let name = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    (name.len() <= MAX_NAME_BYTES).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_name_is_the_first_line_that_is_no_comment() {
        let cases = [
            ("node-1\n", Some("node-1")),
            ("# set by the installer\n\n  node-1.example.org  \nother\n", Some("node-1.example.org")),
            ("", None),
            ("\n# only this\n", None),
        ];
        for (text, name) in cases {
            assert_eq!(host_name(text).as_deref(), name, "{text:?}");
        }
        assert_eq!(host_name(&"a".repeat(254)), None);
    }
}
