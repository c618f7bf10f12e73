//! kube-bench's command line, as far as it differs from ours.

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// The variable that has the same effect as `--version`.
pub(crate) const VERSION: &str = "KUBE_BENCH_VERSION";

/// What the help says at its end.
pub(crate) const HELP: &str = "\
When called as kube-bench, nodeproof exits with 0 if the audit ran, with N of
--exit-code if a check is FAIL, and with 1 for any error.
--junit takes precedence over --json, --json over --pgsql, --pgsql over --asff.";

/// `-v` means nothing more above this level.
const MAX_VERBOSITY: usize = 9;

/// Whether a program of this name is to behave as kube-bench.
pub(crate) fn is_kube_bench(program: &OsStr) -> bool {
    Path::new(program).file_name() == Some(OsStr::new("kube-bench"))
}

/// `-v 3`, `-v=3`, `-v3`, `--v 3` and `--v=3` as `-vvv`; every other word as it is.
pub(crate) fn native_words(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut words = words.peekable();
    let mut out = Vec::new();
    while let Some(word) = words.next() {
        if word == "--" {
            out.push(word);
            break;
        }
        let level = match word.to_str() {
            Some("-v" | "--v") => words.next_if(|next| next.to_str().and_then(level).is_some()),
            Some(text) => ["--v=", "-v=", "-v"].iter().find_map(|p| text.strip_prefix(p)).map(OsString::from),
            None => None,
        };
        match level.as_deref().and_then(OsStr::to_str).and_then(self::level) {
            Some(0) => {}
            Some(level) => out.push(format!("-{}", "v".repeat(level)).into()),
            None => out.push(word),
        }
    }
    out.extend(words);
    out
}

/// A level of verbosity, if it is a number.
fn level(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(MAX_VERBOSITY).min(MAX_VERBOSITY))
}
