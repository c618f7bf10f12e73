//! Reads a Dockerfile.

use super::error::DockerfileError;
use super::expand::expand;
use super::expanded::Expanded;
use super::file::{Base, Dockerfile, Stage};
use super::here_doc::announced;
use super::instruction::{Keyword, RawInstruction, read};
use super::line::join;
use super::paths::absolute;
use super::scope::{Root, Scope};
use super::step::{Action, Command, CopyStep, FileOrigin, RunStep, Step};
use super::words::{split, unquote};
use crate::text::quote;
use crate::yaml::Position;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The largest file that is evaluated.
const MAX_BYTES: usize = 1 << 20;
/// The stages that one file may have.
const MAX_STAGES: usize = 500;
/// The instructions that one file may have.
const MAX_INSTRUCTIONS: usize = 20_000;

impl Dockerfile {
    /// Reads a file as the build with these `--build-arg`s does.
    pub(crate) fn parse(text: &str, build_args: &BTreeMap<String, String>) -> Result<Self, DockerfileError> {
        if text.len() > MAX_BYTES {
            let message = format!("the file is larger than {} KiB", MAX_BYTES / 1024);
            // The line that BuildKit refuses is of more use.
            join(text)?;
            return Err(DockerfileError::new(Position::START, message));
        }
        let lines = join(text)?;
        let escape = lines.escape;
        let mut reader = Reader {
            escape,
            build_args,
            global: Scope::new(Root::Global),
            global_args: Vec::new(),
            stages: Vec::new(),
            names: HashMap::new(),
            ends: Vec::new(),
        };
        for (count, line) in lines.lines.into_iter().enumerate() {
            let instruction = read(line, escape)?;
            if count >= MAX_INSTRUCTIONS {
                return Err(instruction.error(format!("the file has more than {MAX_INSTRUCTIONS} instructions")));
            }
            reader.instruction(instruction)?;
        }
        let Reader { global_args, stages, .. } = reader;
        if stages.is_empty() {
            return Err(DockerfileError::new(Position::START, "the file has no FROM, so it builds no image"));
        }
        Ok(Self { syntax: lines.syntax, global_args, stages })
    }
}

struct Reader<'a> {
    escape: char,
    build_args: &'a BTreeMap<String, String>,
    global: Scope,
    global_args: Vec<Step>,
    stages: Vec<Stage>,
    /// The numbers of the stages that have a name.
    names: HashMap<String, usize>,
    /// What is in effect at the end of each stage.
    ends: Vec<State>,
}

/// What later instructions of a stage depend on.
#[derive(Clone)]
struct State {
    scope: Scope,
    /// `None` if the base image says it.
    workdir: Option<String>,
}

