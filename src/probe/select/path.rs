//! `path`: the value at a path of a YAML or JSON document.

use super::selector::{Selector, each_file, observed};
use crate::model::{DocumentKind, Evidence, Value};
use crate::probe::context::CollectContext;
use crate::probe::excerpt::Leaf;
use crate::probe::{DocumentPath, FileRef, FileRole};
use crate::source::node::{HostPath, SourceError};
use serde::Deserialize;
use serde_json::Value as Json;

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
        let kind = kind_of(files);
        each_file(context, files, &self.describe(), |file| {
            let verified = kind.map_or(Ok(()), |kind| context.documents.verify_kind(file, kind, context.versions));
            let json = verified.and_then(|()| context.documents.value(file, &self.0));
            let value = json.map(|json| json.and_then(|json| Value::of_any(&json)));
            observed(
                file,
                value.and_then(|value| value.map_or_else(|| self.zero_value(context, file, kind), |v| Ok(Some(v)))),
            )
        })
    }
}

impl ValueAtPath {
    /// What the component takes the field for if the document leaves it out of a mapping, where the absent mapping means
    /// something else: Go's zero value.
    fn zero_value(
        &self,
        context: &CollectContext<'_>,
        file: &HostPath,
        kind: Option<&DocumentKind>,
    ) -> Result<Option<Value>, SourceError> {
        const ANONYMOUS: &[(&str, Leaf)] = &[("anonymous", Leaf::Keys)];
        if kind != Some(&DocumentKind::AUTHENTICATION) || self.0.to_string() != "anonymous.enabled" {
            return Ok(None);
        }
        let document = context.documents.parts(file, ANONYMOUS)?;
        Ok(document.get("anonymous").is_some_and(Json::is_object).then_some(Value::Bool(false)))
    }
}

/// The kind of document that a component reads from a file.
fn kind_of(files: &FileRef) -> Option<&'static DocumentKind> {
    match files {
        FileRef::Known(component, FileRole::Config) => DocumentKind::of_component(*component),
        FileRef::Setting(setting) => DocumentKind::of_flag(setting.component, setting.flag.as_deref()?),
        FileRef::Path(_) | FileRef::Known(..) => None,
    }
}
