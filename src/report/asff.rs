//! Findings in the form of AWS Security Hub: documents as `aws securityhub batch-import-findings` takes them, one a line,
//! one finding for each check that fails or warns. Sends nothing.

use super::json::write_line;
use crate::report::{GroupReport, Outcome, Report, SectionReport, State};
use serde::Serialize;
use std::io::{self, Write};
use std::time::SystemTime;

/// Security Hub takes this many findings at once.
const BATCH: usize = 100;
const TYPE: &str = "Software and Configuration Checks/Industry and Regulatory Standards/CIS Kubernetes Benchmark";

/// Whose findings they are, and when they were made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The account's twelve digits.
    pub account: String,
    /// Region of Security Hub.
    pub region: String,
    /// ARN of the cluster.
    pub cluster: String,
    /// Name of the node.
    pub node: String,
    /// The time of the audit.
    pub time: SystemTime,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Batch<'a> {
    findings: &'a [Finding<'a>],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Finding<'a> {
    schema_version: &'static str,
    id: String,
    product_arn: String,
    generator_id: String,
    aws_account_id: &'a str,
    types: [&'static str; 1],
    created_at: String,
    updated_at: String,
    severity: Severity,
    confidence: u8,
    title: String,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation: Option<Remediation<'a>>,
    product_fields: ProductFields<'a>,
    resources: [Resource<'a>; 2],
    compliance: Compliance,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Severity {
    label: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Compliance {
    status: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Remediation<'a> {
    recommendation: Recommendation<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Recommendation<'a> {
    text: &'a str,
}

/// Security Hub refuses a field that is empty.
#[derive(Serialize)]
struct ProductFields<'a> {
    #[serde(rename = "Reason", skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(rename = "Actual result", skip_serializing_if = "Option::is_none")]
    actual: Option<&'a str>,
    #[serde(rename = "Expected result", skip_serializing_if = "Option::is_none")]
    expected: Option<&'a str>,
    #[serde(rename = "Section")]
    section: String,
    #[serde(rename = "Subsection")]
    subsection: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource<'a> {
    r#type: &'static str,
    id: &'a str,
    partition: &'a str,
    region: &'a str,
}

pub(super) fn render(report: &Report, origin: &Origin, out: &mut impl Write) -> io::Result<()> {
    let mut findings = Vec::new();
    for section in &report.sections {
        for group in &section.groups {
            findings.extend(group.outcomes.iter().filter_map(|o| finding(report, section, group, o, origin)));
        }
    }
    findings.chunks(BATCH).try_for_each(|findings| write_line(&Batch { findings }, out))
}

fn finding<'a>(
    report: &'a Report,
    section: &'a SectionReport,
    group: &'a GroupReport,
    outcome: &'a Outcome,
    origin: &'a Origin,
) -> Option<Finding<'a>> {
    let (severity, status) = match outcome.state() {
        State::Fail => ("HIGH", "FAILED"),
        State::Warn => ("MEDIUM", "WARNING"),
        State::Pass | State::Info => return None,
    };
    let Origin { account, region, cluster, node, time } = origin;
    let partition = cluster.split(':').nth(1).unwrap_or("aws");
    let time = humantime::format_rfc3339_seconds(*time).to_string();
    let resource = |r#type, id| Resource { r#type, id, partition, region };
    Some(Finding {
        schema_version: "2018-10-08",
        // The same at every run, so that a finding is brought up to date and not made a second time.
        id: format!("{cluster}/{node}/nodeproof/{}/{}", report.benchmark, outcome.id),
        // What an account may import without a subscription to a product.
        product_arn: format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
        generator_id: format!("nodeproof/{}/{}", report.benchmark, outcome.id),
        aws_account_id: account,
        types: [TYPE],
        created_at: time.clone(),
        updated_at: time,
        severity: Severity { label: severity },
        confidence: 100,
        title: cut(&format!("{} {}", outcome.id, outcome.title), 256).to_owned(),
        description: cut(&outcome.title, 1024),
        remediation: filled(&outcome.remediation, 512)
            .map(|text| Remediation { recommendation: Recommendation { text } }),
        product_fields: ProductFields {
            reason: outcome.verdict.reason().and_then(|r| filled(r, 1024)),
            actual: filled(&outcome.actual, 1024),
            expected: filled(&outcome.expected, 1024),
            section: cut(&format!("{} {}", section.id, section.title), 1024).to_owned(),
            subsection: cut(&format!("{} {}", group.id, group.title), 1024).to_owned(),
        },
        resources: [resource(kind_of_cluster(cluster), cluster), resource("Other", node)],
        compliance: Compliance { status },
    })
}

fn kind_of_cluster(arn: &str) -> &'static str {
    if arn.split(':').nth(2) == Some("eks") { "AwsEksCluster" } else { "Other" }
}

fn filled(text: &str, most: usize) -> Option<&str> {
    (!text.trim().is_empty()).then(|| cut(text, most))
}

/// The beginning of a text: at most so many bytes, and whole characters.
fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        let cases =
            [("abc", 3, "abc"), ("abcd", 3, "abc"), ("aéé", 2, "a"), ("aéé", 3, "aé"), ("😀", 3, ""), ("", 5, "")];
        for (text, most, expected) in cases {
            assert_eq!(cut(text, most), expected, "{text} {most}");
        }
        assert_eq!((filled(" \n", 9), filled("x", 9)), (None, Some("x")));
    }
}
