//! The setting probe: the value in effect, from the source that the component itself takes it from. Never judges.

use super::context::{CollectContext, shown, subject_of_process};
use super::process::{flag_value, is_given, variable_value};
use super::{DocumentPath, Evidence, Observation, Observed, SettingProbe};
use crate::model::{Component, Precedence};
use crate::model::{Value, ValueKind};
use crate::node::Instance;
use crate::source::node::{HostPath, SourceError};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

/// Drop-ins of one component.
const MAX_DROP_INS: usize = 1000;

pub(super) fn collect(scene: &CollectContext<'_>, probe: &SettingProbe) -> Evidence {
    let name = probe.name();
    scene.each_instance(probe.component, &name, |instance| {
        let (seen, source) = in_effect(scene, probe, instance);
        Observation {
            subject: subject_of_process(probe.component, instance.process.pid),
            attribute: name.clone(),
            seen,
            source,
        }
    })
}

/// What a process's setting is, and which source says so.
pub(super) fn in_effect(scene: &CollectContext<'_>, probe: &SettingProbe, instance: &Instance) -> (Observed, String) {
    match resolve(scene, probe, instance) {
        Ok(Some((value, source))) => (Observed::Value(value), source),
        Ok(None) => {
            let with_file = config_file(scene, probe.component, instance).is_some();
            let default = if with_file { &probe.default_with_file } else { &probe.default_with_flags };
            let how = match (probe.component.config_flag(), with_file) {
                (None, _) => "",
                (Some(_), true) => " with a configuration file",
                (Some(_), false) => " without a configuration file",
            };
            (Observed::Unset { default: default.clone() }, ["default of ", probe.component.program(), how].concat())
        }
        Err(reason) => (Observed::Unknown(reason), "undetermined".to_owned()),
    }
}

/// A value with the source that says so; `None` where a source says that the setting is as if it were not set.
type Resolved = Option<(Value, String)>;

