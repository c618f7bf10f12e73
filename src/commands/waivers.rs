//! `--waivers`: reads the files before the audit and applies them to the report.

use super::definitions::Definitions;
use super::flags::OutputFlags;
use crate::commands::Failure;
use crate::report::{Applied, KnownChecks, Report, Waivers, apply, day_of, read_waivers};
use crate::yaml::{Diagnostic, TextFile};
use std::time::SystemTime;

impl KnownChecks for Definitions {
    fn rules(&self) -> Vec<String> {
        self.library.rules().map(str::to_owned).collect()
    }

    fn benchmarks(&self) -> Vec<String> {
        Self::benchmarks(self).into_iter().map(str::to_owned).collect()
    }

    fn checks(&self, benchmark: &str) -> Result<Vec<String>, Diagnostic> {
        let benchmark = self.benchmark(benchmark, None)?.benchmark;
        let groups = benchmark.sections.iter().flat_map(|section| &section.groups);
        Ok(groups.flat_map(|group| &group.checks).map(|check| check.id.to_string()).collect())
    }
}

/// The waivers of `--waivers`; none without it or with `--ignore-waivers`.
pub(super) fn open(flags: &OutputFlags, definitions: &Definitions) -> Result<Option<Waivers>, Failure> {
    if flags.waivers.is_empty() || flags.ignore_waivers {
        return Ok(None);
    }
    let files: Vec<TextFile> = flags.waivers.iter().map(|path| TextFile::read(path)).collect::<Result<_, _>>()?;
    read_waivers(&files, definitions).map(Some).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(Diagnostic::to_string).collect();
        Failure::File(lines.join("\n"))
    })
}

/// The report with the waivers of today.
pub(super) fn applied(report: Report, waivers: Option<&Waivers>) -> Applied {
    match waivers {
        Some(waivers) => apply(report, waivers, &day_of(SystemTime::now())),
        None => Applied { report, expired: Vec::new(), unused: Vec::new() },
    }
}

/// Refuses waivers that have expired or accept nothing, if the user asks for it.
pub(super) fn require(expired: &[String], unused: &[String], flags: &OutputFlags) -> Result<(), Failure> {
    if !flags.strict_waivers || (expired.is_empty() && unused.is_empty()) {
        return Ok(());
    }
    let part = |ids: &[String], words: &str| (!ids.is_empty()).then(|| format!("{words}: {}", ids.join(", ")));
    let parts: Vec<String> = [part(expired, "expired"), part(unused, "without effect")].into_iter().flatten().collect();
    Err(Failure::File(format!("waivers to remove or renew (--strict-waivers): {}", parts.join("; "))))
}
