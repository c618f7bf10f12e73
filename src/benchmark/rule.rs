//! How a rule as it is written becomes a rule to judge, and everything that can be wrong with it beyond its shape.

use super::raw::{
    GlobText, Params, PathText, RawAt, RawDocument, RawFile, RawProcess, RawRule, RawSelect, RawSetting, RawTest,
    UnitText,
};
use super::{Assertion, Rule, Template, Test, Text, WhenMissing, WhenUnset};
use crate::expectation::{MustBeTrue, Operand, RawExpectation};
use crate::model::{Value, ValueKind, parse_duration};
use crate::probe::{DocumentProbe, FileProbe, Probe, ProcessProbe, Select, SettingProbe};
use crate::text::suggestions;
use crate::yaml::OneOrMany;
use serde_json::Value as Json;

/// What is tested: the keys that a rule and each test inside of one have alike.
struct Parts<'w> {
    file: Option<&'w RawFile>,
    process: Option<&'w RawProcess>,
    setting: Option<&'w RawSetting>,
    document: Option<&'w RawDocument>,
    expect: Option<&'w RawExpectation>,
    when_unset: Option<WhenUnset>,
    when_missing: Option<WhenMissing>,
    all_of: Option<&'w [RawTest]>,
    any_of: Option<&'w [RawTest]>,
}

/// The parts of a rule, or of a test inside of one.
macro_rules! parts {
    ($of:expr) => {
        Parts {
            file: $of.file.as_ref(),
            process: $of.process.as_deref(),
            setting: $of.setting.as_deref(),
            document: $of.document.as_deref(),
            expect: $of.expect.as_ref(),
            when_unset: $of.when_unset,
            when_missing: $of.when_missing,
            all_of: $of.all_of.as_deref(),
            any_of: $of.any_of.as_deref(),
        }
    };
}

impl RawRule {
    /// Its name.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Its own parameters.
    pub(super) const fn params(&self) -> &Params {
        &self.params
    }

    /// The rule with `given` over its own parameters, or everything that is wrong with it.
    pub(super) fn build(&self, given: &Params) -> Result<Rule, Vec<RuleDiagnostic>> {
        let mut faults: Vec<RuleDiagnostic> = Vec::new();
        let names: Vec<&str> = self.params.keys().map(String::as_str).collect();
        for name in given.keys().filter(|name| !self.params.contains_key(*name)) {
            let near = suggestions(name, names.iter().copied());
            let message = format!("rule `{}` has no parameter `{name}`{near}", self.id);
            faults.push(RuleDiagnostic { param: Some(name.clone()), ..RuleDiagnostic::new(&[], message) });
        }
        if !is_kebab(&self.id) {
            let message = format!("`{}` is no name for a rule: small letters, digits and single dashes", self.id);
            faults.push(RuleDiagnostic::new(&["id"], message));
        }
        let params = |name: &str| given.get(name).or_else(|| self.params.get(name)).cloned();
        let shown = |name: &str| params(name).map(|json| show(&json));
        let mut text = |key: &str, written: &Text| {
            Template::parse(written, &shown, &names).unwrap_or_else(|wrong| {
                faults.extend(
                    wrong
                        .into_iter()
                        .map(|w| RuleDiagnostic { offset: Some(w.offset), ..RuleDiagnostic::new(&[key], w.message) }),
                );
                Template::default()
            })
        };
        let title = text("title", &self.title).into_text();
        let why = text("why", &self.why).into_text();
        let impact = self.impact.as_ref().map(|impact| text("impact", impact).into_text());
        let fix = text("fix", &self.fix);
        let steps = self.steps.as_ref().map(|steps| text("steps", steps));
        let test = parts!(self);
        let assertion = match steps {
            Some(steps) if test.is_empty() => Some(Assertion::Manual(steps)),
            Some(_) => {
                faults.push(RuleDiagnostic::new(&["steps"], "a rule has either steps or a probe, not both".to_owned()));
                None
            }
            None => test.build(&params, &mut Vec::new(), &mut faults),
        };
        match assertion {
            Some(assertion) if faults.is_empty() => Ok(Rule {
                id: self.id.clone(),
                title,
                assertion,
                severity: None,
                needs: self.needs,
                rationale: why,
                impact,
                remediation: fix,
            }),
            _ => Err(faults),
        }
    }
}

/// What is wrong with a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RuleDiagnostic {
    /// Keys and positions, from the rule down.
    pub(super) path: Vec<String>,
    /// Where in the text at the end of the path, in bytes.
    pub(super) offset: Option<usize>,
    /// The parameter that is to blame.
    pub(super) param: Option<String>,
    /// What is wrong, and what would be right.
    pub(super) message: String,
}

impl RuleDiagnostic {
    fn new(path: &[&str], message: String) -> Self {
        let path = path.iter().map(|step| (*step).to_owned()).collect();
        Self { path, offset: None, param: None, message }
    }
}

fn is_kebab(id: &str) -> bool {
    id.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
}

fn show(json: &Json) -> String {
    match json {
        Json::Array(items) => items.iter().map(show).collect::<Vec<_>>().join(", "),
        other => String::read(other).unwrap_or_else(|_| other.to_string()),
    }
}

