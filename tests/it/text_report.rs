//! The report for people: whole, and without each part that a flag leaves out; and the same as kube-bench prints it.

use crate::canned::{CannedSection, canned, check, document, render, report, sealed};
use crate::support::nodeproof;
use nodeproof::internals::kube_bench::format::Lines;
use nodeproof::internals::model::{Severity, Status};
use nodeproof::internals::report::{CheckResult, Report, TargetLeftOut, TextFormat, TextParts, TextShape};

const ALL: TextParts = TextParts { results: true, remediations: true, summary: true, totals: true, evidence: false };

const NOTICE: &str = "== Notices ==\nseen from afar\n\n";
const VERSION: &str = "[INFO] Kubernetes 1.20 (from the <kubelet>): cis-1.20\n";
const MASTER_RESULTS: &str = "\
[INFO] 1 The master
[INFO] 1.1 Files & <others>
[PASS] 1.1.1 Say \"no\" to <anonymous> & others
[FAIL] 1.1.2 Größe 😀
       it is 644

";
const MASTER_EVIDENCE: &str = "\
[INFO] 1 The master
[INFO] 1.1 Files & <others>
[PASS] 1.1.1 Say \"no\" to <anonymous> & others
         /etc/x: mode = 600 [stat]
[FAIL] 1.1.2 Größe 😀
       it is 644
         /etc/x: mode = 600 [stat]
         /etc/y: mode = 600 [stat]

";
const MASTER_REMEDIATIONS: &str = "\
== Remediations master ==
1.1.2 chmod 600 <file> && true

";
const MASTER_SUMMARY: &str = "\
== Summary master ==
1 checks PASS
1 checks FAIL
0 checks WARN
0 checks INFO

";
const NODE_RESULTS: &str = "\
[INFO] 4 The node
[INFO] 4.1 Files & <others>
[WARN] 4.1.1 Plain
[WARN] 4.1.2 Plain
       it cannot be read
[INFO] 4.1.9 Plain
       skipped by request
[FAIL] 4.1.10 Plain

";
const NODE_REMEDIATIONS: &str = "\
== Remediations node ==
4.1.1 chmod 600 /etc/x

4.1.2 undetermined: it cannot be read
4.1.2 chmod 600 /etc/x

4.1.10 

";
const NODE_SUMMARY: &str = "\
== Summary node ==
0 checks PASS
1 checks FAIL
2 checks WARN
1 checks INFO

";
const TOTALS: &str = "\
== Summary total ==
1 checks PASS
2 checks FAIL
2 checks WARN
1 checks INFO

+--------+------+------+------+------+--------+
| target | PASS | FAIL | WARN | INFO | checks |
+=============================================+
| master |    1 |    1 |    0 |    0 |      2 |
| node   |    0 |    1 |    2 |    1 |      4 |
| total  |    1 |    2 |    2 |    1 |      6 |
+--------+------+------+------+------+--------+
";

fn text(options: TextParts) -> String {
    anstream::adapter::strip_str(&render(&report(), &Lines(options))).to_string()
}

#[test]
fn each_flag_leaves_out_its_own_part_of_kube_bench_s_text() {
    let cases: [(&str, TextParts, Vec<&str>); 7] = [
        (
            "all",
            ALL,
            vec![
                NOTICE,
                VERSION,
                MASTER_RESULTS,
                MASTER_REMEDIATIONS,
                MASTER_SUMMARY,
                NODE_RESULTS,
                NODE_REMEDIATIONS,
                NODE_SUMMARY,
                TOTALS,
            ],
        ),
        (
            "--noresults",
            TextParts { results: false, ..ALL },
            vec![NOTICE, MASTER_REMEDIATIONS, MASTER_SUMMARY, NODE_REMEDIATIONS, NODE_SUMMARY, TOTALS],
        ),
        (
            "--noremediations",
            TextParts { remediations: false, ..ALL },
            vec![NOTICE, VERSION, MASTER_RESULTS, MASTER_SUMMARY, NODE_RESULTS, NODE_SUMMARY, TOTALS],
        ),
        (
            "--nosummary",
            TextParts { summary: false, ..ALL },
            vec![NOTICE, VERSION, MASTER_RESULTS, MASTER_REMEDIATIONS, NODE_RESULTS, NODE_REMEDIATIONS, TOTALS],
        ),
        (
            "--nototals",
            TextParts { totals: false, ..ALL },
            vec![
                NOTICE,
                VERSION,
                MASTER_RESULTS,
                MASTER_REMEDIATIONS,
                MASTER_SUMMARY,
                NODE_RESULTS,
                NODE_REMEDIATIONS,
                NODE_SUMMARY,
            ],
        ),
        (
            "--include-test-output",
            TextParts { evidence: true, ..ALL },
            vec![
                NOTICE,
                VERSION,
                MASTER_EVIDENCE,
                MASTER_REMEDIATIONS,
                MASTER_SUMMARY,
                NODE_RESULTS,
                NODE_REMEDIATIONS,
                NODE_SUMMARY,
                TOTALS,
            ],
        ),
        (
            "nothing",
            TextParts { results: false, remediations: false, summary: false, totals: false, evidence: false },
            vec![NOTICE],
        ),
    ];
    for (flag, options, parts) in cases {
        assert_eq!(text(options), parts.concat(), "{flag}");
    }
}

