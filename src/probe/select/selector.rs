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

/// What reading a value from a file comes to.
pub(super) fn observed(place: &HostPath, value: Result<Option<Value>, SourceError>) -> Observed {
    match value {
        Ok(Some(value)) => Observed::Value(value),
        Ok(None) => Observed::Unset { default: None },
        Err(error) => observed_error(&shown(&place.path), &error),
    }
}

/// One observation for each file.
pub(super) fn each_file(
    context: &CollectContext<'_>,
    files: &FileRef,
    attribute: &str,
    read: impl Fn(&HostPath) -> Observed,
) -> Evidence {
    let observe = |place: Result<HostPath, Observed>| {
        let (subject, observed) = match place {
            Err(observed) => (files.describe(), observed),
            Ok(place) => (shown(&place.path), read(&place)),
        };
        Observation { source: format!("file {subject}"), subject, attribute: attribute.to_owned(), observed }
    };
    Evidence { observations: locate(context, files).into_iter().map(observe).collect() }
}
