//! The program against an API server: pages, expired lists, throttling, refused and unknown kinds. Its report is that of the same
//! lists in files.

use super::server::{Answer, Authority, Home, Server, TOKEN, authority_data, json, response};
use assert_cmd::Command;
use nodeproof::internals::source::cluster::ObjectKind;
use serde_json::{Value, json as value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Objects on a page.
const PAGE: usize = 2;

/// The lists of the made cluster, by kind.
fn made() -> BTreeMap<ObjectKind, Vec<Value>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/clusters/made");
    let mut lists: BTreeMap<ObjectKind, Vec<Value>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a text");
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        if ["truth", "partial", "who-can"].contains(&stem.as_str()) {
            continue;
        }
        let list: Value = serde_saphyr::from_str(&text).expect("a list");
        let of_file =
            ObjectKind::by_file_stem(&stem).or((stem == "networkpolicies").then_some(ObjectKind::NetworkPolicy));
        if let Some(kind) = of_file {
            lists.entry(kind).or_default();
        }
        for item in list["items"].as_array().expect("items") {
            let own = item["kind"].as_str().and_then(ObjectKind::by_id);
            lists.entry(own.or(of_file).expect("a kind")).or_default().push(item.clone());
        }
    }
    lists
}

/// An API server with these objects.
struct Api {
    lists: BTreeMap<ObjectKind, Vec<Value>>,
    /// Kinds whose lists are refused.
    refused: Vec<ObjectKind>,
    /// A namespace whose lists are refused.
    refused_namespace: Option<&'static str>,
    /// Groups that are served beside those of the lists.
    groups: Vec<&'static str>,
    /// Resources that are served beside those of the lists, by the path of their group.
    resources: Vec<(&'static str, &'static str)>,
    /// Whether it sends whole Secrets, whatever it is asked for.
    sends_whole_secrets: bool,
    /// A namespace with a page that expires once.
    expires_in: Option<&'static str>,
    /// Requests so far, by path.
    asked: Mutex<BTreeMap<String, usize>>,
}

impl Api {
    fn new(lists: BTreeMap<ObjectKind, Vec<Value>>) -> Self {
        Self {
            lists,
            refused: Vec::new(),
            refused_namespace: None,
            groups: Vec::new(),
            resources: Vec::new(),
            sends_whole_secrets: false,
            expires_in: None,
            asked: Mutex::default(),
        }
    }

