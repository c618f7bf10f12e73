//! The document probe: a value in a YAML, JSON, PEM or unit file whose path may itself come from a setting. Never judges.

use super::context::{CollectContext, shown};
use super::place::places;
use super::setting::not_seen;
use super::{DocumentProbe, Select, select, unit};
use crate::model::{Evidence, Observation, Observed, Value};
use crate::source::node::{HostPath, SourceError};

pub(super) fn collect(scene: &CollectContext<'_>, probe: &DocumentProbe) -> Evidence {
    let attribute = probe.select.describe();
    let places = places(scene, &probe.at);
    if let Select::Unit { section, key } = &probe.select {
        return unit::collect(scene, &places, section, key, &attribute);
    }
    let observe = |place: Result<HostPath, Observed>| {
        let (subject, observed) = match place {
            Err(seen) => (probe.at.describe(), seen),
            Ok(place) => {
                let subject = shown(&place.path);
                let seen = match look(scene, &place, &probe.select) {
                    Ok(Some(value)) => Observed::Value(value),
                    Ok(None) => Observed::Unset { default: None },
                    Err(trouble) => not_seen(&subject, &trouble),
                };
                (subject.clone(), seen)
            }
        };
        Observation { source: format!("file {subject}"), subject, attribute: attribute.clone(), observed }
    };
    Evidence { observations: places.into_iter().map(observe).collect() }
}

fn look(scene: &CollectContext<'_>, place: &HostPath, wanted: &Select) -> Result<Option<Value>, SourceError> {
    match wanted {
        Select::Path(path) => Ok(scene.contents.value(place, path)?.and_then(|json| Value::of_any(&json))),
        Select::EncryptionWriter(resource) => {
            select::encryption_writer(&*scene.contents.encryption_configuration(place)?, resource)
                .map(Value::Text)
                .map(Some)
        }
        Select::AuditLevel { group, resource, verb } => {
            let level = select::audit_level(&*scene.contents.audit_policy(place)?, group, resource, verb)?;
            Ok(Some(Value::Text(level.to_owned())))
        }
        Select::AuditLevels => {
            let levels = select::audit_levels(&*scene.contents.audit_policy(place)?)?;
            let levels: Vec<String> = levels.into_iter().map(str::to_owned).collect();
            Ok((!levels.is_empty()).then_some(Value::List(levels)))
        }
        Select::SameCertificates(other) => {
            let own = scene.contents.certificates(place)?;
            for place in places(scene, other).into_iter().filter(|p| !matches!(p, Err(Observed::Remark(_)))) {
                let place = place.map_err(|seen| {
                    SourceError::Io(format!("there is nothing to compare it with: {}", reason(seen)))
                })?;
                let name = shown(&place.path);
                let others = scene
                    .contents
                    .certificates(&place)
                    .map_err(|trouble| SourceError::Io(format!("it cannot be compared: {name} {trouble}")))?;
                if own.iter().any(|certificate| others.contains(certificate)) {
                    return Ok(Some(Value::Bool(true)));
                }
            }
            Ok(Some(Value::Bool(false)))
        }
        // Spread over several files, which have one value together.
        Select::Unit { .. } => Ok(None),
    }
}

fn reason(seen: Observed) -> String {
    match seen {
        Observed::Missing(reason) | Observed::Unknown(reason) | Observed::Remark(reason) => reason,
        Observed::Value(_) | Observed::Unset { .. } | Observed::Files(_) => String::new(),
    }
}
