//! Where versions are found on a node, one function per source.

use crate::model::{Component, leading_version};
use crate::node::{Node, version_of_build};
use crate::probe::{Collector, FileRole};
use crate::source::node::HostPath;
use memchr::memmem;
use serde_json::Value as Json;

/// A version found in one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VersionCandidate {
    /// Without a leading `v`: `1.29.3`, `1.30.4+k3s1`.
    pub(super) version: String,
    /// Where it was read.
    pub(super) source: String,
    /// Whether it is the version of something that runs, and not only of something that is installed.
    pub(super) running: bool,
}

/// The versions in a source; none if it has none. The error is why it cannot be read.
pub(super) type VersionCandidates = Result<Vec<VersionCandidate>, String>;

/// `registry.k8s.io/kube-apiserver:v1.29.3` in the manifests of the control plane.
pub(super) fn manifest_images(collector: &Collector<'_>, node: &Node) -> VersionCandidates {
    let mut found = Vec::new();
    let Ok(path) = "spec.containers[*].image".parse() else { return Ok(found) };
    for component in [Component::Apiserver, Component::ControllerManager, Component::Scheduler, Component::Proxy] {
        for (file, images) in collector.document_values(component, FileRole::Manifest, &path) {
            let images = images.as_array().into_iter().flatten().filter_map(Json::as_str);
            found.extend(images.filter_map(image_version).map(|version| VersionCandidate {
                version,
                source: format!("the image in {file}"),
                running: node.runs(component),
            }));
        }
    }
    Ok(found)
}

/// The tag of an image of a component, if it is a version.
pub(crate) fn image_version(image: &str) -> Option<String> {
    let (_, name) = image.rsplit_once('/').unwrap_or(("", image));
    let name = name.split_once('@').map_or(name, |(front, _)| front);
    let (name, tag) = name.split_once(':')?;
    let is_component = name.starts_with("kube-") || name.starts_with("hyperkube");
    leading_version(tag).filter(|_| is_component)
}

const DPKG_LISTS: &str = "/var/lib/dpkg/info";
const DPKG_LIST: &str = "/var/lib/dpkg/info/kubelet.list";
const RKE2_DATA: &str = "/var/lib/rancher/rke2/data/";
const EKS_VERSION: &str = "/etc/eks/kubelet-version.txt";

/// What the sources look for.
pub(super) const PATHS: [&str; 4] = [DPKG_LISTS, DPKG_LIST, RKE2_DATA, EKS_VERSION];

/// The version of Debian's kubelet package.
pub(super) fn dpkg(collector: &Collector<'_>) -> VersionCandidates {
    // dpkg has a list of files of each package, which is known sooner than what stands in the megabytes of its database.
    let exists = |path: &str| collector.exists(&HostPath::host(path));
    if exists(DPKG_LISTS) == Ok(true) && exists(DPKG_LIST) == Ok(false) {
        return Ok(Vec::new());
    }
    let path = "/var/lib/dpkg/status";
    let text = collector.extract(&HostPath::host(path), kubelet_package).map_err(|e| e.to_string())?;
    let version = text.lines().find_map(|l| l.strip_prefix("Version: ")).and_then(leading_version);
    Ok(version
        .map(|version| VersionCandidate { version, source: format!("the kubelet's package in {path}"), running: false })
        .into_iter()
        .collect())
}

/// The lines on the kubelet's package, if it is installed.
pub(crate) fn kubelet_package(text: &str) -> String {
    const NAME: &str = "Package: kubelet";
    const STATUS: &str = "Status: install ok installed";
    // A package that is held back, as Kubernetes advises, is `hold ok installed`.
    let is_status = |line: &str| line.starts_with("Status: ") && line.ends_with(" ok installed");
    let is_installed = |stanza: &&str| stanza.lines().any(|l| l == NAME) && stanza.lines().any(is_status);
    // The file has megabytes, in which the name is rare.
    let stanzas = memmem::find_iter(text.as_bytes(), NAME).map(|at| {
        let start = text[..at].rfind("\n\n").map_or(0, |end| end + 2);
        text[start..].split("\n\n").next().unwrap_or_default()
    });
    let version =
        stanzas.into_iter().find(|s| is_installed(s)).and_then(|s| s.lines().find(|l| l.starts_with("Version: ")));
    version.map(|version| format!("{NAME}\n{STATUS}\n{}\n", version.trim_end_matches('\r'))).unwrap_or_default()
}

