//! What a platform says of one component: where its settings come from, and where its files are.

use super::settings_source::SettingsSource;
use serde::Deserialize;

/// What a platform says of a component. Each list of places is in order of preference; the first is the one to name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct PlatformComponent {
    /// Where its settings come from, in order of preference; the arguments of its process by default.
    pub settings: Vec<SettingsSource>,
    /// Manifests of static pods.
    pub manifest: Vec<String>,
    /// Configuration files.
    pub config: Vec<String>,
    /// kubeconfigs.
    pub kubeconfig: Vec<String>,
    /// Unit files.
    pub service: Vec<String>,
    /// Certificate authorities of clients.
    pub ca_file: Vec<String>,
    /// Data directories.
    pub data_dir: Vec<String>,
}

/// A container runtime, by the address of its socket, with its configuration files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Runtime {
    /// A part of the address.
    pub endpoint: String,
    /// The configuration files.
    pub files: Vec<String>,
    /// The directory of the configuration of network plugins, unless a file names another one.
    pub cni: Option<String>,
}

impl PlatformComponent {
    /// Every place of its files.
    pub(super) fn paths(&self) -> impl Iterator<Item = &String> {
        let lists = [&self.manifest, &self.config, &self.kubeconfig, &self.service, &self.ca_file, &self.data_dir];
        lists.into_iter().flatten()
    }

    /// Every list of places.
    pub(super) fn places_mut(&mut self) -> [&mut Vec<String>; 6] {
        [
            &mut self.manifest,
            &mut self.config,
            &mut self.kubeconfig,
            &mut self.service,
            &mut self.ca_file,
            &mut self.data_dir,
        ]
    }

    /// Every path from which settings are read.
    pub(super) fn settings_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.settings.iter_mut().filter_map(SettingsSource::path_mut)
    }
}
