//! Where kube-bench is wrong, each with a host that shows it. Hosts are small changes to one node, so that only what is
//! changed can make the difference.

use crate::support::{checks, judge, nodeproof};
use nodeproof::internals::benchmark::Library;
use nodeproof::internals::model::EvidenceEntry;
use nodeproof::internals::report::{CheckResult, State};

/// A control plane node with the given flags.
struct Node {
    apiserver: String,
    kubelet: String,
    more: String,
}

impl Node {
    fn new() -> Self {
        Self {
            apiserver: String::new(),
            kubelet: "--config=/var/lib/kubelet/config.yaml".to_owned(),
            more: String::new(),
        }
    }

    fn apiserver(flags: &str) -> Self {
        Self { apiserver: flags.to_owned(), ..Self::new() }
    }

    fn kubelet(flags: &str) -> Self {
        Self { kubelet: flags.to_owned(), ..Self::new() }
    }

    /// More of the description, below the keys `files` and `processes`.
    fn with(mut self, more: &str) -> Self {
        self.more.push_str(more);
        self
    }

    fn description(&self) -> String {
        let argv = |program: &str, flags: &str| {
            let words: Vec<String> =
                std::iter::once(program).chain(flags.split_whitespace()).map(|w| format!("{w:?}")).collect();
            format!("  - argv: [{}]\n", words.join(", "))
        };
        let (files, processes) = self.more.split_once("processes:\n").unwrap_or((&self.more, ""));
        format!(
            "files:\n  - {{ path: /var/lib/kubelet/config.yaml, content: \"{KUBELET_TYPE}{GOOD_KUBELET}\" }}\n{files}processes:\n{}{}{processes}",
            argv("kube-apiserver", &self.apiserver),
            argv("kubelet", &self.kubelet),
        )
    }

    fn outcome(&self, id: &str) -> CheckResult {
        let library = Library::load(None, None).expect("the definitions");
        let report = judge(&library, "cis-1.20", &self.description());
        checks(&report).find(|(_, o)| o.id.as_str() == id).expect(id).1.clone()
    }

    #[track_caller]
    fn expect(&self, id: &str, state: State) -> CheckResult {
        let outcome = self.outcome(id);
        assert_eq!(outcome.state(), state, "{id} {}: {:?}\n{}", outcome.title, outcome.reason, self.description());
        outcome
    }
}

fn evidence(check: &CheckResult) -> impl Iterator<Item = &EvidenceEntry> {
    check.findings.iter().flat_map(|finding| &finding.evidence)
}

/// What each configuration file of a kubelet begins with.
const KUBELET_TYPE: &str = "apiVersion: kubelet.config.k8s.io/v1beta1\\nkind: KubeletConfiguration\\n";
const GOOD_KUBELET: &str = "authentication: {anonymous: {enabled: false}}\\n";

#[test]
fn a_flag_whose_name_only_begins_so_is_another_flag() {
    Node::apiserver("--encryption-provider-config-automatic-reload=true").expect("1.2.32", State::Warn);
    Node::apiserver("--encryption-provider-config=/x").expect("1.2.32", State::Pass);
}

#[test]
fn a_value_behind_a_blank_is_a_value() {
    Node::apiserver("--audit-log-maxage 30").expect("1.2.22", State::Pass);
    Node::apiserver("--audit-log-maxage 3").expect("1.2.22", State::Fail);
}

#[test]
fn the_last_of_a_repeated_flag_counts() {
    Node::apiserver("--profiling=false --profiling=true").expect("1.2.20", State::Fail);
    Node::apiserver("--profiling=true --profiling=false").expect("1.2.20", State::Pass);
    // A list given twice adds up.
    Node::apiserver("--authorization-mode=RBAC --authorization-mode=AlwaysAllow").expect("1.2.6", State::Fail);
    Node::apiserver("--authorization-mode=Node --authorization-mode=RBAC").expect("1.2.7", State::Pass);
}

#[test]
fn a_process_of_another_user_moves_no_verdict() {
    let decoy = |user: &str, cgroup: &str| {
        format!(
            "processes:\n  - {{ argv: [kube-apiserver, --profiling=false, --audit-log-path=/x], user: {user}, cgroup: {cgroup} }}\n"
        )
    };
    for (user, cgroup) in [
        ("nobody", "/"),
        ("1000", "/user.slice/user-1000.slice/session-2.scope"),
        ("1000", "/user.slice/user-1000.slice/user@1000.service/kube.service"),
    ] {
        let node = Node::new().with(&decoy(user, cgroup));
        for check in ["1.2.20", "1.2.21"] {
            let outcome = node.expect(check, State::Fail);
            let named = evidence(&outcome).any(|e| e.attribute == "ignored" && e.value.contains("kube-apiserver"));
            assert!(named, "the decoy is named: {:#?}", outcome.findings);
        }
    }
    // Nor does one whose name stands only among another program's words.
    let words = "processes:\n  - { argv: [tail, kube-apiserver, --profiling=false], user: nobody }\n";
    Node::new().with(words).expect("1.2.20", State::Fail);
}

