//! The closed set of tests of roles and bindings.

use super::examination::Examination;
use super::facts::{BINDINGS, ClusterFacts, RBAC};
use super::{powers, roles, subjects};
use crate::cluster::rbac::Power;
use crate::source::cluster::ObjectKind;
use serde::Deserialize;

/// A test of roles and bindings.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RbacTest {
    /// Nobody holds one of these powers who is not exempt.
    Powers(Vec<Power>),
    /// No role has a wildcard.
    Wildcards,
    /// No binding is to the user `system:anonymous`.
    Anonymous,
    /// No binding is to the group `system:unauthenticated`.
    Unauthenticated,
    /// No binding is to the group `system:authenticated`.
    Authenticated,
    /// No certificate and no binding is for the group `system:masters`.
    SystemMasters,
}

impl RbacTest {
    pub(super) fn examine(&self, facts: &ClusterFacts<'_>) -> Examination {
        match self {
            Self::Powers(powers) => powers::examine(facts, powers),
            Self::Wildcards => roles::wildcards(facts),
            Self::Anonymous => subjects::anonymous(facts),
            Self::Unauthenticated => subjects::of_group(facts, "system:unauthenticated"),
            Self::Authenticated => subjects::of_group(facts, "system:authenticated"),
            Self::SystemMasters => subjects::masters(facts),
        }
    }

    pub(super) fn kinds(&self) -> Vec<ObjectKind> {
        match self {
            Self::Powers(_) | Self::Wildcards => RBAC.to_vec(),
            Self::Unauthenticated | Self::Authenticated => subjects::OF_GROUPS.to_vec(),
            Self::Anonymous => BINDINGS.to_vec(),
            Self::SystemMasters => RBAC.into_iter().chain([ObjectKind::CertificateSigningRequest]).collect(),
        }
    }

    pub(super) fn expected(&self) -> String {
        match self {
            Self::Powers(powers) => {
                let powers = powers.iter().map(|power| power.describe()).collect::<Vec<_>>().join(", or ");
                format!("no binding that was added lets its subjects {powers}")
            }
            Self::Wildcards => "no role that was added has a wildcard".to_owned(),
            Self::Anonymous => "no binding is to the user system:anonymous".to_owned(),
            Self::Unauthenticated => "no binding that was added is to the group system:unauthenticated".to_owned(),
            Self::Authenticated => "no binding that was added is to the group system:authenticated".to_owned(),
            Self::SystemMasters => "no certificate and no added binding is for the group system:masters".to_owned(),
        }
    }
}
