//! Checks files together: what one defines, another may use.

use super::file::{FileKind, LintedFile};
use super::foreign::ForeignFormat;
use super::{config, native};
use crate::benchmark::Library;
use crate::yaml::{Diagnostic, TextFile};

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
    let benchmarks = [library.benchmarks(), foreign.map(ForeignFormat::benchmarks).unwrap_or_default()].concat();
    for file in &mut linted {
        match file.kind {
            FileKind::Catalog | FileKind::Profile => {}
            FileKind::Config => config::lint(file, &benchmarks),
            FileKind::Foreign => {
                let found = foreign.map(|format| format.warnings(&file.file).unwrap_or_else(|error| vec![error]));
                file.report(found.unwrap_or_default());
            }
            FileKind::Unknown => file.error(
                file.root.position,
                "not a definition file: expected a list of rules, a benchmark (`id`, `title`, `checks`), or a configuration",
            ),
        }
    }
    diagnostics.extend(linted.into_iter().flat_map(|file| file.diagnostics));
    diagnostics.sort();
    diagnostics
}
