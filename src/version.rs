//! Which Kubernetes version this node runs: read from what lies on it, never asked of a program. Guesses nothing.

use crate::model::Component;
use crate::node::Node;
use crate::node::minor;
use crate::probe::{Collector, FileRole};
use crate::source::node::{HostPath, NodeSource, SourceError};
use serde_json::Value as Json;

/// A version, and where it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clue {
    /// As it was written, without a leading `v`: `1.29.3`, `1.30.4+k3s1`.
    pub version: String,
    /// Where it was read.
    pub source: String,
    /// Whether it is the version of something that runs, not only of something that lies there.
    pub running: bool,
}

/// What was found out about the version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    /// The clue that counts.
    pub clue: Clue,
    /// What the reader should know: sources that disagree.
    pub remark: Option<String>,
}

/// No source tells the version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the node's Kubernetes version was not found; give it (--version 1.21) or name the benchmark (--benchmark cis-1.20)\n{}",
    .tried.iter().map(|t| format!("  tried {t}\n")).collect::<String>().trim_end()
)]
pub struct NotFound {
    /// Each source, and why it told nothing.
    pub tried: Vec<String>,
}

impl NotFound {
    /// With one more source that told nothing.
    #[must_use]
    pub fn and(mut self, source: String) -> Self {
        self.tried.push(source);
        self
    }
}

/// Reads every source; of several that disagree, what runs counts.
pub fn detect(collector: &Collector<'_>, node: &Node, host: &dyn NodeSource) -> Result<Detection, NotFound> {
    let mut clues = Vec::new();
    let mut tried = Vec::new();
    for (source, found) in [
        ("the image tags of the static pods' manifests", images(collector, node)),
        ("the package database /var/lib/dpkg/status", packages(collector)),
        ("RKE2's data directory", rke2(node, host)),
        ("VARIANT_ID in /etc/os-release (Bottlerocket)", bottlerocket(collector)),
        ("/etc/eks/kubelet-version.txt", eks(collector)),
        ("the build information in the components' executables", build_information(node, host)),
    ] {
        match found {
            Ok(found) if found.is_empty() => tried.push(format!("{source}: no version there")),
            Ok(found) => clues.extend(found),
            Err(reason) => tried.push(format!("{source}: {reason}")),
        }
    }
    let counts = clues.iter().find(|c| c.running).or_else(|| clues.first()).cloned();
    let Some(clue) = counts else {
        return Err(NotFound { tried });
    };
    let others: Vec<String> = clues
        .iter()
        .filter(|other| minor(&other.version) != minor(&clue.version))
        .map(|other| format!("{} says {}", other.source, other.version))
        .collect();
    let remark = (!others.is_empty()).then(|| {
        let why = if clue.running { "what runs counts" } else { "the first of them counts" };
        format!("Kubernetes {} by {}, but {}; {why}", clue.version, clue.source, others.join(" and "))
    });
    Ok(Detection { clue, remark })
}

type Clues = Result<Vec<Clue>, String>;

/// `registry.k8s.io/kube-apiserver:v1.29.3` in the manifests of the control plane.
fn images(collector: &Collector<'_>, node: &Node) -> Clues {
    let mut clues = Vec::new();
    let Ok(path) = "spec.containers[*].image".parse() else { return Ok(clues) };
    for component in [Component::Apiserver, Component::ControllerManager, Component::Scheduler, Component::Proxy] {
        for (file, images) in collector.values_of(component, FileRole::Manifest, &path) {
            let images = images.as_array().into_iter().flatten().filter_map(Json::as_str);
            clues.extend(images.filter_map(image_version).map(|version| Clue {
                version,
                source: format!("the image in {file}"),
                running: node.runs(component),
            }));
        }
    }
    Ok(clues)
}

/// The tag of a component's image, if it is a version.
pub(crate) fn image_version(image: &str) -> Option<String> {
    let (_, name) = image.rsplit_once('/').unwrap_or(("", image));
    let name = name.split_once('@').map_or(name, |(front, _)| front);
    let (name, tag) = name.split_once(':')?;
    // A tag has no `+`; it is written as `-` or `_`.
    let ours = name.starts_with("kube-") || name.starts_with("hyperkube");
    version_in(tag).filter(|_| ours)
}

/// The version of Debian's package of the kubelet.
fn packages(collector: &Collector<'_>) -> Clues {
    let path = "/var/lib/dpkg/status";
    let text = collector.cut(&HostPath::host(path), kubelets_package).map_err(|e| told(&e))?;
    let found = text.lines().find_map(|l| l.strip_prefix("Version: ")).and_then(version_in);
    Ok(found
        .map(|version| Clue { version, source: format!("the kubelet's package in {path}"), running: false })
        .into_iter()
        .collect())
}

/// The lines on the kubelet's package, if it is installed.
pub(crate) fn kubelets_package(text: &str) -> String {
    const NAME: &str = "Package: kubelet";
    const STATUS: &str = "Status: install ok installed";
    let installed = |stanza: &&str| [NAME, STATUS].iter().all(|wanted| stanza.lines().any(|l| l == *wanted));
    let version = text.split("\n\n").find(installed).and_then(|s| s.lines().find(|l| l.starts_with("Version: ")));
    version.map(|version| format!("{NAME}\n{STATUS}\n{}\n", version.trim_end_matches('\r'))).unwrap_or_default()
}

