//! The setting probe: the value in effect, from the source that the component itself takes it from. Never judges.

use super::collector::{shown, subject_of_process};
use super::process::{flag_value, variable_value};
use super::{Collector, DocumentPath, Evidence, Observation, Seen, SettingProbe};
use crate::component::{Component, Precedence};
use crate::host::{Place, Trouble};
use crate::node::Instance;
use crate::value::{Value, ValueKind};
use serde_json::Value as Json;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

pub(super) fn collect(collector: &Collector<'_>, probe: &SettingProbe) -> Evidence {
    collector.each_instance(probe.component, &probe.name(), |instance| {
        let (seen, source) = in_effect(collector, probe, instance);
        Observation {
            subject: subject_of_process(probe.component, instance.process.pid),
            attribute: probe.name(),
            seen,
            source,
        }
    })
}

/// What a process's setting is, and which source says so.
pub(super) fn in_effect(collector: &Collector<'_>, probe: &SettingProbe, instance: &Instance) -> (Seen, String) {
    match resolve(collector, probe, instance) {
        Ok(Some((value, source))) => (Seen::Value(value), source),
        Ok(None) => {
            let with_file = config_file(collector, probe.component, instance).is_some();
            let default = if with_file { &probe.default_with_file } else { &probe.default_with_flags };
            let how = match (probe.component.config_flag(), with_file) {
                (None, _) => "",
                (Some(_), true) => " with a configuration file",
                (Some(_), false) => " without a configuration file",
            };
            (Seen::Unset { default: default.clone() }, format!("default of {}{how}", probe.component.program()))
        }
        Err(reason) => (Seen::Unknown(reason), "undetermined".to_owned()),
    }
}

type Found = Option<(Value, String)>;

