//! The part of a file's content that answers what was asked, and nothing else: an allow-list for snapshots.

use super::path::Step;
use super::{DocumentPath, markup};
use crate::source::node::SourceError;
use serde_json::{Map, Value as Json};
use std::fmt::Write as _;

/// What is read of a file's content.
#[derive(Debug, Clone)]
pub(crate) enum ReadScope {
    /// The value at a path of a document.
    Path(DocumentPath),
    /// Several parts of a document.
    Parts(&'static [(&'static str, Leaf)]),
    /// Certificates.
    Certificates,
    /// The values of a key in a unit file.
    Unit { section: String, key: String },
    /// What a function returns for the text. A file has one such function.
    Extract(fn(&str) -> String),
}

/// Everything that is read of one file's content.
#[derive(Debug, Default)]
pub(crate) struct ReadScopes {
    paths: Vec<(DocumentPath, Leaf)>,
    certificates: bool,
    units: Vec<(String, String)>,
    extract: Option<fn(&str) -> String>,
}

/// What is kept at the end of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaf {
    /// The value.
    Whole,
    /// The keys of a mapping, without their values.
    Keys,
}

impl ReadScopes {
    pub(crate) fn add(&mut self, scope: ReadScope) {
        match scope {
            ReadScope::Path(path) => self.add_path(path, Leaf::Whole),
            ReadScope::Parts(parts) => parts.iter().for_each(|(path, leaf)| self.add_text(path, *leaf)),
            ReadScope::Certificates => self.certificates = true,
            ReadScope::Unit { section, key } => {
                let unit = (section, key);
                if !self.units.contains(&unit) {
                    self.units.push(unit);
                }
            }
            ReadScope::Extract(extract) => self.extract = Some(extract),
        }
    }

    /// Adds what is read of another name of the file.
    pub(super) fn join(&mut self, other: &Self) {
        other.paths.iter().for_each(|(path, leaf)| self.add_path(path.clone(), *leaf));
        self.certificates |= other.certificates;
        self.units.extend(other.units.iter().filter(|unit| !self.units.contains(unit)).cloned().collect::<Vec<_>>());
        self.extract = self.extract.or(other.extract);
    }

    fn add_text(&mut self, path: &str, leaf: Leaf) {
        if let Ok(path) = path.parse() {
            self.add_path(path, leaf);
        }
    }

    fn add_path(&mut self, path: DocumentPath, leaf: Leaf) {
        if !self.paths.contains(&(path.clone(), leaf)) {
            self.paths.push((path, leaf));
        }
    }

    /// A text with the same answers as `bytes`.
    pub(crate) fn excerpt(&self, bytes: &[u8]) -> Result<String, SourceError> {
        let document = if self.paths.is_empty() { None } else { Some(self.document(bytes)?) };
        let text = self.text(bytes);
        match document {
            None => Ok(text),
            Some(document) if text.is_empty() => Ok(document),
            // One text cannot be both.
            Some(_) => Err(SourceError::Io("it is used as a document and as another kind of file".to_owned())),
        }
    }

    fn document(&self, bytes: &[u8]) -> Result<String, SourceError> {
        let document = markup::parse(bytes)?;
        let wanted: Vec<(&[Step], Leaf)> = self.paths.iter().map(|(path, leaf)| (path.steps(), *leaf)).collect();
        let pruned = prune(&document, &wanted);
        let text = pruned.to_string();
        // The excerpt is read as YAML, which refuses a few characters and keys of JSON.
        if markup::parse(text.as_bytes()).as_ref() == Ok(&pruned) {
            Ok(text)
        } else {
            Err(SourceError::Io("it contains a value that a snapshot cannot represent".to_owned()))
        }
    }

    /// What is read of the text other than as a document.
    fn text(&self, bytes: &[u8]) -> String {
        let mut out = String::new();
        if self.certificates {
            // An error means that there are none.
            for body in markup::certificates(bytes).unwrap_or_default() {
                let _ = writeln!(out, "-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----");
            }
        }
        for (section, key) in &self.units {
            for value in markup::unit_values(bytes, section, key) {
                // A value that ends in a backslash continues in the empty line.
                let _ = writeln!(out, "[{section}]\n{key}={value}\n");
            }
        }
        if let Some(extract) = self.extract {
            out.push_str(&extract(&String::from_utf8_lossy(bytes)));
        }
        out
    }
}

