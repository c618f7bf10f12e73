//! Each class of changes, and what a comparison must hold for all reports.

use super::{ChangeClass, Diff, PairDiff, diff_markdown, diff_text};
use crate::model::Status;
use crate::report::Report;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A report with these checks, of one group.
fn report(kind: &str, benchmark: &str, checks: &[Value]) -> Report {
    let document = json!({
        "schema_version": 1,
        "report_id": "00000000-0000-4000-8000-000000000001",
        "tool": { "name": "nodeproof", "version": "0.2.0" },
        "time": { "start": "2026-11-01T02:00:00Z", "end": "2026-11-01T02:00:01Z" },
        "subject": { "kind": kind, "name": "node-1", "labels": {}, "roles": [] },
        "benchmark": {
            "id": benchmark,
            "title": "A benchmark",
            "chosen_by": "--benchmark",
            "sections": [{ "id": "4", "title": "Node", "target": "node",
                "groups": [{ "id": "4.2", "title": "Kubelet", "checks": checks.len() }] }],
        },
        "notices": [],
        "targets_left_out": [],
        "checks": checks,
    });
    Report::from_json(document.to_string().as_bytes()).expect("a report")
}

/// A check with these findings: subject, status, value. Without any, the reason is `because`.
fn check(rule: &str, status: Status, findings: &[(&str, Status, &str)]) -> Value {
    let findings: Vec<Value> = findings
        .iter()
        .map(|(subject, status, value)| {
            json!({ "subject": subject, "count": 1, "status": status,
                "evidence": [{ "attribute": "--a", "value": value, "source": "flag --a" }] })
        })
        .collect();
    let mut check = json!({
        "id": "4.2.1", "rule_id": rule, "target": "node", "section": "4.2", "title": "Set --a", "severity": "high",
        "scored": true, "manual": false, "status": status, "reason": "because", "reads": "", "expected": "",
        "actual": "", "rationale": "", "remediation": "", "findings": findings,
    });
    if status == Status::Waived {
        check["waiver"] = json!({ "id": "w1", "reason": "known", "owner": "ops", "expires": "2027-01-01",
            "former_status": "fail" });
    }
    check
}

fn compared(old: &Report, new: &Report) -> PairDiff {
    PairDiff::of(old, new).expect("reports of one kind")
}

/// The changes as class and subject, `-` for the check as a whole.
fn changes(pair: &PairDiff) -> Vec<(ChangeClass, &str)> {
    pair.changes.iter().map(|change| (change.class, change.subject.as_deref().unwrap_or("-"))).collect()
}

