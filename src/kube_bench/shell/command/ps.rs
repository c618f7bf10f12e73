//! `ps`, as procps prints it. The script's own processes are listed too, since a real `ps` would show them.

use super::grep;
use super::invocation::Invocation;
use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::output::CommandOutput;
use crate::source::node::{ProcessLine, ProcessRow, ProcessTable, base_name};
use crate::text::quote;

/// Characters of a process name that `-C` compares; the kernel keeps no more.
const NAME_CHARS: usize = 15;
/// What procps prints for `-C` without a name, as where the variable of a program that does not run is empty.
const NO_NAMES: &str = "error: list of command names must follow -C\n\nUsage:\n ps [options]\n\n Try 'ps --help \
     <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see \
     ps(1).\n";
const DAY: u64 = 24 * 60 * 60;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

#[derive(Default)]
struct PsOptions {
    all: bool,
    full: bool,
    names: Option<Vec<String>>,
    /// Columns of `-o`, with a heading if one is given.
    columns: Vec<(PsColumn, Option<String>)>,
    no_headings: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PsColumn {
    User,
    Pid,
    ParentPid,
    /// Percentage of CPU time over the life of the process.
    CpuPercent,
    Started,
    Terminal,
    CpuTime,
    CommandLine,
    Name,
}

const FULL: [PsColumn; 8] = [
    PsColumn::User,
    PsColumn::Pid,
    PsColumn::ParentPid,
    PsColumn::CpuPercent,
    PsColumn::Started,
    PsColumn::Terminal,
    PsColumn::CpuTime,
    PsColumn::CommandLine,
];

pub(super) fn run(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    if invocation.arguments.last().is_some_and(|last| is_without_names(last)) {
        return Ok(CommandOutput::with_errors(NO_NAMES.to_owned(), String::new(), 1));
    }
    let options = parse(invocation.arguments)?;
    let processes = invocation.context.processes()?;
    let last_pid = processes.last().map_or(1, |process| process.pid);
    let table = &*invocation.context.process_table(selected(invocation, &options, processes))?;
    let mut rows = table.rows.clone();
    let own = invocation.processes.iter().enumerate();
    rows.extend(own.map(|(index, line)| own_process(table.now, last_pid, index, line)));
    rows.retain(|row| options.names.as_ref().is_none_or(|names| has_name(names, &row.name)));
    let columns: Vec<(PsColumn, Option<String>)> =
        if options.full { FULL.iter().map(|c| (*c, None)).collect() } else { options.columns };
    let headings = columns.iter().map(|(c, h)| h.clone().unwrap_or_else(|| heading(*c, options.full).to_owned()));
    let headings: Vec<String> = headings.collect();
    let mut text = String::new();
    if !options.no_headings && headings.iter().any(|h| !h.is_empty()) {
        text.push_str(&format_line(&columns, &headings, table));
    }
    for row in &rows {
        let cells: Vec<String> =
            columns.iter().map(|(c, _)| cell(invocation, *c, row, table)).collect::<Result<_, _>>()?;
        text.push_str(&format_line(&columns, &cells, table));
    }
    Ok(CommandOutput::stdout_text(text, i32::from(rows.is_empty())))
}

/// The processes whose rows are needed, if not all are: those with a name of `-C`, or those whose command line contains what
/// the reading command searches for.
fn selected(invocation: &Invocation<'_, '_>, options: &PsOptions, processes: &[ProcessLine]) -> Option<Vec<u32>> {
    let pids = |is_needed: &dyn Fn(&ProcessLine) -> bool| {
        Some(processes.iter().filter(|process| is_needed(process)).map(|process| process.pid).collect())
    };
    if let Some(names) = &options.names {
        return pids(&|process| has_name(names, &process.name));
    }
    let text = invocation.reader.and_then(grep::required_by)?;
    let first_word = text.split(' ').next().unwrap_or_default();
    // Only the full format shows users.
    let may_be_user = options.full && invocation.context.source.accounts().has_user_name_with(first_word);
    if !is_only_in_command_lines(first_word) || may_be_user {
        return None;
    }
    // A process without words, or a zombie, is shown as `[name] <defunct>`.
    let of_zombies = "defunct".contains(&text);
    pids(&|process| of_zombies || process.line.contains(&text) || process.name.contains(&text))
}

/// Whether an argument ends with `-C`, after flags that do not matter then.
fn is_without_names(argument: &str) -> bool {
    let flags = argument.strip_prefix('-').and_then(|flags| flags.strip_suffix('C'));
    flags.is_some_and(|flags| flags.chars().all(|flag| matches!(flag, 'e' | 'A' | 'f' | 'w')))
}

fn has_name(names: &[String], name: &str) -> bool {
    let short = |name: &str| name.chars().take(NAME_CHARS).collect::<String>();
    names.iter().any(|other| short(other) == short(name))
}

/// Whether a word can appear in a command line or a user's name only: it has a character that no other column has.
fn is_only_in_command_lines(text: &str) -> bool {
    let of_columns = |c: char| c.is_ascii_digit() || ":?-/ttySpconsole".contains(c) || MONTHS.concat().contains(c);
    text.chars().any(|c| !of_columns(c))
}

fn parse(arguments: &[String]) -> Result<PsOptions, ScriptError> {
    let error = || unsupported(quote(&format!("ps {}", arguments.join(" "))));
    let mut options = PsOptions::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if let Some(long) = argument.strip_prefix("--") {
            match long {
                "no-headers" | "no-heading" | "no-headings" | "noheaders" => options.no_headings = true,
                _ => return Err(error()),
            }
            continue;
        }
        if argument == "ww" || argument == "w" {
            continue;
        }
        let flags = argument.strip_prefix('-').filter(|f| !f.is_empty()).ok_or_else(error)?;
        for (at, flag) in flags.char_indices() {
            match flag {
                'e' | 'A' => options.all = true,
                'f' => options.full = true,
                'w' => {}
                'C' | 'o' => {
                    let attached = &flags[at + 1..];
                    let value = if attached.is_empty() { rest.next().ok_or_else(error)?.as_str() } else { attached };
                    if flag == 'C' {
                        let names = value.split([',', ' ']).filter(|n| !n.is_empty()).map(str::to_owned);
                        options.names.get_or_insert_with(Vec::new).extend(names);
                    } else {
                        options.columns.extend(columns(value).ok_or_else(error)?);
                    }
                    break;
                }
                _ => return Err(error()),
            }
        }
    }
    let has_one_selection = options.all != options.names.is_some();
    let has_one_format = options.full == options.columns.is_empty();
    if !has_one_selection || !has_one_format || options.names.as_ref().is_some_and(Vec::is_empty) {
        return Err(error());
    }
    Ok(options)
}

