//! Refuses a folder of `-D` without definitions: it is most likely the wrong one, and the built-in definitions would be used.

use crate::yaml::{Diagnostic, TextFile};
use std::path::{Path, PathBuf};

/// Fails if a folder has no definitions, and names the right one where it is near. `has_benchmarks` says whether a folder has
/// benchmarks in a format of another layer.
pub(super) fn require_definitions(folder: &Path, has_benchmarks: &dyn Fn(&Path) -> bool) -> Result<(), Diagnostic> {
    let has_definitions = |folder: &Path| {
        ["config.yaml", "catalog", "profiles"].iter().any(|name| TextFile::is_present(&folder.join(name)))
            || has_benchmarks(folder)
    };
    if has_definitions(folder) {
        return Ok(());
    }
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let below: Vec<PathBuf> = subfolders(folder).into_iter().filter(|below| has_definitions(below)).collect();
    let message = match below.as_slice() {
        [one] => format!("has no definitions; they are in {0}: write -D {0}", one.display()),
        [] if has_yaml(folder) && folder.file_name().is_some() && has_benchmarks(above) => {
            format!("is the folder of one benchmark; name the folder above it: write -D {}", above.display())
        }
        _ => "has no definitions: neither config.yaml, nor catalog or profiles, nor folders of benchmarks".to_owned(),
    };
    Err(Diagnostic::of_path(folder, message))
}

#[expect(clippy::disallowed_methods, reason = "folders that the user names are not part of the node")]
fn entries(folder: &Path) -> Vec<PathBuf> {
    // One that cannot be read suggests nothing.
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_dir()).collect()
}

fn has_yaml(folder: &Path) -> bool {
    entries(folder).iter().any(|path| path.extension().is_some_and(|extension| extension == "yaml"))
}