/// `/var/lib/rancher/rke2/data/v1.27.3-rke2r1-…`: of a running component's executable, else of the folders there.
fn rke2(node: &Node, host: &dyn NodeSource) -> Clues {
    const DATA: &str = "/var/lib/rancher/rke2/data/";
    let in_data = |path: &str| version_in(path.strip_prefix(DATA)?.split('/').next()?);
    for component in Component::ALL {
        for instance in &node.found(component).instances {
            let process = &instance.process;
            let paths = process.exe.iter().chain(process.argv.first());
            if let Some(version) = paths.filter_map(|p| in_data(p)).next() {
                let source = format!("the executable of {} (pid {}) in {DATA}", component.program(), process.pid);
                return Ok(vec![Clue { version, source, running: true }]);
            }
        }
    }
    let names = host.list(&HostPath::host(DATA)).map_err(|e| told(&e))?;
    let versions = names.iter().filter_map(|name| version_in(name));
    Ok(versions.map(|version| Clue { version, source: format!("a folder of {DATA}"), running: false }).collect())
}

/// `VARIANT_ID=aws-k8s-1.29`.
fn bottlerocket(collector: &Collector<'_>) -> Clues {
    let text = collector.cut(&HostPath::host("/etc/os-release"), system_and_variant).map_err(|e| told(&e))?;
    let field = |name: &str| {
        let value = text.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix('='))?;
        Some(value.trim_matches('"').to_owned())
    };
    if field("ID").as_deref() != Some("bottlerocket") {
        return Ok(Vec::new());
    }
    let version = field("VARIANT_ID").and_then(|v| version_in(v.rsplit_once("k8s-")?.1));
    let source = "VARIANT_ID in /etc/os-release".to_owned();
    Ok(version.map(|version| Clue { version, source, running: false }).into_iter().collect())
}

/// The lines of an os-release file that count.
pub(crate) fn system_and_variant(text: &str) -> String {
    let lines = ["ID=", "VARIANT_ID="].into_iter().filter_map(|key| text.lines().find(|l| l.starts_with(key)));
    lines.map(|line| format!("{}\n", line.trim_end_matches('\r'))).collect()
}

/// `Kubernetes v1.29.3-eks-…`, as Amazon's images have it.
fn eks(collector: &Collector<'_>) -> Clues {
    let path = "/etc/eks/kubelet-version.txt";
    let version = collector.cut(&HostPath::host(path), first_version).map_err(|e| told(&e))?;
    let found = version_in(&version);
    Ok(found.map(|version| Clue { version, source: path.to_owned(), running: false }).into_iter().collect())
}

/// The first word that is a version.
pub(crate) fn first_version(text: &str) -> String {
    text.split_whitespace().find_map(version_in).unwrap_or_default()
}

/// What Go's linker noted in the executable of a running component.
fn build_information(node: &Node, host: &dyn NodeSource) -> Clues {
    let mut clues = Vec::new();
    let mut reason = "no component runs".to_owned();
    for component in [Component::Kubelet, Component::Apiserver, Component::Proxy] {
        for instance in &node.found(component).instances {
            match host.build_information(instance.process.pid) {
                Ok(text) => clues.extend(version_of_build(&text).map(|version| Clue {
                    version,
                    source: format!("the executable of {} (pid {})", component.program(), instance.process.pid),
                    running: true,
                })),
                Err(trouble) => reason = format!("{}: {}", component.program(), told(&trouble)),
            }
        }
    }
    if clues.is_empty() { Err(reason) } else { Ok(clues) }
}

/// What stands before the version in build information: as it was linked in, or as that of the main module.
const MARKS: [&str; 3] = ["/version.gitVersion=", "/pkg/version.Version=", "mod\tk8s.io/kubernetes\t"];

/// The version that build information tells.
pub(crate) fn version_of_build(text: &str) -> Option<String> {
    marked_version(text).map(|(_, version)| version)
}

/// The part of build information that tells the version, and nothing else of it.
pub fn build_excerpt(text: &str) -> String {
    marked_version(text).map(|(mark, version)| format!("{mark}{version}")).unwrap_or_default()
}

fn marked_version(text: &str) -> Option<(&'static str, String)> {
    MARKS.into_iter().find_map(|mark| Some((mark, text.split(mark).skip(1).find_map(version_in)?)))
}

/// A version at the start of a text: `v1.29.3-eks-abc` gives `1.29.3-eks-abc`.
pub(crate) fn version_in(text: &str) -> Option<String> {
    let text = text.trim_start_matches(['v', '\'', '"']);
    let end =
        text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '+' | '_')).unwrap_or(text.len());
    let version = &text[..end];
    // Kubernetes has no other first number, and other programs have.
    minor(version).filter(|(major, _)| *major == 1).map(|_| version.to_owned())
}

