//! Certificates of servers and clients.

use super::server::{
    Answer, Authority, Home, Identity, Server, TOKEN, authority_data, json, options, params, self_signed,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use nodeproof::internals::source::cluster::{ClusterConnection, ConnectOptions};
use rcgen::{BasicConstraints, IsCa, date_time_ymd};
use std::io::{Read as _, Write as _};

fn document(_: usize, _: &str) -> Answer {
    json("{\"a\":1}")
}

/// The error of a request to a server with this certificate; none if it succeeds. No request is sent before the certificate is
/// accepted.
fn attempt(identity: &Identity, cluster: &[&str]) -> Option<String> {
    let (home, server) = (Home::new(), Server::with(identity, None, "127.0.0.1:0", document));
    let url = format!("server: {}", server.url());
    let token = format!("token: {TOKEN}");
    let lines: Vec<&str> = [url.as_str()].into_iter().chain(cluster.iter().copied()).collect();
    let connection = ClusterConnection::open(&options(&home.kubeconfig(&lines, &[&token]))).expect("a connection");
    let result = connection.get("/version", 1000);
    assert_eq!(server.requests().len(), usize::from(result.is_ok()));
    result.err().map(|error| error.to_string())
}

#[test]
fn certificates_of_the_authority_are_accepted_for_their_names() {
    let authority = Authority::new();
    let data = authority_data(&authority.pem);
    assert_eq!(attempt(&authority.identity(&["127.0.0.1"]), &[&data]), None);
    let named = authority.identity(&["kubernetes", "10.0.0.1"]);
    let error = attempt(&named, &[&data]).expect("a wrong name");
    let expected = "the certificate of 127.0.0.1 is refused: it is not for 127.0.0.1 (names: kubernetes, 10.0.0.1; valid from 1975-01-01T00:00:00Z to 4096-01-01T00:00:00Z; issued by CN=rcgen self signed cert)";
    assert!(error.ends_with(expected), "{error}");
    // Another name is asked for.
    assert_eq!(attempt(&named, &[&data, "tls-server-name: kubernetes"]), None);
    assert_eq!(attempt(&named, &[&data, "tls-server-name: 10.0.0.1"]), None);
    assert!(attempt(&named, &[&data, "tls-server-name: other"]).expect("a wrong name").contains("it is not for other"));
}

#[test]
fn other_certificates_are_refused_with_the_reason() {
    let (authority, other) = (Authority::new(), Authority::new());
    let data = authority_data(&authority.pem);
    let error = attempt(&other.identity(&["127.0.0.1"]), &[&data]).expect("another authority");
    assert!(error.contains("it is not signed by `certificate-authority`"), "{error}");
    assert!(error.contains("names: 127.0.0.1; valid from"), "{error}");
    let mut old = params(&["127.0.0.1"]);
    old.not_after = date_time_ymd(2020, 2, 3);
    let error = attempt(&authority.sign(&old), &[&data]).expect("an old certificate");
    assert!(
        error.contains("it has expired (names: 127.0.0.1; valid from 1975-01-01T00:00:00Z to 2020-02-03"),
        "{error}"
    );
    let mut early = params(&["127.0.0.1"]);
    early.not_before = date_time_ymd(3000, 1, 1);
    let error = attempt(&authority.sign(&early), &[&data]).expect("an early certificate");
    assert!(error.contains("it is not valid yet; compare the clocks"), "{error}");
    for error in [error, attempt(&authority.sign(&old), &[&data]).expect("an old certificate")] {
        assert!(!error.contains("insecure") && !error.contains("skip"), "{error}");
    }
}

#[test]
fn the_certificate_of_a_server_may_be_the_authority() {
    let (mut authority, mut plain) = (params(&["127.0.0.1"]), params(&["127.0.0.1"]));
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    plain.is_ca = IsCa::ExplicitNoCa;
    for params in [&authority, &plain] {
        let own = self_signed(params);
        assert_eq!(attempt(&own, &[&authority_data(&own.certificate_pem)]), None);
        // Name and dates count all the same.
        let error = attempt(&own, &[&authority_data(&own.certificate_pem), "tls-server-name: other"]);
        assert!(error.expect("a wrong name").contains("it is not for other"));
        let mut old = params.clone();
        old.not_after = date_time_ymd(2020, 2, 3);
        let old = self_signed(&old);
        let error = attempt(&old, &[&authority_data(&old.certificate_pem)]).expect("an old certificate");
        assert!(error.contains("it has expired"), "{error}");
        // Another certificate of the same name is not it.
        let error = attempt(&self_signed(params), &[&authority_data(&own.certificate_pem)]).expect("another key");
        assert!(error.contains("not signed by `certificate-authority`"), "{error}");
    }
}

#[test]
fn an_unverified_server_is_a_notice() {
    let (home, server) = (Home::new(), Server::start(&Authority::new(), document));
    let url = format!("server: {}", server.url());
    let file = home.kubeconfig(&[&url, "insecure-skip-tls-verify: true"], &["token: abc"]);
    let connection = ClusterConnection::open(&options(&file)).expect("a connection");
    connection.get("/version", 1000).expect("a document");
    let [notice] = connection.notices() else { panic!("{:?}", connection.notices()) };
    assert!(notice.contains("clusters[prod].cluster.server: insecure-skip-tls-verify: the server is not verified"));
}

#[test]
fn a_server_without_tls_gets_no_credential() {
    let (home, server) = (Home::new(), Server::without_tls(document));
    let url = format!("server: http://127.0.0.1:{}", server.port);
    let file = home.kubeconfig(&[&url], &["token: a-secret-token", "as: auditor"]);
    let connection = ClusterConnection::open(&options(&file)).expect("a connection");
    connection.get("/version", 1000).expect("a document");
    assert!(!server.requests()[0].to_lowercase().contains("authorization"));
    assert!(connection.notices()[0].contains("the server's URL is http"));
    // A server that does not speak TLS.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            drop(socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
            // Until the client closes the connection.
            drop(socket.read_to_end(&mut Vec::new()));
        }
    });
    let url = format!("server: https://127.0.0.1:{port}");
    let file = home.kubeconfig(&[&url, &authority_data(&Authority::new().pem)], &["token: abc"]);
    let error = ClusterConnection::open(&options(&file)).expect("a connection").get("/version", 9).expect_err("no TLS");
    assert_eq!(error.to_string(), format!("127.0.0.1:{port}: the server does not speak TLS; check its port"));
}

