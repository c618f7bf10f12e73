//! Whether the image has the program that it starts.

use super::finding::BuildFinding;
use crate::dockerfile::{Action, Command, CopyStep, Dockerfile, FileOrigin, absolute, base_name, commands};
use crate::model::Status;
use crate::yaml::Position;
use std::collections::HashMap;

/// Where a name without a slash is searched if nothing else is said.
const SEARCH_PATH: [&str; 6] = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// The paths of another stage that are considered.
const MAX_OUTPUTS: usize = 500;

/// A path that an instruction makes.
struct Made {
    path: String,
    position: Position,
    keyword: &'static str,
    /// The last part of the source.
    name: String,
}

/// What the last stage has, as far as the file says it.
#[derive(Default)]
struct Files {
    made: Vec<Made>,
    /// Folders whose content is copied as a whole.
    folders: Vec<Made>,
    /// A destination is unknown, or a command may make any file.
    is_open: bool,
}

/// The program of `ENTRYPOINT` or `CMD`.
pub(super) fn examine(file: &Dockerfile) -> BuildFinding {
    let (entrypoint, command) = file.start();
    let (keyword, setting) = match (entrypoint, command) {
        (Some(entrypoint), _) => ("ENTRYPOINT", entrypoint),
        (None, Some(command)) => ("CMD", command),
        (None, None) => return no_command(file),
    };
    let subject = |program: &str| format!("{keyword} {program}");
    let Some(program) = program(setting.value) else {
        return BuildFinding::undetermined(keyword, "the file does not say which program it starts")
            .at(setting.position);
    };
    let is_on_nothing = file.last_base().is_none();
    let finding = match paths(file, &program) {
        None => BuildFinding::undetermined(
            &subject(&program),
            "the path is relative to a folder or depends on a variable that the file does not say",
        ),
        Some(paths) => judge(&subject(&program), &paths, &files(file), is_on_nothing),
    };
    finding.with("program", &program).at(setting.position)
}

fn no_command(file: &Dockerfile) -> BuildFinding {
    match file.last_base() {
        Some(base) => {
            BuildFinding::undetermined("no CMD", "the program is that of the base image, which is not in the file")
                .with("base", base.shown())
        }
        None => BuildFinding::new(Status::NotApplicable, "no CMD", "the image starts no program by itself"),
    }
}

fn program(command: &Command) -> Option<String> {
    let program = match command {
        Command::Exec(words) => words.first().cloned(),
        Command::Shell(text) => {
            commands(&text.text).into_iter().next().and_then(|command| command.words.into_iter().next())
        }
    };
    program.filter(|program| !program.is_empty())
}

/// Where the program can be; `None` if the file does not say it.
fn paths(file: &Dockerfile, program: &str) -> Option<Vec<String>> {
    if program.contains(['$', '`', '*']) {
        return None;
    }
    if !program.contains('/') {
        return Some(SEARCH_PATH.iter().map(|folder| format!("{folder}/{program}")).collect());
    }
    absolute(file.stages.last()?.workdir.as_deref(), program).map(|path| vec![path])
}

fn judge(subject: &str, paths: &[String], files: &Files, is_on_nothing: bool) -> BuildFinding {
    if let Some(made) = files.made.iter().rev().find(|made| paths.contains(&made.path)) {
        let reason = format!("{} on line {} makes {}", made.keyword, made.position.line, made.path);
        return BuildFinding::pass(subject, reason).with("made by", format!("{} {}", made.keyword, made.path));
    }
    let name = paths.first().map_or("", |path| base_name(path));
    // What has the name of the program is the program, not a folder.
    let is_inside = |folder: &&Made| {
        if folder.name == name {
            return false;
        }
        let front = folder.path.trim_end_matches('/');
        paths.iter().any(|path| path.strip_prefix(front).is_some_and(|rest| rest.starts_with('/')))
    };
    if let Some(folder) = files.folders.iter().rev().find(is_inside) {
        let reason = format!(
            "{} on line {} copies files to {}; the file does not say which",
            folder.keyword, folder.position.line, folder.path
        );
        return BuildFinding::undetermined(subject, reason);
    }
    let is_path = paths.len() == 1;
    if let Some(made) = files.made.iter().rev().find(|made| is_path && base_name(&made.path) == name) {
        let reason = format!(
            "no instruction makes {}, and {} on line {} makes {}",
            paths.concat(),
            made.keyword,
            made.position.line,
            made.path
        );
        return BuildFinding::fail(subject, reason).with("made", &made.path);
    }
    match (is_on_nothing, files.is_open) {
        (true, false) => BuildFinding::fail(subject, "no instruction makes it, and the image is built on nothing"),
        (true, true) => {
            BuildFinding::undetermined(subject, "no instruction names it; one of them may make it all the same")
        }
        (false, _) => BuildFinding::undetermined(subject, "no instruction makes it; the base image may have it"),
    }
}

