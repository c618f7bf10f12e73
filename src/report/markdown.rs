//! The format `markdown`: a comment on a merge request, or the summary of a job. Values are shown as they are: none is a mention, a
//! link, an image or HTML.

use super::cut::cut;
use super::fenced::fenced;
use super::occurrence::severity;
use super::{CheckResult, Format, Report, State, Totals};
use crate::model::Status;
use crate::text::sanitize;
use std::io::{self, Write};
use std::str::FromStr;

/// The most bytes of a comment on GitHub.
const COMMENT: usize = 65_536;

/// The most bytes of the summary of a step on GitHub.
const SUMMARY: usize = 1 << 20;

/// Room for the sentence about what is left out.
const REST: usize = 300;

/// The most bytes of the value in a cell, and of a remediation.
const MOST_CELL: usize = 500;
const MOST_REMEDIATION: usize = 3000;

/// The most notices.
const MOST_NOTICES: usize = 20;

/// The format `markdown`.
#[derive(Debug, Clone, Copy)]
pub struct MarkdownFormat {
    /// How long it may be.
    pub limit: MarkdownLimit,
}

/// What the text is for, which limits its length.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MarkdownLimit {
    /// A comment: 65,536 characters.
    #[default]
    Comment,
    /// The summary of a job: 1 MiB.
    Summary,
}

impl FromStr for MarkdownLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "comment" => Ok(Self::Comment),
            "summary" => Ok(Self::Summary),
            _ => Err("not a length; they are comment, summary".to_owned()),
        }
    }
}

impl MarkdownLimit {
    const fn bytes(self) -> usize {
        match self {
            Self::Comment => COMMENT,
            Self::Summary => SUMMARY,
        }
    }
}

impl Format for MarkdownFormat {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(text(report, self.limit.bytes()).as_bytes())
    }
}

fn text(report: &Report, limit: usize) -> String {
    let mut text = head(report);
    let mut open: Vec<&CheckResult> = report.checks.iter().filter(|check| is_open(check)).collect();
    open.sort_by_key(|check| rank(check));
    let room = limit.saturating_sub(REST);
    let mut left_out = 0;
    if !open.is_empty() {
        text.push_str("\n| Status | Severity | Check | Recommendation | Result |\n| --- | --- | --- | --- | --- |\n");
        left_out = append(&mut text, open.iter().map(|check| row(check)), room);
    }
    let failed: Vec<&&CheckResult> = open.iter().filter(|check| has_remediation(check)).collect();
    let mut without = 0;
    if !failed.is_empty() && left_out == 0 {
        const END: &str = "\n</details>\n";
        text.push_str("\n<details><summary>What to do</summary>\n");
        without = append(&mut text, failed.iter().map(|check| remediation(check)), room.saturating_sub(END.len()));
        text.push_str(END);
    } else {
        without += failed.len();
    }
    if left_out + without > 0 {
        text.push_str(&format!(
            "\n{left_out} checks of the table and what to do for {without} checks are left out, since the text may have {limit} \
             characters. The formats `text` and `report` have all of them.\n"
        ));
    }
    text
}

/// Appends parts as long as they fit, and counts the others.
fn append(text: &mut String, parts: impl Iterator<Item = String>, room: usize) -> usize {
    let mut left_out = 0;
    for part in parts {
        if left_out > 0 || text.len() + part.len() > room {
            left_out += 1;
        } else {
            text.push_str(&part);
        }
    }
    left_out
}

/// Heading, counts and notices.
fn head(report: &Report) -> String {
    let subject = &report.subject;
    let name = subject.name.as_deref().map_or_else(String::new, |name| format!(" {}", harmless(&cut(name, MOST_CELL))));
    let Totals { pass, fail, warn, info } = Totals::of(&report.checks);
    let mut text = format!(
        "## {}: {}, {}{name}\n\n**{fail} failed**, {warn} need attention, {pass} passed, {info} not evaluated, waived or not \
         applicable. {} {}, {}\n",
        harmless(&report.tool.name),
        harmless(&cut(&report.benchmark.id, MOST_CELL)),
        subject.kind.id(),
        harmless(&report.tool.name),
        harmless(&cut(&report.tool.version, MOST_CELL)),
        harmless(&cut(&report.time.end, MOST_CELL)),
    );
    for notice in report.notices.iter().take(MOST_NOTICES) {
        text.push_str(&format!("\n> {}\n", harmless(&cut(notice, MOST_CELL))));
    }
    text
}

