//! The list of rules that `print-rules` prints.

use super::report::json;
use super::rules::RULES;
use super::table;
use serde::Serialize;

/// The formats of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RuleListFormat {
    Json,
    Yaml,
    Table,
}

/// A rule in the list. The order of the fields is that of the output.
#[derive(Serialize)]
struct ListedRule {
    id: &'static str,
    selector: &'static str,
    reason: &'static str,
    kinds: &'static [&'static str],
    points: i64,
    advise: u32,
}

/// All rules by id.
pub(super) fn list(format: RuleListFormat) -> String {
    let rules = RULES.iter().map(|rule| ListedRule {
        id: rule.id,
        selector: rule.selector,
        reason: rule.reason,
        kinds: rule.kinds,
        points: rule.points,
        advise: rule.weight,
    });
    match format {
        RuleListFormat::Json => json(&rules.collect::<Vec<_>>()),
        RuleListFormat::Yaml => rules.map(|rule| yaml(&rule)).collect(),
        RuleListFormat::Table => table::rules(),
    }
}

/// A rule as an element of a YAML list. A JSON text is a quoted text of YAML too.
fn yaml(rule: &ListedRule) -> String {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let kinds: String = rule.kinds.iter().map(|kind| format!("  - {kind}\n")).collect();
    format!(
        "- id: {}\n  selector: {}\n  reason: {}\n  kinds:\n{kinds}  points: {}\n  advise: {}\n",
        rule.id,
        text(rule.selector),
        text(rule.reason),
        rule.points,
        rule.advise
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value as Json;

    #[test]
    fn every_rule_is_listed_in_each_format() {
        let from_json: Json = serde_json::from_str(&list(RuleListFormat::Json)).expect("JSON");
        let from_yaml: Json = serde_saphyr::from_str(&list(RuleListFormat::Yaml)).expect("YAML");
        assert_eq!(from_json, from_yaml);
        assert_eq!(from_json.as_array().map(Vec::len), Some(30));
        let keys: Vec<&String> = from_json[0].as_object().expect("a rule").keys().collect();
        assert_eq!(keys, ["id", "selector", "reason", "kinds", "points", "advise"]);
        let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| list(RuleListFormat::Table).contains(id)));
    }
}
