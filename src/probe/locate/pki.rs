//! The directories of the control plane's certificates and keys: those that the flags of its processes name.

use super::located::{Located, existing};
use super::manifests;
use super::settings::{path_setting, text_of};
use crate::model::{Component, Observed};
use crate::node::Instance;
use crate::probe::context::CollectContext;
use crate::probe::effective;
use crate::probe::observed_error::observed_error;
use crate::probe::setting::SettingProbe;
use crate::source::node::HostPath;
use std::path::{Path, PathBuf};

/// Bundles of public authorities, which belong to the operating system.
const OF_THE_SYSTEM: [&str; 4] = ["/etc/ssl/certs", "/etc/pki/tls", "/etc/pki/ca-trust", "/usr"];

const TLS: [&str; 4] = ["client-ca-file", "requestheader-client-ca-file", "tls-cert-file", "tls-private-key-file"];

const OF_APISERVER: [&str; 10] = [
    "etcd-cafile",
    "etcd-certfile",
    "etcd-keyfile",
    "kubelet-certificate-authority",
    "kubelet-client-certificate",
    "kubelet-client-key",
    "proxy-client-cert-file",
    "proxy-client-key-file",
    "service-account-key-file",
    "service-account-signing-key-file",
];

const OF_CONTROLLER_MANAGER: [&str; 4] =
    ["cluster-signing-cert-file", "cluster-signing-key-file", "root-ca-file", "service-account-private-key-file"];

/// etcd's flags, with their sections in its configuration file.
const OF_ETCD: [(&str, &str); 6] = [
    ("cert-file", "client-transport-security.cert-file"),
    ("key-file", "client-transport-security.key-file"),
    ("trusted-ca-file", "client-transport-security.trusted-ca-file"),
    ("peer-cert-file", "peer-transport-security.cert-file"),
    ("peer-key-file", "peer-transport-security.key-file"),
    ("peer-trusted-ca-file", "peer-transport-security.trusted-ca-file"),
];

/// The directories, each once and none below another. A file that does not lie in a directory of its own kind, such as
/// `/etc/kubernetes/ca.crt`, stands for itself.
pub(super) fn directories(context: &CollectContext<'_>) -> Vec<Located> {
    if context.node.is_blind() {
        return vec![Err(context.absent(Component::Apiserver))];
    }
    let mut named: Vec<HostPath> = Vec::new();
    let mut unknown: Vec<Observed> = Vec::new();
    for component in [Component::Apiserver, Component::ControllerManager, Component::Scheduler, Component::Etcd] {
        for instance in &context.node.processes(component).instances {
            for file in files_of(context, instance) {
                match file {
                    Ok(file) if named.iter().any(|known| file.is_at_or_below(known)) => {}
                    Ok(file) => named.push(file),
                    Err(observed) if unknown.contains(&observed) => {}
                    Err(observed) => unknown.push(observed),
                }
            }
        }
    }
    // A place below another one is read with it. In another root it is read by itself, if it is there.
    let exists = |place: &HostPath| existing(context, place.clone()).is_ok();
    let is_in = |place: &HostPath, other: &HostPath| {
        place.is_at_or_below(other) || place.path.starts_with(&other.path) && !exists(place) && exists(other)
    };
    let is_outermost = |place: &&HostPath| !named.iter().any(|other| other != *place && is_in(place, other));
    let mut found: Vec<Located> =
        named.iter().filter(is_outermost).map(|place| existing(context, place.clone())).collect();
    if found.is_empty() {
        // Where the platform puts them.
        let usual = context.node.platform().pki.iter().map(|usual| existing(context, HostPath::host(usual)));
        found.extend(usual.filter(|place| place.is_ok() || unknown.is_empty()));
    }
    if found.iter().any(Result::is_ok) {
        // One that is not there is elsewhere: the others say nothing of it.
        let used = |reason: String| format!("{reason}, although the control plane uses it");
        found = found.into_iter().map(|file| file.map_err(|observed| observed.missing_is_unknown(used))).collect();
    }
    found.extend(unknown.into_iter().map(Err));
    found
}

/// The directories of the files that the settings of a process name.
fn files_of(context: &CollectContext<'_>, instance: &Instance) -> Vec<Located> {
    let probes = settings_of(instance.component);
    let mut places: Vec<PathBuf> = Vec::new();
    let mut found = Vec::new();
    for probe in &probes {
        let path = match text_of(effective::value(context, probe, instance).0) {
            Ok(Some(path)) => path,
            Ok(None) => continue,
            Err(observed) => {
                found.push(Err(observed));
                continue;
            }
        };
        let place = directory_of(Path::new(&path));
        if OF_THE_SYSTEM.iter().any(|system| place.starts_with(system)) || places.contains(&place) {
            continue;
        }
        found.push(on_node(context, instance, &place));
        places.push(place);
    }
    found
}