fn told(trouble: &SourceError) -> String {
    trouble.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Config;
    use crate::source::node::RecordedSource;

    #[test]
    fn what_is_cut_out_of_a_file_is_all_that_is_read_of_it() {
        let package = "Package: kubelet\r\nStatus: install ok installed\nVersion: 1.30.1\r";
        for (cut, text) in [
            (kubelets_package as fn(&str) -> String, package),
            (kubelets_package, "Package: kubelet\nStatus: install ok installed\nVersion: \r\r\n1.2"),
            (system_and_variant, "ID=bottlerocket\r"),
            (first_version, "Kubernetes v1.29.3\r"),
        ] {
            assert_eq!(cut(&cut(text)), cut(text), "{text:?}");
            assert!(!cut(text).is_empty() && !cut(text).contains('\r'), "{text:?}");
        }
    }

    #[test]
    fn versions_are_read_in_their_many_forms() {
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
            assert_eq!(version_in(text).as_deref(), expected, "{text}");
        }
        let images = [
            ("registry.k8s.io/kube-apiserver:v1.29.3", Some("1.29.3")),
            ("localhost:5000/kube-proxy:v1.29.3@sha256:00", Some("1.29.3")),
            ("registry.k8s.io/etcd:3.5.10-0", None),
            ("registry.k8s.io/pause:1.9", None),
            ("registry.k8s.io/kube-apiserver@sha256:00", None),
            ("kube-apiserver", None),
        ];
        for (image, expected) in images {
            assert_eq!(image_version(image).as_deref(), expected, "{image}");
        }
        let build = "path\tk8s.io/kubernetes/cmd/kubelet\nbuild\t-ldflags=\"-X 'k8s.io/component-base/version.gitVersion=v1.28.2' -s\"\n";
        assert_eq!(version_of_build(build).as_deref(), Some("1.28.2"));
        assert_eq!(version_of_build("mod\tk8s.io/kubernetes\tv1.33.1\th1:x\n").as_deref(), Some("1.33.1"));
        assert_eq!(version_of_build("mod\tk8s.io/kubernetes\t(devel)\n"), None);
        assert_eq!(build_excerpt(build), "/version.gitVersion=1.28.2");
        assert_eq!(version_of_build(&build_excerpt(build)).as_deref(), Some("1.28.2"));
    }

    fn detect_on(text: &str) -> Result<Detection, NotFound> {
        let host = RecordedSource::parse(text).expect("a host");
        let config: Config = serde_saphyr::from_str(
            "master: { components: [apiserver], apiserver: { bins: [kube-apiserver], confs: [/etc/kubernetes/manifests/kube-apiserver.yaml] } }\n\
             node: { components: [kubelet], kubelet: { bins: [kubelet] } }",
        )
        .expect("a configuration");
        let node = Node::detect(&host, &config);
        detect(&Collector::new(&host, &node, &config), &node, &host)
    }

    const MANIFEST: &str = "  - { path: /etc/kubernetes/manifests/kube-apiserver.yaml, content: \"spec: {containers: [{image: 'r/kube-apiserver:v1.29.3'}]}\" }\n";
    const PACKAGE: &str = "  - { path: /var/lib/dpkg/status, content: \"Package: kubelet-extras\\nVersion: 1.1\\nStatus: install ok installed\\n\\nPackage: kubelet\\nStatus: install ok installed\\nVersion: 1.30.1-1.1\\n\" }\n";

    #[test]
    fn each_source_is_read() {
        let kubelet = |more: &str| format!("processes: [{{ argv: [kubelet], {more} }}]\n");
        let cases = [
            (format!("files:\n{MANIFEST}"), "1.29.3", "kube-apiserver.yaml"),
            (format!("files:\n{PACKAGE}"), "1.30.1-1.1", "dpkg"),
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
        ];
        for (host, version, source) in cases {
            let found = detect_on(&host).unwrap_or_else(|e| panic!("{host}: {e}"));
            assert_eq!(found.clue.version, version, "{host}");
            assert!(found.clue.source.contains(source), "{:?}", found.clue);
            assert_eq!(found.remark, None);
        }
        let nothing = detect_on("files: [{ path: /etc/os-release, content: \"ID=debian\\nVARIANT_ID=k8s-1.2\\n\" }]");
        assert_eq!(nothing.expect_err("nothing tells").tried.len(), 6);
    }

    #[test]
    fn what_runs_counts_and_the_report_says_so() {
        let found = detect_on(&format!("files:\n{MANIFEST}{PACKAGE}processes: [{{ argv: [kube-apiserver] }}]"))
            .expect("a version");
        assert_eq!(found.clue.version, "1.29.3");
        assert!(found.remark.is_some_and(|r| r.contains("1.30.1") && r.contains("what runs counts")));
        let kubelet = "processes: [{ argv: [kubelet], build: \"mod\\tk8s.io/kubernetes\\tv1.28.9\\n\" }]";
        let found = detect_on(&format!("files:\n{PACKAGE}{kubelet}")).expect("a version");
        assert_eq!(found.clue.version, "1.28.9");
        assert!(found.remark.is_some());
    }
}
