//! How the checks of kube-bench's format are evaluated, case by case: status, reason, expected and actual value.

use super::*;
use crate::kube_bench::{CompareOperator, Tests};
use crate::report::State;

fn item(flag: &str) -> TestItem {
    TestItem { flag: flag.to_owned(), env: String::new(), path: String::new(), set: true, compare: None }
}

fn compared(flag: &str, operator: &str, value: &str) -> TestItem {
    TestItem { compare: Some((CompareOperator::parse(operator), value.to_owned())), ..item(flag) }
}

fn check(items: Vec<TestItem>) -> AuditCheck {
    AuditCheck {
        audit: "audit".to_owned(),
        scored: true,
        tests: Some(Tests { bin_op: BinOp::And, items }),
        ..AuditCheck::default()
    }
}

fn output_of(text: &str, status: i32) -> AuditOutput {
    AuditOutput::Text { text: text.to_owned(), status }
}

fn state(result: &Evaluated) -> State {
    State::of(result.outcome.verdict.status(), true)
}

fn reason(result: &Evaluated) -> Option<String> {
    result.outcome.verdict.reason().map(str::to_owned)
}

fn evaluate_text(check: &AuditCheck, text: &str) -> Evaluated {
    evaluate(check, false, &mut || AuditOutputs { audit: output_of(text, 0), ..AuditOutputs::default() })
}

/// Status of the check when it is scored and when it is not, and its reason.
fn states(check: &AuditCheck, skipped: bool, answers: &AuditOutputs) -> (State, State, Option<String>) {
    let result = evaluate(check, skipped, &mut || answers.clone());
    let why = reason(&result);
    let unscored = evaluate(&AuditCheck { scored: false, ..check.clone() }, skipped, &mut || answers.clone());
    (state(&result), State::of(unscored.outcome.verdict.status(), false), why)
}

#[test]
fn special_cases_come_before_the_tests() {
    let passing = || check(vec![item("--a")]);
    let ok = AuditOutputs { audit: output_of("x --a", 0), ..AuditOutputs::default() };
    let failed = AuditOutputs { audit: output_of("oh no", 3), ..AuditOutputs::default() };
    let without = AuditCheck { tests: None, ..passing() };
    let kind = |kind: &str, check: AuditCheck| AuditCheck { check_type: kind.to_owned(), ..check };
    let (pass, fail, warn, info) = (State::Pass, State::Fail, State::Warn, State::Info);
    // The report format words these two.
    let manual = Some("");
    let skip = Some("");
    let none = Some("no tests are defined");
    let cases = [
        ("no tests at all", without.clone(), false, &ok, (warn, warn), None),
        ("skipped by type", kind("skip", passing()), false, &ok, (info, info), skip),
        ("skipped by its group", AuditCheck { group_skipped: true, ..passing() }, false, &ok, (info, info), skip),
        ("skipped by the user", passing(), true, &ok, (info, info), skip),
        ("manual", kind("manual", passing()), false, &ok, (warn, warn), manual),
        ("manual without tests", kind("manual", without.clone()), false, &ok, (warn, warn), manual),
        ("manual and skipped by the user", kind("manual", passing()), true, &ok, (info, info), skip),
        ("no items", check(Vec::new()), false, &ok, (fail, warn), none),
        ("another type without tests", kind("automated", without), false, &ok, (fail, warn), none),
        ("passes", passing(), false, &ok, (pass, pass), None),
        ("fails", check(vec![item("--b")]), false, &ok, (fail, warn), Some("")),
    ];
    for (name, check, skipped, answers, (scored, unscored), reason) in cases {
        let got = states(&check, skipped, answers);
        assert_eq!((got.0, got.1), (scored, unscored), "{name}");
        if let Some(reason) = reason {
            assert_eq!(got.2.unwrap_or_default(), reason, "{name}");
        }
    }
    let untested = AuditCheck { tests: None, ..passing() };
    assert_eq!(
        evaluate(&untested, false, &mut || ok.clone()).outcome.verdict,
        Verdict::Manual("there are no tests".to_owned())
    );
    // kube-bench gives a check that is skipped the type `skip`, and says that there are no tests only of one without a type.
    assert_eq!(evaluate(&untested, true, &mut || ok.clone()).outcome.verdict, Verdict::Skipped);
    let of_skipped_group = AuditCheck { group_skipped: true, ..untested };
    assert_eq!(evaluate(&of_skipped_group, false, &mut || ok.clone()).outcome.verdict, Verdict::Skipped);
    let (scored, unscored, reason) = states(&passing(), false, &failed);
    let reason = reason.expect("a reason");
    assert_eq!((scored, unscored), (fail, warn));
    for part in ["audit", "oh no", "exit status 3"] {
        assert!(reason.contains(part), "{part} in {reason}");
    }
}