#[test]
fn a_client_certificate_is_presented() {
    let (authority, home) = (Authority::new(), Home::new());
    let server = Server::with(&authority.identity(&["127.0.0.1"]), Some(&authority), "127.0.0.1:0", document);
    let client = authority.identity(&["auditor"]);
    let (url, data) = (format!("server: {}", server.url()), authority_data(&authority.pem));
    home.write("pki/client.crt", &client.certificate_pem);
    home.write("pki/client.key", &client.key.serialize_pem());
    let encoded = [
        format!("client-certificate-data: {}", BASE64_STANDARD.encode(&client.certificate_pem)),
        format!("client-key-data: {}", BASE64_STANDARD.encode(client.key.serialize_pem())),
    ];
    for user in [
        ["client-certificate: pki/client.crt", "client-key: pki/client.key"],
        [encoded[0].as_str(), encoded[1].as_str()],
        ["client-certificate: pki/client.crt", encoded[1].as_str()],
    ] {
        let connection =
            ClusterConnection::open(&options(&home.kubeconfig(&[&url, &data], &user))).expect("a connection");
        connection.get("/version", 1000).expect("a document");
    }
    // Without one, or with that of another authority.
    let stranger = Authority::new().identity(&["auditor"]);
    home.write("pki/client.crt", &stranger.certificate_pem);
    home.write("pki/client.key", &stranger.key.serialize_pem());
    for user in [&[][..], &["client-certificate: pki/client.crt", "client-key: pki/client.key"]] {
        let connection =
            ClusterConnection::open(&options(&home.kubeconfig(&[&url, &data], user))).expect("a connection");
        let error = connection.get("/version", 1000).expect_err("no certificate").to_string();
        assert!(error.contains("the server does not accept the client certificate"), "{error}");
    }
}

#[test]
fn a_pod_uses_its_service_account() {
    let (authority, home) = (Authority::new(), Home::new());
    home.write("account/token", "token-of-the-pod\n");
    home.write("account/ca.crt", &authority.pem);
    for address in ["127.0.0.1", "::1"] {
        let identity = authority.identity(&[address]);
        let bind = if address == "::1" { "[::1]:0" } else { "127.0.0.1:0" };
        if std::net::TcpListener::bind(bind).is_err() {
            println!("skipped: this machine has no {address}");
            continue;
        }
        let server = Server::with(&identity, None, bind, document);
        let port = server.port.to_string();
        let variables = [("KUBERNETES_SERVICE_HOST", address), ("KUBERNETES_SERVICE_PORT", &port)];
        let options = ConnectOptions {
            service_account: home.path("account"),
            environment: super::server::environment(&variables),
            ..ConnectOptions::default()
        };
        let connection = ClusterConnection::open(&options).expect("a connection");
        connection.get("/version", 1000).expect("a document");
        assert_eq!(connection.name(), "in-cluster");
        assert!(server.requests()[0].contains("authorization: Bearer token-of-the-pod\r\n"));
    }
}
