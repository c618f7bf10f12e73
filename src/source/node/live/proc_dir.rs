//! The proc directory of a live machine: finds processes by name and reads what is asked of each. Which of them are
//! components is decided elsewhere.

use super::argv_budget::ArgvBudget;
use super::build_information;
use super::errno::process_error;
use super::file::{DIRECTORY, PATH_ONLY, READ, read_in, require_regular};
use super::proc_files::{cgroup_path, into_text, is_privileged, split_at_nul, user_ids, value_of};
use super::proc_stat::{boot_time, parse_row, start_ticks, uptime};
use crate::source::node::error::SourceError;
use crate::source::node::heartbeat::Heartbeat;
use crate::source::node::limits::MAX_ARGV_BYTES;
use crate::source::node::path::base_name;
use crate::source::node::process::Process;
use crate::source::node::process_table::{ProcessRow, ProcessTable};
use rustix::fs::{AtFlags, Dir, Mode, OFlags};
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of a command line that are enough to compare `argv[0]`.
const FIRST_BYTES: usize = 4096;
/// Processes with the name of a component. More than these cannot be judged.
const MAX_NAMED: usize = 1 << 16;
/// Bytes of command lines in a process table.
const MAX_TABLE_ARGV_BYTES: u64 = 16 << 20;
/// Characters kept of the name and control group of a process whose command line exceeds the budget.
const TRUNCATED_NAME: usize = 64;
const TRUNCATED_CGROUP: usize = 256;
/// Directories of processes that are kept open.
const MAX_OPEN: usize = 64;
/// Bytes of `status`, `stat` and `cgroup`.
const MAX_STATUS_BYTES: u64 = 1 << 16;
const MODE_SETUID: u32 = 0o4000;

/// A proc directory.
#[derive(Debug)]
pub(super) struct ProcDir {
    directory: OwnedFd,
    heartbeat: Heartbeat,
    known: Mutex<KnownProcesses>,
}

/// The processes found so far. A PID alone may name another process later.
#[derive(Debug, Default)]
struct KnownProcesses {
    /// Start times, in ticks of the kernel's clock.
    started: BTreeMap<u32, u64>,
    /// Open directories, so that later reads are of the same process.
    open: BTreeMap<u32, Arc<OwnedFd>>,
}

impl ProcDir {
    pub(super) fn new(directory: OwnedFd) -> Self {
        Self { directory, heartbeat: Heartbeat::default(), known: Mutex::default() }
    }

    pub(super) const fn heartbeat(&self) -> &Heartbeat {
        &self.heartbeat
    }

    /// The processes with one of these names.
    pub(super) fn find(&self, names: &[&str]) -> Result<Vec<Process>, SourceError> {
        let mut buffer = vec![0; FIRST_BYTES];
        let mut budget = ArgvBudget::new();
        let mut found = Vec::new();
        self.for_each_pid(|pid| {
            if self.may_have_name(pid, names, &mut buffer)
                && let Ok(process) = self.read_process(pid, &mut budget)
                && process.has_name(names)
            {
                found.push(process);
            }
            found.len() <= MAX_NAMED
        })?;
        if found.len() > MAX_NAMED {
            let what = format!("more than {MAX_NAMED} processes have the name of a component; end those that are not");
            return Err(SourceError::Io(what));
        }
        Ok(found)
    }

    /// Every process.
    pub(super) fn table(&self) -> Result<ProcessTable, SourceError> {
        let booted = self.read_text("stat").as_deref().and_then(boot_time).unwrap_or_default();
        let up = self.read_text("uptime").as_deref().and_then(uptime).unwrap_or_default();
        let largest = self.read_text("sys/kernel/pid_max").and_then(|t| t.trim().parse::<u32>().ok());
        let (mut rows, mut left) = (Vec::new(), MAX_TABLE_ARGV_BYTES);
        self.for_each_pid(|pid| {
            let row = self.read_row(pid, booted, left).ok();
            left -= row.as_ref().map_or(0, |(_, bytes)| *bytes).min(left);
            rows.extend(row.map(|(row, _)| row));
            left > 0
        })?;
        if left == 0 {
            return Err(SourceError::TooLarge(MAX_TABLE_ARGV_BYTES));
        }
        Ok(ProcessTable::new(rows, booted.saturating_add(up), largest))
    }

    /// The root directory of a process.
    pub(super) fn root_of(&self, pid: u32) -> Result<OwnedFd, SourceError> {
        let directory = self.open_known(pid)?;
        rustix::fs::openat(&directory, "root", PATH_ONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
            .map_err(process_error)
    }

    /// These environment variables of a process.
    pub(super) fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        let directory = self.open_known(pid)?;
        let bytes = read_in(directory.as_fd(), "environ", MAX_ARGV_BYTES + 1).map_err(process_error)?;
        if bytes.len() as u64 > MAX_ARGV_BYTES {
            return Err(SourceError::TooLarge(MAX_ARGV_BYTES));
        }
        Ok(names.iter().map(|name| value_of(&bytes, name)).collect())
    }

