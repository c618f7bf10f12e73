//! JSON in the form that readers of kube-bench's output know: the keys, their order and their mixed case are fixed. What is
//! new stands in new keys.

use crate::report::{Finding, GroupReport, Outcome, Report, SectionReport, State};
use serde::{Serialize, Serializer};
use serde_json::ser::{CharEscape, Formatter};
use std::io::{self, Write};

// A text of the document. No doc comment, for that would stand in the schema.
#[derive(Clone, Copy)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(transparent, inline))]
struct Text<'a>(&'a str);

/// Handed to the formatter whole, as bytes, and so escaped in one pass; for a text, serde_json's own pass would come first,
/// letter by letter, and a report is nearly all text.
impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0.as_bytes())
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
    id: Text<'a>,
    version: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detected_version: Option<Text<'a>>,
    text: Text<'a>,
    node_type: Text<'a>,
    tests: Vec<Group<'a>>,
    #[serde(flatten)]
    totals: Totals,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_source: Option<Text<'a>>,
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
    section: Text<'a>,
    #[serde(rename = "type")]
    kind: Text<'a>,
    pass: usize,
    fail: usize,
    warn: usize,
    info: usize,
    desc: Text<'a>,
    #[serde(serialize_with = "checks")]
    #[cfg_attr(test, schemars(with = "Vec<Check<'a>>"))]
    results: &'a [Outcome],
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Check<'a> {
    test_number: Text<'a>,
    test_desc: Text<'a>,
    audit: Text<'a>,
    #[serde(rename = "AuditEnv")]
    audit_env: Text<'a>,
    #[serde(rename = "AuditConfig")]
    audit_config: Text<'a>,
    #[serde(rename = "type")]
    kind: Text<'a>,
    remediation: Text<'a>,
    test_info: [Text<'a>; 1],
    status: String,
    actual_value: Text<'a>,
    scored: bool,
    #[serde(rename = "IsMultiple")]
    is_multiple: bool,
    expected_result: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Text<'a>>,
    evidence: Vec<Evidence<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Evidence<'a> {
    subject: Text<'a>,
    attribute: Text<'a>,
    value: Text<'a>,
    source: Text<'a>,
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
    let kubernetes = report.kubernetes.as_ref();
    Control {
        id: Text(&section.id),
        version: Text(&report.benchmark),
        detected_version: kubernetes.map(|k| Text(&k.version)),
        text: Text(&section.title),
        node_type: Text(section.target.id()),
        tests: section.groups.iter().map(group).collect(),
        totals: counts(section.totals()),
        version_source: kubernetes.map(|k| Text(&k.source)),
    }
}

fn group(group: &GroupReport) -> Group<'_> {
    let totals = group.totals();
    Group {
        section: Text(group.id.as_str()),
        kind: Text(&group.kind),
        pass: totals.pass,
        fail: totals.fail,
        warn: totals.warn,
        info: totals.info,
        desc: Text(&group.title),
        results: &group.outcomes,
    }
}

/// The checks of a group, put into their form one after the other.
fn checks<S: Serializer>(outcomes: &&[Outcome], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(outcomes.iter().map(check))
}

fn check(outcome: &Outcome) -> Check<'_> {
    let remediation = Text(&outcome.remediation);
    Check {
        test_number: Text(outcome.id.as_str()),
        test_desc: Text(&outcome.title),
        audit: Text(&outcome.audit),
        audit_env: Text(&outcome.kube_bench_fields.audit_env),
        audit_config: Text(&outcome.kube_bench_fields.audit_config),
        kind: Text(if outcome.manual { "manual" } else { &outcome.kube_bench_fields.kind }),
        remediation,
        test_info: [remediation],
        status: outcome.state().to_string(),
        actual_value: Text(&outcome.actual),
        scored: outcome.scored,
        is_multiple: outcome.multiple,
        expected_result: Text(&outcome.expected),
        reason: reason(outcome).map(Text),
        evidence: outcome.evidence.iter().map(evidence).collect(),
    }
}

fn reason(outcome: &Outcome) -> Option<&str> {
    let reason = if outcome.state() == State::Pass { None } else { outcome.verdict.reason() };
    reason.filter(|r| !r.is_empty())
}

fn evidence(finding: &Finding) -> Evidence<'_> {
    Evidence {
        subject: Text(&finding.subject),
        attribute: Text(&finding.attribute),
        value: Text(&finding.value),
        source: Text(&finding.source),
    }
}

