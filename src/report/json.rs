//! JSON in the form that readers of kube-bench's output know: the keys, their order and their mixed case are fixed. What is
//! new stands in new keys.

use crate::outcome::{Finding, GroupReport, Outcome, Report, SectionReport, State};
use serde::{Serialize, Serializer};
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};
use std::io::{self, Write};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Document<'a> {
    #[serde(rename = "Controls")]
    controls: Vec<Control<'a>>,
    #[serde(rename = "Totals")]
    totals: Totals,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Control<'a> {
    id: &'a str,
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detected_version: Option<&'a str>,
    text: &'a str,
    node_type: &'a str,
    tests: Vec<Group<'a>>,
    #[serde(flatten)]
    totals: Totals,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_source: Option<&'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Totals {
    total_pass: usize,
    total_fail: usize,
    total_warn: usize,
    total_info: usize,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Group<'a> {
    section: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    pass: usize,
    fail: usize,
    warn: usize,
    info: usize,
    desc: &'a str,
    #[serde(serialize_with = "checks")]
    #[cfg_attr(test, schemars(with = "Vec<Check<'a>>"))]
    results: &'a [Outcome],
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Check<'a> {
    test_number: &'a str,
    test_desc: &'a str,
    audit: &'a str,
    #[serde(rename = "AuditEnv")]
    audit_env: &'a str,
    #[serde(rename = "AuditConfig")]
    audit_config: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    remediation: &'a str,
    test_info: [&'a str; 1],
    status: String,
    actual_value: &'a str,
    scored: bool,
    #[serde(rename = "IsMultiple")]
    is_multiple: bool,
    expected_result: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    evidence: Vec<Evidence<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Evidence<'a> {
    subject: &'a str,
    attribute: &'a str,
    value: &'a str,
    source: &'a str,
}

/// With the totals, or with `--nototals` the bare list.
#[cfg(test)]
#[derive(Serialize, schemars::JsonSchema)]
#[serde(untagged)]
#[schemars(title = "Report")]
#[expect(dead_code, reason = "only its schema matters")]
enum Whole<'a> {
    Totals(Document<'a>),
    Bare(Vec<Control<'a>>),
}

/// The report's JSON Schema.
#[cfg(test)]
pub(crate) fn schema() -> schemars::Schema {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<Whole<'_>>()
}

pub(super) fn render(report: &Report, totals: bool, out: &mut impl Write) -> io::Result<()> {
    let controls: Vec<Control<'_>> = report.sections.iter().map(|s| control(report, s)).collect();
    if totals {
        write_line(&Document { controls, totals: counts(report.totals()) }, out)
    } else {
        write_line(&controls, out)
    }
}

/// Each target as a text of its own, for a database that has no room for the null character in a text.
pub(super) fn rows(report: &Report) -> io::Result<Vec<String>> {
    report.sections.iter().map(|s| text(&control(report, s), Escapes { null: b"\\ufffd" })).collect()
}

/// One check, as it stands in the report.
pub(super) fn check_text(outcome: &Outcome) -> io::Result<String> {
    text(&check(outcome), Escapes::default())
}

/// Any document on a line of its own.
pub(super) fn write_line(document: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Escapes::default()))?;
    writeln!(out)
}

fn text(document: &impl Serialize, escapes: Escapes) -> io::Result<String> {
    let mut bytes = Vec::new();
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, escapes))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn control<'a>(report: &'a Report, section: &'a SectionReport) -> Control<'a> {
    Control {
        id: &section.id,
        version: &report.benchmark,
        detected_version: report.kubernetes.as_ref().map(|k| k.version.as_str()),
        text: &section.title,
        node_type: section.target.id(),
        tests: section.groups.iter().map(group).collect(),
        totals: counts(section.totals()),
        version_source: report.kubernetes.as_ref().map(|k| k.source.as_str()),
    }
}

fn group(group: &GroupReport) -> Group<'_> {
    let totals = group.totals();
    Group {
        section: group.id.as_str(),
        kind: &group.kind,
        pass: totals.pass,
        fail: totals.fail,
        warn: totals.warn,
        info: totals.info,
        desc: &group.title,
        results: &group.outcomes,
    }
}

/// The checks of a group, put into their form one after the other.
fn checks<S: Serializer>(outcomes: &&[Outcome], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(outcomes.iter().map(check))
}

fn check(outcome: &Outcome) -> Check<'_> {
    Check {
        test_number: outcome.id.as_str(),
        test_desc: &outcome.title,
        audit: &outcome.audit,
        audit_env: &outcome.as_written.audit_env,
        audit_config: &outcome.as_written.audit_config,
        kind: if outcome.manual { "manual" } else { &outcome.as_written.kind },
        remediation: &outcome.remediation,
        test_info: [&outcome.remediation],
        status: outcome.state().to_string(),
        actual_value: &outcome.actual,
        scored: outcome.scored,
        is_multiple: outcome.multiple,
        expected_result: &outcome.expected,
        reason: reason(outcome),
        evidence: outcome.evidence.iter().map(evidence).collect(),
    }
}

fn reason(outcome: &Outcome) -> Option<&str> {
    let reason = if outcome.state() == State::Pass { None } else { outcome.verdict.reason() };
    reason.filter(|r| !r.is_empty())
}

fn evidence(finding: &Finding) -> Evidence<'_> {
    Evidence {
        subject: &finding.subject,
        attribute: &finding.attribute,
        value: &finding.value,
        source: &finding.source,
    }
}

fn counts(totals: crate::outcome::Totals) -> Totals {
    Totals { total_pass: totals.pass, total_fail: totals.fail, total_warn: totals.warn, total_info: totals.info }
}

/// Escapes as Go's encoding/json does, which some readers compare byte for byte: `<`, `>`, `&` and the two line
/// separators by their numbers. So are the control characters that Go lets through, for the sake of terminals, and the
/// two that XML has no room for.
struct Escapes {
    /// What stands for the null character.
    null: &'static [u8],
}

impl Default for Escapes {
    fn default() -> Self {
        Self { null: b"\\u0000" }
    }
}

impl Escapes {
    const fn by_number(letter: char) -> bool {
        matches!(letter, '<' | '>' | '&' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
    }
}

impl Formatter for Escapes {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        // Most texts hold nothing of all this, which is seen by their bytes faster than by their letters.
        while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'<' | b'>' | b'&' | 0x7f..)) {
            let (plain, from) = rest.split_at(at);
            writer.write_all(plain.as_bytes())?;
            let mut letters = from.chars();
            let letter = letters.next().filter(|letter| Self::by_number(*letter));
            rest = letters.as_str();
            match letter {
                Some(letter) => write!(writer, "\\u{:04x}", u32::from(letter))?,
                None => writer.write_all(&from.as_bytes()[..from.len() - rest.len()])?,
            }
        }
        writer.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        match escape {
            // Go has no short form for these two.
            CharEscape::Backspace => writer.write_all(b"\\u0008"),
            CharEscape::FormFeed => writer.write_all(b"\\u000c"),
            CharEscape::AsciiControl(0) => writer.write_all(self.null),
            other => CompactFormatter.write_char_escape(writer, other),
        }
    }
}
