//! The JUnit report, read back by a parser of XML and held against what the JUnit schema allows.

use crate::canned::{CHECKS, CannedSection, check, document, render, report, sealed};
use nodeproof::internals::kube_bench::format::{Json, Junit};
use nodeproof::internals::model::Status;
use nodeproof::internals::report::{CheckResult, Waiver};
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// An element, read whole.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Self>,
    text: String,
}

impl Element {
    fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(n, _)| n == name);
        &found.unwrap_or_else(|| panic!("{} has no {name}", self.name)).1
    }

    fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|c| c.name == name)
    }

    fn count(&self, name: &str) -> usize {
        self.attribute(name).parse().unwrap_or_else(|_| panic!("{name} of {} is no number", self.name))
    }
}

fn open(start: &BytesStart<'_>) -> Element {
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.expect("attributes are well-formed, each once");
        let name = String::from_utf8(attribute.key.as_ref().to_vec()).expect("UTF-8");
        (
            name,
            attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).expect("references are known").into_owned(),
        )
    });
    let attributes = attributes.collect();
    Element {
        name: String::from_utf8(start.name().as_ref().to_vec()).expect("UTF-8"),
        attributes,
        ..Element::default()
    }
}

/// Reads a document; anything that is not well-formed XML 1.0 panics.
fn parse(document: &str) -> Element {
    let allowed =
        |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert_eq!(document.chars().find(|c| !allowed(*c)), None, "a character that XML 1.0 does not allow");
    let mut reader = Reader::from_str(document);
    let mut open_elements = vec![Element::default()];
    loop {
        let top = open_elements.last_mut().expect("the document itself");
        match reader.read_event().expect("well-formed") {
            Event::Start(start) => open_elements.push(open(&start)),
            Event::Empty(start) => top.children.push(open(&start)),
            Event::End(_) => {
                let done = open_elements.pop().expect("was opened");
                open_elements.last_mut().expect("the document itself").children.push(done);
            }
            Event::Text(text) => top.text.push_str(&text.decode().expect("UTF-8")),
            Event::GeneralRef(reference) => {
                let name = reference.decode().expect("UTF-8");
                let number = reference.resolve_char_ref().expect("a number of a character");
                let letter = number
                    .map(String::from)
                    .or_else(|| quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned));
                top.text.push_str(&letter.expect("a reference that XML knows"));
            }
            Event::Decl(_) => {}
            Event::Eof => break,
            other => panic!("{other:?} has no place in a report"),
        }
    }
    assert_eq!(open_elements.len(), 1, "every element is closed");
    let mut root = open_elements.pop().expect("the document itself");
    assert_eq!(root.children.len(), 1, "one root element");
    root.children.pop().expect("the root element")
}

/// What the schemas of Jenkins and others allow: elements in their places and order, attributes with their types, counts that are right.
fn validate(root: &Element) {
    let numbers = ["tests", "skipped", "failures", "errors"];
    let known = |element: &Element, names: &[&str]| {
        for (name, _) in &element.attributes {
            assert!(names.contains(&name.as_str()), "{} has an attribute {name}", element.name);
        }
    };
    let seconds = |element: &Element| {
        let time = element.attribute("time");
        assert!(!time.is_empty() && time.bytes().all(|b| b.is_ascii_digit() || b == b'.'), "time is a number: {time}");
        time.parse::<f64>().expect("time is a number");
    };
    assert_eq!(root.name, "testsuites");
    known(root, &["name", "time", "tests", "failures", "errors"]);
    seconds(root);
    for suite in &root.children {
        assert_eq!(suite.name, "testsuite");
        known(suite, &["name", "time", "tests", "skipped", "failures", "errors"]);
        assert!(!suite.attribute("name").is_empty());
        seconds(suite);
        // The schema has the properties first.
        let (properties, cases) = suite.children.split_at(usize::from(suite.child("properties").is_some()));
        for property in properties.iter().flat_map(|properties| &properties.children) {
            assert_eq!(property.name, "property");
            known(property, &["name", "value"]);
        }
        for case in cases {
            assert_eq!(case.name, "testcase");
            known(case, &["name", "classname", "time"]);
            assert!(!case.attribute("name").is_empty() && !case.attribute("classname").is_empty());
            seconds(case);
            let order: Vec<&str> = case.children.iter().map(|c| c.name.as_str()).collect();
            assert!(
                matches!(order[..], ["system-out"] | ["skipped", "system-out"] | ["failure", "system-out"]),
                "{order:?}"
            );
            if let Some(failure) = case.child("failure") {
                known(failure, &["type", "message"]);
                assert_eq!(failure.attribute("type"), "FAIL");
            }
            if let Some(skipped) = case.child("skipped") {
                known(skipped, &["message"]);
                assert_eq!(skipped.text, "");
            }
        }
        let having = |name: &str| cases.iter().filter(|c| c.child(name).is_some()).count();
        let expected = [cases.len(), having("skipped"), having("failure"), 0];
        assert_eq!(numbers.map(|n| suite.count(n)), expected, "counts of {}", suite.attribute("name"));
    }
    for name in ["tests", "failures", "errors"] {
        assert_eq!(root.count(name), root.children.iter().map(|s| s.count(name)).sum::<usize>(), "{name} in all");
    }
}

