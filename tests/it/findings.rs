//! Findings for AWS Security Hub, held against the limits that it sets.

use crate::canned::{CannedSection, canned, check, document, render, sealed};
use nodeproof::internals::kube_bench::format::{Asff, Origin};
use nodeproof::internals::model::Status;
use nodeproof::internals::report::{CheckResult, ReportV1};
use serde_json::{Value, json};

fn findings(document: ReportV1) -> Vec<Value> {
    let origin = Origin {
        account: "123456789012".to_owned(),
        region: "eu-central-1".to_owned(),
        cluster: "arn:aws:eks:eu-central-1:123456789012:cluster/one".to_owned(),
        node: "node-1".to_owned(),
    };
    let text = render(&sealed(document), &Asff(origin));
    text.lines().map(|line| serde_json::from_str(line).expect("a document a line")).collect()
}

fn master(checks: Vec<CheckResult>) -> ReportV1 {
    document(vec![CannedSection { id: "1", target: "master", group: "1.1", checks }])
}

#[test]
fn a_finding_says_all_that_security_hub_asks_for() {
    let documents = findings(canned());
    assert_eq!(documents.len(), 1);
    let findings = documents[0]["Findings"].as_array().expect("a list");
    let about: Vec<_> = findings.iter().map(|f| f["Title"].as_str().expect("a text")).collect();
    assert_eq!(about, ["1.1.2 Größe 😀", "4.1.1 Plain", "4.1.2 Plain", "4.1.10 Plain"]);
    assert_eq!(
        findings[2],
        json!({
            "SchemaVersion": "2018-10-08",
            "Id": "arn:aws:eks:eu-central-1:123456789012:cluster/one/node-1/nodeproof/cis-1.20/4.1.2",
            "ProductArn": "arn:aws:securityhub:eu-central-1:123456789012:product/123456789012/default",
            "GeneratorId": "nodeproof/cis-1.20/4.1.2",
            "AwsAccountId": "123456789012",
            "Types": ["Software and Configuration Checks/Industry and Regulatory Standards/CIS Kubernetes Benchmark"],
            "CreatedAt": "2026-05-04T03:02:01Z",
            "UpdatedAt": "2026-05-04T03:02:01Z",
            "Severity": { "Label": "MEDIUM" },
            "Confidence": 100,
            "Title": "4.1.2 Plain",
            "Description": "Plain",
            "Remediation": { "Recommendation": { "Text": "chmod 600 /etc/x\n" } },
            "ProductFields": {
                "Reason": "it cannot be read",
                "Actual result": "600",
                "Expected result": "'mode' is equal to '600'",
                "Section": "4 The node",
                "Subsection": "4.1 Files & <others>",
                "Notices": "seen from afar",
            },
            "Resources": [
                {
                    "Type": "AwsEksCluster",
                    "Id": "arn:aws:eks:eu-central-1:123456789012:cluster/one",
                    "Partition": "aws",
                    "Region": "eu-central-1",
                },
                { "Type": "Other", "Id": "node-1", "Partition": "aws", "Region": "eu-central-1" },
            ],
            "Compliance": { "Status": "WARNING" },
        })
    );
    assert_eq!(findings[0]["Severity"]["Label"], "HIGH");
    assert_eq!(findings[0]["Compliance"]["Status"], "FAILED");
    // What is empty is left out: Security Hub refuses it.
    assert!(findings[3].get("Remediation").is_none() && findings[3]["ProductFields"].get("Reason").is_none());
}

#[test]
fn a_finding_keeps_its_id_from_run_to_run() {
    let ids = |start: &str| {
        let mut document = canned();
        document.time.start = start.to_owned();
        let documents = findings(document);
        let findings = documents[0]["Findings"].as_array().expect("a list").clone();
        findings.iter().map(|f| f["Id"].as_str().expect("a text").to_owned()).collect::<Vec<_>>()
    };
    let mut first = ids("2026-05-04T03:02:01Z");
    assert_eq!(first, ids("2027-05-04T03:02:01Z"));
    first.sort();
    first.dedup();
    assert_eq!(first.len(), 4, "each has its own");
}

#[test]
fn long_texts_are_cut_to_bytes_between_characters() {
    // 1 + 2 × 1000 bytes: an even limit falls into the middle of a character.
    let long = format!("x{}", "é".repeat(1000));
    let check = CheckResult {
        title: long.clone().into(),
        actual: long.clone(),
        remediation: long.clone().into(),
        ..check("1.1.1", Status::Fail, Some(&long))
    };
    let finding = findings(master(vec![check]))[0]["Findings"][0].clone();
    let length = |value: &Value| {
        let text = value.as_str().expect("a text");
        assert!(text.starts_with(['x', '1']) && (text.ends_with('é')));
        text.len()
    };
    assert_eq!(length(&finding["Remediation"]["Recommendation"]["Text"]), 511);
    assert_eq!(length(&finding["ProductFields"]["Reason"]), 1023);
    assert_eq!(length(&finding["ProductFields"]["Actual result"]), 1023);
    assert_eq!(length(&finding["Description"]), 1023);
    // "1.1.1 x" is 7 bytes, so 255 is where the last whole character ends.
    assert_eq!(length(&finding["Title"]), 255);
}

#[test]
fn documents_hold_at_most_a_hundred_findings() {
    for (checks, sizes) in [(0, vec![]), (1, vec![1]), (100, vec![100]), (101, vec![100, 1]), (250, vec![100, 100, 50])]
    {
        let failed = (0..checks).map(|n| check(&format!("1.1.{n}"), Status::Fail, Some("no"))).collect();
        let found: Vec<usize> =
            findings(master(failed)).iter().map(|d| d["Findings"].as_array().expect("a list").len()).collect();
        assert_eq!(found, sizes, "{checks} findings");
    }
}
