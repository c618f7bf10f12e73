//! One report for the tests of every format, with a check of each kind and letters that each format has trouble with.

use nodeproof::internals::benchmark::Id;
use nodeproof::internals::model::Target;
use nodeproof::internals::report::Format;
use nodeproof::internals::report::{
    Finding, GroupReport, KubeBenchFields, KubernetesVersion, Outcome, Report, SectionReport, Verdict,
};

/// A check that is met, with nothing special about it.
pub(crate) fn outcome(id: &str, verdict: Verdict) -> Outcome {
    Outcome {
        id: Id::new(id),
        title: "Plain".to_owned(),
        scored: true,
        manual: false,
        multiple: false,
        verdict,
        audit: "mode of /etc/x".to_owned(),
        expected: "'mode' is equal to '600'".to_owned(),
        actual: "600".to_owned(),
        remediation: "chmod 600 /etc/x\n".to_owned(),
        evidence: Vec::new(),
        kube_bench_fields: KubeBenchFields::default(),
    }
}

/// A target with one group.
pub(crate) fn section(id: &str, target: Target, group: &str, outcomes: Vec<Outcome>) -> SectionReport {
    SectionReport {
        id: id.to_owned(),
        title: format!("The {target}"),
        target,
        groups: vec![GroupReport {
            id: Id::new(group),
            title: "Files & <others>".to_owned(),
            kind: String::new(),
            outcomes,
        }],
    }
}

/// The report.
pub(crate) fn report() -> Report {
    let met = Outcome {
        title: "Say \"no\" to <anonymous> & others".to_owned(),
        remediation: "First this,\nthen that.\n".to_owned(),
        evidence: vec![Finding {
            subject: "/etc/x".to_owned(),
            attribute: "mode".to_owned(),
            value: "600".to_owned(),
            source: "stat".to_owned(),
        }],
        ..outcome("1.1.1", Verdict::Met)
    };
    let failed = Outcome {
        title: "Größe 😀".to_owned(),
        multiple: true,
        actual: "one\n\"two\" \\ \t\r\u{7}\u{1b}[31m\u{8}\u{c}\u{0}\u{7f}\u{9b}\u{2028}\u{ffff}".to_owned(),
        remediation: "chmod 600 <file> && true\n".to_owned(),
        ..outcome("1.1.2", Verdict::NotMet("it is 644".to_owned()))
    };
    let manual = Outcome { scored: false, manual: true, ..outcome("4.1.1", Verdict::Manual) };
    let unknown = Outcome { scored: false, ..outcome("4.1.2", Verdict::Undetermined("it cannot be read".to_owned())) };
    let skipped = outcome("4.1.9", Verdict::Skipped);
    let silent = Outcome { remediation: String::new(), ..outcome("4.1.10", Verdict::NotMet(String::new())) };
    Report {
        benchmark: "cis-1.20".to_owned(),
        kubernetes: Some(KubernetesVersion { version: "1.20".to_owned(), source: "the <kubelet>".to_owned() }),
        sections: vec![
            section("1", Target::Master, "1.1", vec![met, failed]),
            section("4", Target::Node, "4.1", vec![manual, unknown, skipped, silent]),
        ],
        notices: vec!["seen from afar".to_owned()],
    }
}

/// A report in a format.
pub(crate) fn render(report: &Report, format: &Format) -> String {
    let mut bytes = Vec::new();
    format.render(report, &mut bytes).expect("memory takes everything");
    String::from_utf8(bytes).expect("reports are UTF-8")
}

