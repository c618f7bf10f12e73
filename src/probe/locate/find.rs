//! The files of a reference on this node.

use super::located::{Located, existing};
use super::unit_names::FOLDERS;
use super::{candidates, cni, manifests, pattern, pki, settings, units};
use crate::model::{Component, Observed};
use crate::node::{Instance, Node};
use crate::probe::context::{CollectContext, shown};
use crate::probe::effective::paths;
use crate::probe::file_ref::{FileRef, FileRole, is_pattern};
use crate::source::node::{FileKind, HostPath, PathRoot};

/// The files that `file` names on this node, and beside them why others were not found.
pub(in crate::probe) fn locate(context: &CollectContext<'_>, file: &FileRef) -> Vec<Located> {
    match file {
        FileRef::Path(path) if is_pattern(path) => pattern::expand(context, path),
        FileRef::Path(path) => vec![existing(context, HostPath::host(path))],
        FileRef::Setting(_) => locate_by_process(context, file).into_iter().map(|(_, located)| located).collect(),
        FileRef::Known(component, role) => {
            context.role_files.get_or_read(&(*component, *role), || role_files(context, *component, *role))
        }
    }
}

/// The same, each file with the process whose setting names it.
pub(in crate::probe) fn locate_by_process(context: &CollectContext<'_>, file: &FileRef) -> Vec<(Option<u32>, Located)> {
    match file {
        FileRef::Setting(setting) => {
            let existing = |path| existing(context, path);
            paths(context, setting).into_iter().map(|(process, path)| (process, path.and_then(existing))).collect()
        }
        FileRef::Path(_) | FileRef::Known(..) => {
            locate(context, file).into_iter().map(|located| (None, located)).collect()
        }
    }
}

/// Whether a path is a directory.
pub(in crate::probe) fn is_directory(context: &CollectContext<'_>, path: &HostPath) -> bool {
    context.stat(path).is_ok_and(|s| s.kind == FileKind::Directory)
}

/// What a manifest mounts from the node at a path in the root of a static pod, if that exists.
pub(in crate::probe) fn mounted_from(context: &CollectContext<'_>, place: &HostPath) -> Option<HostPath> {
    let PathRoot::Process(pid) = place.root else {
        return None;
    };
    let mut instances = Component::ALL.into_iter().flat_map(|c| &context.node.processes(c).instances);
    let instance = instances.find(|instance| instance.process.pid == pid && instance.in_kubernetes_pod())?;
    let on_node = manifests::path_on_node(context, instance.component, &place.path)?;
    context.stat(&on_node).is_ok().then_some(on_node)
}

/// The directories of which every file takes effect, so that to add one is to change the component.
pub(in crate::probe) fn directories_of_additions(context: &CollectContext<'_>, file: &FileRef) -> Vec<HostPath> {
    match file {
        FileRef::Known(component, FileRole::Service) => units::folders_of_additions(context, *component),
        FileRef::Known(_, FileRole::Manifest) => manifests::folders(context),
        FileRef::Known(Component::Kubelet, FileRole::Config) => settings::drop_in_folders(context),
        FileRef::Known(_, FileRole::CniConfig) => locate(context, file).into_iter().flatten().collect(),
        FileRef::Known(..) | FileRef::Path(_) | FileRef::Setting(_) => Vec::new(),
    }
}

/// The files that are among those sought in a tree whatever their names: the private keys and certificates that flags name.
pub(in crate::probe) fn named_files(context: &CollectContext<'_>, file: &FileRef, names: &[&str]) -> Vec<HostPath> {
    match file {
        FileRef::Known(_, FileRole::Pki) if names.contains(&"*.key") => {
            pki::named_files(context, pki::is_of_private_key)
        }
        FileRef::Known(_, FileRole::Pki) if names.contains(&"*.crt") => {
            pki::named_files(context, pki::is_of_certificate)
        }
        FileRef::Known(..) | FileRef::Path(_) | FileRef::Setting(_) => Vec::new(),
    }
}

