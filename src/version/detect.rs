//! Reads every source of the version and chooses among them.

use super::sources::{PATHS, VersionCandidate, bottlerocket, build_information, dpkg, eks, manifest_images, rke2};
use crate::model::minor_version;
use crate::node::Node;
use crate::probe::Collector;
use crate::source::node::HostPath;

/// The Kubernetes version of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetectedVersion {
    /// Without a leading `v`: `1.29.3`, `1.30.4+k3s1`.
    pub version: String,
    /// Where it was read.
    pub source: String,
    /// Whether it is the version of something that runs, and not only of something that is installed.
    pub running: bool,
    /// Other sources with another version, and which one counts.
    pub disagreement: Option<String>,
}

/// No source has a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the node's Kubernetes version was not found; give it (--version 1.21) or name the benchmark (--benchmark cis-1.20)\n{}",
    .tried.iter().map(|t| format!("  tried {t}\n")).collect::<String>().trim_end()
)]
pub struct VersionNotFound {
    /// Each source, and why it has no version.
    pub tried: Vec<String>,
}

impl VersionNotFound {
    /// Adds a source.
    #[must_use]
    pub fn with_tried(mut self, source: String) -> Self {
        self.tried.push(source);
        self
    }
}

/// Reads every source. If they disagree, what runs counts.
pub fn detect(collector: &Collector<'_>, node: &Node) -> Result<DetectedVersion, VersionNotFound> {
    collector.prefetch(PATHS.map(HostPath::host));
    let mut found = Vec::new();
    let mut tried = Vec::new();
    for (name, versions) in [
        // First what runs. Then what a manifest says, from which something may have been started before it was changed.
        ("the build information in the components' executables", build_information(node)),
        ("the image tags in the static pods' manifests", manifest_images(collector, node)),
        ("the package database /var/lib/dpkg/status", dpkg(collector)),
        ("RKE2's data directory", rke2(collector, node)),
        ("VARIANT_ID in /etc/os-release (Bottlerocket)", bottlerocket(collector)),
        ("/etc/eks/kubelet-version.txt", eks(collector)),
    ] {
        match versions {
            Ok(versions) if versions.is_empty() => tried.push(format!("{name}: no version there")),
            Ok(versions) => found.extend(versions),
            Err(reason) => tried.push(format!("{name}: {reason}")),
        }
    }
    let Some(chosen) = found.iter().find(|v| v.running).or_else(|| found.first()) else {
        return Err(VersionNotFound { tried });
    };
    Ok(DetectedVersion {
        version: chosen.version.clone(),
        source: chosen.source.clone(),
        running: chosen.running,
        disagreement: disagreement(chosen, &found),
    })
}

