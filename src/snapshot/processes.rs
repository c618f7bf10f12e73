//! The processes of a snapshot: those with the name of a component, without secrets.

use super::redaction;
use crate::model::Component;
use crate::node::{Instance, Node, Supervisor, build_excerpt};
use crate::source::node::format::{NameOrId, ProcessEntry};
use crate::source::node::{Process, Recording, SourceError};
use std::path::PathBuf;

/// Whether a process has the name of a component. Others only share a part of it.
pub(super) fn is_named_as_component(node: &Node, pid: u32) -> bool {
    let is_ignored = |component| node.processes(component).ignored.iter().any(|(process, _)| process.pid == pid);
    instance(node, pid).is_some() || supervisor(node, pid).is_some() || Component::ALL.into_iter().any(is_ignored)
}

fn instance(node: &Node, pid: u32) -> Option<&Instance> {
    let instances = Component::ALL.into_iter().flat_map(|component| &node.processes(component).instances);
    // One inside another program has no command line of its own.
    let mut instances = instances.filter(|instance| instance.container.is_none());
    instances.find(|instance| instance.process.pid == pid)
}

fn supervisor(node: &Node, pid: u32) -> Option<&Supervisor> {
    node.supervisors().iter().find(|supervisor| supervisor.process.pid == pid)
}

/// What was read of a process. `root` is its root directory, if it is not the node's.
pub(super) fn process_entry(
    process: &Process,
    node: &Node,
    recording: &Recording,
    root: Option<PathBuf>,
) -> ProcessEntry {
    let pid = process.pid;
    let variables = recording.variables.range((pid, String::new())..).take_while(|((of, _), _)| *of == pid);
    let env_error = variables.clone().find_map(|(_, value)| value.as_ref().err());
    let env = variables.filter_map(|((_, name), value)| Some((name.clone(), value.as_ref().ok()?.clone()?))).collect();
    let (build, build_error) = match recording.builds.get(&pid) {
        None | Some(Err(SourceError::NotFound)) => (None, None),
        Some(Ok(text)) => (Some(build_excerpt(text)), None),
        Some(Err(error)) => (None, Some(error.to_code())),
    };
    ProcessEntry {
        pid: Some(pid),
        argv: match (instance(node, pid), supervisor(node, pid)) {
            (Some(instance), _) => redaction::without_secrets(instance.component, &process.argv),
            (None, Some(supervisor)) => supervisor.words(),
            (None, None) => name_words(&process.argv),
        },
        exe: process.exe.clone(),
        setuid: process.setuid,
        privileged: process.privileged,
        truncated: process.truncated,
        user: Some(NameOrId::Id(process.real_uid)),
        effective_user: (process.effective_uid != process.real_uid).then_some(NameOrId::Id(process.effective_uid)),
        env,
        env_error: env_error.map(SourceError::to_code),
        started: process.started,
        // A snapshot has no manifest by which a static pod with a UID of its own could be known again.
        cgroup: instance(node, pid).map_or(&process.cgroup, |instance| &instance.process.cgroup).clone(),
        // A snapshot is text.
        cwd: process.cwd.as_ref().map(|directory| directory.display().to_string().into()),
        build,
        build_error,
        root,
    }
}

/// Of a process that does not count only the name is read: the words before the first flag.
fn name_words(argv: &[String]) -> Vec<String> {
    let words = argv.iter().enumerate().take_while(|(index, word)| *index == 0 || !word.starts_with('-'));
    words.map(|(_, word)| word.clone()).collect()
}