fn shape() -> TextShape {
    TextShape { parts: ALL, only: Vec::new(), width: 80 }
}

fn shown(report: &Report, shape: TextShape) -> String {
    anstream::adapter::strip_str(&render(report, &TextFormat(shape))).to_string()
}

const HEADER: &str = "\
[WARN] seen from afar
[INFO] Kubernetes 1.20 (from the <kubelet>): cis-1.20
[INFO] Node node-1 (worker), 2026-05-04 03:02:01 UTC, nodeproof 0.2.0
";
const RESULTS: &str = "
== 1 The master ==
1.1 Files & <others>
[PASS] 1.1.1 Say \"no\" to <anonymous> & others
[FAIL] 1.1.2 Größe 😀
       it is 644

== 4 The node ==
4.1 Files & <others>
[WARN] 4.1.1 Plain
       manual review required
[WARN] 4.1.2 Plain
       undetermined: it cannot be read
[INFO] 4.1.9 Plain
       skipped by request
[FAIL] 4.1.10 Plain
";
const ACTIONS: &str = "
== 2 failed, 2 need attention (1 undetermined) ==
[FAIL] 1.1.2 Größe 😀
       it is 644
       What to do:
         chmod 600 <file> && true

[FAIL] 4.1.10 Plain

[WARN] 4.1.2 Plain
       undetermined: it cannot be read
       What to do:
         chmod 600 /etc/x

To be reviewed by hand (1); --only manual shows how:
[WARN] 4.1.1 Plain

";
const HEAD_OF_TABLE: &str = "\
+--------+------+------+------+------+--------+
| target | PASS | FAIL | WARN | INFO | checks |
+=============================================+
";
const TARGETS: &str = "\
| master |    1 |    1 |    0 |    0 |      2 |
| node   |    0 |    1 |    2 |    1 |      4 |
";
const ALL_TARGETS: &str = "| total  |    1 |    2 |    2 |    1 |      6 |\n";
const END_OF_TABLE: &str = "+--------+------+------+------+------+--------+\n";
const LAST: &str = "node-1, cis-1.20: 2 failed, 2 need attention (1 undetermined), 1 passed, 1 skipped\n";

#[test]
fn each_flag_leaves_out_its_own_part() {
    let cases: [(&str, TextParts, &[&str]); 6] = [
        ("all", ALL, &[HEADER, RESULTS, ACTIONS, HEAD_OF_TABLE, TARGETS, ALL_TARGETS, END_OF_TABLE, LAST]),
        (
            "--noresults",
            TextParts { results: false, ..ALL },
            &[HEADER, ACTIONS, HEAD_OF_TABLE, TARGETS, ALL_TARGETS, END_OF_TABLE, LAST],
        ),
        (
            "--noremediations",
            TextParts { remediations: false, ..ALL },
            &[HEADER, RESULTS, "\n", HEAD_OF_TABLE, TARGETS, ALL_TARGETS, END_OF_TABLE, LAST],
        ),
        (
            "--nosummary",
            TextParts { summary: false, ..ALL },
            &[HEADER, RESULTS, ACTIONS, HEAD_OF_TABLE, ALL_TARGETS, END_OF_TABLE, LAST],
        ),
        (
            "--nototals",
            TextParts { totals: false, ..ALL },
            &[HEADER, RESULTS, ACTIONS, HEAD_OF_TABLE, TARGETS, END_OF_TABLE, LAST],
        ),
        (
            "nothing but the notices and one line",
            TextParts { results: false, remediations: false, summary: false, totals: false, evidence: false },
            &["[WARN] seen from afar\n", LAST],
        ),
    ];
    for (flag, parts, expected) in cases {
        assert_eq!(shown(&report(), TextShape { parts, ..shape() }), expected.concat(), "{flag}");
    }
    let evidence = shown(&report(), TextShape { parts: TextParts { evidence: true, ..ALL }, ..shape() });
    assert!(
        evidence.contains("       it is 644\n         /etc/x: mode = 600 [stat]\n         /etc/y: mode = 600 [stat]\n")
    );
}

