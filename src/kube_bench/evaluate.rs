//! Evaluates the tests of a check on the output of its audits. Pure.

use super::audit::{AuditOutput, AuditOutputs};
use super::fields::CheckFields;
use super::flag::flag_value;
use super::jsonpath::{JsonPath, JsonPathDocument};
use super::{AuditCheck, BinOp, TestItem};
use crate::model::{Outcome, Verdict};
use crate::text::{quote, sanitize};

/// The result of a check, and what went wrong beside its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluated {
    /// The outcome.
    pub outcome: Outcome,
    /// Notices for the reader.
    pub notices: Vec<String>,
}

/// Which output an item looks into, and under which name.
#[derive(Clone, Copy)]
enum ItemSource<'a> {
    Flag(&'a str),
    Path(&'a str),
    Env(&'a str),
}

/// What one item found.
#[derive(Default)]
struct ItemResult {
    passed: bool,
    present: bool,
    expected: String,
    actual: String,
}

/// Evaluates a check. `skipped`: the user asked to leave it out. The audits run only where the verdict depends on them.
pub fn evaluate(check: &AuditCheck, skipped: bool, answers: &mut dyn FnMut() -> AuditOutputs) -> Evaluated {
    if check.check_type == "skip" || check.group_skipped || skipped {
        return without_audit(check, Verdict::Skipped);
    }
    if check.scored && check.check_type.trim().is_empty() && check.tests.is_none() {
        return without_audit(check, Verdict::Manual("there are no tests".to_owned()));
    }
    if check.check_type == "manual" {
        return without_audit(check, Verdict::Manual(String::new()));
    }
    let Some(tests) = check.tests.as_ref().filter(|t| !t.items.is_empty()) else {
        return without_audit(check, Verdict::Fail("no tests are defined".to_owned()));
    };
    let answers = answers();
    let texts = match texts(check, &answers) {
        Ok(texts) => texts,
        Err(reason) => return without_audit(check, Verdict::Undetermined(reason)),
    };
    let mut notices = Vec::new();
    let found: Vec<ItemResult> =
        tests.items.iter().map(|item| find_and_evaluate(check, item, &texts, &mut notices)).collect();
    let (passed, word) = match &tests.bin_op {
        BinOp::And => (found.iter().all(|f| f.passed), " AND "),
        BinOp::Or => (found.iter().any(|f| f.passed), " OR "),
        BinOp::Unknown(word) => {
            let verdict = Verdict::Fail(format!("unknown bin_op {}; use `and` or `or`", quote(word)));
            // kube-bench shows its message, with the line break, instead of the output.
            let actual = format!("unknown binary operator for tests {word}\n");
            return Evaluated { notices, outcome: outcome(check, verdict, String::new(), &actual) };
        }
    };
    let verdict = if passed { Verdict::Pass } else { Verdict::Fail(String::new()) };
    let expected: Vec<&str> = found.iter().map(|f| f.expected.as_str()).collect();
    let expected = expected.join(word);
    let actual = found.into_iter().next().map(|f| f.actual).unwrap_or_default();
    Evaluated { outcome: outcome(check, verdict, expected, &actual), notices }
}

fn without_audit(check: &AuditCheck, verdict: Verdict) -> Evaluated {
    Evaluated { outcome: outcome(check, verdict, String::new(), ""), notices: Vec::new() }
}

fn outcome(check: &AuditCheck, verdict: Verdict, expected: String, actual: &str) -> Outcome {
    let kind = if verdict == Verdict::Skipped { "skip" } else { &check.check_type };
    let fields = CheckFields {
        audit_env: check.audit_env.clone(),
        audit_config: check.audit_config.clone(),
        kind: kind.to_owned(),
        use_multiple_values: check.use_multiple_values,
    };
    Outcome {
        verdict: verdict.map_reason(sanitize::into_line),
        manual: kind == "manual",
        reads: check.audit.clone(),
        expected: sanitize::into_line(expected),
        actual: sanitize::output(actual),
        remediation: check.remediation.clone().into(),
        changes_nothing: false,
        findings: Vec::new(),
        extensions: fields.into_extensions(),
    }
}

struct Texts<'a> {
    audit: &'a str,
    config: &'a str,
    env: &'a str,
}

/// The three outputs, or the reason of the first that failed. That of an ignored `audit_config` is empty.
fn texts<'a>(check: &AuditCheck, answers: &'a AuditOutputs) -> Result<Texts<'a>, String> {
    let env = output(&check.audit_env, &answers.env)?;
    let audit = output(&check.audit, &answers.audit)?;
    let config = match output(&check.audit_config, &answers.config) {
        Ok(text) => text,
        Err(reason) => match &answers.config {
            AuditOutput::Text { text, status } if *status != 0 && (!env.is_empty() || !audit.is_empty()) => {
                let no_file = *status == 127 || text.contains("No such file or directory");
                if no_file { "" } else { return Err(reason) }
            }
            AuditOutput::Text { .. } | AuditOutput::NotDefined | AuditOutput::Failed(_) => return Err(reason),
        },
    };
    Ok(Texts { audit, config, env })
}

