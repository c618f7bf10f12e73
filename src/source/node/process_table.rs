//! Every process of a machine, as a listing shows it. Reads the kernel's texts; looks at no file itself.

use super::{Process, base_name};

/// Ticks of the kernel's clock in a second, as every Linux of our day shows them to programs.
const TICKS: u64 = 100;
/// Which field behind the name of a `stat` line tells when the process was started.
const STARTED: usize = 19;
/// Letters of a program's name that the kernel keeps.
const NAME_LETTERS: usize = 15;

/// All processes at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcessTable {
    /// In the order of their numbers.
    pub rows: Vec<ProcessRow>,
    /// Now, in seconds since 1970.
    pub now: u64,
    /// Digits of the largest process number.
    pub pid_width: usize,
}

/// One process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessRow {
    /// Its number.
    pub pid: u32,
    /// The number of the one that started it.
    pub parent: u32,
    /// The user whose rights it has.
    pub uid: u32,
    /// The program's name, as the kernel keeps it.
    pub name: String,
    /// The command line; none for a thread of the kernel.
    pub argv: Vec<String>,
    /// Whether it has ended and nobody took notice.
    pub defunct: bool,
    /// The kernel's number of its terminal, 0 for none.
    pub terminal: u32,
    /// Seconds of computing.
    pub cpu: u64,
    /// When it was started, in seconds since 1970; 0 if unknown.
    pub started: u64,
}

impl ProcessTable {
    /// A table; `largest` is the largest process number.
    pub(super) fn new(rows: Vec<ProcessRow>, now: u64, largest: Option<u32>) -> Self {
        let digits = largest.map_or(7, |n| n.saturating_sub(1).to_string().len());
        Self { rows, now, pid_width: digits.max(5) }
    }
}

impl ProcessRow {
    /// Reads a process's `stat` line. Its name stands in brackets and may hold brackets itself.
    pub(crate) fn parse(pid: u32, uid: u32, stat: &str, argv: Vec<String>, booted: u64) -> Option<Self> {
        let (name, fields) = name_and_fields(stat)?;
        let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
        Some(Self {
            pid,
            parent: u32::try_from(number(1)?).ok()?,
            uid,
            name: name.to_owned(),
            argv,
            defunct: fields.first() == Some(&"Z"),
            terminal: number(4).and_then(|n| u32::try_from(n).ok()).unwrap_or_default(),
            cpu: number(11)?.saturating_add(number(12)?) / TICKS,
            started: booted.saturating_add(number(STARTED)? / TICKS),
        })
    }

    /// A described process.
    pub(super) fn described(process: &Process) -> Self {
        let program = process.argv.first().or(process.exe.as_ref()).map_or("", String::as_str);
        Self {
            pid: process.pid,
            parent: 1,
            uid: process.effective_uid,
            name: base_name(program).chars().take(NAME_LETTERS).collect(),
            argv: process.argv.clone(),
            defunct: false,
            terminal: 0,
            cpu: 0,
            started: 0,
        }
    }
}

/// The name of a `stat` line, and the fields behind it.
fn name_and_fields(stat: &str) -> Option<(&str, Vec<&str>)> {
    let (front, rest) = stat.rsplit_once(')')?;
    Some((front.split_once('(')?.1, rest.split_ascii_whitespace().collect()))
}

/// When a process was started, in ticks since the machine was, of its `stat` line.
pub(super) fn started_ticks(stat: &str) -> Option<u64> {
    name_and_fields(stat)?.1.get(STARTED)?.parse().ok()
}

/// When the machine was started, of the proc directory's `stat` file.
pub(crate) fn boot_time(stat: &str) -> Option<u64> {
    stat.lines().find_map(|l| l.strip_prefix("btime "))?.trim().parse().ok()
}

/// Seconds since then, of its `uptime` file.
pub(crate) fn uptime(text: &str) -> Option<u64> {
    text.split(['.', ' ']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_line_is_read_whatever_the_name_holds() {
        let line = "7 (a) (b) S 3 7 7 34816 -1 4194560 0 0 0 0 250 150 0 0 20 0 1 0 1200 0 0";
        let row = ProcessRow::parse(7, 0, line, vec!["x".to_owned()], 1000).expect("a row");
        assert_eq!(
            (row.name.as_str(), row.parent, row.terminal, row.cpu, row.started, row.defunct),
            ("a) (b", 3, 34816, 4, 1012, false)
        );
        assert_eq!(started_ticks(line), Some(1200));
        let endless = line.replace("250", &u64::MAX.to_string());
        let row = ProcessRow::parse(7, 0, &endless, Vec::new(), u64::MAX).expect("a row");
        assert_eq!((row.cpu, row.started), (u64::MAX / TICKS, u64::MAX));
        assert_eq!(ProcessRow::parse(7, 0, "7 broken", Vec::new(), 0), None);
        assert_eq!(boot_time("cpu 1\nbtime 1700\n"), Some(1700));
        assert_eq!(uptime("350.75 2.0\n"), Some(350));
        assert_eq!(ProcessTable::new(Vec::new(), 0, Some(32768)).pid_width, 5);
        assert_eq!(ProcessTable::new(Vec::new(), 0, Some(4_194_304)).pid_width, 7);
    }
}
