//! Whether what builds the program stays out of the image.

use super::finding::BuildFinding;
use super::registry::has_compiler;
use super::tools::{Tool, tool};
use crate::dockerfile::{Action, Dockerfile, ImageReference};

/// The tools in the last stage and those that it is built on.
pub(super) fn examine(file: &Dockerfile) -> Vec<BuildFinding> {
    let is_single = file.stages.len() == 1;
    let mut findings = Vec::new();
    let base = file.last_base().and_then(|base| base.known());
    if let Some(base) = base.filter(|base| has_compiler(&ImageReference::parse(base))) {
        let position = file.last_chain().first().map(|stage| stage.position);
        let finding = BuildFinding::fail(&format!("FROM {base}"), "the base image of the last stage has a compiler");
        findings.push(position.map_or(finding.clone(), |position| finding.at(position)));
    }
    let mut scripts = Vec::new();
    for step in file.last_steps() {
        let Action::Run(run) = &step.action else { continue };
        for (command, position) in run.commands(step.position) {
            let Some((tool, shown)) = tool(&command) else { continue };
            let subject = format!("RUN {shown}");
            let finding = match (tool, is_single) {
                (Tool::Compiler, true) => BuildFinding::fail(
                    &subject,
                    "a tool that builds programs is used or installed in the only stage, so it stays in the image",
                ),
                (Tool::Compiler, false) => BuildFinding::fail(
                    &subject,
                    "a tool that builds programs is used or installed in the last stage, so it stays in the image",
                ),
                (Tool::PackageManager, true) => BuildFinding::fail(
                    &subject,
                    "the only stage installs packages, so the package manager stays in the image",
                ),
                (Tool::PackageManager, false) => BuildFinding::pass(
                    &subject,
                    "the last stage installs packages; what builds the program is in an earlier stage",
                ),
                (Tool::Script, true) => {
                    scripts.push(
                        BuildFinding::undetermined(
                            &subject,
                            "the file does not say what the script builds or installs",
                        )
                        .at(position),
                    );
                    continue;
                }
                (Tool::Script, false) => continue,
            };
            findings.push(finding.at(position));
        }
    }
    findings.append(&mut scripts);
    if findings.is_empty() {
        let reason = "the last stage uses no compiler and no package manager";
        findings.push(BuildFinding::pass("stages", reason).with("stages", file.stages.len().to_string()));
    }
    findings
}