#[test]
fn what_was_left_out_and_how_the_benchmark_was_chosen_is_said() {
    let mut partial = canned();
    partial.notices.clear();
    partial.subject.kubernetes = None;
    let entry = |target: &str, reason: &str| TargetLeftOut { target: target.to_owned(), reason: reason.to_owned() };
    let none = "none of kube-apiserver, kube-scheduler, kube-controller-manager runs on this node";
    partial.targets_left_out =
        vec![entry("master", none), entry("etcd", "etcd does not run on this node"), entry("controlplane", none)];
    let text = shown(&sealed(partial), shape());
    let expected = "\
[INFO] Benchmark cis-1.20 (from --benchmark)
[INFO] Node node-1 (worker), 2026-05-04 03:02:01 UTC, nodeproof 0.2.0
[INFO] Not audited: master, controlplane (none of kube-apiserver,
       kube-scheduler, kube-controller-manager runs on this node); etcd (etcd
       does not run on this node)
";
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn the_most_severe_failure_comes_first_and_titles_name_the_severity() {
    let with = |id: &str, status, severity| CheckResult { severity: Some(severity), ..check(id, status, Some("bad")) };
    let checks = vec![
        with("1.1.1", Status::Fail, Severity::Low),
        with("1.1.2", Status::Undetermined, Severity::Critical),
        with("1.1.3", Status::Fail, Severity::Critical),
        with("1.1.4", Status::Pass, Severity::Critical),
    ];
    let report = sealed(document(vec![CannedSection { id: "1", target: "master", group: "1.1", checks }]));
    let parts = TextParts { results: false, summary: false, totals: false, ..ALL };
    let text = shown(&report, TextShape { parts, ..shape() });
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("[FAIL]") || line.starts_with("==")).collect();
    assert_eq!(
        lines,
        [
            "== 2 failed, 1 undetermined, 0 need attention ==",
            "[FAIL] 1.1.3 Plain [critical]",
            "[FAIL] 1.1.1 Plain [low]",
            "[FAIL] 1.1.2 Plain [critical]"
        ]
    );
    assert!(!text.contains("1.1.4"));
}

#[test]
fn checks_that_one_cause_hides_stand_together() {
    let hidden = |id: &str| CheckResult {
        remediation: "First run as root.\n".into(),
        ..check(id, Status::Undetermined, Some("/etc/x cannot be read"))
    };
    let other = check("1.1.2", Status::Undetermined, Some("/etc/y cannot be read"));
    let checks = vec![hidden("1.1.1"), other, hidden("1.1.3")];
    let report = sealed(document(vec![CannedSection { id: "1", target: "master", group: "1.1", checks }]));
    let text = shown(&report, shape());
    let expected = "\
== 0 failed, 3 undetermined, 0 need attention ==
[FAIL] 1.1.1 Plain
[FAIL] 1.1.3 Plain
       undetermined: /etc/x cannot be read
       What to do:
         First run as root.

[FAIL] 1.1.2 Plain
       undetermined: /etc/y cannot be read
";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn changes_of_files_that_kubeadm_writes_come_with_its_upgrade() {
    let text = |remediation: &'static str, platform: Option<&str>| {
        let failed = CheckResult { remediation: remediation.into(), ..check("1.1.1", Status::Fail, Some("bad")) };
        let section = CannedSection { id: "1", target: "master", group: "1.1", checks: vec![failed] };
        let mut report = document(vec![section]);
        report.subject.platform = platform.map(str::to_owned);
        shown(&sealed(report), TextShape { width: 200, ..shape() })
    };
    let line = "== 1 failed, 0 need attention ==\nkubeadm writes its manifests, kubeadm-flags.env and the kubelet's \
                configuration anew at an upgrade: ";
    let manifest = "Change /etc/kubernetes/manifests/kube-apiserver.yaml.";
    assert!(text(manifest, Some("kubeadm")).contains(line), "{}", text(manifest, Some("kubeadm")));
    assert!(!text(manifest, None).contains("kubeadm writes"));
    assert!(!text("chmod go-rwx /etc/x", Some("kubeadm")).contains("kubeadm writes"));
}

