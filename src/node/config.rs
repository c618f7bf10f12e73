//! `config.yaml`, typed: where components are looked for, and which benchmark serves which version. Reads no host.

use crate::yaml::OneOrMany;
use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use std::fmt;
use std::str::FromStr;

/// A part of a node or cluster that a benchmark has a section for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// The control plane's components and files.
    Master,
    /// etcd.
    Etcd,
    /// The control plane's configuration as a whole.
    ControlPlane,
    /// kubelet and kube-proxy.
    Node,
    /// The cluster's policies.
    Policies,
    /// Services of a managed cluster.
    ManagedServices,
}

impl Target {
    /// All of them, in a report's usual order.
    pub const ALL: [Self; 6] =
        [Self::Master, Self::Etcd, Self::ControlPlane, Self::Node, Self::Policies, Self::ManagedServices];

    /// Its name in files, flags and reports.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Master => "master",
            Self::Etcd => "etcd",
            Self::ControlPlane => "controlplane",
            Self::Node => "node",
            Self::Policies => "policies",
            Self::ManagedServices => "managedservices",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Target {
    type Err = ();

    /// Reads a name; `worker` means the node.
    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "worker" {
            return Ok(Self::Node);
        }
        Self::ALL.into_iter().find(|t| t.id() == text).ok_or(())
    }
}

/// The whole file. Keys that kube-bench's own file has and nothing here needs are passed over.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Config {
    master: TargetConfig,
    node: TargetConfig,
    etcd: TargetConfig,
    controlplane: TargetConfig,
    policies: TargetConfig,
    managedservices: TargetConfig,
    version_mapping: IndexMap<String, String>,
    target_mapping: IndexMap<String, Vec<Target>>,
}

/// The components of a target.
#[derive(Debug, Clone, Default)]
pub struct TargetConfig {
    /// Their names, in the order in which they are looked for.
    pub components: Vec<String>,
    entries: IndexMap<String, Candidates>,
}

/// One key is `components`, every other one is a component. Read by hand, since serde's `flatten` loses the places of what
/// is wrong.
impl<'de> Deserialize<'de> for TargetConfig {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TargetVisitor;
        impl<'de> Visitor<'de> for TargetVisitor {
            type Value = TargetConfig;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`components` and an entry for each of them")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TargetConfig, A::Error> {
                let mut target = TargetConfig::default();
                while let Some(key) = map.next_key::<String>()? {
                    if key == "components" {
                        target.components = map.next_value()?;
                    } else {
                        target.entries.insert(key, map.next_value()?);
                    }
                }
                Ok(target)
            }
        }
        deserializer.deserialize_map(TargetVisitor)
    }
}

/// Where one component is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Candidates {
    /// Names of its program, each perhaps with words that follow it.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(test, schemars(with = "OneOrMany<String>"))]
    pub bins: Vec<String>,
    /// Whether a node of this target can do without it.
    #[serde(deserialize_with = "flag_or_text")]
    #[cfg_attr(test, schemars(with = "serde_json::Value"))]
    pub optional: bool,
    /// Configuration files or manifests.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(test, schemars(with = "OneOrMany<String>"))]
    pub confs: Vec<String>,
    /// Unit files.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(test, schemars(with = "OneOrMany<String>"))]
    pub svc: Vec<String>,
    /// kubeconfigs.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(test, schemars(with = "OneOrMany<String>"))]
    pub kubeconfig: Vec<String>,
    /// Certificate authorities.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(test, schemars(with = "OneOrMany<String>"))]
    pub cafile: Vec<String>,
    /// Data directories.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(test, schemars(with = "OneOrMany<String>"))]
    pub datadirs: Vec<String>,
    /// Taken where none of `confs` exists.
    pub defaultconf: Option<String>,
    /// Taken where none of `svc` exists.
    pub defaultsvc: Option<String>,
    /// Taken where none of `kubeconfig` exists.
    pub defaultkubeconfig: Option<String>,
    /// Taken where none of `cafile` exists.
    pub defaultcafile: Option<String>,
    /// Taken where none of `datadirs` exists.
    pub defaultdatadir: Option<String>,
}

#[cfg(test)]
impl schemars::JsonSchema for TargetConfig {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Target".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let entry = generator.subschema_for::<Candidates>();
        schemars::json_schema!({
            "description": "The components of a target, and where each is looked for",
            "type": "object",
            "properties": { "components": { "type": "array", "items": { "type": "string" } } },
            "additionalProperties": entry,
        })
    }
}

/// The file's JSON Schema.
#[cfg(test)]
pub(crate) fn schema() -> schemars::Schema {
    schemars::schema_for!(Config)
}

fn flag_or_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Bool(b) => b,
        other => other.as_str() == Some("true"),
    })
}

fn one_or_many<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    OneOrMany::deserialize(deserializer).map(|OneOrMany(list)| list)
}

