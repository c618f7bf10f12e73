//! The key of a probe: a stable name of what it reads, by which a snapshot lists its evidence.

use super::{DocumentProbe, FileProbe, FileRef, Probe, ProcessProbe, Select, SettingProbe, Tree};
use crate::model::Component;

impl Probe {
    /// A name of what this probe reads, such as `file:kubelet.config` or `setting:kubelet/--anonymous-auth`. It is part of
    /// the snapshot format: probes that read different things have different keys, and a key never changes its meaning.
    pub fn key(&self) -> String {
        match self {
            Self::File(probe) => file_key(probe),
            Self::Process(ProcessProbe { component, flag, env, keys, .. }) => {
                format!("process:{}", sources_key(*component, flag.as_deref(), env.as_deref(), None, keys))
            }
            Self::Setting(probe) => format!("setting:{}", setting_key(probe)),
            Self::Document(DocumentProbe { at, select }) => {
                format!("document:{}#{}", file_ref_key(at), select_key(select))
            }
        }
    }
}

/// `file:kubelet.config`, `files:/etc/kubernetes/pki[*.key]`, `tree:etcd.data-dir`.
fn file_key(probe: &FileProbe) -> String {
    let prefix = match probe.tree {
        None => "file",
        Some(Tree::Files) => "files",
        Some(Tree::Everything) => "tree",
    };
    let paths: Vec<String> = probe.at.iter().map(file_ref_key).collect();
    let names = if probe.names.is_empty() { String::new() } else { format!("[{}]", probe.names.join(",")) };
    format!("{prefix}:{}{names}", paths.join(","))
}

/// A path, `kubelet.config`, or `(kubelet/--client-ca-file)` for the path in a setting.
fn file_ref_key(file: &FileRef) -> String {
    match file {
        FileRef::Path(path) => path.clone(),
        FileRef::Known(component, role) => format!("{}.{}", component.id(), role.id()),
        FileRef::Setting(setting) => format!("({})", setting_key(setting)),
    }
}

fn setting_key(setting: &SettingProbe) -> String {
    let path = setting.path.as_ref().map(ToString::to_string);
    sources_key(setting.component, setting.flag.as_deref(), setting.env.as_deref(), path.as_deref(), &setting.keys)
}

/// `etcd/--cert-file,$ETCD_CERT_FILE,client-transport-security.cert-file`, with the keys of a map in brackets.
fn sources_key(
    component: Component,
    flag: Option<&str>,
    env: Option<&str>,
    path: Option<&str>,
    keys: &[String],
) -> String {
    let flag = flag.map(|flag| format!("--{flag}"));
    let env = env.map(|env| format!("${env}"));
    let sources: Vec<String> = flag.into_iter().chain(env).chain(path.map(str::to_owned)).collect();
    let keys = if keys.is_empty() { String::new() } else { format!("[{}]", keys.join(",")) };
    format!("{}/{}{keys}", component.id(), sources.join(","))
}

/// A path in the document, or a name with arguments in brackets.
fn select_key(select: &Select) -> String {
    match select {
        Select::Path(path) => path.to_string(),
        Select::EncryptionWriter(resource) => format!("encryption-writer({resource})"),
        Select::AuditLevel { group, resource, verb } => format!("audit-level({group}/{resource},{verb})"),
        Select::AuditLevels => "audit-levels()".to_owned(),
        Select::SameCertificates(other) => format!("same-certificates({})", file_ref_key(other)),
        Select::Unit { section, key } => format!("unit({section},{key})"),
    }
}
