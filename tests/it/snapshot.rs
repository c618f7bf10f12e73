//! A snapshot gives the verdicts of the node that it was taken on, and contains no secrets.

use crate::live::LiveNode;
use crate::support::{checks, judge, nodeproof, repository, text_of};
use nodeproof::internals::benchmark::Library;
use nodeproof::internals::report::Report;
use nodeproof::internals::snapshot;
use nodeproof::internals::source::node::RecordedSource;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use tempfile::tempdir;

/// A node with hidden, broken and unusual files. Everything that must not get into a snapshot contains `PLANTED`.
const STRANGE: &str = r#"
accounts:
  users: { etcd: 1501, operator: 1000, apiserver-admin: 2000 }
  groups: { etcd: 1501, operator: 1000 }
dirs:
  - { path: /var/lib/etcd, mode: "700", owner: etcd, group: etcd }
  - { path: /etc/kubernetes/pki/locked, mode: "700", error: denied }
  - { path: /etc/elsewhere/pki, mode: "755" }
  - { path: /srv/manifests, mode: "777" }
  - { path: /srv/units, mode: "1777" }
  - { path: /etc/kubernetes/pki/mounted, mode: "711", not_entered: "io: another file system is mounted there" }
  - { path: /etc/kubernetes/pki/led-to, mode: "777", in_walk: "io: it is a link to a directory" }
  - { path: /var/lib/rancher/rke2/data/v1.27.3-rke2r1-0a }
