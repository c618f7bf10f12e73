use super::*;
use crate::model::EvidenceEntry;
use crate::report::waivers::file::{KnownChecks, read};
use crate::report::{BenchmarkInfo, Group, ReportV1, SCHEMA_VERSION, Section, Subject, SubjectKind, TimeRange, Tool};
use crate::yaml::{Diagnostic, TextFile};
use proptest::prelude::*;
use std::collections::BTreeMap;

const TODAY: &str = "2027-03-31";

struct Known;

impl KnownChecks for Known {
    fn rules(&self) -> Vec<String> {
        ["one", "two"].map(str::to_owned).into()
    }

    fn benchmarks(&self) -> Vec<String> {
        vec!["b".to_owned()]
    }

    fn checks(&self, _: &str) -> Result<Vec<String>, Diagnostic> {
        Ok(vec!["1".to_owned(), "2".to_owned()])
    }
}

/// Waivers with these keys, each with an id of its own.
fn waivers(keys: &[&str]) -> Waivers {
    let items = keys.iter().enumerate();
    let items = items.map(|(n, keys)| format!("- {{ id: W{n}, reason: r, owner: o, {keys} }}\n"));
    let text = format!("waivers:\n{}", items.collect::<String>());
    read(&[TextFile::new("w.yaml", text)], &Known).expect("waivers")
}

fn finding(subject: &str, status: Status) -> Finding {
    let entry = EvidenceEntry { attribute: "a".to_owned(), value: "v".to_owned(), source: "s".to_owned() };
    Finding { subject: subject.to_owned(), count: 1, status, evidence: vec![entry], location: None, remediation: None }
}

/// Check 1 of rule `one`, check 2 of rule `two` …
fn report(checks: Vec<(Status, Vec<Finding>)>) -> Report {
    let rules = ["one", "two"];
    let check = |(index, (status, findings)): (usize, (Status, Vec<Finding>))| CheckResult {
        id: (index + 1).to_string(),
        rule_id: Some(rules[index].to_owned()),
        target: "node".into(),
        section: "1".to_owned(),
        title: "T".into(),
        severity: None,
        published_severity: None,
        scored: true,
        manual: false,
        status,
        reason: Some("because".to_owned()),
        reads: String::new(),
        expected: String::new(),
        actual: String::new(),
        rationale: "".into(),
        impact: None,
        remediation: "".into(),
        references: Vec::new(),
        waiver: None,
        findings,
        extensions: BTreeMap::new(),
    };
    let groups = vec![Group { id: "1".to_owned(), title: String::new(), checks: checks.len() }];
    let section = Section { id: "1".to_owned(), title: String::new(), target: "node".to_owned(), groups };
    let time = "2027-03-31T00:00:00Z".to_owned();
    Report::new(ReportV1 {
        schema_version: SCHEMA_VERSION,
        report_id: "r".to_owned(),
        tool: Tool { name: "nodeproof".to_owned(), version: "0".to_owned() },
        time: TimeRange { start: time.clone(), end: time },
        subject: Subject {
            kind: SubjectKind::Node,
            name: Some("edge-1".to_owned()),
            uid: None,
            cluster: Some("prod".to_owned()),
            labels: BTreeMap::new(),
            roles: vec!["worker".to_owned()],
            platform: Some("k3s".to_owned()),
            kubernetes: None,
        },
        benchmark: BenchmarkInfo {
            id: "b".to_owned(),
            title: String::new(),
            chosen_by: String::new(),
            sections: vec![section],
        },
        notices: vec!["first".to_owned()],
        targets_left_out: Vec::new(),
        inputs: None,
        nodes: Vec::new(),
        waivers_sha256: None,
        checks: checks.into_iter().enumerate().map(check).collect(),
    })
}

fn failing() -> Report {
    report(vec![(Status::Fail, vec![finding("/etc/a", Status::Fail)])])
}

fn status_with(report: Report, keys: &[&str]) -> Status {
    apply(report, &waivers(keys), TODAY).report.checks[0].status
}

