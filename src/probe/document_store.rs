//! The content of a node's files: each is read and parsed once, and it is kept which parts were asked for, so that a snapshot
//! holds only these.

use super::cache::Cache;
use super::certificate::{Certificate, Reader, authorities};
use super::excerpt::{Leaf, ReadScope, ReadScopes};
use super::files::CachedFiles;
use super::markup::DuplicateKeys;
use super::{DocumentPath, markup};
use crate::model::{DocumentKind, KubernetesVersions};
use crate::source::node::{HostPath, SourceError};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// Bytes of all files that are kept. Those of a usual node come to a tenth of that.
const MAX_BYTES: usize = 8 << 20;
/// Nodes of all parsed documents, likewise.
const MAX_NODES: usize = 100_000;

/// What says which kind of document it is.
const TYPE: &[(&str, Leaf)] = &[("kind", Leaf::Whole), ("apiVersion", Leaf::Whole)];

/// What was read of each file, or why it could not be.
type ReadCache<T> = Cache<HostPath, Result<Rc<T>, SourceError>>;

/// The part of a file's content that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The file.
    pub path: HostPath,
    /// A text that gives the same answers, or why there is none.
    pub text: Result<String, SourceError>,
}

/// The contents of a node's files.
pub(super) struct DocumentStore<'a> {
    files: Rc<CachedFiles<'a>>,
    bytes: ReadCache<Vec<u8>>,
    documents: ReadCache<Json>,
    scopes: RefCell<HashMap<HostPath, ReadScopes>>,
    bytes_left: Cell<usize>,
    nodes_left: Cell<usize>,
}

impl<'a> DocumentStore<'a> {
    pub(super) fn new(files: Rc<CachedFiles<'a>>) -> Self {
        Self {
            files,
            bytes: Cache::default(),
            documents: Cache::default(),
            scopes: RefCell::default(),
            bytes_left: Cell::new(MAX_BYTES),
            nodes_left: Cell::new(MAX_NODES),
        }
    }

    /// The value at a path of a YAML or JSON document.
    pub(super) fn value(&self, file: &HostPath, path: &DocumentPath) -> Result<Option<Json>, SourceError> {
        self.add_scope(file, ReadScope::Path(path.clone()));
        Ok(path.find(&*self.document(file)?))
    }

    /// A document of which the caller reads only the value at a path.
    pub(super) fn at(&self, file: &HostPath, path: &DocumentPath) -> Result<Rc<Json>, SourceError> {
        self.add_scope(file, ReadScope::Path(path.clone()));
        self.document(file)
    }

    /// A document of which the caller reads only the value at a path, whose names it takes in any case.
    pub(super) fn at_in_any_case(&self, file: &HostPath, path: &DocumentPath) -> Result<Rc<Json>, SourceError> {
        self.add_scope(file, ReadScope::AnyCase(path.clone()));
        self.document(file)
    }

    /// Fails if a component cannot have read a document, because it is of another kind or API version.
    pub(super) fn verify_kind(
        &self,
        file: &HostPath,
        kind: &DocumentKind,
        versions: KubernetesVersions,
    ) -> Result<(), SourceError> {
        self.add_scope(file, ReadScope::Parts(TYPE));
        let document = self.document(file)?;
        let text = |key: &str| document.get(key).and_then(Json::as_str);
        let refusal = kind.refusal(text("kind"), text("apiVersion"), versions);
        refusal.map_or(Ok(()), |reason| Err(SourceError::Malformed(reason)))?;
        if kind.refuses_duplicate_keys() {
            self.add_scope(file, ReadScope::UniqueKeys);
            markup::parse(&self.read(file)?, DuplicateKeys::Refused)?;
        }
        Ok(())
    }