files:
  - { path: /etc/kubernetes/admin.conf, mode: "640", owner: operator, group: operator, content: "users: [{user: {client-key-data: PLANTED-kubeconfig, token: PLANTED-token}}]" }
  - { path: /var, error: not-mounted }
  - { path: /etc/kubernetes/pki/mounted/ca.crt, mode: "606", owner: operator, content: "-----BEGIN CERTIFICATE-----\nMIHPMIGCAgEBMAUGAytlcDATMREwDwYDVQQDDAhvdGhlci1jYTAgFw0yNjExMjkx\nMzI3MzBaGA8yMTI2MTEwNTEzMjczMFowEzERMA8GA1UEAwwIb3RoZXItY2EwKjAF\nBgMrZXADIQBl+5h7XBNEOTgb+ad7itemKxzmwJj+uJGw1jgS9NuG7DAFBgMrZXAD\nQQDWKEI8Ie4plhA4Zpe1n82A6wszWlFO+eSWsT+U6CkQOrs8SQ1s7Xd2U01/0WMz\nZavYc8m38K2D+1sSXJ6dSwUP\n-----END CERTIFICATE-----\n" }
  - { path: /etc/kubernetes/pki/led-to/own.key, mode: "777", content: PLANTED-led-to }
  - { path: /etc/kubernetes/scheduler.conf, error: hidden }
  - { path: /etc/kubernetes/controller-manager.conf, error: not-mounted }
  - { path: /etc/kubernetes/kubelet.conf, mode: "600", content: "token: PLANTED-kubelet" }
  - path: /etc/kubernetes/manifests/kube-apiserver.yaml
    mode: "600"
    content: |
      metadata: { annotations: { note: PLANTED-annotation } }
      spec:
        containers:
        - { image: "registry.k8s.io/kube-apiserver:v1.24.3", env: [{ name: PASSWORD, value: PLANTED-manifest-env }], command: [kube-apiserver, --token=PLANTED-manifest] }
  - { path: /etc/kubernetes/manifests/kube-scheduler.yaml, mode: "600", content: "spec: [PLANTED-malformed" }
  - { path: /etc/kubernetes/manifests/etcd.yaml, target: /srv/etcd.yaml }
  - { path: /etc/kubernetes/manifests/kube-controller-manager.yaml, target: ../../../srv/by-name/kube-controller-manager.yaml }
  - { path: /srv/by-name, target: manifests }
  - { path: /srv/manifests/kube-controller-manager.yaml, mode: "600", content: "kind: Pod" }
  - { path: /etc/systemd/system/kubelet.service, target: /srv/units/kubelet.service }
  - { path: /srv/units/kubelet.service, mode: "600", content: "[Service]\n" }
  - { path: /srv/etcd.yaml, mode: "644", owner: 4711, content: "x: PLANTED-link" }
  - { path: /etc/kubernetes/pki/ca.key, mode: "600", content: "-----BEGIN PRIVATE KEY-----\nPLANTEDcakey\n-----END PRIVATE KEY-----\n" }
  - { path: /etc/kubernetes/pki/sa.key, mode: "644", owner: operator, content: PLANTED-sa }
  - { path: "/etc/kubernetes/pki/with a blank\nand a line.key", mode: "600", content: PLANTED-blank }
  - { path: /etc/kubernetes/pki/gone.key, target: /nowhere }
  - { path: /etc/kubernetes/pki/pipe.key, kind: fifo, mode: "600" }
  - { path: /etc/kubernetes/pki/etcd, target: /etc/elsewhere/pki }
  - { path: /etc/elsewhere/pki/ca.crt, mode: "644", content: "-----BEGIN CERTIFICATE-----\nMIHNMIGAAgEBMAUGAytlcDASMRAwDgYDVQQDDAdldGNkLWNhMCAXDTI2MTEyOTEz\nMjczMFoYDzIxMjYxMTA1MTMyNzMwWjASMRAwDgYDVQQDDAdldGNkLWNhMCowBQYD\nK2VwAyEA2ntIcJ3WsILUvPPiQQXz/adc2ZDoljER8Zj4yCAW9H4wBQYDK2VwA0EA\nkSsGJ5ZnfTkQZBVVXgmuBOo6Gl0KQqCZVsOkgD8HquU+U8yl9UjRkPrjDLdhTg3H\nXzvkV9+TKFZBA8bmfIjuBw==\n-----END CERTIFICATE-----\n" }
  - { path: /etc/elsewhere/pki/other.key, mode: "777", content: PLANTED-elsewhere }
  - path: /etc/kubernetes/pki/ca.crt
    mode: "644"
    content: |
      subject PLANTED-comment
      -----BEGIN PRIVATE KEY-----
      PLANTEDincax
      -----END PRIVATE KEY-----
      -----BEGIN CERTIFICATE-----
      MIHTMIGGAgEBMAUGAytlcDAVMRMwEQYDVQQDDAprdWJlcm5ldGVzMCAXDTI2MTEy
      OTEzMjczMFoYDzIxMjYxMTA1MTMyNzMwWjAVMRMwEQYDVQQDDAprdWJlcm5ldGVz
      MCowBQYDK2VwAyEAgH8NiJkSlpQTQ0uCDGYsr6yAq7LPXfO4MSk5/evAeXAwBQYD
      K2VwA0EA6lnPDzE3E941Cqa7jAUmIKqAmaAUWk9+BCvPi3FuCw19m/r2b5d5d1Hs
      KMtEVlhcmZiF/B+1rrT4ZUGN/Fo/Cg==
      -----END CERTIFICATE-----
      -----BEGIN CERTIFICATE-----
      -----BEGIN PRIVATE KEY-----
      PLANTEDswallowed
      -----END CERTIFICATE-----
  - path: /etc/kubernetes/encryption.yaml
    mode: "600"
    content: |
      apiVersion: apiserver.config.k8s.io/v1
      kind: EncryptionConfiguration
      resources:
      - resources: [secrets]
        providers:
        - aescbc: { keys: [{ name: PLANTED-name, secret: PLANTEDc2VjcmV0 }] }
        - kms: { name: PLANTED-kms, endpoint: "unix:///PLANTED" }
        - identity: {}
  - path: /etc/kubernetes/audit.yaml
    mode: "600"
    content: |
      apiVersion: audit.k8s.io/v1
      kind: Policy
      metadata: { name: PLANTED-policy }
      rules: [{ level: None, users: ["system:kube-proxy"] }, { level: Metadata }]
  - { path: /etc/kubernetes/tokens.csv, mode: "644", content: "PLANTED-csv,admin,1" }
  - path: /opt/node/kubelet.yaml
    mode: "644"
    content: |
      apiVersion: kubelet.config.k8s.io/v1beta1
      kind: KubeletConfiguration
      staticPodPath: /etc/kubernetes/manifests
      staticPodURLHeader: { Authorization: ["Bearer PLANTED-header"] }
      authentication: { anonymous: { enabled: true }, x509: { clientCAFile: /etc/kubernetes/pki/ca.crt } }
      featureGates: { RotateKubeletServerCertificate: true }
      tlsCipherSuites: [TLS_RSA_WITH_RC4_128_SHA]
  - { path: /opt/node/drop-ins/10-a.conf, content: "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nauthentication: {anonymous: {enabled: false}}\nproviderID: PLANTED-provider" }
  - { path: /opt/node/drop-ins/20-b.conf, content: "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: 10255" }
  - { path: /opt/node/drop-ins/README, content: PLANTED-readme }
  - path: /etc/systemd/system/kubelet.service.d/10-kubeadm.conf
    mode: "644"
    content: "[Service]\nEnvironment=KUBE_PASSWORD=PLANTED-unit\nIPAddressDeny=any\n"
  - { path: /pods/proxy/etc/proxy/config.conf, content: "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmetricsBindAddress: 0.0.0.0:10249\nclientConnection: {kubeconfig: /etc/proxy/kubeconfig, token: PLANTED-proxy}" }
  - { path: /pods/proxy/etc/proxy/kubeconfig, mode: "666", content: PLANTED-proxy-kubeconfig }
  - { path: /etc/proxy/config.conf, content: "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmetricsBindAddress: 127.0.0.1:10249" }
  - { path: /etc/proxy/kubeconfig, mode: "600" }
  - { path: /etc/os-release, content: "ID=debian\nSUPPORT_TOKEN=PLANTED-release\n" }
  - { path: /etc/eks/kubelet-version.txt, content: "PLANTED-eks Kubernetes v1.25.1-eks-0a\n" }
  - { path: /var/lib/dpkg/status, content: "Package: secret\nDescription: PLANTED-package\n\nPackage: kubelet\nMaintainer: PLANTED\nStatus: install ok installed\nVersion: 1.24.9-00\n" }