#[test]
fn each_change_of_a_check_has_its_class() {
    use ChangeClass::{Appeared, Broken, Changed, Fixed, Gone, Lost, Regained, WaiverEnded};
    use Status::{Fail, Manual, NotApplicable, Pass, Skipped, Undetermined, Waived};
    type Case<'c> = (&'c str, Status, &'c [(&'c str, Status, &'c str)], Status, &'c [(&'c str, Status, &'c str)]);
    let cases: [(Case<'_>, &[(ChangeClass, &str)]); 24] = [
        (("same", Fail, &[("kubelet", Fail, "1")], Fail, &[("kubelet", Fail, "1")]), &[]),
        (("pid", Fail, &[("kubelet (pid 7)", Fail, "1")], Fail, &[("kubelet (pid 9)", Fail, "1")]), &[]),
        (
            (
                "hash",
                Fail,
                &[("Pod/a/web-7d9f8b6c5d-x2zx4", Fail, "1")],
                Fail,
                &[("Pod/a/web-5c9f8b6c5d-b4zx4", Fail, "1")],
            ),
            &[],
        ),
        (("breaks", Pass, &[("kubelet", Pass, "0")], Fail, &[("kubelet", Fail, "1")]), &[(Broken, "kubelet")]),
        (("is fixed", Fail, &[("kubelet", Fail, "1")], Pass, &[("kubelet", Pass, "0")]), &[(Fixed, "kubelet")]),
        (("no file", Fail, &[("a", Fail, "1")], NotApplicable, &[("a", NotApplicable, "")]), &[(Fixed, "a")]),
        (("unreadable", Fail, &[("a", Fail, "1")], Undetermined, &[("a", Undetermined, "?")]), &[(Lost, "a")]),
        (("by hand", Pass, &[("a", Pass, "1")], Manual, &[("a", Manual, "?")]), &[(Lost, "a")]),
        (("readable", Undetermined, &[("a", Undetermined, "?")], Pass, &[("a", Pass, "1")]), &[(Regained, "a")]),
        (("shown", Undetermined, &[("a", Undetermined, "?")], Fail, &[("a", Fail, "1")]), &[(Broken, "a")]),
        (("value", Fail, &[("a", Fail, "1")], Fail, &[("a", Fail, "2")]), &[(Changed, "a")]),
        (("new that fails", Pass, &[("a", Pass, "1")], Fail, &[("a", Pass, "1"), ("b", Fail, "1")]), &[(Broken, "b")]),
        (("another fails", Fail, &[("a", Fail, "1")], Fail, &[("a", Fail, "1"), ("b", Fail, "1")]), &[(Broken, "b")]),
        (
            ("new that passes", Pass, &[("a", Pass, "1")], Pass, &[("a", Pass, "1"), ("b", Pass, "1")]),
            &[(Appeared, "b")],
        ),
        (("one is gone", Pass, &[("a", Pass, "1"), ("b", Pass, "1")], Pass, &[("a", Pass, "1")]), &[(Gone, "b")]),
        (
            ("a failure is gone", Fail, &[("a", Pass, "1"), ("b", Fail, "1")], Pass, &[("a", Pass, "1")]),
            &[(Fixed, "b")],
        ),
        (("list is missing", Fail, &[("b", Fail, "1")], Undetermined, &[]), &[(Lost, "b")]),
        (("list is back", Undetermined, &[], Pass, &[("b", Pass, "1")]), &[(Regained, "b")]),
        (("no findings", Pass, &[], Fail, &[("b", Fail, "1")]), &[(Broken, "b")]),
        (("accepted", Fail, &[("a", Fail, "1")], Waived, &[("a", Fail, "1")]), &[(ChangeClass::Waived, "a")]),
        (("ended", Waived, &[("a", Fail, "1")], Fail, &[("a", Fail, "1")]), &[(WaiverEnded, "a")]),
        (("fixed below a waiver", Waived, &[("a", Fail, "1")], Pass, &[("a", Pass, "0")]), &[(WaiverEnded, "a")]),
        (("left out", Fail, &[("a", Fail, "1")], Skipped, &[]), &[(Gone, "-")]),
        (("asked again", Skipped, &[], Fail, &[("a", Fail, "1")]), &[(Appeared, "-")]),
    ];
    for ((name, before, old, after, new), expected) in cases {
        let old = report("node", "cis-1.11", &[check("rule", before, old)]);
        let new = report("node", "cis-1.11", &[check("rule", after, new)]);
        assert_eq!(changes(&compared(&old, &new)), expected, "{name}");
    }
}

#[test]
fn editions_are_compared_by_rule() {
    let mut moved = check("kubelet-a", Status::Fail, &[("kubelet", Status::Fail, "1")]);
    moved["id"] = json!("4.9.9");
    let old = report(
        "node",
        "cis-1.11",
        &[check("kubelet-a", Status::Pass, &[("kubelet", Status::Pass, "0")]), check("old-rule", Status::Fail, &[])],
    );
    let new = report("node", "cis-1.12", &[moved, check("new-rule", Status::Fail, &[])]);
    let pair = compared(&old, &new);
    let found: Vec<_> = pair.changes.iter().map(|c| (c.class, c.rule.as_str(), c.check.as_str())).collect();
    let expected = [
        (ChangeClass::Broken, "kubelet-a", "4.9.9"),
        (ChangeClass::Appeared, "new-rule", "4.2.1"),
        (ChangeClass::Gone, "old-rule", "4.2.1"),
    ];
    assert_eq!(found, expected);
    assert_eq!(pair.notices, ["the benchmarks differ: cis-1.11, now cis-1.12"]);
}

#[test]
fn a_moved_line_is_no_change_and_a_second_finding_of_a_subject_is_one() {
    let at = |line: usize, item: usize| {
        json!({ "subject": "Pod/web container app", "count": 1, "status": "fail",
            "evidence": [{ "attribute": format!("spec.containers[{item}].image"), "value": "a:1",
                "source": format!("pod.yaml:{line}:5") }],
            "location": { "file": "pod.yaml", "line": line, "column": 5 } })
    };
    let of = |findings: Vec<Value>| {
        let mut check = check("image", Status::Fail, &[]);
        check["findings"] = json!(findings);
        report("manifests", "workload", &[check])
    };
    assert_eq!(changes(&compared(&of(vec![at(3, 0)]), &of(vec![at(30, 1)]))), []);
    let pair = compared(&of(vec![at(3, 0)]), &of(vec![at(3, 0), at(9, 1)]));
    assert_eq!(changes(&pair), [(ChangeClass::Broken, "Pod/web container app")]);
    assert_eq!(pair.changes[0].file.as_deref(), Some("pod.yaml"));
}

