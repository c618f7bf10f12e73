//! `unit`: the value of a key of a systemd unit, over its file and its drop-ins.

use super::selector::Selector;
use crate::model::{Evidence, Observation, Observed, Value};
use crate::probe::context::CollectContext;
use crate::probe::locate::locate;
use crate::probe::{FileRef, markup, unit};
use serde::Deserialize;

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

    /// The files have one value together: a list of words.
    fn collect(&self, context: &CollectContext<'_>, files: &FileRef) -> Evidence {
        let places = locate(context, files);
        let mut observation = Observation {
            subject: "unit files".to_owned(),
            attribute: self.describe(),
            observed: Observed::Unset { default: None },
            source: "unit files".to_owned(),
        };
        match unit::value(context, &places, &self.section, &self.key) {
            Ok(Some((value, file))) => {
                let words = value.split(markup::BLANKS).filter(|word| !word.is_empty());
                observation.observed = Observed::Value(Value::List(words.map(str::to_owned).collect()));
                observation.source = format!("file {file}");
                observation.subject = file;
            }
            Ok(None) => {}
            Err(observed) => observation.observed = observed,
        }
        Evidence::one(observation)
    }
}
