//! The report for people: whole, and without each part that a flag leaves out.

use crate::canned::{render, report};
use nodeproof::internals::report::{TextFormat, TextParts};

const ALL: TextParts = TextParts { results: true, remediations: true, summary: true, totals: true, evidence: false };

const NOTICE: &str = "[WARN] seen from afar\n";
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
    anstream::adapter::strip_str(&render(&report(), &TextFormat(options))).to_string()
}

#[test]
fn each_flag_leaves_out_its_own_part() {
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

#[test]
fn states_have_their_colours() {
    let text = render(&report(), &TextFormat(ALL));
    for (state, colour) in [("PASS", 32), ("FAIL", 31), ("WARN", 33), ("INFO", 34)] {
        assert!(text.contains(&format!("[\u{1b}[{colour}m{state}\u{1b}[0m]")), "{state}");
    }
}
