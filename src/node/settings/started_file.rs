//! A component that a program starts inside its process with a configuration file, such as etcd in K3s.

use super::loopback::is_same_on_loopback;
use crate::model::{Arguments, Component, Reading};
use crate::source::node::{HostPath, NodeSource, Process, SourceError};

/// What is known of such a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StartedFile {
    /// It runs with this file.
    Runs,
    /// It does not run here.
    Elsewhere(String),
    /// Nothing can be told.
    Unknown(String),
}

/// The API server beside it, as far as it is known.
pub(super) enum ApiserverHere<'a> {
    /// Its arguments.
    Runs(&'a Arguments),
    /// It does not run here.
    Absent,
    /// Nothing can be told of it.
    Unknown(String),
}

/// Whether a component runs with a configuration file: where the API server points to it, else where the file is.
pub(super) fn started_file(
    source: &dyn NodeSource,
    process: &Process,
    component: Component,
    path: &str,
    (flag, here): (&str, &str),
    apiserver: &ApiserverHere<'_>,
) -> StartedFile {
    let program = component.program();
    match apiserver {
        ApiserverHere::Unknown(reason) => return StartedFile::Unknown(reason.clone()),
        ApiserverHere::Runs(arguments) => match arguments.get(flag, false) {
            Reading::Values(values)
                if values.iter().flat_map(|value| value.split(',')).any(|value| is_same_on_loopback(value, here)) => {}
            Reading::Values(values) => {
                return StartedFile::Elsewhere(format!(
                    "the API server's --{flag} is {}: {program} does not run here",
                    values.join(",")
                ));
            }
            Reading::NotGiven => {
                return StartedFile::Elsewhere(format!("the API server has no --{flag}: {program} does not run here"));
            }
            Reading::Ambiguous { word } => {
                return StartedFile::Unknown(format!("{word} may be the value of the flag before it"));
            }
        },
        ApiserverHere::Absent => {}
    }
    let file = HostPath::host(path);
    match source.stat(&file) {
        Ok(_) => match (source.modified(&file), process.started) {
            (Some(modified), Some(started)) if modified < started => StartedFile::Unknown(format!(
                "{path} is older than process {}, which writes it when it starts {program}: it may be left over",
                process.pid
            )),
            _ => StartedFile::Runs,
        },
        Err(SourceError::NotFound | SourceError::NotDirectory) => StartedFile::Elsewhere(format!(
            "{program} does not run here: {path}, with which it is started, does not exist"
        )),
        Err(error) => StartedFile::Unknown(format!("whether {program} runs here cannot be told: {path} {error}")),
    }
}
