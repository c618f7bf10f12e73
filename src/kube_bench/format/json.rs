//! JSON as kube-bench prints it: the keys, their order and their mixed case are fixed. What is new is in new keys.

use super::text;
use crate::kube_bench::fields::{CheckFields, GroupFields};
use crate::model::{EvidenceEntry, Finding};
use crate::report::{CheckResult, Format, GroupView, Report, SectionView};
use memchr::{memchr, memchr3};
use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter};
use std::io::{self, Write};

/// The format `json`.
#[derive(Debug, Clone, Copy)]
pub struct Json {
    /// Whether the totals of all targets follow; without them the targets are a bare list.
    pub totals: bool,
}

impl Format for Json {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let controls: Vec<Control> = report.sections().map(|section| control(report, &section)).collect();
        if self.totals {
            write_line(&Document { controls, totals: crate::report::Totals::of(&report.checks).into() }, out)
        } else {
            write_line(&controls, out)
        }
    }
}

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
    kind: String,
    pass: usize,
    fail: usize,
    warn: usize,
    info: usize,
    desc: &'a str,
    results: Vec<Check<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Check<'a> {
    test_number: &'a str,
    test_desc: &'a str,
    audit: &'a str,
    #[serde(rename = "AuditEnv")]
    audit_env: String,
    #[serde(rename = "AuditConfig")]
    audit_config: String,
    #[serde(rename = "type")]
    kind: String,
    remediation: String,
    test_info: [String; 1],
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

/// The format's JSON Schema.
#[cfg(test)]
pub(crate) fn schema() -> schemars::Schema {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<Whole<'_>>()
}

#[cfg(any(feature = "internals", feature = "postgres"))]
/// Each target as a JSON text of its own, for a database that cannot store the null character.
pub fn rows(report: &Report) -> io::Result<Vec<String>> {
    report.sections().map(|section| to_text(&control(report, &section), GoEscapes { null: "\\ufffd" })).collect()
}

/// One check as it is in the document.
pub(super) fn check_text(check_result: &CheckResult) -> io::Result<String> {
    to_text(&check(check_result), GoEscapes::default())
}

/// A document on a line of its own.
pub(super) fn write_line(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, GoEscapes::default()))?;
    writeln!(out)
}

fn to_text(document: &impl Serialize, escapes: GoEscapes) -> io::Result<String> {
    let mut bytes = Vec::new();
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, escapes))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn control<'a>(report: &'a Report, section: &SectionView<'a>) -> Control<'a> {
    let kubernetes = report.subject.kubernetes.as_ref();
    Control {
        id: &section.section.id,
        version: &report.benchmark.id,
        detected_version: kubernetes.map(|k| k.version.as_str()),
        text: &section.section.title,
        node_type: &section.section.target,
        tests: section.groups.iter().map(group).collect(),
        totals: crate::report::Totals::of(section.checks()).into(),
        version_source: kubernetes.map(|k| k.source.as_str()),
    }
}

fn group<'a>(view: &GroupView<'a>) -> Group<'a> {
    let totals = crate::report::Totals::of(view.checks);
    Group {
        section: &view.group.id,
        kind: GroupFields::of(&view.group.extensions).kind,
        pass: totals.pass,
        fail: totals.fail,
        warn: totals.warn,
        info: totals.info,
        desc: &view.group.title,
        results: view.checks.iter().map(check).collect(),
    }
}

fn check(result: &CheckResult) -> Check<'_> {
    let evidence: Vec<Evidence<'_>> = result.findings.iter().flat_map(entries).collect();
    let fields = CheckFields::of(&result.extensions);
    let is_multiple = fields.as_ref().map_or(evidence.len() > 1, |fields| fields.use_multiple_values);
    let fields = fields.unwrap_or_default();
    let remediation = text::remediation(result);
    Check {
        test_number: &result.id,
        test_desc: &result.title,
        audit: &result.reads,
        audit_env: fields.audit_env,
        audit_config: fields.audit_config,
        kind: if result.manual { "manual".to_owned() } else { fields.kind },
        test_info: [remediation.clone()],
        remediation,
        status: result.state().to_string(),
        actual_value: &result.actual,
        scored: result.scored,
        is_multiple,
        expected_result: &result.expected,
        reason: text::reason(result),
        evidence,
    }
}

