//! This machine, read through a root folder and a proc directory. Nothing on it is ever run, changed or waited for.

pub(crate) mod processes;
mod tree;

use super::container::Container;
use super::journal;
use super::process_table::ProcessTable;
use super::resolve::open_in_root;
use super::{
    Accounts, Capability, Entry, Heartbeat, HostPath, Journal, JournalQuery, Kind, MAX_FILE_BYTES, MAX_FOLDER_ENTRIES,
    Machine, NodeSource, PathRoot, Process, SourceError, Stat, read_at_most,
};
use processes::Processes;
use rustix::fs::{Dir, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tree::Walk;

const LOOK: OFlags = OFlags::PATH;
/// How a file is opened for reading: never waiting for a FIFO's writer, never taking a terminal.
const READ: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// How a folder is opened to be listed.
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// The machine that the program runs on, or the one whose root and proc are given.
#[derive(Debug)]
pub struct LiveSource {
    root: OwnedFd,
    processes: Processes,
    accounts: OnceLock<Accounts>,
    /// The container whose own files must not be taken for the machine's.
    container: Option<Container>,
    own_processes_only: bool,
}

/// A root or proc folder that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("{option} {path}: {cause}; name a folder that exists and that you may enter")]
pub struct OpenHostError {
    option: &'static str,
    path: String,
    cause: std::io::Error,
}

impl LiveSource {
    /// Opens the machine below `root`, with the proc directory `proc` (a path of this process, not below `root`).
    pub fn open(root: &Path, proc: &Path) -> Result<Self, OpenHostError> {
        let folder = |option, path: &Path| {
            rustix::fs::open(path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
                .map_err(|e| OpenHostError { option, path: path.display().to_string(), cause: e.into() })
        };
        let (root_fd, proc_fd) = (folder("--root", root)?, folder("--proc", proc)?);
        let container = Container::around();
        let own_processes_only = proc == Path::new("/proc") && container.as_ref().is_some_and(Container::is_alone);
        Ok(Self {
            root: root_fd,
            processes: Processes::new(proc_fd),
            accounts: OnceLock::new(),
            container: container.filter(|_| root == Path::new("/")),
            own_processes_only,
        })
    }

    fn open_place(&self, place: &HostPath, flags: OFlags) -> Result<OwnedFd, SourceError> {
        match place.root {
            PathRoot::Node => match &self.container {
                Some(container) => self.open_mounted(container, &place.path, flags),
                None => self.open_on_host(&place.path, flags).map_err(|e| trouble(e, Capability::DacReadSearch)),
            },
            PathRoot::Process(pid) => {
                let root = self.processes.root_of(pid)?;
                open_in_root(root.as_fd(), &place.path, flags).map_err(|e| trouble(e, Capability::DacReadSearch))
            }
        }
    }

    /// Opens a regular file for reading, and nothing else.
    pub(super) fn open_regular(&self, place: &HostPath) -> Result<File, SourceError> {
        self.pulse().beat();
        // The path is looked at before it is opened: opening some things has an effect, looking never has.
        let looked = self.open_place(place, LOOK)?;
        let before = rustix::fs::fstat(&looked).map_err(|e| trouble(e, Capability::DacReadSearch))?;
        regular(&before)?;
        match reopen(&looked) {
            // Without a proc directory of its own the program goes by the path again.
            Err(Errno::NOENT) => {
                let opened = self.open_place(place, READ)?;
                let now = rustix::fs::fstat(&opened).map_err(|e| trouble(e, Capability::DacReadSearch))?;
                regular(&now)?;
                let same = (before.st_dev, before.st_ino) == (now.st_dev, now.st_ino);
                if same { Ok(File::from(opened)) } else { Err(SourceError::Changed) }
            }
            opened => opened.map(File::from).map_err(|e| trouble(e, Capability::DacReadSearch)),
        }
    }

    fn open_on_host(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        open_in_root(self.root.as_fd(), path, flags)
    }

    /// Opens what is mounted from the machine. What lies elsewhere in this container says nothing about the machine.
    fn open_mounted(&self, container: &Container, path: &Path, flags: OFlags) -> Result<OwnedFd, SourceError> {
        if let Some(folder) = container.lacks(path) {
            return Err(SourceError::NotMounted(folder));
        }
        let opened = self.open_on_host(path, flags);
        let lacks = match &opened {
            Ok(fd) => container.lacks_opened(fd.as_fd()),
            Err(Errno::NOENT) => container.lacks_missing(self.root.as_fd(), path),
            Err(_) => None,
        };
        match lacks {
            Some(folder) => Err(SourceError::NotMounted(folder)),
            None => opened.map_err(|e| trouble(e, Capability::DacReadSearch)),
        }
    }
}

impl NodeSource for LiveSource {
    fn processes(&self, wanted: &[&str]) -> Result<Vec<Process>, SourceError> {
        self.processes.find(wanted)
    }

    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        self.processes.variables(pid, names)
    }

    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        self.processes.build_information(pid)
    }

    fn process_table(&self) -> Result<ProcessTable, SourceError> {
        self.processes.table()
    }

    fn look(&self, place: &HostPath) -> Result<Entry, SourceError> {
        self.pulse().beat();
        let fd = self.open_place(place, LOOK | OFlags::NOFOLLOW)?;
        let seen = rustix::fs::fstat(&fd).map_err(|e| trouble(e, Capability::DacReadSearch))?;
        let is_link = FileType::from_raw_mode(seen.st_mode) == FileType::Symlink;
        let link = is_link.then(|| rustix::fs::readlinkat(&fd, "", Vec::new()).ok()).flatten();
        Ok(Entry {
            stat: stat_of(&seen),
            size: u64::try_from(seen.st_size).unwrap_or_default(),
            link: link.map(|t| PathBuf::from(OsString::from_vec(t.into_bytes()))),
        })
    }

    fn stat(&self, place: &HostPath) -> Result<Stat, SourceError> {
        self.pulse().beat();
        let fd = self.open_place(place, LOOK)?;
        rustix::fs::fstat(&fd).map(|s| stat_of(&s)).map_err(|e| trouble(e, Capability::DacReadSearch))
    }

    fn read(&self, place: &HostPath) -> Result<Vec<u8>, SourceError> {
        read_whole(self.open_regular(place)?)
    }

    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError> {
        journal::read(self, query)
    }

    fn list(&self, place: &HostPath) -> Result<Vec<String>, SourceError> {
        self.pulse().beat();
        let folder = self.open_place(place, FOLDER)?;
        let mut names = Vec::new();
        for entry in Dir::new(folder).map_err(|e| trouble(e, Capability::DacReadSearch))? {
            let entry = entry.map_err(|e| trouble(e, Capability::DacReadSearch))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name != "." && name != ".." {
                names.push(name);
            }
            if names.len() > MAX_FOLDER_ENTRIES {
                return Err(SourceError::Io(format!("the folder has more than {MAX_FOLDER_ENTRIES} entries")));
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn walk(
        &self,
        place: &HostPath,
        visit: &mut dyn FnMut(&Path, Result<Stat, SourceError>),
    ) -> Result<(), SourceError> {
        let top = self.open_place(place, LOOK)?;
        let stat = rustix::fs::fstat(&top).map_err(|e| trouble(e, Capability::DacReadSearch))?;
        visit(&place.path, Ok(stat_of(&stat)));
        if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
            let folder = self.open_place(place, FOLDER)?;
            Walk::new(self, stat.st_dev, visit).below(place, &folder);
        }
        Ok(())
    }

    fn accounts(&self) -> &Accounts {
        self.accounts.get_or_init(|| Accounts::read(|path| self.read(&HostPath::host(path))))
    }

    fn notices(&self) -> Vec<String> {
        const ALONE: &str = "this container sees only its own processes: start it with --pid=host (hostPID: true in a \
             pod), or no component will be found";
        let silent = self.pulse().left_out().into_iter().map(|pid| {
            format!("process {pid} does not answer when its command line is read, and was left out; it may be none of ours, or one that hangs")
        });
        self.own_processes_only.then(|| ALONE.to_owned()).into_iter().chain(silent).collect()
    }
}

impl Machine for LiveSource {
    fn pulse(&self) -> &Heartbeat {
        &self.processes.pulse
    }
}

/// Opens what was looked at, and nothing that has its name by now.
fn reopen(looked: &OwnedFd) -> Result<OwnedFd, Errno> {
    let own = format!("/proc/self/fd/{}", looked.as_raw_fd());
    rustix::fs::open(own, READ | OFlags::CLOEXEC, Mode::empty())
}

/// The content of a regular file, if it is the same from beginning to end.
fn read_whole(mut file: File) -> Result<Vec<u8>, SourceError> {
    let stat = |file: &File| rustix::fs::fstat(file).map_err(|e| trouble(e, Capability::DacReadSearch));
    let before = stat(&file)?;
    let size = u64::try_from(before.st_size).unwrap_or_default();
    if size > MAX_FILE_BYTES {
        return Err(SourceError::TooLarge(MAX_FILE_BYTES));
    }
    // All at once: a buffer that grows takes twice as much.
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
    (&mut file).take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|e| SourceError::Io(e.to_string()))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(SourceError::TooLarge(MAX_FILE_BYTES));
    }
    let after = stat(&file)?;
    let times = |s: &rustix::fs::Stat| (s.st_size, s.st_mtime, s.st_mtime_nsec, s.st_ctime, s.st_ctime_nsec);
    // A file of the kernel's own has no size, and any content.
    let is_whole = size == 0 || bytes.len() as u64 == size;
    if times(&before) == times(&after) && is_whole { Ok(bytes) } else { Err(SourceError::Changed) }
}

