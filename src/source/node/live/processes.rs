//! The processes of a live machine, read from its proc directory. Decides which bear a name that is looked for, and in what
//! measure their words are kept; which of them count is for others to say.

use super::{FOLDER, LOOK, READ, read_at, regular, trouble};
use crate::source::node::process_table::{self, ProcessRow, ProcessTable};
use crate::source::node::{Capability, Heartbeat, MAX_ARGV_BYTES, Process, SourceError, base_name, build_information};
use rustix::fs::{AtFlags, Dir, Mode, OFlags};
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A command line's first bytes: enough for `argv[0]` of any process that is looked for.
const FIRST_LOOK_BYTES: usize = 4096;
/// Processes that bear a name that is looked for. With more of them the machine is not understood.
const MAX_NAMED: usize = 1 << 16;
/// Bytes of command lines that are kept of all processes of root, of those of each other user, and of all together.
const KEPT_OF_ROOT: u64 = 4 << 20;
const KEPT_OF_USER: u64 = 128 << 10;
const KEPT_OF_ALL: u64 = 6 << 20;
/// Bytes of command lines of a listing of all processes.
const KEPT_OF_LISTING: u64 = 16 << 20;
/// Letters that are kept of a name and of a control group, where there is no room for a process's command line.
const CUT_NAME: usize = 64;
const CUT_CGROUP: usize = 256;
/// Folders of processes that are kept open.
const MAX_OPEN: usize = 64;
const STATUS_BYTES: u64 = 1 << 16;
/// The bit of a mode that lends the owner's rights to whoever starts the file.
const SET_USER_ID: u32 = 0o4000;

/// A proc directory, and what of it must stay the same during a run.
#[derive(Debug)]
pub(super) struct Processes {
    proc: OwnedFd,
    pub(super) pulse: Heartbeat,
    known: Mutex<Known>,
}

/// The processes that were found: a number alone may mean another one later.
#[derive(Debug, Default)]
struct Known {
    /// When each was started, in ticks of the kernel's clock.
    started: BTreeMap<u32, u64>,
    /// The folders of those that are asked more.
    open: BTreeMap<u32, Arc<OwnedFd>>,
}

/// How many bytes of command lines may still be kept.
struct Budget {
    of_user: BTreeMap<u32, u64>,
    of_all: u64,
}

impl Budget {
    fn new() -> Self {
        Self { of_user: BTreeMap::new(), of_all: KEPT_OF_ALL }
    }

    fn of_user(&mut self, uid: u32) -> &mut u64 {
        self.of_user.entry(uid).or_insert(if uid == 0 { KEPT_OF_ROOT } else { KEPT_OF_USER })
    }

    /// How long a command line of this user's may be.
    fn room(&mut self, uid: u32) -> u64 {
        MAX_ARGV_BYTES.min(self.of_all).min(*self.of_user(uid))
    }

    /// Takes a command line of this length; whether there is room for it.
    fn takes(&mut self, uid: u32, bytes: u64) -> bool {
        let fits = bytes <= self.room(uid);
        if fits {
            *self.of_user(uid) -= bytes;
            self.of_all -= bytes;
        }
        fits
    }
}

impl Processes {
    pub(super) fn new(proc: OwnedFd) -> Self {
        Self { proc, pulse: Heartbeat::default(), known: Mutex::default() }
    }

    /// The processes under one of these names. One that ends meanwhile is left out.
    pub(super) fn find(&self, wanted: &[&str]) -> Result<Vec<Process>, SourceError> {
        let mut buffer = vec![0; FIRST_LOOK_BYTES];
        let mut budget = Budget::new();
        let mut found = Vec::new();
        self.each(|pid| {
            if self.may_be(pid, wanted, &mut buffer)
                && let Ok(process) = self.look_closely(pid, &mut budget)
                && bears_name(&process, wanted)
            {
                found.push(process);
            }
            found.len() <= MAX_NAMED
        })?;
        if found.len() > MAX_NAMED {
            let what = format!("more than {MAX_NAMED} processes bear a name of a component; end those that are none");
            return Err(SourceError::Io(what));
        }
        Ok(found)
    }

