//! The types of Kubernetes's API by all of their names, so that a question needs no server.

use super::permission::Reach;

/// A type of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceType {
    /// The name in URLs and rules.
    pub plural: &'static str,
    /// Other names: the singular, the kind in lower case, short names.
    names: &'static [&'static str],
    /// Empty for the core group.
    pub group: &'static str,
    namespaced: bool,
    subresources: &'static [&'static str],
}

const RBAC: &str = "rbac.authorization.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";
const AUTHORIZATION: &str = "authorization.k8s.io";
const STORAGE: &str = "storage.k8s.io";
const RESOURCE: &str = "resource.k8s.io";
const NETWORKING: &str = "networking.k8s.io";
const FLOW: &str = "flowcontrol.apiserver.k8s.io";
const STATUS: &[&str] = &["status"];
const SCALE: &[&str] = &["scale", "status"];

const fn of(
    plural: &'static str,
    names: &'static [&'static str],
    group: &'static str,
    namespaced: bool,
    subresources: &'static [&'static str],
) -> ResourceType {
    ResourceType { plural, names, group, namespaced, subresources }
}

/// The types of Kubernetes 1.36 and of the versions before it, and those that exist for the authorizer alone.
const TYPES: &[ResourceType] = &[
    of("bindings", &["binding"], "", true, &[]),
    of("componentstatuses", &["componentstatus", "cs"], "", false, &[]),
    of("configmaps", &["configmap", "cm"], "", true, &[]),
    of("endpoints", &["endpoint", "ep"], "", true, &[]),
    of("events", &["event", "ev"], "", true, &[]),
    of("limitranges", &["limitrange", "limits"], "", true, &[]),
    of("namespaces", &["namespace", "ns"], "", false, &["finalize", "status"]),
    of(
        "nodes",
        &["node", "no"],
        "",
        false,
        &["proxy", "status", "metrics", "stats", "log", "spec", "checkpoint", "configz", "healthz", "pods"],
    ),
    of("persistentvolumeclaims", &["persistentvolumeclaim", "pvc"], "", true, STATUS),
    of("persistentvolumes", &["persistentvolume", "pv"], "", false, STATUS),
    of(
        "pods",
        &["pod", "po"],
        "",
        true,
        &[
            "attach",
            "binding",
            "ephemeralcontainers",
            "eviction",
            "exec",
            "log",
            "portforward",
            "proxy",
            "resize",
            "status",
        ],
    ),
    of("podtemplates", &["podtemplate"], "", true, &[]),
    of("replicationcontrollers", &["replicationcontroller", "rc"], "", true, SCALE),
    of("resourcequotas", &["resourcequota", "quota"], "", true, STATUS),
    of("secrets", &["secret"], "", true, &[]),
    of("serviceaccounts", &["serviceaccount", "sa"], "", true, &["token"]),
    of("services", &["service", "svc"], "", true, &["proxy", "status"]),
    of("users", &["user"], "", false, &[]),
    of("groups", &["group"], "", false, &[]),
    of("uids", &["uid"], "authentication.k8s.io", false, &[]),
    of("userextras", &["userextra"], "authentication.k8s.io", false, &["scopes"]),
    of("mutatingadmissionpolicies", &["mutatingadmissionpolicy"], ADMISSION, false, &[]),
    of("mutatingadmissionpolicybindings", &["mutatingadmissionpolicybinding"], ADMISSION, false, &[]),
    of("mutatingwebhookconfigurations", &["mutatingwebhookconfiguration"], ADMISSION, false, &[]),
    of("validatingadmissionpolicies", &["validatingadmissionpolicy"], ADMISSION, false, STATUS),
    of("validatingadmissionpolicybindings", &["validatingadmissionpolicybinding"], ADMISSION, false, &[]),
    of("validatingwebhookconfigurations", &["validatingwebhookconfiguration"], ADMISSION, false, &[]),
    of(
        "customresourcedefinitions",
        &["customresourcedefinition", "crd", "crds"],
        "apiextensions.k8s.io",
        false,
        STATUS,
    ),
    of("apiservices", &["apiservice"], "apiregistration.k8s.io", false, STATUS),
    of("controllerrevisions", &["controllerrevision"], "apps", true, &[]),
    of("daemonsets", &["daemonset", "ds"], "apps", true, STATUS),
    of("deployments", &["deployment", "deploy"], "apps", true, &["rollback", "scale", "status"]),
    of("replicasets", &["replicaset", "rs"], "apps", true, SCALE),
    of("statefulsets", &["statefulset", "sts"], "apps", true, SCALE),
    of("selfsubjectreviews", &["selfsubjectreview"], "authentication.k8s.io", false, &[]),
    of("tokenreviews", &["tokenreview"], "authentication.k8s.io", false, &[]),
    of("localsubjectaccessreviews", &["localsubjectaccessreview"], AUTHORIZATION, true, &[]),
    of("selfsubjectaccessreviews", &["selfsubjectaccessreview"], AUTHORIZATION, false, &[]),
    of("selfsubjectrulesreviews", &["selfsubjectrulesreview"], AUTHORIZATION, false, &[]),
    of("subjectaccessreviews", &["subjectaccessreview"], AUTHORIZATION, false, &[]),
    of("horizontalpodautoscalers", &["horizontalpodautoscaler", "hpa"], "autoscaling", true, STATUS),
    of("cronjobs", &["cronjob", "cj"], "batch", true, STATUS),
    of("jobs", &["job"], "batch", true, STATUS),
    of(
        "certificatesigningrequests",
        &["certificatesigningrequest", "csr"],
        "certificates.k8s.io",
        false,
        &["approval", "status"],
    ),
    of("clustertrustbundles", &["clustertrustbundle"], "certificates.k8s.io", false, &[]),
    of("podcertificaterequests", &["podcertificaterequest"], "certificates.k8s.io", true, STATUS),
    of("signers", &["signer"], "certificates.k8s.io", false, &[]),
    of("leases", &["lease"], "coordination.k8s.io", true, &[]),
    of("endpointslices", &["endpointslice"], "discovery.k8s.io", true, &[]),
    of("flowschemas", &["flowschema"], FLOW, false, STATUS),
    of("prioritylevelconfigurations", &["prioritylevelconfiguration"], FLOW, false, STATUS),
    of("ingressclasses", &["ingressclass"], NETWORKING, false, &[]),
    of("ingresses", &["ingress", "ing"], NETWORKING, true, STATUS),
    of("ipaddresses", &["ipaddress", "ip"], NETWORKING, false, &[]),
    of("networkpolicies", &["networkpolicy", "netpol"], NETWORKING, true, &[]),
    of("servicecidrs", &["servicecidr"], NETWORKING, false, STATUS),
    of("runtimeclasses", &["runtimeclass"], "node.k8s.io", false, &[]),
    of("poddisruptionbudgets", &["poddisruptionbudget", "pdb"], "policy", true, STATUS),
    of("podsecuritypolicies", &["podsecuritypolicy", "psp"], "policy", false, &[]),
    of("clusterrolebindings", &["clusterrolebinding"], RBAC, false, &[]),
    of("clusterroles", &["clusterrole"], RBAC, false, &[]),
    of("rolebindings", &["rolebinding"], RBAC, true, &[]),
    of("roles", &["role"], RBAC, true, &[]),
    of("deviceclasses", &["deviceclass"], RESOURCE, false, &[]),
    of("resourceclaims", &["resourceclaim"], RESOURCE, true, STATUS),
    of("resourceclaimtemplates", &["resourceclaimtemplate"], RESOURCE, true, &[]),
    of("resourceslices", &["resourceslice"], RESOURCE, false, &[]),
    of("priorityclasses", &["priorityclass", "pc"], "scheduling.k8s.io", false, &[]),
    of("csidrivers", &["csidriver"], STORAGE, false, &[]),
    of("csinodes", &["csinode"], STORAGE, false, &[]),
    of("csistoragecapacities", &["csistoragecapacity"], STORAGE, true, &[]),
    of("storageclasses", &["storageclass", "sc"], STORAGE, false, &[]),
    of("volumeattachments", &["volumeattachment"], STORAGE, false, STATUS),
    of("volumeattributesclasses", &["volumeattributesclass", "vac"], STORAGE, false, &[]),
];

