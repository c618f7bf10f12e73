//! The format `line`: one short line of JSON for logs. It has the status of each check and no more of it.

use super::{CheckResult, Format, Report, SCHEMA_VERSION};
use crate::model::Status;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// The longest line in bytes, with its line feed. Container runtimes split longer lines.
pub const MAX_LINE: usize = 16 << 10;

/// The longest text in bytes. Six texts of characters that JSON escapes still leave room for checks.
const MAX_TEXT: usize = 256;

/// The format `line`.
#[derive(Debug, Clone, Copy)]
pub struct LineFormat;

impl Format for LineFormat {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, &Line::of(report)?)?;
        writeln!(out)
    }
}

/// The document of the line.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Line<'r> {
    /// 1.
    schema_version: u32,
    /// The id of the report that the line is about.
    report_id: Cow<'r, str>,
    /// When the audit ended, RFC 3339 in UTC.
    time: Cow<'r, str>,
    /// The version of nodeproof.
    tool_version: Cow<'r, str>,
    /// The name of the node, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<Cow<'r, str>>,
    /// The Kubernetes version, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Cow<'r, str>>,
    /// The id of the benchmark.
    benchmark: Cow<'r, str>,
    /// How many checks have each status. All checks count, also those that are not listed.
    totals: StatusTotals,
    /// Present if the line would have been too long.
    #[serde(skip_serializing_if = "Option::is_none")]
    shortened: Option<Shortened>,
    /// The checks, in the order of the benchmark.
    checks: Vec<LineCheck<'r>>,
}

/// What was removed from a line that would have been too long.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Shortened {
    /// How many checks are not listed.
    checks_left_out: usize,
    /// How many texts end in `…`.
    texts_cut: usize,
}

/// One check.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct LineCheck<'r> {
    /// Its id in the benchmark.
    id: Cow<'r, str>,
    /// Its status.
    status: Status,
}

/// The number of checks with each status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct StatusTotals {
    fail: usize,
    undetermined: usize,
    manual: usize,
    pass: usize,
    waived: usize,
    skipped: usize,
    not_applicable: usize,
}

impl StatusTotals {
    fn of(checks: &[CheckResult]) -> Self {
        let mut totals = Self::default();
        for check in checks {
            *match check.status {
                Status::Fail => &mut totals.fail,
                Status::Undetermined => &mut totals.undetermined,
                Status::Manual => &mut totals.manual,
                Status::Pass => &mut totals.pass,
                Status::Waived => &mut totals.waived,
                Status::Skipped => &mut totals.skipped,
                Status::NotApplicable => &mut totals.not_applicable,
            } += 1;
        }
        totals
    }
}

impl<'r> Line<'r> {
    /// The line of a report, at most [`MAX_LINE`] bytes long: texts are cut, then checks are left out, the best first.
    fn of(report: &'r Report) -> io::Result<Self> {
        let mut texts_cut = 0;
        let mut cut = |text: &'r str| {
            let short = shorten(text);
            texts_cut += usize::from(matches!(short, Cow::Owned(_)));
            short
        };
        let mut line = Self {
            schema_version: SCHEMA_VERSION,
            report_id: cut(&report.report_id),
            time: cut(&report.time.end),
            tool_version: cut(&report.tool.version),
            node: report.subject.name.as_deref().map(&mut cut),
            version: report.subject.kubernetes.as_ref().map(|kubernetes| cut(&kubernetes.version)),
            benchmark: cut(&report.benchmark.id),
            totals: StatusTotals::of(&report.checks),
            // The longest that it can be.
            shortened: Some(Shortened { checks_left_out: usize::MAX, texts_cut: usize::MAX }),
            checks: Vec::new(),
        };
        let room = MAX_LINE.saturating_sub(length(&line)? + "\n".len());
        let checks = report.checks.iter().map(|check| LineCheck { id: shorten(&check.id), status: check.status });
        let (checks, checks_left_out) = fitting(checks.collect(), room)?;
        texts_cut += checks.iter().filter(|check| matches!(check.id, Cow::Owned(_))).count();
        line.checks = checks;
        line.shortened = (checks_left_out + texts_cut > 0).then_some(Shortened { checks_left_out, texts_cut });
        Ok(line)
    }
}

/// The worst checks that fit into `room` bytes, in their order, and the number of the others.
fn fitting(checks: Vec<LineCheck<'_>>, room: usize) -> io::Result<(Vec<LineCheck<'_>>, usize)> {
    let mut used = 0;
    let mut is_kept = vec![false; checks.len()];
    'all: for status in Status::WORST_FIRST {
        for (check, kept) in checks.iter().zip(&mut is_kept).filter(|(check, _)| check.status == status) {
            used += length(check)? + ",".len();
            if used > room {
                break 'all;
            }
            *kept = true;
        }
    }
    let left_out = is_kept.iter().filter(|kept| !**kept).count();
    let kept = checks.into_iter().zip(is_kept).filter_map(|(check, kept)| kept.then_some(check));
    Ok((kept.collect(), left_out))
}

/// The length as JSON.
fn length(value: &impl Serialize) -> io::Result<usize> {
    Ok(serde_json::to_vec(value)?.len())
}

/// The text, or its beginning and `…`.
fn shorten(text: &str) -> Cow<'_, str> {
    if text.len() <= MAX_TEXT {
        return Cow::Borrowed(text);
    }
    let room = MAX_TEXT - "…".len();
    let end = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= room).last().unwrap_or_default();
    Cow::Owned(format!("{}…", &text[..end]))
}