/// The files that the last stage makes.
fn files(file: &Dockerfile) -> Files {
    let mut files = Files::default();
    let mut outputs_of = HashMap::new();
    for step in file.last_steps() {
        if let Action::Copy(copy) = &step.action {
            let built = match copy.from {
                Some(FileOrigin::Stage(stage)) => {
                    outputs_of.entry(stage).or_insert_with(|| stage_outputs(file, stage)).as_slice()
                }
                Some(FileOrigin::Image(_)) | None => &[],
            };
            copied(copy, built, step.position, &mut files);
        } else if let Action::Run(run) = &step.action {
            files.is_open = true;
            for (command, position) in run.commands(step.position) {
                let paths = outputs(&command.words).into_iter().chain(command.outputs);
                let made = paths.filter_map(|path| absolute(None, &path));
                files.made.extend(made.map(|path| Made { path, position, keyword: "RUN", name: String::new() }));
            }
        }
    }
    files
}

/// The paths behind `-o`, and the last argument of what copies and links.
fn outputs(words: &[String]) -> Vec<String> {
    let program = words.first().map_or("", |word| base_name(word));
    let mut paths: Vec<String> = words
        .windows(2)
        .filter(|pair| matches!(pair[0].as_str(), "-o" | "-O" | "--output" | "--output-document"))
        .map(|pair| pair[1].clone())
        .collect();
    if matches!(program, "cp" | "mv" | "ln" | "install" | "tee" | "touch") && words.len() > 1 {
        paths.extend(words.last().cloned());
    }
    paths
}

fn copied(copy: &CopyStep, outputs: &[String], position: Position, files: &mut Files) {
    let keyword = if copy.is_add { "ADD" } else { "COPY" };
    let Some(destination) = copy.path.as_deref() else {
        files.is_open = true;
        return;
    };
    let named = |path: String, name: &str| Made { path, position, keyword, name: name.to_owned() };
    let made = |path: String| named(path, "");
    let is_folder = destination.ends_with('/');
    let inside = |name: &str| format!("{}/{name}", destination.trim_end_matches('/'));
    for document in &copy.here_docs {
        files.made.push(made(if is_folder { inside(&document.name) } else { destination.to_owned() }));
    }
    for source in &copy.sources {
        let Some(source) = source.known() else {
            files.is_open = true;
            continue;
        };
        let name = base_name(source.split(['?', '#']).next().unwrap_or_default());
        let is_whole = source.ends_with('/') || matches!(name, "" | "." | "..") || name.contains(['*', '?', '[']);
        if is_whole || copy.flag("parents").is_some() || copy.is_add && source.contains(".t") {
            files.folders.push(made(destination.to_owned()));
            let built = built(outputs, source);
            files.made.extend(built.iter().filter(|name| !name.is_empty()).map(|name| made(inside(name))));
            continue;
        }
        files.made.push(made(if is_folder { inside(name) } else { destination.to_owned() }));
        // What is copied may be a folder: then its content is at the destination.
        let built = built(outputs, source);
        if built.is_empty() && !name.contains('.') {
            files.folders.push(named(destination.to_owned(), name));
        }
        files.made.extend(built.iter().filter(|name| !name.is_empty()).map(|name| made(inside(name))));
    }
}

/// The paths that commands of a stage make.
fn stage_outputs(file: &Dockerfile, stage: usize) -> Vec<String> {
    let steps = file.chain(stage).into_iter().flat_map(|stage| &stage.steps);
    let runs = steps.filter_map(|step| {
        let Action::Run(run) = &step.action else { return None };
        Some(run.commands(step.position))
    });
    let paths = runs.flatten().flat_map(|(command, _)| outputs(&command.words));
    paths.filter_map(|path| absolute(None, &path)).take(MAX_OUTPUTS).collect()
}

/// Those below a path; the empty one is the path itself.
fn built(outputs: &[String], source: &str) -> Vec<String> {
    let Some(folder) = absolute(Some("/"), source) else { return Vec::new() };
    let inside = outputs.iter().filter_map(|path| {
        let inside = path.strip_prefix(folder.trim_end_matches('/'))?;
        (inside.is_empty() || inside.starts_with('/')).then(|| inside.trim_start_matches('/').to_owned())
    });
    inside.collect()
}
