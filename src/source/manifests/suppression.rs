//! Comments and annotations with which a file asks a scanner to be silent. They are counted and change nothing.

use memchr::memmem::Finder;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// What scanners of manifests and Dockerfiles take as such a request.
const MARKS: [&str; 16] = [
    "checkov.io/skip",
    "checkov:skip",
    "hadolint ignore",
    "hadolint global ignore",
    "ignore-check.kube-linter.io",
    "kics-scan disable",
    "kics-scan ignore",
    "kics.io/",
    "kube-score/ignore",
    "kubescape.io/ignore",
    "kubesec.io/ignore",
    "nodeproof:ignore",
    "nodeproof:waive",
    "polaris.fairwinds.com/exempt",
    "-exempt.polaris.fairwinds.com",
    "trivy:ignore",
];

static FINDERS: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| MARKS.iter().map(Finder::new).collect());

/// Lines of a text with such a request.
pub(super) fn count(text: &str) -> usize {
    let line_of = |at: usize| memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |end| end + 1);
    let found = FINDERS.iter().flat_map(|finder| finder.find_iter(text.as_bytes()));
    found.map(line_of).collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn requests_to_be_silent_are_counted() {
        let text = "metadata:\n  annotations:\n    kube-score/ignore: all\n    ignore-check.kube-linter.io/x: y\nspec: # trivy:ignore:KSV001\n  a: 1\n";
        assert_eq!(count(text), 3);
        assert_eq!(count("# a comment\nkind: Pod\n"), 0);
    }
}