    fn answer(&self, head: &str) -> Answer {
        let target = head.split(' ').nth(1).expect("a target");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let times = {
            let mut asked = self.asked.lock().expect("requests");
            let times = asked.entry(target.to_owned()).or_default();
            *times += 1;
            *times
        };
        match path {
            "/version" => json(r#"{"major":"1","minor":"36","gitVersion":"v1.36.0"}"#),
            "/apis" => json(&self.groups().to_string()),
            path if path.contains("/namespaces/") => self.of_namespace(path, query, times),
            path => match self.lists.iter().find(|(kind, _)| list_path(**kind) == path) {
                Some((ObjectKind::Secret, items)) => self.secrets(items, query, head),
                Some((kind, items)) => self.page(*kind, items, query, times),
                None => self.resources(path),
            },
        }
    }

    /// A page of the Secrets of a type, or of all: whole, or their metadata alone.
    fn secrets(&self, items: &[Value], query: &str, head: &str) -> Answer {
        if self.refused.contains(&ObjectKind::Secret) {
            let body = value!({ "kind": "Status", "status": "Failure", "message": "no", "code": 403 });
            return response(403, "Content-Type: application/json\r\n", &body.to_string());
        }
        let wanted = query.split('&').find_map(|part| part.strip_prefix("fieldSelector=type%3D"));
        let wanted = wanted.map(|name| name.replace("%2F", "/"));
        let items = items.iter().filter(|item| wanted.as_ref().is_none_or(|wanted| item["type"] == **wanted));
        let items: Vec<&Value> = items.collect();
        let start: usize = query.split_once("continue=").map_or(0, |(_, token)| token.parse().expect("a token"));
        let end = items.len().min(start + PAGE);
        let mut metadata = value!({ "resourceVersion": "77" });
        if end < items.len() {
            metadata["continue"] = value!(end.to_string());
        }
        let asks_for_metadata =
            head.contains("accept: application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1\r\n");
        if self.sends_whole_secrets || !asks_for_metadata {
            let list =
                value!({ "kind": "SecretList", "apiVersion": "v1", "metadata": metadata, "items": items[start..end] });
            return json(&list.to_string());
        }
        let bare = |item: &&Value| value!({ "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": item["metadata"] });
        let items: Vec<Value> = items[start..end].iter().map(bare).collect();
        let list = value!({ "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata, "items": items });
        json(&list.to_string())
    }

    /// The list of one namespace, on one page.
    fn of_namespace(&self, path: &str, query: &str, times: usize) -> Answer {
        let (base, rest) = path.split_once("/namespaces/").expect("a namespace");
        let (namespace, plural) = rest.split_once('/').expect("a type");
        if self.refused_namespace == Some(namespace) {
            let body = value!({ "kind": "Status", "status": "Failure", "message": "no", "code": 403 });
            return response(403, "Content-Type: application/json\r\n", &body.to_string());
        }
        let is_it = |kind: &ObjectKind| base_path(*kind) == base && kind.plural() == plural;
        let (kind, items) = self.lists.iter().find(|(kind, _)| is_it(kind)).expect("a kind");
        let items: Vec<&Value> = items.iter().filter(|item| item["metadata"]["namespace"] == namespace).collect();
        let mut metadata = value!({});
        if self.expires_in == Some(namespace) {
            if query.contains("continue=") {
                let body = value!({ "kind": "Status", "status": "Failure", "reason": "Expired", "code": 410 });
                return response(410, "Content-Type: application/json\r\n", &body.to_string());
            }
            metadata = if times == 1 { value!({ "continue": "1" }) } else { metadata };
        }
        json(&value!({ "kind": format!("{kind}List"), "apiVersion": api_version(*kind), "metadata": metadata, "items": items }).to_string())
    }

    fn groups(&self) -> Value {
        let own =
            self.lists.keys().map(|kind| (kind.group(), kind.versions()[0])).filter(|(group, _)| !group.is_empty());
        let groups: BTreeMap<&str, &str> = own.chain(self.groups.iter().map(|group| (*group, "v1"))).collect();
        let group = |(name, version): (&str, &str)| value!({ "name": name, "versions": [{ "groupVersion": format!("{name}/{version}"), "version": version }] });
        value!({ "kind": "APIGroupList", "groups": groups.into_iter().map(group).collect::<Vec<_>>() })
    }

    fn resources(&self, path: &str) -> Answer {
        let kinds = self.lists.keys().filter(|kind| base_path(**kind) == path);
        let others = self.resources.iter().filter(|(base, _)| *base == path).map(|(_, name)| *name);
        let names = kinds.map(|kind| kind.plural()).chain(others);
        let resources: Vec<Value> = names.map(|name| value!({ "name": name })).collect();
        if resources.is_empty() {
            return response(404, "Content-Type: text/plain\r\n", "404 page not found");
        }
        json(&value!({ "kind": "APIResourceList", "resources": resources }).to_string())
    }

    /// A page of a list. The server throttles the first request for pods, and the list of roles expires once.
    fn page(&self, kind: ObjectKind, items: &[Value], query: &str, times: usize) -> Answer {
        let status = |code: u16, reason: &str| {
            let body =
                value!({ "kind": "Status", "status": "Failure", "reason": reason, "message": "no", "code": code });
            response(code, "Content-Type: application/json\r\nRetry-After: 0\r\n", &body.to_string())
        };
        if self.refused.contains(&kind) {
            return status(403, "Forbidden");
        }
        let start: usize = query.split_once("continue=").map_or(0, |(_, token)| token.parse().expect("a token"));
        match kind {
            ObjectKind::Pod if start == 0 && times == 1 => return status(429, "TooManyRequests"),
            ObjectKind::ClusterRole if start == PAGE && times == 1 => return status(410, "Expired"),
            _ => {}
        }
        let end = items.len().min(start + PAGE);
        let mut metadata = value!({ "resourceVersion": "77" });
        if end < items.len() {
            metadata["continue"] = value!(end.to_string());
        }
        // Items of a typed list have no kind.
        let bare = |item: &Value| {
            let mut item = item.clone();
            let fields = item.as_object_mut().expect("an object");
            fields.retain(|key, _| key != "kind" && key != "apiVersion");
            item
        };
        let api_version = api_version(kind);
        let items: Vec<Value> = items[start..end].iter().map(bare).collect();
        json(
            &value!({ "kind": format!("{kind}List"), "apiVersion": api_version, "metadata": metadata, "items": items })
                .to_string(),
        )
    }
}

fn api_version(kind: ObjectKind) -> String {
    let version = kind.versions()[0];
    if kind.group().is_empty() { version.to_owned() } else { format!("{}/{version}", kind.group()) }
}

fn base_path(kind: ObjectKind) -> String {
    let root = if kind.group().is_empty() { "/api" } else { "/apis" };
    format!("{root}/{}", api_version(kind))
}

fn list_path(kind: ObjectKind) -> String {
    format!("{}/{}", base_path(kind), kind.plural())
}

/// A server, and the kubeconfig that leads to it.
struct Running {
    server: Server,
    kubeconfig: PathBuf,
    _home: Home,
}

fn start(api: Api) -> Running {
    let (authority, home) = (Authority::new(), Home::new());
    let server = Server::start(&authority, move |_, head| api.answer(head));
    let (url, token) = (format!("server: {}", server.url()), format!("token: {TOKEN}"));
    let kubeconfig = home.kubeconfig(&[&url, &authority_data(&authority.pem)], &[&token]);
    Running { server, kubeconfig, _home: home }
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_nodeproof"))
        .args(arguments)
        .env_remove("KUBECONFIG")
        .output()
        .expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The checks of a report.
fn checks(report: &str) -> Vec<Value> {
    let report: Value = serde_json::from_str(report).expect("a report");
    report["checks"].as_array().expect("checks").clone()
}

#[test]
fn the_report_of_a_server_is_that_of_its_saved_lists() {
    let folder = tempfile::tempdir().expect("a folder");
    for (kind, items) in made() {
        let list = value!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string();
        std::fs::write(folder.path().join(format!("{kind}.json")), list).expect("a list");
    }
    let running = start(Api::new(made()));
    let config = running.kubeconfig.to_str().expect("a path");
    let saved = folder.path().to_str().expect("a path");
    for format in ["report", "json"] {
        let ask = |source: [&str; 2]| {
            let (code, stdout, stderr) =
                run(&["cluster", source[0], source[1], "--benchmark", "cis-1.12", "--format", format]);
            assert_eq!(code, Some(0), "{stderr}");
            assert!(!stdout.contains(TOKEN) && !stderr.contains(TOKEN));
            stdout
        };
        let (live, recorded) = (ask(["--kubeconfig", config]), ask(["--cluster", saved]));
        if format == "json" {
            assert_eq!(live, recorded);
        } else {
            assert_eq!(checks(&live), checks(&recorded));
        }
    }
    let paths = running.server.paths();
    assert!(paths.iter().any(|path| path.starts_with("/api/v1/pods?limit=500&continue=2")), "{paths:?}");
    assert!(!paths.iter().any(|path| path.contains("secrets") || path.contains("openshift")), "{paths:?}");
}

#[test]
fn a_refused_list_makes_undetermined_what_needs_it() {
    let running = start(Api { refused: vec![ObjectKind::NetworkPolicy], ..Api::new(made()) });
    let config = running.kubeconfig.to_str().expect("a path");
    let (code, stdout, _) = run(&["cluster", "--kubeconfig", config, "--benchmark", "cis-1.12", "--format", "report"]);
    assert_eq!(code, Some(0));
    let checks = checks(&stdout);
    let undetermined: Vec<&str> = checks
        .iter()
        .filter(|check| check["status"] == "undetermined")
        .filter_map(|check| check["id"].as_str())
        .collect();
    assert_eq!(undetermined, ["5.3.2"]);
    let check = checks.iter().find(|check| check["id"] == "5.3.2").expect("the check");
    assert!(check["remediation"].as_str().expect("a text").contains("list networkpolicies.networking.k8s.io"));
    let report: Value = serde_json::from_str(&stdout).expect("a report");
    let notice = report["notices"][0].as_str().expect("a notice");
    assert_eq!(notice, "1 of 34 checks could not be evaluated: the list of networkpolicies is refused");
    let (code, _, _) = run(&["cluster", "--kubeconfig", config, "--benchmark", "cis-1.12", "--require-complete"]);
    assert_eq!(code, Some(5));
}

#[test]
fn a_namespace_that_is_refused_is_not_made_up_for_by_another() {
    for namespaces in [["tools", "web"], ["web", "tools"]] {
        let running = start(Api { refused_namespace: Some("tools"), ..Api::new(made()) });
        let config = running.kubeconfig.to_str().expect("a path");
        let [one, other] = namespaces;
        let arguments =
            ["cluster", "--kubeconfig", config, "--benchmark", "cis-1.12", "-c", "5.2.3", "-n", one, "-n", other];
        let (code, stdout, stderr) = run(&[&arguments[..], &["--format", "report"]].concat());
        // Nothing of the cluster is known then, or the check is undetermined; it never passes.
        assert!(code == Some(4) || checks(&stdout)[0]["status"] == "undetermined", "{stdout}{stderr}");
    }
    let running = start(Api::new(made()));
    let config = running.kubeconfig.to_str().expect("a path");
    let arguments = ["cluster", "--kubeconfig", config, "--benchmark", "cis-1.12", "-c", "5.2.3", "-n", "web"];
    let (_, stdout, _) = run(&[&arguments[..], &["--format", "report"]].concat());
    assert_eq!(checks(&stdout)[0]["status"], "pass");
}

#[test]
fn where_every_list_is_refused_nothing_is_evaluated() {
    let running = start(Api { refused: ObjectKind::ALL.to_vec(), ..Api::new(made()) });
    let config = running.kubeconfig.to_str().expect("a path");
    let (code, stdout, stderr) = run(&["cluster", "--kubeconfig", config]);
    assert_eq!((code, stdout.as_str()), (Some(4), ""));
    assert!(stderr.contains("no list of the cluster can be used") && stderr.contains("--namespace (-n)"), "{stderr}");
}

#[test]
fn network_policies_of_another_kind_may_protect_a_namespace() {
    let running = start(Api { groups: vec!["cilium.io"], ..Api::new(made()) });
    let config = running.kubeconfig.to_str().expect("a path");
    let (_, stdout, _) =
        run(&["cluster", "--kubeconfig", config, "--benchmark", "cis-1.12", "-c", "5.3.2", "--format", "report"]);
    let checks = checks(&stdout);
    assert_eq!(checks[0]["status"], "undetermined");
    assert!(checks[0]["reason"].as_str().expect("a reason").contains("cilium.io"));
}

#[test]
fn who_may_do_something_is_asked_from_a_server() {
    let running = start(Api::new(made()));
    let config = running.kubeconfig.to_str().expect("a path");
    let (code, stdout, stderr) = run(&["who-can", "get", "secrets", "--kubeconfig", config, "--json"]);
    assert_eq!(code, Some(0), "{stderr}");
    let answer: Value = serde_json::from_str(&stdout).expect("an answer");
    let subjects: Vec<&str> =
        answer["grants"].as_array().expect("grants").iter().filter_map(|grant| grant["subject"].as_str()).collect();
    assert_eq!(
        subjects,
        [
            "Group/kubeadm:cluster-admins",
            "Group/system:masters",
            "Group/web-team",
            "ServiceAccount/web/shop",
            "User/eve",
            "User/system:kube-proxy"
        ]
    );
}

/// What a Secret holds, and must be nowhere.
const CONTENT: &str = "aHVudGVyMg";

fn secret(namespace: &str, name: &str, of_type: &str) -> Value {
    let applied = format!("{{\"data\":{{\"password\":\"{CONTENT}\"}}}}");
    value!({
        "kind": "Secret", "apiVersion": "v1", "type": of_type, "data": { "password": CONTENT }, "stringData": { "user": CONTENT },
        "metadata": { "namespace": namespace, "name": name, "annotations": { "kubectl.kubernetes.io/last-applied-configuration": applied } },
    })
}

/// The made cluster with some Secrets.
fn with_secrets() -> Api {
    let secrets = vec![
        secret("shop", "database", "Opaque"),
        secret("shop", "cart-token", "kubernetes.io/service-account-token"),
        secret("shop", "site", "kubernetes.io/tls"),
        secret("tools", "ci-token", "kubernetes.io/service-account-token"),
        secret("kube-system", "builder", "kubernetes.io/service-account-token"),
    ];
    let mut lists = made();
    lists.insert(ObjectKind::Secret, secrets);
    // An API server that takes bootstrap tokens, as kubeadm starts it.
    for pod in lists.get_mut(&ObjectKind::Pod).expect("pods") {
        if let Some(command) = pod["spec"]["containers"][0]["command"].as_array_mut() {
            command.push(value!("--enable-bootstrap-token-auth=true"));
        }
    }
    Api::new(lists)
}

fn check<'c>(checks: &'c [Value], id: &str) -> &'c Value {
    checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no check {id}"))
}

fn notes(check: &Value) -> Vec<&str> {
    let findings = check["findings"].as_array().expect("findings").iter();
    let evidence = findings.flat_map(|finding| finding["evidence"].as_array().expect("evidence"));
    evidence.filter(|entry| entry["attribute"] == "note").filter_map(|entry| entry["value"].as_str()).collect()
}

#[test]
fn secrets_are_asked_for_by_their_names_alone_and_only_with_the_flag() {
    for sends_whole_secrets in [false, true] {
        let running = start(Api { sends_whole_secrets, ..with_secrets() });
        let config = running.kubeconfig.to_str().expect("a path");
        let arguments = ["cluster", "--kubeconfig", config, "--benchmark", "cis-1.12", "--format", "report"];
        let (code, stdout, stderr) = run(&[&arguments[..], &["--read-secrets"]].concat());
        assert_eq!(code, Some(0), "{stderr}");
        assert!(!stdout.contains(CONTENT) && !stderr.contains(CONTENT));
        let checks = checks(&stdout);
        let counts = ["namespace kube-system: 1 Secrets", "namespace shop: 3 Secrets", "namespace tools: 1 Secrets"];
        assert_eq!(
            (&check(&checks, "5.4.2")["status"], notes(check(&checks, "5.4.2"))),
            (&value!("manual"), counts.to_vec())
        );
        let tokens =
            "tokens of service accounts that do not expire: kube-system/builder, shop/cart-token, tools/ci-token";
        assert_eq!(
            (&check(&checks, "3.1.2")["status"], notes(check(&checks, "3.1.2"))),
            (&value!("manual"), vec![tokens])
        );
        assert_eq!(
            (&check(&checks, "3.1.3")["status"], notes(check(&checks, "3.1.3"))),
            (&value!("pass"), vec!["bootstrap tokens: none"])
        );
        assert!(checks.iter().all(|check| check["id"] != "3.1.1" && check["id"] != "3.2.1"));
        let requests = running.server.requests();
        let secrets: Vec<&String> = requests.iter().filter(|head| head.contains("secrets")).collect();
        let paths: Vec<&str> = secrets.iter().filter_map(|head| head.split(' ').nth(1)).collect();
        assert_eq!(
            paths,
            [
                "/api/v1/secrets?limit=500",
                "/api/v1/secrets?limit=500&continue=2",
                "/api/v1/secrets?limit=500&continue=4",
                "/api/v1/secrets?fieldSelector=type%3Dkubernetes.io%2Fservice-account-token&limit=500",
                "/api/v1/secrets?fieldSelector=type%3Dkubernetes.io%2Fservice-account-token&limit=500&continue=2",
                "/api/v1/secrets?fieldSelector=type%3Dbootstrap.kubernetes.io%2Ftoken&limit=500",
            ]
        );
        let accept = "accept: application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1\r\n";
        assert!(
            secrets.iter().all(|head| head.contains(accept) && !head.contains("accept: application/json\r\n")),
            "{secrets:?}"
        );

        let before = running.server.requests().len();
        let (_, stdout, _) = run(&arguments);
        assert!(self::checks(&stdout).iter().all(|check| !check["id"].as_str().expect("an id").starts_with("3.")));
        let (code, _, stderr) = run(&["who-can", "get", "pods", "--kubeconfig", config, "--read-secrets"]);
        assert!(code != Some(0) && stderr.contains("--read-secrets"), "{stderr}");
        let paths = running.server.paths();
        assert!(!paths[before..].iter().any(|path| path.contains("secrets")), "{paths:?}");
    }
}

#[test]
fn secrets_that_are_refused_change_nothing_else() {
    let running = start(Api { refused: vec![ObjectKind::Secret], ..with_secrets() });
    let config = running.kubeconfig.to_str().expect("a path");
    let arguments = ["cluster", "--kubeconfig", config, "--benchmark", "cis-1.12", "--format", "report"];
    let (_, without, _) = run(&arguments);
    let (code, stdout, _) = run(&[&arguments[..], &["--read-secrets"]].concat());
    assert_eq!(code, Some(0));
    let (with, without) = (checks(&stdout), checks(&without));
    for id in ["3.1.2", "3.1.3", "5.4.2"] {
        let check = check(&with, id);
        assert_eq!(check["status"], "manual", "{id}");
        assert!(notes(check).iter().any(|note| note.starts_with("the list of Secrets is refused")), "{check}");
    }
    let others = |checks: &[Value]| -> Vec<Value> {
        let is_other =
            |check: &&Value| check["id"] != "5.4.2" && !check["id"].as_str().expect("an id").starts_with("3.");
        checks.iter().filter(is_other).cloned().collect()
    };
    assert_eq!(others(&with), others(&without));
}

#[test]
fn a_snapshot_has_the_names_and_types_of_secrets_and_nothing_else_of_them() {
    for sends_whole_secrets in [false, true] {
        let running = start(Api { sends_whole_secrets, ..with_secrets() });
        let config = running.kubeconfig.to_str().expect("a path");
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("cluster.json");
        let path = file.to_str().expect("a path");
        let (code, _, stderr) = run(&["snapshot", "--kubeconfig", config, "--read-secrets", "-o", path]);
        assert_eq!(code, Some(0), "{stderr}");
        let text = std::fs::read_to_string(&file).expect("a snapshot");
        let line = text.lines().find(|line| line.contains("SecretList")).expect("the Secrets");
        let list: Value = serde_json::from_str(line).expect("a list");
        assert_eq!(
            list["items"][0],
            value!({ "metadata": { "namespace": "kube-system", "name": "builder" }, "type": "kubernetes.io/service-account-token" })
        );
        assert_eq!(
            list["items"][2],
            value!({ "metadata": { "namespace": "shop", "name": "database" }, "type": "other" })
        );
        assert!(!text.contains(CONTENT) && !text.contains("last-applied"));
        let ask = |source: &[&str]| {
            let arguments = [&["cluster", "--benchmark", "cis-1.12", "--format", "report"], source].concat();
            checks(&run(&arguments).1)
        };
        assert_eq!(ask(&["--cluster", path]), ask(&["--kubeconfig", config, "--read-secrets"]));
    }
}

/// The made cluster with policies of Cilium in each namespace that has no NetworkPolicy.
fn with_cilium() -> Api {
    let mut lists = made();
    let policy = |namespace: &str| {
        value!({
            "kind": "CiliumNetworkPolicy", "apiVersion": "cilium.io/v2", "metadata": { "namespace": namespace, "name": "deny" },
            "spec": { "endpointSelector": {}, "ingress": [{}] },
        })
    };
    let namespaces = lists[&ObjectKind::Namespace].iter().filter_map(|item| item["metadata"]["name"].as_str());
    let policies = namespaces.map(policy).collect();
    lists.insert(ObjectKind::CiliumNetworkPolicy, policies);
    lists.insert(ObjectKind::CiliumClusterwideNetworkPolicy, Vec::new());
    Api::new(lists)
}

#[test]
fn policies_of_another_kind_are_read_with_the_flag() {
    let ask = |api: Api, flags: &[&str]| {
        let running = start(api);
        let config = running.kubeconfig.to_str().expect("a path");
        let arguments =
            ["cluster", "--kubeconfig", config, "--benchmark", "cis-1.12", "-c", "5.3.2", "--format", "report"];
        let (_, stdout, stderr) = run(&[&arguments[..], flags].concat());
        let checks = checks(&stdout);
        assert_eq!(checks.len(), 1, "{stderr}");
        (checks[0].clone(), running.server.paths())
    };
    const FLAG: &[&str] = &["--read-other-policies"];
    let (check, paths) = ask(with_cilium(), &[]);
    assert_eq!(check["status"], "undetermined");
    assert!(check["reason"].as_str().expect("a reason").contains("--read-other-policies"), "{check}");
    assert!(!paths.iter().any(|path| path.contains("cilium")), "{paths:?}");

    let (check, paths) = ask(with_cilium(), FLAG);
    assert_eq!(check["status"], "pass", "{check}");
    assert!(
        paths.iter().any(|path| path.starts_with("/apis/cilium.io/v2/ciliumnetworkpolicies?limit=500")),
        "{paths:?}"
    );

    let refused = Api { refused: vec![ObjectKind::CiliumNetworkPolicy], ..with_cilium() };
    let (check, _) = ask(refused, FLAG);
    assert_eq!(check["status"], "undetermined");
    assert!(check["remediation"].as_str().expect("a text").contains("list ciliumnetworkpolicies.cilium.io"), "{check}");

    // What is staged is not in force; a kind that is not known may be.
    for (resource, status) in [("stagednetworkpolicies", "fail"), ("ciliumfuturenetworkpolicies", "undetermined")] {
        let mut api = with_cilium();
        api.lists.insert(ObjectKind::CiliumNetworkPolicy, Vec::new());
        api.resources = vec![("/apis/cilium.io/v2", resource)];
        assert_eq!(ask(api, FLAG).0["status"], status, "{resource}");
    }
    // A group in which no known kind is served.
    let other = Api { groups: vec!["policy.networking.k8s.io"], ..Api::new(made()) };
    let (check, _) = ask(other, FLAG);
    assert_eq!(check["status"], "undetermined");
    // A server without them.
    let (check, _) = ask(Api::new(made()), FLAG);
    assert_eq!(check["status"], "fail");
}

#[test]
fn a_list_that_begins_anew_loses_nothing_of_the_other_namespaces() {
    let ask = |api: Api| {
        let running = start(api);
        let config = running.kubeconfig.to_str().expect("a path");
        let arguments = [
            "cluster",
            "--kubeconfig",
            config,
            "--benchmark",
            "cis-1.12",
            "-n",
            "web",
            "-n",
            "tools",
            "--format",
            "report",
        ];
        let (_, stdout, stderr) = run(&arguments);
        assert!(!stdout.is_empty(), "{stderr}");
        checks(&stdout)
    };
    assert_eq!(ask(Api { expires_in: Some("tools"), ..Api::new(made()) }), ask(Api::new(made())));
}
