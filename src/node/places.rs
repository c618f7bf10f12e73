//! The usual places of components' files: those of the platform, or those of a configuration that the user gives.

use super::config::{Candidates, Config};
use super::platform::{Platform, PlatformComponent};
use crate::model::{Component, Target};
use std::collections::BTreeMap;

/// The usual places of components' files.
#[derive(Debug, Clone, Default)]
pub struct Places(BTreeMap<Component, PlatformComponent>);

impl Places {
    /// Those of a user's configuration, else those of the platform.
    pub(super) fn of(config: &Config, platform: &Platform) -> Self {
        let places = |component: Component| {
            let users =
                config.is_users().then(|| config.candidates(target(component), component.config_name())).flatten();
            let places = users.map(of_candidates).or_else(|| platform.component(component).cloned());
            (component, places.unwrap_or_default())
        };
        Self(Component::ALL.into_iter().map(places).collect())
    }

    /// Those of a component.
    pub fn component(&self, component: Component) -> &PlatformComponent {
        static NONE: PlatformComponent = PlatformComponent {
            settings: Vec::new(),
            manifest: Vec::new(),
            config: Vec::new(),
            kubeconfig: Vec::new(),
            service: Vec::new(),
            ca_file: Vec::new(),
            data_dir: Vec::new(),
        };
        self.0.get(&component).unwrap_or(&NONE)
    }
}

/// The target under which a configuration names the files of a component.
const fn target(component: Component) -> Target {
    match component {
        Component::Kubelet | Component::Proxy => Target::Node,
        Component::Etcd => Target::Etcd,
        Component::Apiserver | Component::Scheduler | Component::ControllerManager => Target::Master,
    }
}

/// The places in a configuration, the default first, since that is the one to name. kube-bench has one list for manifests and
/// configuration files.
fn of_candidates(candidates: &Candidates) -> PlatformComponent {
    let list = |listed: &[String], default: &Option<String>| {
        let others = listed.iter().filter(|path| Some(*path) != default.as_ref());
        default.iter().chain(others).cloned().collect::<Vec<_>>()
    };
    let confs = list(&candidates.confs, &candidates.defaultconf);
    PlatformComponent {
        settings: Vec::new(),
        manifest: confs.clone(),
        config: confs,
        kubeconfig: list(&candidates.kubeconfig, &candidates.defaultkubeconfig),
        service: list(&candidates.svc, &candidates.defaultsvc),
        ca_file: list(&candidates.cafile, &candidates.defaultcafile),
        data_dir: list(&candidates.datadirs, &candidates.defaultdatadir),
    }
}