#[test]
fn a_waived_failure_keeps_its_status_and_its_findings() {
    let before = failing();
    let Applied { report, expired, unused } =
        apply(before.clone(), &waivers(&["rule: one, expires: 2028-01-01"]), TODAY);
    let check = &report.checks[0];
    assert_eq!(check.status, Status::Waived);
    let waiver = check.waiver.as_ref().expect("a waiver");
    assert_eq!((waiver.former_status, waiver.expires.as_str()), (Status::Fail, "2028-01-01"));
    assert_eq!(waiver.in_words(), "waived until 2028-01-01: r (W0)");
    assert_eq!((&check.findings, &check.reason), (&before.checks[0].findings, &before.checks[0].reason));
    assert_eq!((expired, unused), (Vec::new(), Vec::new()));
    assert_eq!(report.notices, ["first"]);
    assert!(report.waivers_sha256.is_some());
}

#[test]
fn undetermined_and_manual_checks_can_be_waived_and_a_pass_cannot() {
    for (status, expected) in [
        (Status::Undetermined, Status::Waived),
        (Status::Manual, Status::Waived),
        (Status::Pass, Status::Pass),
        (Status::NotApplicable, Status::NotApplicable),
        (Status::Skipped, Status::Skipped),
    ] {
        assert_eq!(status_with(report(vec![(status, Vec::new())]), &["rule: one, permanent: true"]), expected);
    }
    let passing = report(vec![(Status::Pass, Vec::new())]);
    let applied = apply(passing, &waivers(&["rule: one, permanent: true"]), TODAY);
    assert_eq!(applied.report.notices[0], "not needed, because the check passes, waiver: W0");
    assert_eq!(applied.unused, ["W0"]);
}

#[test]
fn a_waiver_holds_until_the_end_of_its_last_day() {
    assert_eq!(status_with(failing(), &["rule: one, expires: 2027-03-31"]), Status::Waived);
    let applied = apply(failing(), &waivers(&["rule: one, expires: 2027-03-30"]), TODAY);
    assert_eq!(applied.report.checks[0].status, Status::Fail);
    assert_eq!(applied.report.notices, ["expired and not applied, waiver: W0 (2027-03-30)", "first"]);
    assert_eq!(applied.expired, ["W0"]);
}

#[test]
fn an_end_within_30_days_is_a_notice() {
    let soon = apply(failing(), &waivers(&["rule: one, expires: 2027-04-30"]), TODAY);
    assert_eq!(soon.report.notices[0], "ends within 30 days, waiver: W0 (2027-04-30)");
    let later = apply(failing(), &waivers(&["rule: one, expires: 2027-05-01"]), TODAY);
    assert_eq!(later.report.notices, ["first"]);
}

#[test]
fn every_open_finding_must_be_covered() {
    let two = || {
        let findings = ["Deployment/shop/web container app", "Deployment/shop/web container sidecar"];
        report(vec![(Status::Fail, findings.map(|subject| finding(subject, Status::Fail)).into())])
    };
    let app = "rule: one, permanent: true, subjects: [shop/Deployment/web/app]";
    let sidecar = "rule: one, expires: 2027-12-31, subjects: ['*/*/*/sidecar']";
    let applied = apply(two(), &waivers(&[app]), TODAY);
    assert_eq!(applied.report.checks, two().checks);
    assert_eq!(applied.report.notices[0], "waivers cover 1 of 2 findings of check 1, which is not waived");
    assert_eq!(applied.unused, [] as [String; 0]);
    let applied = apply(two(), &waivers(&[app, sidecar]), TODAY);
    assert_eq!(applied.report.checks[0].status, Status::Waived);
    // The waiver that ends first decides how long the check is waived.
    assert_eq!(applied.report.checks[0].waiver.as_ref().expect("a waiver").id, "W1");
}

#[test]
fn what_no_finding_says_is_covered_only_as_a_whole() {
    let unknown = || report(vec![(Status::Undetermined, vec![finding("/etc/a", Status::Pass)])]);
    assert_eq!(status_with(unknown(), &["rule: one, permanent: true, subjects: [/etc/a]"]), Status::Undetermined);
    assert_eq!(status_with(unknown(), &["rule: one, permanent: true"]), Status::Waived);
}

