//! Checks files together: what one defines, another may use.

use super::file::{FileKind, LintedFile};
use super::foreign::ForeignFormat;
use super::{config, native, platform};
use crate::benchmark::Library;
use crate::source::node::lint_recorded_node;
use crate::yaml::{Diagnostic, Level, TextFile};

/// Everything that is wrong in the files, ordered by file and position. The files are added to `library`.
pub fn lint(library: Library, files: Vec<TextFile>, foreign: Option<&dyn ForeignFormat>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut linted = Vec::new();
    for file in files {
        match LintedFile::new(file, foreign) {
            Ok(file) => linted.push(file),
            Err(error) => diagnostics.push(error),
        }
    }
    let library = native::lint(library, &mut linted);
    let folders: Vec<String> = linted.iter().filter_map(LintedFile::folder_benchmark).map(str::to_owned).collect();
    let mut benchmarks = foreign.map(ForeignFormat::benchmarks).unwrap_or_default();
    benchmarks.extend(folders.iter().map(String::as_str));
    // A configuration of folders often names more benchmarks than there are folders, and runs.
    let level = if benchmarks.is_empty() { Level::Error } else { Level::Warning };
    benchmarks.extend(library.benchmarks());
    let rules: Vec<&str> = library.rules().collect();
    for file in &mut linted {
        match file.kind {
            FileKind::Catalog | FileKind::Profile => {}
            FileKind::Config => config::lint(file, &benchmarks, level),
            FileKind::Platform => platform::lint(file, &rules),
            FileKind::Host => {
                let found = lint_recorded_node(&file.file, &file.root);
                file.report(found);
            }
            FileKind::Foreign => {
                let found = foreign.map(|format| format.warnings(&file.file).unwrap_or_else(|error| vec![error]));
                file.report(found.unwrap_or_default());
            }
            FileKind::Unknown => file.error(
                file.root.position,
                "not a definition file: expected a list of rules, a benchmark (`id`, `title`, `checks`), a platform, a configuration, \
                 or a described host (`files`, `processes`)",
            ),
        }
    }
    diagnostics.extend(linted.into_iter().flat_map(|file| file.diagnostics));
    diagnostics.sort();
    diagnostics
}
