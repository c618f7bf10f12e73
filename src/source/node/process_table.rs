//! Every process of a node, as a listing such as `ps` shows it.

/// All processes at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcessTable {
    /// Ordered by PID.
    pub rows: Vec<ProcessRow>,
    /// The current time, in seconds since 1970.
    pub now: u64,
    /// Digits of the largest PID.
    pub pid_width: usize,
}

/// One process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessRow {
    /// Its number.
    pub pid: u32,
    /// The number of its parent.
    pub parent: u32,
    /// The user whose permissions it has.
    pub uid: u32,
    /// The program's name, cut by the kernel after 15 bytes.
    pub name: String,
    /// The command line; empty for a kernel thread.
    pub argv: Vec<String>,
    /// Whether it is a zombie.
    pub defunct: bool,
    /// The kernel's device number of its terminal; 0 for none.
    pub terminal: u32,
    /// Seconds of CPU time.
    pub cpu: u64,
    /// When it was started, in seconds since 1970; 0 if unknown.
    pub started: u64,
}

/// What most listings select a process by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessLine {
    /// Its number.
    pub pid: u32,
    /// The program's name, cut by the kernel after 15 bytes.
    pub name: String,
    /// The words of the command line, separated by blanks; empty for a kernel thread.
    pub line: String,
}

impl ProcessTable {
    /// The command lines alone.
    pub(in crate::source::node) fn lines(&self) -> Vec<ProcessLine> {
        let line = |row: &ProcessRow| ProcessLine { pid: row.pid, name: row.name.clone(), line: row.argv.join(" ") };
        self.rows.iter().map(line).collect()
    }

    /// A table at the time `now`; `largest` is the largest possible PID.
    pub(super) fn new(rows: Vec<ProcessRow>, now: u64, largest: Option<u32>) -> Self {
        let digits = largest.map_or(7, |n| n.saturating_sub(1).to_string().len());
        Self { rows, now, pid_width: digits.max(5) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pid_width_is_that_of_the_largest_pid() {
        assert_eq!(ProcessTable::new(Vec::new(), 0, Some(32768)).pid_width, 5);
        assert_eq!(ProcessTable::new(Vec::new(), 0, Some(4_194_304)).pid_width, 7);
    }
}
