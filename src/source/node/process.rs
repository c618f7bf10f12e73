//! Access to a node's processes.

use super::error::SourceError;
use super::path::base_name;
use super::process_table::{ProcessLine, ProcessTable};
use std::path::PathBuf;

/// The processes of a node.
pub trait ProcessSource {
    /// The processes whose `argv[0]` or executable has one of these file names. A process that exits meanwhile is left
    /// out.
    fn processes(&self, names: &[&str]) -> Result<Vec<Process>, SourceError>;

    /// These environment variables of a process, in this order. No other variable is returned or kept.
    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError>;

    /// The build information that Go's linker put into the executable of a process: modules and build settings.
    fn build_information(&self, pid: u32) -> Result<String, SourceError>;

    /// Every process, or those with these numbers, as a listing shows them.
    fn process_table(&self, pids: Option<&[u32]>) -> Result<ProcessTable, SourceError>;

    /// [`processes`](Self::processes) and the command line of every process. A source for which a listing costs much reads
    /// both in one pass.
    fn scan(&self, names: &[&str]) -> Result<ProcessScan, SourceError> {
        let lines = self.process_table(None).map(|table| table.lines());
        Ok(ProcessScan { processes: self.processes(names)?, lines })
    }
}

/// What one pass over all processes finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessScan {
    /// Those with one of the names.
    pub processes: Vec<Process>,
    /// Every process.
    pub lines: Result<Vec<ProcessLine>, SourceError>,
}

/// One process, as far as the settings of a component need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// The command line. Bytes that are not UTF-8 are replaced.
    pub argv: Vec<String>,
    /// Whether only the first word of a command line that exceeds the limits was kept.
    pub truncated: bool,
    /// The path of the executable, if it can be read.
    pub exe: Option<String>,
    /// Whether the executable is setuid: whoever starts it chooses its name and arguments.
    pub setuid: bool,
    /// Whether `CAP_SYS_ADMIN` is effective, as in a privileged container.
    pub privileged: bool,
    /// The user who started it.
    pub real_uid: u32,
    /// The user whose permissions it has.
    pub effective_uid: u32,
    /// When it was started, in seconds since 1970, if that is known.
    pub started: Option<u64>,
    /// Its control group; empty if unknown.
    pub cgroup: String,
    /// Its working directory, if it can be read.
    pub cwd: Option<PathBuf>,
}

impl Process {
    /// In place of the number of a process of which only its settings are known.
    pub const NO_NUMBER: u32 = 0;

    /// Whether `argv[0]` or the executable has one of these file names.
    pub fn has_name(&self, names: &[&str]) -> bool {
        let is_named = |path: &str| names.contains(&base_name(path));
        self.argv.first().is_some_and(|word| is_named(word)) || self.exe.as_deref().is_some_and(is_named)
    }
}
