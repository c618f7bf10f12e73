//! Kubernetes versions as people and programs write them.

/// Major and minor version, whatever follows them: `v1.29.3-eks-abc` and `1.29+` are both `(1, 29)`.
pub fn minor_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().trim_start_matches('v').splitn(3, '.');
    let major = parts.next()?.parse().ok()?;
    let second = parts.next()?;
    let digits = second.find(|c: char| !c.is_ascii_digit()).unwrap_or(second.len());
    Some((major, second[..digits].parse().ok()?))
}

/// The version at the start of a text, without a leading `v`: `1.29.3-eks-abc` of `v1.29.3-eks-abc "`. Only major version 1
/// counts, because other programs have other versions.
pub fn leading_version(text: &str) -> Option<String> {
    let text = text.trim_start_matches(['v', '\'', '"']);
    let end =
        text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '+' | '_')).unwrap_or(text.len());
    let version = &text[..end];
    minor_version(version).filter(|(major, _)| *major == 1).map(|_| version.to_owned())
}

/// The minor versions of Kubernetes 1 that a node may have: one where its version is known, every one where nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KubernetesVersions {
    first: u32,
    last: u32,
}

impl KubernetesVersions {
    /// Nothing is known of the version.
    pub const UNKNOWN: Self = Self { first: 0, last: u32::MAX };

    /// The minor version of a text such as `v1.29.3`.
    pub fn of(text: &str) -> Option<Self> {
        minor_version(text).filter(|(major, _)| *major == 1).map(|(_, minor)| Self { first: minor, last: minor })
    }

    /// From the lowest to the highest of these versions; unknown if there is none, or if one of them is not a version.
    pub fn spanning<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let join = |all: Self, one: Self| Self { first: all.first.min(one.first), last: all.last.max(one.last) };
        let versions: Option<Vec<Self>> = texts.into_iter().map(Self::of).collect();
        versions.and_then(|versions| versions.into_iter().reduce(join)).unwrap_or(Self::UNKNOWN)
    }

    /// Whether the version may be 1.`minor` or newer.
    pub const fn may_be_from(self, minor: u32) -> bool {
        self.last >= minor
    }

    /// Whether the version may be older than 1.`minor`.
    pub const fn may_be_before(self, minor: u32) -> bool {
        self.first < minor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_of_distributions() {
        let cases = [
            ("v1.29.3-eks-abc", Some("1.29.3-eks-abc")),
            ("1.30+", Some("1.30+")),
            ("v1.30.4+k3s1", Some("1.30.4+k3s1")),
            ("1.27.8-gke.100 ", Some("1.27.8-gke.100")),
            ("1.29.3-1.1", Some("1.29.3-1.1")),
            ("v1.27.3-rke2r1-0123abcd", Some("1.27.3-rke2r1-0123abcd")),
            ("3.5.10-0", None),
            ("latest", None),
            ("v1", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(leading_version(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn reads_major_and_minor() {
        let cases = [("1.29", Some((1, 29))), ("v1.20.7", Some((1, 20))), ("1.30+", Some((1, 30))), ("1.x", None)];
        for (text, expected) in cases {
            assert_eq!(minor_version(text), expected, "{text}");
        }
    }

    #[test]
    fn a_range_of_versions_answers_what_may_be() {
        let known = KubernetesVersions::of("v1.29.3-eks-abc").expect("a version");
        assert!(known.may_be_from(29) && !known.may_be_from(30) && !known.may_be_before(29) && known.may_be_before(30));
        let several = KubernetesVersions::spanning(["1.31", "1.29", "1.30"]);
        assert!(several.may_be_from(31) && !several.may_be_from(32) && several.may_be_before(30));
        assert!(!several.may_be_before(29));
        for texts in [vec![], vec!["1.29", "eks-1.0"], vec!["3.5.1"]] {
            assert_eq!(KubernetesVersions::spanning(texts), KubernetesVersions::UNKNOWN);
        }
        assert!(KubernetesVersions::UNKNOWN.may_be_before(1) && KubernetesVersions::UNKNOWN.may_be_from(1000));
    }
}
