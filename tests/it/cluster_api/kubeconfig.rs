//! Kubeconfig files: which are read, how they are merged, and what is wrong in them.

use super::server::{Authority, Home, Server, authority_data, environment, json, kubeconfig, options, problems};
use nodeproof::internals::source::cluster::{ClusterConnection, ConnectError, ConnectOptions};
use rustix::fs::{CWD, FileType, mknodat};
use std::path::Path;

/// Options without a named file.
fn by_environment(variables: &[(&str, &str)]) -> ConnectOptions {
    ConnectOptions { kubeconfig: None, environment: environment(variables), ..options(Path::new("")) }
}

#[test]
fn the_first_definition_of_a_name_wins() {
    let (home, authority) = (Home::new(), Authority::new());
    let server = Server::start(&authority, |_, _| json("{}"));
    home.write("first/ca.crt", &authority.pem);
    let clusters = format!(
        "clusters:\n- name: prod\n  cluster: {{server: \"{}\", certificate-authority: ca.crt}}\n",
        server.url()
    );
    let first = home.write("first/clusters", &clusters);
    let second = home.write("second/config", &kubeconfig(&["server: https://192.0.2.1"], &["tokenFile: token"]));
    home.write("second/token", "of-the-second");
    let third = home.write("third", "current-context: other\nusers:\n- {name: auditor, user: {token: of-the-third}}\n");
    let list = std::env::join_paths([&home.path("missing"), &first, &second, &third]).expect("a list");
    let options = by_environment(&[("KUBECONFIG", list.to_str().expect("a text"))]);
    let connection = ClusterConnection::open(&options).expect("a connection");
    assert_eq!((connection.name(), connection.server()), ("test", server.url().as_str()));
    connection.get("/version", 1000).expect("a document");
    assert!(server.requests()[0].contains("authorization: Bearer of-the-second\r\n"));
}

#[test]
fn a_path_in_the_url_is_kept() {
    let (home, authority) = (Home::new(), Authority::new());
    let server = Server::start(&authority, |_, _| json("{}"));
    let url = format!("server: {}/k8s/clusters/c-1/", server.url());
    let file = home.kubeconfig(&[&url, &authority_data(&authority.pem)], &["token: abc"]);
    ClusterConnection::open(&options(&file)).expect("a connection").get("/version", 1000).expect("a document");
    assert_eq!(server.paths(), ["/k8s/clusters/c-1/version"]);
}

#[test]
fn the_places_are_tried_in_order() {
    let home = Home::new();
    let ca = authority_data(&Authority::new().pem);
    let config = |host: &str| kubeconfig(&[&format!("server: https://{host}"), &ca], &["token: abc"]);
    let flag = home.write("flag", &config("flag"));
    let variable = home.write("variable", &config("variable"));
    home.write("home/.kube/config", &config("home"));
    home.write("account/token", "abc");
    home.write("account/ca.crt", &Authority::new().pem);
    let (home_path, variable) = (home.path("home"), variable.display().to_string());
    let all = [
        ("HOME", home_path.to_str().expect("a text")),
        ("KUBERNETES_SERVICE_HOST", "fd00::1"),
        ("KUBERNETES_SERVICE_PORT", "443"),
        ("KUBECONFIG", variable.as_str()),
    ];
    let server = |kubeconfig: Option<&Path>, variables: &[(&str, &str)], context: Option<&str>| {
        let options = ConnectOptions {
            kubeconfig: kubeconfig.map(Path::to_owned),
            context: context.map(str::to_owned),
            service_account: home.path("account"),
            ..by_environment(variables)
        };
        ClusterConnection::open(&options).map(|connection| connection.server().to_owned())
    };
    assert_eq!(server(Some(&flag), &all, None).expect("a connection"), "https://flag");
    assert_eq!(server(None, &all, None).expect("a connection"), "https://variable");
    assert_eq!(server(None, &all[..3], None).expect("a connection"), "https://[fd00::1]:443");
    // A context is one of a kubeconfig.
    assert_eq!(server(None, &all[..3], Some("test")).expect("a connection"), "https://home");
    assert_eq!(server(None, &all[..1], None).expect("a connection"), "https://home");
    let error = server(None, &[("HOME", "/none")], None).expect_err("nothing");
    assert!(
        matches!(error, ConnectError::NotConfigured(_)) && error.to_string().contains("/none/.kube/config"),
        "{error}"
    );
    // An account that cannot be used is an error, not a reason to look further.
    home.write("account/ca.crt", "none");
    let error = server(None, &all[..3], None).expect_err("no authority").to_string();
    assert!(error.ends_with("account/ca.crt: no PEM certificate is in it"), "{error}");
}

