//! The report, and its native formats.

mod build;
mod format;
mod line;
mod located;
mod model;
mod outline;
mod read;
mod state;
mod tag;
mod text;

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
pub use state::{State, Totals};
pub(crate) use tag::tag;
pub use text::{TextFormat, TextParts, TextShape, is_command};
