//! What the tests of the operators share, and tests of what all operators have in common.

use super::*;
use serde_json::Value as Json;
use std::time::Duration;

/// Reads an expectation from YAML. The only parameter is `mode`, with the value 640.
pub(super) fn read(yaml: &str) -> Expectation {
    let raw: RawExpectation = serde_saphyr::from_str(yaml).expect(yaml);
    raw.fill(&|name| (name == "mode").then(|| Json::from("640"))).expect(yaml)
}

/// Verifies that an expectation is refused at load, with its location and this message.
pub(super) fn refuse(yaml: &str, message: &str) {
    let error = serde_saphyr::from_str::<RawExpectation>(yaml).expect_err(yaml);
    assert!(error.location().is_some(), "{yaml}: {error}");
    assert!(error.to_string().contains(message), "{yaml}: {error}");
}

/// Verifies which values meet an expectation.
pub(super) fn verify(cases: &[(&str, Value, bool)]) {
    for (yaml, value, expected) in cases {
        assert_eq!(read(yaml).holds(value), Ok(*expected), "{yaml} of {value}");
    }
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(super) fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| (*item).to_owned()).collect())
}

pub(super) fn minutes(minutes: u64) -> Value {
    Value::Duration(Duration::from_secs(minutes * 60))
}

/// A file with the names of its owner, comma-separated.
pub(super) fn files(mode: u32, users: &str, groups: &str) -> FileGroup {
    let names = |names: &str| names.split(',').map(str::to_owned).collect();
    FileGroup {
        mode: Some(mode),
        users: names(users),
        groups: names(groups),
        names_unknown: None,
        count: 1,
        examples: vec![],
        path: String::new(),
        replaceable: None,
    }
}

#[test]
fn evidence_of_the_other_kind_is_a_mismatch() {
    for yaml in ["mode-at-most: '600'", "owned-by: root:root"] {
        assert_eq!(read(yaml).evidence_kind(), Some(EvidenceKind::Files), "{yaml}");
        assert!(read(yaml).holds(&text("600")).is_err(), "{yaml}");
    }
    for yaml in ["equals: 1", "set: true", "unset: true", "contains: x", "loopback: true"] {
        assert_eq!(read(yaml).evidence_kind(), Some(EvidenceKind::Value), "{yaml}");
        assert!(read(yaml).holds_for_files(&files(0o600, "root", "root")).is_err(), "{yaml}");
    }
}

#[test]
fn only_unset_holds_for_what_is_not_set() {
    for yaml in ["set: true", "not-equals: x", "excludes: x", "equals: ''", "at-most: 1", "owned-by: a:b"] {
        assert!(!read(yaml).holds_unset(), "{yaml}");
    }
    assert!(read("unset: true").holds_unset());
}

#[test]
fn replaces_parameters() {
    assert_eq!(read("mode-at-most: '{mode}'").to_string(), "permissions are 640 or stricter");
    let raw: RawExpectation = serde_saphyr::from_str("mode-at-most: '{other}'").expect("an expectation");
    let error = raw.fill(&|_| None).expect_err("no such parameter");
    assert_eq!(error.to_string(), "parameter `other`: the rule does not define it");
    let error = raw.fill(&|_| Some(Json::from("rw"))).expect_err("not a mode");
    assert_eq!(error.to_string(), "parameter `other`: `rw` is not a mode of three or four octal digits");
}

#[test]
fn refuses_unknown_operators() {
    refuse("equal: 1", "equal");
    refuse("one-of: []", "the list must not be empty");
}

#[test]
fn a_scalar_of_another_type_is_a_mismatch() {
    for scalar in
        ["equals: AlwaysAllow", "not-equals: AlwaysAllow", "one-of: [AlwaysAllow]", "one-of: ['true', 1, 1m, x]"]
    {
        for value in [Value::Bool(true), Value::Number(1), minutes(1)] {
            assert!(read(scalar).holds(&value).is_err(), "{scalar} of {value}");
        }
    }
}
