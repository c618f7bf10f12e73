//! The value of a setting in effect: from the source that the component itself takes it from.

use super::batch::Batch;
use super::collect::Collect;
use super::context::{CollectContext, shown, subject_of_process};
use super::observed_error::observed_error;
use super::path::DocumentPath;
use super::process::{flag_value, is_given, variable_value};
use super::setting::SettingProbe;
use crate::model::{Component, Evidence, EvidenceKind, Observation, Observed, Precedence, Value, ValueKind};
use crate::node::Instance;
use crate::source::node::{FileKind, HostPath, Stat};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

/// The most drop-ins of one component that are read.
const MAX_DROP_INS: usize = 1000;

impl Collect for SettingProbe {
    fn describe(&self) -> String {
        self.describe_sources()
    }

    fn key(&self) -> String {
        self.sources_key()
    }

    fn label(&self) -> String {
        self.name()
    }

    fn evidence_kind(&self) -> EvidenceKind {
        EvidenceKind::Value
    }

    fn add_to(&self, batch: &mut Batch) {
        if let Some(env) = &self.env {
            batch.add_variable(self.component, env);
        }
    }

    fn collect(&self, context: &CollectContext<'_>) -> Evidence {
        let name = self.name();
        context.each_instance(self.component, &name, |instance| {
            let (observed, source) = value(context, self, instance);
            Observation {
                subject: subject_of_process(self.component, instance.process.pid),
                attribute: name.clone(),
                observed,
                source,
            }
        })
    }
}

/// The value for one process, and the source that sets it.
pub(super) fn value(context: &CollectContext<'_>, probe: &SettingProbe, instance: &Instance) -> (Observed, String) {
    match resolve(context, probe, instance) {
        Ok(Some((value, source))) => (Observed::Value(value), source),
        Ok(None) => {
            let program = probe.component.program();
            let with_file = config_file(context, probe.component, instance).is_some();
            let default = if with_file { &probe.default_with_file } else { &probe.default_with_flags };
            let source = match (probe.component.config_flag(), with_file) {
                (None, _) => format!("default of {program}"),
                (Some(_), true) => format!("default of {program} with a configuration file"),
                (Some(_), false) => format!("default of {program} without a configuration file"),
            };
            (Observed::Unset { default: default.clone() }, source)
        }
        Err(reason) => (Observed::Unknown(reason), "undetermined".to_owned()),
    }
}

/// The path that a setting holds, for each process of its component.
pub(super) fn paths(context: &CollectContext<'_>, probe: &SettingProbe) -> Vec<Result<HostPath, Observed>> {
    let processes = context.node.processes(probe.component);
    if processes.instances.is_empty() {
        let default = probe.default_with_flags.as_ref().filter(|_| !context.node.is_blind());
        return vec![match default {
            Some(path) => Ok(HostPath::host(path.to_string())),
            None => Err(context.absent(probe.component)),
        }];
    }
    let path_of = |instance: &Instance| {
        let path = match value(context, probe, instance).0 {
            Observed::Value(value) | Observed::Unset { default: Some(value) } => value.to_string(),
            Observed::Unset { default: None } => {
                return Err(Observed::Missing(format!("{} is not set", probe.name())));
            }
            other @ (Observed::Files(_) | Observed::Missing(_) | Observed::Unknown(_) | Observed::Remark(_)) => {
                return Err(other);
            }
        };
        context.resolve(instance, &path).map_err(|error| observed_error(&path, &error))
    };
    processes.instances.iter().map(path_of).collect()
}

/// The configuration file that a process was given, if any.
pub(super) fn config_file(
    context: &CollectContext<'_>,
    component: Component,
    instance: &Instance,
) -> Option<Result<HostPath, String>> {
    let by_flag = component.config_flag().and_then(|flag| flag_value(instance, flag, ValueKind::Text, &[]).transpose());
    let by_variable = || {
        let name = component.config_variable()?;
        variable_value(context, instance, name, ValueKind::Text, &[]).transpose()
    };
    let path = by_flag.or_else(by_variable)?;
    Some(path.and_then(|path| {
        let path = path.to_string();
        context.resolve(instance, &path).map_err(|error| format!("{path} {error}"))
    }))
}

/// A value with its source, or nothing where the setting is not set.
type Resolved = Option<(Value, String)>;

