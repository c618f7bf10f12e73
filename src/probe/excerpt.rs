//! The part of a file that answers what was asked of it, and nothing else: an allow-list. Reads no host.

use super::path::Step;
use super::{DocumentPath, markup};
use crate::source::node::SourceError;
use serde_json::{Map, Value as Json};
use std::fmt::Write as _;

/// Something that is asked of a file's content.
#[derive(Debug, Clone)]
pub(crate) enum ReadScope {
    /// The value at a path of a document.
    Path(DocumentPath),
    /// Several parts of a document.
    Parts(&'static [(&'static str, Leaf)]),
    /// Certificates.
    Certificates,
    /// A unit file's value.
    Unit { section: String, key: String },
    /// What a function leaves of the text; a file has one such function.
    Cut(fn(&str) -> String),
}

/// Everything that was asked of one file's content.
#[derive(Debug, Default)]
pub(crate) struct ReadScopes {
    paths: Vec<(DocumentPath, Leaf)>,
    certificates: bool,
    units: Vec<(String, String)>,
    cut: Option<fn(&str) -> String>,
}

/// What is kept at the end of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaf {
    /// All.
    Whole,
    /// The keys of a mapping, without their values.
    Keys,
}

impl ReadScopes {
    pub(crate) fn add(&mut self, part: ReadScope) {
        match part {
            ReadScope::Path(path) => self.add_path(path, Leaf::Whole),
            ReadScope::Parts(parts) => parts.iter().for_each(|(path, leaf)| self.add_text(path, *leaf)),
            ReadScope::Certificates => self.certificates = true,
            ReadScope::Unit { section, key } => {
                let unit = (section, key);
                if !self.units.contains(&unit) {
                    self.units.push(unit);
                }
            }
            ReadScope::Cut(cut) => self.cut = Some(cut),
        }
    }