#[test]
fn everything_that_the_scope_names_must_hold() {
    let cases = [
        ("nodes: { clusters: [prod] }", Status::Waived),
        ("nodes: { clusters: [test] }", Status::Fail),
        ("nodes: { names: ['edge-*'] }", Status::Waived),
        ("nodes: { names: ['core-*'] }", Status::Fail),
        ("nodes: { roles: [node] }", Status::Waived),
        ("nodes: { roles: [master] }", Status::Fail),
        ("nodes: { platforms: [k3s] }", Status::Waived),
        ("nodes: { platforms: [rke2] }", Status::Fail),
        ("nodes: { labels: { pool: edge } }", Status::Fail),
        ("nodes: { clusters: [prod], names: ['core-*'] }", Status::Fail),
        ("namespaces: [shop]", Status::Fail),
        ("files: ['*']", Status::Fail),
        ("subjects: [/etc/a]", Status::Waived),
        ("subjects: [/etc/b]", Status::Fail),
    ];
    for (scope, expected) in cases {
        assert_eq!(status_with(failing(), &[&format!("rule: one, permanent: true, {scope}")]), expected, "{scope}");
    }
    assert_eq!(status_with(failing(), &["check: { benchmark: b, id: '1' }, permanent: true"]), Status::Waived);
    assert_eq!(status_with(failing(), &["check: { benchmark: b, id: '2' }, permanent: true"]), Status::Fail);
}

#[test]
fn namespaces_and_files_are_those_of_the_findings() {
    let located = |file: &str| {
        let location = crate::model::Location { file: file.to_owned(), relative: None, line: None, column: None };
        let finding = Finding { location: Some(location), ..finding("Pod/shop/web", Status::Fail) };
        report(vec![(Status::Fail, vec![finding])])
    };
    let waiver = "rule: one, permanent: true, namespaces: ['sh*'], files: ['charts/**']";
    assert_eq!(status_with(located("./charts/web/pod.yaml"), &[waiver]), Status::Waived);
    assert_eq!(status_with(located("deploy/pod.yaml"), &[waiver]), Status::Fail);
}

#[test]
fn what_has_no_effect_is_a_notice() {
    let all = waivers(&[
        "rule: two, permanent: true",
        "rule: one, permanent: true, nodes: { labels: { a: b } }",
        "rule: one, permanent: true",
    ]);
    let applied = apply(failing(), &all, TODAY);
    assert_eq!(
        applied.report.notices,
        [
            "not applied, because the labels of the node are not known, waiver: W1",
            "without effect on this report, waiver: W0",
            "first"
        ]
    );
    assert_eq!(applied.unused, ["W0", "W1"]);
}

const SCOPES: [&str; 8] = [
    "",
    ", subjects: ['*']",
    ", subjects: ['*/*/*/*']",
    ", subjects: [shop/Pod/web/a]",
    ", namespaces: ['*']",
    ", nodes: { names: ['*'] }",
    ", files: ['*']",
    ", nodes: { roles: [etcd] }",
];
const SUBJECTS: [&str; 5] =
    ["/etc/a", "kubelet (pid 1)", "Pod/shop/web container a", "Pod/shop/web container b", "Namespace/ci"];

fn any_check() -> impl Strategy<Value = (Status, Vec<Finding>)> {
    let status = || proptest::sample::select(&Status::WORST_FIRST[..]);
    let one =
        (proptest::sample::select(&SUBJECTS[..]), status()).prop_map(|(subject, status)| finding(subject, status));
    (status(), proptest::collection::vec(one, 0..5))
}

proptest! {
    #[test]
    fn no_waiver_makes_a_pass_or_hides_a_finding(
        checks in proptest::collection::vec(any_check(), 2),
        rules in proptest::collection::btree_set(
            (proptest::sample::select(&["one", "two"][..]), proptest::sample::select(&SCOPES[..])), 1..8
        ),
    ) {
        let keys: Vec<String> =
            rules.iter().map(|(rule, scope)| format!("rule: {rule}, permanent: true{scope}")).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let before = report(checks);
        let after = apply(before.clone(), &waivers(&keys), TODAY).report;
        prop_assert_eq!(before.checks.len(), after.checks.len());
        for (old, new) in before.checks.iter().zip(&after.checks) {
            prop_assert_eq!(&old.findings, &new.findings);
            if old.status == new.status {
                prop_assert_eq!(old, new);
            } else {
                prop_assert_eq!(new.status, Status::Waived);
                prop_assert!(is_open(old.status));
                prop_assert_eq!(new.waiver.as_ref().map(|waiver| waiver.former_status), Some(old.status));
            }
        }
    }
}
