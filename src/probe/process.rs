//! The process probe: one flag or variable exactly as a process was given it. Never judges.

use super::ProcessProbe;
use super::context::{CollectContext, subject_of_process};
use crate::model::{Evidence, Observation, Observed, Reading, Value, ValueKind};
use crate::node::Instance;

pub(super) fn collect(scene: &CollectContext<'_>, probe: &ProcessProbe) -> Evidence {
    let attribute = match (&probe.flag, &probe.env) {
        (Some(flag), _) => format!("--{flag}"),
        (None, Some(env)) => env.clone(),
        (None, None) => String::new(),
    };
    scene.each_instance(probe.component, &attribute, |instance| {
        let read = match (&probe.flag, &probe.env) {
            (Some(flag), _) => flag_value(instance, flag, probe.kind, &probe.keys),
            (None, Some(env)) => variable_value(scene, instance, env, probe.kind, &probe.keys),
            (None, None) => Ok(None),
        };
        Observation {
            subject: subject_of_process(probe.component, instance.process.pid),
            attribute: attribute.clone(),
            observed: match read {
                Ok(Some(value)) => Observed::Value(value),
                Ok(None) => Observed::Unset { default: None },
                Err(reason) => Observed::Unknown(reason),
            },
            source: if probe.flag.is_some() { "command line" } else { "environment" }.to_owned(),
        }
    })
}

/// A flag's value in effect. An empty one counts as none, as it does for the components.
pub(super) fn flag_value(
    instance: &Instance,
    flag: &str,
    kind: ValueKind,
    keys: &[String],
) -> Result<Option<Value>, String> {
    match instance.arguments.get(flag, kind == ValueKind::Bool) {
        _ if instance.process.truncated => {
            Err(format!("the command line of process {} is too long to be kept", instance.process.pid))
        }
        Reading::Absent => Ok(None),
        Reading::Values(texts) => kind.of_texts(&texts, keys).map_err(|e| format!("--{flag}: {e}")),
        Reading::Ambiguous { word } => Err(format!(
            "`{word}` may be the value of the flag before it, so that its effect cannot be told; write that flag with `=`"
        )),
    }
}

/// Whether a flag stands on the command line, with a value or an empty one.
pub(super) fn is_given(instance: &Instance, flag: &str) -> bool {
    instance.arguments.get(flag, false) != Reading::Absent
}

/// A variable's value. An empty one counts as none.
pub(super) fn variable_value(
    scene: &CollectContext<'_>,
    instance: &Instance,
    name: &str,
    kind: ValueKind,
    keys: &[String],
) -> Result<Option<Value>, String> {
    match scene.variable(instance, name) {
        Ok(None) => Ok(None),
        Ok(Some(text)) if text.is_empty() => Ok(None),
        Ok(Some(text)) => kind.of_texts(&[&text], keys).map_err(|e| format!("{name}: {e}")),
        Err(trouble) => Err(format!("the environment of process {} {trouble}", instance.process.pid)),
    }
}