processes:
  - argv: [kube-apiserver, --anonymous-auth=false, --token=PLANTED-flag, --oidc-client-secret, PLANTED-oidc, "--etcd-servers=https://root:PLANTED-url@127.0.0.1:2379",
      --client-ca-file=/etc/kubernetes/pki/ca.crt, --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt, --encryption-provider-config=/etc/kubernetes/encryption.yaml,
      --audit-policy-file=/etc/kubernetes/audit.yaml, --token-auth-file=/etc/kubernetes/tokens.csv, --authorization-mode, "Node,RBAC", --profiling]
    env: { PASSWORD: PLANTED-env, ETCD_CERT_FILE: PLANTED-not-asked-of-it }
    build: "path\tPLANTED-module\nbuild\t-ldflags=-X k8s.io/component-base/version.gitVersion=v1.24.3 -X main.token=PLANTED\n"
    cgroup: /kubepods.slice/kubepods-burstable-pod0123456789abcdef0123456789abcdef.slice/x
  - { argv: [kube-controller-manager, --use-service-account-credentials=true, --root-ca-file=/etc/kubernetes/pki/ca.crt], pid: 77 }
  - { argv: [kube-scheduler, --config=/etc/kubernetes/scheduler-config.yaml], env_error: denied }
  - { argv: [etcd, --name=a, --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt], user: etcd, env: { ETCD_CERT_FILE: /c, ETCD_KEY_FILE: /k, ETCD_PASSWORD: PLANTED-etcd }, cwd: / }
  - { argv: [etcd, --auto-tls, --trusted-ca-file=/etc/kubernetes/pki/mounted/ca.crt], user: etcd, env_error: denied }
  - { argv: [/usr/bin/kubelet, --config=kubelet.yaml, --config-dir=drop-ins, --node-labels, --hostname-override=x], cwd: /opt/node, exe: /usr/bin/kubelet }
  - { argv: [kube-proxy, --config=/etc/proxy/config.conf], root: /pods/proxy, pid: 4242 }
  - { argv: [kube-apiserver, --profiling=false, --token=PLANTED-decoy, PLANTED-word], user: nobody }
  - { argv: [hyperkube, PLANTED-other], user: 0 }
  - { argv: [sshd, PLANTED-sshd] }
"#;

fn library() -> Library {
    Library::load(None, None).expect("the definitions")
}

