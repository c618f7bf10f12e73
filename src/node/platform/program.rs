//! A program of a platform that contains components, or starts them.

use crate::model::Component;
use crate::source::node::{Process, base_name};
use indexmap::IndexMap;
use serde::Deserialize;

/// A program that contains components, or starts them as processes of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HostProgram {
    /// Its file name.
    pub program: String,
    /// The word that follows it; any word if there is none.
    pub command: Option<String>,
    /// The components that run inside its process.
    #[serde(default)]
    pub contains: Vec<Component>,
    /// The components that it starts.
    #[serde(default)]
    pub starts: Vec<Component>,
    /// Flags without which it does not start these components.
    #[serde(default)]
    pub only_with: IndexMap<String, Vec<Component>>,
    /// Flags with which it does not run these components.
    #[serde(default)]
    pub not_with: IndexMap<String, Vec<Component>>,
    /// Further flags that are read.
    #[serde(default)]
    pub reads: Vec<String>,
}

impl HostProgram {
    /// Its name in reports: `k3s server`.
    pub fn name(&self) -> String {
        match &self.command {
            Some(command) => format!("{} {command}", self.program),
            None => self.program.clone(),
        }
    }

    /// Whether a process is this program, by the start of its command line or by its executable. K3s replaces its command line
    /// by one word with a blank in it.
    pub(in crate::node) fn is(&self, process: &Process) -> bool {
        let mut words = process.argv.iter().flat_map(|word| word.split_whitespace());
        let (first, second) = (words.next().map_or("", base_name), words.next());
        let exe = process.exe.as_deref().map_or("", base_name);
        let Some(command) = &self.command else {
            return first == self.program || exe == self.program;
        };
        let joined = format!("{}-{command}", self.program);
        let has_command = second == Some(command.as_str());
        first == joined || exe == joined || has_command && (first == self.program || exe == self.program)
    }

    /// Whether its components run inside its process.
    pub fn embeds(&self) -> bool {
        !self.contains.is_empty()
    }

    /// The components that run with these words of a command line. A configuration file may say otherwise, which the command
    /// line does not show.
    pub(in crate::node) fn components(&self, words: &[&str]) -> Vec<Component> {
        let is_set = |flag: &str| {
            words.iter().any(|word| *word == flag || !flag.contains('=') && *word == format!("{flag}=true"))
        };
        let is_named = |flags: &IndexMap<String, Vec<Component>>, component: &Component, wanted: bool| {
            let mut of_component = flags.iter().filter(|(_, components)| components.contains(component)).peekable();
            of_component.peek().is_some() && of_component.all(|(flag, _)| is_set(flag) != wanted)
        };
        let disabled = |component: &Component| {
            self.not_with.iter().any(|(flag, components)| components.contains(component) && is_set(flag))
        };
        let all = self.contains.iter().chain(&self.starts);
        all.filter(|component| !disabled(component) && !is_named(&self.only_with, component, true)).copied().collect()
    }

    /// The flags that say which components run.
    pub(in crate::node) fn flags(&self) -> impl Iterator<Item = &str> {
        self.only_with.keys().chain(self.not_with.keys()).map(String::as_str)
    }
}
