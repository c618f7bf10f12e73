//! `encryption-writer`: the provider that the API server encrypts a resource with.

use super::kubernetes_document::{list, texts, verify_kind};
use super::selector::{Selector, each_file, observed};
use crate::model::{Evidence, Value};
use crate::probe::FileRef;
use crate::probe::context::CollectContext;
use crate::probe::excerpt::Leaf;
use crate::source::node::SourceError;
use serde::Deserialize;
use serde_json::Value as Json;

/// The resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub(crate) struct EncryptionWriter(String);

/// What is read of an `EncryptionConfiguration`: of the providers, which have the keys, only the names.
pub(crate) const PARTS: &[(&str, Leaf)] =
    &[("kind", Leaf::Whole), ("resources[*].resources", Leaf::Whole), ("resources[*].providers[*]", Leaf::Keys)];

impl Selector for EncryptionWriter {
    fn describe(&self) -> String {
        format!("the provider that encrypts {}", self.0)
    }
    fn key(&self) -> String {
        format!("encryption-writer({})", self.0)
    }

    fn collect(&self, context: &CollectContext<'_>, files: &FileRef) -> Evidence {
        each_file(context, files, &self.describe(), |file| {
            let document = context.documents.parts(file, PARTS);
            let writer = document.and_then(|document| encryption_writer(&document, &self.0));
            observed(file, writer.map(|writer| Some(Value::Text(writer))))
        })
    }
}

/// The first provider of the first entry that covers the resource; without such an entry `identity`, which does not encrypt.
pub(crate) fn encryption_writer(document: &Json, resource: &str) -> Result<String, SourceError> {
    verify_kind(document, "EncryptionConfiguration")?;
    let covers = |entry: &&Json| {
        texts(entry, "resources").iter().any(|name| matches!(name.as_str(), "*." | "*.*") || name == resource)
    };
    let Some(entry) = list(document, "resources")?.iter().find(covers) else {
        return Ok("identity".to_owned());
    };
    let first = entry.get("providers").and_then(|providers| providers.get(0)).and_then(Json::as_object);
    let name = first.filter(|provider| provider.len() == 1).and_then(|provider| provider.keys().next());
    name.cloned().ok_or_else(|| SourceError::Malformed(format!("its entry for {resource} has no first provider")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_provider_of_the_first_covering_entry_writes() {
        let entry = |resources: &[&str], providers: Json| json!({"resources": resources, "providers": providers});
        let document = |entries: Json| json!({"kind": "EncryptionConfiguration", "resources": entries});
        let aes = json!([{"aescbc": {}}, {"identity": {}}]);
        let plain = json!([{"identity": {}}, {"aescbc": {}}]);
        let cases = [
            (json!([entry(&["secrets"], aes.clone())]), "aescbc"),
            (json!([entry(&["secrets"], plain.clone())]), "identity"),
            (json!([entry(&["configmaps"], aes.clone())]), "identity"),
            (json!([entry(&["configmaps"], plain.clone()), entry(&["*."], aes.clone())]), "aescbc"),
            (json!([entry(&["*.*"], plain), entry(&["secrets"], aes)]), "identity"),
            (json!([]), "identity"),
        ];
        for (entries, writer) in cases {
            assert_eq!(encryption_writer(&document(entries.clone()), "secrets"), Ok(writer.to_owned()), "{entries}");
        }
        for malformed in [
            json!({}),
            json!({"kind": "Pod", "resources": []}),
            json!({"kind": "EncryptionConfiguration"}),
            document(json!([entry(&["secrets"], json!([]))])),
        ] {
            assert!(encryption_writer(&malformed, "secrets").is_err(), "{malformed}");
        }
    }
}
