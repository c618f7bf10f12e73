//! The lines in which a program says what it starts inside its process, from the journal. Anybody can write to the journal;
//! what counts is what journald says of the writer.

use super::logged::{Said, said};
use crate::model::Component;
use crate::node::cgroup::is_container;
use crate::source::node::{LogEntry, NodeSource, Process, ProcessLog, ProcessLogQuery};

/// How long after its start, and after the last line about a component, a process has surely started everything, in microseconds.
const STARTED_BY: i64 = 60_000_000;
/// The same where lines may be missing later, or others can have had one logged before: by then the component wrote its own.
const SURELY_STARTED_BY: i64 = 600_000_000;

/// A component with the line that says that it is started.
#[derive(Debug, Clone)]
pub(super) struct StartLine {
    pub(super) component: Component,
    /// The text before the arguments.
    pub(super) text: String,
    /// Whether the component starts after the API server serves: others can have a line of this form logged before it.
    pub(super) late: bool,
}

/// What the journal says of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Logged {
    /// It was started with these arguments.
    Started {
        words: Vec<String>,
        /// Why they are not sure.
        doubt: Option<String>,
        remarks: Vec<String>,
    },
    /// Others were started, and it was not.
    NotStarted,
    /// Nothing can be told.
    Unknown { reason: String, remarks: Vec<String> },
}

/// What the journal says of each component of a process.
pub(super) fn read(
    source: &dyn NodeSource,
    process: &Process,
    unit: Option<&str>,
    subject: &str,
    lines: &[StartLine],
) -> Vec<Logged> {
    let unknown = |reason: String| {
        lines.iter().map(|_| Logged::Unknown { reason: reason.clone(), remarks: Vec::new() }).collect()
    };
    let Some(unit) = unit else {
        let step = if is_container(&process.cgroup) {
            "its container writes that log elsewhere"
        } else {
            "run it as a systemd unit, whose log the journal keeps"
        };
        return unknown(format!(
            "{subject} says what it starts in its log, but runs in no unit whose log the journal keeps; {step}"
        ));
    };
    let identifier = unit.strip_suffix(".service").unwrap_or(unit);
    let identifier = identifier.strip_suffix("-agent").unwrap_or(identifier).to_owned();
    let texts = lines.iter().map(|line| line.text.clone()).collect();
    match source.process_log(&ProcessLogQuery { pid: process.pid, unit: unit.to_owned(), identifier, texts }) {
        Ok(log) => LogOf { log: &log, pid: process.pid, unit, subject }.judge(lines),
        Err(error) => unknown(format!("the journal, in which {subject} says what it starts, {error}")),
    }
}

/// The log of one process.
struct LogOf<'l> {
    log: &'l ProcessLog,
    pid: u32,
    unit: &'l str,
    subject: &'l str,
}

/// What the journal has about one component.
struct Found<'l> {
    /// What the process itself logged, oldest first: when, and the arguments or why they cannot be told.
    own: Vec<(i64, Result<Vec<String>, String>)>,
    /// How many lines others wrote.
    foreign: usize,
    line: &'l StartLine,
}

