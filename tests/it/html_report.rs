//! The page that the format `html` makes of a report.

use crate::canned::{CannedSection, canned, check, document, render, report, sealed};
use nodeproof::internals::model::{Severity, Status};
use nodeproof::internals::report::{CheckResult, HtmlFormat, InputCounts, SubjectKind, TargetLeftOut, Waiver};
use regex::Regex;

/// The page without its style sheet and its script.
fn page(document: nodeproof::internals::report::ReportV1) -> String {
    let html = render(&sealed(document), &HtmlFormat);
    let parts = Regex::new(r"(?s)<style>.*?</style>|<script>.*?</script>").expect("an expression");
    assert_eq!(parts.find_iter(&html).count(), 2);
    parts.replace_all(&html, "").into_owned()
}

/// The ids of the checks, in the order of the page.
fn order(page: &str) -> Vec<&str> {
    page.split("<details class=\"check\" id=\"check-")
        .skip(1)
        .map(|rest| rest.split('"').next().expect("an id"))
        .collect()
}

#[test]
fn what_fails_is_first_and_the_most_severe_of_it() {
    let of = |id: &str, status, severity| CheckResult { severity, ..check(id, status, Some("why")) };
    let checks = vec![
        of("1", Status::Pass, Some(Severity::Critical)),
        of("2", Status::Fail, Some(Severity::Low)),
        of("3", Status::NotApplicable, Some(Severity::High)),
        of("4", Status::Fail, Some(Severity::Critical)),
        of("5", Status::Undetermined, Some(Severity::Critical)),
        of("6", Status::Fail, None),
        of("7", Status::Manual, Some(Severity::High)),
        of("8", Status::Fail, Some(Severity::Critical)),
    ];
    let page = page(document(vec![CannedSection { id: "1", target: "master", group: "1.1", checks }]));
    assert_eq!(order(&page), ["4", "8", "2", "6", "5", "7", "1", "3"]);
    let headings: Vec<&str> =
        page.split("</h3>").filter_map(|part| Some(part.rsplit_once("<h3 ")?.1.split_once('>')?.1)).collect();
    assert_eq!(headings, ["Failed (4)", "Undetermined (1)", "Manual review (1)", "Passed (1)", "Not applicable (1)"]);
    // Failures are open without a script.
    assert_eq!(page.matches("<details ").count(), 8);
    assert_eq!(page.matches(" open><summary>").count(), 4);
}

#[test]
fn a_failure_has_its_evidence_and_what_to_do() {
    let page = page(canned());
    let (_, rest) = page.split_once("id=\"check-1.1.2\"").expect("the check");
    let check = rest.split("</details>").next().expect("its end");
    for shown in ["Größe 😀", "it is 644", "<code>/etc/x</code>", "<dt>mode</dt>", "<code>600</code>", "from stat"]
    {
        assert!(check.contains(shown), "{shown}: {check}");
    }
    assert!(check.contains("<pre><code>chmod 600 &lt;file&gt; &amp;&amp; true\n</code></pre>"), "{check}");
    assert!(check.contains("Anyone can read it."), "{check}");
}

#[test]
fn what_passes_has_nothing_to_do() {
    let page = page(canned());
    let (_, rest) = page.split_once("id=\"check-1.1.1\"").expect("the check");
    let check = rest.split("</details>").next().expect("its end");
    assert!(check.contains("Evidence") && !check.contains("What to do"), "{check}");
}

#[test]
fn the_head_says_what_was_audited_and_what_was_not() {
    let mut document = canned();
    document.targets_left_out =
        vec![TargetLeftOut { target: "etcd".to_owned(), reason: "no process of it runs here".to_owned() }];
    document.inputs = Some(InputCounts { evaluated: 3, skipped: 2, unreadable: 1 });
    document.subject.labels.insert("pool".to_owned(), "edge".to_owned());
    let page = page(document);
    for shown in [
        "<title>node-1, cis-1.20</title>",
        "<h1>Node node-1</h1>",
        "A benchmark (cis-1.20)",
        "1.20 (from the &lt;kubelet&gt;)",
        "2026-05-04T03:02:02.000Z",
        "nodeproof 0.2.0",
        "seen from afar",
        "<dt>etcd</dt><dd>no process of it runs here</dd>",
        "3 evaluated, 2 skipped, 1 unreadable",
        "pool=edge",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
}

#[test]
fn a_waiver_is_named_with_the_checks_that_it_accepts() {
    let waiver = Waiver {
        id: "W-1".to_owned(),
        reason: "shipped elsewhere".to_owned(),
        owner: "ops".to_owned(),
        expires: "2027-03-31".to_owned(),
        former_status: Status::Fail,
    };
    let waived = |id| CheckResult { waiver: Some(waiver.clone()), ..check(id, Status::Waived, None) };
    let checks = vec![waived("1.1.1"), waived("1.1.2")];
    let page = page(document(vec![CannedSection { id: "1", target: "master", group: "1.1", checks }]));
    assert!(page.contains(
        "<li><strong>W-1</strong> until 2027-03-31, ops: shipped elsewhere Accepts <a href=\"#check-1.1.1\">1.1.1</a>, \
         <a href=\"#check-1.1.2\">1.1.2</a>.</li>"
    ));
    assert!(page.contains("waived until 2027-03-31: shipped elsewhere (W-1)"));
    assert!(page.contains("<dt>Without the waiver</dt><dd>fail</dd>"));
}

#[test]
fn the_policy_allows_the_one_script_and_the_one_style_sheet_alone() {
    let html = render(&report(), &HtmlFormat);
    let policy = Regex::new(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; \
         script-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; form-action 'none'\">",
    )
    .expect("an expression");
    assert_eq!(policy.find_iter(&html).count(), 1);
    for bad in [" style=", " onclick=", "http://", "https://", "<img", "<link", "@import", "url("] {
        assert!(!html.contains(bad), "{bad}");
    }
}

#[test]
fn each_kind_of_subject_is_named_and_the_page_is_the_same_each_time() {
    let kinds = [
        (SubjectKind::Node, "Node"),
        (SubjectKind::Cluster, "Cluster"),
        (SubjectKind::Manifests, "Manifests"),
        (SubjectKind::Fleet, "Fleet"),
    ];
    for (kind, word) in kinds {
        let mut document = canned();
        document.subject.kind = kind;
        assert!(page(document.clone()).contains(&format!("<h1>{word} node-1</h1>")));
        assert_eq!(page(document.clone()), page(document.clone()));
        document.subject.name = None;
        assert!(page(document).contains(&format!("<h1>{word}</h1>")));
    }
}
