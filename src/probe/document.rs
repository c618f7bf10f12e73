//! The document probe: a value in a YAML, JSON, PEM or unit file whose path may itself come from a setting. Never judges.

use super::collector::shown;
use super::place::places;
use super::setting::not_seen;
use super::{Collector, DocumentProbe, Evidence, Observation, Seen, Select, markup, select, unit};
use crate::host::{Place, Trouble};
use crate::value::Value;

pub(super) fn collect(collector: &Collector<'_>, probe: &DocumentProbe) -> Evidence {
    let attribute = probe.select.describe();
    let places = places(collector, &probe.at);
    if let Select::Unit { section, key } = &probe.select {
        return unit::collect(collector, &places, section, key, &attribute);
    }
    let observe = |place: Result<Place, Seen>| {
        let (subject, seen) = match place {
            Err(seen) => (probe.at.describe(), seen),
            Ok(place) => {
                let subject = shown(&place.path);
                let seen = match look(collector, &place, &probe.select) {
                    Ok(Some(value)) => Seen::Value(value),
                    Ok(None) => Seen::Unset { default: None },
                    Err(trouble) => not_seen(&subject, &trouble),
                };
                (subject.clone(), seen)
            }
        };
        Observation { source: format!("file {subject}"), subject, attribute: attribute.clone(), seen }
    };
    Evidence { observations: places.into_iter().map(observe).collect() }
}

fn look(collector: &Collector<'_>, place: &Place, wanted: &Select) -> Result<Option<Value>, Trouble> {
    match wanted {
        Select::Path(path) => Ok(path.find(&*collector.document(place)?).and_then(|json| Value::of_any(&json))),
        Select::EncryptionWriter(resource) => {
            select::encryption_writer(&*collector.document(place)?, resource).map(Value::Text).map(Some)
        }
        Select::AuditLevel { group, resource, verb } => {
            let level = select::audit_level(&*collector.document(place)?, group, resource, verb)?;
            Ok(Some(Value::Text(level.to_owned())))
        }
        Select::AuditLevels => {
            let levels = select::audit_levels(&*collector.document(place)?)?;
            let levels: Vec<String> = levels.into_iter().map(str::to_owned).collect();
            Ok((!levels.is_empty()).then_some(Value::List(levels)))
        }
        Select::SameCertificates(other) => {
            let own = markup::certificates(&collector.content(place)?)?;
            for place in places(collector, other) {
                let place = place
                    .map_err(|seen| Trouble::Io(format!("there is nothing to compare it with: {}", reason(seen))))?;
                let name = shown(&place.path);
                let others = collector
                    .content(&place)
                    .and_then(|bytes| markup::certificates(&bytes))
                    .map_err(|trouble| Trouble::Io(format!("it cannot be compared: {name} {trouble}")))?;
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

fn reason(seen: Seen) -> String {
    match seen {
        Seen::Missing(reason) | Seen::Unknown(reason) | Seen::Remark(reason) => reason,
        Seen::Value(_) | Seen::Unset { .. } | Seen::Files(_) => String::new(),
    }
}
