//! A comparison as SARIF: what is broken or no longer waived, since readers make an open alert of everything else.

use super::text::{place, statuses};
use super::{Change, ChangeClass, Diff, PairDiff, Side};
use crate::model::{Severity, Status};
use crate::report::SubjectKind;
use crate::report::cut::cut;
use crate::report::fenced::fenced;
use crate::report::json::write_pretty_json;
use crate::report::occurrence::subject_identity;
use crate::report::sarif::{of_severity, score};
use crate::report::uri::{relative_uri, segments};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io;

/// GitHub keeps this many results of a run.
const MOST_RESULTS: usize = 5000;

/// The most bytes of a message.
const MOST_MESSAGE: usize = 1000;

/// The most notifications.
const MOST_NOTICES: usize = 100;

/// The highest line that every reader takes.
const MOST_LINE: usize = i32::MAX as usize - 1;

/// The comparison as one run. `all`: every change.
pub fn diff_sarif(diff: &Diff, all: bool) -> io::Result<Vec<u8>> {
    let is_wanted = |change: &&Change| all || is_open(change);
    let mut changes: Vec<(&PairDiff, &Change)> = Vec::new();
    for pair in &diff.pairs {
        changes.extend(pair.changes.iter().filter(is_wanted).map(|change| (pair, change)));
    }
    // The worst stay if there are too many.
    changes.sort_by_key(|(_, change)| (change.class, std::cmp::Reverse(change.severity)));
    let left_out = changes.len().saturating_sub(MOST_RESULTS);
    changes.truncate(MOST_RESULTS);
    let (mut rules, mut known, mut results) = (Vec::new(), HashMap::new(), Vec::new());
    let mut numbers = HashMap::new();
    for (pair, change) in changes {
        let index = *known.entry(change.rule.as_str()).or_insert_with(|| {
            rules.push(rule(change));
            rules.len() - 1
        });
        // In a scan the same subject can have several findings.
        let key = (&pair.scope, &change.rule, &change.file, &change.subject);
        let number = numbers.entry(key).and_modify(|number| *number += 1).or_insert(1_usize);
        results.push(result(pair, change, index, *number));
    }
    let notices =
        diff.pairs.iter().flat_map(|pair| pair.notices.iter().map(|notice| format!("{}: {notice}", pair.subject)));
    let unreadable = diff.unreadable.iter().map(|file| format!("not compared: {file}"));
    let cut_results = (left_out > 0).then(|| format!("{left_out} results are left out, the least severe ones"));
    let texts = cut_results.into_iter().chain(unreadable).chain(notices).chain(diff.notices.iter().cloned());
    let notifications: Vec<Value> = texts
        .take(MOST_NOTICES)
        .map(|text| json!({ "level": "warning", "message": { "text": cut(&text, MOST_MESSAGE) } }))
        .collect();
    let version = diff.pairs.first().map_or("", |pair| pair.new.tool_version.as_str());
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "nodeproof", "semanticVersion": version, "rules": rules } },
            "automationDetails": { "id": "nodeproof/diff/" },
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notifications }],
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": { "resultsLeftOut": left_out },
        }],
    });
    let mut out = Vec::new();
    write_pretty_json(&document, &mut out)?;
    Ok(out)
}

/// Whether something fails that did not, or is no longer waived.
fn is_open(change: &Change) -> bool {
    let status = change.new.as_ref().map(|side| side.status);
    match change.class {
        ChangeClass::Broken => true,
        ChangeClass::WaiverEnded => !matches!(status, None | Some(Status::Pass | Status::NotApplicable)),
        ChangeClass::Lost
        | ChangeClass::Fixed
        | ChangeClass::Regained
        | ChangeClass::Waived
        | ChangeClass::Changed
        | ChangeClass::Appeared
        | ChangeClass::Gone => false,
    }
}

fn severity(change: &Change) -> Severity {
    change.severity.unwrap_or(Severity::Medium)
}

fn rule(change: &Change) -> Value {
    let title = cut(&change.title, MOST_MESSAGE);
    let more = "The report says why it matters and what to do, and so does nodeproof explain.";
    json!({
        "id": change.rule,
        "name": cut(&change.rule, 255),
        "shortDescription": { "text": title },
        "fullDescription": { "text": title },
        "help": { "text": format!("{title}\n\n{more}"), "markdown": format!("{}\n\n{more}", fenced(&title)) },
        "defaultConfiguration": { "level": of_severity(severity(change)) },
        "properties": { "security-severity": score(severity(change)), "tags": ["security", severity(change).id()] },
    })
}

fn result(pair: &PairDiff, change: &Change, index: usize, number: usize) -> Value {
    let (kind, level) = match change.new.as_ref().map(|side| side.status) {
        Some(Status::Fail) => ("fail", of_severity(severity(change))),
        Some(Status::Undetermined) => ("open", "none"),
        Some(Status::Manual) => ("review", "none"),
        Some(Status::Pass) => ("pass", "none"),
        Some(Status::NotApplicable | Status::Skipped | Status::Waived) | None => ("notApplicable", "none"),
    };
    let baseline = match change.class {
        ChangeClass::Broken | ChangeClass::Appeared => "new",
        ChangeClass::Fixed | ChangeClass::Gone => "absent",
        ChangeClass::Lost
        | ChangeClass::WaiverEnded
        | ChangeClass::Regained
        | ChangeClass::Waived
        | ChangeClass::Changed => "updated",
    };
    let (file, subject) = (change.file.as_deref().unwrap_or_default(), change.subject.as_deref().unwrap_or_default());
    let identity = subject_identity(&pair.scope, file, &change.rule, subject, number);
    let line = change.line.unwrap_or(1).clamp(1, MOST_LINE);
    let evidence = change.new.as_ref().map_or(&[][..], |side: &Side| &side.evidence).iter().take(3).cloned();
    let evidence: Vec<String> = std::iter::once(statuses(change)).chain(evidence).collect();
    let parts = [change.title.clone(), place(change), evidence.join("; ")];
    let message = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
    let mut result = json!({
        "ruleId": change.rule,
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": { "text": cut(&message, MOST_MESSAGE) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(pair, change) },
            "region": { "startLine": line, "startColumn": 1, "endLine": line, "endColumn": 1 },
        } }],
        "fingerprints": { "nodeproof/v1": identity },
        "baselineState": baseline,
        "properties": { "check": change.check, "class": change.class.id() },
    });
    if pair.kind != SubjectKind::Manifests {
        result["partialFingerprints"] = json!({ "primaryLocationLineHash": identity });
    }
    result
}

/// The file of a scan; else the subject below the name of what was audited.
fn uri(pair: &PairDiff, change: &Change) -> String {
    let file = change.file.as_deref();
    let mut parts: Vec<&str> = match (pair.kind, file) {
        (SubjectKind::Manifests, Some(file)) => segments(file),
        (SubjectKind::Manifests | SubjectKind::Node | SubjectKind::Cluster | SubjectKind::Fleet, _) => {
            let mut parts = segments(&pair.subject);
            parts.extend(segments(change.subject.as_deref().unwrap_or_default()));
            parts
        }
    };
    if parts.is_empty() {
        parts.push("unknown");
    }
    relative_uri(&parts)
}
