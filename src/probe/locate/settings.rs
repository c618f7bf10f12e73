//! The files that the settings of one process name.

use super::located::{Located, existing_of_component};
use crate::model::{Component, Observed, ValueKind};
use crate::node::Instance;
use crate::probe::context::CollectContext;
use crate::probe::drop_ins::drop_ins;
use crate::probe::effective::{self, config_file};
use crate::probe::observed_error::observed_error;
use crate::probe::path::DocumentPath;
use crate::probe::setting::SettingProbe;
use crate::source::node::HostPath;

/// The configuration file and the drop-ins of a process. One that is started with flags alone has none.
pub(super) fn config_files(context: &CollectContext<'_>, instance: &Instance) -> Vec<Located> {
    let component = instance.component;
    let file = config_file(context, component, instance).map(|file| file.map_err(Observed::Unknown));
    let file = file.map(|file| file.and_then(|path| existing_of_component(context, component, path)));
    let drop_ins: Vec<Located> = match drop_ins(context, component, instance) {
        Ok(drop_ins) => drop_ins.iter().cloned().map(Ok).collect(),
        Err(reason) => vec![Err(Observed::Unknown(reason))],
    };
    let mut files: Vec<Located> = file.into_iter().chain(drop_ins).collect();
    if files.is_empty() {
        let process = context.subject(instance);
        files.push(Err(Observed::NotApplicable(format!(
            "{process} has no configuration file: it is started with flags"
        ))));
    }
    files
}

/// The folders of the drop-ins of this node's kubelets.
pub(super) fn drop_in_folders(context: &CollectContext<'_>) -> Vec<HostPath> {
    let probe = path_setting(Component::Kubelet, "config-dir", None, None);
    let folder = |instance: &Instance| {
        let path = text_of(effective::value(context, &probe, instance).0).ok()??;
        context.resolve(instance, &path).ok()
    };
    context.node.processes(Component::Kubelet).instances.iter().filter_map(folder).collect()
}

/// The credentials of a process for the API server.
pub(super) fn kubeconfig(context: &CollectContext<'_>, instance: &Instance) -> Vec<Located> {
    let path = match instance.component {
        Component::Proxy | Component::Scheduler => Some("clientConnection.kubeconfig"),
        Component::Apiserver | Component::ControllerManager | Component::Etcd | Component::Kubelet => None,
    };
    let probe = path_setting(instance.component, "kubeconfig", None, path);
    let without = if instance.component == Component::Kubelet {
        "no --kubeconfig: it does not connect to an API server"
    } else {
        "no kubeconfig: in a pod it uses its service account"
    };
    vec![in_setting(context, instance, &probe, without)]
}

/// The certificate authority that signs the certificates of a process's clients.
pub(super) fn client_ca(context: &CollectContext<'_>, instance: &Instance) -> Vec<Located> {
    let path = (instance.component == Component::Kubelet).then_some("authentication.x509.clientCAFile");
    let probe = path_setting(instance.component, "client-ca-file", None, path);
    vec![in_setting(context, instance, &probe, "no client CA file")]
}

/// etcd's data directory: `--data-dir`, else `NAME.etcd` below the working directory.
pub(super) fn data_directory(context: &CollectContext<'_>, instance: &Instance) -> Vec<Located> {
    let value_of = |flag: &str, env: &str| {
        let probe = path_setting(Component::Etcd, flag, Some(env), Some(flag));
        text_of(effective::value(context, &probe, instance).0)
    };
    let path = || {
        Ok(match value_of("data-dir", "ETCD_DATA_DIR")? {
            Some(path) => path,
            None => format!("{}.etcd", value_of("name", "ETCD_NAME")?.unwrap_or_else(|| "default".to_owned())),
        })
    };
    vec![path().and_then(|path| resolve(context, instance, &path))]
}

/// A setting without default that holds a path.
pub(super) fn path_setting(component: Component, flag: &str, env: Option<&str>, path: Option<&str>) -> SettingProbe {
    SettingProbe {
        component,
        flag: Some(flag.to_owned()),
        env: env.map(str::to_owned),
        path: path.and_then(|p| p.parse::<DocumentPath>().ok()),
        kind: ValueKind::Text,
        keys: Vec::new(),
        default_with_flags: None,
        default_with_file: None,
    }
}

/// The text of a setting, if it is set.
pub(super) fn text_of(observed: Observed) -> Result<Option<String>, Observed> {
    match observed {
        Observed::Value(value) => Ok(Some(value.to_string())),
        Observed::Unset { .. } => Ok(None),
        other @ (Observed::Files(_)
        | Observed::Missing(_)
        | Observed::NotApplicable(_)
        | Observed::Unknown(_)
        | Observed::NotGiven { .. }
        | Observed::Remark(_)) => Err(other),
    }
}

/// The file that a setting names; `without` says what it means if it is not set.
fn in_setting(context: &CollectContext<'_>, instance: &Instance, probe: &SettingProbe, without: &str) -> Located {
    match text_of(effective::value(context, probe, instance).0)? {
        Some(path) => resolve(context, instance, &path),
        None => Err(Observed::NotApplicable(format!("{} has {without}", context.subject(instance)))),
    }
}

fn resolve(context: &CollectContext<'_>, instance: &Instance, path: &str) -> Located {
    let resolved = context.resolve(instance, path).map_err(|error| observed_error(path, &error))?;
    existing_of_component(context, instance.component, resolved)
}
