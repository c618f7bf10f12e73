//! A report whose every text is hostile, and an empty one, in every format.

use crate::canned::{CannedSection, check, document, finding, render, sealed};
use crate::other_formats::{OCSF, OPENREPORTS, oscal, records, verify};
use crate::sarif_report::validate;
use nodeproof::internals::model::{Location, Severity, Status};
use nodeproof::internals::report::{
    CheckResult, CsvFormat, Format, GitlabFormat, HtmlFormat, LineFormat, MarkdownFormat, MarkdownLimit, NdjsonFormat,
    OcsfFormat, OpenReportsFormat, OscalFormat, PrometheusFormat, ReportApi, ReportV1, SarifFormat, SubjectKind,
    Waiver,
};
use serde_json::Value;
use std::collections::HashSet;

/// What a value may hold: HTML, a formula, what terminals obey, Markdown, the null character, what stands for half of a pair.
pub(crate) const HOSTILE: &str = "=HYPERLINK(\"http://e.org\")|<script>alert(1)</script><img src=x onerror=alert(1)>@root #1 !2 \
                       ![x](javascript:x)\n| a | b |\n```\n# h\u{1b}]0;x\u{7}\u{1b}[2J\u{9b}31m\0\u{fffd}\u{ffff}\u{202e}\u{2028}\r\n]]>&amp;\\\"'`{}$1%s";

/// A report of which every text is this one.
pub(crate) fn of(text: &str, kind: SubjectKind) -> ReportV1 {
    let statuses = [
        Status::Fail,
        Status::Undetermined,
        Status::Manual,
        Status::Pass,
        Status::NotApplicable,
        Status::Skipped,
        Status::Waived,
    ];
    let checks = statuses.into_iter().map(|status| {
        let mut found = finding(text, status);
        found.evidence[0].attribute = text.to_owned();
        found.evidence[0].value = text.to_owned();
        found.evidence[0].source = text.to_owned();
        if kind == SubjectKind::Manifests {
            found.location = Some(Location {
                file: text.to_owned(),
                relative: None,
                line: Some(usize::MAX),
                column: Some(usize::MAX),
            });
        }
        let waiver = (status == Status::Waived).then(|| Waiver {
            id: text.to_owned(),
            reason: text.to_owned(),
            owner: text.to_owned(),
            expires: text.to_owned(),
            former_status: Status::Fail,
        });
        CheckResult {
            rule_id: Some(format!("{status} {text}")),
            title: text.to_owned().into(),
            severity: Some(Severity::Critical),
            published_severity: Some(text.to_owned()),
            reads: text.to_owned(),
            expected: text.to_owned(),
            actual: text.to_owned(),
            rationale: text.to_owned().into(),
            impact: Some(text.to_owned().into()),
            remediation: text.to_owned().into(),
            waiver,
            findings: vec![found.clone(), found],
            ..check(text, status, Some(text))
        }
    });
    let mut document =
        document(vec![CannedSection { id: "1", target: "master", group: "1.1", checks: checks.collect() }]);
    document.subject.kind = kind;
    document.subject.name = Some(text.to_owned());
    document.subject.cluster = Some(text.to_owned());
    document.subject.uid = Some(text.to_owned());
    document.benchmark.id = text.to_owned();
    document.benchmark.title = text.to_owned();
    document.benchmark.chosen_by = text.to_owned();
    document.benchmark.sections[0].title = text.to_owned();
    document.benchmark.sections[0].groups[0].title = text.to_owned();
    document.notices = vec![text.to_owned()];
    document.tool.version = text.to_owned();
    document
}

pub(crate) const KINDS: [SubjectKind; 4] =
    [SubjectKind::Node, SubjectKind::Cluster, SubjectKind::Manifests, SubjectKind::Fleet];