#[test]
fn only_the_statuses_that_were_asked_for_are_shown_and_the_counts_stay() {
    let text = shown(&report(), TextShape { only: vec![Status::Fail, Status::Skipped], ..shape() });
    let shown: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix('[')).skip(3).collect();
    let expected = [
        "FAIL] 1.1.2 Größe 😀",
        "INFO] 4.1.9 Plain",
        "FAIL] 4.1.10 Plain",
        "FAIL] 1.1.2 Größe 😀",
        "FAIL] 4.1.10 Plain",
    ];
    assert_eq!(shown, expected);
    assert!(text.contains(ALL_TARGETS) && text.ends_with(LAST), "{text}");
    let manual = self::shown(&report(), TextShape { only: vec![Status::Manual], ..shape() });
    assert!(manual.contains("manual review required\n       What to do:\n         chmod 600 /etc/x\n"), "{manual}");
    assert!(manual.contains("\n== 1 of 4 shown (--only manual) ==\n") && manual.ends_with(LAST), "{manual}");
    assert!(!manual.contains("== 1 The master"), "an empty target: {manual}");
}

#[test]
fn lines_fit_the_width() {
    for width in [40, 60, 80, 200] {
        let text = shown(&report(), TextShape { width, ..shape() });
        let parts = TextParts { summary: false, totals: false, ..ALL };
        let long = shown(&report(), TextShape { width, parts, ..shape() });
        let too_long: Vec<&str> = long.lines().filter(|l| l.chars().count() > width && *l != LAST.trim_end()).collect();
        assert!(too_long.is_empty(), "{width}: {too_long:?} in {text}");
    }
}

#[test]
fn the_flags_of_the_text_reach_it() {
    let run = |arguments: &[&str], columns: &str| {
        let mut command = nodeproof();
        command.env("COLUMNS", columns).args(["--host", "example", "--benchmark", "cis-1.12"]).args(arguments);
        let output = command.output().expect("it runs");
        (String::from_utf8(output.stdout).expect("text"), output.status.code())
    };
    let longest = |text: &str| text.lines().filter(|line| line.starts_with('[')).map(|l| l.chars().count()).max();
    let (narrow, wide) = (run(&[], "60").0, run(&[], "150").0);
    assert!(longest(&narrow) <= Some(60) && longest(&wide) > Some(80), "{:?} {:?}", longest(&narrow), longest(&wide));
    let (failed, code) = run(&["--only", "fail,undetermined"], "80");
    assert_eq!(code, Some(0));
    assert!(!failed.contains("[PASS]") && failed.contains("[FAIL]"));
    // The other formats are complete.
    assert_eq!(run(&["--only", "fail", "--json"], "80").1, Some(2));
    assert_eq!(run(&["--only", "broken"], "80").1, Some(2));
    assert!(run(&["--color", "always"], "80").0.contains("\u{1b}[31mFAIL"));
    for never in [&["--color", "never"][..], &[]] {
        assert!(!run(never, "80").0.contains('\u{1b}'), "{never:?}");
    }
    assert_eq!(run(&["--color", "sometimes"], "80").1, Some(2));
}

#[test]
fn states_have_their_colours() {
    for text in [render(&report(), &TextFormat(shape())), render(&report(), &Lines(ALL))] {
        for (state, colour) in [("PASS", 32), ("FAIL", 31), ("WARN", 33), ("INFO", 34)] {
            assert!(text.contains(&format!("[\u{1b}[{colour}m{state}\u{1b}[0m]")), "{state}");
        }
    }
}
