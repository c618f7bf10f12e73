//! `unit`: the value of a key of a systemd unit, over its file and its drop-ins.

use super::addresses;
use super::selector::Selector;
use crate::model::{Component, Evidence, Observation, Observed, Value};
use crate::probe::context::{CollectContext, shown};
use crate::probe::file_ref::{FileRef, FileRole};
use crate::probe::locate::{Unit, locate, slices_of, units_at, units_of, usual_unit};
use crate::probe::markup;
use crate::probe::observed_error::observed_error;
use serde::Deserialize;

/// The section of a slice with what a service has in `[Service]`.
const SLICE: &str = "Slice";

/// A key in a section.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String", inline))]
#[serde(try_from = "String")]
pub(crate) struct UnitValue {
    section: String,
    key: String,
}

impl TryFrom<String> for UnitValue {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once('.') {
            Some((section, key)) => Ok(Self { section: section.to_owned(), key: key.to_owned() }),
            None => Err(format!("{} is not SECTION.KEY", crate::text::quote(&text))),
        }
    }
}

impl Selector for UnitValue {
    fn describe(&self) -> String {
        format!("[{}] {}", self.section, self.key)
    }
    fn key(&self) -> String {
        format!("unit({}.{})", self.section, self.key)
    }

    /// The files of a unit have one value together: a list of words. Each unit stands for itself.
    fn collect(&self, context: &CollectContext<'_>, files: &FileRef) -> Evidence {
        let units: Vec<Result<Unit, Observed>> = match files {
            FileRef::Known(component, FileRole::Service) if context.node.runs(*component) => {
                units_of(context, *component)
            }
            // What a unit says has an effect only where it runs the component. Where none runs, the usual one would.
            FileRef::Known(component, FileRole::Service) => vec![usual_unit(context, *component)],
            FileRef::Known(..) | FileRef::Path(_) | FileRef::Setting(_) => units_at(context, locate(context, files)),
        };
        let component = match files {
            FileRef::Known(component, _) => Some(*component),
            FileRef::Path(_) | FileRef::Setting(_) => None,
        };
        let observe = |unit| self.observation(context, component, unit);
        Evidence { observations: units.into_iter().map(observe).collect() }
    }
}

impl UnitValue {
    fn observation(
        &self,
        context: &CollectContext<'_>,
        component: Option<Component>,
        unit: Result<Unit, Observed>,
    ) -> Observation {
        let mut observation = Observation {
            subject: "unit files".to_owned(),
            process: None,
            attribute: self.describe(),
            observed: Observed::Unset { default: None },
            source: "unit files".to_owned(),
        };
        match unit.and_then(|unit| Ok((self.value(context, component, &unit)?, unit))) {
            Ok((value, unit)) => {
                if let Some(name) = unit.name {
                    observation.subject = name;
                }
                if let Some((words, file)) = value {
                    observation.observed = Observed::Value(Value::List(words));
                    observation.source = format!("file {file}");
                }
            }
            Err(observed) => observation.observed = observed,
        }
        observation
    }

    /// The words of the key, and the last file that adds to them.
    fn value(
        &self,
        context: &CollectContext<'_>,
        component: Option<Component>,
        unit: &Unit,
    ) -> Result<Option<(Vec<String>, String)>, Observed> {
        let is_of_addresses = self.key.starts_with("IPAddress");
        let mut lines = Vec::new();
        // The addresses of the slices in which a unit lies are those of the unit as well (`systemd.resource-control(5)`).
        if let Some(component) = component.filter(|_| is_of_addresses) {
            for slice in slices_of(context, component, unit)? {
                lines.extend(self.lines(context, &slice, SLICE)?);
            }
        }
        lines.extend(self.lines(context, unit, &self.section)?);
        let words = lines.iter().flat_map(|(value, _)| value.split(markup::BLANKS)).filter(|word| !word.is_empty());
        let words: Vec<String> = words.map(str::to_owned).collect();
        let words = if is_of_addresses { addresses::combined(words) } else { words };
        Ok(lines.pop().map(|(_, file)| (words, file)))
    }

    /// The lines of the key in the files of a unit, each with its file. Lines add up; an empty one resets the value.
    fn lines(
        &self,
        context: &CollectContext<'_>,
        unit: &Unit,
        section: &str,
    ) -> Result<Vec<(String, String)>, Observed> {
        let mut lines = Vec::new();
        for place in &unit.files {
            let file = shown(&place.path);
            let values = context.documents.unit_values(place, section, &self.key);
            let values = values.map_err(|error| observed_error(&file, &error).missing_is_unknown(|reason| reason))?;
            for value in values {
                if value.is_empty() {
                    lines.clear();
                } else {
                    lines.push((value, file.clone()));
                }
            }
        }
        Ok(lines)
    }
}
