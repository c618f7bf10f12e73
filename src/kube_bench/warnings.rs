//! Warnings about a definition file: it is accepted, and probably does not do what was meant.

use super::{CompareOperator, JsonPath};
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

/// Collects the warnings about one file. Each word is reported once, at its first position.
struct WarningCollector<'s> {
    file: &'s TextFile,
    warnings: Vec<Diagnostic>,
}

/// The warnings about a file; an error if it is not YAML.
pub(crate) fn warnings(file: &TextFile) -> Result<Vec<Diagnostic>, Diagnostic> {
    let document: Json = file.parse()?;
    let mut collector = WarningCollector { file, warnings: Vec::new() };
    file.tree(&mut collector.warnings)?;
    if let Some(file) = collector.map(&document, &FILE, "file") {
        for group in list(file, "groups") {
            let Some(group) = collector.map(group, &GROUP, "group") else { continue };
            for check in list(group, "checks") {
                collector.check(check);
            }
        }
    }
    Ok(collector.warnings)
}

fn list<'j>(map: &'j Map<String, Json>, key: &str) -> impl Iterator<Item = &'j Json> {
    map.get(key).and_then(Json::as_array).into_iter().flatten()
}

impl WarningCollector<'_> {
    fn warn(&mut self, word: &str, message: String) {
        let warning = Diagnostic { level: Level::Warning, ..self.file.error_at_word(word, message) };
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// The entries of a mapping. Unknown keys are reported.
    fn map<'j>(&mut self, value: &'j Json, known: &[&str], what: &str) -> Option<&'j Map<String, Json>> {
        let map = value.as_object()?;
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            let near = suggestions(key, known.iter().copied());
            self.warn(key, format!("`{key}` is not a key of a {what} and is ignored{near}"));
        }
        Some(map)
    }

    fn check(&mut self, value: &Json) {
        let Some(check) = self.map(value, &CHECK, "check") else { return };
        let kind = check.get("type").and_then(Json::as_str).unwrap_or_default();
        if !matches!(kind, "" | "manual" | "skip") {
            self.warn(kind, format!("unknown type `{kind}`; the types are `manual` and `skip`"));
        }
        let Some(tests) = check.get("tests").and_then(|tests| self.map(tests, &TESTS, "check's tests")) else {
            return;
        };
        let join = tests.get("bin_op").and_then(Json::as_str).unwrap_or_default();
        if !matches!(join, "" | "and" | "or") {
            self.warn(join, format!("unknown bin_op `{join}`, so the check always fails; write `and` or `or`"));
        }
        for item in list(tests, "test_items") {
            self.item(item);
        }
    }

    fn item(&mut self, value: &Json) {
        let Some(item) = self.map(value, &ITEM, "test") else { return };
        if let Some(path) = item.get("path").and_then(Json::as_str) {
            if let Err(error) = JsonPath::parse(path) {
                self.warn(path, format!("invalid path `{path}`, so the test always fails: {error}"));
            } else if !path.is_empty() && !path.contains('{') {
                self.warn(
                    path,
                    format!("the path `{path}` has no braces and is taken as literal text; write `{{{path}}}`"),
                );
            }
        }
        let Some(compare) = item.get("compare").and_then(|c| self.map(c, &COMPARE, "comparison")) else {
            return;
        };
        let word = compare.get("op").and_then(Json::as_str).unwrap_or_default();
        if let (CompareOperator::Unknown(word), false) = (CompareOperator::parse(word), word.is_empty()) {
            let near = suggestions(&word, CompareOperator::KNOWN.into_iter());
            self.warn(&word, format!("unknown operator `{word}`, so the test always fails{near}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_and_values_are_reported_with_their_position() {
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
            "node.yaml:7:9: `adit` is not a key of a check and is ignored; did you mean `audit`?",
            "node.yaml:8:15: unknown type `Manual`; the types are `manual` and `skip`",
            "node.yaml:10:19: unknown bin_op `xor`, so the check always fails; write `and` or `or`",
            "node.yaml:13:30: unknown operator `gtee`, so the test always fails; did you mean `gte`?",
            "node.yaml:14:21: the path `.a.b` has no braces and is taken as literal text; write `{.a.b}`",
            "node.yaml:15:22: invalid path `{.a`, so the test always fails: missing `}`",
        ];
        assert_eq!(got, expected);
    }
}
