//! K3s is judged by the lines in its journal. Whatever may be missing there, or may be somebody else's, is no evidence.

use crate::platforms::{CIS, KUBELET, entry, reason, report_with, status, with_entry, with_last_entry};
use serde_json::Value;

const PID: u32 = 2226;
const UNIT: &str = "k3s.service";

fn with(change: &dyn Fn(String) -> String) -> Value {
    report_with("k3s-server", change, CIS)
}

/// Without the lines about some components.
fn without(mut text: String, programs: &[&str]) -> String {
    for program in programs {
        text = text.replace(&format!("msg=\"Running {program} "), "msg=\"Walking ");
    }
    text
}

/// Something that K3s logs when its start is over.
fn later(text: String) -> String {
    with_last_entry(text, &entry(100, PID, UNIT, 0, "The start is over"))
}

#[test]
fn what_others_write_hides_nothing() {
    let flood: Vec<String> =
        (0..600).map(|n| entry(4, 4711, "user@1000.service", 1000, &format!("Running kubelet --x={n}"))).collect();
    let report = with(&|text| with_entry(text, "Running kube-apiserver --adm", &flood.join("\n")));
    for id in ["1.2.1", "4.1.3", "4.2.1", "4.2.4"] {
        assert_eq!(status(&report, id), "pass", "{id}: {}", reason(&report, id));
    }
}

#[test]
fn a_search_that_was_cut_is_evidence_of_what_started_long_before() {
    let cut = |text: String, seconds: u32| {
        text.replace("journal_entries:", &format!("journal_cut_from: {seconds}\njournal_entries:"))
    };
    // The true line of what starts after others can have one logged may be among what is missing.
    let report = with(&|text| cut(text, 500));
    assert_eq!(status(&report, "1.2.1"), "pass");
    for id in ["4.2.1", "4.2.4", "4.3.1"] {
        assert_eq!(status(&report, id), "undetermined", "{id}: {}", reason(&report, id));
    }
    assert!(reason(&report, "4.2.4").contains("more to the journal than is looked at"), "{}", reason(&report, "4.2.4"));
    let report = with(&|text| cut(text, 4000));
    for id in ["1.2.1", "4.2.1", "4.2.4"] {
        assert_eq!(status(&report, id), "pass", "{id}: {}", reason(&report, id));
    }
    let report = with(&|text| cut(text, 4));
    assert_eq!(status(&report, "1.2.1"), "undetermined");
    // What has no line was not started if ten minutes of the log after the last start are known.
    let without_server = |text| later(without(text, &["kube-apiserver"]));
    for seconds in [50, 500] {
        let report = with(&|text| cut(without_server(text), seconds));
        assert_eq!(status(&report, "1.2.1"), "undetermined", "{}", reason(&report, "1.2.1"));
    }
    let report = with(&|text| cut(without_server(text), 4000));
    assert!(reason(&report, "1.2.1").contains("does not run"), "{}", reason(&report, "1.2.1"));
}

#[test]
fn a_line_that_cannot_be_read_is_not_taken_for_none() {
    type Change = (&'static str, &'static str);
    const TRUE: &str = "time=\"2026-02-03T04:05:06Z\" level=info msg=\"Running kube-apiserver ";
    let changes: [Change; 5] = [
        (TRUE, "{\"level\":\"info\",\"msg\":\"Running kube-apiserver "),
        (TRUE, "INFO[0005] Running kube-apiserver "),
        (TRUE, "time=\"2026-02-03T04:05:06Z\" level=info msg=\"\" msg=\"Running kube-apiserver "),
        ("--allow-privileged=true ", "--allow-privileged=true\\q "),
        ("--admission-control-config-file=", "--admission-control-config-file=\" "),
    ];
    for (from, to) in changes {
        let injected = entry(50, PID, UNIT, 0, "Running kube-apiserver --anonymous-auth=false --profiling=false");
        for inject in [false, true] {
            let report = with(&|text| {
                let text = text.replacen(from, to, 1);
                later(if inject { with_last_entry(text, &injected) } else { text })
            });
            for id in ["1.2.1", "1.2.15", "1.1.11", "2.1"] {
                let expected = if id == "1.1.11" { status(&report, id) } else { "undetermined" };
                assert_eq!(status(&report, id), expected, "{to}: {id}: {}", reason(&report, id));
            }
            assert!(reason(&report, "1.2.1").contains("cannot be read for sure"), "{to}: {}", reason(&report, "1.2.1"));
        }
    }
    // A no-break space is read as Go writes it.
    let report = with(&|text| text.replacen("--audit-log-maxage=30", "--audit-log-maxage=30\\u00a0", 1));
    assert_eq!(status(&report, "1.2.1"), "pass", "{}", reason(&report, "1.2.1"));
    assert_ne!(status(&report, "1.2.17"), "pass");
    // Behind the first line about the kubelet stands one that may be the true one.
    let unreadable = entry(30, PID, UNIT, 0, "Running kubelet --read-only-port=10255 x");
    let report = with(&|text| with_last_entry(text, &unreadable));
    assert_eq!(status(&report, "4.2.4"), "undetermined", "{}", reason(&report, "4.2.4"));
    assert_eq!(status(&report, "1.2.1"), "pass");
}

