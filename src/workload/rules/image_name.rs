//! The name of an image: registry, repository, tag and digest.

use std::net::IpAddr;

/// A name of an image, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ImageName<'a> {
    /// Host and port of the registry; none for the default one.
    pub(super) registry: Option<&'a str>,
    /// The repository at the registry.
    pub(super) repository: &'a str,
    /// The tag.
    pub(super) tag: Option<&'a str>,
    /// The digest.
    pub(super) digest: Option<&'a str>,
}

/// Who may pull from a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RegistryKind {
    /// An image that everyone may pull.
    Public,
    /// A public registry, where a repository may need a credential.
    Shared,
    /// A registry of a cloud: the node has the credential.
    Cloud,
    /// Somebody's own.
    Own,
}

/// The registry of names without one.
const DEFAULT_REGISTRY: &str = "docker.io";

/// A registry by its usual name.
fn registry_host(registry: &str) -> &str {
    if matches!(registry, "index.docker.io" | "registry-1.docker.io") { DEFAULT_REGISTRY } else { registry }
}

impl<'a> ImageName<'a> {
    /// Takes a name apart.
    pub(super) fn parse(name: &'a str) -> Self {
        let (name, digest) = name.split_once('@').map_or((name, None), |(name, digest)| (name, Some(digest)));
        let last = name.rfind('/').map_or(0, |slash| slash + 1);
        let tag_at = name.get(last..).and_then(|of| of.find(':')).map(|colon| last + colon);
        let (path, tag) = tag_at.map_or((name, None), |at| (&name[..at], Some(&name[at + 1..])));
        let is_host = |first: &str| first.contains(['.', ':']) || first == "localhost";
        let (registry, repository) = match path.split_once('/') {
            Some((first, rest)) if is_host(first) => (Some(first), rest),
            _ => (None, path),
        };
        Self { registry, repository, tag, digest }
    }

    /// Whether the digest is one: the algorithm and all digits of the hash.
    pub(super) fn has_valid_digest(&self) -> bool {
        let digits = match self.digest.and_then(|digest| digest.split_once(':')) {
            Some(("sha256", digits)) => Some((digits, 64)),
            Some(("sha512", digits)) => Some((digits, 128)),
            _ => None,
        };
        digits.is_some_and(|(digits, length)| {
            digits.len() == length && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        })
    }

    /// Whether the tag is one that a registry accepts.
    pub(super) fn has_valid_tag(&self) -> bool {
        let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        self.tag.is_some_and(|tag| {
            let mut bytes = tag.bytes();
            let starts = bytes.next().is_some_and(is_word);
            starts && tag.len() <= 128 && bytes.all(|b| is_word(b) || matches!(b, b'.' | b'-'))
        })
    }

    /// Whether it is from a registry, or from a folder of one: `registry.example.com/shop`.
    pub(super) fn is_from(&self, place: &str) -> bool {
        let (host, folder) = place.trim_end_matches('/').split_once('/').unwrap_or((place.trim_end_matches('/'), ""));
        let registry = self.registry.unwrap_or(DEFAULT_REGISTRY);
        if !registry_host(registry).eq_ignore_ascii_case(registry_host(host)) {
            return false;
        }
        let is_official = registry_host(registry) == DEFAULT_REGISTRY && !self.repository.contains('/');
        let repository = if is_official { format!("library/{}", self.repository) } else { self.repository.to_owned() };
        let has_way_up = repository.split('/').any(|part| part == "..");
        let rest = repository.strip_prefix(folder).filter(|_| !has_way_up);
        rest.is_some_and(|rest| folder.is_empty() || rest.is_empty() || rest.starts_with('/'))
    }

    /// Who may pull it.
    pub(super) fn registry_kind(&self) -> RegistryKind {
        let Some(registry) = self.registry else {
            let official = self.repository.strip_prefix("library/").unwrap_or(self.repository);
            return if official.contains('/') { RegistryKind::Shared } else { RegistryKind::Public };
        };
        let host = registry.split(':').next().unwrap_or_default();
        let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| host.ends_with(suffix));
        match host {
            _ if host.parse::<IpAddr>().is_ok() || registry.contains(':') => RegistryKind::Own,
            "registry.k8s.io" | "k8s.gcr.io" | "mcr.microsoft.com" | "public.ecr.aws" => RegistryKind::Public,
            _ if registry_host(host) == DEFAULT_REGISTRY => Self { registry: None, ..*self }.registry_kind(),
            "ghcr.io" | "quay.io" | "registry.gitlab.com" | "lscr.io" | "cgr.dev" => RegistryKind::Shared,
            "gcr.io" => RegistryKind::Cloud,
            _ if ends(&[
                ".gcr.io",
                ".pkg.dev",
                ".azurecr.io",
                ".amazonaws.com",
                ".amazonaws.com.cn",
                ".ocir.io",
                ".icr.io",
            ]) =>
            {
                RegistryKind::Cloud
            }
            _ => RegistryKind::Own,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_apart_as_runtimes_do() {
        let name = |registry, repository, tag, digest| ImageName { registry, repository, tag, digest };
        let cases = [
            ("httpd", name(None, "httpd", None, None)),
            ("httpd:2.4", name(None, "httpd", Some("2.4"), None)),
            ("example/catalog@sha256:ab", name(None, "example/catalog", None, Some("sha256:ab"))),
            ("r.example.com:5000/a/b", name(Some("r.example.com:5000"), "a/b", None, None)),
            (
                "r.example.com:5000/a/b:v1@sha256:ab",
                name(Some("r.example.com:5000"), "a/b", Some("v1"), Some("sha256:ab")),
            ),
            ("localhost/a:latest", name(Some("localhost"), "a", Some("latest"), None)),
            ("", name(None, "", None, None)),
        ];
        for (text, expected) in cases {
            assert_eq!(ImageName::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn a_digest_has_all_of_its_digits() {
        let full = "9f2c4ec6f3a1d3c1b5a7c9e0d2f4861b3a5c7e9012d4f68a0b2c4d6e8f001234";
        let cases = [
            (format!("a@sha256:{full}"), true),
            (format!("a:v1@sha256:{full}"), true),
            (format!("a@sha256:{}", &full[1..]), false),
            (format!("a@sha256:{}", full.to_uppercase()), false),
            (format!("a@md5:{full}"), false),
            ("a@latest".to_owned(), false),
            ("a".to_owned(), false),
        ];
        for (text, expected) in cases {
            assert_eq!(ImageName::parse(&text).has_valid_digest(), expected, "{text}");
        }
    }

    #[test]
    fn registries_are_public_shared_of_a_cloud_or_somebodys_own() {
        use RegistryKind::{Cloud, Own, Public, Shared};
        let cases = [
            ("httpd", Public),
            ("library/httpd", Public),
            ("docker.io/library/httpd", Public),
            ("user/app", Shared),
            ("ghcr.io/user/app", Shared),
            ("registry.k8s.io/pause:3.10", Public),
            ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/app", Cloud),
            ("europe-docker.pkg.dev/p/r/app", Cloud),
            ("registry.example.com/app", Own),
            ("registry.shop.svc:5000/app", Own),
            ("192.0.2.1/app", Own),
            ("localhost:5000/app", Own),
        ];
        for (text, expected) in cases {
            assert_eq!(ImageName::parse(text).registry_kind(), expected, "{text}");
        }
    }
}
