//! `path`: the value at a path of a YAML or JSON document.

use super::selector::{Selector, each_file, observed};
use crate::model::{Evidence, Value};
use crate::probe::context::CollectContext;
use crate::probe::{DocumentPath, FileRef};
use serde::Deserialize;

/// The value at a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub(crate) struct ValueAtPath(DocumentPath);

impl Selector for ValueAtPath {
    fn describe(&self) -> String {
        self.0.to_string()
    }
    fn key(&self) -> String {
        self.0.to_string()
    }

    fn collect(&self, context: &CollectContext<'_>, files: &FileRef) -> Evidence {
        each_file(context, files, &self.describe(), |file| {
            let json = context.documents.value(file, &self.0);
            observed(file, json.map(|json| json.and_then(|json| Value::of_any(&json))))
        })
    }
}
