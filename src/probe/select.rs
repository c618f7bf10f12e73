//! Which value of a file is meant: the closed set of selectors.
//!
//! A selector is one file below `select/` with its YAML form, its description and how it reads, and one line in the table below.

pub(crate) mod audit_policy;
pub(crate) mod encryption_writer;
mod kubernetes_document;
mod path;
mod same_certificates;
mod unit;

use super::FileRef;
use super::context::{CollectContext, shown};
use super::locate::locate;
use super::observed_error::observed_error;
use crate::model::{Evidence, Observation, Observed, Value};
use crate::source::node::{HostPath, SourceError};
use serde::Deserialize;

/// Declares the selectors. The key in YAML is the name of the variant in kebab-case.
macro_rules! selectors {
    ($($variant:ident($module:ident::$selector:ident)),+ $(,)?) => {
        /// A value in a file.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(rename_all = "kebab-case")]
        pub(super) enum Select {
            $($variant($module::$selector)),+
        }

        impl Select {
            fn selector(&self) -> &dyn Selector {
                match self {
                    $(Self::$variant(selector) => selector),+
                }
            }
        }
    };
}

selectors! {
    Path(path::ValueAtPath),
    EncryptionWriter(encryption_writer::EncryptionWriter),
    AuditLevel(audit_policy::AuditLevel),
    AuditLevels(audit_policy::AuditLevels),
    SameCertificatesAs(same_certificates::SameCertificates),
    Unit(unit::UnitValue),
}

/// The behaviour of a selector.
trait Selector {
    /// The value, in words.
    fn describe(&self) -> String;

    /// The value as a part of the probe's key.
    fn key(&self) -> String;

    /// Reads the value from the files. A failure is an observation as well.
    fn collect(&self, context: &CollectContext<'_>, files: &FileRef) -> Evidence;
}

impl Select {
    /// The value, in words.
    pub(super) fn describe(&self) -> String {
        self.selector().describe()
    }

    /// The value as a part of the probe's key.
    pub(super) fn key(&self) -> String {
        self.selector().key()
    }

    /// Reads the value from the files.
    pub(super) fn collect(&self, context: &CollectContext<'_>, files: &FileRef) -> Evidence {
        self.selector().collect(context, files)
    }
}

/// What reading a value from a file comes to.
fn observed(place: &HostPath, value: Result<Option<Value>, SourceError>) -> Observed {
    match value {
        Ok(Some(value)) => Observed::Value(value),
        Ok(None) => Observed::Unset { default: None },
        Err(error) => observed_error(&shown(&place.path), &error),
    }
}

/// One observation for each file.
fn each_file(
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
