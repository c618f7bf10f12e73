//! The JSON report, byte for byte.

use crate::canned::{canned, controls, render, report, sealed};
use nodeproof::internals::kube_bench::format::{Json, rows};
use nodeproof::internals::report::TargetLeftOut;

#[test]
fn every_byte_of_a_report_is_as_readers_of_kube_bench_know_it() {
    let [first, second] = controls();
    assert_eq!(
        render(&report(), &Json { totals: true }),
        format!(
            "{{\"Controls\":[{first},{second}],\"Totals\":{{\"total_pass\":1,\"total_fail\":2,\"total_warn\":2,\"total_info\":1}},\"notices\":[\"seen from afar\"]}}\n"
        )
    );
}

/// A target that is read without the document around it.
fn with_notice(control: String) -> String {
    let body = control.strip_suffix('}').expect("an object");
    format!(r#"{body},"notices":["seen from afar"]}}"#)
}

#[test]
fn the_document_says_which_targets_were_left_out() {
    let mut partial = canned();
    partial.notices.clear();
    let reason = "etcd does not run on this node".to_owned();
    partial.targets_left_out = vec![TargetLeftOut { target: "etcd".to_owned(), reason }];
    let text = render(&sealed(partial), &Json { totals: true });
    let end = "},\"targets_left_out\":[{\"target\":\"etcd\",\"reason\":\"etcd does not run on this node\"}]}\n";
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn without_totals_the_targets_are_a_bare_list() {
    let [first, second] = controls().map(with_notice);
    assert_eq!(render(&report(), &Json { totals: false }), format!("[{first},{second}]\n"));
}

#[test]
fn a_version_that_is_not_known_is_left_out_and_a_target_without_groups_stays() {
    let mut bare = canned();
    bare.subject.kubernetes = None;
    bare.notices.clear();
    bare.benchmark.sections.truncate(1);
    bare.benchmark.sections[0].groups.clear();
    bare.checks.clear();
    let bare = sealed(bare);
    assert_eq!(
        render(&bare, &Json { totals: false }),
        r#"[{"id":"1","version":"cis-1.20","text":"The master","node_type":"master","tests":[],"total_pass":0,"total_fail":0,"total_warn":0,"total_info":0}]"#
            .to_owned()
            + "\n"
    );
}

#[test]
fn a_row_is_a_target_and_holds_no_null_character() {
    let [first, second] = controls().map(with_notice);
    let first = first.replace(r"\u0000", r"\ufffd");
    assert_eq!(rows(&report()).expect("memory takes everything"), [first, second]);
}