/// The path of a component's file for a remediation: where it is, else where it usually is.
pub(in crate::probe) fn path_to_name(
    context: &CollectContext<'_>,
    component: Component,
    role: FileRole,
) -> Option<String> {
    let found = locate(context, &FileRef::Known(component, role)).into_iter().flatten().next();
    found.map(|file| shown(&file.path)).or_else(|| candidates::usual_path(context.node, component, role))
}

/// Every path where files of components are looked for, whatever runs on the node.
pub(in crate::probe) fn possible_files(node: &Node) -> Vec<HostPath> {
    let candidates = candidates::all(node).into_iter().map(HostPath::host);
    let of_unit = units::folders("kubelet.service").into_iter().map(HostPath::host);
    candidates
        .chain(of_unit)
        .chain(FOLDERS.map(HostPath::host))
        .chain(cni::possible_files().map(HostPath::host))
        .collect()
}

fn role_files(context: &CollectContext<'_>, component: Component, role: FileRole) -> Vec<Located> {
    if let Some(hidden) = of_embedded(context, component, role) {
        return vec![Err(hidden)];
    }
    match role {
        FileRole::Service => units::files(context, component),
        FileRole::Manifest => manifests::files(context, component),
        FileRole::Pki => pki::directories(context),
        FileRole::CniConfig => cni::directories(context),
        FileRole::AdminKubeconfig | FileRole::SuperAdminKubeconfig => {
            let places = candidates::of(context.node, component, role);
            places.into_iter().map(|place| existing(context, HostPath::host(place))).collect()
        }
        FileRole::Config => of_processes(context, component, role, settings::config_files),
        FileRole::DataDir => of_processes(context, component, role, settings::data_directory),
        FileRole::Kubeconfig => of_processes(context, component, role, settings::kubeconfig),
        FileRole::CaFile => of_processes(context, component, role, settings::client_ca),
    }
}

/// Why the files of a component without a process of its own cannot be told: the program that contains it chooses them.
fn of_embedded(context: &CollectContext<'_>, component: Component, role: FileRole) -> Option<Observed> {
    // Whose flags or runtime name the directory.
    let user = match role {
        // Administrators' kubeconfigs are where the platform puts them, whatever runs.
        FileRole::AdminKubeconfig | FileRole::SuperAdminKubeconfig => return None,
        FileRole::Pki => Component::Apiserver,
        FileRole::CniConfig => Component::Kubelet,
        FileRole::Service
        | FileRole::Manifest
        | FileRole::Config
        | FileRole::DataDir
        | FileRole::Kubeconfig
        | FileRole::CaFile => component,
    };
    if let Some(reason) = context.node.reason_not_started(user) {
        return Some(Observed::NotApplicable(reason.to_owned()));
    }
    let contained = |instance: &Instance| instance.container.clone();
    let instances = &context.node.processes(user).instances;
    if let Some(container) = instances.iter().find_map(contained)
        && role == FileRole::Manifest
        && instances.iter().all(|instance| instance.container.is_some())
    {
        let reason = format!("{} runs inside {container}, not in a static pod", user.program());
        return Some(Observed::NotApplicable(reason));
    }
    let supervisor = context.node.supervisor_of(user)?;
    if role == FileRole::Manifest && supervisor.embeds() {
        let reason = format!("{} runs inside {}, not in a static pod", user.program(), supervisor.subject());
        return Some(Observed::NotApplicable(reason));
    }
    Some(context.absent(user))
}

/// What each process of a component uses. Of a component that does not run the usual places are tried, except of kube-proxy,
/// which many clusters replace: a file that it would use is then another's.
fn of_processes(
    context: &CollectContext<'_>,
    component: Component,
    role: FileRole,
    of_process: fn(&CollectContext<'_>, &Instance) -> Vec<Located>,
) -> Vec<Located> {
    if context.node.is_blind() {
        return vec![Err(context.absent(component))];
    }
    let instances = &context.node.processes(component).instances;
    if instances.is_empty() {
        return if component == Component::Proxy {
            vec![Err(context.absent(component))]
        } else {
            candidates::first(context, component, role)
        };
    }
    let mut found: Vec<Located> = Vec::new();
    for located in instances.iter().flat_map(|instance| of_process(context, instance)) {
        if !found.contains(&located) {
            found.push(located);
        }
    }
    found
}
