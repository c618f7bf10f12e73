//! Takes a snapshot of a node: reads through its source as an audit does, and judges nothing.

use super::files::SnapshotFiles;
use super::processes::{is_named_as_component, process_entry};
use super::{logs, redaction};
use crate::benchmark::Library;
use crate::model::Component;
use crate::node::Node;
use crate::probe::{Collector, FileRole, Probe};
use crate::source::node::format::{AccountsEntry, NodeDocument, SNAPSHOT_FORMAT, SnapshotHeader};
use crate::source::node::{AccountSource, Accounts, NodeSource, Process, RecordingSource, SourceError, Stat};
use crate::version;
use crate::yaml::Diagnostic;
use indexmap::IndexMap;
use std::collections::BTreeSet;

/// Why no snapshot can be taken.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A definition file is wrong.
    #[error(transparent)]
    Definition(#[from] Diagnostic),
    /// It cannot be written as JSON.
    #[error("the snapshot cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// A snapshot in JSON.
pub fn take(library: &Library, source: &dyn NodeSource) -> Result<Vec<u8>, SnapshotError> {
    let source = RecordingSource::new(source);
    let node = Node::detect(&source, &library.config, &library.platforms);
    let mut collector = Collector::new(&source, &node);
    let probes = every_probe(library)?;
    read_everything(&mut collector, &node, &probes);
    let document = document(&source, &node, &collector, &probes);
    let mut bytes = serde_json::to_vec_pretty(&document)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Every distinct probe of the benchmarks, with their parameters, and of the rules that none of them uses.
fn every_probe(library: &Library) -> Result<Vec<Probe>, Diagnostic> {
    let mut rules = Vec::new();
    for id in library.benchmarks() {
        rules.extend(library.benchmark(id)?.checks().map(|(_, check)| check.rule.clone()));
    }
    rules.extend(library.rules().filter_map(|id| library.rule(id)));
    let mut probes: Vec<Probe> = Vec::new();
    for test in rules.iter().flat_map(|rule| rule.assertion.tests()) {
        // The documents of a provider are no part of the node.
        if test.probe.cloud().is_none() && !probes.contains(&test.probe) {
            probes.push(test.probe.clone());
        }
    }
    Ok(probes)
}

/// Reads everything that any audit of this node would read. The source and the collector keep it.
fn read_everything(collector: &mut Collector<'_>, node: &Node, probes: &[Probe]) {
    collector.collect_all(probes.iter());
    for component in Component::ALL {
        for role in FileRole::ALL {
            collector.path_to_name(component, role);
        }
    }
    for file in node.argument_files() {
        // Ignore the error: it is recorded.
        drop(collector.extract(file, redaction::arguments_only));
    }
    // Ignore the error: a node without a version can be judged against a benchmark that the user names.
    drop(version::detect(collector, node));
}

fn document(source: &RecordingSource<'_>, node: &Node, collector: &Collector<'_>, probes: &[Probe]) -> NodeDocument {
    let files = SnapshotFiles::collect(source, collector);
    let recording = source.recording();
    let found = recording.processes.as_ref().map_or(&[][..], |p| p.as_deref().unwrap_or_default());
    let processes: Vec<&Process> = found.iter().filter(|p| is_named_as_component(node, p.pid)).collect();
    let accounts = accounts(source.accounts(), files.stats(), &processes);
    let processes =
        processes.into_iter().map(|process| process_entry(process, node, &recording, files.root_of(process.pid)));
    let processes = processes.collect();
    let (dirs, files) = files.into_entries();
    let (journal_entries, journal_error) = logs::journal(&recording);
    NodeDocument {
        snapshot: Some(SnapshotHeader {
            format: Some(SNAPSHOT_FORMAT),
            program: concat!("nodeproof ", env!("CARGO_PKG_VERSION")).to_owned(),
            probes: probe_keys(probes, source.recorded_probes()),
        }),
        name: source.name(),
        notices: source.notices(),
        processes_error: recording.processes.as_ref().and_then(|p| p.as_ref().err()).map(SourceError::to_code),
        accounts,
        accounts_unknown: source.accounts().unknown().map(str::to_owned),
        dirs,
        files,
        processes,
        journal_entries,
        journal_error,
        journal_cut_from: logs::cut_from(&recording),
        ..NodeDocument::default()
    }
}

/// The keys of the probes. A snapshot of a snapshot holds no more than the first one.
fn probe_keys(probes: &[Probe], recorded: Option<&BTreeSet<String>>) -> BTreeSet<String> {
    probes.iter().map(Probe::key).filter(|key| recorded.is_none_or(|recorded| recorded.contains(key))).collect()
}

/// The accounts that own what was read, and the components' own.
fn accounts(accounts: &Accounts, stats: impl Iterator<Item = Stat>, processes: &[&Process]) -> AccountsEntry {
    let (mut users, mut groups) = (BTreeSet::new(), BTreeSet::new());
    for stat in stats {
        users.extend(stat.uid);
        groups.extend(stat.gid);
    }
    users.extend(processes.iter().flat_map(|p| [p.real_uid, p.effective_uid]));
    users.extend(Component::ALL.into_iter().flat_map(Component::accounts).filter_map(|name| accounts.user(name)));
    AccountsEntry::Separate {
        users: ids_by_name(users, |id| accounts.user_names(id)),
        groups: ids_by_name(groups, |id| accounts.group_names(id)),
    }
}

/// Names with their ids. Of several names of one id the first of the table comes first.
fn ids_by_name(ids: BTreeSet<u32>, names_of: impl Fn(u32) -> Vec<String>) -> IndexMap<String, u32> {
    let mut by_name = IndexMap::new();
    for id in ids {
        for name in names_of(id).into_iter().filter(|name| *name != id.to_string()) {
            by_name.entry(name).or_insert(id);
        }
    }
    by_name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{FileRef, ProcessInput, SettingProbe};
    use std::collections::HashMap;

    #[test]
    fn no_flag_of_a_rule_is_redacted() {
        let library = Library::load(None, None).expect("the definitions");
        let probes = every_probe(&library).expect("the probes");
        let of_setting = |setting: &SettingProbe| Some((setting.component, setting.flag.clone()?));
        let of_file = |file: &FileRef| match file {
            FileRef::Setting(setting) => of_setting(setting),
            FileRef::Path(_) | FileRef::Known(..) => None,
        };
        let flags: Vec<(Component, String)> = probes
            .iter()
            .flat_map(|probe| match probe {
                Probe::File(file) => file.at.iter().filter_map(of_file).collect(),
                Probe::Process(process) => match &process.input {
                    ProcessInput::Flag(flag) => vec![(process.component, flag.clone())],
                    ProcessInput::Variable(_) => Vec::new(),
                },
                Probe::Setting(setting) => of_setting(setting).into_iter().collect(),
                Probe::Document(document) => of_file(&document.at).into_iter().collect::<Vec<_>>(),
                Probe::Cloud(_) => Vec::new(),
            })
            .collect();
        assert!(flags.len() > 80, "{}", flags.len());
        for (component, flag) in flags {
            let argv = vec![format!("--{flag}=value"), format!("--{flag}"), "value".to_owned()];
            assert_eq!(redaction::without_secrets(component, &argv), argv);
        }
    }

    /// The probe without its defaults, which are not read on the node and change with what is known of a component.
    fn without_defaults(probe: &Probe) -> Probe {
        match probe {
            Probe::Setting(setting) => {
                Probe::Setting(SettingProbe { default_with_flags: None, default_with_file: None, ..setting.clone() })
            }
            Probe::File(_) | Probe::Process(_) | Probe::Document(_) | Probe::Cloud(_) => probe.clone(),
        }
    }

    #[test]
    fn probes_that_read_different_things_have_different_keys() {
        let library = Library::load(None, None).expect("the definitions");
        let mut by_key: HashMap<String, Probe> = HashMap::new();
        for probe in every_probe(&library).expect("the probes") {
            let read = without_defaults(&probe);
            if let Some(other) = by_key.insert(probe.key(), read.clone()) {
                assert_eq!(read, other, "{}", probe.key());
            }
        }
        assert!(by_key.len() > 100, "{}", by_key.len());
        for key in ["setting:kubelet/--anonymous-auth,authentication.anonymous.enabled", "file:kubelet.config"] {
            assert!(by_key.contains_key(key), "{key} of {:#?}", by_key.keys());
        }
    }
}