    /// A document of which the caller reads only these parts.
    pub(super) fn parts(
        &self,
        file: &HostPath,
        parts: &'static [(&'static str, Leaf)],
    ) -> Result<Rc<Json>, SourceError> {
        self.add_scope(file, ReadScope::Parts(parts));
        self.document(file)
    }

    /// The certificates of the authorities in a PEM file.
    pub(super) fn authorities(&self, file: &HostPath, reader: Reader) -> Result<Vec<Certificate>, SourceError> {
        self.add_scope(file, ReadScope::Certificates);
        authorities(&self.read(file)?, reader)
    }

    /// The values of a key in a unit file, in order.
    pub(super) fn unit_values(&self, file: &HostPath, section: &str, key: &str) -> Result<Vec<String>, SourceError> {
        self.add_scope(file, ReadScope::Unit { section: section.to_owned(), key: key.to_owned() });
        Ok(markup::unit_values(&self.read(file)?, section, key))
    }

    /// What `extract` returns for a text. It must return its own result unchanged.
    pub(super) fn extract(&self, file: &HostPath, extract: fn(&str) -> String) -> Result<String, SourceError> {
        self.add_scope(file, ReadScope::Extract(extract));
        Ok(extract(&text_of(&self.read(file)?)))
    }

    /// The part of each file that was asked for. Paths with the same name are one file.
    pub(super) fn excerpts(&self, name: &dyn Fn(&HostPath) -> String) -> BTreeMap<String, Excerpt> {
        let mut by_name: BTreeMap<String, (HostPath, ReadScopes)> = BTreeMap::new();
        let all = self.scopes.borrow();
        for (path, scopes) in all.iter().collect::<BTreeMap<_, _>>() {
            let (_, joined) = by_name.entry(name(path)).or_insert_with(|| (path.clone(), ReadScopes::default()));
            joined.join(scopes);
        }
        let excerpt = |(name, (path, scopes)): (String, (HostPath, ReadScopes))| {
            let text = self.read(&path).and_then(|bytes| scopes.excerpt(&bytes));
            (name, Excerpt { path, text })
        };
        by_name.into_iter().map(excerpt).collect()
    }

    /// The part of a file that was asked for, if it had another content.
    pub(super) fn excerpt_of(
        &self,
        file: &HostPath,
        content: Result<Vec<u8>, SourceError>,
    ) -> Option<Result<String, SourceError>> {
        let scopes = self.scopes.borrow();
        scopes.get(file).map(|scopes| content.and_then(|bytes| scopes.excerpt(&bytes)))
    }

    fn add_scope(&self, file: &HostPath, scope: ReadScope) {
        self.scopes.borrow_mut().entry(file.clone()).or_default().add(scope);
    }

    fn read(&self, file: &HostPath) -> Result<Rc<Vec<u8>>, SourceError> {
        self.bytes.get_or_read(file, || {
            let bytes = self.files.read(file)?;
            take(&self.bytes_left, bytes.len(), "bytes")?;
            Ok(Rc::new(bytes))
        })
    }

    fn document(&self, file: &HostPath) -> Result<Rc<Json>, SourceError> {
        self.documents.get_or_read(file, || {
            let document = markup::parse(&self.read(file)?, DuplicateKeys::LastCounts)?;
            take(&self.nodes_left, count_nodes(&document), "values in documents")?;
            Ok(Rc::new(document))
        })
    }
}

/// The bytes as text; what is not UTF-8 is replaced. Of megabytes that are UTF-8 this costs a tenth of
/// [`String::from_utf8_lossy`] alone.
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Takes from what is left of a budget.
fn take(left: &Cell<usize>, wanted: usize, what: &str) -> Result<(), SourceError> {
    let rest = left.get().checked_sub(wanted);
    left.set(
        rest.ok_or_else(|| SourceError::Io(format!("all files that the rules read have too many {what} together")))?,
    );
    Ok(())
}

/// The values in a document, itself included. Its depth is limited by the parser.
fn count_nodes(document: &Json) -> usize {
    1 + match document {
        Json::Array(items) => items.iter().map(count_nodes).sum(),
        Json::Object(entries) => entries.values().map(count_nodes).sum(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::node::RecordedSource;

    #[test]
    fn all_files_share_a_budget() {
        let list = "1, ".repeat(9_000);
        let files: String = (0..20).map(|n| format!("  - {{ path: /{n:02}, content: \"a: [{list}]\" }}\n")).collect();
        let source = RecordedSource::parse(&format!("files:\n{files}")).expect("a recorded node");
        let documents = DocumentStore::new(Rc::new(CachedFiles::new(&source)));
        let path: DocumentPath = "a[0]".parse().expect("a path");
        let value = |n: usize| documents.value(&HostPath::host(format!("/{n:02}")), &path);
        for n in 0..11 {
            assert_eq!(value(n), Ok(Some(Json::from(1))), "{n}");
        }
        for n in 11..20 {
            assert!(matches!(value(n), Err(SourceError::Io(reason)) if reason.contains("too many values")), "{n}");
        }
        // What was read before is kept.
        assert_eq!(value(3), Ok(Some(Json::from(1))));
    }
}
