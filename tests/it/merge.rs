//! `nodeproof merge`: reports of many nodes become one.

use crate::canned::{CannedSection, check, document, finding, sealed};
use crate::support::nodeproof;
use nodeproof::internals::model::{Severity, Status};
use nodeproof::internals::report::{
    CheckResult, Format as _, Intake, KubernetesVersion, MergeOptions, Merged, Merger, PairDiff, Report, ReportFormat,
    ReportV1,
};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

/// A check with one finding.
fn judged(id: &str, status: Status, value: &str) -> CheckResult {
    let mut found = finding("kubelet (pid 7)", status);
    found.evidence[0].value = value.to_owned();
    let reason = (status != Status::Pass).then(|| format!("mode is {value}"));
    CheckResult {
        rule_id: Some(format!("rule-{id}")),
        severity: Some(Severity::High),
        findings: vec![found],
        ..check(id, status, reason.as_deref())
    }
}

/// The report of a node, with these checks of workers.
fn node(name: &str, checks: Vec<CheckResult>) -> ReportV1 {
    let mut document = document(vec![CannedSection { id: "4", target: "node", group: "4.1", checks }]);
    document.subject.name = Some(name.to_owned());
    document.report_id = format!("report of {name}");
    document.notices.clear();
    document
}

fn json(document: &ReportV1) -> Vec<u8> {
    serde_json::to_vec(document).expect("JSON")
}

fn merged(reports: &[ReportV1], options: &MergeOptions) -> Merged {
    let mut merger = Merger::default();
    for report in reports {
        merger.add(&json(report)).expect("a report");
    }
    merger.finish(options)
}

fn bytes(report: &Report) -> Vec<u8> {
    let mut bytes = Vec::new();
    ReportFormat.render(report, &mut bytes).expect("memory takes everything");
    // What was merged is a report like any other.
    Report::from_json(&bytes).expect("a report");
    bytes
}

fn findings(report: &Report, check: usize) -> Vec<(&str, usize, Status)> {
    let findings = report.checks[check].findings.iter();
    findings.map(|finding| (finding.subject.as_str(), finding.count, finding.status)).collect()
}

#[test]
fn nodes_that_differ_are_named() {
    let mut reports: Vec<ReportV1> = (0..50)
        .map(|number| {
            let status = if [7, 19].contains(&number) { Status::Fail } else { Status::Pass };
            let value = if status == Status::Fail { "644" } else { "600" };
            let mut same = judged("4.1.2", Status::Fail, "777");
            same.findings[0].subject = format!("kubelet (pid {})", 1000 + number);
            node(&format!("worker-{number}"), vec![judged("4.1.1", status, value), same])
        })
        .collect();
    reports.reverse();
    let report = merged(&reports, &MergeOptions::default()).report;
    let first = &report.checks[0];
    assert_eq!(first.status, Status::Fail);
    assert_eq!(
        first.reason.as_deref(),
        Some("48 nodes alike (pass), 2 differ: worker-7 (fail), worker-19 (fail): mode is 644")
    );
    assert_eq!(
        findings(&report, 0),
        [("worker-7, worker-19", 2, Status::Fail), ("nodes such as worker-0", 48, Status::Pass)]
    );
    // A number of a process is no difference.
    assert_eq!(report.checks[1].reason.as_deref(), Some("50 nodes alike (fail): mode is 777"));
    assert_eq!(report.nodes.len(), 50);
    assert_eq!(report.nodes[1].name, "worker-1", "in the order of numbers");
    let expected =
        "2 nodes differ from the others of the same role, most of all worker-7 (1 check), worker-19 (1 check)";
    assert_eq!(report.notices, [expected]);
    bytes(&report);
}

