//! Changed rules: what a slip of the hand could make of a rule. Each must be found by a proof.

use super::case::{Case, State};
use super::subject::{Leaf, Subject, reads_documents};
use serde_json::{Value as Json, json};

/// A changed rule.
#[derive(Debug)]
pub(crate) struct Mutant {
    /// What was changed.
    pub(crate) name: String,
    pub(crate) rule: Json,
    /// Only a proof that breaks this part of the expectation may find it.
    breaks: Option<usize>,
}

impl Mutant {
    pub(crate) fn may_be_found_by(&self, case: &Case) -> bool {
        self.breaks.is_none_or(|leaf| case.is == State::NotMet && case.breaks.contains(&leaf))
    }
}

/// A value that no machine has.
const NEVER: &str = "no-such-value";

/// Parts that change nothing if they always hold: where they do not, another part finds nothing to look at.
const COVERED_BY_ANOTHER: [(&str, usize); 2] = [("audit-policy-minimal", 1), ("etcd-unique-ca", 1)];

/// Rules whose default is as bad as none: that it is looked at changes nothing.
const BAD_BY_DEFAULT: [&str; 3] =
    ["controller-manager-bind-address", "scheduler-bind-address", "kubelet-rotate-certificates"];

/// Rules that are met by the default of every version.
const ANY_DEFAULT_IS_GOOD: [&str; 1] = ["kubelet-event-qps"];

/// The changed forms of a rule.
pub(crate) fn of(subject: &Subject) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (index, leaf) in subject.leaves().iter().enumerate() {
        let operator = subject.written.pointer(&leaf.at).expect("an operator");
        let about_files = subject.written.pointer(&format!("{}/file", leaf.test)).is_some();
        let mut add = |name: String, put: Json, breaks| {
            let mut rule = subject.written.clone();
            *rule.pointer_mut(&leaf.at).expect("an operator") = put;
            mutants.push(Mutant { name: format!("{} {name}", leaf.shown), rule, breaks });
        };
        // If a part always held, a proof that breaks just this part would no longer be not met.
        let always = if about_files {
            json!({ "mode-at-most": "7777" })
        } else {
            json!({ "any-of": [{ "set": true }, { "unset": true }] })
        };
        if !COVERED_BY_ANOTHER.contains(&(subject.rule.as_str(), index + 1)) {
            add("always holds".to_owned(), always, Some(index + 1));
        }
        let never =
            if about_files { json!({ "owned-by": format!("{NEVER}:{NEVER}") }) } else { json!({ "equals": NEVER }) };
        add("never holds".to_owned(), never, None);
        for (name, put) in neighbours(operator) {
            add(name, put, None);
        }
        mutants.extend(of_test(subject, leaf));
    }
    mutants.extend(of_rule(subject));
    mutants
}

/// The operator turned round, and its bounds and lists a little off.
fn neighbours(operator: &Json) -> Vec<(String, Json)> {
    let (key, value) = operator.as_object().and_then(|o| o.iter().next()).expect("one operator");
    let turned = |other: &str| ("is turned round".to_owned(), json!({ other: value }));
    let mut found = Vec::new();
    match key.as_str() {
        "equals" => found.push(turned("not-equals")),
        "not-equals" => found.push(turned("equals")),
        "contains" => found.push(turned("excludes")),
        "excludes" => found.push(turned("contains")),
        "set" => found.push(turned("unset")),
        "unset" => found.push(turned("set")),
        "at-least" => found.push(turned("at-most")),
        "at-most" => found.push(turned("at-least")),
        "more-than" => found.push(turned("at-most")),
        "contains-any" => {
            let others: Vec<Json> = items(value).iter().map(|i| json!({ "excludes": i })).collect();
            found.push(("is turned round".to_owned(), json!({ "all-of": others })));
            let each: Vec<Json> = items(value).iter().map(|i| json!({ "contains": i })).collect();
            found.push(("needs them all".to_owned(), json!({ "all-of": each })));
        }
        "one-of" => {
            let others: Vec<Json> = items(value).iter().map(|i| json!({ "not-equals": i })).collect();
            found.push(("is turned round".to_owned(), json!({ "all-of": others })));
        }
        "loopback" => {
            let only = |address: &str| (format!("knows {address} only"), json!({ "equals": address }));
            found.extend(["127.0.0.1", "::1"].map(only));
            found.push(("is turned round".to_owned(), json!({ "not-equals": "127.0.0.1" })));
        }
        "not-everywhere" => {
            let only = |network: &str| (format!("knows {network} only"), json!({ "excludes": network }));
            found.extend(["0.0.0.0/0", "::/0"].map(only));
        }
        // Turned round, these cannot be written; that they always and never hold is tried instead.
        "mode-at-most" | "owned-by" | "matches" | "subset-of" | "url-schemes" => {}
        other => panic!("the operator {other} has no changed form here"),
    }
    match key.as_str() {
        "at-least" | "at-most" | "more-than" => {
            found.extend([1, -1].map(|by| (format!("has a bound off by {by}"), json!({ key: shift(value, by) }))));
        }
        "mode-at-most" => {
            let limit = u32::from_str_radix(value.as_str().expect("a mode"), 8).expect("a mode");
            let bits = (0..12).map(|bit| limit ^ (1 << bit));
            found.extend(bits.map(|m| (format!("has the limit {m:o}"), json!({ key: format!("{m:o}") }))));
        }
        "one-of" | "subset-of" | "contains-any" | "url-schemes" => {
            let items = items(value);
            for item in items.iter().filter(|_| items.len() > 1) {
                let rest: Vec<&Json> = items.iter().filter(|i| *i != item).collect();
                found.push((format!("misses {item}"), json!({ key: rest })));
                if key == "contains-any" {
                    let turned = json!({ "any-of": [{ key: rest }, { "excludes": item }] });
                    found.push((format!("has {item} turned round"), turned));
                }
            }
        }
        _ => {}
    }
    found
}