const fn is_open(check: &CheckResult) -> bool {
    match check.status {
        Status::Fail | Status::Undetermined | Status::Manual | Status::Waived => true,
        Status::Pass | Status::NotApplicable | Status::Skipped => false,
    }
}

/// The worst first: FAIL before WARN before what is waived, the most severe first.
fn rank(check: &CheckResult) -> (u8, std::cmp::Reverse<crate::model::Severity>) {
    let state = match check.state() {
        State::Fail => 0,
        State::Warn if check.status == Status::Manual => 2,
        State::Warn => 1,
        State::Info | State::Pass => 3,
    };
    (state, std::cmp::Reverse(severity(check)))
}

fn has_remediation(check: &CheckResult) -> bool {
    matches!(check.status, Status::Fail | Status::Undetermined) && !check.remediation.trim().is_empty()
}

fn row(check: &CheckResult) -> String {
    let severity = check.severity.map_or("", |severity| severity.id());
    let reason = match (&check.waiver, &check.reason) {
        (Some(waiver), _) => waiver.in_words(),
        (None, Some(reason)) => reason.clone(),
        (None, None) => String::new(),
    };
    let cell = |text: &str| harmless(&cut(text, MOST_CELL));
    format!("| {} | {severity} | {} | {} | {} |\n", check.status, cell(&check.id), cell(&check.title), cell(&reason))
}

fn remediation(check: &CheckResult) -> String {
    let text = sanitize::output(check.remediation.trim()).replace('\r', "");
    let text = cut(&text, MOST_REMEDIATION);
    let title = harmless(&cut(&check.title, MOST_CELL));
    format!("\n**{}** {title}\n\n{}\n", harmless(&cut(&check.id, MOST_CELL)), fenced(&text))
}

/// A text that stays what it is in a paragraph and in a cell. GitHub and GitLab make links of `@name`, `#1`, `!1` and addresses: a
/// blank without width keeps them apart.
pub(super) fn harmless(text: &str) -> String {
    const APART: &str = "&#8203;";
    let text = sanitize::output(text);
    let mut out = String::with_capacity(text.len() + 16);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_last = letters.peek().is_none_or(|next| next.is_whitespace());
        match letter {
            '\n' => out.push_str("<br>"),
            '\r' => {}
            '\t' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' | '%' if !is_last => out.extend([letter.to_string().as_str(), APART]),
            ':' if letters.peek() == Some(&'/') => out.extend([":", APART]),
            '.' if out.ends_with("www") || out.ends_with("WWW") => out.extend([APART, "."]),
            '#' | '!' | '$' | '~' | '^' if !is_last => out.extend(["\\", letter.to_string().as_str(), APART]),
            '&' if !is_last => out.extend(["&amp;", APART]),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '|' | '#' | '!' | '$' | '~' | '^' => {
                out.extend(['\\', letter]);
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_they_are() {
        let cases = [
            ("a|b", r"a\|b"),
            ("<img src=x onerror=alert(1)>", r"&lt;img src=x onerror=alert\(1\)&gt;"),
            ("![x](https://e.org)", r"\!&#8203;\[x\]\(https:&#8203;//e.org\)"),
            ("ask @root, see #1 and !2", r"ask @&#8203;root, see \#&#8203;1 and \!&#8203;2"),
            ("www.example.org", "www&#8203;.example.org"),
            ("a\nb\tc\r", "a<br>b c"),
            ("`x` *y* _z_ \\", r"\`x\` \*y\* \_z\_ \\"),
            ("&lt; & done!", r"&amp;&#8203;lt; &amp; done\!"),
            ("\u{1b}[31m\u{0}", r"\\u\{1b\}\[31m\\u\{0\}"),
        ];
        for (text, expected) in cases {
            assert_eq!(harmless(text), expected, "{text:?}");
        }
    }
}
