//! Lists that `kubectl get KIND -A -o json` or `-o yaml` printed, in files, in a folder or on standard input.

use super::decode::{Origin, read_json, read_yaml};
use super::kind::ObjectKind;
use super::lists::ObjectLists;
use crate::text::system_error;
use crate::yaml::{open_user_file, read_at_most};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Files of one folder. A folder of lists has some twenty.
const MAX_FILES: usize = 10_000;
/// Bytes of one file.
const MAX_BYTES: u64 = 16 << 30;
/// Bytes of a YAML file, which is parsed as a whole.
const MAX_YAML_BYTES: u64 = 1 << 30;
const BUFFER_BYTES: usize = 256 << 10;

/// Why saved lists are not read.
#[derive(Debug, thiserror::Error)]
pub enum SavedListsError {
    /// A file or folder cannot be read.
    #[error("{}: {}", .0.display(), .1)]
    Unreadable(PathBuf, String),
    /// A folder has nothing to read.
    #[error("{}: no file whose name ends in .json, .yaml or .yml is in this folder", .0.display())]
    EmptyFolder(PathBuf),
    /// A folder has too many files.
    #[error("{}: more than {MAX_FILES} files are in this folder; name a folder with the lists of one cluster", .0.display())]
    TooManyFiles(PathBuf),
    /// The lists are of several clusters.
    #[error("the lists are of several clusters: the namespace kube-system has the uids {0} and {1}")]
    SeveralClusters(String, String),
}

/// Reads the lists in a file, in the files of a folder, or on standard input (`-`). What is wrong with a single list is its state.
pub fn read_saved(path: &Path) -> Result<ObjectLists, SavedListsError> {
    let mut lists = ObjectLists::default();
    if path == Path::new("-") {
        let origin = Origin { name: "standard input".to_owned(), kind: None, is_page: false };
        read_input(io::stdin().lock(), &origin, false, &mut lists);
    } else if path.is_dir() {
        for file in files(path, &mut lists)? {
            read_file(&file, &mut lists)?;
        }
    } else {
        read_file(path, &mut lists)?;
    }
    if let Some((one, other)) = lists.two_clusters.take() {
        return Err(SavedListsError::SeveralClusters(one, other));
    }
    lists.finish();
    Ok(lists)
}

/// The lists of a text, as a file with the extension of JSON or YAML may have it.
#[cfg(any(test, feature = "internals"))]
pub(crate) fn lists_in_bytes(bytes: &[u8], is_yaml: bool) -> ObjectLists {
    let mut lists = ObjectLists::default();
    let origin = Origin { name: "lists".to_owned(), kind: None, is_page: false };
    read_input(bytes, &origin, is_yaml, &mut lists);
    lists.finish();
    lists
}

/// The files of a folder, by name. Others are mentioned.
fn files(folder: &Path, lists: &mut ObjectLists) -> Result<Vec<PathBuf>, SavedListsError> {
    let walk = walkdir::WalkDir::new(folder).min_depth(1).max_depth(1).sort_by_file_name();
    let mut files = Vec::new();
    let mut others = Vec::new();
    for (count, entry) in walk.into_iter().enumerate() {
        if count >= MAX_FILES {
            return Err(SavedListsError::TooManyFiles(folder.to_owned()));
        }
        let entry = entry.map_err(|error| {
            let reason = error.io_error().map_or_else(|| "it cannot be read".to_owned(), system_error);
            SavedListsError::Unreadable(error.path().unwrap_or(folder).to_owned(), reason)
        })?;
        if is_list(entry.path()) && !entry.file_type().is_dir() {
            files.push(entry.into_path());
        } else {
            others.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    if files.is_empty() {
        return Err(SavedListsError::EmptyFolder(folder.to_owned()));
    }
    if !others.is_empty() {
        let shown = others.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        let more = if others.len() > 5 { format!(" and {} more", others.len() - 5) } else { String::new() };
        lists.notices.push(format!(
            "{}: not read, since only .json, .yaml and .yml files of the folder itself are: {shown}{more}",
            folder.display()
        ));
    }
    Ok(files)
}

fn is_list(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| ["json", "yaml", "yml"].iter().any(|known| extension == *known))
}

fn read_file(path: &Path, lists: &mut ObjectLists) -> Result<(), SavedListsError> {
    let file = open_user_file(path).map_err(|e| SavedListsError::Unreadable(path.to_owned(), e.to_string()))?;
    let kind = path.file_stem().and_then(|stem| ObjectKind::by_file_stem(stem.to_str()?));
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let is_yaml = path.extension().is_some_and(|extension| !extension.eq_ignore_ascii_case("json"));
    read_input(BufReader::with_capacity(BUFFER_BYTES, file), &Origin { name, kind, is_page: false }, is_yaml, lists);
    Ok(())
}

/// Reads JSON if the text begins with a brace, else YAML; a file with the extension of JSON is JSON.
fn read_input(mut input: impl BufRead, origin: &Origin, is_yaml: bool, lists: &mut ObjectLists) {
    let start = match input.fill_buf() {
        Ok(bytes) => bytes.get(..bytes.len().min(1024)).unwrap_or_default().to_vec(),
        Err(error) => return fail(origin, &system_error(&error), lists),
    };
    let refused = match start.as_slice() {
        [] => Some("the file is empty".to_owned()),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("UTF-16 text; save it as UTF-8".to_owned()),
        [0x1F, 0x8B, ..] => Some("compressed with gzip; decompress it first".to_owned()),
        _ => None,
    };
    if let Some(reason) = refused {
        return fail(origin, &reason, lists);
    }
    let is_marked = start.starts_with("\u{feff}".as_bytes());
    if is_marked {
        input.consume("\u{feff}".len());
    }
    let text = if is_marked { start.get(3..).unwrap_or_default() } else { &start };
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    let is_json = first == Some(&b'{') || (!is_yaml && origin.name.to_ascii_lowercase().ends_with(".json"));
    if is_json && first != Some(&b'{') {
        let shown: String = String::from_utf8_lossy(text).chars().filter(|c| !c.is_control()).take(80).collect();
        let what = if first == Some(&b'[') { "not a list of Kubernetes, which is an object" } else { "not JSON" };
        return fail(origin, &format!("{what}: {shown}"), lists);
    }
    if is_json {
        read_json(input.take(MAX_BYTES), origin, lists);
    } else {
        let text = read_at_most(input, MAX_YAML_BYTES).map_err(|e| e.to_string());
        let text = text.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "not UTF-8 text".to_owned()));
        match text {
            Ok(text) => read_yaml(&text, origin, lists),
            Err(reason) => fail(origin, &reason, lists),
        }
    }
}

fn fail(origin: &Origin, reason: &str, lists: &mut ObjectLists) {
    super::decode::Document::new(lists, origin).fail(reason);
}
