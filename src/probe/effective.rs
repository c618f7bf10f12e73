//! The value of a setting in effect: from the source that the component itself takes it from.

use super::batch::Batch;
use super::collect::Collect;
use super::configz;
use super::context::{CollectContext, shown};
use super::drop_ins::drop_ins;
use super::kubelet_merge::{Merged, Origin, Setting, WrongType, in_any_case, merge};
use super::observed_error::observed_error;
use super::path::{DocumentPath, Name};
use super::process::{flag_value, is_given, value_by_names, variable_value};
use super::setting::SettingProbe;
use super::versioned_default::VersionedDefault;
use crate::model::{
    Component, DocumentKind, Evidence, EvidenceKind, Observation, Observed, Precedence, Value, ValueKind,
};
use crate::node::Instance;
use crate::source::node::HostPath;
use serde_json::Value as Json;
use std::rc::Rc;

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
        let name = self.attribute();
        let mut more = Vec::new();
        let mut evidence = context.each_instance(self.component, &name, |instance| {
            let observation = |(observed, source)| Observation {
                subject: context.subject(instance),
                process: Some(instance.process.pid),
                attribute: name.clone(),
                observed,
                source,
            };
            more.extend(defaults_of_other_versions(context, self, instance).into_iter().map(observation));
            observation(value(context, self, instance))
        });
        evidence.observations.extend(more);
        evidence
    }
}

/// Where nothing sets the value, the further defaults that it may have because the version is not known. Each of them is judged.
fn defaults_of_other_versions(
    context: &CollectContext<'_>,
    probe: &SettingProbe,
    instance: &Instance,
) -> Vec<(Observed, String)> {
    let is_versioned = |default: &Option<VersionedDefault>| {
        default.as_ref().is_some_and(|default| default.candidates(context.versions).count() > 1)
    };
    if !is_versioned(&probe.default_with_flags) && !is_versioned(&probe.default_with_file) {
        return Vec::new();
    }
    match resolve(context, probe, instance) {
        Ok(Resolved::Default { with_file }) => defaults(context, probe, with_file).split_off(1),
        Ok(Resolved::Value(..) | Resolved::Empty) | Err(_) => Vec::new(),
    }
}

/// The defaults that a setting may have, at least one, each with its source.
fn defaults(context: &CollectContext<'_>, probe: &SettingProbe, with_file: bool) -> Vec<(Observed, String)> {
    let program = probe.component.program();
    let default = if with_file { &probe.default_with_file } else { &probe.default_with_flags };
    let left_out = context.kubelet.filter(|_| probe.component == Component::Kubelet);
    let source = match (probe.component.config_flag(), with_file) {
        _ if left_out.is_some() => {
            let file = left_out.map_or("", |configuration| configuration.file.as_str());
            format!("default of {program}, since configz in {file} leaves it out,")
        }
        (None, _) => format!("default of {program}"),
        (Some(_), true) => format!("default of {program} with a configuration file"),
        (Some(_), false) => format!("default of {program} without a configuration file"),
    };
    let Some(default) = default else {
        return vec![(Observed::Unset { default: None }, source)];
    };
    let unset = |(value, since): (&Value, Option<u32>)| {
        let since = since.map_or_else(String::new, |since| format!(" since Kubernetes 1.{since}"));
        (Observed::Unset { default: Some(value.clone()) }, format!("{source}{since}"))
    };
    default.candidates(context.versions).map(unset).collect()
}

/// The value for one process, and the source that sets it. Of several defaults it may have, that of the oldest version.
pub(super) fn value(context: &CollectContext<'_>, probe: &SettingProbe, instance: &Instance) -> (Observed, String) {
    match resolve(context, probe, instance) {
        Ok(Resolved::Value(value, source)) => (Observed::Value(value), source),
        Ok(Resolved::Empty) => (Observed::Unset { default: None }, "set to an empty value".to_owned()),
        Ok(Resolved::Default { with_file }) => {
            let (observed, source) = defaults(context, probe, with_file).swap_remove(0);
            let file = with_file.then(|| config_file(context, probe.component, instance)?.ok()).flatten();
            let change = file.map_or("", |file| context.change_since_start(instance, &file));
            (observed, format!("{source}{change}"))
        }
        Err(reason) => (Observed::Unknown(reason), "undetermined".to_owned()),
    }
}

