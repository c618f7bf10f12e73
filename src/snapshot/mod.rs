//! Takes a snapshot: a described host that holds what every rule's probes read on a node, and nothing else. Reads through
//! the host, as an audit does; judges nothing.

mod files;
mod form;
pub(crate) mod redaction;

use crate::benchmark::Library;
use crate::model::Component;
use crate::node::{Instance, Node};
use crate::probe::{Collector, FileRole, Probe};
use crate::source::node::{Accounts, NodeSource, Process, Recording, RecordingSource, SourceError, Stat};
use crate::version;
use crate::yaml::Diagnostic;
use files::Files;
use form::{AccountsForm, Form, ProcessForm, SnapshotForm};
use indexmap::IndexMap;
use std::collections::BTreeSet;

/// Why no snapshot can be taken.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A definition file is wrong.
    #[error(transparent)]
    Definition(#[from] Diagnostic),
    /// It cannot be put into JSON.
    #[error("the snapshot cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// A snapshot of a machine, as a description in JSON that `--host` takes.
pub fn take(library: &Library, host: &dyn NodeSource) -> Result<Vec<u8>, SnapshotError> {
    let recording = RecordingSource::new(host);
    let node = Node::detect(&recording, &library.config);
    let mut collector = Collector::new(&recording, &node, &library.config);
    let probes = every_probe(library)?;
    look_everywhere(&mut collector, &recording, &node, &probes);
    let files = Files::of(&recording, &collector);
    let seen = recording.recording();
    let processes = seen.processes.as_ref().map_or(&[][..], |p| p.as_deref().unwrap_or_default());
    let processes: Vec<&Process> = processes.iter().filter(|p| of_component(&node, p.pid)).collect();
    let (dirs, files_form) = files.forms();
    let form = Form {
        snapshot: SnapshotForm {
            program: concat!("nodeproof ", env!("CARGO_PKG_VERSION")),
            readings: readings(&probes, host),
        },
        notices: host.notices(),
        processes_error: seen.processes.as_ref().and_then(|p| p.as_ref().err()).map(SourceError::written),
        accounts: accounts(host.accounts(), files.stats(), &processes),
        accounts_unknown: host.accounts().unknown().map(str::to_owned),
        dirs,
        files: files_form,
        processes: processes.into_iter().map(|process| process_form(process, &node, &seen, &files)).collect(),
    };
    Ok(form.to_json()?)
}

/// Every distinct probe: of the benchmarks, with their parameters, and of the rules that none of them has.
fn every_probe(library: &Library) -> Result<Vec<Probe>, Diagnostic> {
    let mut rules = Vec::new();
    for id in library.benchmarks() {
        rules.extend(library.benchmark(id)?.checks().map(|(_, check)| check.rule.clone()));
    }
    rules.extend(library.rules().filter_map(|id| library.rule(id)));
    let mut probes: Vec<Probe> = Vec::new();
    for test in rules.iter().flat_map(|rule| rule.assertion.tests()) {
        if !probes.contains(&test.probe) {
            probes.push(test.probe.clone());
        }
    }
    Ok(probes)
}

/// Looks at all that any audit of this machine would look at. What comes of it stands in the host's and the collector's
/// memory.
fn look_everywhere(collector: &mut Collector<'_>, host: &dyn NodeSource, node: &Node, probes: &[Probe]) {
    collector.collect_all(probes.iter().collect());
    for component in Component::ALL {
        for kind in FileRole::ALL {
            collector.path_to_name(component, kind);
        }
    }
    // A machine that does not tell its version can be judged all the same, against a benchmark that the user names.
    drop(version::detect(collector, node, host));
}

/// What was read, in the probes' words. A snapshot of a snapshot holds no more than that one.
fn readings(probes: &[Probe], host: &dyn NodeSource) -> BTreeSet<String> {
    probes.iter().map(Probe::describe).filter(|reading| host.can_answer(&|| reading.clone())).collect()
}

/// A process's component, and how it counts there; none for a process that only bears a part of a component's name.
fn of_component(node: &Node, pid: u32) -> bool {
    let is_set_aside = |component| node.found(component).ignored.iter().any(|(process, _)| process.pid == pid);
    instance(node, pid).is_some() || Component::ALL.into_iter().any(is_set_aside)
}

/// The component that a process counts as.
fn instance(node: &Node, pid: u32) -> Option<(Component, &Instance)> {
    Component::ALL
        .into_iter()
        .find_map(|c| node.found(c).instances.iter().find(|i| i.process.pid == pid).map(|instance| (c, instance)))
}

fn process_form(process: &Process, node: &Node, seen: &Recording, files: &Files) -> ProcessForm {
    let pid = process.pid;
    let variables = seen.variables.range((pid, String::new())..).take_while(|((of, _), _)| *of == pid);
    let env_error = variables.clone().find_map(|(_, value)| value.as_ref().err());
    let env = variables.filter_map(|((_, name), value)| Some((name.clone(), value.as_ref().ok()?.clone()?))).collect();
    let (build, build_error) = match seen.builds.get(&pid) {
        None | Some(Err(SourceError::NotFound)) => (None, None),
        Some(Ok(text)) => (Some(version::build_excerpt(text)), None),
        Some(Err(trouble)) => (None, Some(trouble.written())),
    };
    ProcessForm {
        pid,
        argv: match instance(node, pid) {
            Some((component, _)) => redaction::without_secrets(component, &process.argv),
            // Of a process that does not count only the name is read.
            None => process
                .argv
                .iter()
                .enumerate()
                .take_while(|(i, w)| *i == 0 || !w.starts_with('-'))
                .map(|(_, w)| w.clone())
                .collect(),
        },
        exe: process.exe.clone(),
        setuid: process.setuid,
        privileged: process.privileged,
        truncated: process.truncated,
        user: process.real_uid,
        effective_user: (process.effective_uid != process.real_uid).then_some(process.effective_uid),
        env,
        env_error: env_error.map(SourceError::written),
        cgroup: process.cgroup.clone(),
        cwd: process.cwd.as_ref().map(|folder| folder.display().to_string()),
        build,
        build_error,
        root: files.root_of(pid),
    }
}

/// The names of those who own what was seen, and of the components' own accounts.
fn accounts(accounts: &Accounts, stats: impl Iterator<Item = Stat>, processes: &[&Process]) -> AccountsForm {
    let (mut users, mut groups) = (BTreeSet::new(), BTreeSet::new());
    for stat in stats {
        users.insert(stat.uid);
        groups.insert(stat.gid);
    }
    users.extend(processes.iter().flat_map(|p| [p.real_uid, p.effective_uid]));
    users.extend(Component::ALL.into_iter().flat_map(Component::accounts).filter_map(|name| accounts.user(name)));
    AccountsForm {
        users: named(users, |id| accounts.user_names(id)),
        groups: named(groups, |id| accounts.group_names(id)),
    }
}

/// Names with their numbers; of several names of one number the usual one first.
fn named(ids: BTreeSet<u32>, names_of: impl Fn(u32) -> Vec<String>) -> IndexMap<String, u32> {
    let mut named = IndexMap::new();
    for id in ids {
        for name in names_of(id).into_iter().filter(|name| *name != id.to_string()) {
            named.entry(name).or_insert(id);
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{FileRef, ProcessInput, SettingProbe};

    #[test]
    fn no_flag_that_a_rule_reads_is_taken_for_a_secret() {
        let library = Library::load(None, None).expect("the definitions");
        let probes = every_probe(&library).expect("the probes");
        let of_setting = |setting: &SettingProbe| Some((setting.component, setting.flag.clone()?));
        let of_place = |at: &FileRef| match at {
            FileRef::Setting(setting) => of_setting(setting),
            FileRef::Path(_) | FileRef::Known(..) => None,
        };
        let flags: Vec<(Component, String)> = probes
            .iter()
            .flat_map(|probe| match probe {
                Probe::File(file) => file.at.iter().filter_map(of_place).collect(),
                Probe::Process(process) => match &process.input {
                    ProcessInput::Flag(flag) => vec![(process.component, flag.clone())],
                    ProcessInput::Variable(_) => Vec::new(),
                },
                Probe::Setting(setting) => of_setting(setting).into_iter().collect(),
                Probe::Document(document) => of_place(&document.at).into_iter().collect::<Vec<_>>(),
            })
            .collect();
        assert!(flags.len() > 80, "{}", flags.len());
        for (component, flag) in flags {
            let argv = vec![format!("--{flag}=value"), format!("--{flag}"), "value".to_owned()];
            assert_eq!(redaction::without_secrets(component, &argv), argv);
        }
    }
}