#[test]
fn a_role_of_its_own_and_a_check_that_does_not_apply_are_no_drift() {
    let with_role = |name: &str, role: &str, value: &str| {
        let mut report = node(name, vec![judged("4.1.1", Status::Pass, value)]);
        report.subject.roles = vec![role.to_owned()];
        report
    };
    let mut none = with_role("worker-9", "worker", "");
    none.benchmark.sections[0].groups[0].checks = 1;
    none.checks[0].status = Status::NotApplicable;
    let reports = [
        with_role("cp-1", "control-plane", "444"),
        with_role("cp-2", "control-plane", "444"),
        with_role("worker-1", "worker", "600"),
        with_role("worker-2", "worker", "600"),
        with_role("worker-3", "worker", "640"),
        none,
    ];
    let report = merged(&reports, &MergeOptions::default()).report;
    assert_eq!(
        report.checks[0].reason.as_deref(),
        Some(
            "control-plane: 2 nodes alike (pass); worker: 2 nodes alike (pass), 1 differs: worker-3 (pass); not applicable to 1 node"
        )
    );
    assert_eq!(report.checks[0].status, Status::Pass);
}

#[test]
fn the_newest_report_of_a_node_counts() {
    let mut old = node("worker-1", vec![judged("4.1.1", Status::Fail, "777")]);
    old.time.end = "2026-05-03T03:02:02.000Z".to_owned();
    old.notices = vec!["the old notice".to_owned()];
    let new = node("worker-1", vec![judged("4.1.1", Status::Pass, "600")]);
    for reports in [[old.clone(), new.clone()], [new.clone(), old.clone()]] {
        let report = merged(&reports, &MergeOptions::default()).report;
        assert_eq!(findings(&report, 0), [("worker-1", 1, Status::Pass)]);
        let expected = ["more than one report, of which the newest counts, of 1 node: worker-1 (2)"];
        assert_eq!(report.notices, expected);
    }
    // The same report twice.
    let report = merged(&[new.clone(), new.clone()], &MergeOptions::default()).report;
    assert_eq!((findings(&report, 0), report.nodes.len()), (vec![("worker-1", 1, Status::Pass)], 1));
    // The same node and time twice: one of them counts, whatever the order.
    let other = ReportV1 { report_id: "another".to_owned(), ..old.clone() };
    let other = ReportV1 {
        checks: vec![CheckResult {
            target: "node".into(),
            section: "4.1".to_owned(),
            ..judged("4.1.1", Status::Pass, "1")
        }],
        ..other
    };
    let [one, another] =
        [[old.clone(), other.clone()], [other, old]].map(|reports| merged(&reports, &MergeOptions::default()));
    assert_eq!(bytes(&one.report), bytes(&another.report));
}

#[test]
fn missing_old_and_unexpected_nodes_are_named() {
    let reports = ["a-1", "b-1"].map(|name| node(name, vec![judged("4.1.1", Status::Pass, "600")]));
    // Two days after the reports.
    let now = UNIX_EPOCH + Duration::from_secs(1_777_863_722 + 2 * 86_400);
    let options = MergeOptions {
        expected: Some(["a-1", "c-1", "d-1"].map(str::to_owned).into()),
        older_than: Some((Duration::from_secs(86_400), now)),
        ..MergeOptions::default()
    };
    let merged_reports = merged(&reports, &options);
    assert_eq!(merged_reports.incomplete.as_deref(), Some("2 nodes without a report, 2 nodes with an old report"));
    assert_eq!(
        merged_reports.report.notices,
        [
            "no report of 2 of 3 nodes that are expected: c-1, d-1",
            "1 node not expected: b-1",
            "the newest report of 2 nodes is older than 1day: a-1 (2026-05-04T03:02:02.000Z), b-1 (2026-05-04T03:02:02.000Z)",
        ]
    );
    let options = MergeOptions {
        expected: Some(["a-1", "b-1"].map(str::to_owned).into()),
        older_than: Some((Duration::from_secs(3 * 86_400), now)),
        ..MergeOptions::default()
    };
    let merged_reports = merged(&reports, &options);
    assert_eq!((merged_reports.incomplete, merged_reports.report.notices.len()), (None, 0));
}

