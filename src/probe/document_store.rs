//! The one door to what stands in files: reads each once, and remembers what of it was asked. So a snapshot can hold just
//! that. Never judges.

use super::cache::Cache;
use super::excerpt::{Leaf, ReadScope, ReadScopes};
use super::{DocumentPath, markup};
use crate::source::node::{HostPath, NodeSource, SourceError};
use serde_json::Value as Json;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::rc::Rc;

/// Bytes of all files together that one run keeps, and nodes of all documents. A node's own come to a tenth of that.
const MAX_BYTES: usize = 8 << 20;
const MAX_NODES: usize = 100_000;

/// What was read at each place, or why it could not be.
type Read<T> = Cache<HostPath, Result<Rc<T>, SourceError>>;

/// What was asked of a file's content, and nothing else of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// Where it was read.
    pub place: HostPath,
    /// A text that gives the same answers, or why there is none.
    pub text: Result<String, SourceError>,
}

/// The contents of a machine's files.
pub(super) struct DocumentStore<'a> {
    host: &'a dyn NodeSource,
    bytes: Read<Vec<u8>>,
    documents: Read<Json>,
    asked: RefCell<HashMap<HostPath, ReadScopes>>,
    bytes_left: Cell<usize>,
    nodes_left: Cell<usize>,
}

impl<'a> DocumentStore<'a> {
    pub(super) fn new(host: &'a dyn NodeSource) -> Self {
        Self {
            host,
            bytes: Cache::default(),
            documents: Cache::default(),
            asked: RefCell::default(),
            bytes_left: Cell::new(MAX_BYTES),
            nodes_left: Cell::new(MAX_NODES),
        }
    }

    /// The value at a path of a YAML or JSON document.
    pub(super) fn value(&self, place: &HostPath, path: &DocumentPath) -> Result<Option<Json>, SourceError> {
        self.ask(place, ReadScope::Path(path.clone()));
        Ok(path.find(&*self.document(place)?))
    }

    /// A document of which the caller reads only these parts.
    pub(super) fn parts(
        &self,
        place: &HostPath,
        parts: &'static [(&'static str, Leaf)],
    ) -> Result<Rc<Json>, SourceError> {
        self.ask(place, ReadScope::Parts(parts));
        self.document(place)
    }

    /// The certificates of a PEM file.
    pub(super) fn certificates(&self, place: &HostPath) -> Result<Vec<String>, SourceError> {
        self.ask(place, ReadScope::Certificates);
        markup::certificates(&self.read(place)?)
    }

    /// A unit file's values, in order.
    pub(super) fn unit_values(&self, place: &HostPath, section: &str, key: &str) -> Result<Vec<String>, SourceError> {
        self.ask(place, ReadScope::Unit { section: section.to_owned(), key: key.to_owned() });
        Ok(markup::unit_values(&self.read(place)?, section, key))
    }

    /// What `cut` leaves of a text; cutting that again must leave all of it.
    pub(super) fn cut(&self, place: &HostPath, cut: fn(&str) -> String) -> Result<String, SourceError> {
        self.ask(place, ReadScope::Cut(cut));
        Ok(cut(&String::from_utf8_lossy(&self.read(place)?)))
    }

    /// What was asked of each file, and nothing else of it. Places with one name are one file.
    pub(super) fn excerpts(&self, name: &dyn Fn(&HostPath) -> String) -> BTreeMap<String, Excerpt> {
        let mut joined: BTreeMap<String, (HostPath, ReadScopes)> = BTreeMap::new();
        let all = self.asked.borrow();
        for (place, asked) in all.iter().collect::<BTreeMap<_, _>>() {
            let (_, joint) = joined.entry(name(place)).or_insert_with(|| (place.clone(), ReadScopes::default()));
            joint.join(asked);
        }
        let excerpt = |(name, (place, asked)): (String, (HostPath, ReadScopes))| {
            let text = self.read(&place).and_then(|bytes| asked.excerpt(&bytes));
            (name, Excerpt { place, text })
        };
        joined.into_iter().map(excerpt).collect()
    }

    /// What was asked of one file, as it would be answered from another content.
    pub(super) fn excerpt_of(
        &self,
        place: &HostPath,
        content: Result<Vec<u8>, SourceError>,
    ) -> Option<Result<String, SourceError>> {
        let asked = self.asked.borrow();
        asked.get(place).map(|asked| content.and_then(|bytes| asked.excerpt(&bytes)))
    }

    fn ask(&self, place: &HostPath, part: ReadScope) {
        self.asked.borrow_mut().entry(place.clone()).or_default().add(part);
    }

    fn read(&self, place: &HostPath) -> Result<Rc<Vec<u8>>, SourceError> {
        self.bytes.of(place, || {
            let bytes = self.host.read(place)?;
            take(&self.bytes_left, bytes.len(), "bytes")?;
            Ok(Rc::new(bytes))
        })
    }

    fn document(&self, place: &HostPath) -> Result<Rc<Json>, SourceError> {
        self.documents.of(place, || {
            let document = markup::parse(&self.read(place)?)?;
            take(&self.nodes_left, nodes(&document), "nodes of documents")?;
            Ok(Rc::new(document))
        })
    }
}

/// Takes so much of what is left of a budget.
fn take(left: &Cell<usize>, wanted: usize, what: &str) -> Result<(), SourceError> {
    let rest = left.get().checked_sub(wanted);
    left.set(
        rest.ok_or_else(|| SourceError::Io(format!("it is one of too many: all files together hold too many {what}")))?,
    );
    Ok(())
}

/// Values in a document, itself included. It is no deeper than the parser lets it be.
fn nodes(document: &Json) -> usize {
    1 + match document {
        Json::Array(items) => items.iter().map(nodes).sum(),
        Json::Object(entries) => entries.values().map(nodes).sum(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::node::RecordedSource;

    #[test]
    fn all_files_together_have_a_budget() {
        let list = "1, ".repeat(9_000);
        let files: String = (0..20).map(|n| format!("  - {{ path: /{n:02}, content: \"a: [{list}]\" }}\n")).collect();
        let host = RecordedSource::parse(&format!("files:\n{files}")).expect("a host");
        let contents = DocumentStore::new(&host);
        let path: DocumentPath = "a[0]".parse().expect("a path");
        let found = |n: usize| contents.value(&HostPath::host(format!("/{n:02}")), &path);
        for n in 0..11 {
            assert_eq!(found(n), Ok(Some(Json::from(1))), "{n}");
        }
        for n in 11..20 {
            assert!(matches!(found(n), Err(SourceError::Io(reason)) if reason.contains("nodes")), "{n}");
        }
        // What was read before is still known.
        assert_eq!(found(3), Ok(Some(Json::from(1))));
    }
}