fn counts(totals: crate::report::Totals) -> Totals {
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
    /// Writes a text without its quotes.
    fn write<W: ?Sized + Write>(&self, writer: &mut W, text: &str) -> io::Result<()> {
        let mut rest = text;
        loop {
            let (plain, from) = rest.split_at(plain_length(rest.as_bytes()));
            writer.write_all(plain.as_bytes())?;
            let mut letters = from.chars();
            let Some(letter) = letters.next() else { return Ok(()) };
            rest = letters.as_str();
            match letter {
                '"' => writer.write_all(b"\\\""),
                '\\' => writer.write_all(b"\\\\"),
                '\n' => writer.write_all(b"\\n"),
                '\r' => writer.write_all(b"\\r"),
                '\t' => writer.write_all(b"\\t"),
                '\0' => writer.write_all(self.null),
                '\x01'..='\x1f'
                | '<'
                | '>'
                | '&'
                | '\u{7f}'..='\u{9f}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{fffe}'
                | '\u{ffff}' => {
                    write!(writer, "\\u{:04x}", u32::from(letter))
                }
                _ => writer.write_all(&from.as_bytes()[..from.len() - rest.len()]),
            }?;
        }
    }
}

impl Formatter for Escapes {
    fn write_byte_array<W: ?Sized + Write>(&mut self, writer: &mut W, text: &[u8]) -> io::Result<()> {
        let text = std::str::from_utf8(text).map_err(io::Error::other)?;
        self.begin_string(writer)?;
        self.write(writer, text)?;
        self.end_string(writer)
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        self.write(writer, fragment)
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        let letter = match escape {
            CharEscape::Quote => '"',
            CharEscape::ReverseSolidus => '\\',
            CharEscape::Solidus => '/',
            CharEscape::Backspace => '\x08',
            CharEscape::FormFeed => '\x0c',
            CharEscape::LineFeed => '\n',
            CharEscape::CarriageReturn => '\r',
            CharEscape::Tab => '\t',
            CharEscape::AsciiControl(byte) => byte.into(),
        };
        self.write(writer, letter.encode_utf8(&mut [0; 4]))
    }
}

/// Length of the beginning that is written as it is.
fn plain_length(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks();
    let whole = words.iter().take_while(|word| !any_special(u64::from_ne_bytes(**word))).count() * size_of::<u64>();
    whole + bytes[whole..].iter().take_while(|byte| !special(**byte)).count()
}

/// Whether a byte may stand for something else, or begins a letter that may.
const fn special(byte: u8) -> bool {
    matches!(byte, ..b' ' | b'"' | b'&' | b'<' | b'>' | b'\\' | 0x7f..)
}

/// Whether any of eight bytes is special, all looked at together. The highest bit of a byte says so: by itself, when 1 makes
/// the byte reach it, or when subtracting makes a byte that did not have it borrow it. A carry or a borrow goes on to the
/// next byte only out of one that is special.
const fn any_special(bytes: u64) -> bool {
    const fn each(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }
    const fn any_below(bytes: u64, limit: u8) -> u64 {
        bytes.wrapping_sub(each(limit)) & !bytes
    }
    // `"` and `&` differ in one bit, and so do `<` and `>`.
    let quote_or_ampersand = any_below((bytes | each(b'"' ^ b'&')) ^ each(b'&'), 1);
    let angle = any_below((bytes | each(b'<' ^ b'>')) ^ each(b'>'), 1);
    let backslash = any_below(bytes ^ each(b'\\'), 1);
    let found = bytes | bytes.wrapping_add(each(1)) | any_below(bytes, b' ') | quote_or_ampersand | angle | backslash;
    found & each(0x80) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_bytes_hold_something_special_if_one_does() {
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                for others in [b'a', b' ', b'~', b'!', b'\'', b'=', b'[', b']', b'%'] {
                    let mut bytes = [others; 8];
                    bytes[place] = byte;
                    assert_eq!(any_special(u64::from_ne_bytes(bytes)), special(byte), "{bytes:?}");
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn a_text_is_escaped_alike_at_once_and_by_serde_json_and_reads_back(text in "[ -~\\PC\\x00-\\x20\u{80}-\u{a0}\u{2028}<>&\\\\\"é]{0,40}") {
            let whole = super::text(&Text(&text), Escapes::default()).unwrap();
            assert_eq!(whole, super::text(&text, Escapes::default()).unwrap());
            assert_eq!(serde_json::from_str::<String>(&whole).unwrap(), text);
            assert!(!whole.contains(['<', '>', '&', '\u{2028}']) && !whole.chars().any(char::is_control));
        }
    }
}