fn resolve(scene: &CollectContext<'_>, probe: &SettingProbe, instance: &Instance) -> Result<Resolved, String> {
    let file = config_file(scene, probe.component, instance);
    let alone = probe.component.precedence() == Precedence::FileAlone && file.is_some() && probe.path.is_some();
    // A map's keys are asked one by one over all sources: a later key only speaks where the first is nowhere.
    let key_sets: Vec<&[String]> = if probe.keys.is_empty() { vec![&[]] } else { probe.keys.chunks(1).collect() };
    for keys in key_sets {
        if !alone && let Some(found) = given(scene, probe, instance, keys)? {
            return Ok(found);
        }
        if let Some(path) = &probe.path
            && let Some(found) = documented(scene, probe, instance, path, file.as_ref(), keys)?
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// From the command line, then from the environment. An empty flag is given all the same: it hides what else is set.
fn given(
    scene: &CollectContext<'_>,
    probe: &SettingProbe,
    instance: &Instance,
    keys: &[String],
) -> Result<Option<Resolved>, String> {
    if let Some(flag) = &probe.flag {
        match flag_value(instance, flag, probe.kind, keys)? {
            Some(value) => return Ok(Some(Some((value, format!("flag --{flag}"))))),
            None if probe.kind != ValueKind::Map && is_given(instance, flag) => return Ok(Some(None)),
            None => {}
        }
    }
    if let Some(env) = &probe.env
        && let Some(value) = variable_value(scene, instance, env, probe.kind, keys)?
    {
        return Ok(Some(Some((value, format!("variable {env}")))));
    }
    Ok(None)
}

/// From the kubelet's drop-ins, the last one first, then from the configuration file.
fn documented(
    scene: &CollectContext<'_>,
    probe: &SettingProbe,
    instance: &Instance,
    path: &DocumentPath,
    file: Option<&Result<HostPath, String>>,
    keys: &[String],
) -> Result<Resolved, String> {
    let drop_ins = drop_ins(scene, probe.component, instance)?;
    for place in drop_ins.iter().rev() {
        match in_document(scene, place, probe, path, keys)? {
            // A drop-in's null takes away what the drop-ins before it say; what the file says stays.
            InDocument::Null => break,
            InDocument::Empty => return Ok(None),
            InDocument::Value(value) => return Ok(Some((value, format!("drop-in {}: {path}", shown(&place.path))))),
            InDocument::Nothing => {}
        }
    }
    let Some(file) = file else {
        return Ok(None);
    };
    let place = file.clone()?;
    Ok(match in_document(scene, &place, probe, path, keys)? {
        // The kubelet takes a zero duration in its file for an unset one. It merges the drop-ins after that.
        InDocument::Value(Value::Duration(Duration::ZERO)) if probe.component == Component::Kubelet => None,
        InDocument::Value(value) => Some((value, format!("file {}: {path}", shown(&place.path)))),
        InDocument::Null | InDocument::Empty | InDocument::Nothing => None,
    })
}

/// What one document says of a setting.
enum InDocument {
    /// Nothing at all.
    Nothing,
    /// Null.
    Null,
    /// An empty text or list.
    Empty,
    /// A value.
    Value(Value),
}

fn in_document(
    scene: &CollectContext<'_>,
    place: &HostPath,
    probe: &SettingProbe,
    path: &DocumentPath,
    keys: &[String],
) -> Result<InDocument, String> {
    let name = shown(&place.path);
    let Some(json) = scene.contents.value(place, path).map_err(|trouble| format!("{name} {trouble}"))? else {
        return Ok(InDocument::Nothing);
    };
    if json.is_null() {
        return Ok(InDocument::Null);
    }
    let read = probe.kind.of_json(&json, keys).map_err(|e| format!("{name} is malformed: {path}: {e}"))?;
    Ok(match read {
        Some(value) => InDocument::Value(value),
        None if probe.kind == ValueKind::Map => InDocument::Nothing,
        None => InDocument::Empty,
    })
}

/// The configuration file that a process was given, if it was given one.
pub(super) fn config_file(
    scene: &CollectContext<'_>,
    component: Component,
    instance: &Instance,
) -> Option<Result<HostPath, String>> {
    let by_flag = component.config_flag().and_then(|flag| flag_value(instance, flag, ValueKind::Text, &[]).transpose());
    let by_variable = || {
        let name = component.config_variable()?;
        variable_value(scene, instance, name, ValueKind::Text, &[]).transpose()
    };
    let path = by_flag.or_else(by_variable)?;
    Some(path.and_then(|path| {
        let path = path.to_string();
        scene.place_for(instance, &path).map_err(|trouble| format!("{path} {trouble}"))
    }))
}

/// The kubelet's drop-ins, in the order in which it merges them: `*.conf`, by path.
fn drop_ins(
    scene: &CollectContext<'_>,
    component: Component,
    instance: &Instance,
) -> Result<Rc<Vec<HostPath>>, String> {
    if component != Component::Kubelet {
        return Ok(Rc::default());
    }
    let Some(folder) = flag_value(instance, "config-dir", ValueKind::Text, &[])? else {
        return Ok(Rc::default());
    };
    let folder = folder.to_string();
    let place = scene.place_for(instance, &folder).map_err(|trouble| format!("{folder} {trouble}"))?;
    scene.drop_ins.get_or_read(&place, || drop_ins_below(scene, &place).map(Rc::new))
}

fn drop_ins_below(scene: &CollectContext<'_>, place: &HostPath) -> Result<Vec<HostPath>, String> {
    let folder = shown(&place.path);
    let mut found = Vec::new();
    let mut problem = None;
    let walked = scene.files.walk(place, &mut |path: &Path, stat| match stat {
        Ok(_) if path.extension().is_some_and(|e| e == "conf") && found.len() == MAX_DROP_INS => {
            problem.get_or_insert_with(|| format!("{folder} holds more than {MAX_DROP_INS} drop-ins"));
        }
        Ok(_) if path.extension().is_some_and(|e| e == "conf") => found.push(place.with_path(path)),
        Ok(_) => {}
        Err(trouble) => {
            problem.get_or_insert_with(|| format!("{} {trouble}", shown(path)));
        }
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
pub(super) fn paths(scene: &CollectContext<'_>, probe: &SettingProbe) -> Vec<Result<HostPath, Observed>> {
    let found = scene.node.processes(probe.component);
    if found.instances.is_empty() {
        let usual = probe.default_with_flags.as_ref().filter(|_| !scene.node.is_blind());
        return vec![
            usual.map_or_else(|| Err(scene.absent(probe.component)), |path| Ok(HostPath::host(path.to_string()))),
        ];
    }
    let path_for = |instance: &Instance| {
        let path = match in_effect(scene, probe, instance).0 {
            Observed::Value(value) | Observed::Unset { default: Some(value) } => value.to_string(),
            Observed::Unset { default: None } => {
                return Err(Observed::Missing(format!("{} is not set", probe.name())));
            }
            other => return Err(other),
        };
        scene.place_for(instance, &path).map_err(|trouble| not_seen(&path, &trouble))
    };
    found.instances.iter().map(path_for).collect()
}

/// What a file's trouble is to a rule: nothing there, or nothing known.
pub(super) fn not_seen(subject: &str, trouble: &SourceError) -> Observed {
    let text = format!("{subject} {trouble}");
    match trouble {
        SourceError::NotFound => Observed::Missing(text),
        SourceError::NotMounted(_)
        | SourceError::PermissionDenied(_)
        | SourceError::NotRegular(_)
        | SourceError::NotDirectory
        | SourceError::TooLarge(_)
        | SourceError::Changed
        | SourceError::Malformed(_)
        | SourceError::TimedOut(_)
        | SourceError::DeadlineExceeded(_)
        | SourceError::Io(_) => Observed::Unknown(text),
    }
}
