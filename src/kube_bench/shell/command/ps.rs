//! `ps`, as procps prints it. The script's own processes are listed too, since it would have seen them.

use super::Call;
use crate::kube_bench::shell::{Output, ScriptError, unknown};
use crate::source::node::{ProcessRow, ProcessTable};

/// Letters of a program's name that are compared.
const NAME_LETTERS: usize = 15;
const DAY: u64 = 24 * 60 * 60;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// What is asked for.
#[derive(Default)]
struct PsOptions {
    all: bool,
    full: bool,
    names: Option<Vec<String>>,
    columns: Vec<(Column, Option<String>)>,
    bare: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    User,
    Pid,
    Parent,
    Percent,
    Started,
    Terminal,
    Time,
    CommandLine,
    Name,
}

const FULL: [Column; 8] = [
    Column::User,
    Column::Pid,
    Column::Parent,
    Column::Percent,
    Column::Started,
    Column::Terminal,
    Column::Time,
    Column::CommandLine,
];

pub(super) fn run(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    let asked = parse(call.arguments)?;
    let table = call.world.processes()?;
    let mut rows = table.rows.clone();
    rows.extend(call.processes.iter().enumerate().map(|(index, line)| own(table, index, line)));
    let short = |name: &str| name.chars().take(NAME_LETTERS).collect::<String>();
    if let Some(names) = &asked.names {
        rows.retain(|row| names.iter().any(|name| short(name) == short(&row.name)));
    }
    let columns: Vec<(Column, Option<String>)> =
        if asked.full { FULL.iter().map(|c| (*c, None)).collect() } else { asked.columns };
    let mut text = String::new();
    let headings = columns.iter().map(|(c, h)| h.clone().unwrap_or_else(|| heading(*c, asked.full).to_owned()));
    let headings: Vec<String> = headings.collect();
    if !asked.bare && headings.iter().any(|h| !h.is_empty()) {
        text.push_str(&line(&columns, &headings, table));
    }
    for row in &rows {
        let cells: Vec<String> = columns.iter().map(|(c, _)| cell(call, *c, row, table)).collect::<Result<_, _>>()?;
        text.push_str(&line(&columns, &cells, table));
    }
    Ok(Output::of(text, i32::from(rows.is_empty())))
}

fn parse(arguments: &[String]) -> Result<PsOptions, ScriptError> {
    let mut asked = PsOptions::default();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let strange = || unknown(format!("ps {}", arguments.join(" ")));
        if let Some(long) = word.strip_prefix("--") {
            match long {
                "no-headers" | "no-heading" | "no-headings" | "noheaders" => asked.bare = true,
                _ => return Err(strange()),
            }
            continue;
        }
        if word == "ww" || word == "w" {
            continue;
        }
        let flags = word.strip_prefix('-').filter(|f| !f.is_empty()).ok_or_else(strange)?;
        for (at, letter) in flags.char_indices() {
            match letter {
                'e' | 'A' => asked.all = true,
                'f' => asked.full = true,
                'w' => {}
                'C' | 'o' => {
                    let attached = &flags[at + 1..];
                    let value = if attached.is_empty() { words.next().ok_or_else(strange)?.as_str() } else { attached };
                    if letter == 'C' {
                        let names = value.split([',', ' ']).filter(|n| !n.is_empty()).map(str::to_owned);
                        asked.names.get_or_insert_with(Vec::new).extend(names);
                    } else {
                        asked.columns.extend(columns(value).ok_or_else(strange)?);
                    }
                    break;
                }
                _ => return Err(strange()),
            }
        }
    }
    let selected = asked.all != asked.names.is_some();
    let shaped = asked.full == asked.columns.is_empty();
    if !selected || !shaped || asked.names.as_ref().is_some_and(Vec::is_empty) {
        return Err(unknown(format!("ps {}", arguments.join(" "))));
    }
    Ok(asked)
}

/// `pid=,args`: what follows `=` is the heading, to the word's end.
fn columns(text: &str) -> Option<Vec<(Column, Option<String>)>> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find([',', '=', ' ']).unwrap_or(rest.len());
        let column = match &rest[..end] {
            "pid" => Column::Pid,
            "ppid" => Column::Parent,
            "cmd" | "args" | "command" => Column::CommandLine,
            "comm" | "ucmd" => Column::Name,
            _ => return None,
        };
        rest = &rest[end..];
        if let Some(title) = rest.strip_prefix('=') {
            // `-o pid=,args=`: an empty heading, and the next column.
            if !title.is_empty() && !title.starts_with(',') {
                return None;
            }
            found.push((column, Some(String::new())));
            rest = title.strip_prefix(',').unwrap_or(title);
        } else {
            found.push((column, None));
            rest = rest.strip_prefix([',', ' ']).unwrap_or(rest);
        }
    }
    Some(found)
}

const fn heading(column: Column, full: bool) -> &'static str {
    match column {
        Column::User => "UID",
        Column::Pid => "PID",
        Column::Parent => "PPID",
        Column::Percent => "C",
        Column::Started => "STIME",
        Column::Terminal => "TTY",
        Column::Time => "TIME",
        Column::CommandLine if full => "CMD",
        Column::CommandLine => "COMMAND",
        Column::Name => "COMMAND",
    }
}

