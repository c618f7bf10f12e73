//! The enum of the selectors and its dispatch.

use super::selector::Selector;
use super::{audit_policy, encryption_writer, path, same_certificates, unit};
use crate::model::Evidence;
use crate::probe::context::CollectContext;
use crate::probe::file_ref::FileRef;
use serde::Deserialize;

/// Declares the selectors. The key in YAML is the name of the variant in kebab-case.
macro_rules! selectors {
    ($($variant:ident($module:ident::$selector:ident)),+ $(,)?) => {
        /// A value in a file.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(rename_all = "kebab-case")]
        pub(crate) enum Select {
            $($variant($module::$selector)),+
        }

        impl Select {
            fn selector(&self) -> &dyn Selector {
                match self {
                    $(Self::$variant(selector) => selector),+
                }
            }
        }
    };
}

selectors! {
    Path(path::ValueAtPath),
    EncryptionWriter(encryption_writer::EncryptionWriter),
    AuditLevel(audit_policy::AuditLevel),
    AuditLevels(audit_policy::AuditLevels),
    SameCertificatesAs(same_certificates::SameCertificates),
    Unit(unit::UnitValue),
}

impl Select {
    /// The value, in words.
    pub(crate) fn describe(&self) -> String {
        self.selector().describe()
    }

    /// The value as a part of the probe's key.
    pub(crate) fn key(&self) -> String {
        self.selector().key()
    }

    /// Reads the value from the files.
    pub(crate) fn collect(&self, context: &CollectContext<'_>, files: &FileRef) -> Evidence {
        self.selector().collect(context, files)
    }
}
