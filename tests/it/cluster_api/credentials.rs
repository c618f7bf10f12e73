//! Who asks: tokens, passwords, impersonation, credential plugins.

use super::server::{Answer, Authority, Home, Server, authority_data, json, options, problems};
use nodeproof::internals::source::cluster::{ClusterConnection, ConnectError, ConnectOptions};
use serde_json::Value as Json;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

fn document(_: usize, _: &str) -> Answer {
    json("{}")
}

/// A server, and the kubeconfig of a user of it.
struct Cluster {
    authority: Authority,
    home: Home,
    server: Server,
}

impl Cluster {
    fn new() -> Self {
        let authority = Authority::new();
        let server = Server::start(&authority, document);
        Self { home: Home::new(), server, authority }
    }

    fn options(&self, user: &[&str]) -> ConnectOptions {
        let url = format!("server: {}", self.server.url());
        let extension = "extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: a, size: 1}}]";
        options(&self.home.kubeconfig(&[&url, &authority_data(&self.authority.pem), extension], user))
    }

    fn open(&self, user: &[&str]) -> ClusterConnection {
        ClusterConnection::open(&self.options(user)).expect("a connection")
    }

    /// The head of the request of this user.
    fn request(&self, user: &[&str]) -> String {
        self.open(user).get("/version", 1000).expect("a document");
        self.server.requests().pop().expect("a request")
    }

    fn problems(&self, user: &[&str]) -> Vec<String> {
        problems(&self.home, &self.options(user))
    }

