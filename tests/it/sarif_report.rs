//! The format `sarif`: what code scanning requires of it.

use crate::canned::{CannedSection, canned, check, document, finding, render, report, sealed};
use nodeproof::internals::model::{EvidenceEntry, Finding, Location, Severity, Status};
use nodeproof::internals::report::{CheckResult, ReportV1, SarifFormat, SubjectKind, Waiver};
use serde_json::{Value, json};
use std::collections::HashSet;

/// The schema of SARIF 2.1.0.
const SCHEMA: &str = include_str!("../../testdata/formats/sarif-2.1.0.schema.json");

fn sarif(document: ReportV1, all: bool) -> Value {
    let text = render(&sealed(document), &SarifFormat { all });
    let document: Value = serde_json::from_str(&text).expect("JSON");
    validate(&document);
    document
}

/// The schema, and what GitHub wants beyond it.
pub(crate) fn validate(document: &Value) {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let runs = document["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 1);
    let rules = runs[0]["tool"]["driver"]["rules"].as_array().expect("rules");
    let mut ids = HashSet::new();
    for result in runs[0]["results"].as_array().expect("results") {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("a small number");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().expect("a URI");
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-._~/%".contains(letter);
        assert!(!uri.is_empty() && !uri.starts_with('/') && uri.chars().all(is_plain), "{uri}");
        for key in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(place["region"][key].as_u64().is_some_and(|number| number > 0), "{key}");
        }
        assert!(ids.insert(result["fingerprints"]["nodeproof/v1"].as_str().expect("an id").to_owned()), "{result}");
    }
    for rule in rules {
        assert!(rule["properties"]["tags"].as_array().is_some_and(|tags| tags.len() <= 10 && tags[0] == "security"));
        assert!(rule["properties"]["security-severity"].is_string());
        assert!(rule["help"]["markdown"].is_string() && rule["help"]["text"].is_string());
    }
}

fn results(document: &Value) -> &[Value] {
    document["runs"][0]["results"].as_array().expect("results")
}

fn one_section(checks: Vec<CheckResult>) -> ReportV1 {
    document(vec![CannedSection { id: "1", target: "master", group: "1.1", checks }])
}

/// A check that fails for these files.
fn failed(files: &[&str]) -> CheckResult {
    CheckResult {
        rule_id: Some("pki-owner".to_owned()),
        findings: files.iter().map(|file| finding(file, Status::Fail)).collect(),
        ..check("1.1.19", Status::Fail, Some("it is 644"))
    }
}

fn hashes(document: &Value) -> Vec<&str> {
    let hash = |result: &'_ Value| result["partialFingerprints"]["primaryLocationLineHash"].is_string();
    assert!(results(document).iter().all(hash));
    results(document)
        .iter()
        .filter_map(|result| result["partialFingerprints"]["primaryLocationLineHash"].as_str())
        .collect()
}