fn snapshot_of(library: &Library, host: &str) -> String {
    let host = RecordedSource::parse(host).expect("a described host");
    String::from_utf8(snapshot::take(library, &host).expect("a snapshot")).expect("text")
}

/// Checks and notices of a report as text.
fn report_lines(report: &Report) -> Vec<String> {
    let checks = checks(report).map(|(target, outcome)| format!("{target} {outcome:?}"));
    checks.chain(report.notices.iter().cloned()).collect()
}

fn nodes() -> Vec<(&'static str, String)> {
    let oracle = |name: &str| text_of(&repository(&format!("testdata/oracle/{name}.json")));
    vec![
        ("kubeadm", oracle("kubeadm-control-plane")),
        ("neglected", oracle("neglected-control-plane")),
        ("example", text_of(&repository("testdata/hosts/example.yaml"))),
        ("strange", STRANGE.to_owned()),
        ("empty", "files: []".to_owned()),
    ]
}

#[test]
fn reports_from_a_snapshot_equal_those_of_its_node() {
    let library = library();
    for (name, host) in nodes() {
        let taken = snapshot_of(&library, &host);
        let mut checks = 0;
        for benchmark in library.benchmarks() {
            let original = report_lines(&judge(&library, benchmark, &host));
            let later = report_lines(&judge(&library, benchmark, &taken));
            checks += original.len();
            for (original, later) in original.iter().zip(&later) {
                assert_eq!(original, later, "{name} {benchmark}");
            }
            assert_eq!(original.len(), later.len(), "{name} {benchmark}");
        }
        assert!(checks >= 1401, "{name}: {checks}");
        assert_eq!(snapshot_of(&library, &taken), taken, "a snapshot of the snapshot of {name}");
    }
}

#[test]
fn a_snapshot_contains_no_secrets() {
    let taken = snapshot_of(&library(), STRANGE);
    let found: Vec<&str> = taken.lines().filter(|line| line.contains("PLANTED")).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert!(STRANGE.matches("PLANTED").count() > 40);
    let form: Value = serde_json::from_str(&taken).expect("JSON");
    let file = |path: &str| {
        let files = form["files"].as_array().expect("files");
        files.iter().find(|f| f["path"] == path).unwrap_or_else(|| panic!("{path} is not in {taken}"))
    };
    // What the rules read is there.
    let content = |path: &str| file(path)["content"].as_str().expect("a content");
    let document = |path: &str| serde_json::from_str::<Value>(content(path)).expect("a document");
    assert_eq!(
        document("/etc/kubernetes/encryption.yaml"),
        json!({"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "resources": [
            {"resources": ["secrets"], "providers": [{"aescbc": {}}, {"kms": {}}, {"identity": {}}]}
        ]})
    );
    assert_eq!(
        document("/etc/kubernetes/manifests/kube-apiserver.yaml"),
        json!({"spec": {"containers": [{
            "image": "registry.k8s.io/kube-apiserver:v1.24.3",
            "command": ["kube-apiserver"],
        }]}})
    );
    assert_eq!(
        content("/etc/kubernetes/pki/ca.crt"),
        "-----BEGIN OTHER-----\n-----END OTHER-----\n-----BEGIN CERTIFICATE-----\n\
         MIHTMIGGAgEBMAUGAytlcDAVMRMwEQYDVQQDDAprdWJlcm5ldGVzMCAXDTI2MTEyOTEzMjczMFoYDzIxMjYxMTA1MTMyNzMwWjAV\
         MRMwEQYDVQQDDAprdWJlcm5ldGVzMCowBQYDK2VwAyEAgH8NiJkSlpQTQ0uCDGYsr6yAq7LPXfO4MSk5/evAeXAwBQYDK2VwA0EA\
         6lnPDzE3E941Cqa7jAUmIKqAmaAUWk9+BCvPi3FuCw19m/r2b5d5d1HsKMtEVlhcmZiF/B+1rrT4ZUGN/Fo/Cg==\n\
         -----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"
    );
    assert_eq!(content("/var/lib/dpkg/status"), "Package: kubelet\nStatus: install ok installed\nVersion: 1.24.9-00\n");
    assert_eq!(content("/etc/os-release"), "ID=debian\n");
    assert_eq!(content("/etc/eks/kubelet-version.txt"), "1.25.1-eks-0a");
    for path in ["/etc/kubernetes/admin.conf", "/etc/kubernetes/pki/sa.key"] {
        assert_eq!(file(path).get("content"), None, "{path}");
    }
    assert_eq!(file("/etc/kubernetes/admin.conf")["owner"], 1000);
    assert_eq!(document("/proc/4242/root/etc/proxy/config.conf")["metricsBindAddress"], "0.0.0.0:10249");
    assert_eq!(form["accounts"]["users"], json!({"root": 0, "operator": 1000, "etcd": 1501, "nobody": 65534}));
    let processes = form["processes"].as_array().expect("processes");
    assert_eq!(processes[0]["argv"][2], "--token=redacted");
    assert_eq!(processes[0].get("env"), None);
    assert_eq!(processes[0]["build"], "/version.gitVersion=1.24.3");
    assert_eq!(processes[3]["env"], json!({"ETCD_CERT_FILE": "/c", "ETCD_KEY_FILE": "/k"}));
    assert_eq!(processes[7]["argv"], json!(["kube-apiserver"]), "the decoy's name");
    assert_eq!(processes.len(), 8);
}