/// A line with each column in its width; the last one is as long as it is.
fn line(columns: &[(Column, Option<String>)], cells: &[String], table: &ProcessTable) -> String {
    let mut text = String::new();
    for (index, ((column, _), cell)) in columns.iter().zip(cells).enumerate() {
        let last = index + 1 == columns.len();
        if index > 0 {
            text.push(' ');
        }
        text.push_str(&match column {
            Column::User | Column::Terminal => format!("{cell:<8}"),
            Column::Pid | Column::Parent => format!("{cell:>width$}", width = table.pid_width),
            Column::Percent => format!("{cell:>2}"),
            Column::Started => format!("{cell:>5}"),
            Column::Time => format!("{cell:>8}"),
            Column::CommandLine | Column::Name if last => cell.clone(),
            Column::CommandLine => format!("{cell:<27}"),
            Column::Name => format!("{cell:<15}"),
        });
    }
    text.push('\n');
    text
}

fn cell(call: &Call<'_, '_>, column: Column, row: &ProcessRow, table: &ProcessTable) -> Result<String, ScriptError> {
    Ok(match column {
        Column::User => user(&call.world.host.accounts().user_name(row.uid)),
        Column::Pid => row.pid.to_string(),
        Column::Parent => row.parent.to_string(),
        Column::Percent => percent(row, table).to_string(),
        Column::Started => started(row, table),
        Column::Terminal => terminal(row.terminal)?,
        Column::Time => {
            let (minutes, seconds) = (row.cpu / 60, row.cpu % 60);
            let (hours, minutes) = (minutes / 60, minutes % 60);
            let days = hours / 24;
            let front = if days > 0 { format!("{days}-") } else { String::new() };
            format!("{front}{:02}:{minutes:02}:{seconds:02}", hours % 24)
        }
        Column::CommandLine => command_line(row),
        Column::Name if row.defunct => format!("{} <defunct>", printable(&row.name)),
        Column::Name => printable(&row.name),
    })
}

/// A name longer than its column is cut, with a sign that it was.
fn user(name: &str) -> String {
    if name.chars().count() > 8 { name.chars().take(7).chain(['+']).collect() } else { name.to_owned() }
}

fn percent(row: &ProcessRow, table: &ProcessTable) -> u64 {
    let lived = table.now.saturating_sub(row.started);
    row.cpu.saturating_mul(100).checked_div(lived).unwrap_or_default().min(99)
}

/// The time of a process of the last day, the date of an older one. The clock is UTC, as it is in a container.
fn started(row: &ProcessRow, table: &ProcessTable) -> String {
    if row.started == 0 || table.now.saturating_sub(row.started) < DAY {
        let minutes = row.started / 60;
        return format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
    }
    let (year, month, day) = date(row.started / DAY);
    let (this_year, ..) = date(table.now / DAY);
    if year == this_year { format!("{}{day:02}", MONTHS[month]) } else { format!(" {year}") }
}

/// Days of 400 years, behind which the calendar begins again.
const CYCLE: u64 = 146_097;

/// Year, month from 0 and day of a number of days since 1970.
fn date(days: u64) -> (u64, usize, u64) {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut year, mut left) = (1970 + 400 * (days / CYCLE), days % CYCLE);
    while left >= 365 + u64::from(leap(year)) {
        left -= 365 + u64::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while left >= lengths[month] {
        left -= lengths[month];
        month += 1;
    }
    (year, month, left + 1)
}

/// The kernel's number of a terminal: the kind above, the number below and at the very top.
fn terminal(number: u32) -> Result<String, ScriptError> {
    let (major, minor) = ((number >> 8) & 0xfff, (number & 0xff) | ((number >> 12) & 0xfff00));
    Ok(match major {
        0 => "?".to_owned(),
        136..=143 => format!("pts/{}", minor + (major - 136) * 256),
        4 if minor < 64 => format!("tty{minor}"),
        4 => format!("ttyS{}", minor - 64),
        5 if minor == 1 => "console".to_owned(),
        other => return Err(unknown(format!("a terminal of kind {other}"))),
    })
}

fn command_line(row: &ProcessRow) -> String {
    let line = if row.argv.is_empty() || row.defunct { format!("[{}]", row.name) } else { row.argv.join(" ") };
    let line = printable(&line);
    if row.defunct { format!("{line} <defunct>") } else { line }
}

fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || c == '\u{fffd}' { '?' } else { c }).collect()
}

/// A process of the script itself: its number is not known, but it is behind all others.
fn own(table: &ProcessTable, index: usize, line: &str) -> ProcessRow {
    let last = table.rows.last().map_or(1, |row| row.pid);
    let program = line.split(' ').next().unwrap_or_default();
    ProcessRow {
        pid: last.saturating_add(1 + u32::try_from(index).unwrap_or_default()),
        parent: last,
        uid: 0,
        name: crate::source::node::base_name(program).to_owned(),
        argv: vec![line.to_owned()],
        defunct: false,
        terminal: 0,
        cpu: 0,
        started: table.now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_terminals_are_as_procps_shows_them() {
        assert_eq!(date(0), (1970, 0, 1));
        assert_eq!(date(19_782), (2024, 1, 29));
        assert_eq!(date(20_088), (2024, 11, 31));
        assert!(date(u64::MAX / DAY).0 > 584_000_000_000);
        assert_eq!(date(19_782 + CYCLE), (2424, 1, 29));
        assert_eq!(terminal(0).as_deref(), Ok("?"));
        assert_eq!(terminal(34_819).as_deref(), Ok("pts/3"));
        assert_eq!(terminal(1025).as_deref(), Ok("tty1"));
        assert_eq!(user("systemd-resolve"), "systemd+");
        assert_eq!(user("messageb"), "messageb");
    }
}
