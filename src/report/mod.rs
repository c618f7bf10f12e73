//! The report, and its native formats.

mod build;
mod format;
mod model;
mod outline;
mod read;
mod state;
mod text;

pub use build::ReportHeader;
pub use format::Format;
pub use model::{
    BenchmarkInfo, CheckResult, Group, KubernetesVersion, Report, ReportV1, SCHEMA_VERSION, Section, Subject,
    SubjectKind, TargetLeftOut, TimeRange, Tool, Waiver,
};
pub use outline::{GroupView, SectionView};
pub use read::{ReportError, ReportFormat};
pub use state::{State, Totals};
pub use text::{TextFormat, TextParts};