#[test]
fn a_node_is_not_compared_with_a_cluster() {
    let error = PairDiff::of(&report("node", "cis-1.11", &[]), &report("cluster", "cis-1.11", &[])).expect_err("kinds");
    let expected = "the reports are of different kinds: node, now cluster; compare reports of one kind";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn text_and_markdown_show_the_evidence_of_the_new_report() {
    let old = report("node", "cis-1.11", &[check("rule", Status::Pass, &[("kubelet (pid 7)", Status::Pass, "0")])]);
    let new = report("node", "cis-1.11", &[check("rule", Status::Fail, &[("kubelet (pid 9)", Status::Fail, "1|2")])]);
    let diff = Diff { schema_version: 1, pairs: vec![compared(&old, &new)], ..Diff::default() };
    let expected = "\
node-1: 2026-11-01T02:00:01Z (cis-1.11), now 2026-11-01T02:00:01Z (cis-1.11)

== Broken (1) ==
4.2.1 Set --a [high]
  kubelet: pass -> fail
    --a = 1|2 [flag --a]

node-1: 1 broken
";
    assert_eq!(diff_text(&diff), expected);
    let markdown = diff_markdown(&diff);
    let row = "| 4.2.1 Set --a \\(high\\) | node-1: kubelet | pass -&gt; fail | --a = 1\\|2 \\[flag --a\\] |\n";
    assert!(markdown.contains("### Broken\n") && markdown.contains(row), "{markdown}");
}

const STATUSES: [Status; 7] = Status::WORST_FIRST;

/// Reports with a few rules and subjects, so that two of them share some.
fn any_report() -> impl Strategy<Value = Report> {
    let finding = (0..4_usize, 0..7_usize, 0..3_usize);
    let check_of = (0..4_usize, 0..7_usize, prop::collection::vec(finding, 0..4));
    prop::collection::vec(check_of, 0..5).prop_map(|checks| {
        let subjects = ["kubelet (pid 1)", "kubelet (pid 2)", "Pod/a/web", ""];
        let mut known = BTreeSet::new();
        let checks: Vec<Value> = checks
            .into_iter()
            .filter(|(rule, ..)| known.insert(*rule))
            .map(|(rule, status, findings)| {
                let findings: Vec<_> = findings
                    .into_iter()
                    .map(|(subject, status, value)| (subjects[subject], STATUSES[status], ["0", "1", "2"][value]))
                    .collect();
                check(["a", "b", "c", "d"][rule], STATUSES[status], &findings)
            })
            .collect();
        report("node", "cis-1.11", &checks)
    })
}

/// What a change is the other way round. What was undetermined and fails is broken; the other way round it is lost.
const fn mirrors(class: ChangeClass) -> &'static [ChangeClass] {
    match class {
        ChangeClass::Broken => &[ChangeClass::Fixed, ChangeClass::Lost],
        ChangeClass::Fixed => &[ChangeClass::Broken],
        ChangeClass::Lost => &[ChangeClass::Regained, ChangeClass::Broken],
        ChangeClass::Regained => &[ChangeClass::Lost],
        ChangeClass::Waived => &[ChangeClass::WaiverEnded],
        ChangeClass::WaiverEnded => &[ChangeClass::Waived],
        ChangeClass::Changed => &[ChangeClass::Changed],
        ChangeClass::Appeared => &[ChangeClass::Gone],
        ChangeClass::Gone => &[ChangeClass::Appeared],
    }
}

/// The classes by rule and subject. No report here has two checks of a rule.
fn by_subject(pair: PairDiff) -> BTreeMap<(String, Option<String>), ChangeClass> {
    pair.changes.into_iter().map(|change| ((change.rule, change.subject), change.class)).collect()
}

proptest! {
    #[test]
    fn a_report_does_not_differ_from_itself(report in any_report()) {
        prop_assert_eq!(compared(&report, &report).changes, []);
    }

    #[test]
    fn the_way_back_has_the_mirrored_classes(old in any_report(), new in any_report()) {
        let (there, back) = (by_subject(compared(&old, &new)), by_subject(compared(&new, &old)));
        prop_assert!(there.keys().eq(back.keys()), "{:?} {:?}", there, back);
        for (key, class) in &there {
            prop_assert!(mirrors(*class).contains(&back[key]), "{:?} {:?} {:?}", key, class, back[key]);
        }
    }
}