impl Reader<'_> {
    fn instruction(&mut self, raw: RawInstruction) -> Result<(), DockerfileError> {
        if raw.keyword == Keyword::From {
            return self.from(&raw);
        }
        let position = raw.line.position(0);
        let Some(mut state) = self.ends.pop() else {
            if raw.keyword != Keyword::Arg {
                return Err(raw.error("only ARG may be in front of the first FROM"));
            }
            let action = declare(&raw, &mut self.global, None, self.build_args, self.escape)?;
            self.global_args.push(Step { position, action });
            return Ok(());
        };
        let action = self.action(raw, &mut state)?;
        self.ends.push(state);
        if let Some(stage) = self.stages.last_mut() {
            stage.steps.push(Step { position, action });
        }
        Ok(())
    }

    /// Starts a stage.
    fn from(&mut self, raw: &RawInstruction) -> Result<(), DockerfileError> {
        let index = self.stages.len();
        if index >= MAX_STAGES {
            return Err(raw.error(format!("the file has more than {MAX_STAGES} stages")));
        }
        let arguments = raw.arguments();
        let (image, name) = match arguments.as_slice() {
            [image] => (image, None),
            [image, word, name] if word.eq_ignore_ascii_case("as") => (image, Some(name.to_ascii_lowercase())),
            _ => return Err(raw.error("FROM takes an image, or an image, AS and a name")),
        };
        let image = expand(image, &self.global, self.escape);
        let earlier = image.known().and_then(|image| self.names.get(&image.to_ascii_lowercase()).copied());
        let (base, state) = match (earlier, image.known()) {
            (Some(earlier), _) => (Base::Stage(earlier), self.ends.get(earlier).cloned()),
            (None, Some("scratch")) => (Base::Scratch, None),
            (None, Some("")) => return Err(raw.error("FROM takes an image, and its variables are empty")),
            (None, _) => (Base::Image(image), Some(State { scope: Scope::new(Root::Image), workdir: None })),
        };
        let scratch = || State { scope: Scope::new(Root::Scratch), workdir: Some("/".to_owned()) };
        self.ends.push(state.unwrap_or_else(scratch));
        if let Some(name) = &name {
            let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
            if !is_name {
                return Err(raw.error(format!("{} is no name for a stage", quote(name))));
            }
            // The last one of several with a name counts from here on.
            self.names.insert(name.clone(), index);
        }
        self.stages.push(Stage { index, name, position: raw.line.position(0), base, steps: Vec::new() });
        Ok(())
    }

    /// A stage by name or number, or an image.
    fn source(&self, raw: &RawInstruction, written: &str, scope: &Scope) -> Result<FileOrigin, DockerfileError> {
        let value = expand(written, scope, self.escape);
        let current = self.stages.len().saturating_sub(1);
        if let Some(number) = value.known().and_then(|value| value.parse::<usize>().ok()) {
            let is_earlier = number < current;
            let error = || raw.error(format!("no earlier stage has the number {number}"));
            return if is_earlier { Ok(FileOrigin::Stage(number)) } else { Err(error()) };
        }
        let stage = value.known().and_then(|value| self.names.get(&value.to_ascii_lowercase()).copied());
        Ok(stage.filter(|stage| *stage < current).map_or(FileOrigin::Image(value), FileOrigin::Stage))
    }

    fn action(&self, raw: RawInstruction, state: &mut State) -> Result<Action, DockerfileError> {
        let escape = self.escape;
        let at_least_one = |raw: &RawInstruction| {
            if raw.rest.text.is_empty() { Err(raw.error("the instruction needs an argument")) } else { Ok(()) }
        };
        Ok(match raw.keyword {
            Keyword::Arg => declare(&raw, &mut state.scope, Some(&self.global), self.build_args, escape)?,
            Keyword::Env => {
                let pairs = pairs(&raw, &state.scope, escape)?;
                for (name, value) in &pairs {
                    if state.scope.is_full() {
                        return Err(raw.error("too many variables"));
                    }
                    state.scope.set_env(name, value.clone());
                }
                Action::Env(pairs)
            }
            Keyword::Label => Action::Label(pairs(&raw, &state.scope, escape)?),
            Keyword::User => {
                at_least_one(&raw)?;
                Action::User(expand(&raw.rest.text, &state.scope, escape))
            }
            Keyword::Workdir => {
                at_least_one(&raw)?;
                let folder = expand(&raw.rest.text, &state.scope, escape);
                state.workdir = folder.known().and_then(|folder| absolute(state.workdir.as_deref(), folder));
                Action::Workdir(folder)
            }
            Keyword::Run => Action::Run(self.run(raw, &state.scope)?),
            Keyword::Copy | Keyword::Add => Action::Copy(self.copy(raw, state)?),
            Keyword::Cmd => Action::Cmd(command(raw)),
            Keyword::Entrypoint => {
                at_least_one(&raw)?;
                Action::Entrypoint(command(raw))
            }
            Keyword::Shell => match raw.json {
                Some(shell) if !shell.is_empty() => Action::Shell(shell),
                Some(_) | None => return Err(raw.error("SHELL takes its words in JSON form")),
            },
            Keyword::Healthcheck => {
                let is_none = raw.rest.text.eq_ignore_ascii_case("none");
                Action::Healthcheck { text: raw.rest, is_none }
            }
            Keyword::Onbuild => Action::Onbuild(raw.rest),
            Keyword::Expose | Keyword::Volume | Keyword::Stopsignal | Keyword::Maintainer => Action::Other,
            Keyword::From => return Err(raw.error("FROM starts a stage")),
        })
    }

    fn run(&self, raw: RawInstruction, scope: &Scope) -> Result<RunStep, DockerfileError> {
        let (mut mounts, mut mount_types) = (Vec::new(), Vec::new());
        for flag in raw.flags.iter().filter(|flag| flag.name == "mount") {
            let mut kind = "bind";
            for field in flag.value.split(',') {
                match field.split_once('=') {
                    Some(("type", value)) => kind = value,
                    Some(("from", value)) => mounts.push(self.source(&raw, value, scope)?),
                    Some(_) | None => {}
                }
            }
            mount_types.push(kind.to_owned());
        }
        let here_docs = raw.here_docs.clone();
        Ok(RunStep { command: command(raw), here_docs, mounts, mount_types })
    }

    fn copy(&self, raw: RawInstruction, state: &State) -> Result<CopyStep, DockerfileError> {
        let mut arguments = raw.arguments();
        let Some(destination) = arguments.pop().filter(|_| !arguments.is_empty()) else {
            return Err(raw.error("the instruction needs a source and a destination"));
        };
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let documents = if raw.json.is_some() { Vec::new() } else { announced(&words) };
        let taken: HashSet<usize> = documents.iter().flat_map(|(words, _)| words.clone()).collect();
        let sources: Vec<Expanded> = words
            .iter()
            .enumerate()
            .filter(|(index, _)| !taken.contains(index))
            .map(|(_, word)| expand(word, &state.scope, self.escape))
            .collect();
        let is_many = sources.len() + documents.len() > 1;
        let destination = expand(&destination, &state.scope, self.escape);
        let path = destination.known().and_then(|path| absolute(state.workdir.as_deref(), path));
        let is_folder = destination
            .known()
            .is_some_and(|path| is_many || path.ends_with('/') || matches!(path, "." | "..") || path.ends_with("/."));
        let path = path.map(|path| if is_folder && !path.ends_with('/') { path + "/" } else { path });
        let from = raw.flags.iter().find(|flag| flag.name == "from");
        let from = from.map(|flag| self.source(&raw, &flag.value, &state.scope)).transpose()?;
        Ok(CopyStep {
            is_add: raw.keyword == Keyword::Add,
            from,
            sources,
            destination,
            path,
            here_docs: raw.here_docs,
            flags: raw.flags,
        })
    }
}