fn entries(finding: &Finding) -> impl Iterator<Item = Evidence<'_>> {
    finding.evidence.iter().map(|EvidenceEntry { attribute, value, source }| Evidence {
        subject: &finding.subject,
        attribute,
        value,
        source,
    })
}

impl From<crate::report::Totals> for Totals {
    fn from(totals: crate::report::Totals) -> Self {
        Self { total_pass: totals.pass, total_fail: totals.fail, total_warn: totals.warn, total_info: totals.info }
    }
}

/// Escapes as Go's encoding/json does, which some readers compare byte for byte: `<`, `>`, `&` and the two line separators by
/// their code, such as `\u003c`. The control characters that Go leaves alone are escaped too, for the sake of terminals, and
/// so are the two characters that XML excludes.
struct GoEscapes {
    /// What stands for the null character.
    null: &'static str,
}

impl Default for GoEscapes {
    fn default() -> Self {
        Self { null: "\\u0000" }
    }
}

const fn is_escaped(letter: char) -> bool {
    matches!(letter, '<' | '>' | '&' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether a character of a text may have to be escaped. Asking each character took 18 % of a whole run.
fn may_hold_escaped(text: &str) -> bool {
    let bytes = text.as_bytes();
    !bytes.is_ascii() || memchr3(b'<', b'>', b'&', bytes).is_some() || memchr(0x7f, bytes).is_some()
}

impl Formatter for GoEscapes {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if !may_hold_escaped(fragment) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(is_escaped) {
            let (before, from) = rest.split_at(at);
            writer.write_all(before.as_bytes())?;
            let mut letters = from.chars();
            if let Some(letter) = letters.next() {
                write!(writer, "\\u{:04x}", u32::from(letter))?;
            }
            rest = letters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        match escape {
            CharEscape::Quote => writer.write_all(b"\\\""),
            CharEscape::ReverseSolidus => writer.write_all(b"\\\\"),
            CharEscape::Solidus => writer.write_all(b"/"),
            CharEscape::LineFeed => writer.write_all(b"\\n"),
            CharEscape::CarriageReturn => writer.write_all(b"\\r"),
            CharEscape::Tab => writer.write_all(b"\\t"),
            CharEscape::AsciiControl(0) => writer.write_all(self.null.as_bytes()),
            CharEscape::Backspace => writer.write_all(b"\\u0008"),
            CharEscape::FormFeed => writer.write_all(b"\\u000c"),
            CharEscape::AsciiControl(byte) => write!(writer, "\\u{byte:04x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_as_go_escapes_them() {
        let cases = [
            ("a<b>&\"\\", r#""a\u003cb\u003e\u0026\"\\""#),
            ("\n\r\t\u{8}\u{c}\u{0}\u{1b}", r#""\n\r\t\u0008\u000c\u0000\u001b""#),
            ("\u{7f}\u{9f}\u{2028}\u{2029}\u{fffe}\u{ffff}", r#""\u007f\u009f\u2028\u2029\ufffe\uffff""#),
            ("é😀/", "\"é😀/\""),
        ];
        for (text, expected) in cases {
            assert_eq!(to_text(&text, GoEscapes::default()).expect("JSON"), expected, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn escaped_texts_read_back(text in "[ -~\\PC\\x00-\\x20\u{80}-\u{a0}\u{2028}<>&\\\\\"é]{0,40}") {
            let escaped = to_text(&text, GoEscapes::default()).unwrap();
            assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
            assert!(!escaped.contains(['<', '>', '&', '\u{2028}']) && !escaped.chars().any(char::is_control));
        }
    }
}
