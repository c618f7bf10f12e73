//! What is suspicious in a file of kube-bench's dialect: it is taken, and probably does not do what was meant. Refuses nothing.

use super::{JsonPath, Operator};
use crate::text::suggestions;
use crate::yaml::{Diagnostic, Level, TextFile};
use serde_json::{Map, Value as Json};

const FILE: [&str; 6] = ["controls", "version", "id", "text", "type", "groups"];
const GROUP: [&str; 4] = ["id", "type", "text", "checks"];
const CHECK: [&str; 10] = [
    "id",
    "text",
    "audit",
    "audit_config",
    "audit_env",
    "type",
    "use_multiple_values",
    "tests",
    "remediation",
    "scored",
];
const TESTS: [&str; 2] = ["bin_op", "test_items"];
const ITEM: [&str; 5] = ["flag", "env", "path", "set", "compare"];
const COMPARE: [&str; 2] = ["op", "value"];

/// Looks through one file. Each word is told once, at the first place where it stands.
struct Look<'s> {
    file: &'s TextFile,
    warnings: Vec<Diagnostic>,
}

/// Everything that is suspicious in a file; an error where it is no YAML at all.
pub(crate) fn warnings(file: &TextFile) -> Result<Vec<Diagnostic>, Diagnostic> {
    let document: Json = file.parse()?;
    let mut look = Look { file, warnings: Vec::new() };
    if let Some(file) = look.map(&document, &FILE, "file") {
        for group in list(file, "groups") {
            let Some(group) = look.map(group, &GROUP, "group") else { continue };
            for check in list(group, "checks") {
                look.check(check);
            }
        }
    }
    Ok(look.warnings)
}

fn list<'j>(map: &'j Map<String, Json>, key: &str) -> impl Iterator<Item = &'j Json> {
    map.get(key).and_then(Json::as_array).into_iter().flatten()
}

impl Look<'_> {
    fn tell(&mut self, word: &str, message: String) {
        let warning = Diagnostic { level: Level::Warning, ..self.file.error_at_word(word, message) };
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// A mapping's entries, of which those that mean nothing are told.
    fn map<'j>(&mut self, value: &'j Json, known: &[&str], what: &str) -> Option<&'j Map<String, Json>> {
        let map = value.as_object()?;
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            let near = suggestions(key, known.iter().copied());
            self.tell(key, format!("`{key}` means nothing in a {what} and is passed over{near}"));
        }
        Some(map)
    }

    fn check(&mut self, value: &Json) {
        let Some(check) = self.map(value, &CHECK, "check") else { return };
        let kind = check.get("type").and_then(Json::as_str).unwrap_or_default();
        if !matches!(kind, "" | "manual" | "skip") {
            self.tell(kind, format!("the type `{kind}` means nothing: it is neither `manual` nor `skip`"));
        }
        let Some(tests) = check.get("tests").and_then(|tests| self.map(tests, &TESTS, "check's tests")) else {
            return;
        };
        let join = tests.get("bin_op").and_then(Json::as_str).unwrap_or_default();
        if !matches!(join, "" | "and" | "or") {
            self.tell(join, format!("bin_op `{join}` is neither `and` nor `or`: the check always fails"));
        }
        for item in list(tests, "test_items") {
            self.item(item);
        }
    }

    fn item(&mut self, value: &Json) {
        let Some(item) = self.map(value, &ITEM, "test") else { return };
        if let Some(path) = item.get("path").and_then(Json::as_str) {
            if let Err(error) = JsonPath::parse(path) {
                self.tell(path, format!("the path `{path}` cannot be read, so the test always fails: {error}"));
            } else if !path.is_empty() && !path.contains('{') {
                self.tell(
                    path,
                    format!("the path `{path}` has no braces, so it stands for itself: write `{{{path}}}`"),
                );
            }
        }
        let Some(compare) = item.get("compare").and_then(|c| self.map(c, &COMPARE, "comparison")) else {
            return;
        };
        let word = compare.get("op").and_then(Json::as_str).unwrap_or_default();
        if let (Operator::Unknown(word), false) = (Operator::parse(word), word.is_empty()) {
            let near = suggestions(&word, Operator::KNOWN.into_iter());
            self.tell(&word, format!("the operator `{word}` is not known, so the test always fails{near}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_nothing_is_told_with_its_place() {
        let text = "\
controls:
type: node
groups:
  - id: 1.1
    checks:
      - id: 1.1.1
        adit: ps
        type: Manual
        tests:
          bin_op: xor
          test_items:
            - flag: a
              compare: { op: gtee, value: 1 }
            - path: .a.b
            - path: '{.a'
            - flag: b
              compare: { op: eq, value: 1 }
        scored: true
";
        let file = TextFile::new("node.yaml", text.to_owned());
        let got: Vec<String> = warnings(&file).expect("YAML").iter().map(ToString::to_string).collect();
        let expected = [
            "node.yaml:7:9: `adit` means nothing in a check and is passed over; did you mean `audit`?",
            "node.yaml:8:15: the type `Manual` means nothing: it is neither `manual` nor `skip`",
            "node.yaml:10:19: bin_op `xor` is neither `and` nor `or`: the check always fails",
            "node.yaml:13:30: the operator `gtee` is not known, so the test always fails; did you mean `gte`?",
            "node.yaml:14:21: the path `.a.b` has no braces, so it stands for itself: write `{.a.b}`",
            "node.yaml:15:22: the path `{.a` cannot be read, so the test always fails: a brace is not closed",
        ];
        assert_eq!(got, expected);
    }
}
