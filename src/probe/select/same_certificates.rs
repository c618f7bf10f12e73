//! `same-certificates-as`: whether a PEM file has a certificate in common with another.

use super::selector::{Selector, each_file};
use crate::model::{Evidence, Observed, Value};
use crate::probe::FileRef;
use crate::probe::context::{CollectContext, shown};
use crate::probe::locate::locate;
use crate::probe::observed_error::observed_error;
use crate::source::node::HostPath;
use serde::Deserialize;

/// The other file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub(crate) struct SameCertificates(Box<FileRef>);

impl Selector for SameCertificates {
    fn describe(&self) -> String {
        format!("whether it shares a certificate with {}", self.0.describe())
    }
    fn key(&self) -> String {
        format!("same-certificates({})", self.0.key())
    }

    fn collect(&self, context: &CollectContext<'_>, files: &FileRef) -> Evidence {
        each_file(context, files, &self.describe(), |file| match shares_a_certificate(context, file, &self.0) {
            Ok(shares) => Observed::Value(Value::Bool(shares)),
            Err(observed) => observed,
        })
    }
}

fn shares_a_certificate(context: &CollectContext<'_>, file: &HostPath, others: &FileRef) -> Result<bool, Observed> {
    let path = shown(&file.path);
    let not_comparable = |reason: &str| Observed::Unknown(format!("{path} cannot be compared: {reason}"));
    let own = context.documents.certificates(file).map_err(|error| observed_error(&path, &error))?;
    for other in locate(context, others) {
        let other = match other {
            Ok(other) => other,
            Err(Observed::Remark(_)) => continue,
            Err(observed) => return Err(not_comparable(observed.reason().unwrap_or_default())),
        };
        let certificates = context.documents.certificates(&other);
        let certificates = certificates.map_err(|error| not_comparable(&format!("{} {error}", shown(&other.path))))?;
        if own.iter().any(|certificate| certificates.contains(certificate)) {
            return Ok(true);
        }
    }
    Ok(false)
}
