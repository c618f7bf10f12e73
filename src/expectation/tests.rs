use super::*;
use crate::source::node::FileKind;
use serde_json::Value as Json;

fn expect(text: &str) -> Expectation {
    let written: RawExpectation = serde_saphyr::from_str(text).expect(text);
    written.fill(&|name| (name == "mode").then(|| Json::String("640".to_owned()))).expect(text)
}

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|i| (*i).to_owned()).collect())
}

#[test]
fn each_operator_holds_and_does_not_hold() {
    let text = |t: &str| Value::Text(t.to_owned());
    let minutes = |m: u64| Value::Duration(Duration::from_secs(m * 60));
    let cases = [
        ("equals: false", Value::Bool(false), Value::Bool(true)),
        ("equals: 0", Value::Number(0), Value::Number(1)),
        ("equals: Webhook", text("Webhook"), text("webhook")),
        ("not-equals: AlwaysAllow", text("Webhook"), text("AlwaysAllow")),
        ("one-of: [kms, aescbc]", text("kms"), text("identity")),
        ("contains: RBAC", list(&["Node", "RBAC"]), list(&["Node", "RBACX"])),
        ("contains: RBAC", text("Node, RBAC"), text("NodeRBAC")),
        ("excludes: AlwaysAllow", list(&["Node"]), list(&["Node", "AlwaysAllow"])),
        ("subset-of: [a, b]", list(&["b"]), list(&["b", "c"])),
        ("subset-of: [a, b]", list(&["a", "b"]), list(&[])),
        ("at-least: 30", Value::Number(30), Value::Number(29)),
        ("at-most: 5m", minutes(5), minutes(6)),
        ("more-than: 0", Value::Number(1), Value::Number(0)),
        ("more-than: 0s", minutes(1), Value::Duration(Duration::ZERO)),
        ("matches: '^127[.]'", text("127.0.0.1"), text("0.0.0.0127.")),
        ("loopback: true", text("127.0.0.1"), text("0.0.0.0")),
        ("loopback: true", text("127.8.9.1:10249"), text("10.127.0.0.1:10249")),
        ("loopback: true", text("::1"), text("::")),
        ("loopback: true", text("[::1]:10249"), text("[::]:10249")),
        ("loopback: true", text("[::1]"), text("[fe80::1]")),
        ("loopback: true", text("::ffff:127.0.0.1"), text("::ffff:192.0.2.1")),
        ("loopback: true", text("localhost"), text("localhost.example.com")),
        ("loopback: true", text("localhost:10249"), text("localhost:http")),
        ("loopback: true", text("127.0.0.1:0"), text("127.0.0.1:10249,0.0.0.0:10249")),
        ("loopback: true", text("127.255.255.255"), text("127.256.0.1")),
        ("loopback: true", text("127.0.0.1"), text("")),
        ("loopback: true", text("127.0.0.1"), text(":10249")),
        ("set: true", text("x"), text("x")),
        ("all-of: [{at-least: 1}, {at-most: 3}]", Value::Number(2), Value::Number(4)),
        ("any-of: [{equals: 1}, {equals: 3}]", Value::Number(3), Value::Number(2)),
    ];
    for (written, good, bad) in cases {
        assert_eq!(expect(written).holds(&good), Ok(true), "{written} of {good}");
        if !written.starts_with("set") {
            assert_eq!(expect(written).holds(&bad), Ok(false), "{written} of {bad}");
        }
    }
    assert_eq!(expect("unset: true").holds(&text("x")), Ok(false));
    assert!(expect("at-least: 30").holds(&Value::Bool(true)).is_err());
    assert!(expect("at-least: 30").holds(&text("many")).is_err());
}

#[test]
fn modes_and_owners_are_compared_bit_by_bit_and_name_by_name() {
    let files = |mode, user: &[&str], group: &[&str]| FileGroup {
        kind: FileKind::File,
        mode,
        users: user.iter().map(|u| (*u).to_owned()).collect(),
        groups: group.iter().map(|g| (*g).to_owned()).collect(),
        names_unknown: None,
        count: 1,
        examples: vec![],
    };
    let root = |mode| files(mode, &["root", "0"], &["root", "0"]);
    let modes =
        [(0o600, true), (0o400, true), (0o640, true), (0o660, false), (0o604, false), (0o4600, false), (0o1600, false)];
    for (mode, expected) in modes {
        assert_eq!(expect("mode-at-most: '{mode}'").holds_of_files(&root(mode)), Ok(expected), "{mode:o}");
    }
    let owned = expect("owned-by: [root:root, etcd:etcd]");
    assert_eq!(owned.holds_of_files(&root(0)), Ok(true));
    assert_eq!(owned.holds_of_files(&files(0, &["etcd"], &["etcd"])), Ok(true));
    assert_eq!(owned.holds_of_files(&files(0, &["root"], &["etcd"])), Ok(false));
    assert_eq!(expect("owned-by: 0:0").holds_of_files(&root(0)), Ok(true));
    let nameless = |user: &[&str], group: &[&str]| FileGroup {
        names_unknown: Some("/etc/passwd is not mounted".to_owned()),
        ..files(0, user, group)
    };
    let told = |error: Result<bool, TypeMismatch>| {
        error.is_err_and(|e| e.0.contains("112:119") && e.0.contains("/etc/passwd"))
    };
    assert!(told(owned.holds_of_files(&nameless(&["112"], &["119"]))));
    assert_eq!(expect("owned-by: root:root").holds_of_files(&nameless(&["112"], &["119"])), Ok(false));
    assert_eq!(expect("owned-by: etcd:etcd").holds_of_files(&nameless(&["root", "0"], &["119"])), Ok(false));
    assert_eq!(owned.holds_of_files(&nameless(&["root", "0"], &["root", "0"])), Ok(true));
    assert!(expect("equals: 1").holds_of_files(&root(0)).is_err());
}

#[test]
fn only_unset_holds_of_what_is_not_set() {
    let cases = [
        ("unset: true", true),
        ("set: true", false),
        ("not-equals: x", false),
        ("excludes: x", false),
        ("any-of: [{unset: true}, {equals: 1}]", true),
        ("all-of: [{unset: true}, {equals: 1}]", false),
        ("all-of: []", false),
    ];
    for (written, expected) in cases {
        assert_eq!(expect(written).holds_unset(), expected, "{written}");
    }
}

#[test]
fn a_bad_operand_is_refused_with_its_place() {
    for bad in [
        "mode-at-most: 9",
        "mode-at-most: rw",
        "matches: '('",
        "owned-by: root",
        "at-least: many",
        "set: false",
        "equal: 1",
        "one-of: []",
    ] {
        let error = serde_saphyr::from_str::<RawExpectation>(bad).expect_err(bad);
        assert!(error.location().is_some(), "{bad}: {error}");
    }
    let written: RawExpectation = serde_saphyr::from_str("mode-at-most: '{none}'").expect("a parameter");
    assert!(written.fill(&|_| None).is_err());
}