#[test]
fn versions_and_benchmarks_stand_side_by_side() {
    let old = node("a-1", vec![judged("4.1.1", Status::Fail, "777")]);
    let mut new = node("b-1", vec![judged("4.1.1", Status::Pass, "600")]);
    new.benchmark.id = "cis-1.5".to_owned();
    new.tool.version = "0.3.0".to_owned();
    new.subject.kubernetes = Some(KubernetesVersion { version: "1.15".to_owned(), source: String::new() });
    let report = merged(&[old, new], &MergeOptions::default()).report;
    let ids: Vec<&str> = report.checks.iter().map(|check| check.id.as_str()).collect();
    assert_eq!(ids, ["cis-1.5:4.1.1", "cis-1.20:4.1.1"]);
    assert_eq!(report.benchmark.id, "cis-1.5+cis-1.20");
    assert_eq!(
        report.notices,
        [
            "several benchmarks: cis-1.20 (1 node), cis-1.5 (1 node)",
            "several versions of nodeproof: 0.2.0 (1 node), 0.3.0 (1 node)",
            "several versions of Kubernetes: 1.15 (1 node), 1.20 (1 node)",
        ]
    );
    assert_eq!(report.checks[1].status, Status::Fail);
}

#[test]
fn other_values_than_those_that_are_kept_are_counted() {
    let reports: Vec<ReportV1> = (0..300)
        .map(|number| node(&format!("n{number}"), vec![judged("4.1.1", Status::Pass, &format!("value x{number}x"))]))
        .collect();
    let report = merged(&reports, &MergeOptions::default()).report;
    let check = &report.checks[0];
    assert_eq!(check.findings.iter().map(|finding| finding.count).sum::<usize>(), 300);
    assert_eq!(check.findings.len(), 65);
    assert!(check.findings.iter().any(|finding| finding.count == 236));
}

#[test]
fn reports_of_something_else_are_left_out() {
    let mut cluster = node("prod", vec![judged("4.1.1", Status::Fail, "777")]);
    cluster.subject.kind = nodeproof::internals::report::SubjectKind::Cluster;
    let mut merger = Merger::default();
    assert!(matches!(merger.add(&json(&cluster)), Ok(Intake::Other(_))));
    merger.add(&json(&node("a-1", vec![judged("4.1.1", Status::Pass, "600")]))).expect("a report");
    let report = merger.finish(&MergeOptions::default()).report;
    assert_eq!(report.checks[0].status, Status::Pass);
    assert_eq!(report.notices, ["1 report about something else than a node (cluster) is left out"]);
}

#[test]
fn a_fleet_is_compared_node_by_node() {
    let fleet = |failing: &[usize]| {
        let reports: Vec<ReportV1> = (0..30)
            .map(|number| {
                let (status, value) =
                    if failing.contains(&number) { (Status::Fail, "777") } else { (Status::Pass, "600") };
                node(&format!("worker-{number}"), vec![judged("4.1.1", status, value)])
            })
            .collect();
        merged(&reports, &MergeOptions::default()).report
    };
    let diff = PairDiff::of(&fleet(&[7, 8]), &fleet(&[8, 9])).expect("fleets");
    let changes: Vec<(&str, Option<&str>)> =
        diff.changes.iter().map(|change| (change.class.id(), change.subject.as_deref())).collect();
    assert_eq!(changes, [("broken", Some("worker-9")), ("fixed", Some("worker-7"))]);
}

/// Numbers of a name, a time, an id and a role, and of checks with their statuses and values.
type Drawn = (usize, usize, usize, usize, Vec<(usize, usize, usize)>);

