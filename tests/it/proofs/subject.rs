//! What is to be proved: each automated rule of the catalogue with each set of parameters that a benchmark gives it.

use super::yaml;
use crate::support::yaml_files_below;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

/// A rule with one set of parameters.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) rule: String,
    pub(crate) params: Map<String, Json>,
    /// The benchmarks whose own profile names the rule with these parameters.
    pub(crate) benchmarks: BTreeSet<String>,
    /// The rule as it is written, the parameters' values in its expectation.
    pub(crate) written: Json,
}

/// One operator of a rule's expectation.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    /// Where the operator stands in the rule, as a JSON pointer.
    pub(crate) at: String,
    /// Where the test stands that it belongs to.
    pub(crate) test: String,
    pub(crate) shown: String,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scalars = self.params.iter().filter(|(_, v)| !v.is_array()).map(|(k, v)| format!(" {k}={v}"));
        write!(f, "{}{}", self.rule, scalars.collect::<String>())?;
        let listed = self.params.values().any(Json::is_array);
        if listed {
            write!(f, " of {}", self.benchmarks.iter().cloned().collect::<Vec<_>>().join(", "))
        } else {
            Ok(())
        }
    }
}

/// All of them, by catalogue file and rule.
pub(crate) fn all() -> Vec<Subject> {
    let uses = uses();
    let mut subjects: Vec<Subject> = Vec::new();
    for rule in files("benchmarks/catalog").iter().flat_map(|f| yaml(f).as_array().cloned().expect("a list of rules")) {
        // `tests/it/workload_proofs.rs` proves those about workloads, and `src/policy/build/tests.rs` those about Dockerfiles.
        let is_of_files = rule.get("workload").is_some() || rule.get("dockerfile").is_some();
        if is_of_files || rule.get("steps").is_some() && !reads_documents(&rule) {
            continue;
        }
        let id = rule["id"].as_str().expect("an id").to_owned();
        let own = rule.get("params").and_then(Json::as_object).cloned().unwrap_or_default();
        let of_rule = uses.iter().filter(|(_, used, _)| *used == id);
        for (benchmark, _, with) in of_rule {
            let mut params = own.clone();
            params.extend(with.clone());
            if let Some(known) = subjects.iter_mut().find(|s| s.rule == id && s.params == params) {
                known.benchmarks.insert(benchmark.clone());
            } else {
                let written = fill(&rule, &params);
                subjects.push(Subject { rule: id.clone(), params, benchmarks: [benchmark.clone()].into(), written });
            }
        }
        // A rule that no benchmark uses is proved with its own parameters.
        if !subjects.iter().any(|s| s.rule == id) {
            let written = fill(&rule, &own);
            subjects.push(Subject { rule: id, params: own, benchmarks: BTreeSet::new(), written });
        }
    }
    subjects
}

/// Whether a part of a rule reads a document of a provider.
pub(crate) fn reads_documents(rule: &Json) -> bool {
    let inner = ["all-of", "any-of"].into_iter().filter_map(|key| rule.get(key)?.as_array()).flatten();
    rule.get("cloud").is_some() || inner.into_iter().any(reads_documents)
}

/// Each benchmark's own entries: benchmark, rule, parameters.
fn uses() -> Vec<(String, String, Map<String, Json>)> {
    let mut uses = Vec::new();
    for profile in files("benchmarks/profiles").iter().map(|f| yaml(f)) {
        let id = profile["id"].as_str().expect("an id").to_owned();
        // A profile that only extends another one has none of its own.
        for check in profile["checks"].as_object().into_iter().flat_map(serde_json::Map::values) {
            let with = check.get("with").and_then(Json::as_object).cloned().unwrap_or_default();
            uses.push((id.clone(), check["rule"].as_str().expect("a rule").to_owned(), with));
        }
    }
    uses
}

/// The YAML files below a folder of this package.
fn files(folder: &str) -> Vec<String> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let relative = |path: PathBuf| path.strip_prefix(package).expect("a file of the package").display().to_string();
    yaml_files_below(folder).into_iter().map(relative).collect()
}

/// Puts the values of `{parameters}` into the expectations; texts keep their placeholders.
fn fill(rule: &Json, params: &Map<String, Json>) -> Json {
    let mut filled = rule.clone();
    filled["params"] = Json::Object(params.clone());
    fill_expectations(&mut filled, params, false);
    filled
}

fn fill_expectations(json: &mut Json, params: &Map<String, Json>, inside: bool) {
    match json {
        Json::Object(map) => map.iter_mut().for_each(|(k, v)| fill_expectations(v, params, inside || k == "expect")),
        Json::Array(items) => items.iter_mut().for_each(|v| fill_expectations(v, params, inside)),
        Json::String(text) if inside => {
            if let Some(value) = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).and_then(|n| params.get(n)) {
                *json = value.clone();
            }
        }
        _ => {}
    }
}

impl Subject {
    /// Whether it cannot be met without a file: one part of several that must all be met is about one.
    pub(crate) fn needs_files(&self) -> bool {
        let about_file = |test: &Json| test.get("file").is_some() || test.get("document").is_some();
        let all = self.written.get("all-of").and_then(Json::as_array);
        about_file(&self.written) || all.is_some_and(|tests| tests.iter().any(about_file))
    }

    /// Its operators, in the order in which they are written.
    pub(crate) fn leaves(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        collect(&self.written, "", "", &mut leaves);
        leaves
    }
}

fn collect(json: &Json, at: &str, test: &str, leaves: &mut Vec<Leaf>) {
    for key in ["all-of", "any-of"] {
        for (index, inner) in json.get(key).and_then(Json::as_array).into_iter().flatten().enumerate() {
            let place = format!("{at}/{key}/{index}");
            // Inside an expectation, the test stays the one that the expectation belongs to.
            let test = if at.contains("/expect") { test } else { &place };
            collect(inner, &place, test, leaves);
        }
    }
    if let Some(expect) = json.get("expect") {
        collect(expect, &format!("{at}/expect"), at, leaves);
    } else if at.contains("/expect") && json.get("all-of").is_none() && json.get("any-of").is_none() {
        leaves.push(Leaf { at: at.to_owned(), test: test.to_owned(), shown: json.to_string() });
    }
}
