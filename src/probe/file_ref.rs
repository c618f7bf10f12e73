//! How a definition file names a file of the node: by its path, by its role for a component, or by the setting that holds the
//! path.

use super::SettingProbe;
use crate::model::Component;
use crate::source::node::HostPath;
use crate::text::glob::Glob;
use crate::text::{quote, suggestions};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// The longest path that Linux accepts, in bytes.
const MAX_PATH: usize = 4096;

/// A file, or several, on the node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FileRef {
    /// An absolute path; `*` and `?` in it match names.
    Path(String),
    /// The file that has a role for a component.
    Known(Component, FileRole),
    /// The path that a setting holds.
    Setting(Box<SettingProbe>),
}

/// What a file is for its component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileRole {
    /// The manifest of its static pod.
    Manifest,
    /// Its configuration file.
    Config,
    /// Its credentials for the API server.
    Kubeconfig,
    /// Its systemd unit files.
    Service,
    /// The certificate authority that signs the certificates of its clients.
    CaFile,
    /// Its data directory.
    DataDir,
    /// Of the API server: the directories of the control plane's certificates and keys.
    Pki,
    /// Of the API server: the kubeconfigs that give full access to the cluster.
    AdminKubeconfig,
    /// Of the API server: the kubeconfigs that give full access past RBAC.
    SuperAdminKubeconfig,
    /// Of the kubelet: the directory from which its container runtime reads the configuration of network plugins.
    CniConfig,
}

impl FileRef {
    /// In words: `/etc/kubernetes/pki`, `kubelet.config`, `the path in flag --client-ca-file of kubelet`.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Path(path) => path.clone(),
            Self::Known(component, role) => role.of(*component),
            Self::Setting(setting) => format!("the path in {}", setting.describe_sources()),
        }
    }

    /// `/etc/kubernetes/pki`, `kubelet.config`, `(kubelet/--client-ca-file)`.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Path(path) => path.clone(),
            Self::Known(component, role) => role.of(*component),
            Self::Setting(setting) => format!("({})", setting.sources_key()),
        }
    }

    /// The path, if it is the same whatever runs on the node.
    pub(super) fn fixed_path(&self) -> Option<HostPath> {
        match self {
            Self::Path(path) if !is_pattern(path) => Some(HostPath::host(path)),
            Self::Path(_) | Self::Known(..) | Self::Setting(_) => None,
        }
    }
}

impl FileRole {
    /// Every role.
    pub const ALL: [Self; 10] = [
        Self::Manifest,
        Self::Config,
        Self::Kubeconfig,
        Self::Service,
        Self::CaFile,
        Self::DataDir,
        Self::Pki,
        Self::AdminKubeconfig,
        Self::SuperAdminKubeconfig,
        Self::CniConfig,
    ];

    /// Its name after that of the component, as in `kubelet.config`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Config => "config",
            Self::Kubeconfig => "kubeconfig",
            Self::Service => "service",
            Self::CaFile => "ca-file",
            Self::DataDir => "data-dir",
            Self::Pki => "pki",
            Self::AdminKubeconfig => "admin-kubeconfig",
            Self::SuperAdminKubeconfig => "super-admin-kubeconfig",
            Self::CniConfig => "cni-config",
        }
    }

    /// What it is, in words.
    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Config => "configuration file",
            Self::Kubeconfig => "kubeconfig",
            Self::Service => "unit file",
            Self::CaFile => "client CA file",
            Self::DataDir => "data directory",
            Self::Pki => "PKI directory",
            Self::AdminKubeconfig => "administrator kubeconfig",
            Self::SuperAdminKubeconfig => "administrator kubeconfig past RBAC",
            Self::CniConfig => "network plugin directory",
        }
    }

    /// The name of the file with this role for a component: `kubelet.config`.
    pub(crate) fn of(self, component: Component) -> String {
        format!("{component}.{}", self.id())
    }

    /// The roles that a file can have for a component.
    fn of_component(component: Component) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |role| match role {
            Self::Pki | Self::AdminKubeconfig | Self::SuperAdminKubeconfig => component == Component::Apiserver,
            Self::CniConfig => component == Component::Kubelet,
            Self::Manifest | Self::Config | Self::Kubeconfig | Self::Service | Self::CaFile | Self::DataDir => true,
        })
    }

    /// The name of every file with a role.
    pub(crate) fn names() -> Vec<String> {
        let of = |component: Component| Self::of_component(component).map(move |role| role.of(component));
        Component::ALL.into_iter().flat_map(of).collect()
    }

    /// Reads `kubelet.config`.
    pub(crate) fn parse(name: &str) -> Option<(Component, Self)> {
        let (component, role) = name.split_once('.')?;
        let component = Component::ALL.into_iter().find(|known| known.id() == component)?;
        let role = Self::of_component(component).find(|known| known.id() == role)?;
        Some((component, role))
    }
}

