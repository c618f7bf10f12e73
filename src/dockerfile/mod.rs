//! What a Dockerfile builds, as far as the file says it.

mod error;
mod expand;
mod expanded;
mod file;
mod here_doc;
mod image;
mod instruction;
mod line;
mod paths;
mod read;
mod scope;
mod shell;
mod source;
mod step;
mod variables;
mod words;

pub(crate) use error::DockerfileError;
pub(crate) use expanded::{Expanded, Unknown};
pub(crate) use file::{Dockerfile, Setting, Stage};
pub(crate) use image::ImageReference;
pub(crate) use paths::{absolute, base_name};
pub(crate) use shell::{SHELLS, ShellCommand, commands};
pub(crate) use source::Source;
pub(crate) use step::{Action, Command, CopyStep, FileOrigin, RunStep, Step};
