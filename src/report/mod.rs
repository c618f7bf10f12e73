//! The report, and its native formats.

mod build;
mod csv;
mod cut;
mod diff;
mod fenced;
mod fleet;
mod format;
mod gitlab;
mod html;
mod json;
mod line;
mod located;
mod markdown;
mod model;
mod moment;
mod ndjson;
mod occurrence;
mod ocsf;
mod openreports;
mod oscal;
mod outline;
mod prometheus;
mod read;
mod sarif;
mod stable;
mod state;
mod tag;
mod text;
mod uri;
mod waivers;

pub use build::{KUBEADM, PLATFORM, ReportHeader};
pub use csv::CsvFormat;
pub use diff::{
    Change, ChangeClass, Diff, Incomparable, PairDiff, ReportRef, Side, diff_json, diff_markdown, diff_ocsf,
    diff_sarif, diff_text, worse_checks,
};
pub use fleet::{Intake, MergeOptions, Merged, Merger};
pub use format::Format;
pub use gitlab::GitlabFormat;
pub use html::HtmlFormat;
#[cfg(test)]
pub(crate) use line::Line;
pub use line::{LineFormat, MAX_LINE};
pub use located::{count_located, located_findings};
pub use markdown::{MarkdownFormat, MarkdownLimit};
pub use model::{
    BenchmarkInfo, CheckResult, FleetNode, Group, InputCounts, KubernetesVersion, Report, ReportV1, SCHEMA_VERSION,
    Section, Subject, SubjectKind, TargetLeftOut, TimeRange, Tool, Waiver,
};
pub use ndjson::NdjsonFormat;
pub use ocsf::OcsfFormat;
pub use openreports::{OpenReportsFormat, ReportApi};
pub use oscal::OscalFormat;
pub use outline::{GroupView, SectionView};
pub use prometheus::PrometheusFormat;
pub use read::{ReportError, ReportFormat};
pub use sarif::SarifFormat;
pub(crate) use stable::{stable, stable_subject};
pub use state::{State, Totals};
pub(crate) use tag::tag;
pub use text::{TextFormat, TextParts, TextShape, is_command};
#[cfg(all(test, feature = "kube-bench"))]
pub(crate) use waivers::RawWaivers;
pub use waivers::{Applied, Waivers, apply, day_of, draft};
pub(crate) use waivers::{KnownChecks, is_waiver_file, read as read_waivers};
