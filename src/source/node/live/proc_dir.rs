//! The proc directory of a live machine: finds processes by name and reads what is asked of each. Which of them are
//! components is decided elsewhere.

use super::argv_budget::ArgvBudget;
use super::build_information;
use super::errno::process_error;
use super::file::{DIRECTORY, PATH_ONLY, READ, read_at_most, read_in, require_regular};
use super::named_processes::{LinkBuffer, NamedProcesses, ProcessReader, truncate};
use super::proc_files::{cgroup_path, into_text, is_privileged, joined_at_nul, split_at_nul, user_ids, value_of};
use super::proc_stat::{boot_time, microseconds, parse_row, seconds, start_ticks, uptime};
use crate::source::node::error::SourceError;
use crate::source::node::heartbeat::Heartbeat;
use crate::source::node::limits::MAX_ARGV_BYTES;
use crate::source::node::process::{Process, ProcessScan};
use crate::source::node::process_table::{ProcessLine, ProcessRow, ProcessTable};
use rustix::fs::{AtFlags, Dir, Mode, OFlags};
use rustix::io::Errno;
use rustix::time::{ClockId, clock_gettime};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::Write as _;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of a command line that are enough to compare `argv[0]`.
const FIRST_BYTES: usize = 4096;
/// Bytes of command lines in a process table.
const MAX_TABLE_ARGV_BYTES: u64 = 16 << 20;
/// Bytes of `comm`; the names of some kernel threads are longer than those of programs.
const MAX_NAME_BYTES: usize = 256;
/// Directories of processes that are kept open.
const MAX_OPEN: usize = 64;
/// Bytes of `status`, `stat` and `cgroup`.
const MAX_STATUS_BYTES: u64 = 1 << 16;
/// Bytes of the path of a file of a process.
const MAX_PATH_BYTES: usize = 32;
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
        let mut named = NamedProcesses::new(self, names);
        self.for_each_pid(|pid| match self.read_first_bytes(pid, &mut buffer) {
            Some(line) => named.add(pid, line),
            None => true,
        })?;
        Ok(self.with_start_times(named.into_found()?))
    }

    /// The processes with one of these names, and the command line of every process.
    pub(super) fn scan(&self, names: &[&str]) -> Result<ProcessScan, SourceError> {
        let mut named = NamedProcesses::new(self, names);
        let (mut lines, mut left, mut line) = (Vec::new(), MAX_TABLE_ARGV_BYTES, Vec::new());
        self.for_each_pid(|pid| {
            if self.read_line(pid, left.min(MAX_ARGV_BYTES), &mut line).is_err() {
                return true;
            }
            left -= (line.len() as u64).min(left);
            lines.extend(self.read_name(pid).map(|name| ProcessLine { pid, name, line: joined_at_nul(&line) }));
            named.add(pid, &line)
        })?;
        let lines = if left == 0 { Err(SourceError::TooLarge(MAX_TABLE_ARGV_BYTES)) } else { Ok(lines) };
        Ok(ProcessScan { processes: self.with_start_times(named.into_found()?), lines })
    }

    /// Every process, or those with these numbers.
    pub(super) fn table(&self, pids: Option<&[u32]>) -> Result<ProcessTable, SourceError> {
        let booted = self.read_text("stat").as_deref().and_then(boot_time).unwrap_or_default();
        let up = self.read_text("uptime").as_deref().and_then(uptime).unwrap_or_default();
        let largest = self.read_text("sys/kernel/pid_max").and_then(|t| t.trim().parse::<u32>().ok());
        let (mut rows, mut left) = (Vec::new(), MAX_TABLE_ARGV_BYTES);
        self.for_each(pids.map_or_else(|| self.pids(), |pids| Ok(pids.to_vec()))?, |pid| {
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

    /// The id of the boot that runs.
    pub(super) fn boot_id(&self) -> Option<[u8; 16]> {
        let text = self.read_text("sys/kernel/random/boot_id")?;
        let digits: Vec<u8> = text.trim().bytes().filter(|byte| *byte != b'-').collect();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        digits.chunks(2).map(byte).collect::<Option<Vec<u8>>>()?.try_into().ok()
    }

    /// When a process was started at the earliest, in microseconds of the clock that journald has for its entries. The kernel
    /// counts the time in which the machine slept, that clock does not.
    pub(super) fn start_since_boot(&self, pid: u32) -> Option<u64> {
        let directory = self.open(pid).ok()?;
        let ticks = read_start_ticks(directory.as_fd()).ok()?;
        let micros = |clock| {
            let time = clock_gettime(clock);
            u64::try_from(time.tv_sec)
                .ok()?
                .checked_mul(1_000_000)?
                .checked_add(u64::try_from(time.tv_nsec).ok()? / 1000)
        };
        let slept = micros(ClockId::Boottime)?.saturating_sub(micros(ClockId::Monotonic)?);
        Some(microseconds(ticks).saturating_sub(slept))
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

    /// Calls `read` for each PID in order until it returns false.
    fn for_each_pid(&self, read: impl FnMut(u32) -> bool) -> Result<(), SourceError> {
        self.for_each(self.pids()?, read)
    }

    /// Calls `read` for these PIDs until it returns false. The heartbeat shows which process is being read.
    fn for_each(&self, pids: Vec<u32>, mut read: impl FnMut(u32) -> bool) -> Result<(), SourceError> {
        for pid in pids {
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

    /// What fits into the buffer of the command line of a process.
    fn read_first_bytes<'b>(&self, pid: u32, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
        let file = self.open_file(pid, "cmdline").ok()?;
        let length = rustix::io::read(&file, &mut *buffer).unwrap_or(0);
        Some(&buffer[..length])
    }

    /// The command line of a process. One read is enough for most: the kernel gives less than is asked for only at the end.
    fn read_line(&self, pid: u32, limit: u64, line: &mut Vec<u8>) -> Result<(), Errno> {
        let file = self.open_file(pid, "cmdline")?;
        line.resize(FIRST_BYTES, 0);
        let length = rustix::io::read(&file, line.as_mut_slice())?;
        line.truncate(length);
        if length == FIRST_BYTES {
            let rest = read_at_most(File::from(file), limit.saturating_sub(length as u64));
            line.extend(rest.map_err(|e| Errno::from_io_error(&e).unwrap_or(Errno::IO))?);
        }
        Ok(())
    }

    /// The name that the kernel keeps of a process.
    fn read_name(&self, pid: u32) -> Option<String> {
        let mut buffer = [0; MAX_NAME_BYTES];
        let length = rustix::io::read(&self.open_file(pid, "comm").ok()?, &mut buffer).ok()?;
        let name = buffer[..length].strip_suffix(b"\n")?;
        Some(String::from_utf8_lossy(name).into_owned())
    }

    fn open_file(&self, pid: u32, name: &str) -> Result<OwnedFd, Errno> {
        let mut buffer = [0; MAX_PATH_BYTES];
        let path = path_of(pid, name, &mut buffer)?;
        rustix::fs::openat(&self.directory, path, READ | OFlags::CLOEXEC, Mode::empty())
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

    /// These processes, each with when it was started.
    fn with_start_times(&self, processes: Vec<Process>) -> Vec<Process> {
        let booted = (!processes.is_empty()).then(|| self.read_text("stat")).flatten();
        let booted = booted.as_deref().and_then(boot_time);
        let known = self.known();
        let started = |pid: u32| Some(booted?.saturating_add(seconds(*known.started.get(&pid)?)));
        processes.into_iter().map(|process| Process { started: started(process.pid), ..process }).collect()
    }

    /// A file of the proc directory itself.
    fn read_text(&self, name: &str) -> Option<String> {
        Some(into_text(read_in(self.directory.as_fd(), name, 1 << 20).ok()?))
    }
}

/// The path of a file of a process, without an allocation for each of thousands of processes.
fn path_of<'b>(pid: u32, name: &str, buffer: &'b mut [u8; MAX_PATH_BYTES]) -> Result<&'b [u8], Errno> {
    let mut rest = &mut buffer[..];
    write!(rest, "{pid}/{name}").map_err(|_| Errno::NAMETOOLONG)?;
    let length = MAX_PATH_BYTES - rest.len();
    Ok(&buffer[..length])
}

impl ProcessReader for ProcDir {
    fn executable<'b>(&self, pid: u32, buffer: &'b mut LinkBuffer) -> Option<&'b [u8]> {
        let mut path = [0; MAX_PATH_BYTES];
        let path = path_of(pid, "exe", &mut path).ok()?;
        let (target, _) = rustix::fs::readlinkat_raw(&self.directory, path, buffer).ok()?;
        Some(target)
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
            // The caller adds it, who knows when the machine was started.
            started: None,
            cgroup: cgroup.unwrap_or_default(),
            cwd: link("cwd").map(PathBuf::from),
        };
        Ok(if process.truncated { truncate(process) } else { process })
    }
}

