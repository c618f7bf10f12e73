//! `same-certificates-as`: whether a PEM file has an authority in common with another: a certificate with the same name and key,
//! or one that issued an authority of the other. Whoever has a certificate of the latter can send both.

use super::selector::{Selector, each_value};
use crate::model::{Component, Evidence, Observed, Value};
use crate::probe::FileRef;
use crate::probe::certificate::{Authority, Certificate, Reader};
use crate::probe::context::{CollectContext, shown};
use crate::probe::locate::locate;
use crate::probe::observed_error::observed_error;
use crate::source::node::HostPath;
use serde::Deserialize;
use std::collections::BTreeSet;

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
        each_value(context, files, &self.describe(), |file| {
            vec![match shared(context, files, file, &self.0) {
                Ok(Some(name)) => (format!("{} ({name})", self.describe()), Observed::Value(Value::Bool(true))),
                Ok(None) => (self.describe(), Observed::Value(Value::Bool(false))),
                Err(observed) => (self.describe(), observed),
            }]
        })
    }
}

/// The name of an authority in a file that accepts what one of another file has signed.
fn shared(
    context: &CollectContext<'_>,
    files: &FileRef,
    file: &HostPath,
    others: &FileRef,
) -> Result<Option<String>, Observed> {
    let path = shown(&file.path);
    let not_comparable = |reason: &str| Observed::Unknown(format!("{path} cannot be compared: {reason}"));
    let own = context.documents.authorities(file, reader(files)).map_err(|error| observed_error(&path, &error))?;
    let own: BTreeSet<Authority> = own.into_iter().map(|certificate| certificate.authority).collect();
    for other in locate(context, others) {
        let other = match other {
            Ok(other) => other,
            Err(Observed::Remark(_)) => continue,
            Err(observed) => return Err(not_comparable(observed.reason().unwrap_or_default())),
        };
        let authorities = context.documents.authorities(&other, reader(others));
        let authorities = authorities.map_err(|error| not_comparable(&format!("{} {error}", shown(&other.path))))?;
        for certificate in &authorities {
            if let Some(name) = accepted_by(&own, certificate) {
                return Ok(Some(name));
            }
        }
    }
    Ok(None)
}

fn accepted_by(own: &BTreeSet<Authority>, certificate: &Certificate) -> Option<String> {
    let name = certificate.authority.name();
    if own.contains(&certificate.authority) {
        return Some(name);
    }
    let issuer = own.iter().find(|authority| certificate.is_issued_by(authority))?;
    Some(format!("{}, which issued {name}", issuer.name()))
}

/// How the component that is given a file reads it.
fn reader(files: &FileRef) -> Reader {
    let component = match files {
        FileRef::Setting(setting) => Some(setting.component),
        FileRef::Known(component, _) => Some(*component),
        FileRef::Path(_) => None,
    };
    if component == Some(Component::Etcd) { Reader::Etcd } else { Reader::Kubernetes }
}
