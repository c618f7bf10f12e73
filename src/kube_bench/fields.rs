//! What kube-bench's formats say of a check or group beyond the report's own fields. A report carries it as an extension.

use crate::model::Extensions;
use serde::{Deserialize, Serialize};

/// The extension's name.
const NAME: &str = "kube-bench";

/// The fields of a check of a kube-bench folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CheckFields {
    /// `audit_env`.
    pub(crate) audit_env: String,
    /// `audit_config`.
    pub(crate) audit_config: String,
    /// `type`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// `use_multiple_values`.
    pub(crate) use_multiple_values: bool,
}

/// The fields of a group of a kube-bench folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GroupFields {
    /// `type`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

impl CheckFields {
    /// Those of a check; `None` for one of the core's own.
    pub(crate) fn of(extensions: &Extensions) -> Option<Self> {
        read(extensions)
    }

    pub(crate) fn into_extensions(self) -> Extensions {
        write(&self)
    }
}

impl GroupFields {
    /// Those of a group.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        read(extensions).unwrap_or_default()
    }

    pub(crate) fn into_extensions(self) -> Extensions {
        if self == Self::default() { Extensions::new() } else { write(&self) }
    }
}

fn read<T: for<'de> Deserialize<'de>>(extensions: &Extensions) -> Option<T> {
    T::deserialize(extensions.get(NAME)?).ok()
}

fn write(fields: &impl Serialize) -> Extensions {
    let value = serde_json::to_value(fields).ok();
    value.map(|value| (NAME.to_owned(), value)).into_iter().collect()
}