/// The versions with another minor version than the chosen one.
fn disagreement(chosen: &VersionCandidate, found: &[VersionCandidate]) -> Option<String> {
    let others: Vec<String> = found
        .iter()
        .filter(|other| minor_version(&other.version) != minor_version(&chosen.version))
        .map(|other| format!("{} says {}", other.source, other.version))
        .collect();
    (!others.is_empty()).then(|| {
        let why = if chosen.running { "what runs counts" } else { "the first of them counts" };
        format!("Kubernetes {} by {}, but {}; {why}", chosen.version, chosen.source, others.join(" and "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::{Config, Platforms};
    use crate::source::node::RecordedSource;

    fn detect_on(text: &str) -> Result<DetectedVersion, VersionNotFound> {
        let source = RecordedSource::parse(text).expect("a recorded node");
        let config: Config = serde_saphyr::from_str(
            "master: { components: [apiserver], apiserver: { bins: [kube-apiserver], confs: [/etc/kubernetes/manifests/kube-apiserver.yaml] } }\n\
             node: { components: [kubelet], kubelet: { bins: [kubelet] } }",
        )
        .expect("a configuration");
        let node = Node::detect(&source, &config, &Platforms::compiled_in().expect("the platforms"));
        detect(&Collector::new(&source, &node), &node)
    }

    const MANIFEST: &str = "  - { path: /etc/kubernetes/manifests/kube-apiserver.yaml, content: \"spec: {containers: [{image: 'r/kube-apiserver:v1.29.3'}]}\" }\n";
    const PACKAGE: &str = "  - { path: /var/lib/dpkg/status, content: \"Package: kubelet-extras\\nVersion: 1.1\\nStatus: install ok installed\\n\\nPackage: kubelet\\nStatus: install ok installed\\nVersion: 1.30.1-1.1\\n\" }\n";

    #[test]
    fn every_source_is_read() {
        let kubelet = |more: &str| format!("processes: [{{ argv: [kubelet], {more} }}]\n");
        let cases = [
            (format!("files:\n{MANIFEST}"), "1.29.3", "kube-apiserver.yaml"),
            (format!("files:\n{PACKAGE}"), "1.30.1-1.1", "dpkg"),
            (format!("files:\n{}", PACKAGE.replace("install ok", "hold ok")), "1.30.1-1.1", "dpkg"),
            (format!("files:\n{PACKAGE}  - {{ path: /var/lib/dpkg/info/kubelet.list }}\n"), "1.30.1-1.1", "dpkg"),
            ("dirs: [{ path: /var/lib/rancher/rke2/data/v1.27.3-rke2r1-0a }]".to_owned(), "1.27.3-rke2r1-0a", "rke2"),
            (kubelet("exe: /var/lib/rancher/rke2/data/v1.28.1-rke2r1-0b/bin/kubelet"), "1.28.1-rke2r1-0b", "rke2"),
            (
                "files: [{ path: /etc/os-release, content: \"ID=bottlerocket\\nVARIANT_ID=aws-k8s-1.29-nvidia\\n\" }]"
                    .to_owned(),
                "1.29-nvidia",
                "os-release",
            ),
            (
                "files: [{ path: /etc/eks/kubelet-version.txt, content: \"Kubernetes v1.29.3-eks-abc\\n\" }]"
                    .to_owned(),
                "1.29.3-eks-abc",
                "/etc/eks",
            ),
            (
                kubelet("build: \"build\\t-ldflags=-X k8s.io/component-base/version.gitVersion=v1.31.2\""),
                "1.31.2",
                "executable of kubelet",
            ),
            (
                "processes: [{ argv: [/usr/local/bin/k3s, server], build: \"-X github.com/k3s-io/k3s/pkg/version.Version=v1.30.4+k3s1\" }]"
                    .to_owned(),
                "1.30.4+k3s1",
                "executable of k3s server (pid 1000)",
            ),
        ];
        for (host, version, source) in cases {
            let found = detect_on(&host).unwrap_or_else(|e| panic!("{host}: {e}"));
            assert_eq!(found.version, version, "{host}");
            assert!(found.source.contains(source), "{found:?}");
            assert_eq!(found.disagreement, None);
        }
        let none = detect_on("files: [{ path: /etc/os-release, content: \"ID=debian\\nVARIANT_ID=k8s-1.2\\n\" }]");
        assert_eq!(none.expect_err("no version").tried.len(), 6);
        detect_on(&format!("files:\n{PACKAGE}dirs: [{{ path: /var/lib/dpkg/info }}]")).expect_err("it was removed");
    }

    #[test]
    fn the_running_version_counts_and_disagreement_is_reported() {
        let found = detect_on(&format!("files:\n{MANIFEST}{PACKAGE}processes: [{{ argv: [kube-apiserver] }}]"))
            .expect("a version");
        assert_eq!(found.version, "1.29.3");
        assert!(found.disagreement.is_some_and(|r| r.contains("1.30.1") && r.contains("what runs counts")));
        // The tag of a manifest says what was started from it last, the executable what runs.
        let api = "processes: [{ argv: [kube-apiserver], build: \"mod\\tk8s.io/kubernetes\\tv1.31.2\\n\" }]";
        let found = detect_on(&format!("files:\n{MANIFEST}{api}")).expect("a version");
        assert_eq!(
            (found.version.as_str(), found.source.as_str()),
            ("1.31.2", "the executable of kube-apiserver (pid 1000)")
        );
        assert!(found.disagreement.is_some_and(|r| r.contains("kube-apiserver.yaml says 1.29.3; what runs counts")));
        let kubelet = "processes: [{ argv: [kubelet], build: \"mod\\tk8s.io/kubernetes\\tv1.28.9\\n\" }]";
        let found = detect_on(&format!("files:\n{PACKAGE}{kubelet}")).expect("a version");
        assert_eq!(found.version, "1.28.9");
        assert!(found.disagreement.is_some());
    }
}