#[test]
fn checks_that_need_no_audit_run_none() {
    for check in [AuditCheck { check_type: "manual".to_owned(), ..check(vec![item("a")]) }, check(Vec::new())] {
        evaluate(&check, false, &mut || panic!("audit must not run"));
    }
}

#[test]
fn finds_flags_anywhere_in_the_text() {
    let line = "root 1 kube-apiserver --anonymous-auth=false --audit-log-maxage 30 --name:  x --empty= --b --b=2 -v=2";
    let cases = [
        ("--anonymous-auth", "eq", "false", true),
        ("--anonymous", "eq", "-auth=false", true),
        ("--audit-log-maxage", "eq", "true", true),
        ("--name", "eq", "x", true),
        ("--empty", "eq", "true", true),
        ("--b", "eq", "true", true),
        ("--b", "eq", "2", false),
        ("-v", "eq", "2", true),
        ("root", "eq", "root", true),
        ("kube", "eq", "-apiserver", true),
        ("--missing", "eq", "x", false),
    ];
    for (flag, operator, value, passes) in cases {
        let result = evaluate_text(&check(vec![compared(flag, operator, value)]), line);
        assert_eq!((state(&result) == State::Pass), passes, "{flag} {value}");
        assert_eq!(result.outcome.actual, line);
    }
    // A longer flag satisfies a shorter one.
    let longer = "x --encryption-provider-config-automatic-reload=true";
    assert_eq!(
        evaluate_text(&check(vec![item("--encryption-provider-config")]), longer).outcome.verdict,
        Verdict::Pass
    );
}

#[test]
fn describes_expectations() {
    let unset = |flag: &str| TestItem { set: false, ..item(flag) };
    let cases = [
        (vec![item("--a")], BinOp::And, true, "'--a' is present"),
        (vec![unset("--a")], BinOp::And, false, "'--a' is not present"),
        (vec![unset("--z")], BinOp::And, true, "'--z' is not present"),
        (vec![TestItem { set: false, ..compared("--z", "eq", "1") }], BinOp::And, true, "'--z' is not present"),
        (vec![compared("--z", "eq", "1")], BinOp::And, false, "'--z' is present"),
        (vec![compared("--a", "eq", "1"), item("--b")], BinOp::And, true, "'--a' is equal to '1' AND '--b' is present"),
        (
            vec![compared("--a", "eq", "2"), item("--b")],
            BinOp::And,
            false,
            "'--a' is equal to '2' AND '--b' is present",
        ),
        (vec![compared("--a", "eq", "2"), item("--b")], BinOp::Or, true, "'--a' is equal to '2' OR '--b' is present"),
        (vec![compared("--a", "same", "1")], BinOp::And, false, ""),
    ];
    for (items, join, passes, expected) in cases {
        let check = AuditCheck { tests: Some(Tests { bin_op: join, items }), ..check(Vec::new()) };
        let result = evaluate_text(&check, "x --a=1 --b \n\n");
        assert_eq!(result.outcome.expected, expected);
        assert_eq!((state(&result) == State::Pass), passes, "{expected}");
        assert_eq!(result.outcome.actual, "x --a=1 --b");
    }
}

