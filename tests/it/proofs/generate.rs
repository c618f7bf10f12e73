//! Proofs of rules of one shape, from the tables of `testdata/proofs/tables.yaml`: there stand the verdicts, written by hand;
//! here a table's row only becomes a machine.

mod audit;
mod cloud;
mod documents;
mod files;
mod flags;

use super::case::Case;
use super::machine::Difference;
use super::yaml;
use audit::AuditEntry;
use cloud::CloudEntry;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// The tables.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tables {
    modes: IndexMap<String, Modes>,
    owners: IndexMap<String, Owners>,
    flags: IndexMap<String, FlagTable>,
    documents: IndexMap<String, Vec<DocumentRow>>,
    variables: Vec<DocumentRow>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Modes {
    met: Vec<String>,
    not_met: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Owners {
    met: Vec<OwnerRow>,
    not_met: Vec<OwnerRow>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnerRow {
    name: String,
    file: Map<String, Json>,
    #[serde(default)]
    accounts: Map<String, Json>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct FlagTable {
    good: Vec<String>,
    bad: Vec<String>,
    met: Vec<Vec<String>>,
    not_met: Vec<Vec<String>>,
    unset: Vec<Vec<String>>,
    undetermined: Vec<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct DocumentRow {
    name: String,
    file: Option<String>,
    #[serde(default)]
    drop_ins: IndexMap<String, String>,
    flags: Option<String>,
    variable: Option<String>,
    /// Fields of the file that make it unreadable.
    #[serde(default)]
    broken: Map<String, Json>,
    /// Whether the environment may not be read.
    #[serde(default)]
    denied: bool,
    is: RowState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RowState {
    Met,
    NotMet,
    Undetermined,
    /// As the rule says of a setting that nothing sets.
    Unset,
    /// The same, of a component that was given no file.
    UnsetWithoutFile,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Also<T> {
    met: Vec<T>,
    not_met: Vec<T>,
    unset: Vec<T>,
    undetermined: Vec<T>,
}

impl<T> Default for Also<T> {
    fn default() -> Self {
        Self { met: Vec::new(), not_met: Vec::new(), unset: Vec::new(), undetermined: Vec::new() }
    }
}

fn difference(json: Json) -> Difference {
    serde_json::from_value(json).expect("a difference")
}

impl Tables {
    pub(crate) fn read() -> Self {
        serde_json::from_value(yaml("testdata/proofs/tables.yaml")).unwrap_or_else(|e| panic!("tables: {e}"))
    }

    /// The proofs of one entry: those of a table, or the one that is written out.
    pub(crate) fn cases(&self, entry: Json) -> Result<Vec<Case>, String> {
        let error = |e: serde_json::Error| format!("{e}: {entry}");
        let map = entry.as_object().ok_or("an entry is a mapping")?;
        match (map.len(), map.iter().next()) {
            (1, Some((key, inner))) if key == "modes" => {
                self.modes(&serde_json::from_value(inner.clone()).map_err(error)?)
            }
            (1, Some((key, inner))) if key == "owners" => {
                self.owners(&serde_json::from_value(inner.clone()).map_err(error)?)
            }
            (1, Some((key, inner))) if key == "flag" => {
                self.flag(&serde_json::from_value(inner.clone()).map_err(error)?)
            }
            (1, Some((key, inner))) if key == "document" => {
                self.document(&serde_json::from_value(inner.clone()).map_err(error)?)
            }
            (1, Some((key, inner))) if key == "audit" => {
                Ok(serde_json::from_value::<AuditEntry>(inner.clone()).map_err(error)?.cases())
            }
            (1, Some((key, inner))) if key == "cloud" => {
                Ok(serde_json::from_value::<CloudEntry>(inner.clone()).map_err(error)?.cases())
            }
            _ => Ok(vec![serde_json::from_value(entry.clone()).map_err(error)?]),
        }
    }
}
