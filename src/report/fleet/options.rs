//! What the user says about a fleet.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

/// What the user says about a fleet.
#[derive(Debug, Default)]
pub struct MergeOptions {
    /// Its name.
    pub name: Option<String>,
    /// The names of the nodes that must have a report.
    pub expected: Option<BTreeSet<String>>,
    /// From which age on a report is old, and the time now.
    pub older_than: Option<(Duration, SystemTime)>,
    /// SHA-256 of the waivers that were applied to the reports.
    pub waivers_sha256: Option<String>,
    /// What the reader must know beside what the reports say.
    pub notices: Vec<String>,
}
