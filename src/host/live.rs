//! This machine, read through a root folder and a proc directory. Nothing on it is ever run, changed or waited for.

use super::build_information;
use super::container::Container;
use super::journal;
use super::process_table::{self, ProcessRow, ProcessTable};
use super::resolve::open_in_root;
use super::{
    Accounts, Capability, Entry, Host, Journal, JournalQuery, Kind, MAX_ARGV_BYTES, MAX_FILE_BYTES, MAX_TREE_DEPTH,
    MAX_TREE_ENTRIES, Place, Process, Root, Stat, Trouble, base_name, behind_link,
};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::cell::OnceCell;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// A command line's first bytes: enough for `argv[0]` of any process that is looked for.
const FIRST_LOOK_BYTES: usize = 4096;
const LOOK: OFlags = OFlags::PATH;
/// How a file is opened for reading: never waiting for a FIFO's writer, never taking a terminal.
const READ: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// How a folder is opened to be listed.
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// The machine that the program runs on, or the one whose root and proc are given.
#[derive(Debug)]
pub struct LiveHost {
    root: OwnedFd,
    proc: OwnedFd,
    accounts: OnceCell<Accounts>,
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

impl LiveHost {
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
            proc: proc_fd,
            accounts: OnceCell::new(),
            container: container.filter(|_| root == Path::new("/")),
            own_processes_only,
        })
    }

    fn open_place(&self, place: &Place, flags: OFlags) -> Result<OwnedFd, Trouble> {
        match place.root {
            Root::Host => match &self.container {
                Some(container) => self.open_mounted(container, &place.path, flags),
                None => self.open_on_host(&place.path, flags).map_err(|e| trouble(e, Capability::DacReadSearch)),
            },
            Root::Process(pid) => {
                let root = rustix::fs::openat(
                    &self.proc,
                    format!("{pid}/root"),
                    OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
                    Mode::empty(),
                )
                .map_err(|e| trouble(e, Capability::SysPtrace))?;
                open_in_root(root.as_fd(), &place.path, flags).map_err(|e| trouble(e, Capability::DacReadSearch))
            }
        }
    }

    /// Opens a regular file for reading, and nothing else.
    pub(super) fn open_regular(&self, place: &Place) -> Result<File, Trouble> {
        // The path is looked at before it is opened: opening some things has an effect, looking never has.
        let looked = self.open_place(place, LOOK)?;
        let before = rustix::fs::fstat(&looked).map_err(|e| trouble(e, Capability::DacReadSearch))?;
        regular(&before)?;
        let opened = self.open_place(place, READ)?;
        let after = rustix::fs::fstat(&opened).map_err(|e| trouble(e, Capability::DacReadSearch))?;
        regular(&after)?;
        if (before.st_dev, before.st_ino) != (after.st_dev, after.st_ino) {
            return Err(Trouble::Changed);
        }
        Ok(File::from(opened))
    }

    fn open_on_host(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        open_in_root(self.root.as_fd(), path, flags)
    }

    /// Opens what is mounted from the machine. What lies elsewhere in this container says nothing about the machine.
    fn open_mounted(&self, container: &Container, path: &Path, flags: OFlags) -> Result<OwnedFd, Trouble> {
        if let Some(folder) = container.lacks(path) {
            return Err(Trouble::NotMounted(folder));
        }
        let opened = self.open_on_host(path, flags);
        let lacks = match &opened {
            Ok(fd) => container.lacks_opened(fd.as_fd()),
            Err(Errno::NOENT) => container.lacks_missing(self.root.as_fd(), path),
            Err(_) => None,
        };
        match lacks {
            Some(folder) => Err(Trouble::NotMounted(folder)),
            None => opened.map_err(|e| trouble(e, Capability::DacReadSearch)),
        }
    }

    fn open_process(&self, pid: u32) -> Result<OwnedFd, Errno> {
        rustix::fs::openat(
            &self.proc,
            pid.to_string(),
            OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
            Mode::empty(),
        )
    }

    /// The quick look at a process that is most likely no component: one small read and one link.
    fn may_be(&self, pid: u32, wanted: &[&str], buffer: &mut [u8]) -> bool {
        let Ok(file) = rustix::fs::openat(&self.proc, format!("{pid}/cmdline"), READ | OFlags::CLOEXEC, Mode::empty())
        else {
            return false;
        };
        let length = rustix::io::read(&file, &mut *buffer).unwrap_or(0);
        let first = buffer[..length].split(|b| *b == 0).next().unwrap_or_default();
        if length == 0 {
            return false;
        }
        let is_wanted = |name: &[u8]| wanted.iter().any(|w| w.as_bytes() == last_component(name));
        is_wanted(first)
            || rustix::fs::readlinkat(&self.proc, format!("{pid}/exe"), Vec::new())
                .is_ok_and(|exe| is_wanted(exe.as_bytes().strip_suffix(b" (deleted)").unwrap_or(exe.as_bytes())))
    }

    /// Everything about one process, through one descriptor of its folder: should its number be taken by another
    /// process meanwhile, the descriptor answers with an error and the process is left out.
    fn look_closely(&self, pid: u32) -> Result<Process, Errno> {
        let folder = self.open_process(pid)?;
        let text = |name: &str, limit| read_at(folder.as_fd(), name, limit);
        let argv = split_at_nul(&text("cmdline", MAX_ARGV_BYTES)?);
        let status = String::from_utf8_lossy(&text("status", 1 << 16)?).into_owned();
        let (real_uid, effective_uid) = user_ids(&status).ok_or(Errno::INVAL)?;
        let cgroup = text("cgroup", 1 << 16).map(|b| cgroup_path(&String::from_utf8_lossy(&b))).unwrap_or_default();
        let link = |name: &str| {
            rustix::fs::readlinkat(&folder, name, Vec::new()).ok().map(|t| OsString::from_vec(t.into_bytes()))
        };
        let exe = link("exe").map(|e| {
            let path = e.to_string_lossy().into_owned();
            path.strip_suffix(" (deleted)").map(str::to_owned).unwrap_or(path)
        });
        Ok(Process { pid, argv, exe, real_uid, effective_uid, cgroup, cwd: link("cwd").map(PathBuf::from) })
    }

    /// One line of a listing. The quick look at every process of the machine, so no more is read than is shown.
    fn row(&self, pid: u32, booted: u64) -> Result<ProcessRow, Errno> {
        let folder = self.open_process(pid)?;
        let stat = String::from_utf8_lossy(&read_at(folder.as_fd(), "stat", 1 << 16)?).into_owned();
        let status = String::from_utf8_lossy(&read_at(folder.as_fd(), "status", 1 << 16)?).into_owned();
        let line = read_at(folder.as_fd(), "cmdline", MAX_ARGV_BYTES)?;
        let argv = if line.is_empty() { Vec::new() } else { split_at_nul(&line) };
        let (_, uid) = user_ids(&status).ok_or(Errno::INVAL)?;
        ProcessRow::parse(pid, uid, &stat, argv, booted).ok_or(Errno::INVAL)
    }

    /// A file of the proc directory itself.
    fn proc_text(&self, name: &str) -> Option<String> {
        let proc =
            rustix::fs::openat(&self.proc, ".", LOOK | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).ok()?;
        Some(String::from_utf8_lossy(&read_at(proc.as_fd(), name, 1 << 20).ok()?).into_owned())
    }

    fn pids(&self) -> Result<Vec<u32>, Trouble> {
        let folder =
            rustix::fs::openat(&self.proc, ".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
                .map_err(|e| trouble(e, Capability::SysPtrace))?;
        let mut pids = Vec::new();
        for entry in Dir::new(folder).map_err(|e| trouble(e, Capability::SysPtrace))? {
            let entry = entry.map_err(|e| trouble(e, Capability::SysPtrace))?;
            pids.extend(entry.file_name().to_str().ok().and_then(|n| n.parse::<u32>().ok()));
        }
        pids.sort_unstable();
        Ok(pids)
    }

    /// Everything below an open folder. Files are looked at by name in it: nothing on the way can be swapped.
    fn walk_from(&self, place: &Place, folder: &OwnedFd, depth: usize, walk: &mut Walk<'_>) {
        let denied = |e| Err(trouble(e, Capability::DacReadSearch));
        let entries = match Dir::read_from(folder) {
            Ok(entries) => entries,
            Err(e) => return (walk.visit)(&place.path, denied(e)),
        };
        let mut folders = Vec::new();
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(e) => return (walk.visit)(&place.path, denied(e)),
            };
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let path = place.path.join(OsStr::from_bytes(name.to_bytes()));
            if walk.left == 0 {
                let problem = Trouble::Io(format!("the tree has more than {MAX_TREE_ENTRIES} entries"));
                return (walk.visit)(&path, Err(problem));
            }
            walk.left -= 1;
            match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                Err(e) => (walk.visit)(&path, denied(e)),
                Ok(stat) => match FileType::from_raw_mode(stat.st_mode) {
                    FileType::Directory => folders.push((path, name.to_owned(), stat)),
                    FileType::Symlink => (walk.visit)(&path, behind_link(self.stat(&place.with_path(&path)))),
                    _ => (walk.visit)(&path, Ok(stat_of(&stat))),
                },
            }
        }
        for (path, name, stat) in folders {
            (walk.visit)(&path, Ok(stat_of(&stat)));
            let problem = if stat.st_dev != walk.device {
                "another file system is mounted there; it is not walked".to_owned()
            } else if depth == 0 {
                format!("the tree is deeper than {MAX_TREE_DEPTH} folders")
            } else {
                match rustix::fs::openat(folder, &name, FOLDER | OFlags::NOFOLLOW, Mode::empty()) {
                    Ok(fd) => self.walk_from(&place.with_path(path), &fd, depth - 1, walk),
                    Err(e) => (walk.visit)(&path, denied(e)),
                }
                continue;
            };
            (walk.visit)(&path, Err(Trouble::Io(problem)));
        }
    }
}