#[test]
fn an_unknown_bin_op_fails_with_a_reason() {
    let tests = Some(Tests { bin_op: BinOp::Unknown("xor".to_owned()), items: vec![item("--a")] });
    let result = evaluate_text(&AuditCheck { tests, ..check(Vec::new()) }, "--a");
    assert_eq!(state(&result), State::Fail);
    assert_eq!(reason(&result).as_deref(), Some("unknown bin_op `xor`; use `and` or `or`"));
    assert_eq!(result.outcome.actual, "unknown binary operator for tests xor\n");
    assert_eq!(result.outcome.expected, "");
}

#[test]
fn the_document_is_looked_into_after_the_flags_and_before_the_environment() {
    let all = TestItem {
        env: "ANON".to_owned(),
        path: "{.anonymous.enabled}".to_owned(),
        ..compared("--anonymous-auth", "eq", "false")
    };
    let check = AuditCheck { audit_config: "config".to_owned(), audit_env: "env".to_owned(), ..check(vec![all]) };
    let flag = "'--anonymous-auth' is equal to 'false'";
    let path = "'{.anonymous.enabled}' is equal to 'false'";
    let env = "'ANON' is equal to 'false'";
    let cases = [
        ("x --anonymous-auth=false", "anonymous: {enabled: true}", "ANON=true", true, flag, "x --anonymous-auth=false"),
        ("x", "anonymous: {enabled: false}", "ANON=true", true, path, "anonymous: {enabled: false}"),
        ("x", "{\"anonymous\":{\"enabled\":true}}", "ANON=false", false, path, "{\"anonymous\":{\"enabled\":true}}"),
        ("x", "other: 1", "A=1\nANON=false\nB=2", true, env, "A=1\nANON=false\nB=2"),
        ("x", "", "ANON=false", true, env, "ANON=false"),
        ("x", "", "XANON=false", true, env, "XANON=false"),
        ("x", "other: 1", "ANON=", false, "'ANON' is present", "ANON="),
        ("x", "a: b: c", "ANON=false", true, env, "ANON=false"),
    ];
    for (audit, config, environment, passes, expected, actual) in cases {
        let answers =
            AuditOutputs { audit: output_of(audit, 0), config: output_of(config, 0), env: output_of(environment, 0) };
        let result = evaluate(&check, false, &mut || answers.clone());
        assert_eq!((state(&result) == State::Pass), passes, "{audit} {config} {environment}");
        assert_eq!((result.outcome.expected.as_str(), result.outcome.actual.as_str()), (expected, actual));
        assert_eq!(result.notices.len(), usize::from(config == "a: b: c"));
    }
}

#[test]
fn a_document_that_does_not_parse_fails_the_item() {
    let item = TestItem { path: "{.a}".to_owned(), set: false, ..item("--a") };
    let check = AuditCheck { audit_config: "config".to_owned(), ..check(vec![item]) };
    let answers = AuditOutputs { audit: output_of("x", 0), config: output_of("a: b: c", 0), ..AuditOutputs::default() };
    let result = evaluate(&check, false, &mut || answers.clone());
    assert_eq!(result.outcome.verdict, Verdict::Fail(String::new()));
    assert_eq!((result.outcome.expected.as_str(), result.outcome.actual.as_str()), ("", "a: b: c"));
    assert!(result.notices[0].contains("neither JSON nor YAML"), "{:?}", result.notices);
}

#[test]
fn each_line_must_pass_where_there_are_several() {
    let multiple = |item| AuditCheck { use_multiple_values: true, ..check(vec![item]) };
    let mode = || compared("permissions", "bitmask", "644");
    let cases = [
        (
            multiple(mode()),
            "permissions=600\npermissions=644\n",
            true,
            "permissions has permissions 644, expected 644 or more restrictive",
        ),
        (
            multiple(mode()),
            "permissions=600\npermissions=777\npermissions=600",
            false,
            "permissions has permissions 777, expected 644 or more restrictive",
        ),
        (multiple(mode()), "permissions=600\n\npermissions=600", false, "'permissions' is present"),
        (
            check(vec![mode()]),
            "permissions=600\npermissions=777",
            true,
            "permissions has permissions 600, expected 644 or more restrictive",
        ),
    ];
    for (check, text, passes, expected) in cases {
        let result = evaluate_text(&check, text);
        assert_eq!((state(&result) == State::Pass), passes, "{text:?}");
        assert_eq!(result.outcome.expected, expected);
        assert_eq!(result.outcome.actual, text.trim_end_matches('\n'));
    }
}