    /// Everything that was asked of either.
    pub(super) fn join(&mut self, other: &Self) {
        other.paths.iter().for_each(|(path, leaf)| self.add_path(path.clone(), *leaf));
        self.certificates |= other.certificates;
        self.units.extend(other.units.iter().filter(|unit| !self.units.contains(unit)).cloned().collect::<Vec<_>>());
        self.cut = self.cut.or(other.cut);
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

    /// A text that answers the same as `bytes`, as far as was asked.
    pub(crate) fn excerpt(&self, bytes: &[u8]) -> Result<String, SourceError> {
        let document = if self.paths.is_empty() { None } else { Some(self.document(bytes)?) };
        let text = self.text(bytes);
        match document {
            None => Ok(text),
            Some(document) if text.is_empty() => Ok(document),
            // One text cannot be both; what cannot be shown is not believed.
            Some(_) => Err(SourceError::Io("it is used both as a document and as another kind of file".to_owned())),
        }
    }

    fn document(&self, bytes: &[u8]) -> Result<String, SourceError> {
        let document = markup::parse(bytes)?;
        let wanted: Vec<(&[Step], Leaf)> = self.paths.iter().map(|(path, leaf)| (path.steps(), *leaf)).collect();
        let pruned = prune(&document, &wanted);
        let text = pruned.to_string();
        // JSON is read back as YAML, which knows a few letters and keys that it does not take.
        if markup::parse(text.as_bytes()).as_ref() == Ok(&pruned) {
            Ok(text)
        } else {
            Err(SourceError::Io("it holds a value that cannot be written down".to_owned()))
        }
    }

    /// What was asked of the text beside its being a document.
    fn text(&self, bytes: &[u8]) -> String {
        let mut out = String::new();
        if self.certificates {
            // None is found in a text without any, as in this one.
            for body in markup::certificates(bytes).unwrap_or_default() {
                let _ = writeln!(out, "-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----");
            }
        }
        for (section, key) in &self.units {
            for value in markup::unit_values(bytes, section, key) {
                // The empty line is what a value that ends in a backslash goes on in.
                let _ = writeln!(out, "[{section}]\n{key}={value}\n");
            }
        }
        if let Some(cut) = self.cut {
            out.push_str(&cut(&String::from_utf8_lossy(bytes)));
        }
        out
    }
}

/// What stands at these paths, in the form that the document has. Lists keep their positions.
fn prune(document: &Json, wanted: &[(&[Step], Leaf)]) -> Json {
    if wanted.iter().any(|(steps, leaf)| steps.is_empty() && *leaf == Leaf::Whole) {
        return document.clone();
    }
    let keys_only = wanted.iter().any(|(steps, _)| steps.is_empty());
    let behind = |leads: &dyn Fn(&Step) -> bool| -> Vec<(&[Step], Leaf)> {
        let split = wanted.iter().filter_map(|(steps, leaf)| Some((steps.split_first()?, *leaf)));
        split.filter(|((step, _), _)| leads(step)).map(|((_, rest), leaf)| (rest, leaf)).collect()
    };
    match document {
        Json::Object(entries) => {
            let mut kept = Map::new();
            for (key, value) in entries {
                let inner = behind(&|step| matches!(step, Step::Key(k) if k == key));
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
                let inner = behind(&|step| matches!(step, Step::Every) || *step == Step::Index(index));
                if inner.is_empty() { Json::Null } else { prune(item, &inner) }
            };
            Json::Array(items.iter().enumerate().map(keep).collect())
        }
        // A path leads on where there is nothing: null leads nowhere either.
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Json::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::select::encryption_writer;
    use serde_json::json;

    fn asked(parts: Vec<ReadScope>) -> ReadScopes {
        let mut asked = ReadScopes::default();
        parts.into_iter().for_each(|part| asked.add(part));
        asked
    }

    fn path(text: &str) -> ReadScope {
        ReadScope::Path(text.parse().expect(text))
    }

    #[test]
    fn only_what_was_asked_is_kept() {
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
            let text = asked(paths.iter().map(|p| path(p)).collect()).excerpt(document.to_string().as_bytes());
            let text = text.expect("a document");
            assert_eq!(serde_json::from_str::<Json>(&text).expect("JSON"), expected, "{paths:?}");
            for each in paths {
                let each: DocumentPath = each.parse().expect(each);
                assert_eq!(each.find(&expected), each.find(&document), "{each}");
            }
        }
    }

    #[test]
    fn of_an_encryption_configuration_the_names_are_kept() {
        let text = "kind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc: {keys: \
                    [{name: a, secret: c2VjcmV0}]}\n  - identity: {}\n  - secretbox\n";
        let excerpt =
            asked(vec![ReadScope::Parts(encryption_writer::PARTS)]).excerpt(text.as_bytes()).expect("a document");
        assert_eq!(
            serde_json::from_str::<Json>(&excerpt).expect("JSON"),
            json!({
                "kind": "EncryptionConfiguration",
                "resources": [{"resources": ["secrets"], "providers": [{"aescbc": {}}, {"identity": {}}, null]}],
            })
        );
    }

    #[test]
    fn of_other_files_the_asked_lines_are_kept() {
        let pem = b"secret\n-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n\
                    -----BEGIN CERTIFICATE-----\nQUJD\nREVG\n-----END CERTIFICATE-----\n";
        let expected = "-----BEGIN CERTIFICATE-----\nQUJDREVG\n-----END CERTIFICATE-----\n";
        assert_eq!(asked(vec![ReadScope::Certificates]).excerpt(pem), Ok(expected.to_owned()));
        let unit = b"[Service]\nEnvironment=TOKEN=secret\nIPAddressDeny=any\n";
        let part = ReadScope::Unit { section: "Service".to_owned(), key: "IPAddressDeny".to_owned() };
        assert_eq!(asked(vec![part.clone()]).excerpt(unit), Ok("[Service]\nIPAddressDeny=any\n\n".to_owned()));
        assert_eq!(asked(vec![part.clone()]).excerpt(pem), Ok(String::new()));
        let both = asked(vec![part, path("a")]);
        assert!(matches!(both.excerpt(unit), Err(SourceError::Malformed(_))));
        assert_eq!(both.excerpt(b"a: 1\nb: 2"), Ok("{\"a\":1}".to_owned()));
        assert!(matches!(both.excerpt(b"a: |\n  [Service]\n  IPAddressDeny=any\n"), Err(SourceError::Io(_))));
    }

    #[test]
    fn what_yaml_would_read_otherwise_is_refused_or_kept() {
        for text in [
            "a: \"\\u007f\\u0085\\u2028\\ufeff\"",
            "a: {\"<<\": {b: 1}}",
            "a: 123456789012345678901234567890",
            "a: [0.1, -0, 1e-7, 0o17, 0x1f, 12:30, 2001-01-01, ~, yes, \"yes\"]",
            "a: \"\u{1F600}\\t\\\"\\\\\"",
        ] {
            let document = markup::parse(text.as_bytes()).expect(text);
            match asked(vec![path("a")]).excerpt(text.as_bytes()) {
                Ok(excerpt) => assert_eq!(markup::parse(excerpt.as_bytes()), Ok(document), "{text}"),
                Err(trouble) => assert!(matches!(trouble, SourceError::Io(_)), "{text}"),
            }
        }
    }
}
