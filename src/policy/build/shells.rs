//! Shells that are left in the image.

use super::finding::BuildFinding;
use super::registry::{Contents, contents};
use crate::dockerfile::{
    Action, Command, CopyStep, Dockerfile, Expanded, FileOrigin, ImageReference, RunStep, SHELLS, ShellCommand, Stage,
    Step, base_name,
};
use crate::model::Status;
use std::collections::HashMap;

/// Folders that have the programs of a system.
const PROGRAM_FOLDERS: [&str; 8] =
    ["/", "/bin", "/sbin", "/usr", "/usr/bin", "/usr/local/bin", "/usr/sbin", "/busybox"];

/// What the last stage has, and what shows it.
pub(super) fn examine(file: &Dockerfile) -> Vec<BuildFinding> {
    let chain = file.last_chain();
    let steps = file.last_steps();
    let mut findings: Vec<BuildFinding> = steps.iter().flat_map(|step| removals(step)).collect();
    let mut known = HashMap::new();
    let mut has_shell = |origin: &FileOrigin| match origin {
        FileOrigin::Stage(stage) => *known.entry(*stage).or_insert_with(|| stage_has_shell(file, *stage)),
        FileOrigin::Image(image) => image_has_shell(image),
    };
    findings.extend(steps.iter().filter_map(|step| copied(step, &mut has_shell)));
    findings.extend(base(&chain));
    // A command of the shell form shows a shell that nothing else does.
    if findings.iter().all(|finding| finding.status != Status::Fail) {
        findings.extend(steps.iter().find_map(|step| executed(step)));
    }
    // What shows a shell settles what is unknown.
    if findings.iter().any(|finding| finding.status == Status::Fail) {
        findings.retain(|finding| finding.status != Status::Undetermined);
    }
    findings
}

/// What the base is known to have.
fn base(chain: &[&Stage]) -> Option<BuildFinding> {
    let position = chain.first()?.position;
    let Some(image) = Dockerfile::base_of(chain) else {
        return Some(
            BuildFinding::pass("FROM scratch", "the image is built on nothing, which has no shell").at(position),
        );
    };
    let subject = format!("FROM {}", image.shown());
    let finding = match &image.value {
        Err(unknown) => BuildFinding::undetermined(&subject, unknown.to_string()),
        Ok(name) => match contents(&ImageReference::parse(name)) {
            Contents::Bare => {
                BuildFinding::pass(&subject, "images with this name have no shell and no package manager")
            }
            Contents::System => {
                BuildFinding::fail(&subject, "the base image has a shell, and mostly a package manager")
            }
            Contents::Unknown => {
                BuildFinding::undetermined(&subject, "the name does not say whether the base image has a shell")
            }
        },
    };
    Some(finding.with_build_args(&image.build_args).at(position))
}

/// Commands that remove shells or make them useless: an earlier layer keeps them.
fn removals(step: &Step) -> Vec<BuildFinding> {
    let Action::Run(run) = &step.action else { return Vec::new() };
    let reason = "the command hides the shells in its own layer only: the layers below keep them, and everyone who has the image \
                  can read them there; build on an image without shells, or copy what is needed to FROM scratch";
    run.commands(step.position)
        .into_iter()
        .filter(|(command, _)| removes_shells(command))
        .map(|(command, position)| {
            let subject = command.words.iter().take(6).cloned().collect::<Vec<_>>().join(" ");
            BuildFinding::fail(&format!("RUN {subject}"), reason).at(position)
        })
        .collect()
}

fn removes_shells(command: &ShellCommand) -> bool {
    let names_shell = |word: &String| {
        let name = base_name(word);
        let folder = word.strip_suffix(name).unwrap_or_default().trim_end_matches('/');
        let is_folder = PROGRAM_FOLDERS.contains(&folder);
        word.starts_with('/')
            && (SHELLS.contains(&name)
                || name == "busybox"
                || is_folder && matches!(name, "*" | "*sh")
                || PROGRAM_FOLDERS[1..].contains(&word.trim_end_matches('/')))
    };
    let has_path = command.arguments().iter().any(names_shell);
    match command.program() {
        "rm" | "unlink" | "mv" | "shred" => has_path,
        // `chmod +x` and the like keep it useful.
        "chmod" => {
            has_path
                && command.arguments().iter().any(|word| matches!(word.as_str(), "000" | "0" | "0000" | "a-x" | "-x"))
        }
        "find" => has_path && command.arguments().iter().any(|word| word == "-delete" || base_name(word) == "rm"),
        _ => false,
    }
}

