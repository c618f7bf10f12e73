//! Which benchmark covers which Kubernetes version.

use crate::model::minor_version;
use crate::text::quote;
use indexmap::IndexMap;
use serde::Deserialize;

/// Benchmarks by Kubernetes version.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub(super) struct VersionMapping(IndexMap<String, String>);

/// A Kubernetes version without a benchmark.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// Not of the form MAJOR.MINOR.
    #[error("{} is not a Kubernetes version such as 1.21", quote(.0))]
    Form(String),
    /// Older than every benchmark: the version, and the oldest version that a benchmark covers.
    #[error("Kubernetes {0} is older than {1}, the oldest version that a benchmark covers; name one with --benchmark")]
    TooOld(String, String),
    /// The configuration maps no version.
    #[error(
        "the configuration maps no Kubernetes version to a benchmark; add `version_mapping`, or name a benchmark with --benchmark"
    )]
    NoMapping,
}

impl VersionMapping {
    /// Every version with its benchmark.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(version, benchmark)| (version.as_str(), benchmark.as_str()))
    }

    /// The benchmark for a version: its own, or that of the nearest lower version with a remark.
    pub(super) fn benchmark_for(&self, version: &str) -> Result<(String, Option<String>), VersionError> {
        if let Some(benchmark) = self.0.get(version) {
            return Ok((benchmark.clone(), None));
        }
        let wanted = minor_version(version).ok_or_else(|| VersionError::Form(version.to_owned()))?;
        let mut known: Vec<((u32, u32), &String)> =
            self.0.iter().filter_map(|(v, b)| Some((minor_version(v)?, b))).collect();
        known.sort();
        let text = |(major, minor): (u32, u32)| format!("{major}.{minor}");
        match known.iter().rev().find(|(v, _)| *v <= wanted) {
            Some((nearest, benchmark)) if *nearest == wanted => Ok(((*benchmark).clone(), None)),
            Some((nearest, benchmark)) => Ok((
                (*benchmark).clone(),
                Some(format!(
                    "no benchmark covers Kubernetes {}; using {benchmark}, which covers {}, the nearest lower version",
                    text(wanted),
                    text(*nearest)
                )),
            )),
            None => Err(match known.first() {
                Some((oldest, _)) => VersionError::TooOld(version.to_owned(), text(*oldest)),
                None => VersionError::NoMapping,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping() -> VersionMapping {
        let versions =
            [("1.15", "cis-1.5"), ("1.20", "cis-1.20"), ("1.9", "ancient"), ("1.29", "cis-1.11"), ("eks-1.0", "eks")];
        VersionMapping(versions.map(|(v, b)| (v.to_owned(), b.to_owned())).into())
    }

    #[test]
    fn a_version_has_the_nearest_benchmark_that_is_not_newer() {
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
        for (version, expected, has_remark) in cases {
            let (benchmark, remark) = mapping().benchmark_for(version).expect(version);
            assert_eq!((benchmark.as_str(), remark.is_some()), (expected, has_remark), "{version}");
        }
    }

    #[test]
    fn old_and_malformed_versions_are_refused() {
        assert!(matches!(mapping().benchmark_for("1.2"), Err(VersionError::TooOld(_, oldest)) if oldest == "1.9"));
        for bad in ["", "one", "1", "v", "1.x"] {
            assert!(matches!(mapping().benchmark_for(bad), Err(VersionError::Form(_))), "{bad}");
        }
    }

    #[test]
    fn an_empty_mapping_is_reported_as_such() {
        let error = VersionMapping::default().benchmark_for("1.20").expect_err("there is no benchmark");
        assert_eq!(error, VersionError::NoMapping);
        assert!(error.to_string().contains("maps no Kubernetes version"), "{error}");
    }
}
