//! The format `ndjson`: one line of JSON for each check, with the node, the time and the benchmark, for stores of documents.

use super::json::write_json;
use super::{CheckResult, Format, Report, SubjectKind};
use serde::Serialize;
use std::io::{self, Write};

/// The format `ndjson`.
#[derive(Debug, Clone, Copy)]
pub struct NdjsonFormat;

impl Format for NdjsonFormat {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        for check in &report.checks {
            write_json(&Row::of(report, check), out)?;
            writeln!(out)?;
        }
        Ok(())
    }
}

/// One line.
#[derive(Serialize)]
struct Row<'r> {
    schema_version: u32,
    report_id: &'r str,
    time: &'r str,
    kind: SubjectKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'r str>,
    benchmark: &'r str,
    check: &'r CheckResult,
}

impl<'r> Row<'r> {
    fn of(report: &'r Report, check: &'r CheckResult) -> Self {
        let subject = &report.subject;
        let (node, name) = match subject.kind {
            SubjectKind::Node => (subject.name.as_deref(), None),
            SubjectKind::Cluster | SubjectKind::Manifests | SubjectKind::Fleet => (None, subject.name.as_deref()),
        };
        Self {
            schema_version: report.schema_version,
            report_id: &report.report_id,
            time: &report.time.end,
            kind: subject.kind,
            cluster: subject.cluster.as_deref(),
            node,
            name,
            version: subject.kubernetes.as_ref().map(|kubernetes| kubernetes.version.as_str()),
            benchmark: &report.benchmark.id,
            check,
        }
    }
}