impl ResourceType {
    /// The type that a name means: plural, singular, kind or short name, in any case, and of a group if one is given.
    pub fn find(name: &str, group: Option<&str>) -> Option<&'static Self> {
        let name = name.to_ascii_lowercase();
        let is_named = |of: &&Self| of.plural == name || of.names.contains(&name.as_str());
        TYPES.iter().filter(|of| group.is_none_or(|group| of.group == group)).find(is_named)
    }

    /// All names, for suggestions.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TYPES.iter().flat_map(|of| [of.plural].into_iter().chain(of.names.iter().copied()))
    }

    /// Whether a name is that of one of its subresources.
    pub fn has_subresource(&self, name: &str) -> bool {
        self.subresources.contains(&name)
    }

    /// Which bindings can give a verb on it. A request about a namespace itself carries that namespace, and so does `bind` on a
    /// ClusterRole, which is asked where the RoleBinding is created.
    pub fn reach(&self, verb: &str) -> Reach {
        let is_namespace = self.plural == "namespaces" && ["get", "update", "patch", "delete"].contains(&verb);
        let is_bind = self.plural == "clusterroles" && verb == "bind";
        if self.namespaced || is_namespace || is_bind { Reach::Namespaces } else { Reach::Cluster }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_many_names() {
        for (name, group, expected) in [
            ("po", None, Some("pods")),
            ("Pod", None, Some("pods")),
            ("NetworkPolicy", None, Some("networkpolicies")),
            ("deploy", Some("apps"), Some("deployments")),
            ("deploy", Some("extensions"), None),
            ("csr", None, Some("certificatesigningrequests")),
            ("rollouts", None, None),
        ] {
            assert_eq!(ResourceType::find(name, group).map(|of| of.plural), expected, "{name}");
        }
    }

    #[test]
    fn no_name_means_two_types() {
        let mut names: Vec<&str> = ResourceType::names().collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_role_binding_gives_nothing_that_is_asked_without_a_namespace() {
        let reach = |name: &str, verb: &str| ResourceType::find(name, None).map(|of| of.reach(verb));
        assert_eq!(reach("pods", "get"), Some(Reach::Namespaces));
        assert_eq!(reach("nodes", "get"), Some(Reach::Cluster));
        assert_eq!(reach("namespaces", "patch"), Some(Reach::Namespaces));
        assert_eq!(reach("namespaces", "create"), Some(Reach::Cluster));
        assert_eq!(reach("clusterroles", "bind"), Some(Reach::Namespaces));
        assert_eq!(reach("clusterroles", "escalate"), Some(Reach::Cluster));
    }
}
