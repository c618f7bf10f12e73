//! What kube-bench's formats say of a check beyond the report's own fields. A report carries it as an extension.

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

impl CheckFields {
    /// Those of a check; `None` for one of the core's own.
    pub(crate) fn of(extensions: &Extensions) -> Option<Self> {
        Self::deserialize(extensions.get(NAME)?).ok()
    }

    pub(crate) fn into_extensions(self) -> Extensions {
        let value = serde_json::to_value(self).ok();
        value.map(|value| (NAME.to_owned(), value)).into_iter().collect()
    }
}
