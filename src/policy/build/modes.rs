//! Files that everyone can write to, or that change the user.

use super::finding::{BuildFinding, MAX_FINDINGS};
use crate::dockerfile::{Action, CopyStep, Dockerfile, FileOrigin, ShellCommand, Step, absolute, base_name};
use crate::yaml::Position;
use std::collections::HashMap;

/// The findings of one `COPY` from another stage.
const MAX_COPIED: usize = 8;

/// What a mode gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Mode {
    everyone_writes: bool,
    /// Only owners remove files of a folder that is open like that.
    is_sticky: bool,
    sets_id: bool,
}

/// The modes that the last stage sets, and those of files that it copies from other stages.
pub(super) fn examine(file: &Dockerfile) -> Vec<BuildFinding> {
    let mut findings = Vec::new();
    let mut changes_of = HashMap::new();
    for step in file.last_steps() {
        findings.extend(changes(step).iter().filter_map(Change::finding));
        if let Action::Copy(copy) = &step.action {
            if let Some(FileOrigin::Stage(stage)) = copy.from {
                let changes = changes_of.entry(stage).or_insert_with(|| stage_changes(file, stage));
                findings.extend(copied(copy, changes).into_iter().map(|finding| finding.at(step.position)));
            }
            findings.extend(of_flag(copy).map(|finding| finding.at(step.position)));
        }
    }
    if findings.is_empty() {
        let reason = "no instruction opens a file to everyone or makes it set-user-ID; files of the base image and of the build \
                      context are not in the file";
        findings.push(BuildFinding::pass("modes", reason));
    }
    findings
}

/// A mode that a command sets.
struct Change {
    program: String,
    mode: String,
    paths: Vec<String>,
    position: Position,
}

impl Change {
    fn finding(&self) -> Option<BuildFinding> {
        let reason = reason(&self.mode)?;
        let subject = format!("{} {} {}", self.program, self.mode, self.paths.join(" "));
        Some(BuildFinding::fail(&subject, reason).with("mode", &self.mode).at(self.position))
    }
}

/// Why a mode is a finding.
fn reason(mode: &str) -> Option<&'static str> {
    let mode = parse(mode);
    match (mode.sets_id, mode.everyone_writes && !mode.is_sticky) {
        (true, _) => Some("who starts the file has the rights of its owner or group"),
        (false, true) => Some("every user in the container can change the file or folder"),
        (false, false) => None,
    }
}

/// The modes that a step sets.
fn changes(step: &Step) -> Vec<Change> {
    let Action::Run(run) = &step.action else { return Vec::new() };
    run.commands(step.position).into_iter().filter_map(|(command, position)| change(&command, position)).collect()
}

fn change(command: &ShellCommand, position: Position) -> Option<Change> {
    let words = &command.words;
    let runs_others = matches!(command.program(), "find" | "parallel") || command.program().parse::<usize>().is_ok();
    let chmod = words.iter().position(|word| base_name(word) == "chmod").filter(|index| *index == 0 || runs_others);
    if let Some(index) = chmod {
        let is_flag = |word: &str| {
            word.starts_with("--")
                || word.strip_prefix('-').is_some_and(|letters| {
                    !letters.is_empty()
                        && letters.chars().all(|c| matches!(c, 'R' | 'v' | 'f' | 'c' | 'h' | 'H' | 'L' | 'P'))
                })
        };
        let mut rest = words[index + 1..].iter().filter(|word| !is_flag(word)).cloned();
        let mode = rest.next()?;
        return Some(Change { program: "chmod".to_owned(), mode, paths: rest.take(8).collect(), position });
    }
    if !matches!(command.program(), "install" | "mkdir" | "mkfifo") {
        return None;
    }
    let arguments = command.arguments();
    let mode = arguments.iter().enumerate().find_map(|(index, word)| match word.as_str() {
        "-m" | "--mode" => arguments.get(index + 1).cloned(),
        word => word.strip_prefix("--mode=").or_else(|| word.strip_prefix("-m")).map(str::to_owned),
    })?;
    let paths = arguments.last().cloned().into_iter().collect();
    Some(Change { program: command.program().to_owned(), mode, paths, position })
}

