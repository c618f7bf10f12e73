//! Documents that the command-line tools of cloud providers printed and the user saved: a managed cluster as its API shows it.
//!
//! A document is data of the user's and says nothing about the node, so a snapshot holds none. It is given to each audit
//! by `--cloud`, of a running node as well as of a described one.

mod belongs;
mod document;
mod documents;
mod identity;
mod kind;
mod recognize;

pub use document::CloudDocument;
pub use documents::CloudDocuments;
pub use kind::{CloudDocumentKind, Provider};