#[test]
fn a_process_of_another_user_alone_does_not_pass_either() {
    let library = Library::load(None, None).expect("the definitions");
    let host = "processes:\n  - { argv: [kube-apiserver, --profiling=false], user: nobody }\n";
    let report = judge(&library, "cis-1.20", host);
    let outcome = checks(&report).find(|(_, o)| o.id.as_str() == "1.2.20").expect("a check").1;
    assert_eq!(outcome.state(), State::Fail);
    assert!(outcome.reason.as_deref().is_some_and(|r| r.contains("nobody")), "{:?}", outcome.reason);
}

#[test]
fn every_real_process_is_judged() {
    let second = "processes:\n  - { argv: [kube-apiserver, --profiling=true] }\n";
    Node::apiserver("--profiling=false").expect("1.2.20", State::Pass);
    Node::apiserver("--profiling=false").with(second).expect("1.2.20", State::Fail);
}

#[test]
fn the_kubelets_own_configuration_file_is_read() {
    let file = |enabled: bool| {
        format!(
            "  - {{ path: /opt/kubelet.yaml, content: \"{KUBELET_TYPE}authentication: {{anonymous: {{enabled: {enabled}}}}}\" }}\n"
        )
    };
    let (good, bad) = (file(false), file(true));
    // A good file in the likelier place changes nothing.
    Node::kubelet("--config=/opt/kubelet.yaml").with(&bad).expect("4.2.1", State::Fail);
    let outcome = Node::kubelet("--config=/opt/kubelet.yaml").with(&good).expect("4.2.1", State::Pass);
    assert!(outcome.findings[0].evidence[0].source.contains("/opt/kubelet.yaml"), "{:?}", outcome.findings);
    // Without the flag the kubelet reads no file at all, and allows anonymous requests.
    Node::kubelet("").expect("4.2.1", State::Fail);
    // A relative path is meant from the working directory.
    let relative = format!("{good}processes:\n  - {{ argv: [kubelet, --config=kubelet.yaml], cwd: /opt }}\n");
    let library = Library::load(None, None).expect("the definitions");
    let report = judge(&library, "cis-1.20", &format!("files:\n{relative}"));
    let outcome = checks(&report).find(|(_, o)| o.id.as_str() == "4.2.1").expect("a check").1;
    assert_eq!(outcome.state(), State::Pass, "{:?}", outcome.reason);
}

#[test]
fn kubelet_drop_ins_are_merged_as_the_kubelet_merges_them() {
    let drop_in = |name: &str, content: &str| {
        format!("  - {{ path: /etc/kubelet.d/{name}, content: \"{KUBELET_TYPE}{content}\" }}\n")
    };
    let flags = "--config=/var/lib/kubelet/config.yaml --config-dir=/etc/kubelet.d";
    let on = "authentication: {anonymous: {enabled: true}}";
    let off = "authentication: {anonymous: {enabled: false}}";
    let cases = [
        (vec![("10-a.conf", on)], "", State::Fail),
        (vec![("10-a.conf", on), ("20-b.conf", off)], "", State::Pass),
        (vec![("20-b.conf", off), ("30-c.conf", on)], "", State::Fail),
        // A file of just that name is a drop-in for Go. Another ending is none, and a flag beats them all.
        (vec![(".conf", on)], "", State::Fail),
        (vec![("sub.conf/a.yaml", on)], "", State::Pass),
        (vec![("10-a.yaml", on)], "", State::Pass),
        (vec![("10-a.conf", on)], " --anonymous-auth=false", State::Pass),
        (vec![("10-a.conf", off)], " --anonymous-auth=true", State::Fail),
        (vec![("10-a.conf", "[")], "", State::Fail),
    ];
    for (files, more, state) in cases {
        let files: String = files.iter().map(|(name, content)| drop_in(name, content)).collect();
        let host = Node::kubelet(&format!("{flags}{more}")).with(&files).description();
        let library = Library::load(None, None).expect("the definitions");
        // Drop-ins exist since Kubernetes 1.28.
        let report = judge(&library, "cis-1.12", &host);
        let outcome = checks(&report).find(|(_, o)| o.id.as_str() == "4.2.1").expect("a check").1;
        assert_eq!(outcome.state(), state, "{:?}\n{host}", outcome.reason);
    }
}

