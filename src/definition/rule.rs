//! A rule as it is written in the catalogue, and how it becomes a rule to judge.

use super::template::place_of;
use super::{Assertion, Rule, Template, Test, WhenMissing, WhenUnset};
use crate::component::Component;
use crate::operator::{Written, WrittenExpectation};
use crate::probe::{At, DocumentPath, DocumentProbe, FileProbe, Probe, ProcessProbe, Select, SettingProbe, Tree};
use crate::value::{Value, ValueKind, parse_duration};
use globset::Glob;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value as Json;

/// Parameter values by name.
pub(super) type Params = IndexMap<String, Json>;

/// One entry of a catalogue file.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct WrittenRule {
    pub(super) id: String,
    title: String,
    #[serde(default)]
    params: Params,
    file: Option<WrittenFile>,
    process: Option<WrittenProcess>,
    setting: Option<WrittenSetting>,
    document: Option<WrittenDocument>,
    expect: Option<WrittenExpectation>,
    when_unset: Option<WhenUnset>,
    when_missing: Option<WhenMissing>,
    all_of: Option<Vec<WrittenTest>>,
    any_of: Option<Vec<WrittenTest>>,
    needs: Option<Component>,
    steps: Option<String>,
    why: String,
    impact: Option<String>,
    fix: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct WrittenTest {
    file: Option<WrittenFile>,
    process: Option<WrittenProcess>,
    setting: Option<WrittenSetting>,
    document: Option<WrittenDocument>,
    expect: Option<WrittenExpectation>,
    when_unset: Option<WhenUnset>,
    when_missing: Option<WhenMissing>,
    all_of: Option<Vec<Self>>,
    any_of: Option<Vec<Self>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenFile {
    at: OneOrMany<WrittenAt>,
    tree: Option<Tree>,
    #[serde(default)]
    names: Vec<GlobText>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenProcess {
    component: Component,
    flag: Option<String>,
    env: Option<String>,
    #[serde(default)]
    kind: ValueKind,
    key: Option<OneOrMany<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenSetting {
    component: Component,
    flag: Option<String>,
    env: Option<String>,
    path: Option<PathText>,
    #[serde(default)]
    kind: ValueKind,
    key: Option<OneOrMany<String>>,
    default: Option<Json>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenDocument {
    at: WrittenAt,
    select: WrittenSelect,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrittenSelect {
    Path(PathText),
    EncryptionWriter(String),
    AuditLevel(WrittenAuditLevel),
    SameCertificatesAs(WrittenAt),
    Unit(UnitText),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WrittenAuditLevel {
    group: String,
    resource: String,
    verb: String,
}

/// `/a/path`, `kubelet.config`, or a setting that holds a path.
#[derive(Debug, Clone)]
struct WrittenAt(At);

impl<'de> Deserialize<'de> for WrittenAt {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let json = Json::deserialize(deserializer)?;
        let at = match &json {
            Json::String(text) if text.starts_with('/') => At::Path(text.clone()),
            Json::String(text) => {
                let (component, kind) = place_of(text).ok_or_else(|| {
                    D::Error::custom(format!(
                        "`{text}` is neither a path that starts with / nor a place such as kubelet.config"
                    ))
                })?;
                At::Known(component, kind)
            }
            _ => {
                let written: WrittenSetting = serde_json::from_value(json).map_err(D::Error::custom)?;
                At::Setting(Box::new(written.build().map_err(D::Error::custom)?))
            }
        };
        Ok(Self(at))
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl<T: Clone> OneOrMany<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::Many(items) => items,
            Self::One(item) => vec![item],
        }
    }
}

/// Declares a type read from text by a checking function, so that an error has its place in the file.
macro_rules! checked_text {
    ($name:ident($inner:ty), $read:expr) => {
        #[derive(Debug, Clone)]
        struct $name($inner);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let read: Result<$inner, String> = $read(text);
                read.map(Self).map_err(serde::de::Error::custom)
            }
        }
    };
}

checked_text!(PathText(DocumentPath), |text: String| text.parse::<DocumentPath>().map_err(|e| e.to_string()));
checked_text!(GlobText(String), |text: String| match Glob::new(&text) {
    Ok(_) => Ok(text),
    Err(e) => Err(e.to_string()),
});
checked_text!(UnitText((String, String)), |text: String| {
    let pair = text.split_once('.').map(|(section, key)| (section.to_owned(), key.to_owned()));
    pair.ok_or_else(|| format!("`{text}` is not SECTION.KEY"))
});

impl WrittenRule {
    /// Its own parameters.
    pub(super) const fn params(&self) -> &Params {
        &self.params
    }

    /// The rule with `given` over its own parameters.
    pub(super) fn build(&self, given: &Params) -> Result<Rule, String> {
        if let Some(unknown) = given.keys().find(|name| !self.params.contains_key(*name)) {
            return Err(format!("rule `{}` has no parameter `{unknown}`", self.id));
        }
        let params = |name: &str| given.get(name).or_else(|| self.params.get(name)).cloned();
        let text = |written: &str| {
            Template::parse(written, &|name| {
                params(name).map(|json| match json {
                    Json::Array(items) => items.iter().map(show).collect::<Vec<_>>().join(", "),
                    other => show(&other),
                })
            })
            .map_err(|e| format!("rule `{}`: {e}", self.id))
        };
        let plain = |written: &str| text(written).map(|t| t.render(&mut |_, _| None));
        let test = WrittenTest {
            file: self.file.clone(),
            process: self.process.clone(),
            setting: self.setting.clone(),
            document: self.document.clone(),
            expect: self.expect.clone(),
            when_unset: self.when_unset,
            when_missing: self.when_missing,
            all_of: self.all_of.clone(),
            any_of: self.any_of.clone(),
        };
        let assertion = match &self.steps {
            Some(steps) if test.is_empty() => Assertion::Manual(text(steps)?),
            Some(_) => return Err(format!("rule `{}` has both steps and a probe", self.id)),
            None => test.build(&params).map_err(|e| format!("rule `{}`: {e}", self.id))?,
        };
        Ok(Rule {
            id: self.id.clone(),
            title: plain(&self.title)?,
            assertion,
            needs: self.needs,
            why: plain(&self.why)?,
            impact: self.impact.as_deref().map(plain).transpose()?,
            fix: text(&self.fix)?,
        })
    }
}

fn show(json: &Json) -> String {
    String::read(json).unwrap_or_else(|_| json.to_string())
}

impl WrittenTest {
    const fn is_empty(&self) -> bool {
        self.probes() == 0 && self.all_of.is_none() && self.any_of.is_none()
    }

    const fn probes(&self) -> usize {
        self.file.is_some() as usize
            + self.process.is_some() as usize
            + self.setting.is_some() as usize
            + self.document.is_some() as usize
    }

    fn build(&self, params: &dyn Fn(&str) -> Option<Json>) -> Result<Assertion, String> {
        let several = |inner: &[Self]| inner.iter().map(|t| t.build(params)).collect::<Result<Vec<_>, _>>();
        match (&self.all_of, &self.any_of, self.probes()) {
            (Some(inner), None, 0) if !inner.is_empty() => Ok(Assertion::AllOf(several(inner)?)),
            (None, Some(inner), 0) if !inner.is_empty() => Ok(Assertion::AnyOf(several(inner)?)),
            (None, None, 1) => {
                let expect = self.expect.as_ref().ok_or("a probe needs `expect`")?.fill(params)?;
                let probe = self.probe()?;
                if expect.is_about_files() != matches!(probe, Probe::File(_)) {
                    return Err("mode-at-most and owned-by go with a file probe, and no other operator does".to_owned());
                }
                Ok(Assertion::Test(Test {
                    probe,
                    expect,
                    when_unset: self.when_unset.unwrap_or_default(),
                    when_missing: self.when_missing.unwrap_or_default(),
                }))
            }
            _ => Err("exactly one of file, process, setting, document, all-of, any-of and steps is needed".to_owned()),
        }
    }

    fn probe(&self) -> Result<Probe, String> {
        if let Some(file) = &self.file {
            return Ok(Probe::File(FileProbe {
                at: file.at.clone().into_vec().into_iter().map(|WrittenAt(at)| at).collect(),
                tree: file.tree,
                names: file.names.iter().map(|GlobText(glob)| glob.clone()).collect(),
            }));
        }
        if let Some(process) = &self.process {
            if process.flag.is_some() == process.env.is_some() {
                return Err("a process probe names either a flag or an env".to_owned());
            }
            return Ok(Probe::Process(ProcessProbe {
                component: process.component,
                flag: process.flag.clone(),
                env: process.env.clone(),
                kind: process.kind,
                keys: keys(process.kind, process.key.as_ref())?,
            }));
        }
        if let Some(setting) = &self.setting {
            return Ok(Probe::Setting(setting.build()?));
        }
        let document = self.document.as_ref().ok_or("there is no probe")?;
        let WrittenAt(at) = document.at.clone();
        Ok(Probe::Document(DocumentProbe { at, select: document.select.build() }))
    }
}

impl WrittenSetting {
    fn build(&self) -> Result<SettingProbe, String> {
        if self.flag.is_none() && self.path.is_none() && self.env.is_none() {
            return Err("a setting has a flag, an env or a path".to_owned());
        }
        let (with_flags, with_file) = match &self.default {
            Some(Json::Object(apart)) => {
                if let Some(other) = apart.keys().find(|k| !matches!(k.as_str(), "flags" | "file")) {
                    return Err(format!("a default is given for `flags` and `file`, not for `{other}`"));
                }
                (apart.get("flags"), apart.get("file"))
            }
            other => (other.as_ref(), other.as_ref()),
        };
        let default = |json: Option<&Json>| json.map(|j| default_value(self.kind, j)).transpose();
        Ok(SettingProbe {
            component: self.component,
            flag: self.flag.clone(),
            env: self.env.clone(),
            path: self.path.as_ref().map(|PathText(path)| path.clone()),
            kind: self.kind,
            keys: keys(self.kind, self.key.as_ref())?,
            default_with_flags: default(with_flags)?,
            default_with_file: default(with_file)?,
        })
    }
}

/// A documented default in the setting's type. Here an empty list is a value: the component has none.
fn default_value(kind: ValueKind, json: &Json) -> Result<Value, String> {
    let wrong = |what: &str| format!("the default {json} is not {what}");
    match kind {
        ValueKind::Text => String::read(json).map(Value::Text),
        ValueKind::Bool | ValueKind::Map => json.as_bool().map(Value::Bool).ok_or_else(|| wrong("true or false")),
        ValueKind::Number => json.as_i64().map(Value::Number).ok_or_else(|| wrong("a whole number")),
        ValueKind::Duration => {
            json.as_str().and_then(parse_duration).map(Value::Duration).ok_or_else(|| wrong("a duration such as 4h"))
        }
        ValueKind::List => {
            let items = json.as_array().ok_or_else(|| wrong("a list"))?;
            items.iter().map(String::read).collect::<Result<_, _>>().map(Value::List)
        }
    }
}

fn keys(kind: ValueKind, key: Option<&OneOrMany<String>>) -> Result<Vec<String>, String> {
    let keys = key.cloned().map(OneOrMany::into_vec).unwrap_or_default();
    if keys.is_empty() == (kind == ValueKind::Map) {
        return Err("`key` goes with `kind: map`, and a map needs it".to_owned());
    }
    Ok(keys)
}

impl WrittenSelect {
    fn build(&self) -> Select {
        match self {
            Self::Path(PathText(path)) => Select::Path(path.clone()),
            Self::EncryptionWriter(resource) => Select::EncryptionWriter(resource.clone()),
            Self::AuditLevel(level) => Select::AuditLevel {
                group: level.group.clone(),
                resource: level.resource.clone(),
                verb: level.verb.clone(),
            },
            Self::SameCertificatesAs(WrittenAt(at)) => Select::SameCertificates(Box::new(at.clone())),
            Self::Unit(UnitText((section, key))) => Select::Unit { section: section.clone(), key: key.clone() },
        }
    }
}
