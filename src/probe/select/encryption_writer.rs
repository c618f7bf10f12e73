//! `encryption-writer`: the provider that the API server encrypts a resource with.

use super::kubernetes_document::{list, parts, texts};
use super::selector::{Selector, each_value, observed};
use crate::model::{DocumentKind, Evidence, Value};
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
    &[("resources[*].resources", Leaf::Whole), ("resources[*].providers[*]", Leaf::Keys)];

/// The first minor version in which `*.*` and `*.` are wildcards (kubernetes/kubernetes#115149). Before, they are names of
/// resources that nothing has.
const WILDCARDS_SINCE: u32 = 27;

impl Selector for EncryptionWriter {
    fn describe(&self) -> String {
        format!("the provider that encrypts {}", self.0)
    }
    fn key(&self) -> String {
        format!("encryption-writer({})", self.0)
    }

    /// Two observations where the versions that the node may have differ.
    fn collect(&self, context: &CollectContext<'_>, files: &FileRef) -> Evidence {
        each_value(context, files, &self.describe(), |file| {
            let document = parts(context, file, PARTS, &DocumentKind::ENCRYPTION);
            let observe = |writer: Result<String, SourceError>| observed(file, writer.map(|w| Some(Value::Text(w))));
            let document = match document {
                Ok(document) => document,
                Err(error) => return vec![(self.describe(), observe(Err(error)))],
            };
            let [without, with] = [false, true].map(|wildcards| encryption_writer(&document, &self.0, wildcards));
            if without == with {
                return vec![(self.describe(), observe(with))];
            }
            let mut values = Vec::new();
            if context.versions.may_be_before(WILDCARDS_SINCE) {
                let attribute =
                    format!("{} before Kubernetes 1.{WILDCARDS_SINCE}, which knows no wildcards,", self.describe());
                values.push((attribute, observe(without)));
            }
            if context.versions.may_be_from(WILDCARDS_SINCE) {
                values.push((self.describe(), observe(with)));
            }
            values
        })
    }
}

/// How an entry names a resource of the core group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naming {
    ByName,
    /// `*.`
    CoreGroup,
    /// `*.*`
    Everything,
}

impl Naming {
    fn of(name: &str, resource: &str, wildcards: bool) -> Option<Self> {
        match name {
            "*.*" => wildcards.then_some(Self::Everything),
            "*." => wildcards.then_some(Self::CoreGroup),
            // A name with an empty group is in the core group, as one without a group.
            name => (name.strip_suffix('.').unwrap_or(name) == resource).then_some(Self::ByName),
        }
    }

    /// Whether this leaves nothing to a later entry, so that the API server refuses that one.
    fn hides(self, later: Self) -> bool {
        match self {
            Self::ByName => false,
            Self::CoreGroup => later != Self::Everything,
            Self::Everything => true,
        }
    }
}

/// The first provider of the first entry that covers the resource; without such an entry `identity`, which does not encrypt.
/// `wildcards` says whether `*.*` and `*.` cover resources.
pub(crate) fn encryption_writer(document: &Json, resource: &str, wildcards: bool) -> Result<String, SourceError> {
    let mut covering = list(document, "resources")?.iter().flat_map(|entry| {
        let names = texts(entry, "resources");
        names.into_iter().filter_map(move |name| Some((entry, Naming::of(&name, resource, wildcards)?)))
    });
    let Some((entry, naming)) = covering.next() else {
        return Ok("identity".to_owned());
    };
    if covering.any(|(_, later)| naming.hides(later)) {
        return Err(SourceError::Malformed(format!(
            "a wildcard hides a later entry for {resource}, which the API server refuses"
        )));
    }
    let first = entry.get("providers").and_then(|providers| providers.get(0)).and_then(Json::as_object);
    // The API server does not start with a provider that has no value.
    let provider = first.filter(|provider| provider.len() == 1).and_then(|provider| provider.iter().next());
    let name = provider.filter(|(_, value)| !value.is_null()).map(|(name, _)| name);
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
        // Without wildcards, and with them.
        let cases = [
            (json!([entry(&["secrets"], aes.clone())]), "aescbc", "aescbc"),
            (json!([entry(&["secrets."], aes.clone())]), "aescbc", "aescbc"),
            (json!([entry(&["secrets.apps", "secret", "secrets.."], aes.clone())]), "identity", "identity"),
            (json!([entry(&["secrets"], plain.clone())]), "identity", "identity"),
            (json!([entry(&["configmaps"], aes.clone())]), "identity", "identity"),
            (json!([entry(&["configmaps"], plain.clone()), entry(&["*."], aes.clone())]), "identity", "aescbc"),
            (json!([entry(&["*.*"], aes.clone())]), "identity", "aescbc"),
            (json!([entry(&["*.apps"], aes.clone())]), "identity", "identity"),
            (json!([entry(&["secrets"], plain.clone()), entry(&["*.*"], aes.clone())]), "identity", "identity"),
            (json!([entry(&["secrets"], aes.clone()), entry(&["*."], plain.clone())]), "aescbc", "aescbc"),
            (json!([]), "identity", "identity"),
        ];
        for (entries, before, since) in cases {
            let of = |wildcards| encryption_writer(&document(entries.clone()), "secrets", wildcards);
            assert_eq!((of(false).as_deref(), of(true).as_deref()), (Ok(before), Ok(since)), "{entries}");
        }
        assert_eq!(
            encryption_writer(
                &document(json!([entry(&["*."], aes.clone()), entry(&["*.*"], plain.clone())])),
                "secrets",
                true
            ),
            Ok("aescbc".to_owned())
        );
        for entries in [
            json!([entry(&["*.*"], plain.clone()), entry(&["secrets"], aes.clone())]),
            json!([entry(&["*."], plain.clone()), entry(&["secrets."], aes.clone())]),
            json!([entry(&["*.*"], plain.clone()), entry(&["*."], aes.clone())]),
            json!([entry(&["*."], plain), entry(&["*."], aes.clone())]),
            json!([entry(&["*.", "secrets"], aes)]),
        ] {
            assert!(encryption_writer(&document(entries.clone()), "secrets", true).is_err(), "{entries}");
        }
        for malformed in [
            json!({}),
            json!({"kind": "EncryptionConfiguration"}),
            document(json!([entry(&["secrets"], json!([]))])),
            document(json!([entry(&["secrets"], json!([{"secretbox": null}, {"identity": {}}]))])),
        ] {
            assert!(encryption_writer(&malformed, "secrets", true).is_err(), "{malformed}");
        }
    }
}