/// Whether a step executes a shell that is part of the image.
fn executed(step: &Step) -> Option<BuildFinding> {
    let Action::Run(run) = &step.action else { return None };
    if !uses_shell(run) {
        return None;
    }
    let reason = "the build executes a shell here, so the image has one";
    Some(BuildFinding::fail("RUN", reason).at(step.position))
}

fn uses_shell(run: &RunStep) -> bool {
    let is_mounted = !run.mounts.is_empty();
    let starts_shell = match &run.command {
        Command::Shell(_) => true,
        Command::Exec(words) => words.first().is_some_and(|word| SHELLS.contains(&base_name(word))),
    };
    starts_shell && !is_mounted
}

/// Shells that a step may copy.
fn copied(step: &Step, has_shell: &mut dyn FnMut(&FileOrigin) -> Option<bool>) -> Option<BuildFinding> {
    let Action::Copy(copy) = &step.action else { return None };
    let finding = copy.sources.iter().find_map(|source| of_source(copy, source, has_shell))?;
    Some(finding.at(step.position))
}

fn of_source(
    copy: &CopyStep,
    source: &Expanded,
    has_shell: &mut dyn FnMut(&FileOrigin) -> Option<bool>,
) -> Option<BuildFinding> {
    let path = source.shown().trim_end_matches(['/', '*', '.']);
    let path = if path.is_empty() { "/" } else { path };
    let subject = format!("{} {}", if copy.is_add { "ADD" } else { "COPY" }, source.shown());
    let names_shell = |path: &str| SHELLS.contains(&base_name(path)) || base_name(path).starts_with("busybox");
    if names_shell(path) || names_shell(copy.destination.shown()) {
        return Some(BuildFinding::fail(&subject, "the instruction copies a shell into the image"));
    }
    let to_system = copy.path.as_deref().is_none_or(|path| {
        let path = path.trim_end_matches('/');
        PROGRAM_FOLDERS.contains(&if path.is_empty() { "/" } else { path })
    });
    let is_archive = copy.is_add && path.contains(".t");
    match &copy.from {
        Some(_) if !PROGRAM_FOLDERS.contains(&path) => None,
        Some(origin) => Some(match has_shell(origin) {
            Some(true) => BuildFinding::fail(&subject, "the folder has the programs of an image with a shell"),
            Some(false) => return None,
            None => BuildFinding::undetermined(&subject, "the file does not say whether the folder has a shell"),
        }),
        // A whole file system of the build context.
        None if to_system && (is_archive || path == "/") => Some(BuildFinding::undetermined(
            &subject,
            "files go to a folder of programs, or to one that the file does not name; a shell may be among them",
        )),
        None => None,
    }
}

/// Whether a stage has a shell in the end; `None` if that is not known, also where shells are removed.
fn stage_has_shell(file: &Dockerfile, stage: usize) -> Option<bool> {
    let chain = file.chain(stage);
    let steps = || chain.iter().flat_map(|stage| &stage.steps);
    if steps().any(|step| !removals(step).is_empty()) {
        return None;
    }
    if steps().any(|step| executed(step).is_some()) {
        return Some(true);
    }
    match Dockerfile::base_of(&chain) {
        None => steps().all(|step| !matches!(step.action, Action::Copy(_))).then_some(false),
        Some(image) => image_has_shell(image),
    }
}

fn image_has_shell(image: &Expanded) -> Option<bool> {
    match contents(&ImageReference::parse(image.known()?)) {
        Contents::Bare => Some(false),
        Contents::System => Some(true),
        Contents::Unknown => None,
    }
}