    /// A program that does this.
    fn plugin(&self, script: &str) -> PathBuf {
        let path = self.home.write("bin/plugin", &format!("#!/bin/sh\n{script}\n"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a program");
        path
    }

    fn with_exec(&self, version: &str, further: &[&str]) -> ConnectOptions {
        let version = format!("  apiVersion: client.authentication.k8s.io/{version}");
        let mut user = vec!["exec:", "  command: ./bin/plugin", version.as_str()];
        user.extend(further);
        ConnectOptions { allow_exec: true, ..self.options(&user) }
    }

    fn exec_error(&self, options: &ConnectOptions) -> String {
        match ClusterConnection::open(options).expect_err("no credential") {
            ConnectError::Exec(reason) => reason.replace(&format!("{}/", self.home.0.path().display()), ""),
            other => panic!("{other}"),
        }
    }
}

const NEVER: &str = "  interactiveMode: Never";

fn print_token(version: &str, token: &str) -> String {
    format!(
        r#"echo '{{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/{version}","status":{{"token":"{token}"}}}}'"#
    )
}

#[test]
fn tokens_and_passwords_are_sent() {
    let cluster = Cluster::new();
    assert!(cluster.request(&["token: abc"]).contains("authorization: Bearer abc\r\n"));
    let head = cluster.request(&["username: me", "password: \"pass:word\""]);
    assert!(head.contains("authorization: Basic bWU6cGFzczp3b3Jk\r\n"), "{head}");
    assert!(!cluster.request(&[]).to_lowercase().contains("authorization"));
}

#[test]
fn a_token_file_is_read_for_each_request() {
    let cluster = Cluster::new();
    cluster.home.write("token", " first \n");
    // A file has precedence over a token.
    let connection = cluster.open(&["tokenFile: token", "token: other"]);
    for token in ["first", "second"] {
        cluster.home.write("token", &format!("{token}\n"));
        connection.get("/version", 1000).expect("a document");
        assert!(
            cluster.server.requests().pop().expect("a request").contains(&format!("authorization: Bearer {token}\r\n"))
        );
    }
    cluster.home.write("token", "\n");
    let error = connection.get("/version", 1000).expect_err("no token").to_string();
    assert!(error.ends_with("token: the token is empty"), "{error}");
    let found = cluster.problems(&["tokenFile: token"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("config:18:16: users[auditor].user.tokenFile: "), "{found:?}");
    assert!(found[0].ends_with("token: the token is empty"), "{found:?}");
    cluster.home.write("token", "two words");
    assert!(
        cluster.problems(&["tokenFile: token"])[0]
            .ends_with("the token has a space or a control character, or is not ASCII")
    );
}

#[test]
fn impersonation_is_sent_as_headers() {
    let cluster = Cluster::new();
    let user = [
        "as: jane",
        "as-uid: \"42\"",
        "as-groups: [developers, admins]",
        "as-user-extra:",
        "  example.com/scope: [view, edit]",
        "token: abc",
    ];
    let head = cluster.request(&user);
    for line in [
        "impersonate-user: jane",
        "impersonate-uid: 42",
        "impersonate-group: developers",
        "impersonate-group: admins",
        "impersonate-extra-example.com%2fscope: view",
        "impersonate-extra-example.com%2fscope: edit",
        "authorization: Bearer abc",
    ] {
        assert!(head.lines().any(|found| found.eq_ignore_ascii_case(line)), "{line} is not in {head}");
    }
    let found = cluster.problems(&["as-groups: [admins]"]);
    assert_eq!(found, ["config:18:16: users[auditor].user.as-groups: set without `as`; name the user as well"]);
}

#[test]
fn a_plugin_gives_a_token() {
    for version in ["v1", "v1beta1"] {
        let cluster = Cluster::new();
        let script =
            format!("echo \"$1 $NAME $KUBERNETES_EXEC_INFO\" > \"$OUT\"\n{}", print_token(version, "from-plugin"));
        cluster.plugin(&script);
        let out = cluster.home.path("out");
        let variable = format!("  - {{name: OUT, value: \"{}\"}}", out.display());
        let options = cluster.with_exec(
            version,
            &[
                "  args: [get-token]",
                "  env:",
                "  - {name: NAME, value: value}",
                &variable,
                NEVER,
                "  provideClusterInfo: true",
            ],
        );
        ClusterConnection::open(&options).expect("a connection").get("/version", 1000).expect("a document");
        assert!(cluster.server.requests()[0].contains("authorization: Bearer from-plugin\r\n"));
        let text = std::fs::read_to_string(out).expect("what the plugin got");
        let info: Json = serde_json::from_str(text.strip_prefix("get-token value ").expect("arguments")).expect("JSON");
        assert_eq!(info["apiVersion"], format!("client.authentication.k8s.io/{version}"));
        assert_eq!(info["kind"], "ExecCredential");
        assert_eq!(info["spec"]["interactive"], false);
        assert_eq!(info["spec"]["cluster"]["server"], cluster.server.url());
        assert_eq!(info["spec"]["cluster"]["config"], serde_json::json!({"audience": "a", "size": 1}));
        assert!(info["spec"]["cluster"]["certificate-authority-data"].is_string(), "{info}");
    }
}

#[test]
fn a_plugin_gives_a_client_certificate() {
    let cluster = Cluster::new();
    let authority = &cluster.authority;
    let server = Server::with(&authority.identity(&["127.0.0.1"]), Some(authority), "127.0.0.1:0", document);
    let client = authority.identity(&["auditor"]);
    let credential = serde_json::json!({
        "kind": "ExecCredential",
        "apiVersion": "client.authentication.k8s.io/v1",
        "status": {"clientCertificateData": client.certificate_pem, "clientKeyData": client.key.serialize_pem()},
    });
    let file = cluster.home.write("credential", &credential.to_string());
    cluster.plugin(&format!("cat '{}'", file.display()));
    let cluster = Cluster { server, ..cluster };
    let connection = ClusterConnection::open(&cluster.with_exec("v1", &[NEVER])).expect("a connection");
    connection.get("/version", 1000).expect("a document");
    assert!(!cluster.server.requests()[0].to_lowercase().contains("authorization"));
}

#[test]
fn a_plugin_is_started_only_if_allowed_and_needed() {
    let cluster = Cluster::new();
    cluster.plugin(&format!("touch '{}'", cluster.home.path("started").display()));
    let options = ConnectOptions { allow_exec: false, ..cluster.with_exec("v1", &[NEVER]) };
    let found = problems(&cluster.home, &options);
    assert_eq!(
        found,
        [
            "config:19:16: users[auditor].user.exec.command: the credential comes from the program `./bin/plugin`; allow \
          nodeproof to start it with --allow-exec, or set a token"
        ]
    );
    // Another error is found before it would be started.
    let options = ConnectOptions { context: Some("none".to_owned()), ..cluster.with_exec("v1", &[NEVER]) };
    assert_eq!(problems(&cluster.home, &options).len(), 1);
    // A token makes it superfluous.
    let options = ConnectOptions { allow_exec: false, ..cluster.with_exec("v1", &[NEVER, "token: abc"]) };
    ClusterConnection::open(&options).expect("a connection").get("/version", 1000).expect("a document");
    assert!(!cluster.home.path("started").exists());
}

#[test]
fn the_error_of_a_plugin_is_named() {
    let cluster = Cluster::new();
    let label = "config: users[auditor].user.exec: the program `bin/plugin` ";
    let run = |script: &str, change: fn(ConnectOptions) -> ConnectOptions| {
        cluster.plugin(script);
        let error = cluster.exec_error(&change(cluster.with_exec("v1", &[NEVER]))).replace("./", "");
        error.strip_prefix(label).unwrap_or(&error).to_owned()
    };
    let same = |options| options;
    let short = |options| ConnectOptions { timeout: Duration::from_millis(300), ..options };
    assert_eq!(run("echo s3cret; exit 3", same), "fails (exit status: 3)");
    assert_eq!(run("echo s3cret", same), "does not print a JSON document");
    assert_eq!(
        run(&print_token("v1beta1", "s3cret"), same),
        "prints another version than the kubeconfig asks for; it must be client.authentication.k8s.io/v1"
    );
    assert_eq!(run("yes s3cret", same), "prints more than 1024 KiB");
    assert_eq!(run("sleep 100", short), "does not end within the timeout");
    assert_eq!(run("exec >&-; sleep 100", short), "does not end within the timeout");
    // What it has started itself ends as well.
    let file = cluster.home.path("child");
    let script = format!("sleep 100 & echo $! > '{}'; wait", file.display());
    assert_eq!(run(&script, short), "does not end within the timeout");
    let child = std::fs::read_to_string(file).expect("the id of the child");
    // Its name is gone as soon as the process ends, also if nobody waits for it.
    let command = PathBuf::from(format!("/proc/{}/cmdline", child.trim()));
    let runs = || std::fs::read(&command).is_ok_and(|line| !line.is_empty());
    let mut polls = 0;
    while runs() {
        assert!(polls < 500, "process {} still runs", child.trim());
        polls += 1;
        std::thread::sleep(Duration::from_millis(10));
    }
    let missing = |command: &str, hint: &[&str]| {
        let version = "  apiVersion: client.authentication.k8s.io/v1";
        let command = format!("  command: {command}");
        let user: Vec<&str> = ["exec:", &command, version, NEVER].into_iter().chain(hint.iter().copied()).collect();
        cluster.exec_error(&ConnectOptions { allow_exec: true, ..cluster.options(&user) })
    };
    let error = missing("no-such-plugin", &[]);
    assert!(error.ends_with("the program `no-such-plugin` is not installed, or is not in PATH"), "{error}");
    let error = missing("no-such-plugin", &["  installHint: get it from example.com"]);
    assert!(error.ends_with("the program `no-such-plugin` is not installed: get it from example.com"), "{error}");
}

#[test]
fn what_cannot_be_used_is_named() {
    let cluster = Cluster::new();
    let at = |user: &[&str]| {
        let options = ConnectOptions { allow_exec: true, ..cluster.options(user) };
        let found = problems(&cluster.home, &options);
        found.iter().map(|line| line.split_once(": users[auditor].user.").expect(line).1.to_owned()).collect::<Vec<_>>()
    };
    let exec = |lines: &[&'static str]| {
        let mut user = vec!["exec:", "  command: plugin"];
        user.extend(lines);
        at(&user)
    };
    assert_eq!(
        exec(&["  apiVersion: client.authentication.k8s.io/v1alpha1", NEVER]),
        ["exec.apiVersion: `client.authentication.k8s.io/v1alpha1` is not supported; update the plugin and use \
          client.authentication.k8s.io/v1"]
    );
    assert_eq!(exec(&[NEVER]), ["exec.apiVersion: missing; update the plugin and use client.authentication.k8s.io/v1"]);
    assert_eq!(
        exec(&["  apiVersion: client.authentication.k8s.io/v1"]),
        ["exec.interactiveMode: missing; write Never or IfAvailable"]
    );
    assert_eq!(
        exec(&["  apiVersion: client.authentication.k8s.io/v1", "  interactiveMode: Always"]),
        ["exec.interactiveMode: the program needs a terminal, which nodeproof does not give"]
    );
    assert_eq!(
        at(&["auth-provider: {name: gcp}"]),
        ["auth-provider: authentication providers were removed from Kubernetes 1.26; use a token or `exec`"]
    );
    assert_eq!(
        at(&["token: abc", "username: me", "password: s3cret"]),
        ["username: a token is set as well; only one of both is allowed"]
    );
    assert_eq!(at(&["client-key-data: aGk="]), ["client-certificate: missing; the client key needs its certificate"]);
}
