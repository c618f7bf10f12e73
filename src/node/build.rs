//! The version in the build information of a Go program.

use crate::model::leading_version;

/// What precedes the version: a linked-in variable, or the main module.
const MARKERS: [&str; 3] = ["/version.gitVersion=", "/pkg/version.Version=", "mod\tk8s.io/kubernetes\t"];

/// The Kubernetes version in build information.
pub fn version_of_build(text: &str) -> Option<String> {
    marked_version(text).map(|(_, version)| version)
}

/// The part of build information that contains the version, and nothing else of it.
pub fn build_excerpt(text: &str) -> String {
    marked_version(text).map(|(marker, version)| format!("{marker}{version}")).unwrap_or_default()
}

fn marked_version(text: &str) -> Option<(&'static str, String)> {
    MARKERS.into_iter().find_map(|marker| Some((marker, text.split(marker).skip(1).find_map(leading_version)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_version() {
        let build = "path\tk8s.io/kubernetes/cmd/kubelet\nbuild\t-ldflags=\"-X 'k8s.io/component-base/version.gitVersion=v1.28.2' -s\"\n";
        assert_eq!(version_of_build(build).as_deref(), Some("1.28.2"));
        assert_eq!(version_of_build("mod\tk8s.io/kubernetes\tv1.33.1\th1:x\n").as_deref(), Some("1.33.1"));
        assert_eq!(version_of_build("mod\tk8s.io/kubernetes\t(devel)\n"), None);
        assert_eq!(build_excerpt(build), "/version.gitVersion=1.28.2");
        assert_eq!(version_of_build(&build_excerpt(build)).as_deref(), Some("1.28.2"));
    }
}