fn read_start_ticks(directory: BorrowedFd<'_>) -> Result<u64, Errno> {
    let stat = into_text(read_in(directory, "stat", MAX_STATUS_BYTES)?);
    start_ticks(&stat).ok_or(Errno::INVAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_finds_what_the_process_table_and_the_search_by_name_find() {
        let proc = tempfile::tempdir().expect("a directory");
        let long = format!("kubelet\0--long={}\0", "x".repeat(3 * FIRST_BYTES));
        let exact = format!("sh\0{}\0", "y".repeat(FIRST_BYTES - 4));
        assert_eq!(exact.len(), FIRST_BYTES);
        let processes: [(u32, &str, &[u8]); 6] = [
            (2, "kworker/0:0-events", b""),
            (7, "kubelet", b"/usr/bin/kubelet\0--config=/a\0--v\0"),
            (8, "renamed", b"kubelet\0--a=\xff\xfe b\0\0"),
            (9, "kubelet", long.as_bytes()),
            (10, "sh", exact.as_bytes()),
            (11, "a) (b", b"\0"),
        ];
        for (pid, name, line) in processes {
            let path = proc.path().join(pid.to_string());
            std::fs::create_dir(&path).expect("a directory");
            let write = |file: &str, bytes: &[u8]| std::fs::write(path.join(file), bytes).expect("a file");
            write("cmdline", line);
            write("comm", format!("{name}\n").as_bytes());
            write("stat", format!("{pid} ({name}) S 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 1200 0 0").as_bytes());
            write("status", b"Name:\tx\nUid:\t0\t0\t0\t0\n");
            write("cgroup", b"0::/x\n");
        }
        let directory = rustix::fs::open(proc.path(), PATH_ONLY | OFlags::DIRECTORY, Mode::empty()).expect("it opens");
        let proc_dir = ProcDir::new(directory);
        let names = ["kubelet"];
        let scan = proc_dir.scan(&names).expect("a scan");
        assert_eq!(scan.processes, proc_dir.find(&names).expect("processes"));
        assert_eq!(scan.processes.iter().map(|process| process.pid).collect::<Vec<_>>(), [7, 8, 9]);
        let table = proc_dir.table(None).expect("a table");
        assert_eq!(scan.lines, Ok(table.lines()));
        let some = proc_dir.table(Some(&[9, 2, 99])).expect("a table");
        assert_eq!(some.rows, [table.rows[3].clone(), table.rows[0].clone()]);
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