#[test]
fn only_failures_are_listed_by_default() {
    let document = sarif(canned(), false);
    let shown: Vec<_> = results(&document)
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            (result["message"]["text"].as_str().expect("a text"), place["artifactLocation"]["uri"].clone())
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("Größe 😀: /etc/x: mode: 600", json!("node-1/etc/x")),
            // A check without findings is at its target.
            ("Plain", json!("node-1/node")),
        ]
    );
    for result in results(&document) {
        assert_eq!((&result["kind"], &result["level"]), (&json!("fail"), &json!("warning")));
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert_eq!(*region, json!({"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}));
    }
    let notes = &document["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    let notes: Vec<&Value> = notes.as_array().expect("notes").iter().map(|note| &note["message"]["text"]).collect();
    assert_eq!(notes, [&json!("seen from afar"), &json!("skipped: 4.1.9 Plain")]);
}

#[test]
fn a_report_without_failures_has_one_run_without_results() {
    for document in [document(Vec::new()), one_section(vec![check("1.1.1", Status::Pass, None)])] {
        let document = sarif(document, false);
        assert_eq!(document["runs"][0]["results"], json!([]));
        assert_eq!(document["runs"][0]["tool"]["driver"]["rules"], json!([]));
    }
}

#[test]
fn the_rest_has_its_kind_and_a_waived_failure_its_suppression() {
    let waived = CheckResult {
        waiver: Some(Waiver {
            id: "W-1".to_owned(),
            reason: "shipped elsewhere".to_owned(),
            owner: "ops".to_owned(),
            expires: "2027-03-31".to_owned(),
            former_status: Status::Fail,
        }),
        rule_id: Some("another".to_owned()),
        severity: Some(Severity::Critical),
        findings: vec![finding("/etc/z", Status::Fail)],
        ..check("1.1.3", Status::Waived, None)
    };
    let of = |id: &str, status| CheckResult { rule_id: Some(id.to_owned()), ..check(id, status, None) };
    let checks = vec![
        of("a", Status::Pass),
        of("b", Status::Manual),
        of("c", Status::Undetermined),
        of("d", Status::NotApplicable),
        of("e", Status::Skipped),
        waived,
    ];
    let document = sarif(one_section(checks.clone()), true);
    let kinds: Vec<_> = results(&document)
        .iter()
        .map(|result| (result["kind"].as_str().expect("a kind"), result["level"].as_str().expect("a level")))
        .collect();
    let expected =
        [("pass", "none"), ("review", "none"), ("open", "none"), ("notApplicable", "none"), ("fail", "error")];
    assert_eq!(kinds, expected);
    let suppression = json!([{
        "kind": "external", "status": "accepted", "justification": "shipped elsewhere (W-1, ops, until 2027-03-31)"
    }]);
    assert_eq!(results(&document)[4]["suppressions"], suppression);
    // A waived failure would become an open alert.
    assert_eq!(results(&sarif(one_section(checks), false)), [] as [Value; 0]);
}

#[test]
fn each_file_has_an_identity_that_outlives_runs_and_editions() {
    let first = sarif(one_section(vec![failed(&["/etc/a", "/etc/b"])]), false);
    let mut later = one_section(vec![CheckResult { id: "1.9.9".to_owned(), ..failed(&["/etc/b", "/etc/a"]) }]);
    later.benchmark.id = "cis-9.9".to_owned();
    later.time.start = "2031-01-01T00:00:00.000Z".to_owned();
    later.checks[0].findings[0].evidence[0].value = "another".to_owned();
    let later = sarif(later, false);
    let (first, later) = (hashes(&first), hashes(&later));
    assert_ne!(first[0], first[1]);
    assert_eq!(first, [later[1], later[0]]);
    let mut other = one_section(vec![failed(&["/etc/a"])]);
    other.subject.name = Some("node-2".to_owned());
    assert_ne!(hashes(&sarif(other, false)), [first[0]]);
}

#[test]
fn processes_and_generated_names_have_one_identity() {
    let of = |subject: &str| {
        let document = sarif(one_section(vec![failed(&[subject])]), false);
        let result = &results(&document)[0];
        (hashes(&document)[0].to_owned(), result["message"].clone(), result["locations"].clone())
    };
    assert_eq!(of("kubelet (pid 7)"), of("kubelet (pid 4711)"));
    assert_eq!(of("Pod/shop/web-7d9f8b6c5d-x2zx4"), of("Pod/shop/web-5c8d7f9b4b-zzzzz"));
    assert_ne!(of("kubelet (pid 7)").0, of("kube-proxy (pid 7)").0);
    // Two processes of one component are one alert.
    let both = sarif(one_section(vec![failed(&["kubelet (pid 7)", "kubelet (pid 8)"])]), false);
    assert_eq!(results(&both).len(), 1);
    assert_eq!(results(&both)[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "node-1/kubelet");
}

#[test]
fn the_category_has_the_command_and_the_cluster() {
    let category = |change: &dyn Fn(&mut ReportV1)| {
        let mut document = canned();
        change(&mut document);
        sarif(document, false)["runs"][0]["automationDetails"]["id"].clone()
    };
    assert_eq!(category(&|_| {}), "nodeproof/run/node-1/");
    assert_eq!(category(&|report| report.subject.cluster = Some("prod/eu".to_owned())), "nodeproof/run/prod%2Feu/");
    assert_eq!(category(&|report| report.subject.kind = SubjectKind::Cluster), "nodeproof/cluster/node-1/");
    assert_eq!(category(&|report| report.subject.kind = SubjectKind::Manifests), "nodeproof/scan/");
    assert_eq!(category(&|report| report.subject.name = None), "nodeproof/run/");
}

/// A finding of a scan.
fn located(file: &str, line: Option<usize>, column: Option<usize>) -> Finding {
    let location = Location { file: file.to_owned(), relative: None, line, column };
    let entry = EvidenceEntry {
        attribute: "spec.hostPID".to_owned(),
        value: "true".to_owned(),
        source: "x.yaml:5:3".to_owned(),
    };
    Finding { evidence: vec![entry], location: Some(location), ..finding("Pod/a", Status::Fail) }
}

#[test]
fn findings_of_a_scan_have_their_place_and_no_hash_of_it() {
    let mut document = one_section(vec![CheckResult {
        findings: vec![
            located("charts/a b.yaml", Some(5), Some(3)),
            located("/elsewhere/x.yaml", Some(7), None),
            located("kustomize/x.yaml", None, None),
        ],
        ..failed(&[])
    }]);
    document.subject.kind = SubjectKind::Manifests;
    let document = sarif(document, false);
    let places: Vec<String> = results(&document)
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            let region = &place["region"];
            let number = |key: &str| region[key].as_u64().expect("a number");
            format!(
                "{} {}:{}-{}:{} {}",
                place["artifactLocation"]["uri"].as_str().expect("a URI"),
                number("startLine"),
                number("startColumn"),
                number("endLine"),
                number("endColumn"),
                result["message"]["text"].as_str().expect("a text"),
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            "charts/a%20b.yaml 5:3-5:4 Plain: Pod/a: spec.hostPID: true",
            "elsewhere/x.yaml 7:1-7:1 Plain: Pod/a: spec.hostPID: true",
            "kustomize/x.yaml 1:1-1:1 Plain: Pod/a: spec.hostPID: true (the line is not known)",
        ]
    );
    assert!(results(&document).iter().all(|result| result.get("partialFingerprints").is_none()));
}

#[test]
fn a_scan_keeps_what_is_written() {
    let mut found = located("web.yaml", Some(5), Some(3));
    found.subject = "Pod/shop/web-x2zx4".to_owned();
    found.evidence[0].value = "example/app:2026-05-04".to_owned();
    let mut document = one_section(vec![CheckResult { findings: vec![found], ..failed(&[]) }]);
    document.subject.kind = SubjectKind::Manifests;
    let document = sarif(document, false);
    let text = "Plain: Pod/shop/web-x2zx4: spec.hostPID: example/app:2026-05-04";
    assert_eq!(results(&document)[0]["message"]["text"], text);
}

#[test]
fn a_rule_of_two_checks_is_there_once() {
    let second = CheckResult { id: "1.1.20".to_owned(), ..failed(&["/etc/a", "/etc/b"]) };
    let document = sarif(one_section(vec![failed(&["/etc/a"]), second]), false);
    let rules = document["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0]["properties"]["tags"], json!(["security", "medium", "cis-1.20 1.1.19", "cis-1.20 1.1.20"]));
    // One alert for each file.
    assert_eq!(results(&document).len(), 2);
}

#[test]
fn the_worst_of_too_many_results_are_kept() {
    let of = |severity: Severity, number: usize| CheckResult {
        severity: Some(severity),
        rule_id: Some(format!("{severity}-{number}")),
        findings: (0..3000).map(|file| finding(&format!("/etc/{file}"), Status::Fail)).collect(),
        ..check(&format!("1.1.{number}"), Status::Fail, None)
    };
    let document = sarif(one_section(vec![of(Severity::Low, 1), of(Severity::Critical, 2)]), false);
    let results = results(&document);
    assert_eq!(results.len(), 5000);
    assert_eq!(results.iter().filter(|result| result["ruleId"] == "critical-2").count(), 3000);
    let note = &document["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(*note, "1000 results are left out, the least severe ones: code scanning keeps 5000 of a run");
}

#[test]
fn severities_are_those_by_which_alerts_are_sorted() {
    let of = |id: &str, severity: Option<Severity>| CheckResult {
        severity,
        rule_id: Some(id.to_owned()),
        ..failed(&["/x"])
    };
    let unscored = CheckResult { scored: false, ..of("e", Some(Severity::Critical)) };
    let own = CheckResult { rule_id: None, ..of("f", None) };
    let checks = vec![
        of("a", Some(Severity::Critical)),
        of("b", Some(Severity::High)),
        of("c", Some(Severity::Medium)),
        of("d", Some(Severity::Low)),
        unscored,
        own,
    ];
    let document = sarif(one_section(checks), false);
    let rules = document["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    let shown: Vec<_> = rules
        .iter()
        .zip(results(&document))
        .map(|(rule, result)| {
            (rule["id"].as_str(), rule["properties"]["security-severity"].as_str(), result["level"].as_str())
        })
        .collect();
    let expected = [
        ("a", "9.5", "error"),
        ("b", "8.0", "error"),
        ("c", "5.5", "warning"),
        ("d", "3.0", "note"),
        ("e", "9.5", "note"),
        ("cis-1.20/1.1.19", "5.5", "warning"),
    ];
    assert_eq!(shown, expected.map(|(id, score, level)| (Some(id), Some(score), Some(level))));
}

#[test]
fn the_help_shows_texts_as_they_are() {
    let document = sarif(canned(), false);
    let rule = &document["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["shortDescription"]["text"], "Größe 😀");
    assert_eq!(
        rule["help"]["markdown"],
        "### Why\n```text\nAnyone can read it.\n```\n\n### What to do\n```text\nchmod 600 <file> && true\n```"
    );
    let long =
        CheckResult { title: "x".repeat(1 << 20).into(), remediation: "y".repeat(1 << 20).into(), ..failed(&["/x"]) };
    let text = render(&sealed(one_section(vec![long])), &SarifFormat { all: false });
    assert!(text.len() < 40_000, "{}", text.len());
    assert_eq!(render(&report(), &SarifFormat { all: true }), render(&report(), &SarifFormat { all: true }));
}