/// The values at these paths in the structure of the document. Lists keep their positions.
fn prune(document: &Json, wanted: &[(&[Step], Leaf)]) -> Json {
    if wanted.iter().any(|(steps, leaf)| steps.is_empty() && *leaf == Leaf::Whole) {
        return document.clone();
    }
    let keys_only = wanted.iter().any(|(steps, _)| steps.is_empty());
    let below = |leads: &dyn Fn(&Step) -> bool| -> Vec<(&[Step], Leaf)> {
        let split = wanted.iter().filter_map(|(steps, leaf)| Some((steps.split_first()?, *leaf)));
        split.filter(|((step, _), _)| leads(step)).map(|((_, rest), leaf)| (rest, leaf)).collect()
    };
    match document {
        Json::Object(entries) => {
            let mut kept = Map::new();
            for (key, value) in entries {
                let inner = below(&|step| matches!(step, Step::Key(k) if k == key));
                if !inner.is_empty() {
                    kept.insert(key.clone(), prune(value, &inner));
                } else if keys_only {
                    kept.insert(key.clone(), Json::Object(Map::new()));
                }
            }
            Json::Object(kept)
        }
        Json::Array(items) => {
            let keep = |(index, item)| {
                let inner = below(&|step| matches!(step, Step::Every) || *step == Step::Index(index));
                if inner.is_empty() { Json::Null } else { prune(item, &inner) }
            };
            Json::Array(items.iter().enumerate().map(keep).collect())
        }
        // The path continues and the document does not: null has nothing below it either.
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Json::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::select::encryption_writer;
    use serde_json::json;

    fn scopes(list: Vec<ReadScope>) -> ReadScopes {
        let mut scopes = ReadScopes::default();
        list.into_iter().for_each(|scope| scopes.add(scope));
        scopes
    }

    fn path(text: &str) -> ReadScope {
        ReadScope::Path(text.parse().expect(text))
    }

    #[test]
    fn keeps_only_the_paths_that_are_read() {
        let document = json!({
            "authentication": {"anonymous": {"enabled": false}, "x509": {"clientCAFile": "/ca", "other": 1}},
            "staticPodURLHeader": {"Authorization": ["Bearer secret"]},
            "list": [{"a": 1, "b": 2}, "text", {"b": 3}, {"a": null}],
            "empty": [],
            "scalar": "secret",
        });
        let cases: [(&[&str], Json); 8] = [
            (&["authentication.anonymous.enabled"], json!({"authentication": {"anonymous": {"enabled": false}}})),
            (
                &["authentication.anonymous.enabled", "authentication.x509.clientCAFile"],
                json!({"authentication": {"anonymous": {"enabled": false}, "x509": {"clientCAFile": "/ca"}}}),
            ),
            (&["none.at.all"], json!({})),
            (&["list[*].a"], json!({"list": [{"a": 1}, null, {}, {"a": null}]})),
            (&["list[2].b"], json!({"list": [null, null, {"b": 3}, null]})),
            (&["empty[*].a"], json!({"empty": []})),
            (&["scalar.below"], json!({"scalar": null})),
            (&["list[1]", "list[*].b"], json!({"list": [{"b": 2}, "text", {"b": 3}, {}]})),
        ];
        for (paths, expected) in cases {
            let text = scopes(paths.iter().map(|p| path(p)).collect()).excerpt(document.to_string().as_bytes());
            let text = text.expect("a document");
            assert_eq!(serde_json::from_str::<Json>(&text).expect("JSON"), expected, "{paths:?}");
            for each in paths {
                let each: DocumentPath = each.parse().expect(each);
                assert_eq!(each.find(&expected), each.find(&document), "{each}");
            }
        }
    }

    #[test]
    fn keeps_only_names_of_encryption_providers() {
        let text = "kind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc: {keys: \
                    [{name: a, secret: c2VjcmV0}]}\n  - identity: {}\n  - secretbox\n";
        let excerpt =
            scopes(vec![ReadScope::Parts(encryption_writer::PARTS)]).excerpt(text.as_bytes()).expect("a document");
        assert_eq!(
            serde_json::from_str::<Json>(&excerpt).expect("JSON"),
            json!({
                "kind": "EncryptionConfiguration",
                "resources": [{"resources": ["secrets"], "providers": [{"aescbc": {}}, {"identity": {}}, null]}],
            })
        );
    }

    #[test]
    fn keeps_only_the_lines_that_are_read() {
        let pem = b"secret\n-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n\
                    -----BEGIN CERTIFICATE-----\nQUJD\nREVG\n-----END CERTIFICATE-----\n";
        let expected = "-----BEGIN CERTIFICATE-----\nQUJDREVG\n-----END CERTIFICATE-----\n";
        assert_eq!(scopes(vec![ReadScope::Certificates]).excerpt(pem), Ok(expected.to_owned()));
        let unit = b"[Service]\nEnvironment=TOKEN=secret\nIPAddressDeny=any\n";
        let unit_value = ReadScope::Unit { section: "Service".to_owned(), key: "IPAddressDeny".to_owned() };
        assert_eq!(scopes(vec![unit_value.clone()]).excerpt(unit), Ok("[Service]\nIPAddressDeny=any\n\n".to_owned()));
        assert_eq!(scopes(vec![unit_value.clone()]).excerpt(pem), Ok(String::new()));
        let both = scopes(vec![unit_value, path("a")]);
        assert!(matches!(both.excerpt(unit), Err(SourceError::Malformed(_))));
        assert_eq!(both.excerpt(b"a: 1\nb: 2"), Ok("{\"a\":1}".to_owned()));
        assert!(matches!(both.excerpt(b"a: |\n  [Service]\n  IPAddressDeny=any\n"), Err(SourceError::Io(_))));
    }

    #[test]
    fn an_excerpt_reads_as_its_original_or_is_refused() {
        for text in [
            "a: \"\\u007f\\u0085\\u2028\\ufeff\"",
            "a: {\"<<\": {b: 1}}",
            "a: 123456789012345678901234567890",
            "a: [0.1, -0, 1e-7, 0o17, 0x1f, 12:30, 2001-01-01, ~, yes, \"yes\"]",
            "a: \"\u{1F600}\\t\\\"\\\\\"",
        ] {
            let document = markup::parse(text.as_bytes()).expect(text);
            match scopes(vec![path("a")]).excerpt(text.as_bytes()) {
                Ok(excerpt) => assert_eq!(markup::parse(excerpt.as_bytes()), Ok(document), "{text}"),
                Err(error) => assert!(matches!(error, SourceError::Io(_)), "{text}"),
            }
        }
    }
}