/// Each check of the canned report as its JSON must be, written by hand.
pub(crate) const CHECKS: [(&str, &str); 6] = [
    (
        "1.1.1 Say \"no\" to <anonymous> & others",
        r#"{"test_number":"1.1.1","test_desc":"Say \"no\" to \u003canonymous\u003e \u0026 others","audit":"mode of /etc/x","AuditEnv":"","AuditConfig":"","type":"","remediation":"First this,\nthen that.\n","test_info":["First this,\nthen that.\n"],"status":"PASS","actual_value":"600","scored":true,"IsMultiple":false,"expected_result":"'mode' is equal to '600'","evidence":[{"subject":"/etc/x","attribute":"mode","value":"600","source":"stat"}]}"#,
    ),
    (
        "1.1.2 Größe 😀",
        r#"{"test_number":"1.1.2","test_desc":"Größe 😀","audit":"mode of /etc/x","AuditEnv":"","AuditConfig":"","type":"","remediation":"chmod 600 \u003cfile\u003e \u0026\u0026 true\n","test_info":["chmod 600 \u003cfile\u003e \u0026\u0026 true\n"],"status":"FAIL","actual_value":"one\n\"two\" \\ \t\r\u0007\u001b[31m\u0008\u000c\u0000\u007f\u009b\u2028\uffff","scored":true,"IsMultiple":true,"expected_result":"'mode' is equal to '600'","reason":"it is 644","evidence":[]}"#,
    ),
    (
        "4.1.1 Plain",
        r#"{"test_number":"4.1.1","test_desc":"Plain","audit":"mode of /etc/x","AuditEnv":"","AuditConfig":"","type":"manual","remediation":"chmod 600 /etc/x\n","test_info":["chmod 600 /etc/x\n"],"status":"WARN","actual_value":"600","scored":false,"IsMultiple":false,"expected_result":"'mode' is equal to '600'","reason":"Test marked as a manual test","evidence":[]}"#,
    ),
    (
        "4.1.2 Plain",
        r#"{"test_number":"4.1.2","test_desc":"Plain","audit":"mode of /etc/x","AuditEnv":"","AuditConfig":"","type":"","remediation":"chmod 600 /etc/x\n","test_info":["chmod 600 /etc/x\n"],"status":"WARN","actual_value":"600","scored":false,"IsMultiple":false,"expected_result":"'mode' is equal to '600'","reason":"it cannot be read","evidence":[]}"#,
    ),
    (
        "4.1.9 Plain",
        r#"{"test_number":"4.1.9","test_desc":"Plain","audit":"mode of /etc/x","AuditEnv":"","AuditConfig":"","type":"","remediation":"chmod 600 /etc/x\n","test_info":["chmod 600 /etc/x\n"],"status":"INFO","actual_value":"600","scored":true,"IsMultiple":false,"expected_result":"'mode' is equal to '600'","reason":"Test marked as skip","evidence":[]}"#,
    ),
    (
        "4.1.10 Plain",
        r#"{"test_number":"4.1.10","test_desc":"Plain","audit":"mode of /etc/x","AuditEnv":"","AuditConfig":"","type":"","remediation":"","test_info":[""],"status":"FAIL","actual_value":"600","scored":true,"IsMultiple":false,"expected_result":"'mode' is equal to '600'","evidence":[]}"#,
    ),
];

/// Both targets of the canned report as their JSON must be.
pub(crate) fn controls() -> [String; 2] {
    let checks: Vec<&str> = CHECKS.iter().map(|(_, json)| *json).collect();
    [
        format!(
            r#"{{"id":"1","version":"cis-1.20","detected_version":"1.20","text":"The master","node_type":"master","tests":[{{"section":"1.1","type":"","pass":1,"fail":1,"warn":0,"info":0,"desc":"Files \u0026 \u003cothers\u003e","results":[{}]}}],"total_pass":1,"total_fail":1,"total_warn":0,"total_info":0,"version_source":"the \u003ckubelet\u003e"}}"#,
            checks[..2].join(",")
        ),
        format!(
            r#"{{"id":"4","version":"cis-1.20","detected_version":"1.20","text":"The node","node_type":"node","tests":[{{"section":"4.1","type":"","pass":0,"fail":1,"warn":2,"info":1,"desc":"Files \u0026 \u003cothers\u003e","results":[{}]}}],"total_pass":0,"total_fail":1,"total_warn":2,"total_info":1,"version_source":"the \u003ckubelet\u003e"}}"#,
            checks[2..].join(",")
        ),
    ]
}
