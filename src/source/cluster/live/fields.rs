//! The fields of one entry of a kubeconfig. What is wrong with them is collected.

use crate::text::quote;
use crate::yaml::{Content, Diagnostic, TextFile, YamlNode, read_user_file};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value as Json};
use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// Bytes of a certificate, key or token file. A bundle of authorities has a few hundred thousand.
const MAX_FILE_BYTES: u64 = 4 << 20;

/// A mapping in a kubeconfig, and the way to it.
#[derive(Clone)]
pub(super) struct Fields<'k> {
    file: &'k TextFile,
    node: &'k YamlNode,
    path: String,
    problems: &'k RefCell<Vec<Diagnostic>>,
}

impl<'k> Fields<'k> {
    pub(super) const fn new(
        file: &'k TextFile,
        node: &'k YamlNode,
        path: String,
        problems: &'k RefCell<Vec<Diagnostic>>,
    ) -> Self {
        Self { file, node, path, problems }
    }

    /// Reports what is wrong with a field.
    pub(super) fn problem(&self, key: &str, message: impl AsRef<str>) {
        let position = self.node.get(key).map_or(self.node.position, |value| value.position);
        let message = format!("{}: {}", self.way_to(key), message.as_ref());
        self.problems.borrow_mut().push(self.file.error(position, message));
    }

    fn way_to(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// `FILE: FIELD`, for errors that come later.
    pub(super) fn label(&self, key: &str) -> String {
        format!("{}: {}", self.file.name, self.way_to(key))
    }

    /// Whether the field has a value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.node.get(key).is_some_and(|node| !is_empty(node))
    }

    /// A text that is not empty.
    pub(super) fn text(&self, key: &str) -> Option<&'k str> {
        let node = self.node.get(key).filter(|node| !is_empty(node))?;
        let text = node.text();
        if text.is_none() {
            self.problem(key, "not a text");
        }
        text
    }

    /// A boolean, false if it is not set.
    pub(super) fn flag(&self, key: &str) -> bool {
        match self.text(key) {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => {
                self.problem(key, format!("{} is neither true nor false", quote(other)));
                false
            }
        }
    }

    /// A sequence of texts.
    pub(super) fn texts(&self, key: &str) -> Vec<&'k str> {
        let texts: Option<Vec<&str>> = self.items(key).iter().map(YamlNode::text).collect();
        texts.unwrap_or_else(|| {
            self.problem(key, "an item is not a text");
            Vec::new()
        })
    }

    /// A mapping.
    pub(super) fn child(&self, key: &str) -> Option<Self> {
        let node = self.node.get(key).filter(|node| !is_empty(node))?;
        if !matches!(node.content, Content::Mapping(_)) {
            self.problem(key, "not a mapping");
            return None;
        }
        Some(Self { node, path: self.way_to(key), ..self.clone() })
    }

    /// A sequence of mappings.
    pub(super) fn children(&self, key: &str) -> Vec<Self> {
        let items = self.items(key).iter().enumerate();
        items
            .map(|(index, node)| Self { node, path: format!("{}[{index}]", self.way_to(key)), ..self.clone() })
            .collect()
    }

    /// The keys of this mapping.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'k str> {
        self.node.entries().iter().filter_map(|(key, _)| key.text())
    }

    fn items(&self, key: &str) -> &'k [YamlNode] {
        match self.node.get(key).map(|node| &node.content) {
            Some(Content::Sequence(items)) => items,
            Some(_) if self.has(key) => {
                self.problem(key, "not a list");
                &[]
            }
            _ => &[],
        }
    }

    /// A path, relative to the directory of the kubeconfig.
    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        self.text(key).map(|text| self.beside(Path::new(text)))
    }

    /// A path, relative to the directory of the kubeconfig.
    pub(super) fn beside(&self, path: &Path) -> PathBuf {
        Path::new(&self.file.name).parent().map_or_else(|| path.to_owned(), |directory| directory.join(path))
    }

    /// The content of a file, or the data that stands in its place. The name is that of the field that is set.
    pub(super) fn content(&self, key: &'static str, data_key: &'static str) -> Option<(&'static str, Vec<u8>)> {
        match (self.has(key), self.has(data_key)) {
            (false, false) => None,
            (true, true) => {
                self.problem(data_key, format!("`{key}` is set as well; remove one of them"));
                None
            }
            (false, true) => self.data(data_key).map(|data| (data_key, data)),
            (true, false) => self.path(key).and_then(|path| match read_user_file(&path, MAX_FILE_BYTES) {
                Ok(bytes) => Some((key, bytes)),
                Err(error) => {
                    self.problem(key, format!("{}: {error}", path.display()));
                    None
                }
            }),
        }
    }

    fn data(&self, key: &str) -> Option<Vec<u8>> {
        let text: String = self.text(key)?.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
        let decoded = BASE64_STANDARD.decode(text).ok();
        if decoded.is_none() {
            self.problem(key, "not base64; encode the PEM text with `base64 -w0`");
        }
        decoded
    }

    /// A value as JSON.
    pub(super) fn json(&self, key: &str) -> Json {
        self.node.get(key).map_or(Json::Null, json)
    }
}

fn is_empty(node: &YamlNode) -> bool {
    match &node.content {
        Content::Scalar { text, is_plain } => text.is_empty() || (*is_plain && is_null(text)),
        Content::Sequence(_) | Content::Mapping(_) | Content::Placeholder(_) => false,
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn json(node: &YamlNode) -> Json {
    match &node.content {
        Content::Scalar { text, is_plain: true } => match text.as_str() {
            text if is_null(text) => Json::Null,
            "true" | "True" | "TRUE" => Json::Bool(true),
            "false" | "False" | "FALSE" => Json::Bool(false),
            text => text.parse().map_or_else(|_| text.into(), Json::Number),
        },
        Content::Scalar { text, .. } => text.as_str().into(),
        Content::Sequence(items) => items.iter().map(json).collect(),
        Content::Mapping(entries) => {
            let entries = entries.iter().filter_map(|(key, value)| Some((key.text()?.to_owned(), json(value))));
            Json::Object(entries.collect::<Map<_, _>>())
        }
        Content::Placeholder(_) => Json::Null,
    }
}