fn resolve(context: &CollectContext<'_>, probe: &SettingProbe, instance: &Instance) -> Result<Resolved, String> {
    let file = config_file(context, probe.component, instance);
    let file_alone = probe.component.precedence() == Precedence::FileAlone && file.is_some() && probe.path.is_some();
    // Each key of a map is looked up in all sources before the next key: a later key counts only where the first is nowhere.
    let key_sets: Vec<&[String]> = if probe.keys.is_empty() { vec![&[]] } else { probe.keys.chunks(1).collect() };
    for keys in key_sets {
        if !file_alone && let Some(given) = from_process(context, probe, instance, keys)? {
            return Ok(given);
        }
        if let Some(path) = &probe.path
            && let Some(found) = from_documents(context, probe, instance, path, file.as_ref(), keys)?
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// From the command line, then from the environment. An empty flag is given all the same: it overrides the other sources.
fn from_process(
    context: &CollectContext<'_>,
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
        && let Some(value) = variable_value(context, instance, env, probe.kind, keys)?
    {
        return Ok(Some(Some((value, format!("variable {env}")))));
    }
    Ok(None)
}

/// From the drop-ins of the kubelet, the last one first, then from the configuration file.
fn from_documents(
    context: &CollectContext<'_>,
    probe: &SettingProbe,
    instance: &Instance,
    path: &DocumentPath,
    file: Option<&Result<HostPath, String>>,
    keys: &[String],
) -> Result<Resolved, String> {
    let drop_ins = drop_ins(context, probe.component, instance)?;
    for place in drop_ins.iter().rev() {
        match in_document(context, place, probe, path, keys)? {
            // A null in a drop-in removes what earlier drop-ins set; the value of the file stays.
            InDocument::Null => break,
            InDocument::Empty => return Ok(None),
            InDocument::Value(value) => return Ok(Some((value, format!("drop-in {}: {path}", shown(&place.path))))),
            InDocument::NotSet => {}
        }
    }
    let Some(file) = file else {
        return Ok(None);
    };
    let place = file.clone()?;
    Ok(match in_document(context, &place, probe, path, keys)? {
        // The kubelet replaces a zero duration in its file by the default, before it merges the drop-ins.
        InDocument::Value(Value::Duration(Duration::ZERO)) if probe.component == Component::Kubelet => None,
        InDocument::Value(value) => Some((value, format!("file {}: {path}", shown(&place.path)))),
        InDocument::Null | InDocument::Empty | InDocument::NotSet => None,
    })
}

/// What one document has at a path.
enum InDocument {
    NotSet,
    Null,
    /// An empty text or list.
    Empty,
    Value(Value),
}

fn in_document(
    context: &CollectContext<'_>,
    place: &HostPath,
    probe: &SettingProbe,
    path: &DocumentPath,
    keys: &[String],
) -> Result<InDocument, String> {
    let file = shown(&place.path);
    let Some(json) = context.documents.value(place, path).map_err(|error| format!("{file} {error}"))? else {
        return Ok(InDocument::NotSet);
    };
    if json.is_null() {
        return Ok(InDocument::Null);
    }
    let read = probe.kind.of_json(&json, keys).map_err(|error| format!("{file} is malformed: {path}: {error}"))?;
    Ok(match read {
        Some(value) => InDocument::Value(value),
        None if probe.kind == ValueKind::Map => InDocument::NotSet,
        None => InDocument::Empty,
    })
}

/// The drop-ins of the kubelet, in the order in which it merges them: files whose name ends in `.conf`, also a file of just
/// that name, sorted by path.
fn drop_ins(
    context: &CollectContext<'_>,
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
    let directory = context.resolve(instance, &folder).map_err(|error| format!("{folder} {error}"))?;
    context.drop_ins.get_or_read(&directory, || drop_ins_below(context, &directory).map(Rc::new))
}

fn drop_ins_below(context: &CollectContext<'_>, directory: &HostPath) -> Result<Vec<HostPath>, String> {
    let folder = shown(&directory.path);
    let mut drop_ins = Vec::new();
    let mut problem = None;
    // Like Go's filepath.Ext, and unlike Path::extension, which finds none in `.conf`.
    let is_drop_in = |path: &Path, stat: &Stat| {
        stat.kind != FileKind::Directory && path.as_os_str().as_encoded_bytes().ends_with(b".conf")
    };
    let walked = context.files.walk(directory, &mut |path: &Path, stat| match stat {
        Ok(stat) if !is_drop_in(path, &stat) => {}
        Ok(_) if drop_ins.len() == MAX_DROP_INS => {
            problem.get_or_insert_with(|| format!("{folder} has more than {MAX_DROP_INS} drop-ins"));
        }
        Ok(_) => drop_ins.push(directory.with_path(path)),
        Err(error) => {
            problem.get_or_insert_with(|| format!("{} {error}", shown(path)));
        }
    });
    match (walked, problem) {
        (Err(error), _) => Err(format!("{folder} {error}")),
        (Ok(()), Some(problem)) => Err(problem),
        (Ok(()), None) => {
            drop_ins.sort();
            Ok(drop_ins)
        }
    }
}