/// A path, with the process that uses it if one runs.
pub(super) type PathOfProcess = (Option<u32>, Result<HostPath, Observed>);

/// The path that a setting holds, for each process of its component.
pub(super) fn paths(context: &CollectContext<'_>, probe: &SettingProbe) -> Vec<PathOfProcess> {
    let processes = context.node.processes(probe.component);
    if processes.instances.is_empty() {
        let default = probe.default_with_flags.as_ref().filter(|_| !context.node.is_blind());
        let default = default.and_then(|default| default.oldest(context.versions));
        let path = match default {
            Some(path) => Ok(HostPath::host(path.to_string())),
            None => Err(context.absent(probe.component)),
        };
        return vec![(None, path)];
    }
    let path_of = |instance: &Instance| {
        let path = match value(context, probe, instance).0 {
            Observed::Value(value) | Observed::Unset { default: Some(value) } => value.to_string(),
            Observed::Unset { default: None } => {
                return Err(Observed::Missing(format!("{} is not set", probe.name())));
            }
            other @ (Observed::Files(_)
            | Observed::Missing(_)
            | Observed::NotApplicable(_)
            | Observed::Unknown(_)
            | Observed::NotGiven { .. }
            | Observed::Remark(_)) => return Err(other),
        };
        context.resolve(instance, &path).map_err(|error| observed_error(&path, &error))
    };
    processes.instances.iter().map(|instance| (Some(instance.process.pid), path_of(instance))).collect()
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

/// What sets a setting.
enum Resolved {
    Value(Value, String),
    /// Nothing does, so that the default applies: that of a component with a configuration file, or without.
    Default {
        with_file: bool,
    },
    /// It is set to nothing, which no default replaces.
    Empty,
}

fn resolve(context: &CollectContext<'_>, probe: &SettingProbe, instance: &Instance) -> Result<Resolved, String> {
    let file = config_file(context, probe.component, instance);
    let mut unset = Resolved::Default { with_file: file.is_some() };
    let is_in_file =
        probe.path.is_some() || probe.flag.as_deref().is_some_and(|flag| probe.component.ignores_beside_file(flag));
    let file_alone = probe.component.precedence() == Precedence::FileAlone && file.is_some() && is_in_file;
    // Each key of a map is looked up in all sources before the next key: a later key counts only where the first is nowhere.
    let keys: Vec<Option<&String>> =
        if probe.keys.is_empty() { vec![None] } else { probe.keys.iter().map(Some).collect() };
    for key in keys {
        if let Some(configuration) = context.kubelet.filter(|_| probe.component == Component::Kubelet) {
            unset = Resolved::Default { with_file: true };
            match configz::value(configuration, probe, key)? {
                Some((value, source)) => return Ok(Resolved::Value(value, source)),
                None => continue,
            }
        }
        let given = if file_alone { None } else { from_process(context, probe, instance, key)? };
        match given {
            // Of these, one `true` is enough, wherever it is.
            Some(Resolved::Value(Value::Bool(false), _)) if joins(probe) => {}
            Some(given) => return Ok(given),
            None => {}
        }
        if probe.path.is_some() {
            refuse_dynamic_configuration(context, instance)?;
        }
        let documents = Documents { context, probe, instance, file: file.as_ref(), key };
        match documents.resolve()? {
            Some(found @ (Resolved::Value(..) | Resolved::Empty)) => return Ok(found),
            Some(found @ Resolved::Default { .. }) => unset = found,
            None => {}
        }
    }
    Ok(unset)
}

/// Up to 1.23, a kubelet can be given a directory for configurations that it gets from the API server, which then replace its
/// file. Flags still override them.
fn refuse_dynamic_configuration(context: &CollectContext<'_>, instance: &Instance) -> Result<(), String> {
    const FLAG: &str = "dynamic-config-dir";
    if instance.component != Component::Kubelet || !context.versions.may_be_before(24) {
        return Ok(());
    }
    match flag_value(instance, FLAG, ValueKind::Text, &[])? {
        Some(_) => Err(format!(
            "the kubelet has --{FLAG}, so a configuration from the API server may replace its configuration file"
        )),
        None => Ok(()),
    }
}

/// Whether the component takes a boolean setting as true if either its flag or its configuration file says so.
fn joins(probe: &SettingProbe) -> bool {
    probe.flag.as_deref().is_some_and(|flag| probe.component.joins_flag_and_file(flag))
}

/// From the command line, then from the environment. An empty flag is given all the same: it overrides the other sources.
fn from_process(
    context: &CollectContext<'_>,
    probe: &SettingProbe,
    instance: &Instance,
    key: Option<&String>,
) -> Result<Option<Resolved>, String> {
    let keys = key.map_or(&[][..], std::slice::from_ref);
    if let Some(flag) = &probe.flag {
        let names = names_of_flag(context, probe.component, flag);
        let given: Vec<&str> = names.iter().copied().filter(|name| is_given(instance, name)).collect();
        match value_by_names(instance, &names, probe.kind, keys)? {
            Some(value) => {
                let origin = instance.settings_source.as_ref().map_or_else(String::new, |source| format!(", {source}"));
                return Ok(Some(Resolved::Value(value, format!("flag --{}{origin}", given.join(", --")))));
            }
            // The kubelet sets its defaults before it reads flags.
            None if (probe.kind, probe.component) == (ValueKind::Text, Component::Kubelet) && !given.is_empty() => {
                return Ok(Some(Resolved::Empty));
            }
            None if probe.kind != ValueKind::Map && !given.is_empty() => {
                let with_file = config_file(context, probe.component, instance).is_some();
                return Ok(Some(Resolved::Default { with_file }));
            }
            None => {}
        }
    }
    if let Some(env) = &probe.env
        && let Some(value) = variable_value(context, instance, env, probe.kind, keys)?
    {
        return Ok(Some(Resolved::Value(value, format!("variable {env}"))));
    }
    Ok(None)
}

/// The names of a flag in the versions that the node may have, the usual one first.
fn names_of_flag<'f>(context: &CollectContext<'_>, component: Component, flag: &'f str) -> Vec<&'f str> {
    let former = component.former_name(flag).filter(|(_, before)| context.versions.may_be_before(*before));
    std::iter::once(flag).chain(former.map(|(name, _)| name)).collect()
}

/// A setting in the configuration file of a process, and in the drop-ins of a kubelet.
struct Documents<'d> {
    context: &'d CollectContext<'d>,
    probe: &'d SettingProbe,
    instance: &'d Instance,
    file: Option<&'d Result<HostPath, String>>,
    key: Option<&'d String>,
}