fn resolve(collector: &Collector<'_>, probe: &SettingProbe, instance: &Instance) -> Result<Found, String> {
    let file = config_file(collector, probe.component, instance);
    let alone = probe.component.precedence() == Precedence::FileAlone && file.is_some() && probe.path.is_some();
    // A map's keys are asked one by one over all sources: a later key only speaks where the first is nowhere.
    let key_sets: Vec<&[String]> = if probe.keys.is_empty() { vec![&[]] } else { probe.keys.chunks(1).collect() };
    for keys in key_sets {
        if !alone && let Some(found) = given(collector, probe, instance, keys)? {
            return Ok(Some(found));
        }
        if let (Some(path), Some(file)) = (&probe.path, &file)
            && let Some(found) = documented(collector, probe, instance, path, file, keys)?
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// From the command line, then from the environment.
fn given(
    collector: &Collector<'_>,
    probe: &SettingProbe,
    instance: &Instance,
    keys: &[String],
) -> Result<Found, String> {
    if let Some(flag) = &probe.flag
        && let Some(value) = flag_value(instance, flag, probe.kind, keys)?
    {
        return Ok(Some((value, format!("flag --{flag}"))));
    }
    if let Some(env) = &probe.env
        && let Some(value) = variable_value(collector, instance, env, probe.kind, keys)?
    {
        return Ok(Some((value, format!("variable {env}"))));
    }
    Ok(None)
}

/// From the kubelet's drop-ins, the last one first, then from the configuration file.
fn documented(
    collector: &Collector<'_>,
    probe: &SettingProbe,
    instance: &Instance,
    path: &DocumentPath,
    file: &Result<Place, String>,
    keys: &[String],
) -> Result<Found, String> {
    let mut documents = vec![("file", file.clone()?)];
    documents.extend(drop_ins(collector, probe.component, instance)?.into_iter().map(|p| ("drop-in", p)));
    for (what, place) in documents.iter().rev() {
        let name = shown(&place.path);
        let document: Rc<Json> = collector.document(place).map_err(|trouble| format!("{name} {trouble}"))?;
        let Some(json) = path.find(&document) else { continue };
        if json.is_null() {
            // A drop-in's null takes away what the documents before it say.
            return Ok(None);
        }
        let read = probe.kind.of_json(&json, keys).map_err(|e| format!("{name} is malformed: {path}: {e}"))?;
        match read {
            // The kubelet takes a zero duration in a document for an unset one.
            Some(Value::Duration(Duration::ZERO)) if probe.component == Component::Kubelet => return Ok(None),
            Some(value) => return Ok(Some((value, format!("{what} {name}: {path}")))),
            None if probe.kind == ValueKind::Map => {}
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// The configuration file that a process was given, if it was given one.
pub(super) fn config_file(
    collector: &Collector<'_>,
    component: Component,
    instance: &Instance,
) -> Option<Result<Place, String>> {
    let by_flag = component.config_flag().and_then(|flag| flag_value(instance, flag, ValueKind::Text, &[]).transpose());
    let by_variable = || {
        let name = component.config_variable()?;
        variable_value(collector, instance, name, ValueKind::Text, &[]).transpose()
    };
    let path = by_flag.or_else(by_variable)?;
    Some(path.and_then(|path| {
        let path = path.to_string();
        collector.place_for(instance, &path).map_err(|trouble| format!("{path} {trouble}"))
    }))
}

/// The kubelet's drop-ins, in the order in which it merges them: `*.conf`, by path.
fn drop_ins(collector: &Collector<'_>, component: Component, instance: &Instance) -> Result<Vec<Place>, String> {
    if component != Component::Kubelet {
        return Ok(Vec::new());
    }
    let Some(folder) = flag_value(instance, "config-dir", ValueKind::Text, &[])? else {
        return Ok(Vec::new());
    };
    let folder = folder.to_string();
    let place = collector.place_for(instance, &folder).map_err(|trouble| format!("{folder} {trouble}"))?;
    let mut found = Vec::new();
    let mut problem = None;
    let walked = collector.host.walk(&place, &mut |path: &Path, stat| match stat {
        Ok(_) if path.extension().is_some_and(|e| e == "conf") => found.push(place.with_path(path)),
        Ok(_) => {}
        Err(trouble) => problem = Some(format!("{} {trouble}", shown(path))),
    });
    match (walked, problem) {
        (Err(trouble), _) => Err(format!("{folder} {trouble}")),
        (Ok(()), Some(problem)) => Err(problem),
        (Ok(()), None) => {
            found.sort();
            Ok(found)
        }
    }
}

/// The path that a setting holds for each process of its component, with the place that it means there.
pub(super) fn paths(collector: &Collector<'_>, probe: &SettingProbe) -> Vec<Result<Place, Seen>> {
    let found = collector.node.found(probe.component);
    if found.instances.is_empty() {
        return vec![Err(Seen::Missing(collector.node.absence(probe.component)))];
    }
    let path_for = |instance: &Instance| {
        let path = match in_effect(collector, probe, instance).0 {
            Seen::Value(value) | Seen::Unset { default: Some(value) } => value.to_string(),
            Seen::Unset { default: None } => {
                return Err(Seen::Missing(format!("{} is not set", probe.name())));
            }
            other => return Err(other),
        };
        collector.place_for(instance, &path).map_err(|trouble| not_seen(&path, &trouble))
    };
    found.instances.iter().map(path_for).collect()
}

/// What a file's trouble is to a rule: nothing there, or nothing known.
pub(super) fn not_seen(subject: &str, trouble: &Trouble) -> Seen {
    let text = format!("{subject} {trouble}");
    match trouble {
        Trouble::Absent => Seen::Missing(text),
        Trouble::NotMounted(_)
        | Trouble::Denied(_)
        | Trouble::NotRegular(_)
        | Trouble::NotDirectory
        | Trouble::TooLarge(_)
        | Trouble::Changed
        | Trouble::Malformed(_)
        | Trouble::Io(_) => Seen::Unknown(text),
    }
}