#[test]
fn everything_that_is_wrong_is_reported_at_once() {
    let home = Home::new();
    let key = include_str!("../../../testdata/cluster/client/rsa-pkcs8.key");
    home.write("client.crt", include_str!("../../../testdata/cluster/client/p256.crt"));
    home.write("client.key", key);
    let file = home.kubeconfig(
        &[
            "server: ftp://a",
            "certificate-authority-data: \"%%%\"",
            "tls-server-name: \"a b\"",
            "insecure-skip-tls-verify: yes",
            "proxy-url: a:1",
        ],
        &["client-certificate: client.crt", "client-key: client.key", "token: \"a b\"", "as-uid: x"],
    );
    assert_eq!(
        problems(&home, &options(&file)),
        [
            "config:12:13: clusters[prod].cluster.server: the scheme is not supported; write https://HOST:PORT",
            "config:13:33: clusters[prod].cluster.certificate-authority-data: not base64; encode the PEM text with `base64 -w0`",
            "config:14:22: clusters[prod].cluster.tls-server-name: not a valid name or address",
            "config:15:31: clusters[prod].cluster.insecure-skip-tls-verify: `yes` is neither true nor false",
            "config:21:17: users[auditor].user.client-key: the key is not that of the certificate",
            "config:22:12: users[auditor].user.token: the token has a space or a control character, or is not ASCII",
            "config:23:13: users[auditor].user.as-uid: set without `as`; name the user as well",
        ]
    );
}

#[test]
fn json_and_texts_of_other_systems_are_read() {
    let home = Home::new();
    let text = kubeconfig(&["server: https://a", &authority_data(&Authority::new().pem)], &["token: abc"]);
    let json = r#"{"kind":"Config","current-context":"test",
        "contexts":[{"name":"test","context":{"cluster":"prod","user":"auditor"}}],
        "clusters":[{"name":"prod","cluster":{"server":"https://a","insecure-skip-tls-verify":true}}],
        "users":[{"name":"auditor","user":{}}],"preferences":{}}"#;
    for text in [text.replace('\n', "\r\n"), format!("\u{feff}{text}"), json.to_owned()] {
        let file = home.write("config", &text);
        assert_eq!(ClusterConnection::open(&options(&file)).expect("a connection").server(), "https://a");
    }
}

