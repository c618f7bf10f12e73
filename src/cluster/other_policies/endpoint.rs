//! A pod, as the selectors of policies see it.

use crate::source::cluster::object::Labels;

/// The label that the API server gives each namespace: its name.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// A pod, or one to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// The labels of its namespace; `None` if they are not known.
    pub namespace_labels: Option<&'a Labels>,
    /// Its labels.
    pub labels: &'a Labels,
    /// The name of its account.
    pub account: &'a str,
}

impl<'a> Endpoint<'a> {
    /// One of its labels.
    pub(super) fn label(&self, key: &str) -> Option<&'a str> {
        self.labels.get(key).map(String::as_str)
    }

    /// One of the labels of its namespace.
    pub(super) fn namespace_label(&self, key: &str) -> Option<&'a str> {
        let label = self.namespace_labels.and_then(|labels| labels.get(key)).map(String::as_str);
        label.or((key == NAME_LABEL).then_some(self.namespace))
    }

    /// Whether these labels of its namespace can be looked up.
    pub(super) fn knows<'k>(&self, mut keys: impl Iterator<Item = &'k str>) -> bool {
        self.namespace_labels.is_some() || keys.all(|key| key == NAME_LABEL)
    }
}
