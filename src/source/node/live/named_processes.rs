//! The processes with the names of components, as a scan of the proc directory finds them.

use super::argv_budget::ArgvBudget;
use crate::source::node::error::SourceError;
use crate::source::node::path::base_name;
use crate::source::node::process::Process;
use rustix::io::Errno;
use std::mem::MaybeUninit;

/// Processes with the name of a component. More than these cannot be judged.
const MAX_NAMED: usize = 1 << 16;
/// Characters kept of the name and control group of a process whose command line exceeds the budget.
const TRUNCATED_NAME: usize = 64;
const TRUNCATED_CGROUP: usize = 256;

/// Room for the target of a link in the proc directory, of which the kernel gives at most a page.
pub(super) type LinkBuffer = [MaybeUninit<u8>; LINK_BYTES];
const LINK_BYTES: usize = 4097;

/// Reads what a scan needs of one process.
pub(super) trait ProcessReader {
    /// The target of the link to its executable, which is read into the buffer.
    fn executable<'b>(&self, pid: u32, buffer: &'b mut LinkBuffer) -> Option<&'b [u8]>;

    /// The process, of whose command line as much is kept as the budget allows.
    fn read_process(&self, pid: u32, budget: &mut ArgvBudget) -> Result<Process, Errno>;
}

/// The processes with the names of components, while a scan finds them.
pub(super) struct NamedProcesses<'p> {
    reader: &'p dyn ProcessReader,
    names: &'p [&'p str],
    budget: ArgvBudget,
    found: Vec<Process>,
}

impl<'p> NamedProcesses<'p> {
    pub(super) fn new(reader: &'p dyn ProcessReader, names: &'p [&'p str]) -> Self {
        Self { reader, names, budget: ArgvBudget::new(), found: Vec::new() }
    }

    /// Adds a process if it has one of the names; `line` is the start of its command line. Returns whether there may be more.
    pub(super) fn add(&mut self, pid: u32, line: &[u8]) -> bool {
        if may_have_name(self.reader, pid, self.names, line)
            && let Ok(process) = self.reader.read_process(pid, &mut self.budget)
            && process.has_name(self.names)
        {
            self.found.push(process);
        }
        self.found.len() <= MAX_NAMED
    }

    pub(super) fn into_found(self) -> Result<Vec<Process>, SourceError> {
        if self.found.len() > MAX_NAMED {
            let what = format!("more than {MAX_NAMED} processes have the name of a component; end those that are not");
            return Err(SourceError::Io(what));
        }
        Ok(self.found)
    }
}

/// What is kept of a process whose command line exceeds the budget: its name and its owner.
pub(super) fn truncate(process: Process) -> Process {
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

/// The cheap test for a process that is most likely no component: the start of its command line, and one readlink.
fn may_have_name(reader: &dyn ProcessReader, pid: u32, names: &[&str], line: &[u8]) -> bool {
    let first = line.split(|b| *b == 0).next().unwrap_or_default();
    if line.is_empty() {
        return false;
    }
    let is_named = |path: &[u8]| {
        let own = last_component(path);
        names.iter().any(|name| name.as_bytes() == own)
    };
    let mut buffer = [MaybeUninit::uninit(); LINK_BYTES];
    is_named(first)
        || reader
            .executable(pid, &mut buffer)
            .is_some_and(|exe| is_named(exe.strip_suffix(b" (deleted)").unwrap_or(exe)))
}

fn last_component(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(path, |at| &path[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_component_is_the_file_name() {
        assert_eq!(last_component(b"/usr/bin/kubelet"), b"kubelet");
        assert_eq!(last_component(b"kubelet"), b"kubelet");
    }
}
