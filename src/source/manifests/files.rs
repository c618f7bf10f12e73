//! The files to scan: as the user names them, and those in folders.

use crate::text::glob::Glob;
use crate::text::system_error;
use std::path::{Path, PathBuf};

/// Files of all folders together.
const MAX_FILES: usize = 100_000;

/// What a file has in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InputKind {
    /// Objects of Kubernetes, as YAML or JSON.
    Manifest,
    /// Instructions for an image.
    Dockerfile,
}

/// A file to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InputFile {
    /// Its path; none for standard input.
    pub(crate) path: Option<PathBuf>,
    /// Its name in reports.
    pub(crate) name: String,
    /// What it has in it.
    pub(crate) kind: InputKind,
    /// Whether the user named it, and not a folder that it is in.
    pub(crate) is_named: bool,
}

/// What is not scanned, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {reason}")]
pub(crate) struct InputError {
    /// The file or folder.
    pub(crate) name: String,
    /// Why.
    pub(crate) reason: String,
}

/// The files to scan.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// The files, in the order of the command line; those of a folder by name.
    pub(crate) files: Vec<InputFile>,
    /// Folders that cannot be read.
    pub(crate) errors: Vec<InputError>,
}

impl Inputs {
    /// The files of a command line. `-` and `/dev/stdin` are standard input, which is called `stdin_name`.
    pub(crate) fn find(paths: &[PathBuf], stdin_name: &str, exclude: &[Glob], kind: Option<InputKind>) -> Self {
        let mut inputs = Self::default();
        for path in paths {
            if path == Path::new("-") || path == Path::new("/dev/stdin") {
                let kind = kind.or_else(|| kind_of(Path::new(stdin_name))).unwrap_or(InputKind::Manifest);
                inputs.files.push(InputFile { path: None, name: stdin_name.to_owned(), kind, is_named: true });
            } else if path.is_dir() {
                inputs.add_folder(path, exclude, kind);
            } else {
                let kind = kind.or_else(|| kind_of(path)).unwrap_or(InputKind::Manifest);
                let name = path.display().to_string();
                inputs.files.push(InputFile { path: Some(path.clone()), name, kind, is_named: true });
            }
        }
        inputs
    }

    /// Adds the files of a folder and of the folders in it. Links to folders are not followed, and hidden folders are left out.
    fn add_folder(&mut self, folder: &Path, exclude: &[Glob], kind: Option<InputKind>) {
        let is_hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
        let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
        let walk = walk
            .filter_entry(|entry| entry.depth() == 0 || !(entry.file_type().is_dir() && is_hidden(entry.file_name())));
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let name = error.path().unwrap_or(folder).display().to_string();
                    let reason = error.io_error().map_or_else(|| "it cannot be read".to_owned(), system_error);
                    self.errors.push(InputError { name, reason: format!("cannot be read: {reason}") });
                    continue;
                }
            };
            let path = entry.path();
            let is_link_to_folder = || entry.file_type().is_symlink() && path.is_dir();
            if entry.file_type().is_dir() || is_excluded(path, folder, exclude) || is_link_to_folder() {
                continue;
            }
            let Some(found) = kind_of(path).filter(|found| kind.is_none_or(|kind| kind == *found)) else { continue };
            if self.files.len() >= MAX_FILES {
                let reason = format!("more than {MAX_FILES} files; name a smaller folder, or use --exclude");
                self.errors.push(InputError { name: folder.display().to_string(), reason });
                return;
            }
            let name = path.display().to_string();
            self.files.push(InputFile { path: Some(path.to_owned()), name, kind: found, is_named: false });
        }
    }
}

/// Whether a pattern matches a file, its path in the folder, or a folder on the way.
fn is_excluded(path: &Path, folder: &Path, exclude: &[Glob]) -> bool {
    let inside = path.strip_prefix(folder).unwrap_or(path);
    exclude.iter().any(|glob| {
        let ancestors = inside.ancestors().filter(|part| !part.as_os_str().is_empty());
        glob.is_match(&path.to_string_lossy())
            || ancestors.into_iter().any(|part| {
                glob.is_match(&part.to_string_lossy())
                    || part.file_name().is_some_and(|name| glob.is_match(&name.to_string_lossy()))
            })
    })
}

/// What a file has in it by its name.
fn kind_of(path: &Path) -> Option<InputKind> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    let base = name.split('.').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    match (base, extension) {
        (_, Some("dockerfile" | "containerfile")) => Some(InputKind::Dockerfile),
        (_, Some("yaml" | "yml" | "json")) => Some(InputKind::Manifest),
        ("dockerfile" | "containerfile", Some("dockerignore" | "md" | "txt")) => None,
        ("dockerfile" | "containerfile", _) => Some(InputKind::Dockerfile),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_what_a_file_has_in_it() {
        use InputKind::{Dockerfile, Manifest};
        let cases = [
            ("a/web.yaml", Some(Manifest)),
            ("web.YML", Some(Manifest)),
            ("web.json", Some(Manifest)),
            ("Dockerfile", Some(Dockerfile)),
            ("Containerfile", Some(Dockerfile)),
            ("Dockerfile.alpine", Some(Dockerfile)),
            ("web.Dockerfile", Some(Dockerfile)),
            ("Dockerfile.dockerignore", None),
            ("dockerfile.yaml", Some(Manifest)),
            ("README.md", None),
            ("web", None),
        ];
        for (name, expected) in cases {
            assert_eq!(kind_of(Path::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn a_folder_is_searched_without_following_links_in_circles() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        for name in ["b/web.yaml", "b/charts/x.yaml", "a.json", "notes.txt", ".git/x.yaml", "b/test.yaml"] {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, "").expect("a file");
        }
        std::os::unix::fs::symlink(root, root.join("b/circle")).expect("a link");
        let exclude = [Glob::rule("charts").expect("a pattern"), Glob::rule("*test*").expect("a pattern")];
        let inputs = Inputs::find(&[root.to_owned()], "stdin", &exclude[..1], None);
        let names = |inputs: &Inputs| {
            let inside = |file: &InputFile| file.name.strip_prefix(&format!("{}/", root.display())).map(str::to_owned);
            inputs.files.iter().filter_map(inside).collect::<Vec<_>>()
        };
        assert_eq!(names(&inputs), ["a.json", "b/test.yaml", "b/web.yaml"]);
        assert_eq!(inputs.errors, []);
        let inputs = Inputs::find(&[root.to_owned()], "stdin", &exclude[1..], None);
        assert!(!names(&inputs).contains(&"b/test.yaml".to_owned()));
    }
}
