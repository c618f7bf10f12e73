//! The setting probe: which setting is meant, and the sources that can set it. `effective` collects it.

use super::key::sources_key;
use super::path::DocumentPath;
use super::versioned_default::VersionedDefault;
use crate::model::{Component, Value, ValueKind, parse_duration};
use crate::text::quote;
use crate::yaml::{OneOrMany, scalar_text};
use serde::Deserialize;
use serde_json::Value as Json;

/// A setting of a component, and the sources that can set it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "RawSetting"))]
#[serde(try_from = "RawSetting")]
pub struct SettingProbe {
    /// The component.
    pub component: Component,
    /// The flag, without dashes.
    pub flag: Option<String>,
    /// The environment variable.
    pub env: Option<String>,
    /// The path in the configuration file of the component.
    pub path: Option<DocumentPath>,
    /// The type of the value.
    pub kind: ValueKind,
    /// Of a map: the keys, of which the first that is set counts.
    pub keys: Vec<String>,
    /// The documented default of a component that is started with flags alone.
    pub default_with_flags: Option<VersionedDefault>,
    /// The documented default of a component that is given a configuration file.
    pub default_with_file: Option<VersionedDefault>,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawSetting {
    component: Component,
    flag: Option<String>,
    env: Option<String>,
    path: Option<DocumentPath>,
    #[serde(default)]
    kind: ValueKind,
    key: Option<OneOrMany<String>>,
    default: Option<Json>,
}

impl TryFrom<RawSetting> for SettingProbe {
    type Error = String;

    fn try_from(raw: RawSetting) -> Result<Self, String> {
        if raw.flag.is_none() && raw.path.is_none() && raw.env.is_none() {
            return Err("a setting has a `flag`, an `env` or a `path`".to_owned());
        }
        let (with_flags, with_file) = match &raw.default {
            Some(Json::Object(apart)) => {
                if let Some(other) = apart.keys().find(|key| !matches!(key.as_str(), "flags" | "file")) {
                    return Err(format!(
                        "a default is either a value or has the keys `flags` and `file`, not {}",
                        quote(other)
                    ));
                }
                (apart.get("flags"), apart.get("file"))
            }
            other => (other.as_ref(), other.as_ref()),
        };
        let read = |json: &Json| VersionedDefault::read(json, &|json| default_value(raw.kind, json));
        let default = |json: Option<&Json>| json.map(read).transpose();
        let (default_with_flags, default_with_file) = (default(with_flags)?, default(with_file)?);
        Ok(Self {
            component: raw.component,
            flag: raw.flag,
            env: raw.env,
            path: raw.path,
            kind: raw.kind,
            keys: map_keys(raw.kind, raw.key)?,
            default_with_flags,
            default_with_file,
        })
    }
}

/// A documented default in the type of the setting. Unlike a value in effect it may be an empty list.
fn default_value(kind: ValueKind, json: &Json) -> Result<Value, String> {
    let wrong = |what: &str| format!("the default {} is not {what}", quote(&json.to_string()));
    match kind {
        ValueKind::Text => scalar_text(json).map(Value::Text).ok_or_else(|| wrong("a text")),
        ValueKind::Bool | ValueKind::Map => json.as_bool().map(Value::Bool).ok_or_else(|| wrong("true or false")),
        ValueKind::Number => json.as_i64().map(Value::Number).ok_or_else(|| wrong("a whole number")),
        ValueKind::Duration => {
            json.as_str().and_then(parse_duration).map(Value::Duration).ok_or_else(|| wrong("a duration such as 4h"))
        }
        ValueKind::List | ValueKind::Urls | ValueKind::Overrides => {
            let items = json.as_array().and_then(|items| items.iter().map(scalar_text).collect());
            items.map(Value::List).ok_or_else(|| wrong("a list of texts"))
        }
    }
}

/// The keys of a map. Only a map has keys, and it always has.
pub(super) fn map_keys(kind: ValueKind, key: Option<OneOrMany<String>>) -> Result<Vec<String>, String> {
    let keys = key.map(|OneOrMany(keys)| keys).unwrap_or_default();
    if keys.is_empty() == (kind == ValueKind::Map) {
        return Err("`key` goes with `kind: map`, and a map needs it".to_owned());
    }
    Ok(keys)
}

impl SettingProbe {
    /// The sources, in words: `flag --profiling of kube-apiserver`.
    pub(super) fn describe_sources(&self) -> String {
        let flag = self.flag.as_ref().map(|flag| format!("flag --{flag}"));
        let env = self.env.as_ref().map(|env| format!("variable {env}"));
        let path = self.path.as_ref().map(|path| format!("{path} in its configuration file"));
        let sources: Vec<String> = flag.into_iter().chain(env).chain(path).collect();
        format!("{} of {}", sources.join(", "), self.component.program())
    }

