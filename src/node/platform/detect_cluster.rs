//! Which platform a cluster has, by its objects.

use super::definition::Platform;
use super::platforms::Platforms;
use super::sign::Sign;

/// What the objects of a cluster show.
#[derive(Debug, Clone, Default)]
pub struct ClusterTraces<'t> {
    /// The versions of its nodes or of its API server.
    pub versions: Vec<&'t str>,
    /// The names of the labels of its nodes.
    pub node_labels: Vec<&'t str>,
    /// Its namespaces.
    pub namespaces: Vec<&'t str>,
}

impl Platforms {
    /// The id of the platform that the user names, else of one with a sign that a cluster shows, and how it was found.
    pub fn of_cluster(&self, traces: &ClusterTraces<'_>) -> Option<(String, String)> {
        if let Some(id) = self.chosen() {
            return Some((id.to_owned(), "--platform".to_owned()));
        }
        let found = |platform: &Platform| platform.detect.iter().find_map(|sign| sign.in_cluster(traces));
        self.signs().find_map(|platform| Some((platform.id.clone(), found(platform)?)))
    }
}

impl Sign {
    /// How the sign shows in a cluster, if all of its conditions about clusters hold. Conditions about nodes do not count.
    fn in_cluster(&self, traces: &ClusterTraces<'_>) -> Option<String> {
        let mut shown = Vec::new();
        if let Some(part) = &self.version {
            let version = traces.versions.iter().find(|version| version.contains(part.as_str()))?;
            shown.push(format!("version {version}"));
        }
        if let Some(start) = &self.node_label {
            let label = traces.node_labels.iter().find(|label| label.starts_with(start.as_str()))?;
            shown.push(format!("label {label} of a node"));
        }
        if let Some(name) = &self.namespace {
            traces.namespaces.iter().find(|namespace| *namespace == name)?;
            shown.push(format!("namespace {name}"));
        }
        (!shown.is_empty()).then(|| shown.join(" with "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_shows_its_platform() {
        let platforms = Platforms::compiled_in().expect("the platforms");
        let of = |version, label, namespace| {
            let traces =
                ClusterTraces { versions: vec![version], node_labels: vec![label], namespaces: vec![namespace] };
            platforms.of_cluster(&traces).map(|(id, _)| id)
        };
        let cases = [
            ("v1.33.1", "kubernetes.io/os", "default", None),
            ("v1.33.1+k3s1", "kubernetes.io/os", "default", Some("k3s")),
            ("v1.33.1+rke2r1", "kubernetes.io/os", "default", Some("rke2")),
            ("v1.33.1-eks-123", "kubernetes.io/os", "default", Some("eks")),
            ("v1.33.1-gke.100", "kubernetes.io/os", "default", Some("gke")),
            ("v1.33.1", "kubernetes.azure.com/agentpool", "default", Some("aks")),
            ("v1.33.1", "kubernetes.io/os", "openshift-apiserver", Some("openshift")),
        ];
        for (version, label, namespace, expected) in cases {
            assert_eq!(of(version, label, namespace).as_deref(), expected, "{version} {label} {namespace}");
        }
    }
}