    /// Every process, as a listing shows it.
    pub(super) fn table(&self) -> Result<ProcessTable, SourceError> {
        let booted = self.text("stat").as_deref().and_then(process_table::boot_time).unwrap_or_default();
        let up = self.text("uptime").as_deref().and_then(process_table::uptime).unwrap_or_default();
        let largest = self.text("sys/kernel/pid_max").and_then(|t| t.trim().parse::<u32>().ok());
        let (mut rows, mut left) = (Vec::new(), KEPT_OF_LISTING);
        self.each(|pid| {
            let row = self.row(pid, booted, left).ok();
            // Half a listing would be a wrong one.
            left -= row.as_ref().map_or(0, |(_, bytes)| *bytes).min(left);
            rows.extend(row.map(|(row, _)| row));
            left > 0
        })?;
        if left == 0 {
            return Err(SourceError::TooLarge(KEPT_OF_LISTING));
        }
        Ok(ProcessTable::new(rows, booted.saturating_add(up), largest))
    }

    /// A process's own root.
    pub(super) fn root_of(&self, pid: u32) -> Result<OwnedFd, SourceError> {
        let folder = self.folder(pid)?;
        rustix::fs::openat(&folder, "root", LOOK | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
            .map_err(|e| trouble(e, Capability::SysPtrace))
    }

    /// These variables of a process's environment.
    pub(super) fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        let folder = self.folder(pid)?;
        let read = read_at(folder.as_fd(), "environ", MAX_ARGV_BYTES + 1);
        let bytes = read.map_err(|e| trouble(e, Capability::SysPtrace))?;
        if bytes.len() as u64 > MAX_ARGV_BYTES {
            return Err(SourceError::TooLarge(MAX_ARGV_BYTES));
        }
        Ok(names.iter().map(|name| value_of(&bytes, name)).collect())
    }

