//! Waivers of many reports: applied to each, with what they did to all of them.

use super::waivers;
use crate::commands::Failure;
use crate::report::{Applied, Format as _, MergeOptions, Report, ReportFormat, Waivers};
use anyhow::Context as _;
use std::collections::BTreeMap;

/// What waivers did to the reports so far.
#[derive(Debug, Default)]
pub(super) struct WaiverCounts {
    reports: usize,
    expired: Vec<String>,
    /// In how many reports each waiver had no effect.
    without_effect: BTreeMap<String, usize>,
    sha256: Option<String>,
}

impl WaiverCounts {
    /// Counts what they did to a report.
    pub(super) fn add(&mut self, applied: &Applied) {
        self.reports += 1;
        self.expired.clone_from(&applied.expired);
        for id in &applied.unused {
            *self.without_effect.entry(id.clone()).or_default() += 1;
        }
        self.sha256.clone_from(&applied.report.waivers_sha256);
    }

    /// Waivers that have expired, and those without effect on any report.
    pub(super) fn results(&self) -> (Vec<String>, Vec<String>) {
        let unused = self.without_effect.iter().filter(|(_, count)| **count == self.reports);
        (self.expired.clone(), unused.map(|(id, _)| id.clone()).collect())
    }

    /// Adds what the reader of a merged report must know.
    pub(super) fn tell(&self, options: &mut MergeOptions) {
        let (expired, unused) = self.results();
        let mut add = |text: &str, ids: &[String]| {
            if !ids.is_empty() {
                options.notices.push(format!("{text} {}", ids.join(", ")));
            }
        };
        add("waivers expired and not applied:", &expired);
        add("waivers without effect on any report:", &unused);
        options.waivers_sha256.clone_from(&self.sha256);
    }
}

/// A report as it is merged: with its waivers, without their notices, which a merged report has once.
pub(super) fn to_merge(report: Report, accepted: Option<&Waivers>) -> Result<(Vec<u8>, Applied), Failure> {
    let own = report.notices.clone();
    let applied = waivers::applied(report, accepted);
    let mut bytes = Vec::new();
    ReportFormat
        .render(&applied.report.clone().with_notices(own), &mut bytes)
        .context("a report cannot be written as JSON")?;
    Ok((bytes, applied))
}
