//! kubesec's scan of manifests: its rules, points, reports, command line and exit codes. The layers below do not know it.

mod command_line;
mod input;
mod json;
mod list_rules;
mod matches;
mod object;
mod report;
mod rule;
mod rules;
mod scan;
mod schema;
mod table;

pub(crate) use command_line::{is_kubesec, run};
pub(crate) use scan::{ScanOptions, ScanOutput, scan};
