//! A comparison as events of the class Compliance Finding of OCSF, one a line: what began, what changed, what is over.

use super::{Change, ChangeClass, Diff, PairDiff};
use crate::model::Status;
use crate::report::SubjectKind;
use crate::report::cut::cut;
use crate::report::json::write_json;
use crate::report::moment::milliseconds;
use crate::report::occurrence::subject_identity;
use crate::report::ocsf::{OCSF, compliance_status, severity};
use serde_json::{Value, json};
use std::io::{self, Write as _};

/// The most bytes of one text.
const MOST_TEXT: usize = 8000;

/// An event for each change.
pub fn diff_ocsf(diff: &Diff) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    for pair in &diff.pairs {
        for change in &pair.changes {
            write_json(&event(pair, change), &mut out)?;
            writeln!(out)?;
        }
    }
    Ok(out)
}

fn event(pair: &PairDiff, change: &Change) -> Value {
    let text = |text: &str| cut(text, MOST_TEXT).into_owned();
    let (activity_id, activity) = activity(change.class);
    let status = change.new.as_ref().or(change.old.as_ref()).map_or(Status::Undetermined, |side| side.status);
    let (status_id, status_name) = match (change.class, status) {
        (ChangeClass::Fixed | ChangeClass::Gone, _) => (4, "Resolved"),
        (_, Status::Waived) => (3, "Suppressed"),
        (_, Status::Pass | Status::NotApplicable | Status::Skipped) => (4, "Resolved"),
        (_, Status::Fail | Status::Undetermined | Status::Manual) => (1, "New"),
    };
    let (compliance_id, compliance) = match (&change.new, change.class) {
        (None, ChangeClass::Fixed | ChangeClass::Gone) => (99, "Gone"),
        (None | Some(_), _) => compliance_status(status),
    };
    let (severity_id, severity) = severity(change.severity);
    let (file, subject) = (change.file.as_deref().unwrap_or_default(), change.subject.as_deref().unwrap_or_default());
    let kind = match pair.kind {
        SubjectKind::Node => "Node",
        SubjectKind::Cluster => "Cluster",
        SubjectKind::Manifests => "Manifests",
        SubjectKind::Fleet => "Fleet",
    };
    let evidence = change.new.as_ref().or(change.old.as_ref()).map_or(&[][..], |side| &side.evidence);
    json!({
        "activity_id": activity_id,
        "activity_name": activity,
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2003,
        "class_name": "Compliance Finding",
        "type_uid": 200_300 + activity_id,
        "type_name": format!("Compliance Finding: {activity}"),
        "time": milliseconds(&pair.new.time).unwrap_or_default(),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status_name,
        "message": text(&format!("{} {}: {}", change.check, change.title, change.class.id())),
        "metadata": {
            "version": OCSF,
            "uid": pair.new.report_id,
            "product": { "name": "nodeproof", "vendor_name": "nodeproof", "version": pair.new.tool_version },
        },
        "finding_info": {
            "uid": subject_identity(&pair.scope, file, &change.rule, subject, 1),
            "title": text(&change.title),
            "analytic": { "uid": change.rule, "name": change.rule, "type_id": 1, "type": "Rule" },
        },
        "compliance": {
            "standards": [pair.new.benchmark],
            "control": change.check,
            "status_id": compliance_id,
            "status": compliance,
            "status_detail": text(&[&[subject.to_owned()][..], evidence].concat().join("; ")),
        },
        "resources": [{ "type": kind, "uid": text(&pair.subject), "name": text(&pair.subject) }],
    })
}

/// Number and caption.
const fn activity(class: ChangeClass) -> (u32, &'static str) {
    match class {
        ChangeClass::Broken | ChangeClass::Appeared => (1, "Create"),
        ChangeClass::Fixed | ChangeClass::Gone => (3, "Close"),
        ChangeClass::Lost
        | ChangeClass::WaiverEnded
        | ChangeClass::Regained
        | ChangeClass::Waived
        | ChangeClass::Changed => (2, "Update"),
    }
}
