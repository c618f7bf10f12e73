//! The keys of a rule in a catalogue file, and what each accepts. `rule` combines them.

use super::{Situation, WhenMissing, WhenUnset};
use crate::expectation::RawExpectation;
use crate::model::{Component, Severity, Text};
use crate::policy::{BuildTest, ObjectTest, PolicyTest, RbacTest};
use crate::probe::{Probe, for_each_probe};
use crate::workload::WorkloadTest;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value as Json;

/// The values of parameters, by name.
pub(super) type Params = IndexMap<String, Json>;

/// Declares the mappings of a catalogue file. Each probe is a key of both.
macro_rules! declare_mappings {
    ($($key:ident: $variant:ident($probe:ident)),+ $(,)?) => {
        /// One entry of a catalogue file.
        #[derive(Debug, Clone, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub(super) struct RawRule {
            pub(super) id: String,
            pub(super) title: Text,
            pub(super) severity: Severity,
            #[serde(default)]
            pub(super) params: Params,
            $($key: Option<Box<crate::probe::$probe>>,)+
            expect: Option<RawExpectation>,
            when_unset: Option<WhenUnset>,
            when_missing: Option<WhenMissing>,
            all_of: Option<Vec<RawTest>>,
            any_of: Option<Vec<RawTest>>,
            pub(super) applies_if: Option<RawCondition>,
            object: Option<ObjectTest>,
            rbac: Option<RbacTest>,
            pub(super) workload: Option<WorkloadTest>,
            pub(super) dockerfile: Option<BuildTest>,
            pub(super) needs: Option<Component>,
            pub(super) steps: Option<Text>,
            pub(super) rationale: Text,
            pub(super) impact: Option<Text>,
            pub(super) remediation: Text,
            /// The same recommendation elsewhere, such as `Pod Security baseline: privileged`.
            #[serde(default)]
            pub(super) references: Vec<Text>,
            #[serde(default)]
            pub(super) remediation_when: IndexMap<Situation, Text>,
        }

        /// A test inside `all-of` or `any-of`.
        #[derive(Debug, Clone, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub(super) struct RawTest {
            $($key: Option<Box<crate::probe::$probe>>,)+
            expect: Option<RawExpectation>,
            when_unset: Option<WhenUnset>,
            when_missing: Option<WhenMissing>,
            all_of: Option<Vec<Self>>,
            any_of: Option<Vec<Self>>,
        }

        /// What a process must be like for the rule to apply to it.
        #[derive(Debug, Clone, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub(super) struct RawCondition {
            $($key: Option<Box<crate::probe::$probe>>,)+
            expect: Option<RawExpectation>,
            pub(super) otherwise: String,
        }

        impl RawCondition {
            /// The keys that say what is tested.
            pub(super) fn test(&self) -> TestKeys<'_> {
                TestKeys {
                    probes: declare_mappings!(@probes self, $($key $variant)+),
                    expect: self.expect.as_ref(),
                    when_unset: None,
                    when_missing: None,
                    all_of: None,
                    any_of: None,
                }
            }
        }

        declare_mappings!(@test RawRule, $($key $variant)+);
        declare_mappings!(@test RawTest, $($key $variant)+);

        /// The keys of the probes.
        pub(super) const PROBE_KEYS: &[&str] = &[$(stringify!($key)),+];
    };
    (@probes $mapping:ident, $($key:ident $variant:ident)+) => {
        [$($mapping.$key.as_deref().map(|probe| (stringify!($key), Probe::$variant(probe.clone())))),+]
            .into_iter()
            .flatten()
            .collect()
    };
    (@test $mapping:ident, $($key:ident $variant:ident)+) => {
        impl $mapping {
            /// The keys that say what is tested.
            pub(super) fn test(&self) -> TestKeys<'_> {
                TestKeys {
                    probes: declare_mappings!(@probes self, $($key $variant)+),
                    expect: self.expect.as_ref(),
                    when_unset: self.when_unset,
                    when_missing: self.when_missing,
                    all_of: self.all_of.as_deref(),
                    any_of: self.any_of.as_deref(),
                }
            }
        }
    };
}
for_each_probe!(declare_mappings);

impl RawRule {
    /// What is asked about the objects of a cluster.
    pub(super) fn policy(&self) -> Result<Option<PolicyTest>, &'static str> {
        match (self.object, &self.rbac) {
            (None, None) => Ok(None),
            (Some(test), None) => Ok(Some(PolicyTest::Object(test))),
            (None, Some(test)) => Ok(Some(PolicyTest::Rbac(test.clone()))),
            (Some(_), Some(_)) => Err("a rule has either `object` or `rbac`, not both"),
        }
    }
}

/// The keys that a rule and a test inside it have in common.
pub(super) struct TestKeys<'r> {
    /// Each probe with its key. A test has one.
    pub(super) probes: Vec<(&'static str, Probe)>,
    pub(super) expect: Option<&'r RawExpectation>,
    pub(super) when_unset: Option<WhenUnset>,
    pub(super) when_missing: Option<WhenMissing>,
    pub(super) all_of: Option<&'r [RawTest]>,
    pub(super) any_of: Option<&'r [RawTest]>,
}
