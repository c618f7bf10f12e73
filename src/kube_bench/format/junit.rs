//! JUnit XML for build servers: a testsuite for each target, a testcase for each check. The document is well-formed whatever a
//! value holds: characters that XML excludes are shown as escapes.

use super::{json, text};
use crate::report::{CheckResult, Format, GroupView, Report, SectionView, State, TargetLeftOut, located_findings};
use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};
use std::io::{self, Write};
use std::time::Duration;

/// The format `junit`.
#[derive(Debug, Clone, Copy)]
pub struct Junit;

impl Format for Junit {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut document = quick_junit::Report::new(fit(&report.benchmark.id));
        document.set_time(Duration::ZERO);
        for section in report.sections() {
            document.add_test_suite(suite(report, &section)?);
        }
        out.write_all(strict(&document.to_string().map_err(io::Error::other)?).as_bytes())
    }
}

/// The document without the count of skipped checks over all suites, which the schema of Jenkins does not know; each suite has
/// its own. A quotation mark in a value is written in another way, so that the first such text is the attribute.
fn strict(document: &str) -> String {
    let split = document.split_once(" skipped=\"").and_then(|(before, rest)| Some((before, rest.split_once('"')?.1)));
    split.map_or_else(|| document.to_owned(), |(before, after)| format!("{before}{after}"))
}

fn suite(report: &Report, view: &SectionView<'_>) -> io::Result<TestSuite> {
    let mut suite = TestSuite::new(fit(&format!("{} {}", view.section.id, view.section.title)));
    for notice in &report.notices {
        suite.add_property(Property::new("notice", fit(notice)));
    }
    for TargetLeftOut { target, reason } in &report.targets_left_out {
        suite.add_property(Property::new("target left out", fit(&format!("{target}: {reason}"))));
    }
    // Checks share what is read, so none has a time of its own.
    suite.set_time(Duration::ZERO);
    for group in &view.groups {
        for check in group.checks {
            suite.add_test_case(case(group, check)?);
        }
    }
    Ok(suite)
}

fn case(view: &GroupView<'_>, check: &CheckResult) -> io::Result<TestCase> {
    let status = match check.state() {
        State::Pass => TestCaseStatus::success(),
        State::Fail => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(State::Fail.to_string()).set_description(fit(&description(check)));
            if let Some(reason) = text::reason(check) {
                status.set_message(fit(reason));
            }
            status
        }
        State::Warn | State::Info => TestCaseStatus::skipped(),
    };
    let mut case = TestCase::new(fit(&format!("{} {}", check.id, check.title)), status);
    case.set_classname(fit(&format!("{} {}", view.group.id, view.group.title)));
    case.set_time(Duration::ZERO);
    case.set_system_out(json::check_text(check)?);
    Ok(case)
}

/// The places in files, one a line, and what to do.
fn description(check: &CheckResult) -> String {
    let remediation = text::Remediation::of(check).to_string();
    let lines = located_findings(check).into_iter().chain([remediation]);
    lines.collect::<Vec<_>>().join("\n")
}

/// A text that every reader of XML takes as it is. The library would drop what does not fit, tabs and the ends of
/// escape sequences among it.
fn fit(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => out.push(letter),
            '\t' => out.push_str("    "),
            '\u{fffe}' | '\u{ffff}' => out.extend(letter.escape_unicode()),
            control if control.is_control() => out.extend(control.escape_unicode()),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_count_of_skipped_checks_goes() {
        let document = r#"<a name="x skipped=&quot;1&quot;" tests="3" skipped="2" errors="0"><b skipped="2"/></a>"#;
        let strict = strict(document);
        assert_eq!(strict, r#"<a name="x skipped=&quot;1&quot;" tests="3" errors="0"><b skipped="2"/></a>"#);
    }

    #[test]
    fn what_xml_has_no_room_for_is_shown_by_its_number() {
        let cases = [
            ("a\nb\tc", "a\nb    c"),
            ("\u{1b}[31mred\u{0}", "\\u{1b}[31mred\\u{0}"),
            ("\u{9b}\u{7f}\r\u{fffe}\u{ffff}", "\\u{9b}\\u{7f}\\u{d}\\u{fffe}\\u{ffff}"),
            ("é<&>\"'😀", "é<&>\"'😀"),
        ];
        for (text, expected) in cases {
            assert_eq!(fit(text), expected);
            assert_eq!(quick_junit::XmlString::new(fit(text)).as_str(), expected, "the library takes it whole");
        }
    }
}
