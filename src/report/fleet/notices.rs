//! What the reader of a fleet's report must know first.

use super::check_words::{names, nodes};
use super::merger::{Merger, Node};
use super::options::MergeOptions;
use super::order::by_number;
use crate::report::moment::milliseconds;
use std::collections::{BTreeMap, BTreeSet};
use std::time::UNIX_EPOCH;

/// The most notices of the nodes that are passed on.
const MOST_PASSED_ON: usize = 20;

/// The most nodes that are named as those that differ most.
const MOST_DIFFERENT: usize = 5;

/// What a merge shows to be incomplete.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    /// Expected nodes without a report.
    pub(super) missing: Vec<String>,
    /// Nodes whose report is old.
    pub(super) old: Vec<String>,
}

impl Gaps {
    pub(super) fn of(merger: &Merger, options: &MergeOptions, name: &dyn Fn(usize) -> String) -> Self {
        let known: BTreeSet<&str> = merger.nodes.iter().map(|node| node.name.as_str()).collect();
        let expected = options.expected.iter().flatten();
        let missing = expected.filter(|name| !known.contains(name.as_str())).cloned().collect();
        let limit = options.older_than.and_then(|(age, now)| now.checked_sub(age)?.duration_since(UNIX_EPOCH).ok());
        let is_old = |node: &Node| {
            limit.is_some_and(|limit| milliseconds(&node.end).is_some_and(|end| u128::from(end) < limit.as_millis()))
        };
        let old = merger.nodes.iter().enumerate().filter(|(_, node)| is_old(node));
        let mut old: Vec<String> = old.map(|(number, node)| format!("{} ({})", name(number), node.end)).collect();
        old.sort_by(|a, b| by_number(a, b));
        Self { missing, old }
    }
}

/// The notices, in the order of their weight. `differing`: in how many checks each node differs from the others of its role.
pub(super) fn notices(
    merger: &Merger,
    options: &MergeOptions,
    gaps: &Gaps,
    differing: &BTreeMap<usize, usize>,
    name: &dyn Fn(usize) -> String,
) -> Vec<String> {
    let mut notices = options.notices.clone();
    if let Some(expected) = &options.expected {
        if !gaps.missing.is_empty() {
            let (count, all) = (gaps.missing.len(), nodes(expected.len()));
            notices.push(format!("no report of {count} of {all} that are expected: {}", names(&gaps.missing)));
        }
        let known = merger.nodes.iter().map(|node| &node.name);
        let unexpected: BTreeSet<&String> = known.filter(|name| !expected.contains(*name)).collect();
        let unexpected: Vec<String> = unexpected.into_iter().cloned().collect();
        if !unexpected.is_empty() {
            notices.push(format!("{} not expected: {}", nodes(unexpected.len()), names(&unexpected)));
        }
    }
    if let (Some((age, _)), false) = (options.older_than, gaps.old.is_empty()) {
        let (count, age) = (nodes(gaps.old.len()), humantime::format_duration(age));
        notices.push(format!("the newest report of {count} is older than {age}: {}", names(&gaps.old)));
    }
    let numbered = || merger.nodes.iter().enumerate();
    let mut repeated: Vec<String> = numbered()
        .filter(|(_, node)| node.others > 0)
        .map(|(number, node)| format!("{} ({})", name(number), node.others + 1))
        .collect();
    repeated.sort_by(|a, b| by_number(a, b));
    if !repeated.is_empty() {
        notices.push(format!(
            "more than one report, of which the newest counts, of {}: {}",
            nodes(repeated.len()),
            names(&repeated)
        ));
    }
    let count = |of: &dyn Fn(&Node) -> String| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        merger.nodes.iter().for_each(|node| *counts.entry(of(node)).or_default() += 1);
        counts
    };
    let kubernetes = |node: &Node| node.kubernetes.clone().unwrap_or_else(|| "unknown".to_owned());
    for (what, counts) in [
        ("benchmarks", count(&|node| merger.benchmarks[node.benchmark].id.clone())),
        ("versions of nodeproof", count(&|node| node.tool.clone())),
        ("versions of Kubernetes", count(&kubernetes)),
    ] {
        if counts.len() > 1 {
            let list: Vec<String> =
                counts.iter().map(|(value, count)| format!("{value} ({})", nodes(*count))).collect();
            notices.push(format!("several {what}: {}", names(&list)));
        }
    }
    let mut benchmarks: BTreeMap<(&Option<String>, &String), usize> = BTreeMap::new();
    merger.nodes.iter().for_each(|node| *benchmarks.entry((&node.cluster, &node.name)).or_default() += 1);
    let several: Vec<String> =
        benchmarks.iter().filter(|(_, count)| **count > 1).map(|((_, name), _)| (*name).clone()).collect();
    if !several.is_empty() {
        notices.push(format!(
            "reports of several benchmarks, each of which counts, of {}: {}",
            nodes(several.len()),
            names(&several)
        ));
    }
    for (kind, count) in &merger.others {
        let (reports, verb) = if *count == 1 { ("report", "is") } else { ("reports", "are") };
        notices.push(format!("{count} {reports} about something else than a node ({kind}) {verb} left out"));
    }
    notices.extend(passed_on(merger));
    let mut most: Vec<(usize, String)> = differing.iter().map(|(node, count)| (*count, name(*node))).collect();
    most.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| by_number(&a.1, &b.1)));
    if !most.is_empty() {
        let count = most.len();
        let most: Vec<String> =
            most.iter().take(MOST_DIFFERENT).map(|(count, name)| format!("{name} ({count} checks)")).collect();
        let most = most.join(", ").replace("(1 checks)", "(1 check)");
        let verb = if count == 1 { "differs" } else { "differ" };
        notices.push(format!("{} {verb} from the others of the same role, most of all {most}", nodes(count)));
    }
    notices
}

/// The most common notices of the nodes.
fn passed_on(merger: &Merger) -> Vec<String> {
    let mut counted: Vec<(usize, &String)> =
        merger.notices.values().map(|(text, nodes)| (nodes.len(), text)).filter(|(count, _)| *count > 0).collect();
    counted.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let more = counted.len().saturating_sub(MOST_PASSED_ON);
    let shown = counted.into_iter().take(MOST_PASSED_ON).map(|(count, text)| format!("on {}: {text}", nodes(count)));
    let rest = (more > 0).then(|| format!("{more} more notices are in the reports of the nodes"));
    shown.chain(rest).collect()
}