fn command(raw: RawInstruction) -> Command {
    match raw.json {
        Some(words) => Command::Exec(words),
        None => Command::Shell(raw.rest),
    }
}

/// `ARG`: names with or without a default.
fn declare(
    raw: &RawInstruction,
    scope: &mut Scope,
    global: Option<&Scope>,
    build_args: &BTreeMap<String, String>,
    escape: char,
) -> Result<Action, DockerfileError> {
    let mut declared = Vec::new();
    for (_, word) in split(&raw.rest.text, escape) {
        if scope.is_full() {
            return Err(raw.error("too many variables"));
        }
        let (name, default) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let name = unquote(name, escape);
        let value = default.map(|value| expand(value, scope, escape));
        let value = scope.declare(&name, value, global, build_args);
        declared.push((name, default.map(str::to_owned), value));
    }
    if declared.is_empty() {
        return Err(raw.error("ARG needs a name"));
    }
    Ok(Action::Arg(declared))
}

/// `ENV` and `LABEL`: `NAME=value …`, or `NAME value with blanks`.
fn pairs(raw: &RawInstruction, scope: &Scope, escape: char) -> Result<Vec<(String, Expanded)>, DockerfileError> {
    let words = split(&raw.rest.text, escape);
    let Some((_, first)) = words.first() else { return Err(raw.error("the instruction needs a name and a value")) };
    if !first.contains('=') {
        let value = raw.rest.text[first.len()..].trim();
        if value.is_empty() {
            return Err(raw.error(format!("{} has no value", quote(first))));
        }
        return Ok(vec![(unquote(first, escape), expand(value, scope, escape))]);
    }
    words
        .into_iter()
        .map(|(_, word)| {
            let Some((name, value)) = word.split_once('=') else {
                return Err(raw.error(format!("{} has no `=`", quote(word))));
            };
            Ok((unquote(name, escape), expand(value, scope, escape)))
        })
        .collect()
}

#[cfg(test)]
mod tests;