fn items(value: &Json) -> Vec<Json> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

/// A bound one higher or lower: of a time span, a second.
fn shift(bound: &Json, by: i64) -> Json {
    let text = bound.as_str().map_or_else(|| bound.to_string(), str::to_owned);
    if let Ok(number) = text.parse::<i64>() {
        return json!(number + by);
    }
    let seconds = match (text.strip_suffix('m'), text.strip_suffix('s')) {
        (Some(minutes), _) => minutes.parse::<i64>().expect("minutes") * 60,
        (_, Some(seconds)) => seconds.parse::<i64>().expect("seconds"),
        _ => panic!("{text} is no bound"),
    };
    // There is no span below nothing.
    json!(format!("{}s", if seconds + by < 0 { 1 } else { seconds + by }))
}

/// What surrounds an operator: where its value comes from, and what unset means.
fn of_test(subject: &Subject, leaf: &Leaf) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let mut add = |name: String, change: &dyn Fn(&mut Json)| {
        let mut rule = subject.written.clone();
        change(rule.pointer_mut(&leaf.test).expect("a test"));
        mutants.push(Mutant { name: format!("{} {name}", leaf.shown), rule, breaks: None });
    };
    let test = subject.written.pointer(&leaf.test).expect("a test");
    for probe in ["setting", "process"] {
        for source in ["flag", "env", "path"].into_iter().filter(|s| test[probe].get(s).is_some()) {
            add(format!("is asked of another {source}"), &|t| t[probe][source] = json!("NO-SUCH-SOURCE"));
        }
        if let Some([first, second]) = test[probe]["key"].as_array().map(Vec::as_slice) {
            add("is asked of its keys the other way round".to_owned(), &|t| t[probe]["key"] = json!([second, first]));
            add("is asked of its first key alone".to_owned(), &|t| t[probe]["key"] = json!([first]));
        }
    }
    if test.get("when-unset").is_some() {
        if !BAD_BY_DEFAULT.contains(&subject.rule.as_str()) {
            add("does not take the default".to_owned(), &|t| drop(t.as_object_mut().map(|t| t.remove("when-unset"))));
        }
        let by_version = test["setting"]["default"].as_array().and_then(|items| items.last()?.get("value"));
        if let Some(newest) = by_version.filter(|_| !ANY_DEFAULT_IS_GOOD.contains(&subject.rule.as_str())) {
            add("has the newest default in every version".to_owned(), &|t| t["setting"]["default"] = newest.clone());
        }
        add("has another default".to_owned(), &|t| t["setting"]["default"] = other_default(&t["setting"]["default"]));
    }
    for (pointer, put) in [
        ("/document/at/flag", json!(NEVER)),
        ("/document/at/env", json!("NO_SUCH_VARIABLE")),
        ("/document/at/path", json!("no.such.path")),
        ("/document/select/encryption-writer", json!("configmaps")),
        ("/document/select/unit", json!("Service.NoSuchKey")),
        ("/document/select/path", json!("no.such.path")),
        ("/document/select/audit-level/group", json!("no-such-group")),
        ("/document/select/audit-level/resource", json!("no-such-resource")),
        ("/document/select/audit-level/verbs", json!(["no-such-verb"])),
        ("/file/names", json!(["*.no-such-name"])),
        ("/file/at", json!("/no/such/file")),
    ] {
        if test.pointer(pointer).is_some() {
            add(format!("is asked elsewhere: {pointer}"), &|t| *t.pointer_mut(pointer).expect(pointer) = put.clone());
        }
    }
    mutants_of_cloud(test, &mut add);
    let verbs = test["document"]["select"]["audit-level"]["verbs"].as_array().into_iter().flatten();
    for verb in verbs {
        let without = |t: &mut Json| {
            let verbs = t["document"]["select"]["audit-level"]["verbs"].as_array_mut();
            verbs.into_iter().for_each(|verbs| verbs.retain(|other| other != verb));
        };
        add(format!("is not asked of {verb}"), &without);
    }
    for (index, _) in test["file"]["at"].as_array().into_iter().flatten().enumerate() {
        let without = |t: &mut Json| drop(t["file"]["at"].as_array_mut().map(|at| at.remove(index)));
        add(format!("is not asked of place {}", index + 1), &without);
    }
    mutants
}

