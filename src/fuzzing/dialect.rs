//! Tests of kube-bench's dialect on what an audit printed: flags, variables, paths into documents, comparisons.

use super::texts;
use crate::kube_bench::jsonpath::{JsonPath, document};
use crate::kube_bench::{AuditAnswers, AuditOutput, Check, Item, Join, Operator, Tests, evaluate};
use crate::model::Verdict;

/// A path, a flag, an operator, the value to compare with, and what was printed, apart by NUL: a flag is there if its text
/// is, a path either renders or says why not, and every comparison comes to a verdict.
pub fn dialect(data: &[u8]) {
    let [path, flag, operator, wanted, printed] = texts(data);
    if let Ok(template) = JsonPath::parse(&path) {
        for document in
            [document(&printed), document("{\"a\": [1, {\"b\": [true, null]}, 1.5e9]}")].into_iter().flatten()
        {
            let rendered = template.render(&document);
            assert!(
                rendered.is_ok_and(|text| text.len() <= (2 << 20) + printed.len()) || path.contains(['[', 'r']),
                "{path}"
            );
        }
    }
    let item = Item { flag: flag.to_string(), env: flag.to_string(), path: path.to_string(), set: true, compare: None };
    let text = || AuditOutput::Text { text: printed.to_string(), status: 0 };
    let answers = || AuditAnswers { audit: text(), config: text(), env: text() };
    let judge = |item: &Item, config: &str, multiple| {
        let tests = Some(Tests { join: Join::And, items: vec![item.clone()] });
        let check = Check { tests, multiple, audit_config: config.to_owned(), scored: true, ..Check::default() };
        evaluate(&check, false, &mut || answers())
    };
    let by_flag = Item { env: String::new(), ..item.clone() };
    let found = judge(&by_flag, "", false).outcome.verdict == Verdict::Pass;
    let looked_into = printed.trim_end_matches([' ', '\n']);
    assert_eq!(found, !flag.is_empty() && looked_into.contains(&*flag), "{flag:?} in {printed:?}");
    let compared = Item { compare: Some((Operator::parse(&operator), wanted.to_string())), ..item.clone() };
    for item in [&by_flag, &item, &compared, &Item { set: false, ..item.clone() }] {
        for (config, multiple) in [("", false), ("cat x", false), ("cat x", true)] {
            let result = judge(item, config, multiple);
            assert!(matches!(result.outcome.verdict, Verdict::Pass | Verdict::Fail(_)), "{:?}", result.outcome.verdict);
        }
    }
}