fn output<'a>(script: &str, printed: &'a AuditOutput) -> Result<&'a str, String> {
    match printed {
        AuditOutput::NotDefined => Ok(""),
        AuditOutput::Text { text, status: 0 } => Ok(text),
        AuditOutput::Text { text, status } => {
            Err(format!("the audit {} failed with exit status {status}: {}", quote(script), quote(text)))
        }
        AuditOutput::Failed(reason) => Err(format!("the audit {} gave no result: {reason}", quote(script))),
    }
}

fn find_and_evaluate(check: &AuditCheck, item: &TestItem, texts: &Texts<'_>, notices: &mut Vec<String>) -> ItemResult {
    let mut evaluate = |source: ItemSource<'_>, text: &str| evaluate_output(check, item, source, text, notices);
    let mut found = evaluate(ItemSource::Flag(&item.flag), texts.audit);
    if !found.present && !check.audit_config.is_empty() && !texts.config.is_empty() {
        found = evaluate(ItemSource::Path(&item.path), texts.config);
    }
    if !found.present && !item.env.is_empty() {
        found = evaluate(ItemSource::Env(&item.env), texts.env);
    }
    found
}

/// One item on one output: all of it, or line by line to the first that fails.
fn evaluate_output(
    check: &AuditCheck,
    item: &TestItem,
    source: ItemSource<'_>,
    text: &str,
    notices: &mut Vec<String>,
) -> ItemResult {
    let text = text.trim_end_matches([' ', '\n']);
    let parts: Vec<&str> = if check.use_multiple_values { text.split('\n').collect() } else { vec![text] };
    let mut last = ItemResult::default();
    for part in parts {
        last = evaluate_item(item, source, part, notices);
        if !last.passed {
            break;
        }
    }
    ItemResult { actual: text.to_owned(), ..last }
}

fn evaluate_item(item: &TestItem, source: ItemSource<'_>, text: &str, notices: &mut Vec<String>) -> ItemResult {
    let (name, value) = match source {
        ItemSource::Flag(flag) => (flag, flag_value(text, flag)),
        ItemSource::Env(env) => (env, Ok(env_value(text, env))),
        ItemSource::Path(path) => (path, path_value(text, path)),
    };
    let value = match value {
        Ok(value) => value,
        Err(reason) => {
            if !notices.contains(&reason) {
                notices.push(reason);
            }
            return ItemResult::default();
        }
    };
    let present = value.is_some();
    let (passed, expected) = match (item.set, &value, &item.compare) {
        (true, Some(value), Some((operator, wanted))) => operator.compare(name, value, wanted),
        (true, value, _) => (value.is_some(), format!("'{name}' is present")),
        (false, value, _) => (value.is_none(), format!("'{name}' is not present")),
    };
    ItemResult { passed, present, expected, actual: String::new() }
}

/// The rest of the line behind `NAME=`, wherever that stands.
fn env_value(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("{name}="))?;
    let value = rest.split('\n').next().unwrap_or_default();
    (!value.is_empty()).then(|| value.to_owned())
}

fn path_value(text: &str, path: &str) -> Result<Option<String>, String> {
    let document = JsonPathDocument::parse(text)
        .map_err(|e| format!("the output {} is neither JSON nor YAML: {e}", quote(text)))?;
    let template = JsonPath::parse(path).map_err(|e| format!("invalid path {}: {e}", quote(path)))?;
    let value = template.render(&document).map_err(|e| format!("path {}: {e}", quote(path)))?;
    Ok(Some(value).filter(|v| !v.is_empty()))
}

#[cfg(test)]
mod tests;
