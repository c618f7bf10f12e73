//! JSON as kube-bench prints it: the keys, their order and their mixed case are fixed. What is new is in new keys.

use super::text::{self, Remediation};
use crate::kube_bench::fields::CheckFields;
use crate::model::{EvidenceEntry, Finding};
use crate::report::{CheckResult, Format, GroupView, Report, SectionView, TargetLeftOut};
use memchr::{memchr, memchr3};
use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};
use std::borrow::Cow;
use std::io::{self, Write};

/// The format `json`.
#[derive(Debug, Clone, Copy)]
pub struct Json {
    /// Whether the totals of all targets follow; without them the targets are a bare list.
    pub totals: bool,
}

impl Format for Json {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let controls = report.sections().map(|section| control(report, &section));
        if self.totals {
            let totals = crate::report::Totals::of(&report.checks).into();
            let (notices, targets_left_out) = (&report.notices, &report.targets_left_out);
            write_line(&Document { notices, targets_left_out, controls: controls.collect(), totals }, out)
        } else {
            write_line(&controls.map(|control| with_notices(control, report)).collect::<Vec<_>>(), out)
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
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notices: &'a [String],
    #[serde(skip_serializing_if = "<[TargetLeftOut]>::is_empty")]
    targets_left_out: &'a [TargetLeftOut],
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
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notices: &'a [String],
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
    /// Always empty, as in kube-bench, whatever the definition file says.
    #[serde(rename = "type")]
    kind: &'static str,
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
    kind: Cow<'static, str>,
    #[cfg_attr(test, schemars(with = "String"))]
    remediation: Remediation<'a>,
    #[cfg_attr(test, schemars(with = "[String; 1]"))]
    test_info: [Remediation<'a>; 1],
    status: &'static str,
    actual_value: &'a str,
    scored: bool,
    #[serde(rename = "IsMultiple")]
    is_multiple: bool,
    expected_result: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    published_severity: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Cow<'a, str>>,
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
    let row = |section| with_notices(control(report, &section), report);
    report.sections().map(|section| to_text(&row(section), GoEscapes { null: "\\ufffd" })).collect()
}

/// One check as it is in the document.
pub(super) fn check_text(check_result: &CheckResult) -> io::Result<String> {
    to_text(&check(check_result), GoEscapes::default())
}

/// A document on a line of its own.
pub(super) fn write_line(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write_document(document, GoEscapes::default(), out)?;
    writeln!(out)
}

fn to_text(document: &impl Serialize, escapes: GoEscapes) -> io::Result<String> {
    let mut bytes = Vec::new();
    write_document(document, escapes, &mut bytes)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn write_document(document: &impl Serialize, escapes: GoEscapes, out: &mut dyn Write) -> io::Result<()> {
    let mut out = GoWriter { pending: Vec::with_capacity(GoWriter::PENDING), out };
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut out, escapes))?;
    out.write_pending()
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
        notices: &[],
    }
}

/// A target that is read without the document around it.
fn with_notices<'a>(control: Control<'a>, report: &'a Report) -> Control<'a> {
    Control { notices: &report.notices, ..control }
}

fn group<'a>(view: &GroupView<'a>) -> Group<'a> {
    let totals = crate::report::Totals::of(view.checks);
    Group {
        section: &view.group.id,
        kind: "",
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
    let remediation = Remediation::of(result);
    Check {
        test_number: &result.id,
        test_desc: &result.title,
        audit: &result.reads,
        audit_env: fields.audit_env,
        audit_config: fields.audit_config,
        kind: if result.manual { "manual".into() } else { fields.kind.into() },
        test_info: [remediation],
        remediation,
        status: result.state().id(),
        actual_value: &result.actual,
        scored: result.scored,
        is_multiple,
        expected_result: &result.expected,
        published_severity: result.published_severity.as_deref(),
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

/// Escapes what JSON does not allow in a string, as Go's encoding/json writes it. [`GoWriter`] escapes the rest.
struct GoEscapes {
    /// What stands for the null character.
    null: &'static str,
}

impl Default for GoEscapes {
    fn default() -> Self {
        Self { null: "\\u0000" }
    }
}

impl Formatter for GoEscapes {
    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        match escape {
            CharEscape::AsciiControl(0) => writer.write_all(self.null.as_bytes()),
            CharEscape::Backspace => writer.write_all(b"\\u0008"),
            CharEscape::FormFeed => writer.write_all(b"\\u000c"),
            other => CompactFormatter.write_char_escape(writer, other),
        }
    }
}

/// Escapes the characters of a JSON document that Go escapes although JSON allows them, which some readers compare byte for
/// byte: `<`, `>`, `&` and the two line separators. So that a report cannot control a terminal and can be stored as XML, the
/// other control characters and the two characters that XML excludes are escaped too. All of them occur in strings only.
///
/// serde_json writes whole characters. They are collected, because most writes are short.
struct GoWriter<'w> {
    pending: Vec<u8>,
    out: &'w mut dyn Write,
}

impl GoWriter<'_> {
    /// Bytes that are escaped together.
    const PENDING: usize = 1 << 10;

    fn write_pending(&mut self) -> io::Result<()> {
        let mut rest = str::from_utf8(&self.pending).map_err(io::Error::other)?;
        // To decode each character took a quarter of the instructions of a run.
        let is_plain = rest.is_ascii() && memchr(0x7f, &self.pending).is_none();
        while let Some(at) = if is_plain { find_html(rest) } else { rest.find(is_escaped) } {
            self.out.write_all(&rest.as_bytes()[..at])?;
            let mut letters = rest[at..].chars();
            if let Some(letter) = letters.next() {
                write!(self.out, "\\u{:04x}", u32::from(letter))?;
            }
            rest = letters.as_str();
        }
        self.out.write_all(rest.as_bytes())?;
        self.pending.clear();
        Ok(())
    }
}

impl Write for GoWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() < Self::PENDING { Ok(()) } else { self.write_pending() }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_pending()?;
        self.out.flush()
    }
}

fn find_html(text: &str) -> Option<usize> {
    memchr3(b'<', b'>', b'&', text.as_bytes())
}

const fn is_escaped(letter: char) -> bool {
    matches!(letter, '<' | '>' | '&' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
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
