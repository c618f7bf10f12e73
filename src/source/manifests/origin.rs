//! Where a document comes from.

/// The origin of a document, in words fit for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The file as the user named it, or the name of standard input.
    pub(crate) file: String,
    /// The file that a tool made the document from: `# Source: FILE`, as `helm template` writes it.
    pub(crate) source: Option<String>,
}
