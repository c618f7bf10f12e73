//! Reads a Dockerfile.

use super::error::DockerfileError;
use super::expand::expand;
use super::expanded::{Expanded, Unknown};
use super::file::{Base, Dockerfile, Stage};
use super::here_doc::announced;
use super::instruction::{Keyword, RawInstruction, read};
use super::line::{LogicalLine, join};
use super::paths::absolute;
use super::scope::{Root, Scope};
use super::step::{Action, Command, CopyStep, FileOrigin, RunStep, Step};
use super::variables::{declare, pairs};
use super::words::first;
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
            count: 0,
        };
        for line in lines.lines {
            reader.instruction(read(line, escape)?)?;
        }
        let Reader { global_args, mut stages, ends, .. } = reader;
        for (stage, end) in stages.iter_mut().zip(ends) {
            stage.workdir = end.workdir;
        }
        if stages.is_empty() {
            return Err(DockerfileError::new(Position::START, "the file has no FROM, so it builds no image"));
        }
        Ok(Self { global_args, stages })
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
    /// The instructions so far.
    count: usize,
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
        self.count += 1;
        if self.count > MAX_INSTRUCTIONS {
            return Err(raw.error(format!("the file has more than {MAX_INSTRUCTIONS} instructions")));
        }
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
        self.stages.push(Stage { index, name, position: raw.line.position(0), base, steps: Vec::new(), workdir: None });
        earlier.map_or(Ok(()), |earlier| self.triggers(earlier))
    }

    /// Executes what `ONBUILD` of the stage below announces.
    fn triggers(&mut self, stage: usize) -> Result<(), DockerfileError> {
        let steps = self.stages.get(stage).map_or(&[][..], |stage| &stage.steps);
        let announced: Vec<LogicalLine> = steps
            .iter()
            .filter_map(|step| {
                let Action::Onbuild { text, here_docs } = &step.action else { return None };
                Some(LogicalLine { text: text.clone(), here_docs: here_docs.clone() })
            })
            .collect();
        announced.into_iter().try_for_each(|line| self.instruction(read(line, self.escape)?))
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
                Action::Other
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
            Keyword::Onbuild => {
                let inner = first(&raw.rest.text, escape).to_ascii_lowercase();
                if ["from", "maintainer", "onbuild", ""].contains(&inner.as_str()) {
                    return Err(raw.error("ONBUILD needs an instruction other than FROM, MAINTAINER and ONBUILD"));
                }
                Action::Onbuild { text: raw.rest, here_docs: raw.here_docs }
            }
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

    fn copy(&self, mut raw: RawInstruction, state: &State) -> Result<CopyStep, DockerfileError> {
        for flag in raw.flags.iter_mut().filter(|flag| flag.value.contains('$') && flag.name != "from") {
            if let Ok(value) = expand(&flag.value, &state.scope, self.escape).value {
                flag.value = value;
            }
        }
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
        let from = match from {
            // BuildKit has no variables here.
            Some(flag) if flag.value.contains('$') => {
                Some(FileOrigin::Image(Expanded::unknown(&flag.value, Unknown::Form)))
            }
            Some(flag) => Some(self.source(&raw, &flag.value, &state.scope)?),
            None => None,
        };
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

#[cfg(test)]
mod tests;
