//! The tests of kube-bench's checks, on the output of an audit: flags, variables, JSONPath, comparisons.

use super::texts;
use crate::kube_bench::jsonpath::{JsonPath, JsonPathDocument};
use crate::kube_bench::{AuditCheck, AuditOutput, AuditOutputs, BinOp, CompareOperator, TestItem, Tests, evaluate};
use crate::model::Verdict;

/// A path, a flag, an operator, the expected value and an audit's output, separated by zero bytes. A flag is found if its text
/// is in the output, unless it is an invalid regular expression or none that matches; a path renders or fails within its limits,
/// and every comparison gives a verdict.
pub fn kube_bench(data: &[u8]) {
    let [path, flag, operator, expected, output] = texts(data);
    if let Ok(template) = JsonPath::parse(&path) {
        let fixed = JsonPathDocument::parse("{\"a\": [1, {\"b\": [true, null]}, 1.5e9]}");
        for document in [JsonPathDocument::parse(&output), fixed].into_iter().flatten() {
            let rendered = template.render(&document);
            assert!(
                rendered.is_ok_and(|text| text.len() <= (2 << 20) + output.len()) || path.contains(['[', 'r']),
                "{path}"
            );
        }
    }
    let item =
        TestItem { flag: flag.to_string(), env: flag.to_string(), path: path.to_string(), set: true, compare: None };
    let text = || AuditOutput::Text { text: output.to_string(), status: 0 };
    let answers = || AuditOutputs { audit: text(), config: text(), env: text() };
    let evaluate_item = |item: &TestItem, config: &str, use_multiple_values| {
        let tests = Some(Tests { bin_op: BinOp::And, items: vec![item.clone()] });
        let check = AuditCheck {
            tests,
            use_multiple_values,
            audit_config: config.to_owned(),
            scored: true,
            ..AuditCheck::default()
        };
        evaluate(&check, false, &mut || answers())
    };
    let by_flag = TestItem { env: String::new(), ..item.clone() };
    let found = evaluate_item(&by_flag, "", false).outcome.verdict == Verdict::Pass;
    let searched = output.trim_end_matches([' ', '\n']);
    let is_there = !flag.is_empty() && searched.contains(&*flag);
    let is_text = flag.chars().all(|c| c.is_alphanumeric() || "-_=:/ ".contains(c));
    assert!(found == is_there || is_there && !is_text, "{flag:?} in {output:?}");
    let compared =
        TestItem { compare: Some((CompareOperator::parse(&operator), expected.to_string())), ..item.clone() };
    for item in [&by_flag, &item, &compared, &TestItem { set: false, ..item.clone() }] {
        for (config, multiple) in [("", false), ("cat x", false), ("cat x", true)] {
            let result = evaluate_item(item, config, multiple);
            assert!(matches!(result.outcome.verdict, Verdict::Pass | Verdict::Fail(_)), "{:?}", result.outcome.verdict);
        }
    }
}
