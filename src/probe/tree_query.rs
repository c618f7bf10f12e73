//! What a file probe asks of a tree of files.

use super::file_ref::verify_length;
use crate::text::glob::Glob;
use crate::text::quote;
use serde::Deserialize;

/// What is asked of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TreeQuery {
    pub(super) tree: Tree,
    pub(super) names: Vec<NamePattern>,
}

/// What of a tree is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum Tree {
    /// Regular files.
    Files,
    /// Files and directories, including the directory itself.
    Everything,
}

/// A glob for file names that is known to be valid. After `!` it says which names are left out.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String", inline))]
#[serde(try_from = "String")]
pub(super) struct NamePattern(String);

impl TryFrom<String> for NamePattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        verify_length(&text)?;
        match Glob::rule(text.strip_prefix('!').unwrap_or(&text)) {
            Ok(_) => Ok(Self(text)),
            Err(error) => Err(format!("{}: {error}", quote(&text))),
        }
    }
}

impl NamePattern {
    /// The glob, unless it says which names are left out.
    pub(super) fn glob(&self) -> Option<Glob> {
        if self.0.starts_with('!') { None } else { Glob::rule(&self.0).ok() }
    }

    /// The glob of names that are left out.
    pub(super) fn excluded(&self) -> Option<Glob> {
        Glob::rule(self.0.strip_prefix('!')?).ok()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}
