//! The part of a file's content that answers what was asked, and nothing else: an allow-list for snapshots.

use super::markup::DuplicateKeys;
use super::path::{Step, any_case};
use super::{DocumentPath, certificate, markup};
use crate::source::node::SourceError;
use serde_json::{Map, Value as Json};
use std::fmt::Write as _;

/// What is read of a file's content.
#[derive(Debug, Clone)]
pub(crate) enum ReadScope {
    /// The value at a path of a document.
    Path(DocumentPath),
    /// The value at a path of a document, whose names are read in any case.
    AnyCase(DocumentPath),
    /// Several parts of a document.
    Parts(&'static [(&'static str, Leaf)]),
    /// Whether a mapping has a key twice.
    UniqueKeys,
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
    in_any_case: Vec<DocumentPath>,
    unique_keys: bool,
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
    /// Of a list of words, those before the first flag: the program that a command line starts.
    Program,
}

impl ReadScopes {
    pub(crate) fn add(&mut self, scope: ReadScope) {
        match scope {
            ReadScope::Path(path) => self.add_path(path, Leaf::Whole),
            ReadScope::AnyCase(path) if self.in_any_case.contains(&path) => {}
            ReadScope::AnyCase(path) => self.in_any_case.push(path),
            ReadScope::Parts(parts) => parts.iter().for_each(|(path, leaf)| self.add_text(path, *leaf)),
            ReadScope::UniqueKeys => self.unique_keys = true,
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
        other.in_any_case.iter().for_each(|path| self.add(ReadScope::AnyCase(path.clone())));
        self.unique_keys |= other.unique_keys;
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
        let document =
            if self.paths.is_empty() && self.in_any_case.is_empty() { None } else { Some(self.document(bytes)?) };
        let text = self.text(bytes);
        match document {
            None => Ok(text),
            Some(document) if text.is_empty() => Ok(document),
            // One text cannot be both.
            Some(_) => Err(SourceError::Io("it is used as a document and as another kind of file".to_owned())),
        }
    }

    fn document(&self, bytes: &[u8]) -> Result<String, SourceError> {
        let duplicates = if self.unique_keys { DuplicateKeys::Refused } else { DuplicateKeys::LastCounts };
        let document = markup::parse(bytes, duplicates)?;
        let exact =
            self.paths.iter().map(|(path, leaf)| Wanted { steps: path.steps(), leaf: *leaf, in_any_case: false });
        let any_case = self.in_any_case.iter();
        let any_case = any_case.map(|path| Wanted { steps: path.steps(), leaf: Leaf::Whole, in_any_case: true });
        let wanted: Vec<Wanted<'_>> = exact.chain(any_case).collect();
        let pruned = prune(&document, &wanted);
        let text = pruned.to_string();
        // The excerpt is read as YAML, which refuses a few characters and keys of JSON.
        if markup::parse(text.as_bytes(), duplicates).as_ref() == Ok(&pruned) {
            Ok(text)
        } else {
            Err(SourceError::Io("it contains a value that a snapshot cannot represent".to_owned()))
        }
    }

    /// What is read of the text other than as a document.
    fn text(&self, bytes: &[u8]) -> String {
        let mut out = String::new();
        if self.certificates {
            out.push_str(&certificate::excerpt(bytes));
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

/// A path of which the value is kept.
#[derive(Debug, Clone, Copy)]
struct Wanted<'s> {
    steps: &'s [Step],
    leaf: Leaf,
    in_any_case: bool,
}

impl Wanted<'_> {
    /// What is wanted below a key or position, if the path leads there.
    fn below(self, leads: &dyn Fn(&Step, bool) -> bool) -> Option<Self> {
        let (step, steps) = self.steps.split_first()?;
        leads(step, self.in_any_case).then_some(Self { steps, ..self })
    }
}

/// The values at these paths in the structure of the document. Lists keep their positions.
fn prune(document: &Json, wanted: &[Wanted<'_>]) -> Json {
    let ends_here = |leaf: Leaf| wanted.iter().any(|wanted| wanted.steps.is_empty() && wanted.leaf == leaf);
    if ends_here(Leaf::Whole) {
        return document.clone();
    }
    if ends_here(Leaf::Program) && document.is_array() {
        return program(document);
    }
    let keys_only = ends_here(Leaf::Keys);
    let below = |leads: &dyn Fn(&Step, bool) -> bool| -> Vec<Wanted<'_>> {
        wanted.iter().filter_map(|wanted| wanted.below(leads)).collect()
    };
    match document {
        Json::Object(entries) => {
            let mut kept = Map::new();
            for (key, value) in entries {
                let is_name = |name: &str, in_any_case| name == key || in_any_case && any_case(name, key);
                let inner = below(&|step, in_any_case| matches!(step, Step::Key(name) if is_name(name, in_any_case)));
                if !inner.is_empty() {
                    kept.insert(key.clone(), prune(value, &inner));
                } else if keys_only {
                    // A key without a value is not the same as one with an empty value.
                    let empty = if value.is_null() { Json::Null } else { Json::Object(Map::new()) };
                    kept.insert(key.clone(), empty);
                }
            }
            Json::Object(kept)
        }
        Json::Array(items) => {
            let keep = |(index, item)| {
                let inner = below(&|step, _| matches!(step, Step::Every) || *step == Step::Index(index));
                if inner.is_empty() { Json::Null } else { prune(item, &inner) }
            };
            Json::Array(items.iter().enumerate().map(keep).collect())
        }
        Json::Null => Json::Null,
        // The path continues and the document does not: any value that contains nothing will do.
        Json::Bool(_) | Json::Number(_) | Json::String(_) => Json::Bool(false),
    }
}

/// The words before the first flag.
fn program(words: &Json) -> Json {
    let is_name = |word: &&Json| word.as_str().is_some_and(|word| !word.starts_with('-') && !word.contains(' '));
    words.as_array().into_iter().flatten().take_while(is_name).cloned().collect::<Vec<_>>().into()
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
            (&["list[*].a"], json!({"list": [{"a": 1}, false, {}, {"a": null}]})),
            (&["list[2].b"], json!({"list": [null, null, {"b": 3}, null]})),
            (&["empty[*].a"], json!({"empty": []})),
            (&["scalar.below"], json!({"scalar": false})),
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
    fn keeps_every_spelling_of_names_that_are_read_in_any_case() {
        let document = json!({
            "authentication": null,
            "Authentication": {"Anonymous": {"ENABLED": true, "other": 1}, "x509": {"token": "secret"}},
            "AUTHENTICATION": "secret",
            "authentications": "secret",
        });
        let scope = ReadScope::AnyCase("authentication.anonymous.enabled".parse().expect("a path"));
        let text = scopes(vec![scope]).excerpt(document.to_string().as_bytes()).expect("a document");
        let expected = json!({
            "authentication": null,
            "Authentication": {"Anonymous": {"ENABLED": true}},
            "AUTHENTICATION": false,
        });
        assert_eq!(serde_json::from_str::<Json>(&text).expect("JSON"), expected);
    }

    #[test]
    fn keeps_only_names_of_encryption_providers() {
        let text = "kind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc: {keys: \
                    [{name: a, secret: c2VjcmV0}]}\n  - identity: {}\n  - kms:\n  - secretbox\n";
        let excerpt =
            scopes(vec![ReadScope::Parts(encryption_writer::PARTS)]).excerpt(text.as_bytes()).expect("a document");
        assert_eq!(
            serde_json::from_str::<Json>(&excerpt).expect("JSON"),
            json!({
                "resources": [
                    {"resources": ["secrets"], "providers": [{"aescbc": {}}, {"identity": {}}, {"kms": null}, false]}
                ],
            })
        );
    }

    #[test]
    fn keeps_of_a_command_line_what_it_starts() {
        const PARTS: &[(&str, Leaf)] = &[("c[*].command", Leaf::Program)];
        let document = json!({"c": [
            {"command": ["/hyperkube", "kubelet", "--token", "secret"]},
            {"command": ["sh", "-c", "kubelet"]},
            {"command": ["kubelet --token=secret"]},
            {"command": "secret"},
        ]});
        let excerpt =
            scopes(vec![ReadScope::Parts(PARTS)]).excerpt(document.to_string().as_bytes()).expect("a document");
        let expected = json!({"c": [
            {"command": ["/hyperkube", "kubelet"]}, {"command": ["sh"]}, {"command": []}, {"command": false},
        ]});
        assert_eq!(serde_json::from_str::<Json>(&excerpt).expect("JSON"), expected);
    }

    #[test]
    fn keeps_only_the_lines_that_are_read() {
        let pem = b"secret\n-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";
        let expected = "-----BEGIN OTHER-----\n-----END OTHER-----\n";
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
            let document = markup::parse(text.as_bytes(), DuplicateKeys::Refused).expect(text);
            match scopes(vec![path("a")]).excerpt(text.as_bytes()) {
                Ok(excerpt) => {
                    assert_eq!(markup::parse(excerpt.as_bytes(), DuplicateKeys::Refused), Ok(document), "{text}")
                }
                Err(error) => assert!(matches!(error, SourceError::Io(_)), "{text}"),
            }
        }
    }
}