/// `/var/lib/rancher/rke2/data/v1.27.3-rke2r1-…`: of a running component's executable, else of the directories there.
pub(super) fn rke2(collector: &Collector<'_>, node: &Node) -> VersionCandidates {
    let in_data = |path: &str| leading_version(path.strip_prefix(RKE2_DATA)?.split('/').next()?);
    for component in Component::ALL {
        for instance in &node.processes(component).instances {
            let process = &instance.process;
            let paths = process.exe.iter().chain(process.argv.first());
            if let Some(version) = paths.filter_map(|p| in_data(p)).next() {
                let source = format!("the executable of {} (pid {}) in {RKE2_DATA}", component.program(), process.pid);
                return Ok(vec![VersionCandidate { version, source, running: true }]);
            }
        }
    }
    let names = collector.list(&HostPath::host(RKE2_DATA)).map_err(|e| e.to_string())?;
    let versions = names.iter().filter_map(|name| leading_version(name));
    Ok(versions
        .map(|version| VersionCandidate { version, source: format!("a directory in {RKE2_DATA}"), running: false })
        .collect())
}

/// `VARIANT_ID=aws-k8s-1.29`.
pub(super) fn bottlerocket(collector: &Collector<'_>) -> VersionCandidates {
    let text = collector.extract(&HostPath::host("/etc/os-release"), os_release_ids).map_err(|e| e.to_string())?;
    let field = |name: &str| {
        let value = text.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix('='))?;
        Some(value.trim_matches('"').to_owned())
    };
    if field("ID").as_deref() != Some("bottlerocket") {
        return Ok(Vec::new());
    }
    let version = field("VARIANT_ID").and_then(|v| leading_version(v.rsplit_once("k8s-")?.1));
    let source = "VARIANT_ID in /etc/os-release".to_owned();
    Ok(version.map(|version| VersionCandidate { version, source, running: false }).into_iter().collect())
}

/// The lines of an os-release file that say what kind of machine it is, such as `ID=`, of an os-release file.
pub(crate) fn os_release_ids(text: &str) -> String {
    let lines = ["ID=", "VARIANT_ID=", "OPENSHIFT_VERSION="]
        .into_iter()
        .filter_map(|key| text.lines().find(|l| l.starts_with(key)));
    lines.map(|line| format!("{}\n", line.trim_end_matches('\r'))).collect()
}

/// `Kubernetes v1.29.3-eks-…` in Amazon's images.
pub(super) fn eks(collector: &Collector<'_>) -> VersionCandidates {
    let path = EKS_VERSION;
    let text = collector.extract(&HostPath::host(path), first_version).map_err(|e| e.to_string())?;
    let version = leading_version(&text);
    Ok(version
        .map(|version| VersionCandidate { version, source: path.to_owned(), running: false })
        .into_iter()
        .collect())
}

/// The first word that is a version.
pub(crate) fn first_version(text: &str) -> String {
    text.split_whitespace().find_map(leading_version).unwrap_or_default()
}

/// The build information in the executables of running components, and of programs that contain components.
pub(super) fn build_information(node: &Node) -> VersionCandidates {
    let mut found = Vec::new();
    let mut reason = "no component runs".to_owned();
    for build in node.builds() {
        match &build.text {
            Ok(text) => found.extend(version_of_build(text).map(|version| VersionCandidate {
                version,
                source: format!("the executable of {}", build.subject),
                running: true,
            })),
            Err(error) => reason = format!("{}: {error}", build.subject),
        }
    }
    if found.is_empty() { Err(reason) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extract_of_an_extract_is_the_same() {
        let package = "Package: kubelet\r\nStatus: install ok installed\nVersion: 1.30.1\r";
        for (extract, text) in [
            (kubelet_package as fn(&str) -> String, package),
            (kubelet_package, "Package: kubelet\nStatus: install ok installed\nVersion: \r\r\n1.2"),
            (os_release_ids, "ID=bottlerocket\r"),
            (first_version, "Kubernetes v1.29.3\r"),
        ] {
            assert_eq!(extract(&extract(text)), extract(text), "{text:?}");
            assert!(!extract(text).is_empty() && !extract(text).contains('\r'), "{text:?}");
        }
    }

    #[test]
    fn reads_tags_of_component_images() {
        let cases = [
            ("registry.k8s.io/kube-apiserver:v1.29.3", Some("1.29.3")),
            ("localhost:5000/kube-proxy:v1.29.3@sha256:00", Some("1.29.3")),
            ("registry.k8s.io/etcd:3.5.10-0", None),
            ("registry.k8s.io/pause:1.9", None),
            ("registry.k8s.io/kube-apiserver@sha256:00", None),
            ("kube-apiserver", None),
        ];
        for (image, expected) in cases {
            assert_eq!(image_version(image).as_deref(), expected, "{image}");
        }
    }
}