/// Parses the value of `-o`, such as `pid=,args`: what follows `=` is the heading, up to the end of the value.
fn columns(text: &str) -> Option<Vec<(PsColumn, Option<String>)>> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find([',', '=', ' ']).unwrap_or(rest.len());
        let column = match &rest[..end] {
            "pid" => PsColumn::Pid,
            "ppid" => PsColumn::ParentPid,
            "cmd" | "args" | "command" => PsColumn::CommandLine,
            "comm" | "ucmd" => PsColumn::Name,
            _ => return None,
        };
        rest = &rest[end..];
        if let Some(title) = rest.strip_prefix('=') {
            // Only empty headings are supported, as in `pid=,args=`.
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

const fn heading(column: PsColumn, full: bool) -> &'static str {
    match column {
        PsColumn::User => "UID",
        PsColumn::Pid => "PID",
        PsColumn::ParentPid => "PPID",
        PsColumn::CpuPercent => "C",
        PsColumn::Started => "STIME",
        PsColumn::Terminal => "TTY",
        PsColumn::CpuTime => "TIME",
        PsColumn::CommandLine if full => "CMD",
        PsColumn::CommandLine => "COMMAND",
        PsColumn::Name => "COMMAND",
    }
}

/// Pads each cell to the width of its column; the last one is not padded.
fn format_line(columns: &[(PsColumn, Option<String>)], cells: &[String], table: &ProcessTable) -> String {
    let mut text = String::new();
    for (index, ((column, _), cell)) in columns.iter().zip(cells).enumerate() {
        let last = index + 1 == columns.len();
        if index > 0 {
            text.push(' ');
        }
        text.push_str(&match column {
            PsColumn::User | PsColumn::Terminal => format!("{cell:<8}"),
            PsColumn::Pid | PsColumn::ParentPid => format!("{cell:>width$}", width = table.pid_width),
            PsColumn::CpuPercent => format!("{cell:>2}"),
            PsColumn::Started => format!("{cell:>5}"),
            PsColumn::CpuTime => format!("{cell:>8}"),
            PsColumn::CommandLine | PsColumn::Name if last => cell.clone(),
            PsColumn::CommandLine => format!("{cell:<27}"),
            PsColumn::Name => format!("{cell:<15}"),
        });
    }
    text.push('\n');
    text
}