#[test]
fn the_output_of_an_ignored_audit_config_counts_as_empty() {
    // The message would be read as a document: the key `cat`.
    let message = "cat: /x: No such file or directory";
    let path = TestItem { path: "{.a}".to_owned(), env: "A".to_owned(), ..item("--z") };
    let absent = TestItem { set: false, env: String::new(), ..path.clone() };
    let cases = [
        (path.clone(), "", 127, "'A' is present", "A=1"),
        (path, "a: 1", 127, "'A' is present", "A=1"),
        (absent.clone(), "a: 1", 127, "'--z' is not present", "x --a"),
        (absent, message, 1, "'--z' is not present", "x --a"),
    ];
    for (item, text, status, expected, actual) in cases {
        let check = AuditCheck { audit_config: "config".to_owned(), audit_env: "env".to_owned(), ..check(vec![item]) };
        let outputs =
            AuditOutputs { audit: output_of("x --a", 0), config: output_of(text, status), env: output_of("A=1", 0) };
        let result = evaluate(&check, false, &mut || outputs.clone());
        assert_eq!((state(&result), result.outcome.expected.as_str()), (State::Pass, expected), "{text}");
        assert_eq!((result.outcome.actual.as_str(), result.notices.len()), (actual, 0), "{text}");
    }
}

#[test]
fn ignores_a_failed_audit_config_only_if_the_file_is_missing() {
    let all = TestItem { path: "{.a}".to_owned(), env: "A".to_owned(), ..item("--a") };
    let check = AuditCheck { audit_config: "config".to_owned(), audit_env: "env".to_owned(), ..check(vec![all]) };
    let no_file = "cat: /x: No such file or directory";
    let cases = [
        (output_of("x --a", 0), output_of("anything", 127), AuditOutput::NotDefined, State::Pass),
        (output_of("x --a", 0), output_of(no_file, 1), AuditOutput::NotDefined, State::Pass),
        (output_of("", 0), output_of(no_file, 1), output_of("A=1", 0), State::Pass),
        (output_of("x --a", 0), output_of("denied", 1), AuditOutput::NotDefined, State::Fail),
        (output_of("", 0), output_of(no_file, 1), output_of("", 0), State::Fail),
        (output_of("x --a", 0), AuditOutput::Failed("no shell".to_owned()), AuditOutput::NotDefined, State::Fail),
        (output_of("x --a", 1), output_of("a: 1", 0), AuditOutput::NotDefined, State::Fail),
        (output_of("x --a", 0), output_of("a: 1", 0), output_of("", 1), State::Fail),
    ];
    for (index, (audit, config, env, wanted)) in cases.into_iter().enumerate() {
        let answers = AuditOutputs { audit, config, env };
        let result = evaluate(&check, false, &mut || answers.clone());
        assert_eq!(state(&result), wanted, "case {index}");
        assert_eq!(reason(&result).is_some(), wanted == State::Fail);
    }
}

#[test]
fn text_of_the_node_in_an_expectation_is_escaped() {
    for (operator, value) in [("bitmask", "600"), ("valid_elements", "a,b"), ("gt", "1")] {
        let check = check(vec![compared("mode", operator, value)]);
        let result = evaluate_text(&check, "mode=6\u{202e}\u{9b}");
        assert!(!result.outcome.expected.contains(['\u{202e}', '\u{9b}']), "{operator}: {:?}", result.outcome.expected);
        assert!(result.outcome.actual.contains("\\u{202e}"), "{operator}: {:?}", result.outcome.actual);
    }
}