/// A report in a format: it has no character that a terminal obeys.
fn safe(document: ReportV1, format: &dyn Format) -> String {
    let text = render(&sealed(document), format);
    let bad = |letter: char| {
        letter.is_control() && !matches!(letter, '\n' | '\r' | '\t') || matches!(letter, '\u{2028}' | '\u{202e}')
    };
    assert_eq!(text.find(bad), None);
    text
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn sarif_takes_every_text() {
    for kind in KINDS {
        let document = json(&safe(of(HOSTILE, kind), &SarifFormat { all: true }));
        validate(&document);
        let empty = json(&safe(of("", kind), &SarifFormat { all: true }));
        validate(&empty);
    }
}

#[test]
fn markdown_shows_every_text_as_it_is() {
    for kind in KINDS {
        let text = safe(of(HOSTILE, kind), &MarkdownFormat { limit: MarkdownLimit::Comment });
        let outside = text.split("<details>").next().expect("the table");
        for bad in ["<script", "<img", "@root", "#1", "!2", "://", "](", "\n#", "\r"] {
            let allowed = usize::from(bad == "\n#");
            assert!(outside.matches(bad).count() <= allowed, "{bad:?} in {outside}");
        }
        // Fail, undetermined, manual, waived: each is one row with five cells.
        let rows: Vec<&str> = outside.lines().filter(|line| line.starts_with("| ")).collect();
        assert_eq!(rows.len(), 6);
        for row in rows {
            assert_eq!(row.replace(r"\\", "").replace(r"\|", "").matches('|').count(), 6, "{row}");
        }
        // The fence is longer than that of the value.
        assert_eq!(text.matches("\n````text\n").count(), 2);
    }
}

#[test]
fn html_has_no_markup_of_a_text() {
    for kind in KINDS {
        let html = safe(of(HOSTILE, kind), &HtmlFormat);
        let elements: HashSet<&str> = html
            .split('<')
            .skip(1)
            .filter_map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric()).next())
            .collect();
        assert!(!elements.contains("img") && html.matches("<script").count() == 1, "{elements:?}");
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"));
        assert!(html.contains("\\u{1b}]0;x\\u{7}") && html.contains("\\u{ffff}"), "characters are named");
        assert_eq!(html.matches("<details ").count(), 7);
        let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{ids:?}");
        let empty = safe(of("", kind), &HtmlFormat);
        assert_eq!(empty.matches("<details ").count(), 7);
    }
}