#[test]
fn a_secret_of_the_environment_does_not_reach_the_report() {
    let process = "processes:\n  - { argv: [etcd, --listen-client-urls=https://192.0.2.1], env: { ETCD_CERT_FILE: /c, ETCD_KEY_FILE: /k, PASSWORD: hunter2 } }\n";
    let node = Node::new().with(process);
    let outcome = node.expect("2.1", State::Pass);
    assert!(evidence(&outcome).any(|e| e.value == "/c" && e.source == "variable ETCD_CERT_FILE"));
    let library = Library::load(None, None).expect("the definitions");
    let report = judge(&library, "cis-1.20", &node.description());
    assert!(!format!("{report:?}").contains("hunter2"));
}

#[test]
fn a_file_that_was_changed_after_the_start_is_said_to_be() {
    const KUBELET: &str = "/var/lib/kubelet/config.yaml";
    let document = "apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration";
    let source = |modified: &str, started: &str, content: &str| {
        let host = format!(
            "files:\n  - {{ path: {KUBELET}, {modified}content: '{{{document}{content}}}' }}\n\
             processes:\n  - {{ argv: [kubelet, --config={KUBELET}]{started} }}\n"
        );
        let library = Library::load(None, None).expect("the definitions");
        let report = judge(&library, "cis-1.12", &host);
        let outcome = checks(&report).find(|(_, o)| o.id == "4.2.1").expect("a check").1.clone();
        assert_eq!(outcome.state(), State::Pass, "the verdict stays with the file");
        evidence(&outcome).next().expect("evidence").source.clone()
    };
    let changed = ", changed after the process started";
    let off = ", authentication: {anonymous: {enabled: false}}";
    let by_file = format!("file {KUBELET}: authentication.anonymous.enabled");
    let by_default = "default of kubelet with a configuration file";
    for (content, expected) in [(off, by_file.as_str()), ("", by_default)] {
        assert_eq!(source("modified: 200, ", ", started: 100", content), format!("{expected}{changed}"));
        assert_eq!(source("modified: 100, ", ", started: 100", content), expected);
        assert_eq!(source("modified: 100, ", ", started: 200", content), expected);
        assert_eq!(source("modified: 200, ", "", content), expected);
        assert_eq!(source("", ", started: 100", content), expected);
    }
}

/// The version that a user gives chooses the benchmark. How the kubelet reads its settings depends on the one that runs: drop-ins
/// exist since Kubernetes 1.28.
#[test]
fn a_wrong_version_changes_no_verdict_of_the_node() {
    const FOLDER: &str = "/etc/kubernetes/kubelet.conf.d";
    let host = format!(
        "files:\n  - {{ path: /var/lib/kubelet/config.yaml, content: \"{KUBELET_TYPE}{GOOD_KUBELET}\" }}\n  \
         - {{ path: {FOLDER}/50.conf, content: \"{KUBELET_TYPE}authentication: {{anonymous: {{enabled: true}}}}\" }}\n\
         processes:\n  - argv: [kubelet, --config=/var/lib/kubelet/config.yaml, --config-dir={FOLDER}]\n    \
         build: \"mod\\tk8s.io/kubernetes\\tv1.33.4\\n\"\n"
    );
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("host.yaml");
    std::fs::write(&path, host).expect("a host");
    for version in ["1.21", "1.33"] {
        let mut run = nodeproof();
        run.args(["run", "--json", "-c", "4.2.1", "--version", version, "--host"]).arg(&path);
        let output = run.assert().code(0).get_output().stdout.clone();
        let text = String::from_utf8(output).expect("text");
        assert!(text.contains("\"status\":\"FAIL\""), "{version}: {text}");
        let notice = "--version says Kubernetes 1.21, but the executable of kubelet (pid 1000) says 1.33.4";
        assert_eq!(text.contains(notice), version == "1.21", "{text}");
    }
}

#[test]
fn a_secret_in_a_url_does_not_reach_the_report() {
    let node = Node::apiserver("--etcd-servers=http://root:hunter2@192.0.2.1:2379");
    let library = Library::load(None, None).expect("the definitions");
    for benchmark in library.benchmarks() {
        let report = format!("{:?}", judge(&library, benchmark, &node.description()));
        // Those of managed clusters have no check of the control plane.
        assert!(!benchmark.starts_with("cis-") || report.contains("http://redacted@192.0.2.1:2379"), "{benchmark}");
        assert!(!report.contains("hunter2"), "{benchmark}");
    }
}

#[test]
fn a_malformed_kubelet_configuration_is_named_as_such() {
    let broken = "  - { path: /opt/k.yaml, content: \"authentication: [\" }\n";
    let outcome = Node::kubelet("--config=/opt/k.yaml").with(broken).expect("4.2.1", State::Fail);
    let reason = outcome.reason.as_deref().unwrap_or_default();
    assert!(reason.contains("/opt/k.yaml") && reason.contains("malformed"), "{reason}");
}