/// A Kubernetes version for which no benchmark is known.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// Not of the form MAJOR.MINOR.
    #[error("`{0}` is not a Kubernetes version such as 1.21")]
    Form(String),
    /// Older than every benchmark.
    #[error("Kubernetes {0} is older than {1}, the oldest version that a benchmark covers; name one with --benchmark")]
    TooOld(String, String),
}

impl Config {
    /// Every Kubernetes version that is mapped, with its benchmark.
    pub fn mapped_versions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.version_mapping.iter().map(|(version, benchmark)| (version.as_str(), benchmark.as_str()))
    }

    /// Every benchmark whose targets are listed.
    pub fn mapped_benchmarks(&self) -> impl Iterator<Item = &str> {
        self.target_mapping.keys().map(String::as_str)
    }

    /// A target's part.
    pub fn target(&self, target: Target) -> &TargetConfig {
        match target {
            Target::Master => &self.master,
            Target::Node => &self.node,
            Target::Etcd => &self.etcd,
            Target::ControlPlane => &self.controlplane,
            Target::Policies => &self.policies,
            Target::ManagedServices => &self.managedservices,
        }
    }

    /// The first entry of a component over the targets, `target` before the others.
    pub fn candidates(&self, target: Target, component: &str) -> Option<&Candidates> {
        std::iter::once(target).chain(Target::ALL).find_map(|t| self.target(t).candidates(component))
    }

    /// The benchmark for a Kubernetes version: the nearest that is not newer. With it, a remark where the version is not
    /// listed itself.
    pub fn benchmark_for(&self, version: &str) -> Result<(String, Option<String>), VersionError> {
        if let Some(benchmark) = self.version_mapping.get(version) {
            return Ok((benchmark.clone(), None));
        }
        let asked = minor(version).ok_or_else(|| VersionError::Form(version.to_owned()))?;
        let mut known: Vec<((u32, u32), &String)> =
            self.version_mapping.iter().filter_map(|(v, b)| Some((minor(v)?, b))).collect();
        known.sort();
        let text = |(major, minor): (u32, u32)| format!("{major}.{minor}");
        match known.iter().rev().find(|(v, _)| *v <= asked) {
            Some((found, benchmark)) if *found == asked => Ok(((*benchmark).clone(), None)),
            Some((found, benchmark)) => Ok((
                (*benchmark).clone(),
                Some(format!(
                    "no benchmark names Kubernetes {}; {benchmark}, which serves {}, is the nearest below it",
                    text(asked),
                    text(*found)
                )),
            )),
            None => {
                Err(VersionError::TooOld(version.to_owned(), known.first().map_or_else(String::new, |(v, _)| text(*v))))
            }
        }
    }

    /// The targets of a benchmark, if the file lists them.
    pub fn targets_of(&self, benchmark: &str) -> Option<&[Target]> {
        self.target_mapping.get(benchmark).map(Vec::as_slice)
    }

    /// Every version that is mapped to a benchmark, in order.
    pub fn versions_of(&self, benchmark: &str) -> Vec<&str> {
        self.version_mapping.iter().filter(|(_, b)| *b == benchmark).map(|(v, _)| v.as_str()).collect()
    }
}

impl TargetConfig {
    /// A component's entry, if this target has one.
    pub fn candidates(&self, component: &str) -> Option<&Candidates> {
        self.entries.get(component)
    }
}

/// Major and minor number of a version, whatever follows them: `v1.29.3-eks-abc`, `1.30+`.
pub fn minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim().trim_start_matches('v').splitn(3, '.');
    let major = parts.next()?.parse().ok()?;
    let second = parts.next()?;
    let digits = second.find(|c: char| !c.is_ascii_digit()).unwrap_or(second.len());
    Some((major, second[..digits].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config {
            version_mapping: [
                ("1.15", "cis-1.5"),
                ("1.20", "cis-1.20"),
                ("1.9", "ancient"),
                ("1.29", "cis-1.11"),
                ("eks-1.0", "eks"),
            ]
            .map(|(v, b)| (v.to_owned(), b.to_owned()))
            .into(),
            ..Config::default()
        }
    }

    #[test]
    fn a_version_takes_the_nearest_benchmark_that_is_not_newer() {
        let cases = [
            ("1.20", "cis-1.20", false),
            ("v1.20.7", "cis-1.20", false),
            ("1.20+", "cis-1.20", false),
            ("1.21", "cis-1.20", true),
            ("1.99", "cis-1.11", true),
            ("eks-1.0", "eks", false),
            ("v1.29.3-eks-abc", "cis-1.11", false),
            ("1.10", "ancient", true),
        ];
        for (version, benchmark, remark) in cases {
            let (found, said) = config().benchmark_for(version).expect(version);
            assert_eq!((found.as_str(), said.is_some()), (benchmark, remark), "{version}");
        }
        assert!(matches!(config().benchmark_for("1.2"), Err(VersionError::TooOld(_, oldest)) if oldest == "1.9"));
        for bad in ["", "one", "1", "v", "1.x"] {
            assert!(matches!(config().benchmark_for(bad), Err(VersionError::Form(_))), "{bad}");
        }
    }
}