/// Reports of a few nodes, some of them twice, with few values.
fn any_reports() -> impl Strategy<Value = Vec<ReportV1>> {
    let check_of = (0..3_usize, 0..7_usize, 0..3_usize);
    let report = (0..6_usize, 0..3_usize, 0..3_usize, 0..2_usize, prop::collection::vec(check_of, 0..4));
    prop::collection::vec(report, 0..8).prop_map(|reports| {
        let of = |(number, (name, time, id, role, checks)): (usize, Drawn)| {
            let mut seen = BTreeSet::new();
            let checks = checks.into_iter().filter(|(id, ..)| seen.insert(*id)).map(|(id, status, value)| {
                let mut check = judged(
                    ["4.1.1", "4.1.2", "4.1.10"][id],
                    Status::WORST_FIRST[status],
                    ["600", "644", "see node-3"][value],
                );
                check.remediation = format!("chmod {value}").into();
                check.title = format!("Title {time}").into();
                check
            });
            let mut report = node(&format!("node-{name}"), checks.collect());
            report.time.end = format!("2026-05-04T03:02:0{time}.000Z");
            report.report_id = format!("{id}");
            report.subject.roles = vec![["worker", "control-plane"][role].to_owned()];
            report.notices = vec![format!("notice {}", number % 3)];
            report
        };
        reports.into_iter().enumerate().map(of).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_order_of_the_reports_decides_nothing(reports in any_reports(), seed in any::<prop::sample::Index>()) {
        let mut other = reports.clone();
        other.reverse();
        let length = other.len();
        if length > 0 {
            other.rotate_left(seed.index(length));
        }
        let (one, another) = (merged(&reports, &MergeOptions::default()), merged(&other, &MergeOptions::default()));
        let text = |report: &Report| String::from_utf8(bytes(report)).expect("UTF-8");
        prop_assert_eq!(text(&one.report), text(&another.report));
    }
}

fn run(arguments: &[&str], stdin: Option<&[u8]>) -> (i32, String, String) {
    let mut command = nodeproof();
    command.args(arguments);
    if let Some(bytes) = stdin {
        command.write_stdin(bytes);
    }
    let output = command.output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
}

fn save(folder: &Path, name: &str, report: &ReportV1) {
    drop(sealed(report.clone()));
    fs::write(folder.join(name), json(report)).expect("a file");
}

#[test]
fn damaged_files_are_named_and_the_others_are_merged() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    for number in 0..5 {
        let report = node(&format!("worker-{number}"), vec![judged("4.1.1", Status::Pass, "600")]);
        save(path, &format!("{number}.json"), &report);
    }
    let good = fs::read_to_string(path.join("0.json")).expect("a report");
    fs::write(path.join("cut.json"), &good[..good.len() / 2]).expect("a file");
    fs::write(path.join("newer.json"), good.replacen("\"schema_version\":1", "\"schema_version\":9", 1))
        .expect("a file");
    fs::write(path.join("other.json"), "{\"Controls\":[]}").expect("a file");
    let arguments = ["merge", path.to_str().expect("a path"), "--format", "report"];
    let (code, out, err) = run(&arguments, None);
    assert_eq!(code, 5, "{err}");
    let report: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(report["nodes"].as_array().map(Vec::len), Some(5));
    for words in ["cut.json:1:", "ends too early", "newer.json: the report has schema version 9", "other.json:1:"] {
        assert!(err.contains(words), "{words}: {err}");
    }
    let notice = report["notices"][0].as_str().expect("a notice");
    assert!(notice.starts_with("3 inputs could not be read"), "{notice}");
    for name in ["cut.json", "newer.json", "other.json"] {
        assert!(notice.contains(name), "{notice}");
    }
    for number in 0..5 {
        fs::remove_file(path.join(format!("{number}.json"))).expect("a file");
    }
    let (code, out, err) = run(&arguments, None);
    assert!(code == 4 && out.is_empty() && err.contains("nothing to merge"), "{code} {err}");
}

#[test]
fn a_file_of_a_gigabyte_is_not_read_whole_and_a_fifo_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    save(path, "a.json", &node("worker-1", vec![judged("4.1.1", Status::Pass, "600")]));
    fs::File::create(path.join("big.json")).and_then(|file| file.set_len(1 << 30)).expect("a sparse file");
    rustix::fs::mknodat(rustix::fs::CWD, path.join("fifo.json"), rustix::fs::FileType::Fifo, 0o600.into(), 0)
        .expect("a FIFO");
    let (code, _, err) = run(&["merge", path.to_str().expect("a path")], None);
    assert_eq!(code, 5, "{err}");
    assert!(err.contains("big.json: the report is larger than 16 MiB"), "{err}");
    assert!(err.contains("fifo.json: cannot be read: it is a FIFO"), "{err}");
}

