//! A node that shows one kubelet and nothing else.

use crate::source::node::accounts::{AccountSource, Accounts};
use crate::source::node::error::SourceError;
use crate::source::node::files::FileSource;
use crate::source::node::journal::{Journal, JournalQuery, JournalSource, ProcessLog, ProcessLogQuery};
use crate::source::node::node_source::NodeSource;
use crate::source::node::path::HostPath;
use crate::source::node::process::{Process, ProcessSource};
use crate::source::node::process_table::ProcessTable;
use crate::source::node::stat::{Lstat, Stat, Walked};
use std::path::Path;

/// The name of the program.
const KUBELET: &str = "kubelet";

/// A node of which only the running configuration of its kubelet is known. Everything else cannot be read.
#[derive(Debug)]
pub struct ConfigzSource {
    accounts: Accounts,
}

impl Default for ConfigzSource {
    fn default() -> Self {
        let accounts = Accounts::default().with_unknown(Some("configz shows no accounts of the node".to_owned()));
        Self { accounts }
    }
}

impl ConfigzSource {
    /// Why nothing is known of any other process.
    pub fn only_kubelet() -> SourceError {
        SourceError::Io("configz shows the kubelet alone".to_owned())
    }

    fn no_files<T>() -> Result<T, SourceError> {
        Err(SourceError::Io("configz shows no files of the node".to_owned()))
    }
}

impl FileSource for ConfigzSource {
    fn lstat(&self, _: &HostPath) -> Result<Lstat, SourceError> {
        Self::no_files()
    }

    fn stat(&self, _: &HostPath) -> Result<Stat, SourceError> {
        Self::no_files()
    }

    fn read(&self, _: &HostPath) -> Result<Vec<u8>, SourceError> {
        Self::no_files()
    }

    fn list(&self, _: &HostPath) -> Result<Vec<String>, SourceError> {
        Self::no_files()
    }

    fn walk(&self, _: &HostPath, _: &mut dyn FnMut(&Path, Walked)) -> Result<(), SourceError> {
        Self::no_files()
    }
}

impl ProcessSource for ConfigzSource {
    /// The kubelet, of whose command line nothing is known.
    fn processes(&self, names: &[&str]) -> Result<Vec<Process>, SourceError> {
        let kubelet = Process {
            pid: Process::NO_NUMBER,
            argv: vec![KUBELET.to_owned()],
            truncated: true,
            exe: None,
            setuid: false,
            privileged: true,
            real_uid: 0,
            effective_uid: 0,
            started: None,
            cgroup: String::new(),
            cwd: None,
        };
        Ok(names.contains(&KUBELET).then_some(kubelet).into_iter().collect())
    }

    fn variables(&self, _: u32, _: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        Err(Self::only_kubelet())
    }

    fn build_information(&self, _: u32) -> Result<String, SourceError> {
        Self::no_files()
    }

    fn process_table(&self, _: Option<&[u32]>) -> Result<ProcessTable, SourceError> {
        Err(Self::only_kubelet())
    }
}

impl AccountSource for ConfigzSource {
    fn accounts(&self) -> &Accounts {
        &self.accounts
    }
}

impl JournalSource for ConfigzSource {
    fn journal(&self, _: &JournalQuery) -> Result<Journal, SourceError> {
        Self::no_files()
    }

    fn process_log(&self, _: &ProcessLogQuery) -> Result<ProcessLog, SourceError> {
        Self::no_files()
    }
}

impl NodeSource for ConfigzSource {
    fn name(&self) -> Option<String> {
        None
    }

    fn notices(&self) -> Vec<String> {
        Vec::new()
    }
}
