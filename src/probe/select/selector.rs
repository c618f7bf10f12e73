//! What every selector can do.

use crate::model::{Evidence, Observation, Observed, Value};
use crate::probe::context::{CollectContext, shown};
use crate::probe::file_ref::FileRef;
use crate::probe::locate::locate;
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
    let observe = |file: Result<HostPath, Observed>| {
        let (subject, observed) = match file {
            Err(observed) => (files.describe(), observed),
            Ok(file) => (shown(&file.path), read(&file)),
        };
        Observation { source: format!("file {subject}"), subject, attribute: attribute.to_owned(), observed }
    };
    Evidence { observations: locate(context, files).into_iter().map(observe).collect() }
}
