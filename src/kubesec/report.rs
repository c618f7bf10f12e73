//! The report on one document, and the JSON of all reports.

use super::input::InputDocument;
use super::object::Object;
use super::rule::Rule;
use super::schema::validate;
use crate::source::manifests::KUBERNETES_VERSION;
use serde::Serialize;

/// What the scan of a document found. The order of the fields is that of the JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DocumentReport {
    pub(super) object: String,
    pub(super) valid: bool,
    pub(super) file_name: String,
    pub(super) message: String,
    pub(super) score: i64,
    pub(super) scoring: Scoring,
}

/// The rules that count.
#[derive(Debug, Default, Serialize)]
pub(super) struct Scoring {
    /// Matching rules that take points, the worst first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) critical: Vec<Entry>,
    /// Matching rules that give points, the best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) passed: Vec<Entry>,
    /// Rules that would give points, the best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) advise: Vec<Entry>,
}

/// A rule in a report.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    pub(super) id: &'static str,
    pub(super) selector: &'static str,
    pub(super) reason: &'static str,
    pub(super) points: i64,
}

impl Entry {
    const fn new(rule: &Rule) -> Self {
        Self { id: rule.id, selector: rule.selector, reason: rule.reason, points: rule.points }
    }
}

impl Scoring {
    /// A document without a kind matches no rule.
    fn new(object: Object<'_>, rules: &[&'static Rule]) -> Self {
        let mut scoring = Self::default();
        let kind = object.kind();
        for rule in
            rules.iter().filter(|rule| kind.is_none_or(|kind| kind.as_str().is_some_and(|k| rule.applies_to(k))))
        {
            let matches = kind.is_some() && (rule.matches)(object);
            match (matches, rule.points >= 0) {
                (true, true) => scoring.passed.push(Entry::new(rule)),
                (true, false) => scoring.critical.push(Entry::new(rule)),
                (false, true) => scoring.advise.push(Entry::new(rule)),
                (false, false) => {}
            }
        }
        scoring.critical.sort_by_key(|entry| (entry.points, entry.selector));
        scoring.passed.sort_by_key(|entry| (-entry.points, entry.selector));
        scoring.advise.sort_by_key(|entry| (-entry.points, entry.selector));
        scoring
    }

    fn score(&self) -> i64 {
        self.critical.iter().chain(&self.passed).map(|entry| entry.points).sum()
    }
}

impl DocumentReport {
    /// Scans a document with these rules.
    pub(super) fn of_document(document: &InputDocument, file_name: &str, rules: &[&'static Rule]) -> Self {
        let object = Object::new(&document.value);
        if let Err(finding) = validate(&document.value, document.duplicate.as_deref()) {
            let message = format!("Not valid for Kubernetes {KUBERNETES_VERSION}: {finding}");
            return Self { object: object.title(), ..Self::invalid(file_name, message) };
        }
        let scoring = Scoring::new(object, rules);
        let score = scoring.score();
        let kind = object.kind().and_then(|kind| kind.as_str());
        let message = match kind.filter(|kind| !rules.iter().any(|rule| rule.applies_to(kind))) {
            Some(kind) => format!("No rule applies to the kind {kind}"),
            None if score < 0 => format!("Failed: the score is {score}"),
            None => format!("Passed: the score is {score}"),
        };
        Self { object: object.title(), valid: true, file_name: file_name.to_owned(), message, score, scoring }
    }

    /// The report on a document that cannot be scanned.
    pub(super) fn invalid(file_name: &str, message: String) -> Self {
        let (object, scoring) = ("Unknown".to_owned(), Scoring::default());
        Self { object, valid: false, file_name: file_name.to_owned(), message, score: 0, scoring }
    }
}

/// The JSON of a value as Go writes it: with `<`, `>`, `&` and the two line separators of Unicode escaped.
pub(super) fn json<T: Serialize>(value: &T) -> String {
    // Only a type that is no JSON can fail, such as a map with keys that are no texts.
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut out = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            other => out.push(other),
        }
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::super::rules::{RULES, rule};
    use super::*;
    use serde_json::{Value as Json, json as value};

    fn report(document: Json) -> DocumentReport {
        let rules: Vec<&Rule> = RULES.iter().collect();
        DocumentReport::of_document(&InputDocument { value: document, duplicate: None }, "a.yaml", &rules)
    }

    fn ids(entries: &[Entry]) -> Vec<&str> {
        entries.iter().map(|entry| entry.id).collect()
    }

    #[test]
    fn lists_are_sorted_by_points_and_selector() {
        let report = report(value!({
            "apiVersion": "v1", "kind": "Pod",
            "spec": {
                "hostPID": true, "hostIPC": true, "hostAliases": [], "serviceAccountName": "a", "hostUsers": false,
                "containers": [{"name": "a", "securityContext": {"privileged": true, "runAsNonRoot": true}}],
            },
        }));
        assert_eq!(ids(&report.scoring.critical), ["Privileged", "HostIPC", "HostPID", "HostAliases"]);
        assert_eq!(ids(&report.scoring.passed), ["ServiceAccountName", "HostUsers", "RunAsNonRoot"]);
        assert_eq!(ids(&report.scoring.advise)[..2], ["ApparmorAny", "AutomountServiceAccountToken"]);
        assert_eq!((report.score, report.message.as_str()), (-46, "Failed: the score is -46"));
    }

    #[test]
    fn a_rule_that_is_named_twice_counts_twice() {
        let twice = [rule("HostUsers"), rule("HostUsers")].map(|rule| rule.expect("a rule"));
        let document = value!({"apiVersion": "v1", "kind": "Pod", "spec": {"hostUsers": false, "containers": []}});
        let report = DocumentReport::of_document(&InputDocument { value: document, duplicate: None }, "a", &twice);
        assert_eq!((report.score, report.scoring.passed.len()), (2, 2));
    }

    #[test]
    fn what_is_not_an_object_has_no_score() {
        let cases = [
            (value!(null), true, 17, "Passed: the score is 0"),
            (value!({"apiVersion": "v1", "kind": "ConfigMap"}), true, 0, "No rule applies to the kind ConfigMap"),
            (value!({"kind": "Pod"}), false, 0, "Not valid for Kubernetes 1.37: missing field `apiVersion`"),
        ];
        for (document, valid, advise, message) in cases {
            let report = report(document);
            assert_eq!((report.valid, report.scoring.advise.len(), report.message.as_str()), (valid, advise, message));
        }
    }

    #[test]
    fn json_is_escaped_and_indented_as_go_does() {
        let report = DocumentReport::invalid("<a>&\u{2028}", "m".to_owned());
        let expected = "[\n  {\n    \"object\": \"Unknown\",\n    \"valid\": false,\n    \"fileName\": \"\\u003ca\\u003e\\u0026\\u2028\",\n    \
                        \"message\": \"m\",\n    \"score\": 0,\n    \"scoring\": {}\n  }\n]\n";
        assert_eq!(json(&[report]), expected);
    }
}