/// The settings of a component that name certificates and keys.
fn settings_of(component: Component) -> Vec<SettingProbe> {
    match component {
        Component::Apiserver => {
            TLS.iter().chain(&OF_APISERVER).map(|flag| path_setting(component, flag, None, None)).collect()
        }
        Component::ControllerManager => {
            TLS.iter().chain(&OF_CONTROLLER_MANAGER).map(|flag| path_setting(component, flag, None, None)).collect()
        }
        Component::Scheduler => TLS.iter().map(|flag| path_setting(component, flag, None, None)).collect(),
        Component::Etcd => {
            let variable = |flag: &str| format!("ETCD_{}", flag.replace('-', "_").to_uppercase());
            OF_ETCD
                .iter()
                .map(|(flag, path)| path_setting(component, flag, Some(&variable(flag)), Some(path)))
                .collect()
        }
        Component::Kubelet | Component::Proxy => Vec::new(),
    }
}

/// The directory of a file, unless that holds other things as well: `/etc/kubernetes` is none of certificates.
fn directory_of(file: &Path) -> PathBuf {
    const ROOT_AND_TWO_NAMES: usize = 3;
    match file.parent() {
        Some(directory) if !file.is_absolute() || directory.components().count() > ROOT_AND_TWO_NAMES => {
            directory.to_owned()
        }
        Some(_) | None => file.to_owned(),
    }
}

/// The private keys or the certificates that the flags of the control plane's and etcd's processes name, whatever the names of the
/// files. Why others cannot be told is among the directories.
pub(in crate::probe) fn named_files(context: &CollectContext<'_>, is_sought: fn(&str) -> bool) -> Vec<HostPath> {
    let mut found: Vec<HostPath> = Vec::new();
    for component in [Component::Apiserver, Component::ControllerManager, Component::Scheduler, Component::Etcd] {
        for instance in &context.node.processes(component).instances {
            for probe in settings_of(component).iter().filter(|probe| probe.flag.as_deref().is_some_and(is_sought)) {
                let Ok(Some(path)) = text_of(effective::value(context, probe, instance).0) else { continue };
                let file = on_node(context, instance, Path::new(&path)).and_then(|file| existing(context, file));
                found.extend(file.ok().filter(|file| !found.contains(file)));
            }
        }
    }
    found
}

/// Whether a flag names a private key. The key of service accounts that the API server verifies with is a public one.
pub(in crate::probe) fn is_of_private_key(flag: &str) -> bool {
    flag != "service-account-key-file"
        && (flag.ends_with("key-file") || flag.ends_with("-key") || flag.ends_with("-keyfile"))
}

/// Whether a flag names certificates.
pub(in crate::probe) fn is_of_certificate(flag: &str) -> bool {
    ["cert-file", "ca-file", "certfile", "cafile", "certificate", "certificate-authority"]
        .iter()
        .any(|end| flag.ends_with(end))
}

/// What a process sees at a path: of a static pod that is what its manifest mounts there.
fn on_node(context: &CollectContext<'_>, instance: &Instance, path: &Path) -> Located {
    let text = path.to_string_lossy();
    if instance.in_kubernetes_pod()
        && let Some(place) = manifests::path_on_node(context, instance.component, path)
    {
        return Ok(place);
    }
    let seen = context.resolve(instance, &text).map_err(|error| observed_error(&text, &error))?;
    let on_node = HostPath::host(&seen.path);
    // One place is read once, whatever process names it.
    let is_same = context.has_root_of_node(instance)
        && context.stat(&seen) == context.stat(&on_node)
        && context.list(&seen) == context.list(&on_node);
    Ok(if is_same { on_node } else { seen })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_keys_from_certificates() {
        let flags =
            TLS.iter().chain(&OF_APISERVER).chain(&OF_CONTROLLER_MANAGER).chain(OF_ETCD.iter().map(|(flag, _)| flag));
        let (keys, others): (Vec<&&str>, Vec<&&str>) = flags.partition(|flag| is_of_private_key(flag));
        let expected = [
            "tls-private-key-file",
            "etcd-keyfile",
            "kubelet-client-key",
            "proxy-client-key-file",
            "service-account-signing-key-file",
            "cluster-signing-key-file",
            "service-account-private-key-file",
            "key-file",
            "peer-key-file",
        ];
        assert!(keys.iter().map(|flag| **flag).eq(expected), "{keys:?}");
        let neither: Vec<&&&str> = others.iter().filter(|flag| !is_of_certificate(flag)).collect();
        assert_eq!(neither, [&&"service-account-key-file"]);
    }

    #[test]
    fn a_directory_that_holds_other_things_does_not_count() {
        let cases = [
            ("/etc/kubernetes/pki/ca.crt", "/etc/kubernetes/pki"),
            ("/var/lib/minikube/certs/etcd/ca.crt", "/var/lib/minikube/certs/etcd"),
            ("/etc/kubernetes/ca.crt", "/etc/kubernetes/ca.crt"),
            ("/ca.crt", "/ca.crt"),
            ("certs/ca.crt", "certs"),
        ];
        for (file, place) in cases {
            assert_eq!(directory_of(Path::new(file)), Path::new(place), "{file}");
        }
    }
}