#[test]
fn the_version_is_detected_from_a_snapshot() {
    let folder = tempdir().expect("a folder");
    let (host, taken) = (folder.path().join("host.yaml"), folder.path().join("taken.json"));
    fs::write(&host, STRANGE).expect("a file");
    nodeproof().arg("snapshot").arg("--host").arg(&host).arg("-o").arg(&taken).assert().code(0).stdout("");
    let run = |host: &std::path::Path| {
        let assert = nodeproof().args(["run", "--json", "--host"]).arg(host).assert().code(0);
        let output = assert.get_output();
        (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (original, said) = run(&host);
    assert_eq!(run(&taken), (original.clone(), said.clone()));
    let report: Value = serde_json::from_str(&original).expect("JSON");
    assert_eq!(report["Controls"][0]["detected_version"], "1.24.3", "{said}");
    assert!(said.contains("1.25.1-eks-0a"), "sources that disagree are reported: {said}");
}

#[test]
fn the_file_has_mode_0600_and_is_opened_before_any_work() {
    let folder = tempdir().expect("a folder");
    let file = folder.path().join("snapshot.json");
    fs::write(&file, "old").expect("a file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("a mode");
    for _ in 0..2 {
        nodeproof().args(["snapshot", "--host", "example", "-o"]).arg(&file).assert().code(0).stdout("");
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
        let written = fs::read_to_string(&file).expect("a file");
        assert!(written.starts_with('{') && written.ends_with("}\n"));
        nodeproof().args(["snapshot", "--host", "example"]).assert().code(0).stdout(written.clone());
        nodeproof().args(["snapshot", "--host", "example", "--output", "-"]).assert().code(0).stdout(written);
        fs::remove_file(&file).expect("gone");
    }
    let assert = nodeproof().args(["snapshot", "--host", "example", "-o", "/none/x"]).assert().code(1);
    let stderr = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(stderr.contains("/none/x cannot be written") && !stderr.contains("os error"), "{stderr}");
}

#[test]
fn a_snapshot_that_fails_leaves_the_file_as_it_was() {
    let folder = tempdir().expect("a folder");
    let file = folder.path().join("snapshot.json");
    fs::write(&file, "old").expect("a file");
    nodeproof().args(["snapshot", "--host", "/none.yaml", "-o"]).arg(&file).assert().code(1);
    assert_eq!(fs::read_to_string(&file).expect("a file"), "old");
}

#[test]
fn a_rule_that_a_snapshot_does_not_cover_does_not_pass() {
    let folder = tempdir().expect("a folder");
    let taken = folder.path().join("taken.json");
    let host = "files: []\nprocesses:\n  - { argv: [kube-apiserver, --new-flag=good] }\n  - { argv: [kubelet] }\n";
    fs::write(&taken, snapshot_of(&library(), host)).expect("a file");
    fs::write(folder.path().join("host.yaml"), host).expect("a file");
    let own = folder.path().join("own");
    fs::create_dir_all(own.join("catalog")).expect("a folder");
    fs::create_dir_all(own.join("profiles")).expect("a folder");
    let rule = "- id: new-rule\n  title: A flag of tomorrow\n  setting: { component: apiserver, flag: new-flag }\n  \
                expect: { equals: good }\n  severity: low\n  rationale: w\n  remediation: f\n";
    fs::write(own.join("catalog/new.yaml"), rule).expect("a file");
    let profile = "id: tomorrow\ntitle: Tomorrow\ntargets: { master: { id: \"1\", title: m } }\ngroups: { \"1.1\": { target: master, title: g } }\n\
                   checks: { \"1.1.1\": { rule: new-rule } }\n";
    fs::write(own.join("profiles/tomorrow.yaml"), profile).expect("a file");
    let check = |host: &std::path::Path| {
        let mut run = nodeproof();
        run.args(["run", "--json", "--benchmark", "tomorrow", "-D"]).arg(&own).arg("--host").arg(host);
        let report: Value = serde_json::from_slice(&run.assert().code(0).get_output().stdout).expect("JSON");
        crate::support::check(&report, "1.1.1").clone()
    };
    assert_eq!(check(&folder.path().join("host.yaml"))["status"], "PASS");
    let later = check(&taken);
    assert_eq!(later["status"], "FAIL");
    assert!(later["reason"].as_str().is_some_and(|r| r.contains("take a new one")), "{later}");
    // Taken with these rules, it holds what they read.
    let mut again = nodeproof();
    again.args(["snapshot", "-D"]).arg(&own).arg("--host").arg(folder.path().join("host.yaml")).arg("-o").arg(&taken);
    again.assert().code(0);
    assert_eq!(check(&taken)["status"], "PASS");
}

#[test]
fn a_snapshot_states_its_format_and_the_keys_of_its_probes() {
    let taken =
        snapshot_of(&library(), "name: node-7\nfiles: [{ path: /var/lib/kubelet/config.yaml }]\nprocesses: []\n");
    let form: Value = serde_json::from_str(&taken).expect("JSON");
    assert_eq!(form["snapshot"]["format"], 2);
    assert_eq!(form["name"], "node-7");
    let probes: Vec<&str> =
        form["snapshot"]["probes"].as_array().expect("probes").iter().filter_map(Value::as_str).collect();
    for key in [
        "file:kubelet.config",
        "file:files(apiserver.pki)[*.key, *-key.pem]",
        "setting:kubelet/--anonymous-auth,authentication.anonymous.enabled",
        "setting:etcd/--cert-file,$ETCD_CERT_FILE,client-transport-security.cert-file",
    ] {
        assert!(probes.contains(&key), "{key} of {probes:#?}");
    }
}

#[test]
fn snapshots_of_other_formats_are_refused() {
    let folder = tempdir().expect("a folder");
    let file = folder.path().join("old.json");
    let old = r#"{"snapshot": {"program": "nodeproof 0.1.0", "readings": ["flag --anonymous-auth of kubelet"]}, "files": []}"#;
    for (text, reason) in [(old, "take a new one"), (r#"{"snapshot": {"format": 3}, "files": []}"#, "format 3")] {
        fs::write(&file, text).expect("a file");
        let assert = nodeproof().args(["run", "--benchmark", "cis-1.12", "--host"]).arg(&file).assert().code(3);
        let stderr = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        assert!(stderr.contains(reason) && stderr.contains("old.json"), "{stderr}");
        assert!(assert.get_output().stdout.is_empty());
    }
}

#[test]
fn a_snapshot_of_a_live_node_gives_the_verdicts_of_the_live_run() {
    let text = text_of(&repository("testdata/oracle/neglected-control-plane.json"));
    let description: Value = serde_json::from_str(&text).expect("a description");
    let node = LiveNode::of(&description);
    let pki = node.at("/etc/kubernetes/pki");
    fs::create_dir_all(node.at("/srv/pki")).expect("a folder");
    node.file("/srv/pki/far.key", "777", b"-----BEGIN PRIVATE KEY-----\nPLANTED\n");
    symlink("/srv/pki", pki.join("linked")).expect("a link");
    symlink("/srv/pki/far.key", pki.join("linked.key")).expect("a link");
    symlink("/nowhere", pki.join("dangling.crt")).expect("a link");
    for name in ["a b.key", "c\nd.key", "e.key", "f.key", "g.key", "h.key", "i.key"] {
        node.file(&format!("/etc/kubernetes/pki/{name}"), "600", b"PLANTED");
    }
    let folder = tempdir().expect("a folder");
    let taken = folder.path().join("taken.json");
    let mut snapshot = nodeproof();
    snapshot.arg("snapshot").arg("--root").arg(node.root()).arg("--proc").arg(node.proc()).arg("-o").arg(&taken);
    snapshot.assert().code(0);
    assert!(!text_of(&taken).contains("PLANTED"));
    for benchmark in library().benchmarks() {
        let live = node.audit(benchmark);
        let mut later = nodeproof();
        later.args(["run", "--json", "--benchmark", benchmark, "--host"]).arg(&taken);
        let later: Value = serde_json::from_slice(&later.assert().code(0).get_output().stdout).expect("JSON");
        assert_eq!(results(&later), results(&live), "{benchmark}");
        assert_eq!(later, live, "{benchmark}");
    }
}

/// The checks of a JSON report, each as text.
fn results(report: &Value) -> Vec<String> {
    let groups =
        report["Controls"].as_array().expect("controls").iter().filter_map(|c| c["tests"].as_array()).flatten();
    groups.filter_map(|g| g["results"].as_array()).flatten().map(Value::to_string).collect()
}

#[test]
fn errors_of_files_are_the_same_in_a_snapshot() {
    let library = library();
    let strange: Value = serde_saphyr::from_str(STRANGE).expect("a description");
    let errors = [
        "denied",
        "hidden",
        "not-mounted: /etc",
        "io: bad block",
        "changed",
        "too-large",
        "malformed: no",
        "unseen: absent",
    ];
    // On each of these hosts every fourth file has an error.
    for round in 0..errors.len() {
        let mut host = strange.clone();
        let files = host["files"].as_array_mut().expect("files").iter_mut().enumerate();
        for (index, file) in files.filter(|(index, _)| index % 4 == round % 4) {
            let file = file.as_object_mut().expect("a file");
            file.remove("target");
            file.insert("error".to_owned(), json!(errors[(index / 4 + round) % errors.len()]));
        }
        let host = host.to_string();
        let taken = snapshot_of(&library, &host);
        assert_eq!(snapshot_of(&library, &taken), taken);
        let original = report_lines(&judge(&library, "cis-1.12", &host));
        assert_eq!(report_lines(&judge(&library, "cis-1.12", &taken)), original, "{host}");
        assert_ne!(report_lines(&judge(&library, "cis-1.12", STRANGE)), original, "{host}");
    }
}

#[test]
fn audits_of_a_kube_bench_folder_are_refused() {
    let folder = tempdir().expect("a folder");
    let (host, taken) = (folder.path().join("host.yaml"), folder.path().join("taken.json"));
    fs::write(&host, STRANGE).expect("a file");
    fs::write(&taken, snapshot_of(&library(), STRANGE)).expect("a file");
    let own = folder.path().join("cfg");
    fs::create_dir_all(own.join("own-1.0")).expect("a folder");
    let node = "controls:\nid: 4\ntext: t\ntype: node\ngroups:\n- id: 4.1\n  text: g\n  checks:\n  - id: 4.1.1\n    text: c\n    \
                audit: cat /etc/kubernetes/tokens.csv\n    tests: { test_items: [{ flag: PLANTED, set: false }] }\n    remediation: r\n    scored: true\n";
    fs::write(own.join("own-1.0/node.yaml"), node).expect("a file");
    let run = |host: &std::path::Path, code: i32| {
        let mut run = nodeproof();
        run.args(["run", "--json", "--benchmark", "own-1.0", "-D"]).arg(&own).arg("--host").arg(host);
        run.assert().code(code).get_output().clone()
    };
    let report: Value = serde_json::from_slice(&run(&host, 0).stdout).expect("JSON");
    assert_eq!(crate::support::check(&report, "4.1.1")["status"], "FAIL");
    // What the snapshot does not hold would look as if it did not exist.
    let refused = run(&taken, 2);
    assert!(refused.stdout.is_empty() && String::from_utf8_lossy(&refused.stderr).contains("snapshot"));
}