#[test]
fn a_value_with_a_blank_is_not_taken_for_flags() {
    let path = "--audit-log-path=/var/lib/rancher/k3s/server/logs/audit.log";
    for split in ["--audit-log-path=/x --anonymous-auth=false /var/log", "--audit-log-path=/x --anonymous-auth=false"] {
        let report = with(&|text| text.replacen("--anonymous-auth=false ", "", 1).replacen(path, split, 1));
        assert_eq!(status(&report, "1.2.1"), "undetermined", "{split}: {}", reason(&report, "1.2.1"));
        assert!(reason(&report, "1.2.1").contains("has a blank"), "{}", reason(&report, "1.2.1"));
    }
}

#[test]
fn a_component_does_not_run_if_the_start_is_complete_without_it() {
    let report = with(&|text| without(text, &["kube-proxy"]));
    assert_eq!(status(&report, "4.1.3"), "undetermined", "{}", reason(&report, "4.1.3"));
    assert!(reason(&report, "4.1.3").contains("does not show that its start is complete"));
    let report = with(&|text| later(without(text, &["kube-proxy"])));
    assert_eq!(status(&report, "4.1.3"), "not-applicable", "{}", reason(&report, "4.1.3"));
    // The kubelet was started a moment ago.
    let report = with(&|text| later(without(text, &["kube-proxy"]).replacen("seconds: 5,", "seconds: 50,", 5)));
    assert_eq!(status(&report, "4.1.3"), "undetermined", "{}", reason(&report, "4.1.3"));
}

#[test]
fn suppressed_messages_may_be_those_that_count() {
    let notice = |seconds: i32, unit: &str, uid: u32, of: &str| {
        format!(
            "- {{ seconds: {seconds}, _SYSTEMD_UNIT: {unit}, _PID: 300, _UID: {uid}, _BOOT_ID: this boot, MESSAGE: 'Suppressed 5321 messages from {of}' }}"
        )
    };
    let journald = "systemd-journald.service";
    for programs in [&[][..], &["kubelet", "kube-proxy"]] {
        let report = with(&|text| later(with_last_entry(without(text, programs), &notice(30, journald, 0, UNIT))));
        for id in ["1.2.1", "4.1.3", "4.2.1", "4.2.4"] {
            assert_eq!(status(&report, id), "undetermined", "{id}: {}", reason(&report, id));
        }
        assert!(reason(&report, "4.2.4").contains("journald suppressed messages of k3s.service"));
    }
    for other in [
        notice(-10, journald, 0, UNIT),
        notice(30, journald, 0, "other.service"),
        notice(30, "user@1000.service", 1000, UNIT),
    ] {
        let report = with(&|text| with_last_entry(text, &other));
        assert_eq!(status(&report, "4.2.4"), "pass", "{other}: {}", reason(&report, "4.2.4"));
    }
}

#[test]
fn an_entry_without_a_field_may_be_of_the_process() {
    for field in ["_SYSTEMD_UNIT: k3s.service, ", "_UID: 0, ", "_BOOT_ID: this boot, "] {
        let report = with(&|text| {
            let at = text.find(KUBELET).expect("the line");
            let start = text[..at].rfind("\n- ").expect("an entry");
            format!("{}{}", &text[..start], text[start..].replacen(field, "", 1))
        });
        assert_eq!(status(&report, "4.2.4"), "undetermined", "{field}: {}", reason(&report, "4.2.4"));
        let name = field.split(':').next().expect("a name");
        assert!(reason(&report, "4.2.4").contains(&format!("has no {name}")), "{}", reason(&report, "4.2.4"));
    }
    let report = with(&|text| text.replace("_BOOT_ID: this boot, ", ""));
    assert!(reason(&report, "1.2.1").contains("has no _BOOT_ID"), "{}", reason(&report, "1.2.1"));
}

#[test]
fn etcd_is_found_at_any_address_of_the_node_itself() {
    for address in ["https://[::1]:2379", "https://127.0.0.1:2379/", "https://localhost:2379"] {
        let to = format!("--etcd-servers={address}");
        let change = |text: String| {
            let text = text.replace("--etcd-servers=https://127.0.0.1:2379", &to);
            format!("{text}# changed\n")
        };
        let report = with(&change);
        assert_eq!(status(&report, "2.1"), "pass", "{address}: {}", reason(&report, "2.1"));
    }
    let report =
        with(&|text| text.replace("--etcd-servers=https://127.0.0.1:2379", "--etcd-servers=https://192.0.2.7:2379"));
    assert_eq!(status(&report, "2.1"), "not-applicable", "{}", reason(&report, "2.1"));
}