/// `--chmod` of `COPY` and `ADD`.
fn of_flag(copy: &CopyStep) -> Option<BuildFinding> {
    let mode = copy.flag("chmod")?;
    let keyword = if copy.is_add { "ADD" } else { "COPY" };
    let subject = format!("{keyword} --chmod={mode} {}", copy.destination.shown());
    if mode.contains('$') {
        return Some(BuildFinding::undetermined(&subject, "the mode depends on a variable"));
    }
    reason(mode).map(|reason| BuildFinding::fail(&subject, reason).with("mode", mode))
}

/// The modes of a stage that are findings.
fn stage_changes(file: &Dockerfile, stage: usize) -> Vec<Change> {
    let steps = file.chain(stage).into_iter().flat_map(|stage| &stage.steps);
    steps.flat_map(changes).filter(|change| reason(&change.mode).is_some()).take(MAX_FINDINGS).collect()
}

/// Files of another stage that keep the mode that they have there.
fn copied(copy: &CopyStep, changes: &[Change]) -> Vec<BuildFinding> {
    if copy.flag("chmod").is_some() {
        return Vec::new();
    }
    let sources: Vec<String> = copy.sources.iter().filter_map(|source| absolute(Some("/"), source.known()?)).collect();
    let is_copied = |path: &String| {
        let path = absolute(None, path);
        path.is_some_and(|path| {
            sources.iter().any(|source| {
                path == *source
                    || path.strip_prefix(source.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
            })
        })
    };
    changes
        .iter()
        .filter(|change| change.paths.iter().any(is_copied))
        .filter_map(|change| {
            let line = change.position.line;
            Some(change.finding()?.with("set on line", line.to_string()))
        })
        .take(MAX_COPIED)
        .collect()
}

/// Reads a mode in digits or letters.
fn parse(text: &str) -> Mode {
    if let Ok(bits) = u32::from_str_radix(text, 8) {
        return Mode { everyone_writes: bits & 0o002 != 0, is_sticky: bits & 0o1000 != 0, sets_id: bits & 0o6000 != 0 };
    }
    let mut mode = Mode::default();
    for clause in text.split(',') {
        let who = clause.len() - clause.trim_start_matches(['u', 'g', 'o', 'a']).len();
        let (who, rest) = clause.split_at(who);
        // Without letters the mask of the process keeps others out.
        let is_everyone = who.contains(['o', 'a']);
        for operation in rest.split_inclusive(['+', '-', '=']).zip(rest.split(['+', '-', '=']).skip(1)) {
            let (operator, permissions) = operation;
            if operator.ends_with('-') {
                continue;
            }
            mode.everyone_writes |= is_everyone && permissions.contains('w');
            mode.is_sticky |= permissions.contains('t');
            mode.sets_id |= permissions.contains('s') && (who.is_empty() || who.contains(['u', 'g', 'a']));
        }
    }
    mode
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_in_digits_and_letters() {
        for (text, everyone_writes, is_sticky, sets_id) in [
            ("755", false, false, false),
            ("777", true, false, false),
            ("0666", true, false, false),
            ("1777", true, true, false),
            ("4755", false, false, true),
            ("02755", false, false, true),
            ("u+s", false, false, true),
            ("g+s", false, false, true),
            ("+s", false, false, true),
            ("ug=rwxs", false, false, true),
            ("o+s", false, false, false),
            ("u-s", false, false, false),
            ("a-s", false, false, false),
            ("o+w", true, false, false),
            ("a+rwx", true, false, false),
            ("a+rwxt", true, true, false),
            ("+w", false, false, false),
            ("+x", false, false, false),
            ("u+w", false, false, false),
            ("u-w", false, false, false),
            ("go-w", false, false, false),
            ("u=rwx,go=rx", false, false, false),
            ("u=rwx,o=rwx", true, false, false),
            ("u-x+s", false, false, true),
            ("", false, false, false),
            ("é", false, false, false),
        ] {
            assert_eq!(parse(text), Mode { everyone_writes, is_sticky, sets_id }, "{text}");
        }
    }
}
