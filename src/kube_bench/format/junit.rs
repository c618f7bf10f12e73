//! JUnit XML for build servers: a testsuite for each target, a testcase for each check. The document is well-formed whatever a
//! value holds: characters that XML excludes are shown as escapes.

use super::{json, text};
use crate::report::{CheckResult, Format, GroupView, Report, SectionView, State, TargetLeftOut, located_findings};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

/// The format `junit`.
#[derive(Debug, Clone, Copy)]
pub struct Junit;

impl Format for Junit {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let Counts { tests, failures, .. } = Counts::of(&report.checks);
        let name = attribute(&report.benchmark.id);
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        // The schema of Jenkins has no count of skipped checks here; each suite has its own.
        write!(
            out,
            "<testsuites name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" time=\"0.000\">"
        )?;
        for section in report.sections() {
            suite(report, &section, out)?;
        }
        writeln!(out, "\n</testsuites>")
    }
}

/// How many checks a suite has.
struct Counts {
    tests: usize,
    skipped: usize,
    failures: usize,
}

impl Counts {
    fn of<'a>(checks: impl IntoIterator<Item = &'a CheckResult>) -> Self {
        let mut counts = Self { tests: 0, skipped: 0, failures: 0 };
        for check in checks {
            counts.tests += 1;
            match check.state() {
                State::Pass => {}
                State::Fail => counts.failures += 1,
                State::Warn | State::Info => counts.skipped += 1,
            }
        }
        counts
    }
}

fn suite(report: &Report, view: &SectionView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Counts { tests, skipped, failures } = Counts::of(view.checks());
    let name = attribute(&format!("{} {}", view.section.id, view.section.title));
    // Checks share what is read, so none has a time of its own.
    write!(
        out,
        "\n    <testsuite name=\"{name}\" tests=\"{tests}\" skipped=\"{skipped}\" errors=\"0\" failures=\"{failures}\" \
         time=\"0.000\">"
    )?;
    let notices = report.notices.iter().map(|notice| ("notice", Cow::Borrowed(notice.as_str())));
    let left_out = report
        .targets_left_out
        .iter()
        .map(|TargetLeftOut { target, reason }| ("target left out", Cow::Owned(format!("{target}: {reason}"))));
    let properties: Vec<(&str, Cow<'_, str>)> = notices.chain(left_out).collect();
    if !properties.is_empty() {
        write!(out, "\n        <properties>")?;
        for (name, value) in properties {
            write!(out, "\n            <property name=\"{name}\" value=\"{}\"/>", attribute(&value))?;
        }
        write!(out, "\n        </properties>")?;
    }
    for group in &view.groups {
        for check in group.checks {
            case(group, check, out)?;
        }
    }
    write!(out, "\n    </testsuite>")
}

fn case(view: &GroupView<'_>, check: &CheckResult, out: &mut dyn Write) -> io::Result<()> {
    let name = attribute(&format!("{} {}", check.id, check.title));
    let class = attribute(&format!("{} {}", view.group.id, view.group.title));
    write!(out, "\n        <testcase name=\"{name}\" classname=\"{class}\" time=\"0.000\">")?;
    let message = reason(check).map_or_else(String::new, |reason| format!(" message=\"{}\"", attribute(&reason)));
    match check.state() {
        State::Pass => {}
        State::Fail => {
            let description = content(&description(check));
            write!(out, "\n            <failure{message} type=\"FAIL\">{description}</failure>")?;
        }
        State::Warn | State::Info => write!(out, "\n            <skipped{message}/>")?,
    }
    write!(out, "\n            <system-out>{}</system-out>\n        </testcase>", content(&json::check_text(check)?))
}

/// Why a check has its state: of a waived one, who accepts it and until when.
fn reason(check: &CheckResult) -> Option<Cow<'_, str>> {
    text::reason(check)
}

/// The places in files, one a line, and what to do.
fn description(check: &CheckResult) -> String {
    let remediation = text::Remediation::of(check).to_string();
    let lines = located_findings(check).chain([remediation]);
    lines.collect::<Vec<_>>().join("\n")
}

/// The value of an attribute.
fn attribute(text: &str) -> String {
    escaped(text, |letter| match letter {
        '"' => Some("&quot;"),
        '\n' => Some("&#10;"),
        _ => None,
    })
}

/// The content of an element.
fn content(text: &str) -> String {
    escaped(text, |_| None)
}

/// A text that every reader of XML takes as it is. `of` has what is escaped besides.
fn escaped(text: &str, of: impl Fn(char) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut written = 0;
    for (at, letter) in text.char_indices() {
        let escape = match letter {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '\t' => "    ",
            '\n' | '"' => match of(letter) {
                Some(escape) => escape,
                None => continue,
            },
            '\u{fffe}' | '\u{ffff}' => "",
            control if control.is_control() => "",
            _ => continue,
        };
        out.push_str(&text[written..at]);
        written = at + letter.len_utf8();
        if escape.is_empty() {
            // Ignore the error: a text takes everything.
            let _ = write!(out, "{}", letter.escape_unicode());
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(&text[written..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_has_no_room_for_is_shown_by_its_number() {
        let cases = [
            ("a\nb\tc", "a\nb    c"),
            ("\u{1b}[31mred\u{0}", "\\u{1b}[31mred\\u{0}"),
            ("\u{9b}\u{7f}\r\u{fffe}\u{ffff}", "\\u{9b}\\u{7f}\\u{d}\\u{fffe}\\u{ffff}"),
            ("é<&>\"'😀]]>", "é&lt;&amp;&gt;\"'😀]]&gt;"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(content(text), expected);
        }
        assert_eq!(attribute("a\n\"b\"<"), "a&#10;&quot;b&quot;&lt;");
    }
}