    /// The build information in the executable of a process.
    pub(super) fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        let directory = self.open_known(pid)?;
        let opened = rustix::fs::openat(&directory, "exe", READ | OFlags::CLOEXEC, Mode::empty());
        let file = opened.map_err(process_error)?;
        require_regular(&rustix::fs::fstat(&file).map_err(process_error)?)?;
        build_information::read(File::from(file))
    }

    /// Calls `read` for each PID in order until it returns false. The heartbeat shows which process is being read.
    fn for_each_pid(&self, mut read: impl FnMut(u32) -> bool) -> Result<(), SourceError> {
        for pid in self.pids()? {
            if self.heartbeat.skips(pid) {
                continue;
            }
            self.heartbeat.beat_process(pid);
            let wants_more = read(pid);
            // This scan was given up meanwhile. Its heartbeats would be taken for those of the scan that followed it.
            if self.heartbeat.skips(pid) {
                return Err(SourceError::Changed);
            }
            if !wants_more {
                break;
            }
        }
        self.heartbeat.beat_process(0);
        Ok(())
    }

    fn pids(&self) -> Result<Vec<u32>, SourceError> {
        let directory = rustix::fs::openat(&self.directory, ".", DIRECTORY, Mode::empty()).map_err(process_error)?;
        let mut pids = Vec::new();
        for entry in Dir::new(directory).map_err(process_error)? {
            let entry = entry.map_err(process_error)?;
            pids.extend(entry.file_name().to_str().ok().and_then(|n| n.parse::<u32>().ok()));
        }
        pids.sort_unstable();
        Ok(pids)
    }

    fn open(&self, pid: u32) -> Result<OwnedFd, Errno> {
        let flags = PATH_ONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        rustix::fs::openat(&self.directory, pid.to_string(), flags, Mode::empty())
    }

    /// The directory of a process that was found before; an error if another process has its PID by now.
    fn open_known(&self, pid: u32) -> Result<Arc<OwnedFd>, SourceError> {
        // The lock is not held during system calls, which may hang.
        let started = {
            let known = self.known();
            if let Some(directory) = known.open.get(&pid) {
                return Ok(Arc::clone(directory));
            }
            known.started.get(&pid).copied()
        };
        let directory = Arc::new(self.open(pid).map_err(process_error)?);
        if started.is_some_and(|started| read_start_ticks(directory.as_fd()) != Ok(started)) {
            return Err(SourceError::Changed);
        }
        let mut known = self.known();
        if known.open.len() < MAX_OPEN {
            known.open.insert(pid, Arc::clone(&directory));
        }
        Ok(directory)
    }

    fn known(&self) -> MutexGuard<'_, KnownProcesses> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The cheap test for a process that is most likely no component: one small read and one readlink.
    fn may_have_name(&self, pid: u32, names: &[&str], buffer: &mut [u8]) -> bool {
        let path = format!("{pid}/cmdline");
        let Ok(file) = rustix::fs::openat(&self.directory, path, READ | OFlags::CLOEXEC, Mode::empty()) else {
            return false;
        };
        let length = rustix::io::read(&file, &mut *buffer).unwrap_or(0);
        let first = buffer[..length].split(|b| *b == 0).next().unwrap_or_default();
        if length == 0 {
            return false;
        }
        let is_named = |path: &[u8]| names.iter().any(|name| name.as_bytes() == last_component(path));
        is_named(first)
            || rustix::fs::readlinkat(&self.directory, format!("{pid}/exe"), Vec::new())
                .is_ok_and(|exe| is_named(exe.as_bytes().strip_suffix(b" (deleted)").unwrap_or(exe.as_bytes())))
    }

    /// Reads a process through one descriptor of its directory: if another process takes its PID meanwhile, reads fail.
    fn read_process(&self, pid: u32, budget: &mut ArgvBudget) -> Result<Process, Errno> {
        let directory = self.open(pid)?;
        let read = |name: &str, limit| read_in(directory.as_fd(), name, limit);
        let status = || Ok::<_, Errno>(into_text(read("status", MAX_STATUS_BYTES)?));
        let before = user_ids(&status()?).ok_or(Errno::INVAL)?;
        // One byte more than there is room for shows that the line is longer.
        let line = read("cmdline", (budget.room(before.0) + 1).max(FIRST_BYTES as u64))?;
        let link = |name: &str| {
            rustix::fs::readlinkat(&directory, name, Vec::new()).ok().map(|t| OsString::from_vec(t.into_bytes()))
        };
        let exe = link("exe").map(|e| {
            let path = e.to_string_lossy().into_owned();
            path.strip_suffix(" (deleted)").map(str::to_owned).unwrap_or(path)
        });
        let setuid =
            rustix::fs::statat(&directory, "exe", AtFlags::empty()).is_ok_and(|s| s.st_mode & MODE_SETUID != 0);
        let cgroup = read("cgroup", MAX_STATUS_BYTES).map(|b| cgroup_path(&into_text(b)));
        let started = read_start_ticks(directory.as_fd())?;
        // A process of root that became a user's meanwhile may have arguments of that user's choice.
        let status = status()?;
        let after = user_ids(&status).ok_or(Errno::INVAL)?;
        let (real_uid, effective_uid) = if before == (0, 0) { after } else { before };
        self.known().started.insert(pid, started);
        let process = Process {
            pid,
            argv: split_at_nul(&line),
            truncated: !budget.take(real_uid, line.len() as u64),
            exe,
            setuid,
            privileged: is_privileged(&status),
            real_uid,
            effective_uid,
            cgroup: cgroup.unwrap_or_default(),
            cwd: link("cwd").map(PathBuf::from),
        };
        Ok(if process.truncated { truncate(process) } else { process })
    }

    /// A row of the process table, and the bytes of its command line, at most `max_argv`.
    fn read_row(&self, pid: u32, booted: u64, max_argv: u64) -> Result<(ProcessRow, u64), Errno> {
        let directory = self.open(pid)?;
        let stat = into_text(read_in(directory.as_fd(), "stat", MAX_STATUS_BYTES)?);
        let status = into_text(read_in(directory.as_fd(), "status", MAX_STATUS_BYTES)?);
        let line = read_in(directory.as_fd(), "cmdline", max_argv.min(MAX_ARGV_BYTES))?;
        let argv = if line.is_empty() { Vec::new() } else { split_at_nul(&line) };
        let (_, uid) = user_ids(&status).ok_or(Errno::INVAL)?;
        let row = parse_row(pid, uid, &stat, argv, booted).ok_or(Errno::INVAL)?;
        Ok((row, line.len() as u64))
    }

    /// A file of the proc directory itself.
    fn read_text(&self, name: &str) -> Option<String> {
        Some(into_text(read_in(self.directory.as_fd(), name, 1 << 20).ok()?))
    }
}

