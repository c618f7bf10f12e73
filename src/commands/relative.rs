//! Names the files of findings relative to the directory of a repository.

use crate::model::{Location, Outcome};
use crate::text::sanitize;
use std::path::{Component, Path, PathBuf};

/// Fills in the relative names of files below `base`, or below the working directory.
pub(super) fn name_files(outcomes: &mut [Outcome], base: Option<&Path>) {
    // Without a working directory the names stay as they are.
    let current = std::env::current_dir().unwrap_or_default();
    let base = normalised(&current.join(base.unwrap_or(Path::new(""))));
    let findings = outcomes.iter_mut().flat_map(|outcome| &mut outcome.findings);
    for Location { file, relative, .. } in findings.filter_map(|finding| finding.location.as_mut()) {
        *relative = relative_to(file, &current, &base).map(sanitize::into_line).filter(|name| name != file);
    }
}

/// The name of a file relative to `base`; `None` if it is not below it.
fn relative_to(file: &str, current: &Path, base: &Path) -> Option<String> {
    let name = normalised(&current.join(file)).strip_prefix(base).ok()?.to_str()?.to_owned();
    (!name.is_empty()).then_some(name)
}

/// The path without `.` and `..`.
fn normalised(path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(whole.pop()),
            Component::Normal(_) | Component::RootDir | Component::Prefix(_) => whole.push(component),
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_the_repository() {
        let cases = [
            ("web.yaml", "/repo/shop", "/repo", Some("shop/web.yaml")),
            ("/repo/shop/web.yaml", "/repo/shop", "/repo/shop", Some("web.yaml")),
            ("../web.yaml", "/repo/shop", "/repo", Some("web.yaml")),
            ("./a/../web.yaml", "/repo", "/repo", Some("web.yaml")),
            ("/etc/web.yaml", "/repo", "/repo", None),
            ("/repository/web.yaml", "/repo", "/repo", None),
        ];
        for (file, current, base, expected) in cases {
            assert_eq!(relative_to(file, Path::new(current), Path::new(base)).as_deref(), expected, "{file}");
        }
    }
}