impl Documents<'_> {
    fn resolve(&self) -> Result<Option<Resolved>, String> {
        let Some(path) = &self.probe.path else {
            return Ok(None);
        };
        let drop_ins = drop_ins(self.context, self.probe.component, self.instance)?;
        let file = self.file.cloned().transpose()?;
        if file.is_none() && drop_ins.is_empty() {
            return Ok(None);
        }
        let names = path.names(self.key).ok_or_else(|| format!("{path} leads through a list"))?;
        if self.probe.component == Component::Etcd {
            return file.map(|file| self.in_any_case(&file, path, &names)).transpose();
        }
        let document = file.as_ref().map(|file| self.document(file, path)).transpose()?;
        let patches = drop_ins.iter().map(|drop_in| self.drop_in(drop_in, path)).collect::<Result<Vec<_>, _>>()?;
        let patches: Vec<&Json> = patches.iter().map(Rc::as_ref).collect();
        let place = |origin: Origin| match origin {
            Origin::DropIn(number) => {
                format!("drop-in {}", drop_ins.get(number).map_or_else(String::new, |d| shown(&d.path)))
            }
            Origin::File | Origin::Default => {
                format!("file {}", file.as_ref().map_or_else(String::new, |file| shown(&file.path)))
            }
        };
        let wrong = |error: WrongType| {
            let place = place(error.origin);
            let file = place.split_once(' ').map_or("", |(_, file)| file);
            format!("{file} is malformed: {path}: {}", error.reason)
        };
        let setting = self.setting(&names);
        let merged = merge(setting, self.context.versions, document.as_deref(), &patches).map_err(wrong)?;
        let [merged] = &merged[..] else {
            let describe = |merged: &Merged| match merged {
                Merged::Value(value, origin) => format!("{value} ({})", place(*origin)),
                Merged::Default { with_file } => {
                    let default = if *with_file { setting.default_with_file } else { setting.default_with_flags };
                    default.map_or_else(|| "not set".to_owned(), |default| format!("the default {default}"))
                }
                Merged::Empty => "empty".to_owned(),
            };
            let results: Vec<String> = merged.iter().map(describe).collect();
            return Err(format!(
                "versions of the kubelet merge drop-ins in different ways, and {path} is {} by them",
                results.join(" or ")
            ));
        };
        Ok(Some(match merged {
            Merged::Value(value, origin) => {
                let (place, change) = (place(*origin), self.change_since_start(*origin, &drop_ins));
                Resolved::Value(value.clone(), format!("{place}: {path}{change}"))
            }
            Merged::Default { with_file } => Resolved::Default { with_file: *with_file },
            Merged::Empty => Resolved::Empty,
        }))
    }

    fn change_since_start(&self, origin: Origin, drop_ins: &[HostPath]) -> &'static str {
        let file = match origin {
            Origin::DropIn(number) => drop_ins.get(number),
            Origin::File | Origin::Default => self.file.and_then(|file| file.as_ref().ok()),
        };
        file.map_or("", |file| self.context.change_since_start(self.instance, file))
    }

    /// The setting as a part of the documents. A key of a map leads to a boolean.
    fn setting<'s>(&'s self, names: &'s [Name<'s>]) -> Setting<'s> {
        let oldest = |default: &'s Option<VersionedDefault>| default.as_ref()?.oldest(self.context.versions);
        Setting {
            names,
            kind: if self.key.is_some() { ValueKind::Bool } else { self.probe.kind },
            default_with_flags: oldest(&self.probe.default_with_flags),
            default_with_file: oldest(&self.probe.default_with_file),
        }
    }

    fn document(&self, place: &HostPath, path: &DocumentPath) -> Result<Rc<Json>, String> {
        let documents = &self.context.documents;
        let kind = DocumentKind::of_component(self.probe.component);
        let verified = kind.map_or(Ok(()), |kind| documents.verify_kind(place, kind, self.context.versions));
        verified.and_then(|()| documents.at(place, path)).map_err(|error| format!("{} {error}", shown(&place.path)))
    }

    fn drop_in(&self, place: &HostPath, path: &DocumentPath) -> Result<Rc<Json>, String> {
        let documents = &self.context.documents;
        let verified = documents.verify_kind(place, &DocumentKind::KUBELET_DROP_IN, self.context.versions);
        let document = verified.and_then(|()| documents.at_in_any_case(place, path));
        document.map_err(|error| format!("{} {error}", shown(&place.path)))
    }

    /// From the file of etcd, which reads names in any case.
    fn in_any_case(&self, place: &HostPath, path: &DocumentPath, names: &[Name<'_>]) -> Result<Resolved, String> {
        let file = shown(&place.path);
        let document = self.context.documents.at_in_any_case(place, path).map_err(|error| format!("{file} {error}"))?;
        let wrong = |error: String| format!("{file} is malformed: {path}: {error}");
        let found = in_any_case(&document, names).map_err(wrong)?;
        let value = found.map(|json| self.setting(names).kind.of_json(&json, &[])).transpose().map_err(wrong)?;
        Ok(value.flatten().map_or(Resolved::Default { with_file: true }, |value| {
            let change = self.context.change_since_start(self.instance, place);
            Resolved::Value(value, format!("file {file}: {path}{change}"))
        }))
    }
}
