//! Findings in the form of AWS Security Hub: documents as `aws securityhub batch-import-findings` takes them, one a line,
//! one finding for each check that fails or warns. Sends nothing.

use super::json::write_line;
use super::text;
use crate::report::{CheckResult, Format, GroupView, Report, SectionView, State};
use serde::Serialize;
use std::io::{self, Write};

/// Security Hub takes this many findings at once.
const BATCH: usize = 100;
const TYPE: &str = "Software and Configuration Checks/Industry and Regulatory Standards/CIS Kubernetes Benchmark";

/// The format `asff`: the account, region and cluster that the findings belong to.
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
    remediation: Option<Remediation>,
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
struct Remediation {
    recommendation: Recommendation,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Recommendation {
    text: String,
}

/// Security Hub refuses a field that is empty.
#[derive(Serialize)]
struct ProductFields<'a> {
    #[serde(rename = "Reason", skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(rename = "Actual result", skip_serializing_if = "Option::is_none")]
    actual: Option<&'a str>,
    #[serde(rename = "Expected result", skip_serializing_if = "Option::is_none")]
    expected: Option<&'a str>,
    #[serde(rename = "Section")]
    section: String,
    #[serde(rename = "Subsection")]
    subsection: String,
    #[serde(rename = "Notices", skip_serializing_if = "Option::is_none")]
    notices: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource<'a> {
    r#type: &'static str,
    id: &'a str,
    partition: &'a str,
    region: &'a str,
}

/// The format `asff`.
#[derive(Debug, Clone)]
pub struct Asff(pub Origin);

impl Format for Asff {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let findings: Vec<Finding> = report
            .sections()
            .flat_map(|section| {
                let groups =
                    section.groups.iter().flat_map(|group| group.checks.iter().map(move |check| (group, check)));
                groups.filter_map(|(group, check)| finding(report, &section, group, check, &self.0)).collect::<Vec<_>>()
            })
            .collect();
        findings.chunks(BATCH).try_for_each(|findings| write_line(&Batch { findings }, out))
    }
}

fn finding<'a>(
    report: &'a Report,
    section: &SectionView<'a>,
    group: &GroupView<'a>,
    check: &'a CheckResult,
    origin: &'a Origin,
) -> Option<Finding<'a>> {
    let (severity, status) = match check.state() {
        State::Fail => ("HIGH", "FAILED"),
        State::Warn => ("MEDIUM", "WARNING"),
        State::Pass | State::Info => return None,
    };
    let Origin { account, region, cluster, node } = origin;
    let partition = cluster.split(':').nth(1).unwrap_or("aws");
    // Security Hub wants whole seconds.
    let time = report.time.start.split_once('.').map_or(report.time.start.clone(), |(whole, _)| format!("{whole}Z"));
    let resource = |r#type, id| Resource { r#type, id, partition, region };
    let benchmark = &report.benchmark.id;
    Some(Finding {
        schema_version: "2018-10-08",
        // The same in every run, so that a finding is updated and not created again.
        id: format!("{cluster}/{node}/nodeproof/{benchmark}/{}", check.id),
        // What an account may import without a subscription to a product.
        product_arn: format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
        generator_id: format!("nodeproof/{benchmark}/{}", check.id),
        aws_account_id: account,
        types: [TYPE],
        created_at: time.clone(),
        updated_at: time,
        severity: Severity { label: severity },
        confidence: 100,
        title: truncate(&format!("{} {}", check.id, check.title), 256).to_owned(),
        description: truncate(&check.title, 1024),
        remediation: filled(&text::Remediation::of(check).to_string(), 512)
            .map(|text| Remediation { recommendation: Recommendation { text: text.to_owned() } }),
        product_fields: ProductFields {
            reason: text::reason(check).and_then(|reason| filled(&reason, 1024).map(str::to_owned)),
            actual: filled(&check.actual, 1024),
            expected: filled(&check.expected, 1024),
            section: truncate(&format!("{} {}", section.section.id, section.section.title), 1024).to_owned(),
            subsection: truncate(&format!("{} {}", group.group.id, group.group.title), 1024).to_owned(),
            notices: filled(&report.notices.join("\n"), 1024).map(str::to_owned),
        },
        resources: [resource(kind_of_cluster(cluster), cluster), resource("Other", node)],
        compliance: Compliance { status },
    })
}

fn kind_of_cluster(arn: &str) -> &'static str {
    if arn.split(':').nth(2) == Some("eks") { "AwsEksCluster" } else { "Other" }
}

fn filled(text: &str, most: usize) -> Option<&str> {
    (!text.trim().is_empty()).then(|| truncate(text, most))
}

/// The beginning of a text: at most so many bytes, and whole characters.
fn truncate(text: &str, most: usize) -> &str {
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
            assert_eq!(truncate(text, most), expected, "{text} {most}");
        }
        assert_eq!((filled(" \n", 9), filled("x", 9)), (None, Some("x")));
    }
}
