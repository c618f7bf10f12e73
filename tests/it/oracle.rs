//! Two nodes with the verdicts that kube-bench 0.15.6 gave on them. Ours are the same, but for those that
//! docs/differences.md lists with the reason.

use crate::support::{checks, judge, repository, text_of};
use nodeproof::internals::benchmark::Library;
use serde_json::Value;
use std::collections::BTreeSet;

/// A line of the table in docs/differences.md.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Difference {
    node: String,
    benchmark: String,
    rule: String,
    theirs: String,
    ours: String,
}

fn listed() -> Vec<Difference> {
    let text = text_of(&repository("docs/differences.md"));
    let rows = text.lines().skip_while(|l| !l.starts_with("| node |")).skip(2).take_while(|l| l.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<String> = row.trim_matches('|').split(" | ").map(|c| c.trim().to_owned()).collect();
        assert_eq!(cells.len(), 6, "{row}");
        assert!(!cells[5].is_empty(), "a difference has a reason: {row}");
        Difference {
            node: cells[0].clone(),
            benchmark: cells[1].clone(),
            rule: cells[2].clone(),
            theirs: cells[3].clone(),
            ours: cells[4].clone(),
        }
    })
    .collect()
}

#[test]
fn recorded_verdicts_hold_but_for_the_listed_differences() {
    let library = Library::load(None, None).expect("the definitions");
    let listed = listed();
    let mut used = BTreeSet::new();
    let mut compared = 0;
    for node in ["kubeadm-control-plane", "neglected-control-plane"] {
        let text = text_of(&repository(&format!("testdata/oracle/{node}.json")));
        let recorded: Value = serde_json::from_str(&text).expect("a recorded node");
        let benchmarks = recorded["kube_bench_verdicts"].as_object().expect("verdicts");
        assert_eq!(benchmarks.len(), 11);
        for (id, verdicts) in benchmarks {
            let benchmark = library.benchmark(id).expect(id);
            let report = judge(&library, id, &text);
            let verdicts = verdicts.as_object().expect("verdicts by check");
            assert_eq!(checks(&report).count(), verdicts.len(), "{node} {id}");
            for (target, outcome) in checks(&report) {
                let theirs = verdicts[&format!("{target}:{}", outcome.id)].as_str().expect("a verdict");
                let ours = outcome.state().to_string();
                compared += 1;
                if ours == theirs {
                    continue;
                }
                let (_, check) = benchmark.checks().find(|(_, c)| c.id.as_str() == outcome.id).expect("the check");
                let difference = listed.iter().find(|d| {
                    d.node == node
                        && (d.benchmark == "*" || d.benchmark == *id)
                        && d.rule == check.rule.id
                        && d.theirs == theirs
                        && d.ours == ours
                });
                let reason = outcome.reason.as_deref().unwrap_or_default();
                let difference = difference.unwrap_or_else(|| {
                    panic!("{node} {id} {} ({}): kube-bench {theirs}, ours {ours}: {reason}", outcome.id, check.rule.id)
                });
                used.insert(difference.clone());
            }
        }
    }
    assert_eq!(compared, 2802);
    let unused: Vec<_> = listed.iter().filter(|d| !used.contains(*d)).collect();
    assert!(unused.is_empty(), "listed, but not so: {unused:#?}");
}