#[test]
fn names_with_blanks_and_newlines_are_names() {
    let key = |mode: &str| format!("  - {{ path: \"/etc/kubernetes/pki/a b\\n.key\", mode: \"{mode}\" }}\n");
    Node::new().with(&key("600")).expect("1.1.21", State::Pass);
    let outcome = Node::new().with(&key("644")).expect("1.1.21", State::Warn);
    assert!(outcome.reason.as_deref().is_some_and(|r| r.contains("a b\\u{a}.key")), "{:?}", outcome.reason);
}

#[test]
fn owners_are_those_of_the_audited_machine() {
    let files = "  - { path: /etc/kubernetes/admin.conf, mode: \"600\", owner: 7, group: 7 }\naccounts: { users: { root: 7 }, groups: { root: 7 } }\n";
    // Whatever the table says, root is number 0.
    let library = Library::load(None, None).expect("the definitions");
    let host = format!("files:\n{files}processes:\n  - argv: [kube-apiserver]\n");
    let report = judge(&library, "cis-1.20", &host);
    let outcome = checks(&report).find(|(_, o)| o.id.as_str() == "1.1.14").expect("a check").1;
    assert_eq!(outcome.state(), State::Fail, "{:?}", outcome.reason);
}

#[test]
fn defaults_are_the_components_own() {
    // The scheduler listens on every address unless told otherwise.
    let library = Library::load(None, None).expect("the definitions");
    let host = "processes:\n  - argv: [kube-scheduler]\n  - argv: [kube-controller-manager]\n";
    let report = judge(&library, "cis-1.20", host);
    for id in ["1.3.7", "1.4.2"] {
        let outcome = checks(&report).find(|(_, o)| o.id.as_str() == id).expect(id).1;
        assert_eq!(outcome.state(), State::Fail, "{id} {:?}", outcome.reason);
        assert!(outcome.reason.as_deref().is_some_and(|r| r.contains("0.0.0.0")), "{:?}", outcome.reason);
    }
    // A kubelet without a file opens the read-only port, one with a file does not, and none rotates by itself.
    Node::kubelet("").expect("4.2.4", State::Warn);
    Node::new().expect("4.2.4", State::Pass);
    Node::new().expect("4.2.11", State::Fail);
}

#[test]
fn an_empty_value_is_no_value() {
    Node::apiserver("--client-ca-file=").expect("1.2.30", State::Fail);
    Node::apiserver("--token-auth-file=").expect("1.2.2", State::Pass);
}

#[test]
fn a_flag_that_may_be_a_value_is_not_believed() {
    Node::kubelet("--node-labels --anonymous-auth=false").expect("4.2.1", State::Fail);
    Node::kubelet("--node-labels=a=b,--anonymous-auth=false").expect("4.2.1", State::Fail);
}

#[test]
fn the_first_provider_encrypts() {
    let file = |providers: &str| {
        format!(
            "  - {{ path: /enc.yaml, content: \"apiVersion: apiserver.config.k8s.io/v1\\nkind: EncryptionConfiguration\\nresources: [{{resources: [secrets], providers: [{providers}]}}]\" }}\n"
        )
    };
    let node = |providers: &str| Node::apiserver("--encryption-provider-config=/enc.yaml").with(&file(providers));
    node("{aescbc: {}}, {identity: {}}").expect("1.2.33", State::Pass);
    node("{identity: {}}, {aescbc: {}}").expect("1.2.33", State::Warn);
    Node::apiserver("").expect("1.2.33", State::Warn);
}

#[test]
fn a_path_is_one_in_the_processes_own_root() {
    let host = "files:\n\
        \x20 - { path: /pod/etc/proxy.conf, content: \"apiVersion: kubeproxy.config.k8s.io/v1alpha1\\nkind: KubeProxyConfiguration\\nmetricsBindAddress: 0.0.0.0:10249\" }\n\
        \x20 - { path: /etc/proxy.conf, content: \"apiVersion: kubeproxy.config.k8s.io/v1alpha1\\nkind: KubeProxyConfiguration\\nmetricsBindAddress: 127.0.0.1:10249\" }\n\
        processes:\n  - { argv: [kube-proxy, --config=/etc/proxy.conf], root: /pod }\n";
    let library = Library::load(None, None).expect("the definitions");
    let report = judge(&library, "cis-1.12", host);
    let outcome = checks(&report).find(|(_, o)| o.id.as_str() == "4.3.1").expect("a check").1;
    assert_eq!(outcome.state(), State::Fail, "{:?}", outcome.reason);
}
