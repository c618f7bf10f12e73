//! The report, and its native formats.

mod build;
mod cut;
mod fenced;
mod format;
mod json;
mod line;
mod located;
mod model;
mod occurrence;
mod outline;
mod read;
mod sarif;
mod stable;
mod state;
mod tag;
mod text;
mod uri;

pub use build::{KUBEADM, PLATFORM, ReportHeader};
pub use format::Format;
#[cfg(test)]
pub(crate) use line::Line;
pub use line::{LineFormat, MAX_LINE};
pub use located::located_findings;
pub use model::{
    BenchmarkInfo, CheckResult, Group, InputCounts, KubernetesVersion, Report, ReportV1, SCHEMA_VERSION, Section,
    Subject, SubjectKind, TargetLeftOut, TimeRange, Tool, Waiver,
};
pub use outline::{GroupView, SectionView};
pub use read::{ReportError, ReportFormat};
pub use sarif::SarifFormat;
pub use state::{State, Totals};
pub(crate) use tag::tag;
pub use text::{TextFormat, TextParts, TextShape, is_command};