    /// `kubelet/--anonymous-auth,authentication.anonymous.enabled`.
    pub(super) fn sources_key(&self) -> String {
        let path = self.path.as_ref().map(ToString::to_string);
        sources_key(self.component, self.flag.as_deref(), self.env.as_deref(), path.as_deref(), &self.keys)
    }

    /// The shortest name of the setting: `--profiling`.
    pub(super) fn name(&self) -> String {
        let name = match (&self.flag, &self.path, &self.env) {
            (Some(flag), ..) => format!("--{flag}"),
            (None, Some(path), _) => path.to_string(),
            (None, None, env) => return env.clone().unwrap_or_default(),
        };
        match self.keys.first() {
            Some(key) => format!("{name} {key}"),
            None => name,
        }
    }
}

impl SettingProbe {
    /// The name of the setting in evidence. A kubelet's has the name that is used in its file first, then the flag.
    pub(super) fn attribute(&self) -> String {
        match (self.component, &self.flag, &self.path, &self.keys[..]) {
            (Component::Kubelet, Some(flag), Some(path), []) => format!("{path} (--{flag})"),
            (Component::Kubelet, Some(flag), Some(path), [key, ..]) => format!("{path} {key} (--{flag})"),
            _ => self.name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::KubernetesVersions;

    fn read(yaml: &str) -> Result<SettingProbe, String> {
        serde_saphyr::from_str(yaml).map_err(|error| error.to_string())
    }

    #[test]
    fn describes_its_sources() {
        let cases = [
            ("{ component: apiserver, flag: profiling }", "flag --profiling of kube-apiserver", "--profiling"),
            (
                "{ component: etcd, flag: cert-file, env: ETCD_CERT_FILE, path: client-transport-security.cert-file }",
                "flag --cert-file, variable ETCD_CERT_FILE, client-transport-security.cert-file in its configuration file of etcd",
                "--cert-file",
            ),
            (
                "{ component: kubelet, path: a.b, kind: map, key: [x, y] }",
                "a.b in its configuration file of kubelet",
                "a.b x",
            ),
            ("{ component: etcd, env: ETCD_NAME }", "variable ETCD_NAME of etcd", "ETCD_NAME"),
        ];
        for (yaml, sources, name) in cases {
            let probe = read(yaml).expect(yaml);
            assert_eq!((probe.describe_sources().as_str(), probe.name().as_str()), (sources, name), "{yaml}");
        }
    }

    #[test]
    fn a_default_is_in_the_type_of_the_setting() {
        let list = |items: &[&str]| Value::List(items.iter().map(|item| (*item).to_owned()).collect());
        let cases = [
            ("kind: bool, default: false", Value::Bool(false), Value::Bool(false)),
            ("kind: bool, default: { flags: true, file: false }", Value::Bool(true), Value::Bool(false)),
            ("kind: number, default: 0", Value::Number(0), Value::Number(0)),
            (
                "kind: number, default: { flags: [{ value: 5 }, { value: 50, since: '1.27' }], file: 1 }",
                Value::Number(5),
                Value::Number(1),
            ),
            ("kind: list, default: []", list(&[]), list(&[])),
            ("default: /etc/x", Value::Text("/etc/x".to_owned()), Value::Text("/etc/x".to_owned())),
        ];
        for (yaml, with_flags, with_file) in cases {
            let probe = read(&format!("{{ component: kubelet, flag: f, {yaml} }}")).expect(yaml);
            let value = |default: Option<VersionedDefault>| default?.oldest(KubernetesVersions::UNKNOWN).cloned();
            let found = (value(probe.default_with_flags), value(probe.default_with_file));
            assert_eq!(found, (Some(with_flags), Some(with_file)), "{yaml}");
        }
    }

    #[test]
    fn refuses_what_does_not_fit_together() {
        let cases = [
            ("kind: bool", "a setting has a `flag`, an `env` or a `path`"),
            ("flag: f, kind: map", "a map needs it"),
            ("flag: f, key: x", "`key` goes with `kind: map`"),
            ("flag: f, kind: duration, default: 4 hours", "the default `\"4 hours\"` is not a duration"),
            ("flag: f, kind: bool, default: { flag: true }", "not `flag`"),
        ];
        for (yaml, message) in cases {
            let error = read(&format!("{{ component: kubelet, {yaml} }}")).expect_err(yaml);
            assert!(error.contains(message), "{yaml}: {error}");
        }
    }
}