fn regular(stat: &rustix::fs::Stat) -> Result<(), SourceError> {
    Err(SourceError::NotRegular(match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => return Ok(()),
        FileType::Directory => "a directory",
        FileType::Fifo => "a FIFO",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        FileType::Symlink | FileType::Unknown => "something else",
    }))
}

fn stat_of(stat: &rustix::fs::Stat) -> Stat {
    Stat {
        kind: match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Directory,
            _ => Kind::Special,
        },
        mode: stat.st_mode & 0o7777,
        uid: stat.st_uid,
        gid: stat.st_gid,
    }
}

fn trouble(error: Errno, lifts: Capability) -> SourceError {
    match error {
        Errno::NOENT | Errno::SRCH => SourceError::NotFound,
        Errno::NOTDIR => SourceError::NotDirectory,
        Errno::ACCESS | Errno::PERM => SourceError::PermissionDenied(lifts),
        other => SourceError::Io(std::io::Error::from(other).to_string()),
    }
}

fn read_at(folder: BorrowedFd<'_>, name: &str, limit: u64) -> Result<Vec<u8>, Errno> {
    let file = rustix::fs::openat(folder, name, READ | OFlags::CLOEXEC, Mode::empty())?;
    read_at_most(File::from(file), limit).map_err(|e| Errno::from_io_error(&e).unwrap_or(Errno::IO))
}
