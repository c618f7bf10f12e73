//! Parsers for the `stat` file of a process, and for the `stat` and `uptime` files of the proc directory.

use crate::source::node::process_table::ProcessRow;

/// Ticks of the kernel's clock per second, as Linux shows them to programs.
const TICKS: u64 = 100;
/// Index of the start time among the fields after the name.
const START_TIME: usize = 19;

/// A row of the process table, from a process's `stat`. The name is in brackets and may contain brackets.
pub(crate) fn parse_row(pid: u32, uid: u32, stat: &str, argv: Vec<String>, boot_time: u64) -> Option<ProcessRow> {
    let (name, fields) = name_and_fields(stat)?;
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    Some(ProcessRow {
        pid,
        parent: u32::try_from(number(1)?).ok()?,
        uid,
        name: name.to_owned(),
        argv,
        defunct: fields.first() == Some(&"Z"),
        terminal: number(4).and_then(|n| u32::try_from(n).ok()).unwrap_or_default(),
        cpu: number(11)?.saturating_add(number(12)?) / TICKS,
        started: boot_time.saturating_add(number(START_TIME)? / TICKS),
    })
}

fn name_and_fields(stat: &str) -> Option<(&str, Vec<&str>)> {
    let (front, rest) = stat.rsplit_once(')')?;
    Some((front.split_once('(')?.1, rest.split_ascii_whitespace().collect()))
}

/// When a process was started, in ticks since the boot, from its `stat`.
pub(super) fn start_ticks(stat: &str) -> Option<u64> {
    name_and_fields(stat)?.1.get(START_TIME)?.parse().ok()
}

/// Whole seconds of ticks.
pub(super) const fn seconds(ticks: u64) -> u64 {
    ticks / TICKS
}

/// Microseconds of ticks.
pub(super) const fn microseconds(ticks: u64) -> u64 {
    ticks.saturating_mul(1_000_000 / TICKS)
}

/// When the machine was started, in seconds since 1970, from the proc directory's `stat`.
pub(crate) fn boot_time(stat: &str) -> Option<u64> {
    stat.lines().find_map(|l| l.strip_prefix("btime "))?.trim().parse().ok()
}

/// Seconds since the boot, from the proc directory's `uptime`.
pub(crate) fn uptime(text: &str) -> Option<u64> {
    text.split(['.', ' ']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_contain_brackets() {
        let line = "7 (a) (b) S 3 7 7 34816 -1 4194560 0 0 0 0 250 150 0 0 20 0 1 0 1200 0 0";
        let row = parse_row(7, 0, line, vec!["x".to_owned()], 1000).expect("a row");
        assert_eq!(
            (row.name.as_str(), row.parent, row.terminal, row.cpu, row.started, row.defunct),
            ("a) (b", 3, 34816, 4, 1012, false)
        );
        assert_eq!(start_ticks(line), Some(1200));
    }

    #[test]
    fn numbers_do_not_overflow() {
        let line = format!("7 (x) S 3 7 7 0 -1 0 0 0 0 0 {} 150 0 0 20 0 1 0 1200 0 0", u64::MAX);
        let row = parse_row(7, 0, &line, Vec::new(), u64::MAX).expect("a row");
        assert_eq!((row.cpu, row.started), (u64::MAX / TICKS, u64::MAX));
        assert_eq!(parse_row(7, 0, "7 broken", Vec::new(), 0), None);
    }

    #[test]
    fn parses_boot_time_and_uptime() {
        assert_eq!(boot_time("cpu 1\nbtime 1700\n"), Some(1700));
        assert_eq!(uptime("350.75 2.0\n"), Some(350));
    }
}