#[test]
fn a_report_holds_a_suite_a_target_and_a_case_a_check() {
    let root = parse(&render(&report(), &Junit));
    validate(&root);
    let suites: Vec<_> = root
        .children
        .iter()
        .map(|s| (s.attribute("name"), ["tests", "skipped", "failures", "errors"].map(|n| s.count(n))))
        .collect();
    assert_eq!(suites, [("1 The master", [2, 0, 1, 0]), ("4 The node", [4, 3, 1, 0])]);
    for suite in &root.children {
        let properties = &suite.child("properties").expect("a notice").children;
        let properties: Vec<_> = properties.iter().map(|p| (p.attribute("name"), p.attribute("value"))).collect();
        assert_eq!(properties, [("notice", "seen from afar")]);
    }
    let cases: Vec<&Element> =
        root.children.iter().flat_map(|s| &s.children).filter(|child| child.name == "testcase").collect();
    assert_eq!(cases.len(), CHECKS.len());
    for (case, (name, json)) in cases.iter().zip(CHECKS) {
        assert_eq!(case.attribute("name"), name);
        assert_eq!(case.child("system-out").expect("each case has one").text, json, "{name}");
    }
    assert_eq!(cases[0].attribute("classname"), "1.1 Files & <others>");
    let failures: Vec<_> = cases.iter().map(|c| c.child("failure").map(|f| f.text.as_str())).collect();
    assert_eq!(failures, [None, Some("chmod 600 <file> && true\n"), None, None, None, Some("")]);
    assert_eq!(cases[1].child("failure").expect("it failed").attribute("message"), "it is 644");
}

#[test]
fn what_is_no_failure_is_skipped_with_the_reason() {
    let waiver = Waiver {
        id: "W-1".to_owned(),
        reason: "shipped \"elsewhere\"".to_owned(),
        owner: "ops".to_owned(),
        expires: "2027-03-31".to_owned(),
        former_status: Status::Fail,
    };
    let checks = vec![
        CheckResult { waiver: Some(waiver), ..check("1.1.1", Status::Waived, Some("it is 644")) },
        check("1.1.2", Status::NotApplicable, Some("no etcd runs here")),
        CheckResult { scored: false, ..check("1.1.3", Status::Undetermined, Some("it cannot be read")) },
        CheckResult { manual: true, ..check("1.1.4", Status::Manual, None) },
        check("1.1.5", Status::Skipped, None),
        check("1.1.6", Status::Pass, None),
    ];
    let report = sealed(document(vec![CannedSection { id: "1", target: "master", group: "1.1", checks }]));
    let root = parse(&render(&report, &Junit));
    validate(&root);
    let suite = &root.children[0];
    let message = |case: &Element| case.child("skipped").map(|skipped| skipped.attribute("message").to_owned());
    let messages: Vec<_> = suite.children.iter().filter(|child| child.name == "testcase").map(message).collect();
    let expected = [
        Some("waived until 2027-03-31: shipped \"elsewhere\" (W-1)"),
        Some("no etcd runs here"),
        Some("it cannot be read"),
        Some("Test marked as a manual test"),
        Some("Test marked as skip"),
        None,
    ];
    assert_eq!(messages, expected.map(|message| message.map(str::to_owned)));
    assert_eq!(["tests", "skipped", "failures"].map(|name| suite.count(name)), [6, 5, 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever stands in a value, the document is valid, and the check's JSON is in it to the last byte.
    #[test]
    fn no_value_breaks_the_document(text in any::<String>(), controls in "[\\x00-\\x1f\\x7f-\\u{9f}\\u{fffe}\\u{ffff}<>&\"'\\]]{0,8}") {
        let text = format!("{text}{controls}");
        let check = CheckResult {
            title: text.clone().into(),
            reads: text.clone(),
            expected: text.clone(),
            actual: text.clone(),
            remediation: text.clone().into(),
            ..check("1.1.1", Status::Fail, Some(&text))
        };
        let mut document = document(vec![CannedSection { id: "1", target: "master", group: "1.1", checks: vec![check] }]);
        document.benchmark.id.clone_from(&text);
        document.notices = vec![text.clone()];
        document.benchmark.sections[0].title.clone_from(&text);
        document.benchmark.sections[0].groups[0].title.clone_from(&text);
        let report = sealed(document);
        let root = parse(&render(&report, &Junit));
        validate(&root);
        let case = root.children[0].child("testcase").expect("a case");
        let inside = &case.child("system-out").expect("each case has one").text;
        let whole = render(&report, &Json { totals: true });
        prop_assert!(whole.contains(inside.as_str()));
        let json: serde_json::Value = serde_json::from_str(inside).expect("JSON");
        prop_assert_eq!(json["actual_value"].as_str(), Some(text.as_str()));
    }
}
