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
}
