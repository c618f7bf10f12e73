//! What every selector can do.

use crate::model::{Component, Evidence, Observation, Observed, Value};
use crate::probe::context::{CollectContext, shown};
use crate::probe::file_ref::FileRef;
use crate::probe::locate::locate_by_process;
use crate::probe::observed_error::observed_error;
use crate::source::node::{HostPath, SourceError};

/// The behaviour of a selector.
pub(super) trait Selector {
    /// The value, in words.
    fn describe(&self) -> String;

    /// The value as a part of the probe's key.
    fn key(&self) -> String;

    /// Reads the value from the files. A failure is an observation as well.
    fn collect(&self, context: &CollectContext<'_>, files: &FileRef) -> Evidence;
}

/// The result of reading a value.
pub(super) fn observed(file: &HostPath, value: Result<Option<Value>, SourceError>) -> Observed {
    match value {
        Ok(Some(value)) => Observed::Value(value),
        Ok(None) => Observed::Unset { default: None },
        Err(error) => observed_error(&shown(&file.path), &error),
    }
}

/// One observation for each file.
pub(super) fn each_file(
    context: &CollectContext<'_>,
    files: &FileRef,
    attribute: &str,
    read: impl Fn(&HostPath) -> Observed,
) -> Evidence {
    each_value(context, files, attribute, |file| vec![(attribute.to_owned(), read(file))])
}

/// The observations of each file, each with its attribute. `attribute` is that of a file which cannot be located.
pub(super) fn each_value(
    context: &CollectContext<'_>,
    files: &FileRef,
    attribute: &str,
    read: impl Fn(&HostPath) -> Vec<(String, Observed)>,
) -> Evidence {
    let mut evidence = Evidence::default();
    for (process, file) in locate_by_process(context, files) {
        let (subject, values, change) = match file {
            Err(observed) => (files.describe(), vec![(attribute.to_owned(), observed)], ""),
            Ok(file) => (shown(&file.path), read(&file), change_since_start(context, process, &file)),
        };
        evidence.observations.extend(values.into_iter().map(|(attribute, observed)| Observation {
            source: format!("file {subject}{change}"),
            subject: subject.clone(),
            process,
            attribute,
            observed,
        }));
    }
    evidence
}

/// What the evidence says of a file that was changed after the process that uses it was started.
fn change_since_start(context: &CollectContext<'_>, process: Option<u32>, file: &HostPath) -> &'static str {
    let components = Component::ALL.into_iter().map(|component| context.node.processes(component));
    let mut instances = components.flat_map(|processes| &processes.instances);
    let instance = instances.find(|instance| Some(instance.process.pid) == process);
    instance.map_or("", |instance| context.change_since_start(instance, file))
}
