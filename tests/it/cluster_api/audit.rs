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
    /// Requests so far, by path.
    asked: Mutex<BTreeMap<String, usize>>,
}

impl Api {
    fn new(lists: BTreeMap<ObjectKind, Vec<Value>>) -> Self {
        Self { lists, refused: Vec::new(), refused_namespace: None, groups: Vec::new(), asked: Mutex::default() }
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
            path if path.contains("/namespaces/") => self.of_namespace(path),
            path => match self.lists.iter().find(|(kind, _)| list_path(**kind) == path) {
                Some((kind, items)) => self.page(*kind, items, query, times),
                None => self.resources(path),
            },
        }
    }

    /// The list of one namespace, on one page.
    fn of_namespace(&self, path: &str) -> Answer {
        let (base, rest) = path.split_once("/namespaces/").expect("a namespace");
        let (namespace, plural) = rest.split_once('/').expect("a type");
        if self.refused_namespace == Some(namespace) {
            let body = value!({ "kind": "Status", "status": "Failure", "message": "no", "code": 403 });
            return response(403, "Content-Type: application/json\r\n", &body.to_string());
        }
        let is_it = |kind: &ObjectKind| base_path(*kind) == base && kind.plural() == plural;
        let (kind, items) = self.lists.iter().find(|(kind, _)| is_it(kind)).expect("a kind");
        let items: Vec<&Value> = items.iter().filter(|item| item["metadata"]["namespace"] == namespace).collect();
        json(&value!({ "kind": format!("{kind}List"), "apiVersion": api_version(*kind), "items": items }).to_string())
    }

    fn groups(&self) -> Value {
        let own = self.lists.keys().map(|kind| kind.group()).filter(|group| !group.is_empty());
        let groups: std::collections::BTreeSet<&str> = own.chain(self.groups.iter().copied()).collect();
        let group = |name: &str| value!({ "name": name, "versions": [{ "groupVersion": format!("{name}/v1"), "version": "v1" }] });
        value!({ "kind": "APIGroupList", "groups": groups.into_iter().map(group).collect::<Vec<_>>() })
    }

    fn resources(&self, path: &str) -> Answer {
        let kinds = self.lists.keys().filter(|kind| base_path(**kind) == path);
        let resources: Vec<Value> = kinds.map(|kind| value!({ "name": kind.plural() })).collect();
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
    if kind.group().is_empty() { "v1".to_owned() } else { format!("{}/v1", kind.group()) }
}

fn base_path(kind: ObjectKind) -> String {
    if kind.group().is_empty() { "/api/v1".to_owned() } else { format!("/apis/{}/v1", kind.group()) }
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
