//! References to images: `registry.example:5000/team/app:1.2@sha256:…`.

/// A reference in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImageReference<'a> {
    /// Registry and path.
    pub(crate) name: &'a str,
    /// The tag, if there is one.
    pub(crate) tag: Option<&'a str>,
    /// What follows `@`.
    pub(crate) digest: Option<&'a str>,
}

impl<'a> ImageReference<'a> {
    /// Splits a reference. The port of a registry is no tag.
    pub(crate) fn parse(text: &'a str) -> Self {
        let (rest, digest) = text.split_once('@').map_or((text, None), |(rest, digest)| (rest, Some(digest)));
        let path = rest.rfind('/').map_or(0, |slash| slash + 1);
        match rest[path..].split_once(':') {
            Some((_, tag)) => Self { name: &rest[..rest.len() - tag.len() - 1], tag: Some(tag), digest },
            None => Self { name: rest, tag: None, digest },
        }
    }

    /// The last part of the name.
    pub(crate) fn short_name(&self) -> &'a str {
        self.name.rsplit('/').next().unwrap_or_default()
    }

    /// Whether it has a digest with as many digits as its algorithm needs.
    pub(crate) fn has_valid_digest(&self) -> bool {
        let hex = self.digest.and_then(|digest| digest.strip_prefix("sha256:"));
        hex.is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_have_parts() {
        for (text, name, tag, digest, short) in [
            ("debian", "debian", None, None, "debian"),
            ("debian:12", "debian", Some("12"), None, "debian"),
            ("host:5000/a/b", "host:5000/a/b", None, None, "b"),
            ("host:5000/a/b:c", "host:5000/a/b", Some("c"), None, "b"),
            ("a/b:c@sha256:0", "a/b", Some("c"), Some("sha256:0"), "b"),
            ("a@sha256:0", "a", None, Some("sha256:0"), "a"),
            ("", "", None, None, ""),
        ] {
            let image = ImageReference::parse(text);
            assert_eq!((image.name, image.tag, image.digest, image.short_name()), (name, tag, digest, short), "{text}");
        }
    }

    #[test]
    fn a_digest_has_64_digits() {
        for (digest, valid) in [
            (format!("sha256:{}", "0a".repeat(32)), true),
            (format!("sha256:{}", "0A".repeat(32)), false),
            (format!("sha256:{}", "0".repeat(63)), false),
            (format!("sha256:{}", "g".repeat(64)), false),
            ("0".repeat(64), false),
            (String::new(), false),
        ] {
            assert_eq!(ImageReference::parse(&format!("a:1@{digest}")).has_valid_digest(), valid, "{digest}");
        }
    }
}