#[test]
fn csv_has_no_formula_and_no_broken_record() {
    for kind in KINDS {
        let rows = records(&safe(of(HOSTILE, kind), &CsvFormat));
        assert_eq!(rows.len(), 8);
        for row in &rows {
            assert_eq!(row.len(), rows[0].len());
            assert!(!row.iter().any(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{row:?}");
        }
        assert!(
            rows[1].iter().any(|cell| cell.starts_with("'=HYPERLINK(\"http://e.org\")|<script>")),
            "still readable"
        );
    }
}

#[test]
fn json_formats_are_json() {
    for kind in KINDS {
        let issues = json(&safe(of(HOSTILE, kind), &GitlabFormat));
        let prints: HashSet<&str> =
            issues.as_array().expect("issues").iter().filter_map(|issue| issue["fingerprint"].as_str()).collect();
        assert_eq!(Some(prints.len()), issues.as_array().map(Vec::len));
        let line = safe(of(HOSTILE, kind), &NdjsonFormat);
        let lines: Vec<Value> = line.lines().map(json).collect();
        assert_eq!(lines.len(), 7);
        assert_eq!(lines[0]["check"]["title"], HOSTILE);
        for text in [HOSTILE, ""] {
            let events: Vec<Value> = safe(of(text, kind), &OcsfFormat).lines().map(json).collect();
            assert_eq!(events.len(), 7);
            events.iter().for_each(|event| verify(OCSF, event));
        }
        for api in [ReportApi::OpenReports, ReportApi::PolicyReport] {
            let object = json(&safe(of(HOSTILE, kind), &OpenReportsFormat { api, all: true }));
            verify(OPENREPORTS, &object);
            let name = object["metadata"]["name"].as_str().expect("a name");
            let is_plain =
                |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-.".contains(letter);
            assert!(name.len() <= 253 && name.chars().all(is_plain), "{name}");
        }
        safe(of(HOSTILE, kind), &OscalFormat);
        oscal(of(HOSTILE, kind));
        oscal(of("", kind));
    }
}

#[test]
fn metrics_have_unique_labels_on_one_line() {
    let sample =
        regex::Regex::new(r#"^[a-z_]+\{([a-z]+="([^"\\\n]|\\\\|\\"|\\n)*",?)+\} \d+$"#).expect("an expression");
    for kind in KINDS {
        let text = safe(of(HOSTILE, kind), &PrometheusFormat);
        let mut known = HashSet::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            assert!(sample.is_match(line), "{line}");
            assert!(known.insert(line.rsplit_once(' ').expect("a value").0.to_owned()), "{line}");
        }
        assert!(!known.is_empty());
    }
}

/// Every format, with the most bytes that a report with texts of a mebibyte may have in it.
fn bounded() -> [(&'static str, Box<dyn Format>, usize); 9] {
    let openreports = |api| Box::new(OpenReportsFormat { api, all: true });
    [
        ("sarif", Box::new(SarifFormat { all: true }), 64 << 20),
        ("markdown", Box::new(MarkdownFormat { limit: MarkdownLimit::Comment }), 65_536),
        ("summary", Box::new(MarkdownFormat { limit: MarkdownLimit::Summary }), 1 << 20),
        ("html", Box::new(HtmlFormat), 3 << 20),
        ("csv", Box::new(CsvFormat), 8 << 20),
        ("prometheus", Box::new(PrometheusFormat), 64 << 10),
        ("openreports", openreports(ReportApi::OpenReports), 1 << 20),
        ("policyreport", openreports(ReportApi::PolicyReport), 1 << 20),
        ("oscal", Box::new(OscalFormat), 4 << 20),
    ]
}

#[test]
fn long_texts_are_cut() {
    for text in [HOSTILE.repeat(4000), "ä@".repeat(400_000)] {
        for (name, format, most) in bounded() {
            let length = render(&sealed(of(&text, SubjectKind::Node)), format.as_ref()).len();
            assert!(length <= most, "{name}: {length}");
        }
    }
}

#[test]
fn an_empty_report_is_a_whole_document() {
    for kind in KINDS {
        let empty = || {
            let mut document = document(Vec::new());
            document.subject.kind = kind;
            document.subject.name = None;
            document.notices.clear();
            document
        };
        let sarif = json(&safe(empty(), &SarifFormat { all: false }));
        assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
        assert_eq!(safe(empty(), &GitlabFormat), "[]\n");
        assert_eq!(safe(empty(), &NdjsonFormat), "");
        assert_eq!(safe(empty(), &OcsfFormat), "");
        assert_eq!(records(&safe(empty(), &CsvFormat)).len(), 1);
        assert!(safe(empty(), &PrometheusFormat).contains("nodeproof_last_run_timestamp_seconds{"));
        assert!(safe(empty(), &MarkdownFormat { limit: MarkdownLimit::Comment }).contains("**0 failed**"));
        assert!(safe(empty(), &HtmlFormat).contains("<p>The report has no checks.</p>"));
        assert!(json(&safe(empty(), &LineFormat))["checks"].as_array().is_some_and(Vec::is_empty));
        let object = json(&safe(empty(), &OpenReportsFormat { api: ReportApi::OpenReports, all: false }));
        assert_eq!(object["results"], serde_json::json!([]));
        let result = oscal(empty())["assessment-results"]["results"][0].clone();
        assert!(result.get("findings").is_none() && result.get("observations").is_none());
        assert_eq!(result["reviewed-controls"]["control-selections"][0], serde_json::json!({"include-all": {}}));
    }
}
