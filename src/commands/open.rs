//! Opens what is audited.

use super::flags::NodeFlags;
use super::within::within;
use crate::commands::Failure;
#[cfg(feature = "kube-bench")]
use crate::kube_bench::{AuditRunner, shell::SystemShell};
use crate::source::node::{Deadline, LiveSource, NodeSource, RecordedSource, StuckCalls, TimeoutSource};
use crate::yaml::TextFile;
#[cfg(feature = "kube-bench")]
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// The described host that is built in.
const EXAMPLE: &str = include_str!("../../testdata/hosts/example.yaml");

/// Opens this machine, or the host that a file describes.
pub(crate) fn source(
    flags: &NodeFlags,
    deadline: Deadline,
    stuck: &StuckCalls,
) -> Result<Box<dyn NodeSource>, Failure> {
    let Some(described) = &flags.host else {
        let machine = LiveSource::open(&flags.root, &flags.proc).map_err(anyhow::Error::from)?;
        return Ok(Box::new(TimeoutSource::new(Arc::new(machine), deadline, stuck)));
    };
    if described == "example" {
        return Ok(Box::new(RecordedSource::parse(EXAMPLE)?));
    }
    if described.is_empty() {
        return Err(Failure::Usage("--host names no file".to_owned()));
    }
    let path = PathBuf::from(described);
    let file = within(flags.timeout, described, move || TextFile::read(&path))?;
    let source = file.and_then(|file| RecordedSource::parse_file(&file)).map_err(|error| {
        let text = format!("--host: {error}");
        if error.unreadable { Failure::Other(anyhow::Error::msg(text)) } else { Failure::File(text) }
    })?;
    Ok(Box::new(source))
}

/// What runs shell audits. A shell sees this machine as it is, and no other.
#[cfg(feature = "kube-bench")]
pub(crate) fn audit_runner<'h>(source: &'h dyn NodeSource, flags: &NodeFlags, deadline: Deadline) -> AuditRunner<'h> {
    let is_this_machine = flags.host.is_none() && flags.root == Path::new("/") && flags.proc == Path::new("/proc");
    let shell = match &flags.host {
        Some(_) => Err("a described host has no shell".to_owned()),
        None if !is_this_machine => Err("a shell would see this machine, not the one of --root and --proc".to_owned()),
        None if flags.no_shell => Err("--no-shell forbids /bin/sh".to_owned()),
        None => Ok(SystemShell::within(deadline)),
    };
    let folder = if is_this_machine { std::env::current_dir().ok() } else { None };
    AuditRunner::new(source, shell).in_directory(folder.unwrap_or_else(|| "/".into()))
}
