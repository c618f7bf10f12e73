//! How the program of the image starts, and its health check.

use super::finding::BuildFinding;
use crate::dockerfile::{Action, Command, Dockerfile, SHELLS, Setting, base_name};
use crate::model::Status;

/// `ENTRYPOINT` and `CMD` in effect are in JSON form.
pub(super) fn exec_form(file: &Dockerfile) -> Vec<BuildFinding> {
    let (entrypoint, command) = file.start();
    let settings = [("ENTRYPOINT", entrypoint), ("CMD", command)];
    let mut findings: Vec<BuildFinding> =
        settings.into_iter().filter_map(|(name, setting)| Some(judge(file, name, setting?))).collect();
    if findings.is_empty() {
        findings.push(match file.last_base() {
            Some(base) => {
                BuildFinding::undetermined("no CMD", "the command is that of the base image, which is not in the file")
                    .with("base", base.shown())
            }
            None => BuildFinding::new(Status::NotApplicable, "no CMD", "the image starts no program by itself"),
        });
    }
    findings
}

fn judge(file: &Dockerfile, name: &str, setting: Setting<'_, Command>) -> BuildFinding {
    match setting.value {
        Command::Exec(words) => {
            let program = words.first().map_or("", String::as_str);
            let is_shell = SHELLS.contains(&base_name(program));
            let note = if is_shell { "; the program is a shell itself, which must pass on signals" } else { "" };
            BuildFinding::pass(name, format!("it is in JSON form{note}")).with("program", program)
        }
        Command::Shell(text) => {
            let looks_like_json = text.text.starts_with('[') && text.text.ends_with(']');
            let hint = if looks_like_json { ": it is no JSON, which takes double quotes" } else { "" };
            let reason = format!(
                "it is in shell form{hint}; a shell must be in the image, is process 1 and does not pass signals on, so the \
                 program is killed at the end of the grace period"
            );
            BuildFinding::fail(name, reason).with("started by", file.shell())
        }
    }
    .at(setting.position)
}

/// The health check, which decides nothing.
pub(super) fn healthcheck(file: &Dockerfile) -> Vec<BuildFinding> {
    let last = file.last_steps().into_iter().rev().find_map(|step| {
        let Action::Healthcheck { is_none, .. } = &step.action else { return None };
        Some((step.position, *is_none))
    });
    let reason = "Kubernetes ignores HEALTHCHECK; the probes of the pod decide";
    let finding = BuildFinding::new(Status::NotApplicable, "HEALTHCHECK", reason);
    vec![match last {
        Some((position, is_none)) => {
            finding.with("HEALTHCHECK", if is_none { "NONE" } else { "a command" }).at(position)
        }
        None => finding.with("HEALTHCHECK", "not set"),
    }]
}