/// Whether a path has wildcards.
pub(super) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?'])
}

/// Refuses what is too long for a path. Matching a pattern without a limit would exhaust the stack.
pub(super) fn verify_length(text: &str) -> Result<(), String> {
    if text.len() > MAX_PATH { Err(format!("a path has at most {MAX_PATH} bytes")) } else { Ok(()) }
}

impl<'de> Deserialize<'de> for FileRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FileRefVisitor)
    }
}

struct FileRefVisitor;

impl<'de> Visitor<'de> for FileRefVisitor {
    type Value = FileRef;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a path, a file such as kubelet.config, or a setting that holds a path")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<FileRef, E> {
        if text.starts_with('/') {
            verify_length(text).map_err(E::custom)?;
            for name in text.split('/').filter(|name| is_pattern(name)) {
                Glob::rule(name).map_err(|error| E::custom(format!("{}: {error}", quote(text))))?;
            }
            return Ok(FileRef::Path(text.to_owned()));
        }
        let known = FileRole::parse(text).map(|(component, role)| FileRef::Known(component, role));
        known.ok_or_else(|| {
            let names = FileRole::names();
            let near = suggestions(text, names.iter().map(String::as_str));
            let what = "is neither a path that starts with / nor a file such as kubelet.config";
            E::custom(format!("{} {what}{near}", quote(text)))
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FileRef, A::Error> {
        SettingProbe::deserialize(MapAccessDeserializer::new(map)).map(|setting| FileRef::Setting(Box::new(setting)))
    }
}

#[cfg(test)]
impl schemars::JsonSchema for FileRef {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FileRef".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let setting = generator.subschema_for::<SettingProbe>();
        let names = FileRole::names();
        schemars::json_schema!({
            "description": "A path or glob, a file of a component, or the path that a setting holds",
            "anyOf": [{ "type": "string", "pattern": "^/" }, { "enum": names }, setting],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_form() {
        let read = |yaml: &str| serde_saphyr::from_str::<FileRef>(yaml).map_err(|error| error.to_string());
        let cases = [
            ("/etc/kubernetes/pki", "/etc/kubernetes/pki"),
            ("kubelet.ca-file", "kubelet.ca-file"),
            ("{ component: apiserver, flag: client-ca-file }", "the path in flag --client-ca-file of kube-apiserver"),
        ];
        for (yaml, description) in cases {
            assert_eq!(read(yaml).map(|file| file.describe()).as_deref(), Ok(description));
        }
        let long = format!("/{}", "a".repeat(MAX_PATH));
        for (yaml, message) in [
            (
                "kubelet.confg",
                "`kubelet.confg` is neither a path that starts with / nor a file such as kubelet.config; did you mean",
            ),
            ("etc/passwd", "is neither a path"),
            (long.as_str(), "a path has at most 4096 bytes"),
        ] {
            let error = read(yaml).expect_err(yaml);
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn only_a_path_without_wildcards_is_fixed() {
        let fixed = |path: &str| FileRef::Path(path.to_owned()).fixed_path();
        assert_eq!(fixed("/etc/passwd"), Some(HostPath::host("/etc/passwd")));
        assert_eq!(fixed("/etc/*"), None);
        assert_eq!(FileRef::Known(Component::Kubelet, FileRole::Config).fixed_path(), None);
    }

    #[test]
    fn roles_have_names() {
        for name in FileRole::names() {
            assert_eq!(FileRole::parse(&name).map(|(component, role)| role.of(component)), Some(name));
        }
        assert_eq!(FileRole::parse("kubelet.nothing"), None);
    }
}
