//! The definitions that are compiled in.

/// Path and JSON text of every file under `benchmarks/` and `cfg/`, as the build script turned it from YAML.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The embedded files of a folder, with their paths.
pub(super) fn folder(name: &str) -> impl Iterator<Item = (&'static str, &'static str)> + use<'_> {
    FILES.iter().copied().filter(move |(path, _)| path.strip_prefix(name).is_some_and(|rest| rest.starts_with('/')))
}

/// One embedded file's text.
pub(super) fn file(path: &str) -> Option<&'static str> {
    FILES.iter().find(|(p, _)| *p == path).map(|(_, text)| *text)
}
