//! The process probe: a flag or an environment variable exactly as a process was given it.

use super::batch::Batch;
use super::collect::Collect;
use super::context::CollectContext;
use super::key::sources_key;
use super::setting::map_keys;
use crate::model::{Component, Evidence, EvidenceKind, Observation, Observed, Reading, Value, ValueKind};
use crate::node::Instance;
use crate::source::node::Process;
use crate::text::quote;
use crate::yaml::OneOrMany;
use serde::Deserialize;

/// A flag or an environment variable of the processes of a component.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "RawProcess"))]
#[serde(try_from = "RawProcess")]
pub struct ProcessProbe {
    pub(crate) component: Component,
    pub(crate) input: ProcessInput,
    pub(crate) kind: ValueKind,
    /// Of a map: the keys, of which the first that is set counts.
    keys: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum ProcessInput {
    /// A flag, without dashes.
    Flag(String),
    /// An environment variable.
    Variable(String),
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawProcess {
    component: Component,
    flag: Option<String>,
    env: Option<String>,
    #[serde(default)]
    kind: ValueKind,
    key: Option<OneOrMany<String>>,
}

impl ProcessProbe {
    /// The flag that it reads, if it reads one.
    pub(crate) fn flag(&self) -> Option<&str> {
        match &self.input {
            ProcessInput::Flag(flag) => Some(flag),
            ProcessInput::Variable(_) => None,
        }
    }
}

impl TryFrom<RawProcess> for ProcessProbe {
    type Error = String;

    fn try_from(raw: RawProcess) -> Result<Self, String> {
        let input = match (raw.flag, raw.env) {
            (Some(flag), None) => ProcessInput::Flag(flag),
            (None, Some(variable)) => ProcessInput::Variable(variable),
            (Some(_), Some(_)) | (None, None) => return Err("a process probe has either `flag` or `env`".to_owned()),
        };
        Ok(Self { component: raw.component, input, kind: raw.kind, keys: map_keys(raw.kind, raw.key)? })
    }
}

impl Collect for ProcessProbe {
    fn describe(&self) -> String {
        match &self.input {
            ProcessInput::Flag(flag) => format!("flag --{flag} of {}", self.component.program()),
            ProcessInput::Variable(variable) => format!("variable {variable} of {}", self.component.program()),
        }
    }

    fn key(&self) -> String {
        let (flag, env) = match &self.input {
            ProcessInput::Flag(flag) => (Some(flag.as_str()), None),
            ProcessInput::Variable(variable) => (None, Some(variable.as_str())),
        };
        sources_key(self.component, flag, env, None, &self.keys)
    }

    fn evidence_kind(&self) -> EvidenceKind {
        EvidenceKind::Value
    }

    fn add_to(&self, batch: &mut Batch) {
        match &self.input {
            ProcessInput::Flag(_) => {}
            ProcessInput::Variable(variable) => batch.add_variable(self.component, variable),
        }
    }

    fn collect(&self, context: &CollectContext<'_>) -> Evidence {
        let (attribute, source) = match &self.input {
            ProcessInput::Flag(flag) => (format!("--{flag}"), "command line"),
            ProcessInput::Variable(variable) => (variable.clone(), "environment"),
        };
        context.each_instance(self.component, &attribute, |instance| {
            let value = match &self.input {
                ProcessInput::Flag(flag) => flag_value(instance, flag, self.kind, &self.keys),
                ProcessInput::Variable(variable) => variable_value(context, instance, variable, self.kind, &self.keys),
            };
            Observation {
                subject: context.subject(instance),
                process: Some(instance.process.pid),
                attribute: attribute.clone(),
                observed: match value {
                    Ok(Some(value)) => Observed::Value(value),
                    Ok(None) => Observed::Unset { default: None },
                    Err(reason) => Observed::Unknown(reason),
                },
                source: instance.settings_source.clone().unwrap_or_else(|| source.to_owned()),
            }
        })
    }
}

/// The value of a flag in effect. An empty value counts as none, as it does for the components.
pub(super) fn flag_value(
    instance: &Instance,
    flag: &str,
    kind: ValueKind,
    keys: &[String],
) -> Result<Option<Value>, String> {
    value_by_names(instance, &[flag], kind, keys)
}

/// The value in effect of a flag with these names, of which the first is the usual one.
pub(super) fn value_by_names(
    instance: &Instance,
    names: &[&str],
    kind: ValueKind,
    keys: &[String],
) -> Result<Option<Value>, String> {
    if let Some(reason) = &instance.unknown_settings {
        return Err(reason.clone());
    }
    if instance.process.pid == Process::NO_NUMBER {
        return Err(format!("the command line of {} is not shown by configz", instance.component.program()));
    }
    if instance.process.truncated {
        return Err(format!("the command line of process {} is longer than what is read of it", instance.process.pid));
    }
    let flag = names.first().copied().unwrap_or_default();
    match instance.arguments.get_any(names, kind == ValueKind::Bool) {
        Reading::NotGiven => Ok(None),
        Reading::Values(texts) => kind.of_texts(&texts, keys).map_err(|error| format!("--{flag}: {error}")),
        Reading::Ambiguous { word } => Err(format!(
            "{} may be the value of the flag before it, so its effect is unknown; write that flag with `=`",
            quote(&word)
        )),
    }
}

/// Whether a flag is on the command line, with a value or without.
pub(super) fn is_given(instance: &Instance, flag: &str) -> bool {
    instance.arguments.get(flag, false) != Reading::NotGiven
}

/// The value of an environment variable. An empty value counts as none.
pub(super) fn variable_value(
    context: &CollectContext<'_>,
    instance: &Instance,
    name: &str,
    kind: ValueKind,
    keys: &[String],
) -> Result<Option<Value>, String> {
    match context.variable(instance, name) {
        Ok(None) => Ok(None),
        Ok(Some(text)) if text.is_empty() => Ok(None),
        Ok(Some(text)) => kind.of_texts(&[&text], keys).map_err(|error| format!("{name}: {error}")),
        Err(error) => Err(format!("the environment of process {} {error}", instance.process.pid)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_flag_or_a_variable() {
        let read = |yaml: &str| serde_saphyr::from_str::<ProcessProbe>(yaml).map_err(|error| error.to_string());
        let cases = [
            ("{ component: kubelet, flag: anonymous-auth, kind: bool }", "flag --anonymous-auth of kubelet"),
            ("{ component: etcd, env: ETCD_NAME }", "variable ETCD_NAME of etcd"),
        ];
        for (yaml, description) in cases {
            assert_eq!(read(yaml).map(|probe| probe.describe()).as_deref(), Ok(description));
        }
        for yaml in ["{ component: etcd }", "{ component: etcd, flag: name, env: ETCD_NAME }"] {
            assert!(read(yaml).expect_err(yaml).contains("either `flag` or `env`"), "{yaml}");
        }
    }
}
