//! Parses a text file into a tree or a type.

use super::diagnostic::{Diagnostic, Level, Position};
use super::file::TextFile;
use super::node::YamlNode;
use super::{recovery, tree};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use std::borrow::Cow;

impl TextFile {
    /// The only document of the file, or the first of a lenient one. Duplicate keys are added to `diagnostics`; their first value
    /// is kept, or the last of a lenient file.
    pub(crate) fn tree(&self, diagnostics: &mut Vec<Diagnostic>) -> Result<YamlNode, Diagnostic> {
        tree::read(self, diagnostics)
    }

    /// Reads a definition file: YAML, or JSON. Fails with the first error in the file.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T, Diagnostic> {
        // The definitions that are compiled in are JSON, and the only texts that are not owned.
        match &self.text {
            Cow::Borrowed(json) => serde_json::from_str(json).or_else(|_| self.parse_tree()),
            Cow::Owned(_) => self.parse_tree(),
        }
    }

    fn parse_tree<T: DeserializeOwned>(&self) -> Result<T, Diagnostic> {
        let mut errors = Vec::new();
        let root = self.tree(&mut errors)?;
        errors.retain(|diagnostic| diagnostic.level == Level::Error);
        let recovered = recovery::read(self, &root);
        errors.extend(recovered.errors);
        match (errors.into_iter().min(), recovered.value) {
            (Some(error), _) => Err(error),
            (None, Some(value)) => Ok(value),
            (None, None) => Err(self.error(Position::START, "the file has no usable content")),
        }
    }

    /// Reads a file that a program may have written, such as a snapshot: JSON if it starts with a brace, else YAML. JSON that
    /// is refused is read again for the diagnostic.
    pub(crate) fn parse_data<T: DeserializeOwned>(&self) -> Result<T, Diagnostic> {
        if !self.text.trim_start().starts_with('{') {
            return self.parse_tree();
        }
        serde_json::from_str(&self.text).map_err(|error| {
            let position = Position { line: error.line().max(1), column: error.column().max(1) };
            self.parse_tree::<T>().err().unwrap_or_else(|| self.error(position, json_reason(&error)))
        })
    }
}

/// Why serde_json refuses what is valid YAML.
fn json_reason(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        Category::Data => "a value has the wrong type; check which values need quotes",
        Category::Syntax | Category::Eof | Category::Io => {
            "syntax error: not JSON; check for a comma before a closing bracket, and for names without quotes"
        }
    }
}
