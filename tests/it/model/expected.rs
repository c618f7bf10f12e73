//! The model: state, `expected_result` and `actual_value` of a check, step by step as kube-bench finds them.

use super::document::Template;
use super::draw::{Audit, ConfigAudit, DrawnCheck, Item};
use regex::Regex;

/// State, `expected_result` and `actual_value`.
pub(crate) type Expected = (&'static str, String, String);

/// Which output an item looked into.
#[derive(Clone, Copy, PartialEq)]
enum Used {
    Command,
    Config,
    Env,
}

/// What one item says about one output.
struct ItemResult {
    passes: bool,
    found: bool,
    actual: String,
    expected: String,
}

pub(crate) fn result(check: &DrawnCheck) -> Expected {
    let nothing = |state| (state, String::new(), String::new());
    let bad = if check.scored { "FAIL" } else { "WARN" };
    let kind = if check.group_is_skipped || check.skipped { "skip" } else { check.kind.unwrap_or_default() };
    if check.scored && kind.is_empty() && check.items.is_none() {
        return nothing("WARN");
    }
    match kind {
        "skip" => return nothing("INFO"),
        "manual" => return nothing("WARN"),
        _ => {}
    }
    let Some(items) = check.items.as_ref().filter(|items| !items.is_empty()) else { return nothing(bad) };

    let text = |audit: &Option<Audit>| audit.as_ref().map(|a| a.text.clone()).unwrap_or_default();
    let failed = |audit: &Option<Audit>| audit.as_ref().is_some_and(|a| a.status != 0);
    let (env, command, config) = (text(&check.env), text(&check.audit), check.config());
    if failed(&check.env) || failed(&check.audit) {
        return nothing(bad);
    }
    let mut config_text = text(&config);
    if failed(&config) {
        let is_127 = config.as_ref().is_some_and(|a| a.status == 127);
        let no_file = is_127 || config_text.contains("No such file or directory");
        if !no_file || (env.is_empty() && command.is_empty()) {
            return nothing(bad);
        }
        config_text.clear();
    }

    let mut results = Vec::new();
    for item in items {
        let mut result = execute(check, item, Used::Command, &command);
        if !result.found && check.audit_config.is_some() && !config_text.is_empty() {
            result = execute(check, item, Used::Config, &config_text);
        }
        if !result.found && item.env.is_some() {
            result = execute(check, item, Used::Env, &env);
        }
        results.push(result);
    }
    let (passes, word) = match check.bin_op.unwrap_or_default() {
        "" | "and" => (results.iter().all(|r| r.passes), " AND "),
        "or" => (results.iter().any(|r| r.passes), " OR "),
        other => return (bad, String::new(), format!("unknown binary operator for tests {other}\n")),
    };
    let expected: Vec<&str> = results.iter().map(|r| r.expected.as_str()).collect();
    (if passes { "PASS" } else { bad }, expected.join(word), results[0].actual.clone())
}

fn execute(check: &DrawnCheck, item: &Item, used: Used, output: &str) -> ItemResult {
    let output = output.trim_end_matches([' ', '\n']);
    let lines: Vec<&str> = if check.multiple { output.split('\n').collect() } else { vec![output] };
    let mut last = None;
    for line in lines {
        let result = evaluate(check, item, used, line);
        let passes = result.passes;
        last = Some(result);
        if !passes {
            break;
        }
    }
    ItemResult { actual: output.to_owned(), ..last.expect("there is a line") }
}

fn evaluate(check: &DrawnCheck, item: &Item, used: Used, output: &str) -> ItemResult {
    let path = item.path.as_ref().map(Template::text).unwrap_or_default();
    let (name, value) = match used {
        Used::Command => (item.flag.unwrap_or_default().to_owned(), flag(output, item.flag.unwrap_or_default())),
        Used::Env => (item.env.unwrap_or_default().to_owned(), variable(output, item.env.unwrap_or_default())),
        Used::Config => (path, document(check, item, output)),
    };
    let Ok(value) = value else {
        return ItemResult { passes: false, found: false, actual: String::new(), expected: String::new() };
    };
    let found = value.is_some();
    let (passes, expected) = match (item.set.unwrap_or(true), value, item.compare.filter(|(op, _)| !op.is_empty())) {
        (true, Some(value), Some((op, wanted))) => compare(op, &value, wanted, &name),
        (true, ..) => (found, format!("'{name}' is present")),
        (false, ..) => (!found, format!("'{name}' is not present")),
    };
    ItemResult { passes, found, actual: String::new(), expected }
}

fn flag(output: &str, flag: &str) -> Result<Option<String>, ()> {
    if output.is_empty() || flag.is_empty() || !output.contains(flag) {
        return Ok(None);
    }
    let pattern = Regex::new(&format!("({flag})(=|: *)*([^\\t\\n\\x0c\\r ]*) *")).expect("a pattern");
    let groups = pattern.captures(output).ok_or(())?;
    Ok(Some(match (&groups[3], flag.starts_with("--")) {
        ("", true) => "true".to_owned(),
        ("", false) => groups[1].to_owned(),
        (value, _) => value.to_owned(),
    }))
}

fn variable(output: &str, name: &str) -> Result<Option<String>, ()> {
    let found = Regex::new(&format!("{name}=.*(?:$|\\n)")).expect("a pattern").find(output);
    let line = found.map(|m| m.as_str().replacen('\n', "", 1).replacen(&format!("{name}="), "", 1));
    Ok(line.filter(|value| !value.is_empty()))
}

/// The rendered path. With `use_multiple_values` each line is a document of its own; those that are drawn have one line.
fn document(check: &DrawnCheck, item: &Item, output: &str) -> Result<Option<String>, ()> {
    let rendered = match (&check.audit_config, &item.path) {
        (Some(ConfigAudit::Document(document)), Some(path)) => path.render(document)?,
        // Not a document: a value cannot be followed by a colon and a blank.
        (Some(ConfigAudit::Text(_)), _) if output.matches(": ").count() > 1 => return Err(()),
        (_, None) => String::new(),
        // An empty document.
        (_, Some(path)) => match path {
            Template::Literal(text) => (*text).to_owned(),
            Template::InText(_) => "is !".to_owned(),
            Template::Field(_) | Template::All(_) | Template::Range(_) => String::new(),
        },
    };
    Ok(Some(rendered).filter(|text| !text.is_empty()))
}

fn compare(op: &str, value: &str, wanted: &str, name: &str) -> (bool, String) {
    let lower = value.to_lowercase();
    let folded = if ["true", "false"].contains(&lower.as_str()) { &lower } else { value };
    let is = |what: &str| format!("'{name}' is {what}");
    match op {
        "eq" => (folded == wanted, is(&format!("equal to '{wanted}'"))),
        "noteq" => (folded != wanted, is(&format!("not equal to '{wanted}'"))),
        "gt" | "gte" | "lt" | "lte" => {
            let (Ok(a), Ok(b)) = (value.trim().parse::<i64>(), wanted.trim().parse::<i64>()) else {
                return (false, format!("Invalid Number(s) used for comparison: '{value}' '{wanted}'"));
            };
            match op {
                "gt" => (a > b, is(&format!("greater than {wanted}"))),
                "gte" => (a >= b, is(&format!("greater or equal to {wanted}"))),
                "lt" => (a < b, is(&format!("lower than {wanted}"))),
                _ => (a <= b, is(&format!("lower or equal to {wanted}"))),
            }
        }
        "has" => (value.contains(wanted), format!("'{name}' has '{wanted}'")),
        "nothave" => (!value.contains(wanted), format!("'{name}' does not have '{wanted}'")),
        "regex" => {
            let matches = Regex::new(wanted).expect("a pattern").is_match(value);
            (matches, format!("'{name}' matched by regex expression '{wanted}'"))
        }
        "valid_elements" => {
            let (elements, valid) = (split(value), split(wanted));
            let passes = if elements.is_empty() || valid.is_empty() {
                elements.is_empty() == valid.is_empty()
            } else {
                elements.iter().all(|element| valid.contains(element))
            };
            (passes, format!("'{name}' contains valid elements from '{wanted}'"))
        }
        "bitmask" => match (i64::from_str_radix(value, 8), i64::from_str_radix(wanted, 8)) {
            (Err(_), _) => (false, format!("Not numeric value - flag: {value}")),
            (Ok(_), Err(_)) => (false, format!("Not numeric value - flag: {wanted}")),
            (Ok(bits), Ok(mask)) => {
                (mask & bits == bits, format!("{name} has permissions {value}, expected {wanted} or more restrictive"))
            }
        },
        _ => (false, String::new()),
    }
}

fn split(text: &str) -> Vec<String> {
    let mut text = text.trim();
    while let Some(shorter) = text.strip_suffix(',') {
        text = shorter;
    }
    if text.is_empty() { Vec::new() } else { text.split(',').map(|element| element.trim().to_owned()).collect() }
}
