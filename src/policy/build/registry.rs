//! What is known of images by their names.

use crate::dockerfile::ImageReference;

/// What an image has, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contents {
    /// No shell and no package manager.
    Bare,
    /// A shell, and mostly a package manager.
    System,
    /// The name does not say it.
    Unknown,
}

/// The last parts of names of images that are known to have a shell.
const SYSTEMS: [&str; 66] = [
    "aarch64",
    "adoptopenjdk",
    "almalinux",
    "alpine",
    "alt",
    "amazoncorretto",
    "amazonlinux",
    "archlinux",
    "aspnet",
    "bash",
    "buildpack-deps",
    "busybox",
    "caddy",
    "cassandra",
    "centos",
    "clearlinux",
    "composer",
    "debian",
    "docker",
    "eclipse-temurin",
    "elasticsearch",
    "fedora",
    "gcc",
    "golang",
    "gradle",
    "haproxy",
    "haskell",
    "httpd",
    "influxdb",
    "jdk",
    "jenkins",
    "jetty",
    "kali-rolling",
    "leap",
    "mageia",
    "mariadb",
    "maven",
    "memcached",
    "mongo",
    "mysql",
    "nanoserver",
    "nginx",
    "node",
    "openjdk",
    "oraclelinux",
    "perl",
    "photon",
    "php",
    "postgres",
    "powershell",
    "python",
    "rabbitmq",
    "redis",
    "rockylinux",
    "ruby",
    "rust",
    "sdk",
    "servercore",
    "swift",
    "tomcat",
    "traefik",
    "tumbleweed",
    "ubuntu",
    "wolfi-base",
    "wordpress",
    "zookeeper",
];

/// Names of images that have a compiler.
const BUILDERS: [&str; 10] =
    ["buildpack-deps", "gcc", "golang", "gradle", "haskell", "jdk", "maven", "rust", "sdk", "swift"];

/// Parts of tags that name a system with a shell.
const SYSTEM_TAGS: [&str; 17] = [
    "alpine", "bookworm", "bullseye", "buster", "centos", "debian", "debug", "dev", "fedora", "focal", "jammy",
    "noble", "slim", "trixie", "ubi8", "ubi9", "ubuntu",
];

/// What an image has, as far as its name says it.
pub(super) fn contents(image: &ImageReference<'_>) -> Contents {
    let short = image.short_name().to_ascii_lowercase();
    let tag = image.tag.unwrap_or_default().to_ascii_lowercase();
    let tag_words: Vec<&str> = tag.split(['-', '_', '.']).collect();
    let has_tag = |words: &[&str]| words.iter().any(|word| tag_words.contains(word));
    let is_bare = image.name.split(['/', '-']).any(|part| matches!(part, "distroless" | "chiselled"))
        || has_tag(&["chiselled", "distroless"])
        || matches!(short.as_str(), "static" | "pause" | "hello-world");
    // A debug variant has a shell, whatever the rest of the name says.
    if is_bare {
        return if has_tag(&["debug", "dev"]) { Contents::System } else { Contents::Bare };
    }
    let is_red_hat = ["ubi8", "ubi9", "ubi10", "rhel7", "rhel8", "rhel9"].iter().any(|name| short.starts_with(name))
        || image.name.split('/').any(|part| matches!(part, "ubi8" | "ubi9" | "ubi10"));
    // The micro variant has a shell as well, but no package manager.
    if is_red_hat || SYSTEMS.contains(&short.as_str()) || has_tag(&SYSTEM_TAGS) {
        return Contents::System;
    }
    Contents::Unknown
}

/// Whether an image has a compiler by its name.
pub(super) fn has_compiler(image: &ImageReference<'_>) -> bool {
    let tag = image.tag.unwrap_or_default();
    BUILDERS.contains(&image.short_name()) || tag.split('-').any(|word| word == "jdk")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_an_image_has() {
        use Contents::{Bare, System, Unknown};
        for (text, expected) in [
            ("alpine", System),
            ("docker.io/library/debian:12-slim", System),
            ("registry.example:5000/mirror/ubuntu:24.04", System),
            ("gcr.io/distroless/static-debian12", Bare),
            ("gcr.io/distroless/static-debian12:nonroot", Bare),
            ("gcr.io/distroless/base:debug", System),
            ("gcr.io/distroless/base:debug-nonroot", System),
            ("cgr.dev/chainguard/static:latest", Bare),
            ("cgr.dev/chainguard/static:latest-dev", System),
            ("mcr.microsoft.com/dotnet/runtime-deps:8.0-noble-chiselled", Bare),
            ("registry.access.redhat.com/ubi9/ubi-minimal:9.4", System),
            ("registry.access.redhat.com/ubi9-micro", System),
            ("example.com/app:1.2", Unknown),
            ("example.com/app:1.2-alpine", System),
            ("example.com/static-site:1", Unknown),
            ("bitnami/kubectl:1.30", Unknown),
            ("registry.k8s.io/pause:3.10", Bare),
            ("redhat/statically:1", Unknown),
        ] {
            assert_eq!(contents(&ImageReference::parse(text)), expected, "{text}");
        }
    }

    #[test]
    fn images_of_compilers_are_known() {
        for (text, expected) in [
            ("golang:1.25", true),
            ("mcr.microsoft.com/dotnet/sdk:8.0", true),
            ("eclipse-temurin:21-jdk", true),
            ("eclipse-temurin:21-jre", false),
            ("alpine", false),
            ("example.com/golang-app:1", false),
        ] {
            assert_eq!(has_compiler(&ImageReference::parse(text)), expected, "{text}");
        }
    }
}