/// What is kept of a process whose command line exceeds the budget: its name and its owner.
fn truncate(process: Process) -> Process {
    let first = process.argv.first().map_or("", |word| base_name(word));
    let mut cgroup: String = process.cgroup.chars().take(TRUNCATED_CGROUP).collect();
    cgroup.shrink_to_fit();
    Process {
        argv: vec![first.chars().take(TRUNCATED_NAME).collect()],
        exe: process.exe.map(|path| base_name(&path).chars().take(TRUNCATED_NAME).collect()),
        cgroup,
        cwd: None,
        ..process
    }
}

fn read_start_ticks(directory: BorrowedFd<'_>) -> Result<u64, Errno> {
    let stat = into_text(read_in(directory, "stat", MAX_STATUS_BYTES)?);
    start_ticks(&stat).ok_or(Errno::INVAL)
}

fn last_component(path: &[u8]) -> &[u8] {
    path.rsplit(|b| *b == b'/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_component_is_the_file_name() {
        assert_eq!(last_component(b"/usr/bin/kubelet"), b"kubelet");
        assert_eq!(last_component(b"kubelet"), b"kubelet");
    }

    #[test]
    fn a_scan_that_was_given_up_stops() {
        let proc = tempfile::tempdir().expect("a directory");
        for pid in [7, 8, 9] {
            std::fs::create_dir(proc.path().join(pid.to_string())).expect("a directory");
        }
        let directory = rustix::fs::open(proc.path(), PATH_ONLY | OFlags::DIRECTORY, Mode::empty()).expect("it opens");
        let proc_dir = ProcDir::new(directory);
        let mut seen = Vec::new();
        let scanned = proc_dir.for_each_pid(|pid| {
            seen.push(pid);
            // What the waiting thread does after the time limit, and where its next scan is by then.
            if pid == 8 {
                proc_dir.heartbeat.skip(8);
                proc_dir.heartbeat.beat_process(9);
            }
            true
        });
        assert_eq!((seen, scanned), (vec![7, 8], Err(SourceError::Changed)));
        assert_eq!(proc_dir.heartbeat.current_process(), Some(9), "the position of the next scan is kept");
    }
}
