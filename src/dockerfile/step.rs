//! The instructions of a stage, with their variables replaced.

use super::expanded::Expanded;
use super::here_doc::HereDoc;
use super::instruction::Flag;
use super::shell::{SHELLS, ShellCommand, commands};
use super::source::Source;
use crate::yaml::Position;

/// An instruction of a stage.
#[derive(Debug)]
pub(crate) struct Step {
    /// Where it starts.
    pub(crate) position: Position,
    /// What it does.
    pub(crate) action: Action,
}

/// What an instruction does.
#[derive(Debug)]
pub(crate) enum Action {
    /// `RUN`.
    Run(RunStep),
    /// `COPY` and `ADD`.
    Copy(CopyStep),
    /// `ARG`: each name with its default as written, and the value in effect.
    Arg(Vec<(String, Option<String>, Expanded)>),
    /// `ENV`.
    Env(Vec<(String, Expanded)>),
    /// `LABEL`.
    Label(Vec<(String, Expanded)>),
    /// `USER`.
    User(Expanded),
    /// `CMD`.
    Cmd(Command),
    /// `ENTRYPOINT`.
    Entrypoint(Command),
    /// `SHELL`.
    Shell(Vec<String>),
    /// `HEALTHCHECK`.
    Healthcheck {
        /// What follows its flags.
        text: Source,
        /// Whether it is `NONE`.
        is_none: bool,
    },
    /// `ONBUILD`, with the instruction that a stage or image built on this one starts with.
    Onbuild {
        /// The instruction.
        text: Source,
        /// Its here-documents.
        here_docs: Vec<HereDoc>,
    },
    /// `EXPOSE`, `VOLUME`, `STOPSIGNAL`, `MAINTAINER`.
    Other,
}

/// A command in its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    /// The JSON form: program and arguments.
    Exec(Vec<String>),
    /// The text of a shell.
    Shell(Source),
}

/// A command that the build executes.
#[derive(Debug)]
pub(crate) struct RunStep {
    /// What it executes.
    pub(crate) command: Command,
    /// Here-documents, in their order.
    pub(crate) here_docs: Vec<HereDoc>,
    /// Images and stages that `--mount=from=` mounts.
    pub(crate) mounts: Vec<FileOrigin>,
    /// The types of its mounts, such as `secret`.
    pub(crate) mount_types: Vec<String>,
}

/// Files that the build copies.
#[derive(Debug)]
pub(crate) struct CopyStep {
    /// Whether it is `ADD`.
    pub(crate) is_add: bool,
    /// Where the files are from, other than the context.
    pub(crate) from: Option<FileOrigin>,
    /// Paths and URLs.
    pub(crate) sources: Vec<Expanded>,
    /// Files whose text is in the Dockerfile.
    pub(crate) here_docs: Vec<HereDoc>,
    /// The destination as written.
    pub(crate) destination: Expanded,
    /// The absolute path of the destination, with a slash at the end if it is a folder; `None` if the file does not say it.
    pub(crate) path: Option<String>,
    /// Other flags: `chmod`, `chown`, `checksum`, …
    pub(crate) flags: Vec<Flag>,
}

/// Where files are from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileOrigin {
    /// An earlier stage, by its position.
    Stage(usize),
    /// An image.
    Image(Expanded),
}

impl CopyStep {
    /// The value of a flag.
    pub(crate) fn flag(&self, name: &str) -> Option<&str> {
        self.flags.iter().find(|flag| flag.name == name).map(|flag| flag.value.as_str())
    }
}

impl RunStep {
    /// The commands that it executes, each with its position. What a here-document has is a script if a shell reads it.
    pub(crate) fn commands(&self, position: Position) -> Vec<(ShellCommand, Position)> {
        let of_text = |source: &Source| -> Vec<(ShellCommand, Position)> {
            let with_position = |command: ShellCommand| {
                let position = source.position(command.offset);
                (command, position)
            };
            commands(&source.text).into_iter().map(with_position).collect()
        };
        let mut all = match &self.command {
            Command::Exec(words) => {
                let joined = shell_text(words);
                commands(&joined).into_iter().map(|command| (command, position)).collect()
            }
            Command::Shell(source) => of_text(source),
        };
        if self.is_script(&all) {
            all.extend(self.here_docs.iter().flat_map(|document| of_text(&document.content)));
        }
        all
    }

    /// Whether a shell reads the here-documents.
    fn is_script(&self, commands: &[(ShellCommand, Position)]) -> bool {
        let first = self.here_docs.first().map_or("", |document| document.content.text.as_str());
        let interpreter = first.strip_prefix("#!").map(|rest| rest.lines().next().unwrap_or_default());
        let is_shell = |text: &str| text.split(['/', ' ']).any(|word| SHELLS.contains(&word));
        match commands.first() {
            None => interpreter.is_none_or(is_shell),
            Some((command, _)) => SHELLS.contains(&command.program()),
        }
    }
}

/// Words as a shell would read them.
fn shell_text(words: &[String]) -> String {
    words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect::<Vec<_>>().join(" ")
}