#[test]
fn a_stream_of_reports_is_read_line_by_line() {
    let of = |name: &str| json(&node(name, vec![judged("4.1.1", Status::Fail, "777")]));
    let stream = [of("worker-1").as_slice(), b"\n", b"{\"broken\":\n", &of("worker-2"), b"\n"].concat();
    let (code, out, err) = run(&["merge", "-"], Some(&stream));
    assert!(code == 5 && err.contains("stdin line 2:1:"), "{code} {err}");
    assert!(out.contains("2 nodes alike (fail): mode is 777") && out.contains("Fleet"), "{out}");
    let stream = [of("worker-1").as_slice(), b"\n", &of("worker-2")].concat();
    assert_eq!(run(&["merge", "-", "--fail-on", "high"], Some(&stream)).0, 6);
    assert_eq!(run(&["merge", "-", "--exit-code", "9"], Some(&stream)).0, 9);
    assert_eq!(run(&["merge", "-"], Some(&stream)).0, 0);
    assert_eq!(run(&["merge", "-"], Some(b"")).0, 4);
}

#[test]
fn hostile_texts_are_harmless_in_a_merged_report() {
    let hostile = "a\u{1b}[2J\u{9b}31m\u{202e}<script>\0\n";
    let mut report = node(hostile, vec![judged(hostile, Status::Fail, hostile)]);
    report.notices = vec![hostile.to_owned()];
    report.benchmark.title = hostile.to_owned();
    report.benchmark.sections[0].groups[0].title = hostile.to_owned();
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.json"), json(&report)).expect("a file");
    for format in ["text", "report", "markdown", "csv", "sarif", "line"] {
        let (code, out, err) = run(&["merge", folder.path().to_str().expect("a path"), "--format", format], None);
        assert_eq!(code, 0, "{format}: {err}");
        let bad = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t') || letter == '\u{202e}';
        assert_eq!(out.find(bad), None, "{format}");
    }
}

#[test]
fn waivers_are_applied_to_each_node() {
    let folder = tempfile::tempdir().expect("a folder");
    let reports = folder.path().join("reports");
    fs::create_dir(&reports).expect("a folder");
    for name in ["edge-1", "edge-2", "core-1"] {
        let mut check = judged("4.2.1", Status::Fail, "true");
        check.rule_id = Some("kubelet-anonymous-auth".to_owned());
        save(&reports, &format!("{name}.json"), &node(name, vec![check]));
    }
    let waivers = folder.path().join("waivers.yaml");
    let waiver = |id: &str, names: &str| {
        format!(
            "- {{ id: {id}, rule: kubelet-anonymous-auth, reason: r, owner: o, permanent: true, nodes: {{ names: [{names}] }} }}\n"
        )
    };
    fs::write(&waivers, format!("waivers:\n{}{}", waiver("w1", "\"edge-*\""), waiver("w2", "nowhere")))
        .expect("a file");
    let path = |path: &Path| path.display().to_string();
    let arguments = ["merge", &path(&reports), "--waivers", &path(&waivers), "--format", "report"];
    let (code, out, err) = run(&arguments, None);
    assert_eq!(code, 0, "{err}");
    let report: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(report["checks"][0]["status"], "fail");
    let counts: Vec<(&Value, &Value)> = report["checks"][0]["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|f| (&f["subject"], &f["status"]))
        .collect();
    assert_eq!(counts, [(&"core-1".into(), &"fail".into()), (&"edge-1, edge-2".into(), &"waived".into())]);
    assert_eq!(report["notices"][0], "waivers without effect on any report: w2");
    assert_eq!(report["waivers_sha256"].as_str().map(str::len), Some(64));
    let (code, _, err) = run(&[&arguments[..], &["--strict-waivers"]].concat(), None);
    assert!(code == 3 && err.contains("w2"), "{code} {err}");
}
