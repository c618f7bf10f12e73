//! Whether the list of packages is updated together with an installation.

use super::finding::BuildFinding;
use crate::dockerfile::{Action, Dockerfile, ShellCommand};

/// The package managers with a list of their own, and the subcommands that update it.
const UPDATES: [(&str, &[&str]); 8] = [
    ("apk", &["update"]),
    ("apt", &["update"]),
    ("apt-get", &["update"]),
    ("aptitude", &["update"]),
    ("dnf", &["makecache", "check-update"]),
    ("microdnf", &["makecache"]),
    ("yum", &["makecache", "check-update"]),
    ("zypper", &["ref", "refresh"]),
];

/// The subcommands that use it.
const USES: [&str; 12] = [
    "add",
    "build-dep",
    "dist-upgrade",
    "download",
    "full-upgrade",
    "in",
    "install",
    "patch",
    "satisfy",
    "up",
    "update",
    "upgrade",
];

/// An update that is alone in its `RUN`: a later installation uses the list of an old layer.
pub(super) fn update_alone(file: &Dockerfile) -> Vec<BuildFinding> {
    let mut findings = Vec::new();
    for step in file.stages.iter().flat_map(|stage| &stage.steps) {
        let Action::Run(run) = &step.action else { continue };
        let commands = run.commands(step.position);
        for (index, (command, position)) in commands.iter().enumerate() {
            if !is_update(command) {
                continue;
            }
            let subject = format!("RUN {} {}", command.program(), command.subcommand());
            let is_used = commands[index + 1..].iter().any(|(later, _)| uses_list(later, command));
            let finding = if is_used {
                BuildFinding::pass(&subject, "the same RUN installs or upgrades packages")
            } else {
                let reason = "no package is installed in the same RUN: the build keeps this layer, and a later RUN installs \
                              from a list that is out of date";
                BuildFinding::fail(&subject, reason)
            };
            findings.push(finding.at(*position));
        }
    }
    if findings.is_empty() {
        findings.push(BuildFinding::pass("RUN", "no RUN updates the list of packages"));
    }
    findings
}

fn is_update(command: &ShellCommand) -> bool {
    UPDATES.iter().any(|(program, updates)| *program == command.program() && updates.contains(&command.subcommand()))
}

fn uses_list(command: &ShellCommand, update: &ShellCommand) -> bool {
    let is_apt = |command: &ShellCommand| command.program().starts_with("apt");
    let is_same = command.program() == update.program() || is_apt(command) && is_apt(update);
    is_same && !is_update(command) && command.arguments().iter().any(|word| USES.contains(&word.as_str()))
}