impl LogOf<'_> {
    fn judge(&self, lines: &[StartLine]) -> Vec<Logged> {
        let found: Vec<Found<'_>> = lines.iter().map(|line| self.find(line)).collect();
        let gap = self.gap(&found);
        let some_started = found.iter().any(|of_line| !of_line.own.is_empty());
        let complete = self.is_complete(&found);
        let each = found.into_iter().map(|found| {
            let remarks = self.remarks(&found);
            match (&gap, found.own.first()) {
                (Some(gap), _) => Logged::Unknown { reason: gap.clone(), remarks },
                (None, Some((at, Ok(words)))) => {
                    Logged::Started { words: words.clone(), doubt: self.doubt(&found, *at, words), remarks }
                }
                (None, Some((_, Err(reason)))) => Logged::Unknown { reason: reason.clone(), remarks },
                (None, None) if some_started && complete => Logged::NotStarted,
                (None, None) => Logged::Unknown { reason: self.absence(found.line, some_started), remarks },
            }
        });
        each.collect()
    }

    fn find<'s>(&self, line: &'s StartLine) -> Found<'s> {
        let mut found = Found { own: Vec::new(), foreign: 0, line };
        for entry in &self.log.entries {
            let said = said(&entry.message, &line.text);
            let arguments = match (said, missing_field(entry)) {
                (Said::Nothing, _) => continue,
                (_, _) if !self.may_be_own(entry) => {
                    found.foreign += 1;
                    continue;
                }
                (_, Some(field)) => Err(format!(
                    "an entry of the journal about `{}` has no {field}, so it is not known whether {} wrote it",
                    line.text, self.subject
                )),
                (Said::Started(words), None) => Ok(words),
                (Said::Unreadable(why), None) => Err(format!(
                    "{} logged a line about `{}` that cannot be read for sure: {why}",
                    self.subject, line.text
                )),
            };
            found.own.push((entry.since_start, arguments));
        }
        found
    }

    /// Whether the process wrote an entry, by all fields that the entry has.
    fn may_be_own(&self, entry: &LogEntry) -> bool {
        entry.pid == Some(self.pid)
            && entry.unit.as_deref().is_none_or(|unit| unit == self.unit)
            && entry.uid.is_none_or(|uid| uid == 0)
            && entry.this_boot.unwrap_or(true)
            && entry.since_start >= 0
    }

    /// Whether what has no line surely was not started: enough time has passed, and no line is missing or unreadable.
    fn is_complete(&self, found: &[Found<'_>]) -> bool {
        let own = || found.iter().flat_map(|of_line| &of_line.own);
        let firsts = found.iter().filter_map(|of_line| of_line.own.first());
        let last_start = firsts.map(|(at, _)| *at).max().unwrap_or_default();
        let started_by = last_start.saturating_add(STARTED_BY);
        // Where the log is cut, a line that comes late may be among what is missing.
        self.log.cut_from.is_none_or(|cut| cut >= last_start.saturating_add(SURELY_STARTED_BY))
            && own().all(|(_, arguments)| arguments.is_ok())
            && self.log.last.is_some_and(|last| last >= started_by)
    }

    /// Why the arguments of the first line are not sure to be those of the component.
    fn doubt(&self, found: &Found<'_>, first: i64, words: &[String]) -> Option<String> {
        let Self { subject, unit, log, .. } = self;
        let (text, late) = (&found.line.text, found.line.late);
        let started_by = if late { first.saturating_add(SURELY_STARTED_BY) } else { first };
        if log.cut_from.is_some_and(|cut| cut <= started_by) {
            return Some(self.cut(text));
        }
        // The line of a component that starts early is written before anybody else can have one logged.
        if !late {
            return None;
        }
        let later = || found.own.iter().skip(1).map(|(_, arguments)| arguments);
        if let Some(reason) = later().find_map(|arguments| arguments.as_ref().err()) {
            return Some(reason.clone());
        }
        later().flatten().any(|other| other != words).then(|| {
            format!(
                "{subject} logged several lines `{text}` with different arguments, and which of them it wrote itself cannot be told; restart {unit}"
            )
        })
    }

    /// Why it is not known whether a component without a line was started.
    fn absence(&self, line: &StartLine, some_started: bool) -> String {
        let Self { subject, unit, log, .. } = self;
        let text = &line.text;
        if log.cut_from.is_some() {
            return self.cut(text);
        }
        if some_started {
            return format!(
                "the journal has no line `{text}` of {subject} yet, and does not show that its start is complete"
            );
        }
        format!(
            "the journal has no line `{text}` of {subject}; such lines are logged at each start, so restart {unit} to have them back"
        )
    }

    fn cut(&self, text: &str) -> String {
        let Self { subject, unit, .. } = self;
        format!(
            "{subject} wrote more to the journal than is looked at, so a line `{text}` may be missing; restart {unit}"
        )
    }

    fn remarks(&self, found: &Found<'_>) -> Vec<String> {
        let Self { subject, .. } = self;
        let mut remarks = Vec::new();
        if found.foreign > 0 {
            let those = if found.foreign == 1 { "1 line".to_owned() } else { format!("{} lines", found.foreign) };
            remarks.push(format!(
                "{those} of this form about {} in the journal ignored: written by another process, unit, user or boot than those of {subject}",
                found.line.component.program()
            ));
        }
        if let Some(((_, first), later)) = found.own.split_first()
            && first.is_ok()
            && later.iter().any(|(_, other)| other != first)
        {
            remarks.push(format!(
                "{subject} logged a later line `{}` with other arguments; the first one counts",
                found.line.text
            ));
        }
        remarks
    }

    /// Why nothing can be told of any component.
    fn gap(&self, found: &[Found<'_>]) -> Option<String> {
        let Self { subject, unit, log, .. } = self;
        if let Some(first) = log.unreadable.first() {
            return Some(format!("the journal, in which {subject} says what it starts, cannot be read: {first}"));
        }
        if !log.exists {
            return Some(format!(
                "{subject} says what it starts in its log, but there is no journal of this machine in /var/log/journal and /run/log/journal"
            ));
        }
        if !log.suppressed.is_empty() {
            return Some(format!(
                "journald suppressed messages of {unit} after the start of {subject}, and lines in which it says what it starts may be among them; restart {unit}"
            ));
        }
        match log.oldest {
            Some(oldest) if oldest <= 0 => None,
            Some(_) => Some(format!(
                "the journal begins after the start of {subject}, so the lines in which it says what it starts may be gone; restart {unit} to have them back"
            )),
            None => {
                let unreadable =
                    found.iter().flat_map(|of_line| &of_line.own).find_map(|(_, arguments)| arguments.as_ref().err());
                Some(unreadable.cloned().unwrap_or_else(|| {
                    format!(
                        "the journal has no entry of this boot, and so none of {subject}; see whether journald runs"
                    )
                }))
            }
        }
    }
}

/// A field that every entry of a process has, and this one does not.
fn missing_field(entry: &LogEntry) -> Option<&'static str> {
    [("_SYSTEMD_UNIT", entry.unit.is_none()), ("_UID", entry.uid.is_none()), ("_BOOT_ID", entry.this_boot.is_none())]
        .into_iter()
        .find_map(|(field, is_missing)| is_missing.then_some(field))
}