/// Adds a mutant: its name, and how it changes a test.
type Add<'a> = dyn FnMut(String, &dyn Fn(&mut Json)) + 'a;

/// Other fields of a document, and other defaults.
fn mutants_of_cloud(test: &Json, add: &mut Add<'_>) {
    let Some(cloud) = test.get("cloud") else {
        return;
    };
    for key in ["path", "cluster-path"].into_iter().filter(|key| cloud.get(*key).is_some()) {
        let paths = items(&cloud[key]);
        for (index, path) in paths.iter().enumerate() {
            let mut changed = paths.clone();
            changed[index] = json!("no.such.field");
            add(format!("is not asked of {path}"), &|t| t["cloud"][key] = json!(changed));
        }
    }
    let expected = test["expect"].get("one-of").map(items).or_else(|| Some(items(test["expect"].get("equals")?)));
    let expected = expected.unwrap_or_default();
    for key in ["default", "autopilot"] {
        match &cloud[key] {
            Json::Bool(value) => add(format!("has another {key}"), &|t| t["cloud"][key] = json!(!value)),
            text @ Json::String(_) if !expected.is_empty() => {
                let other = if expected.contains(text) { json!(NEVER) } else { expected[0].clone() };
                add(format!("has another {key}"), &|t| t["cloud"][key] = other.clone());
            }
            _ => {}
        }
    }
}

/// A default that is another value of the same kind.
fn other_default(default: &Json) -> Json {
    match default {
        Json::Bool(b) => json!(!b),
        // A limit that the default stays below.
        Json::Number(n) if n.as_i64() == Some(85) => json!(100),
        Json::Number(n) => json!(if n.as_i64() == Some(0) { 1 } else { -1 }),
        Json::String(text) if text.ends_with('s') || text.ends_with('h') => json!("0s"),
        Json::String(text) if text.starts_with("0.0.0.0") => json!("127.0.0.1"),
        Json::String(_) => json!(NEVER),
        Json::Array(items) if items.is_empty() => {
            json!([
                "AlwaysAdmit",
                "DenyEscalatingExec",
                "DenyServiceExternalIPs",
                "NamespaceLifecycle",
                "PodSecurityPolicy",
                "SecurityContextDeny",
                "ServiceAccount",
                "security.openshift.io/SecurityContextConstraint"
            ])
        }
        Json::Array(items) if items[0].get("value").is_some_and(Json::is_boolean) => json!(false),
        // By version.
        Json::Array(items) if items[0].get("value").is_some() => json!(-1),
        Json::Array(_) => json!([NEVER]),
        Json::Object(apart) => apart.iter().map(|(k, v)| (k.clone(), other_default(v))).collect(),
        Json::Null => panic!("no default"),
    }
}

/// What a rule says as a whole.
fn of_rule(subject: &Subject) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let mut add = |name: &str, rule: Json| mutants.push(Mutant { name: name.to_owned(), rule, breaks: None });
    let rule = &subject.written;
    if rule.get("needs").is_some() {
        let mut changed = rule.clone();
        changed.as_object_mut().expect("a rule").remove("needs");
        add("it is asked of every machine", changed);
    }
    if rule.get("applies-if").is_some() {
        let mut changed = rule.clone();
        changed.as_object_mut().expect("a rule").remove("applies-if");
        add("it applies to every process", changed);
    }
    // Of parts of which one is enough, none is met if none applies; a document that is not given is never a failure.
    if rule.get("any-of").is_none() && !reads_documents(rule) {
        let mut flipped = rule.clone();
        flip_missing(&mut flipped);
        add("a missing subject means the opposite", flipped);
    }
    for (key, other) in [("all-of", "any-of"), ("any-of", "all-of")] {
        if let Some(tests) = rule.get(key) {
            let mut changed = rule.clone();
            changed.as_object_mut().expect("a rule").remove(key);
            changed[other] = tests.clone();
            add("it asks for one of its parts instead of all, or the other way round", changed);
        }
    }
    mutants
}

fn flip_missing(json: &mut Json) {
    if json.get("expect").is_some() {
        let now = json.get("when-missing").and_then(Json::as_str).unwrap_or("not-met");
        json["when-missing"] = json!(if now == "not-met" { "not-applicable" } else { "not-met" });
    }
    for key in ["all-of", "any-of"] {
        json.get_mut(key).and_then(Json::as_array_mut).into_iter().flatten().for_each(flip_missing);
    }
}
