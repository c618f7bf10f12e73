//! The format `prometheus`: metrics for the textfile collector of node_exporter. Few series: counts, one for each failing check.

use super::cut::cut;
use super::moment::{end_of_day, seconds};
use super::occurrence::rule_id;
use super::{Report, SubjectKind};
use crate::model::Status;
use crate::report::Format;
use crate::text::sanitize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The most bytes of the value of a label.
const MOST_LABEL: usize = 256;

/// The format `prometheus`.
#[derive(Debug, Clone, Copy)]
pub struct PrometheusFormat;

impl Format for PrometheusFormat {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        families(report).iter().try_for_each(|family| family.write(out))
    }
}

/// The samples of one metric: the labels of each, and its value. No two have the same labels.
struct Family {
    name: &'static str,
    /// Always the same: the collector refuses two files with different ones.
    help: &'static str,
    samples: BTreeMap<String, u64>,
}

impl Family {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { name, help, samples } = self;
        if samples.is_empty() {
            return Ok(());
        }
        writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge")?;
        samples.iter().try_for_each(|(labels, value)| writeln!(out, "{name}{{{labels}}} {value}"))
    }
}

fn families(report: &Report) -> [Family; 5] {
    let benchmark = &report.benchmark.id;
    // The scraper names the node. Anything else is named here, so that its files can lie beside those of the node.
    let about = match report.subject.kind {
        SubjectKind::Node => None,
        SubjectKind::Cluster | SubjectKind::Manifests | SubjectKind::Fleet => Some(report.subject.name.as_deref()),
    };
    let labelled = |labels: &[(&str, &str)]| {
        let about = about.map(|name| ("subject", name.unwrap_or("unknown")));
        let all = [("benchmark", benchmark.as_str())].into_iter().chain(about).chain(labels.iter().copied());
        all.map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect::<Vec<_>>().join(",")
    };
    let severity = |check: &super::CheckResult| check.severity.map_or("unknown", |severity| severity.id());
    let mut counts = BTreeMap::new();
    let mut failing = BTreeMap::new();
    let mut waivers = BTreeMap::new();
    for check in &report.checks {
        let status = check.status.id();
        let labels = [("target", check.target.as_ref()), ("severity", severity(check)), ("status", status)];
        *counts.entry(labelled(&labels)).or_insert(0) += 1;
        if check.status == Status::Fail {
            let rule = rule_id(report, check);
            let labels = [("check", check.id.as_str()), ("rule", rule.as_ref()), ("severity", severity(check))];
            failing.insert(labelled(&labels), 1);
        }
        if let Some((waiver, end)) =
            check.waiver.as_ref().and_then(|waiver| Some((waiver, end_of_day(&waiver.expires)?)))
        {
            waivers.insert(labelled(&[("waiver", &waiver.id)]), end);
        }
    }
    let version = BTreeMap::from([(labelled(&[("version", &report.tool.version)]), 1)]);
    let run = seconds(&report.time.end).map(|seconds| (labelled(&[]), seconds)).into_iter().collect();
    let family = |name, help, samples| Family { name, help, samples };
    [
        family("nodeproof_build_info", "Version of nodeproof that made the report.", version),
        family("nodeproof_last_run_timestamp_seconds", "End of the audit, in seconds since 1970.", run),
        family("nodeproof_checks", "Number of checks by target, severity and status.", counts),
        family("nodeproof_check_failing", "1 for each check that fails.", failing),
        family(
            "nodeproof_waiver_expiry_timestamp_seconds",
            "End of the last day on which a waiver holds, in seconds since 1970.",
            waivers,
        ),
    ]
}

/// A value as it is between quotation marks.
fn escaped(value: &str) -> String {
    let value = sanitize::output(&cut(value, MOST_LABEL)).replace(['\t', '\r'], " ");
    value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped() {
        assert_eq!(escaped("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
    }
}
