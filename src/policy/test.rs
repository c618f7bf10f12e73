//! What a rule of the catalogue asks about a cluster's objects.

use super::examination::Examination;
use super::facts::ClusterFacts;
use super::{ObjectTest, RbacTest};
use crate::source::cluster::ObjectKind;

/// A test of a cluster's objects.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PolicyTest {
    /// Who may do what.
    Rbac(RbacTest),
    /// What objects are like.
    Object(ObjectTest),
}

impl PolicyTest {
    /// What the lists of a cluster say.
    pub fn examine(&self, facts: &ClusterFacts<'_>) -> Examination {
        match self {
            Self::Rbac(test) => test.examine(facts),
            Self::Object(test) => test.examine(facts),
        }
    }

    /// The kinds whose lists are read.
    pub fn kinds(&self) -> Vec<ObjectKind> {
        match self {
            Self::Rbac(test) => test.kinds(),
            Self::Object(test) => test.kinds(),
        }
    }

    /// What is read, in words.
    pub fn reads(&self) -> String {
        match self.kinds().as_slice() {
            [] => "nothing: no list of the cluster can tell".to_owned(),
            kinds => {
                let name = |kind: &ObjectKind| match kind.opt_in() {
                    None => kind.plural().to_owned(),
                    Some(flag) => format!("{} (with {})", kind.plural(), flag.flag()),
                };
                let names: Vec<String> = kinds.iter().map(name).collect();
                format!("the cluster's {}", names.join(", "))
            }
        }
    }

    /// What must hold, in words.
    pub fn expected(&self) -> String {
        match self {
            Self::Rbac(test) => test.expected(),
            Self::Object(test) => test.expected().to_owned(),
        }
    }
}
