//! The nodes of each finding of a fleet's report, as an extension of its check: ranges of the numbers that the report's list of
//! nodes gives them.

use crate::model::Extensions;
use crate::report::{CheckResult, Report};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The name of the extension.
const FLEET: &str = "fleet";

/// The extension for the nodes of each finding, in ascending order.
pub(super) fn extension(findings: &[Vec<usize>]) -> Extensions {
    let ranges = |nodes: &Vec<usize>| -> Value {
        let mut ranges: Vec<[usize; 2]> = Vec::new();
        for node in nodes {
            match ranges.last_mut() {
                Some([_, last]) if *last + 1 == *node => *last = *node,
                _ => ranges.push([*node, *node]),
            }
        }
        json!(ranges)
    };
    let nodes: Vec<Value> = findings.iter().map(ranges).collect();
    BTreeMap::from([(FLEET.to_owned(), json!({ "nodes": nodes }))])
}

/// The names of the nodes of each finding of a check; nothing if the report is not that of a fleet.
pub(in crate::report) fn nodes_of_findings(report: &Report, check: &CheckResult) -> Option<Vec<Vec<String>>> {
    let lists = check.extensions.get(FLEET)?.get("nodes")?.as_array()?;
    let has_clusters = report.nodes.iter().any(|node| node.cluster != report.subject.cluster);
    let name = |number: usize| {
        let node = report.nodes.get(number)?;
        Some(match node.cluster.as_ref().filter(|_| has_clusters) {
            Some(cluster) => format!("{cluster}/{}", node.name),
            None => node.name.clone(),
        })
    };
    let number = |range: &Value, at: usize| range.get(at)?.as_u64().and_then(|number| usize::try_from(number).ok());
    let of_list = |list: &Value| -> Vec<String> {
        let ranges = list.as_array().map_or(&[][..], Vec::as_slice).iter();
        // A report that was read may have any numbers.
        let ranges = ranges.filter_map(|range| Some((number(range, 0)?, number(range, 1)?.min(report.nodes.len()))));
        ranges.flat_map(|(first, last)| (first..=last).filter_map(name)).collect()
    };
    Some(lists.iter().map(of_list).collect())
}