    /// What Go's linker noted in a process's executable.
    pub(super) fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        let folder = self.folder(pid)?;
        let opened = rustix::fs::openat(&folder, "exe", READ | OFlags::CLOEXEC, Mode::empty());
        let file = opened.map_err(|e| trouble(e, Capability::SysPtrace))?;
        regular(&rustix::fs::fstat(&file).map_err(|e| trouble(e, Capability::SysPtrace))?)?;
        build_information::read(File::from(file))
    }

    /// Calls `look` for each process in the order of their numbers, until it says that it is enough. Shows which process is
    /// looked at, should one of them not answer.
    fn each(&self, mut look: impl FnMut(u32) -> bool) -> Result<(), SourceError> {
        for pid in self.pids()? {
            if self.pulse.leaves_out(pid) {
                continue;
            }
            self.pulse.beat_at(pid);
            let wants_more = look(pid);
            // Nobody waits for this scan any more, and its steps would be taken for those of the one that followed it.
            if self.pulse.leaves_out(pid) {
                return Err(SourceError::Changed);
            }
            if !wants_more {
                break;
            }
        }
        self.pulse.beat_at(0);
        Ok(())
    }

    fn pids(&self) -> Result<Vec<u32>, SourceError> {
        let denied = |e| trouble(e, Capability::SysPtrace);
        let folder = rustix::fs::openat(&self.proc, ".", FOLDER, Mode::empty()).map_err(denied)?;
        let mut pids = Vec::new();
        for entry in Dir::new(folder).map_err(denied)? {
            let entry = entry.map_err(denied)?;
            pids.extend(entry.file_name().to_str().ok().and_then(|n| n.parse::<u32>().ok()));
        }
        pids.sort_unstable();
        Ok(pids)
    }

    fn open(&self, pid: u32) -> Result<OwnedFd, Errno> {
        let flags = LOOK | OFlags::DIRECTORY | OFlags::CLOEXEC;
        rustix::fs::openat(&self.proc, pid.to_string(), flags, Mode::empty())
    }

    /// The folder of a process that was found before: of that one, and of no other that has its number by now.
    fn folder(&self, pid: u32) -> Result<Arc<OwnedFd>, SourceError> {
        // What is known is never held fast while the machine is asked, which may not answer.
        let started = {
            let known = self.known();
            if let Some(folder) = known.open.get(&pid) {
                return Ok(Arc::clone(folder));
            }
            known.started.get(&pid).copied()
        };
        let folder = Arc::new(self.open(pid).map_err(|e| trouble(e, Capability::SysPtrace))?);
        if started.is_some_and(|started| started_at(folder.as_fd()) != Ok(started)) {
            return Err(SourceError::Changed);
        }
        let mut known = self.known();
        if known.open.len() < MAX_OPEN {
            known.open.insert(pid, Arc::clone(&folder));
        }
        Ok(folder)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The quick look at a process that is most likely no component: one small read and one link.
    fn may_be(&self, pid: u32, wanted: &[&str], buffer: &mut [u8]) -> bool {
        let opened = rustix::fs::openat(&self.proc, format!("{pid}/cmdline"), READ | OFlags::CLOEXEC, Mode::empty());
        let Ok(file) = opened else {
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
    fn look_closely(&self, pid: u32, budget: &mut Budget) -> Result<Process, Errno> {
        let folder = self.open(pid)?;
        let text = |name: &str, limit| read_at(folder.as_fd(), name, limit);
        let status = || Ok::<_, Errno>(as_text(text("status", STATUS_BYTES)?));
        let before = user_ids(&status()?).ok_or(Errno::INVAL)?;
        // One byte more than there is room for tells that there is more.
        let line = text("cmdline", (budget.room(before.0) + 1).max(FIRST_LOOK_BYTES as u64))?;
        let link = |name: &str| {
            rustix::fs::readlinkat(&folder, name, Vec::new()).ok().map(|t| OsString::from_vec(t.into_bytes()))
        };
        let exe = link("exe").map(|e| {
            let path = e.to_string_lossy().into_owned();
            path.strip_suffix(" (deleted)").map(str::to_owned).unwrap_or(path)
        });
        let setuid = rustix::fs::statat(&folder, "exe", AtFlags::empty()).is_ok_and(|s| s.st_mode & SET_USER_ID != 0);
        let cgroup = text("cgroup", STATUS_BYTES).map(|b| cgroup_path(&as_text(b)));
        let started = started_at(folder.as_fd())?;
        // A process of root that has become a user's meanwhile may have that user's words.
        let status = status()?;
        let after = user_ids(&status).ok_or(Errno::INVAL)?;
        let (real_uid, effective_uid) = if before == (0, 0) { after } else { before };
        self.known().started.insert(pid, started);
        let process = Process {
            pid,
            argv: split_at_nul(&line),
            truncated: !budget.takes(real_uid, line.len() as u64),
            exe,
            setuid,
            privileged: is_privileged(&status),
            real_uid,
            effective_uid,
            cgroup: cgroup.unwrap_or_default(),
            cwd: link("cwd").map(PathBuf::from),
        };
        Ok(if process.truncated { cut(process) } else { process })
    }

    /// One line of a listing, and the bytes of the command line in it. The quick look at every process of the machine, so no more is read than is shown.
    fn row(&self, pid: u32, booted: u64, most: u64) -> Result<(ProcessRow, u64), Errno> {
        let folder = self.open(pid)?;
        let stat = as_text(read_at(folder.as_fd(), "stat", STATUS_BYTES)?);
        let status = as_text(read_at(folder.as_fd(), "status", STATUS_BYTES)?);
        let line = read_at(folder.as_fd(), "cmdline", most.min(MAX_ARGV_BYTES))?;
        let argv = if line.is_empty() { Vec::new() } else { split_at_nul(&line) };
        let (_, uid) = user_ids(&status).ok_or(Errno::INVAL)?;
        let row = ProcessRow::parse(pid, uid, &stat, argv, booted).ok_or(Errno::INVAL)?;
        Ok((row, line.len() as u64))
    }

    /// A file of the proc directory itself.
    fn text(&self, name: &str) -> Option<String> {
        Some(as_text(read_at(self.proc.as_fd(), name, 1 << 20).ok()?))
    }
}

/// Bytes as the text that they almost always are.
fn as_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// What is kept of a process whose words there is no room for: enough to tell what it calls itself and whose it is.
fn cut(process: Process) -> Process {
    let first = process.argv.first().map_or("", |word| base_name(word));
    let mut cgroup: String = process.cgroup.chars().take(CUT_CGROUP).collect();
    cgroup.shrink_to_fit();
    Process {
        argv: vec![first.chars().take(CUT_NAME).collect()],
        exe: process.exe.map(|path| base_name(&path).chars().take(CUT_NAME).collect()),
        cgroup,
        cwd: None,
        ..process
    }
}

fn bears_name(process: &Process, wanted: &[&str]) -> bool {
    let named = |path: &str| wanted.contains(&base_name(path));
    process.argv.first().is_some_and(|a| named(a)) || process.exe.as_deref().is_some_and(named)
}

/// When a process was started, in ticks of the kernel's clock.
fn started_at(folder: BorrowedFd<'_>) -> Result<u64, Errno> {
    let stat = as_text(read_at(folder, "stat", STATUS_BYTES)?);
    process_table::started_ticks(&stat).ok_or(Errno::INVAL)
}

/// A variable's value in an environment. Of two entries with one name the first counts, as to Go and to the C library.
pub(crate) fn value_of(environment: &[u8], name: &str) -> Option<String> {
    let mut entries = environment.split(|b| *b == 0).filter_map(|entry| {
        let (front, value) = entry.split_at(entry.iter().position(|b| *b == b'=')?);
        (front == name.as_bytes()).then_some(&value[1..])
    });
    entries.next().map(|value| String::from_utf8_lossy(value).into_owned())
}

pub(crate) fn split_at_nul(bytes: &[u8]) -> Vec<String> {
    let bytes = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    bytes.split(|b| *b == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}

fn last_component(path: &[u8]) -> &[u8] {
    path.rsplit(|b| *b == b'/').next().unwrap_or(path)
}

/// Real and effective user of a `status` file's `Uid:` line.
pub(crate) fn user_ids(status: &str) -> Option<(u32, u32)> {
    let line = status.lines().find_map(|l| l.strip_prefix("Uid:"))?;
    let mut ids = line.split_ascii_whitespace().map(str::parse);
    Some((ids.next()?.ok()?, ids.next()?.ok()?))
}

/// Whether a `status` file tells of the capability `CAP_SYS_ADMIN`.
fn is_privileged(status: &str) -> bool {
    const SYS_ADMIN: u64 = 1 << 21;
    let set =
        status.lines().find_map(|l| l.strip_prefix("CapEff:")).and_then(|t| u64::from_str_radix(t.trim(), 16).ok());
    set.is_some_and(|set| set & SYS_ADMIN != 0)
}

/// The path of a `cgroup` file: of the unified hierarchy, else of systemd's, else of the first line.
pub(crate) fn cgroup_path(text: &str) -> String {
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
        assert!(is_privileged("Uid:\t0\nCapEff:\t000001ffffffffff\n"));
        assert!(!is_privileged("CapEff:\t00000000a80425fb\n") && !is_privileged("") && !is_privileged("CapEff:\tx\n"));
        assert_eq!(cgroup_path("0::/kubepods.slice/pod1\n"), "/kubepods.slice/pod1");
        assert_eq!(
            cgroup_path("5:cpu:/x\n1:name=systemd:/system.slice/kubelet.service\n0::/\n"),
            "/system.slice/kubelet.service"
        );
        assert_eq!(cgroup_path(""), "");
        assert_eq!(split_at_nul(b"kubelet\0--a=b\0\0"), ["kubelet", "--a=b", ""]);
        assert_eq!(last_component(b"/usr/bin/kubelet"), b"kubelet");
    }

    /// Its steps would be taken for those of the scan that followed it.
    #[test]
    fn a_scan_that_was_given_up_goes_no_further() {
        let proc = tempfile::tempdir().expect("a folder");
        for pid in [7, 8, 9] {
            std::fs::create_dir(proc.path().join(pid.to_string())).expect("a folder");
        }
        let folder = rustix::fs::open(proc.path(), LOOK | OFlags::DIRECTORY, Mode::empty()).expect("the folder");
        let processes = Processes::new(folder);
        let mut seen = Vec::new();
        let scanned = processes.each(|pid| {
            seen.push(pid);
            // What the waiting side does when no answer came for so long, and what its next scan looks at by then.
            if pid == 8 {
                processes.pulse.leave_out(8);
                processes.pulse.beat_at(9);
            }
            true
        });
        assert_eq!((seen, scanned), (vec![7, 8], Err(SourceError::Changed)));
        assert_eq!(processes.pulse.at(), Some(9), "the next scan's place is kept");
    }

    #[test]
    fn of_an_environment_the_first_entry_with_the_whole_name_counts() {
        let environment = b"AB=no\0=x\0A=one\0A=two\0B\0C=a=b\0D=\xff\0";
        let cases = [
            ("A", Some("one")),
            ("AB", Some("no")),
            ("B", None),
            ("C", Some("a=b")),
            ("C=a", None),
            ("D", Some("\u{fffd}")),
            ("", Some("x")),
        ];
        for (name, value) in cases {
            assert_eq!(value_of(environment, name).as_deref(), value, "{name}");
        }
    }

    #[test]
    fn one_users_command_lines_leave_room_for_those_of_others() {
        let mut budget = Budget::new();
        assert!(budget.takes(1000, KEPT_OF_USER) && !budget.takes(1000, 1));
        assert!(budget.takes(999, 10) && !budget.takes(0, MAX_ARGV_BYTES + 1));
        assert!(budget.takes(0, MAX_ARGV_BYTES) && budget.takes(0, MAX_ARGV_BYTES) && !budget.takes(0, 1));
    }
}