/// What a walk carries along.
struct Walk<'v> {
    device: u64,
    left: usize,
    visit: &'v mut dyn FnMut(&Path, Result<Stat, Trouble>),
}

impl Host for LiveHost {
    fn processes(&self, wanted: &[&str]) -> Result<Vec<Process>, Trouble> {
        let mut buffer = vec![0; FIRST_LOOK_BYTES];
        let mut pids = self.pids()?;
        pids.retain(|pid| self.may_be(*pid, wanted, &mut buffer));
        let is_wanted = |p: &Process| {
            let named = |path: &str| wanted.contains(&base_name(path));
            p.argv.first().is_some_and(|a| named(a)) || p.exe.as_deref().is_some_and(named)
        };
        Ok(pids.into_iter().filter_map(|pid| self.look_closely(pid).ok()).filter(is_wanted).collect())
    }

    fn variable(&self, pid: u32, name: &str) -> Result<Option<String>, Trouble> {
        let folder = self.open_process(pid).map_err(|e| trouble(e, Capability::SysPtrace))?;
        let bytes =
            read_at(folder.as_fd(), "environ", MAX_ARGV_BYTES).map_err(|e| trouble(e, Capability::SysPtrace))?;
        Ok(bytes
            .split(|b| *b == 0)
            .filter_map(|entry| entry.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
            .next_back()
            .map(|value| String::from_utf8_lossy(value).into_owned()))
    }

    fn build_information(&self, pid: u32) -> Result<String, Trouble> {
        let opened = rustix::fs::openat(&self.proc, format!("{pid}/exe"), READ | OFlags::CLOEXEC, Mode::empty());
        let file = opened.map_err(|e| trouble(e, Capability::SysPtrace))?;
        regular(&rustix::fs::fstat(&file).map_err(|e| trouble(e, Capability::SysPtrace))?)?;
        build_information::read(File::from(file))
    }

    fn process_table(&self) -> Result<ProcessTable, Trouble> {
        let booted = self.proc_text("stat").as_deref().and_then(process_table::boot_time).unwrap_or_default();
        let up = self.proc_text("uptime").as_deref().and_then(process_table::uptime).unwrap_or_default();
        let largest = self.proc_text("sys/kernel/pid_max").and_then(|t| t.trim().parse::<u32>().ok());
        let rows = self.pids()?.into_iter().filter_map(|pid| self.row(pid, booted).ok()).collect();
        Ok(ProcessTable::new(rows, booted + up, largest))
    }

    fn look(&self, place: &Place) -> Result<Entry, Trouble> {
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

    fn stat(&self, place: &Place) -> Result<Stat, Trouble> {
        let fd = self.open_place(place, LOOK)?;
        rustix::fs::fstat(&fd).map(|s| stat_of(&s)).map_err(|e| trouble(e, Capability::DacReadSearch))
    }

    fn journal(&self, query: &JournalQuery) -> Result<Journal, Trouble> {
        journal::read(self, query)
    }

    fn read(&self, place: &Place) -> Result<Vec<u8>, Trouble> {
        let mut bytes = Vec::new();
        self.open_regular(place)?
            .take(MAX_FILE_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| Trouble::Io(e.to_string()))?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(Trouble::TooLarge(MAX_FILE_BYTES));
        }
        Ok(bytes)
    }

    fn list(&self, place: &Place) -> Result<Vec<String>, Trouble> {
        let folder = self.open_place(place, FOLDER)?;
        let mut names = Vec::new();
        for entry in Dir::new(folder).map_err(|e| trouble(e, Capability::DacReadSearch))? {
            let entry = entry.map_err(|e| trouble(e, Capability::DacReadSearch))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name != "." && name != ".." {
                names.push(name);
            }
            if names.len() > MAX_TREE_ENTRIES {
                return Err(Trouble::Io(format!("the folder has more than {MAX_TREE_ENTRIES} entries")));
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn walk(&self, place: &Place, visit: &mut dyn FnMut(&Path, Result<Stat, Trouble>)) -> Result<(), Trouble> {
        let top = self.open_place(place, LOOK)?;
        let stat = rustix::fs::fstat(&top).map_err(|e| trouble(e, Capability::DacReadSearch))?;
        visit(&place.path, Ok(stat_of(&stat)));
        if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
            let folder = self.open_place(place, FOLDER)?;
            let mut walk = Walk { device: stat.st_dev, left: MAX_TREE_ENTRIES, visit };
            self.walk_from(place, &folder, MAX_TREE_DEPTH, &mut walk);
        }
        Ok(())
    }

    fn accounts(&self) -> &Accounts {
        self.accounts.get_or_init(|| {
            let table = |path: &str| self.read(&Place::host(path)).map_err(|trouble| (path.to_owned(), trouble));
            let (passwd, group) = (table("/etc/passwd"), table("/etc/group"));
            let unknown = [passwd.as_ref().err(), group.as_ref().err()].into_iter().flatten().next();
            let unknown = unknown.map(|(path, trouble)| format!("{path} {trouble}"));
            let tables = Accounts::parse(&passwd.unwrap_or_default(), &group.unwrap_or_default());
            tables.with_unknown(unknown)
        })
    }

    fn notices(&self) -> Vec<String> {
        if self.own_processes_only {
            vec![
                "this container sees only its own processes: start it with --pid=host (hostPID: true in a pod), \
                 or no component will be found"
                    .to_owned(),
            ]
        } else {
            Vec::new()
        }
    }
}

fn regular(stat: &rustix::fs::Stat) -> Result<(), Trouble> {
    Err(Trouble::NotRegular(match FileType::from_raw_mode(stat.st_mode) {
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

fn trouble(error: Errno, lifts: Capability) -> Trouble {
    match error {
        Errno::NOENT | Errno::SRCH => Trouble::Absent,
        Errno::NOTDIR => Trouble::NotDirectory,
        Errno::ACCESS | Errno::PERM => Trouble::Denied(lifts),
        other => Trouble::Io(std::io::Error::from(other).to_string()),
    }
}

fn read_at(folder: BorrowedFd<'_>, name: &str, limit: u64) -> Result<Vec<u8>, Errno> {
    let file = rustix::fs::openat(folder, name, READ | OFlags::CLOEXEC, Mode::empty())?;
    let mut bytes = Vec::new();
    File::from(file).take(limit).read_to_end(&mut bytes).map_err(|e| Errno::from_io_error(&e).unwrap_or(Errno::IO))?;
    Ok(bytes)
}

fn split_at_nul(bytes: &[u8]) -> Vec<String> {
    let bytes = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    bytes.split(|b| *b == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}

fn last_component(path: &[u8]) -> &[u8] {
    path.rsplit(|b| *b == b'/').next().unwrap_or(path)
}

/// Real and effective user of a `status` file's `Uid:` line.
fn user_ids(status: &str) -> Option<(u32, u32)> {
    let line = status.lines().find_map(|l| l.strip_prefix("Uid:"))?;
    let mut ids = line.split_ascii_whitespace().map(str::parse);
    Some((ids.next()?.ok()?, ids.next()?.ok()?))
}

/// The path of a `cgroup` file: of the unified hierarchy, else of systemd's, else of the first line.
fn cgroup_path(text: &str) -> String {
    let path_of = |line: &str| line.splitn(3, ':').nth(2).map(str::to_owned);
    let pick = |wanted: &str| text.lines().find(|l| l.split(':').nth(1) == Some(wanted)).and_then(path_of);
    pick("")
        .filter(|p| p != "/")
        .or_else(|| pick("name=systemd"))
        .or_else(|| text.lines().next().and_then(path_of))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_process_are_understood() {
        assert_eq!(user_ids("Name:\tx\nUid:\t1000\t0\t0\t0\n"), Some((1000, 0)));
        assert_eq!(user_ids("Name:\tx\n"), None);
        assert_eq!(cgroup_path("0::/kubepods.slice/pod1\n"), "/kubepods.slice/pod1");
        assert_eq!(
            cgroup_path("5:cpu:/x\n1:name=systemd:/system.slice/kubelet.service\n0::/\n"),
            "/system.slice/kubelet.service"
        );
        assert_eq!(cgroup_path(""), "");
        assert_eq!(split_at_nul(b"kubelet\0--a=b\0\0"), ["kubelet", "--a=b", ""]);
        assert_eq!(last_component(b"/usr/bin/kubelet"), b"kubelet");
    }
}
