//! Definition files that another layer reads.

use crate::yaml::{Diagnostic, TextFile};

/// A format of definition files that the core does not read itself.
pub trait ForeignFormat {
    /// Whether a document with these top-level keys is in this format. `has_list` says whether a key holds a list.
    fn recognizes(&self, has: &dyn Fn(&str) -> bool, has_list: &dyn Fn(&str) -> bool) -> bool;
    /// The warnings about a file; an error if it is refused.
    fn warnings(&self, file: &TextFile) -> Result<Vec<Diagnostic>, Diagnostic>;
    /// The ids of the benchmarks that are defined in this format.
    fn benchmarks(&self) -> Vec<&str>;
}