fn cell(
    invocation: &Invocation<'_, '_>,
    column: PsColumn,
    row: &ProcessRow,
    table: &ProcessTable,
) -> Result<String, ScriptError> {
    Ok(match column {
        PsColumn::User => user(&invocation.context.source.accounts().user_name(row.uid)),
        PsColumn::Pid => row.pid.to_string(),
        PsColumn::ParentPid => row.parent.to_string(),
        PsColumn::CpuPercent => percent(row, table).to_string(),
        PsColumn::Started => started(row, table),
        PsColumn::Terminal => terminal(row.terminal)?,
        PsColumn::CpuTime => {
            let (minutes, seconds) = (row.cpu / 60, row.cpu % 60);
            let (hours, minutes) = (minutes / 60, minutes % 60);
            let days = hours / 24;
            let prefix = if days > 0 { format!("{days}-") } else { String::new() };
            format!("{prefix}{:02}:{minutes:02}:{seconds:02}", hours % 24)
        }
        PsColumn::CommandLine => command_line(row),
        PsColumn::Name if row.defunct => format!("{} <defunct>", printable(&row.name)),
        PsColumn::Name => printable(&row.name),
    })
}

/// A name that is longer than its column ends with `+`.
fn user(name: &str) -> String {
    if name.chars().count() > 8 { name.chars().take(7).chain(['+']).collect() } else { name.to_owned() }
}

fn percent(row: &ProcessRow, table: &ProcessTable) -> u64 {
    let age = table.now.saturating_sub(row.started);
    row.cpu.saturating_mul(100).checked_div(age).unwrap_or_default().min(99)
}

/// The start time of a process: the time of day within the last day, a date before. In UTC, as in a container.
fn started(row: &ProcessRow, table: &ProcessTable) -> String {
    if row.started == 0 || table.now.saturating_sub(row.started) < DAY {
        let minutes = row.started / 60;
        return format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
    }
    let (year, month, day) = date(row.started / DAY);
    let (this_year, ..) = date(table.now / DAY);
    if year == this_year { format!("{}{day:02}", MONTHS[month]) } else { format!(" {year}") }
}

/// Days of 400 years, after which the calendar repeats.
const CALENDAR_CYCLE: u64 = 146_097;

/// Year, month (from 0) and day (from 1) of a number of days since 1970.
fn date(days: u64) -> (u64, usize, u64) {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut year, mut left) = (1970 + 400 * (days / CALENDAR_CYCLE), days % CALENDAR_CYCLE);
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

/// The name of a terminal from its device number: bits 8 to 19 are the major number, the others the minor number.
fn terminal(number: u32) -> Result<String, ScriptError> {
    let (major, minor) = ((number >> 8) & 0xfff, (number & 0xff) | ((number >> 12) & 0xfff00));
    Ok(match major {
        0 => "?".to_owned(),
        136..=143 => format!("pts/{}", minor + (major - 136) * 256),
        4 if minor < 64 => format!("tty{minor}"),
        4 => format!("ttyS{}", minor - 64),
        5 if minor == 1 => "console".to_owned(),
        other => return Err(unsupported(format!("`ps` with a terminal of device number {other}"))),
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

/// A process of the script itself. Its pid is unknown; it follows all others.
fn own_process(now: u64, last: u32, index: usize, line: &str) -> ProcessRow {
    let program = line.split(' ').next().unwrap_or_default();
    ProcessRow {
        pid: last.saturating_add(1 + u32::try_from(index).unwrap_or_default()),
        parent: last,
        uid: 0,
        name: base_name(program).to_owned(),
        argv: vec![line.to_owned()],
        defunct: false,
        terminal: 0,
        cpu: 0,
        started: now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_dates_terminals_and_users_as_procps_does() {
        assert_eq!(date(0), (1970, 0, 1));
        assert_eq!(date(19_782), (2024, 1, 29));
        assert_eq!(date(20_088), (2024, 11, 31));
        assert!(date(u64::MAX / DAY).0 > 584_000_000_000);
        assert_eq!(date(19_782 + CALENDAR_CYCLE), (2424, 1, 29));
        assert_eq!(terminal(0).as_deref(), Ok("?"));
        assert_eq!(terminal(34_819).as_deref(), Ok("pts/3"));
        assert_eq!(terminal(1025).as_deref(), Ok("tty1"));
        assert_eq!(user("systemd-resolve"), "systemd+");
        assert_eq!(user("messageb"), "messageb");
    }
}