impl Parts<'_> {
    const fn is_empty(&self) -> bool {
        self.probes() == 0 && self.all_of.is_none() && self.any_of.is_none()
    }

    const fn probes(&self) -> usize {
        self.file.is_some() as usize
            + self.process.is_some() as usize
            + self.setting.is_some() as usize
            + self.document.is_some() as usize
    }

    /// `path`: where in the rule this test stands.
    fn build(
        &self,
        params: &dyn Fn(&str) -> Option<Json>,
        path: &mut Vec<String>,
        faults: &mut Vec<RuleDiagnostic>,
    ) -> Option<Assertion> {
        match (self.all_of, self.any_of, self.probes()) {
            (Some(inner), None, 0) if !inner.is_empty() => {
                build_all(inner, "all-of", params, path, faults).map(Assertion::AllOf)
            }
            (None, Some(inner), 0) if !inner.is_empty() => {
                build_all(inner, "any-of", params, path, faults).map(Assertion::AnyOf)
            }
            (None, None, 1) => self.build_one(params, path, faults).map(Assertion::Test),
            _ => {
                let message = "exactly one of file, process, setting, document, all-of, any-of and steps is needed, \
                               and a list must not be empty";
                faults.push(RuleDiagnostic { path: path.clone(), ..RuleDiagnostic::new(&[], message.to_owned()) });
                None
            }
        }
    }

    fn build_one(
        &self,
        params: &dyn Fn(&str) -> Option<Json>,
        path: &[String],
        faults: &mut Vec<RuleDiagnostic>,
    ) -> Option<Test> {
        let mut tell = |key: &str, message: String, param: Option<String>| {
            let mut path = path.to_vec();
            path.extend((!key.is_empty()).then(|| key.to_owned()));
            faults.push(RuleDiagnostic { path, offset: None, param, message });
        };
        let probe = self.probe().map_err(|message| tell(self.probe_key(), message, None)).ok();
        let expect = match self.expect {
            Some(expect) => expect.fill(params).map_err(|bad| tell("expect", bad.to_string(), Some(bad.name))).ok(),
            None => {
                tell(self.probe_key(), "a probe needs `expect` beside it".to_owned(), None);
                None
            }
        };
        let (probe, expect) = (probe?, expect?);
        if expect.is_about_files() != matches!(probe, Probe::File(_)) {
            let message = "mode-at-most and owned-by go with a file probe, and no other operator does";
            tell("expect", message.to_owned(), None);
            return None;
        }
        Some(Test {
            probe,
            expect,
            when_unset: self.when_unset.unwrap_or_default(),
            when_missing: self.when_missing.unwrap_or_default(),
        })
    }

    const fn probe_key(&self) -> &'static str {
        match (self.file, self.process, self.setting, self.document) {
            (Some(_), ..) => "file",
            (None, Some(_), ..) => "process",
            (None, None, Some(_), _) => "setting",
            (None, None, None, Some(_)) => "document",
            (None, None, None, None) => "",
        }
    }

    fn probe(&self) -> Result<Probe, String> {
        if let Some(file) = self.file {
            return Ok(Probe::File(FileProbe {
                at: file.at.0.clone().into_iter().map(|RawAt(at)| at).collect(),
                tree: file.tree,
                names: file.names.iter().map(|GlobText(glob)| glob.clone()).collect(),
            }));
        }
        if let Some(process) = self.process {
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
        if let Some(setting) = self.setting {
            return Ok(Probe::Setting(setting.build()?));
        }
        let document = self.document.ok_or("there is no probe")?;
        let RawAt(at) = document.at.clone();
        Ok(Probe::Document(DocumentProbe { at, select: document.select.build() }))
    }
}

/// Builds each test of a list, so that the faults of all are told.
fn build_all(
    inner: &[RawTest],
    key: &str,
    params: &dyn Fn(&str) -> Option<Json>,
    path: &mut Vec<String>,
    faults: &mut Vec<RuleDiagnostic>,
) -> Option<Vec<Assertion>> {
    let depth = path.len();
    let mut built = Vec::with_capacity(inner.len());
    for (position, test) in inner.iter().enumerate() {
        path.extend([key.to_owned(), position.to_string()]);
        built.push(parts!(test).build(params, path, faults));
        path.truncate(depth);
    }
    built.into_iter().collect()
}

impl RawSetting {
    pub(super) fn build(&self) -> Result<SettingProbe, String> {
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
    let keys = key.map(|OneOrMany(keys)| keys.clone()).unwrap_or_default();
    if keys.is_empty() == (kind == ValueKind::Map) {
        return Err("`key` goes with `kind: map`, and a map needs it".to_owned());
    }
    Ok(keys)
}

impl RawSelect {
    fn build(&self) -> Select {
        match self {
            Self::Path(PathText(path)) => Select::Path(path.clone()),
            Self::EncryptionWriter(resource) => Select::EncryptionWriter(resource.clone()),
            Self::AuditLevel(level) => Select::AuditLevel {
                group: level.group.clone(),
                resource: level.resource.clone(),
                verb: level.verb.clone(),
            },
            Self::AuditLevels(MustBeTrue) => Select::AuditLevels,
            Self::SameCertificatesAs(RawAt(at)) => Select::SameCertificates(Box::new(at.clone())),
            Self::Unit(UnitText((section, key))) => Select::Unit { section: section.clone(), key: key.clone() },
        }
    }
}