#[test]
fn names_that_lead_nowhere_are_reported() {
    let home = Home::new();
    let good = kubeconfig(&["server: https://a", &authority_data(&Authority::new().pem)], &["token: abc"]);
    let of = |text: &str, context: Option<&str>| {
        let file = home.write("config", text);
        problems(&home, &ConnectOptions { context: context.map(str::to_owned), ..options(&file) })
    };
    let without = good.replace("current-context: test\n", "");
    assert_eq!(of(&without, None), ["config:1:1: current-context: missing; choose a context with --context (`test`)"]);
    ClusterConnection::open(&ConnectOptions { context: Some("test".to_owned()), ..options(&home.path("config")) })
        .expect("a connection");
    assert_eq!(
        of(&good.replace("current-context: test", "current-context: tset"), None),
        ["config:3:18: current-context: the context `tset` does not exist; did you mean `test`?"]
    );
    assert_eq!(
        of(&good, Some("tes")),
        ["config:1:1: contexts: the context `tes` does not exist; did you mean `test`?"]
    );
    assert_eq!(
        of(&good.replace("cluster: prod", "cluster: prad").replace("user: auditor", "user: nobody"), None),
        [
            "config:7:14: contexts[test].context.cluster: the cluster `prad` is not in `clusters`; did you mean `prod`?",
            "config:8:11: contexts[test].context.user: the user `nobody` is not in `users`",
        ]
    );
    // The user's errors are found without a cluster.
    assert_eq!(
        of(&good.replace("cluster: prod", "cluster: none").replace("token: abc", "token: \"a b\""), None).len(),
        2
    );
    assert_eq!(
        of(&good.replace("    user: auditor\n", ""), None),
        ["config:7:5: contexts[test].context.user: missing"]
    );
    assert_eq!(
        of(&good.replace("server: https://a", "x: y"), None),
        ["config:12:5: clusters[prod].cluster.server: missing; write https://HOST:PORT"]
    );
}

#[test]
fn what_is_no_kubeconfig_is_refused() {
    let home = Home::new();
    let good = kubeconfig(&["server: https://a"], &["token: abc"]);
    let of = |text: &str| problems(&home, &options(&home.write("config", text))).remove(0);
    assert!(of(&format!("{good}---\n{good}")).starts_with("config:18:1: a second YAML document starts here"));
    assert_eq!(of("- a"), "config:1:1: not a kubeconfig: it is not a mapping");
    assert_eq!(of(""), "config:1:1: the file is empty");
    home.write("config", "kind: Pod\nclusters: a\n");
    let all = problems(&home, &options(&home.path("config")));
    assert_eq!(
        all[1..],
        ["config:1:7: kind: not a kubeconfig; it must be `Config`", "config:2:11: clusters: not a list"]
    );
    assert!(of(&good.replace("token: abc", "token: abc\n    token: def")).contains("duplicate key"));
    home.write("config", "users:\n- {name: a}\n- {name: a}\n- {}\n");
    let all = problems(&home, &options(&home.path("config")));
    assert_eq!(all[1..], ["config:3:3: users[1].name: `a` is defined twice", "config:4:3: users[2].name: missing"]);
    let fifo = home.path("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, 0o600.into(), 0).expect("a FIFO");
    for (path, reason) in [
        (fifo.as_path(), "it is a FIFO"),
        (Path::new("/dev/zero"), "it is a device"),
        (&home.path("missing"), "no such file or directory"),
    ] {
        let found = problems(&home, &options(path));
        assert!(found[0].contains(reason), "{found:?}");
    }
    std::fs::File::create(home.path("large")).and_then(|file| file.set_len(65 << 20)).expect("a file");
    assert!(problems(&home, &options(&home.path("large")))[0].contains("larger than 64 MiB"));
    // A file of a list, and what the kubeconfig names.
    let good = home
        .write("good", &kubeconfig(&["server: https://a", "certificate-authority: fifo"], &["tokenFile: /dev/zero"]));
    let list = std::env::join_paths([&good, &fifo]).expect("a list");
    let found = problems(&home, &by_environment(&[("KUBECONFIG", list.to_str().expect("a text"))]));
    assert_eq!(found.len(), 3, "{found:?}");
    // What is not found may be in a file that cannot be read.
    let contexts =
        home.write("contexts", "current-context: test\ncontexts:\n- {name: test, context: {cluster: a, user: b}}\n");
    let list = std::env::join_paths([&contexts, &fifo]).expect("a list");
    let found = problems(&home, &by_environment(&[("KUBECONFIG", list.to_str().expect("a text"))]));
    assert!(found.len() == 1 && found[0].contains("it is a FIFO"), "{found:?}");
}
