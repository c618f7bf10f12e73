//! A setting of a kubelet whose running configuration was saved. That has the file, the drop-ins and the flags in it, with all
//! defaults.

use super::path::Name;
use super::setting::SettingProbe;
use crate::model::{Value, ValueKind};
use crate::source::node::KubeletConfiguration;
use serde_json::Value as Json;

/// The value of a setting with its source; none if the configuration does not have it, so that the default of a kubelet with a
/// configuration file applies: a field that is left out is empty. An error if the setting is no part of the configuration.
pub(super) fn value(
    configuration: &KubeletConfiguration,
    probe: &SettingProbe,
    key: Option<&String>,
) -> Result<Option<(Value, String)>, String> {
    let Some(path) = &probe.path else {
        return Err(format!("{} shows no flags of the kubelet, and {} is one", configuration.file, probe.name()));
    };
    let source = format!("configz in {}: {path}", configuration.file);
    let names = path.names(key).ok_or_else(|| format!("{path} leads through a list"))?;
    let kind = if key.is_some() { ValueKind::Bool } else { probe.kind };
    let malformed = |reason: String| format!("{} is malformed: {path}: {reason}", configuration.file);
    let found = find(&configuration.fields, &names).map_err(malformed)?;
    let value = found.map(|json| kind.of_json(json, &[])).transpose().map_err(malformed)?.flatten();
    let joined = probe.flag.as_deref().filter(|flag| probe.component.joins_flag_and_file(flag));
    match (value, joined) {
        // Either of the two is enough.
        (None | Some(Value::Bool(false)), Some(flag)) => {
            Err(format!("{path} is not true in {}, which does not show the flag --{flag}", configuration.file))
        }
        (value, _) => Ok(value.map(|value| (value, source))),
    }
}

fn find<'j>(mut json: &'j Json, names: &[Name<'_>]) -> Result<Option<&'j Json>, String> {
    for name in names {
        let (Name::Field(name) | Name::Key(name)) = name;
        match json {
            Json::Object(object) => match object.get(*name) {
                None | Some(Json::Null) => return Ok(None),
                Some(inner) => json = inner,
            },
            _ => return Err(format!("`{name}` is asked for below a value that has no fields")),
        }
    }
    Ok(Some(json))
}
