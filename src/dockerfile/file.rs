//! What a Dockerfile builds: its stages, as BuildKit reads them.

use super::expanded::Expanded;
use super::step::{Action, Command, FileOrigin, Step};
use crate::yaml::Position;

/// A Dockerfile.
#[derive(Debug)]
pub(crate) struct Dockerfile {
    /// The arguments before the first `FROM`.
    pub(crate) global_args: Vec<Step>,
    /// At least one.
    pub(crate) stages: Vec<Stage>,
}

/// One `FROM` and what follows.
#[derive(Debug)]
pub(crate) struct Stage {
    /// Its number, from 0.
    pub(crate) index: usize,
    /// Its name, in lower case.
    pub(crate) name: Option<String>,
    /// Where it starts.
    pub(crate) position: Position,
    /// What it is built on.
    pub(crate) base: Base,
    /// Its instructions.
    pub(crate) steps: Vec<Step>,
    /// The working directory at its end; `None` if the base image or an unknown variable decides.
    pub(crate) workdir: Option<String>,
}

/// What a stage is built on.
#[derive(Debug)]
pub(crate) enum Base {
    /// Nothing.
    Scratch,
    /// An earlier stage.
    Stage(usize),
    /// An image, whose name may depend on arguments.
    Image(Expanded),
}

/// A setting and where it is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'a, T> {
    pub(crate) value: &'a T,
    pub(crate) position: Position,
}

impl Stage {
    /// What a reader calls it.
    pub(crate) fn title(&self) -> String {
        match &self.name {
            Some(name) => format!("stage {name}"),
            None => format!("stage {}", self.index),
        }
    }
}

impl Dockerfile {
    /// The stages that the last one consists of: the one on an image or on nothing first, the last one last.
    pub(crate) fn last_chain(&self) -> Vec<&Stage> {
        self.chain(self.stages.len().saturating_sub(1))
    }

    /// The same for any stage.
    pub(crate) fn chain(&self, index: usize) -> Vec<&Stage> {
        let mut chain = Vec::new();
        let mut next = self.stages.get(index);
        while let Some(stage) = next {
            chain.push(stage);
            next = match &stage.base {
                // A stage is built on an earlier one only.
                Base::Stage(earlier) if *earlier < stage.index => self.stages.get(*earlier),
                Base::Stage(_) | Base::Scratch | Base::Image(_) => None,
            };
        }
        chain.reverse();
        chain
    }

    /// What the last stage is built on in the end: `None` for nothing.
    pub(crate) fn last_base(&self) -> Option<&Expanded> {
        Self::base_of(&self.last_chain())
    }

    /// What a chain of stages is built on: `None` for nothing.
    pub(crate) fn base_of<'a>(chain: &[&'a Stage]) -> Option<&'a Expanded> {
        match chain.first().map(|stage| &stage.base) {
            Some(Base::Image(image)) => Some(image),
            Some(Base::Scratch | Base::Stage(_)) | None => None,
        }
    }

    /// Every step of the last stage and those that it is built on, in order.
    pub(crate) fn last_steps(&self) -> Vec<&Step> {
        self.last_chain().into_iter().flat_map(|stage| &stage.steps).collect()
    }

    /// The user of the image.
    pub(crate) fn user(&self) -> Option<Setting<'_, Expanded>> {
        self.last_steps().into_iter().rev().find_map(|step| {
            let Action::User(value) = &step.action else { return None };
            Some(Setting { value, position: step.position })
        })
    }

    /// The entry point and the command of the image. `ENTRYPOINT` removes a command that is inherited, and an empty array what
    /// was set before.
    pub(crate) fn start(&self) -> (Option<Setting<'_, Command>>, Option<Setting<'_, Command>>) {
        let (mut entrypoint, mut command) = (None, None);
        for stage in self.last_chain() {
            let mut is_own = false;
            for step in &stage.steps {
                if let Action::Cmd(value) = &step.action {
                    command = Some(Setting { value, position: step.position });
                    is_own = true;
                } else if let Action::Entrypoint(value) = &step.action {
                    entrypoint = Some(Setting { value, position: step.position });
                    command = command.filter(|_| is_own);
                }
            }
        }
        let is_set =
            |setting: &Setting<'_, Command>| !matches!(setting.value, Command::Exec(words) if words.is_empty());
        (entrypoint.filter(is_set), command.filter(is_set))
    }

    /// What the shell form starts: `SHELL`, or `/bin/sh -c` unless the base image has another.
    pub(crate) fn shell(&self) -> String {
        let set = self.last_steps().into_iter().rev().find_map(|step| {
            let Action::Shell(words) = &step.action else { return None };
            Some(words.join(" "))
        });
        set.unwrap_or_else(|| "/bin/sh -c".to_owned())
    }

    /// Every image that the build uses, with what for and where.
    pub(crate) fn images(&self) -> Vec<(String, &Expanded, Position)> {
        let mut images = Vec::new();
        for stage in &self.stages {
            if let Base::Image(image) = &stage.base {
                images.push((stage.title(), image, stage.position));
            }
            for step in &stage.steps {
                let (what, from): (&str, &[FileOrigin]) = if let Action::Copy(copy) = &step.action {
                    ("COPY --from", copy.from.as_slice())
                } else if let Action::Run(run) = &step.action {
                    ("RUN --mount", &run.mounts)
                } else {
                    continue;
                };
                for from in from {
                    if let FileOrigin::Image(image) = from {
                        images.push((what.to_owned(), image, step.position));
                    }
                }
            }
        }
        images
    }
}
