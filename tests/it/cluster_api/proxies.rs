//! Requests through a proxy.

use super::server::{
    Authority, Home, Server, TOKEN, authority_data, environment, json, options, read_head, with_clients,
};
use nodeproof::internals::source::cluster::{ClusterConnection, ConnectOptions};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A proxy that connects every tunnel to one server.
struct Proxy {
    port: u16,
    /// What it was asked for.
    seen: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start(server: u16, accept: fn(&mut TcpStream) -> Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&seen);
        thread::spawn(move || {
            for mut client in listener.incoming().flatten() {
                let Some(head) = accept(&mut client) else { continue };
                log.lock().expect("a log").push(head);
                let server = TcpStream::connect(("127.0.0.1", server)).expect("a server");
                let pairs = [(&client, &server), (&server, &client)];
                for (from, to) in pairs.map(|(from, to)| (from.try_clone(), to.try_clone())) {
                    let (mut from, mut to) = (from.expect("a socket"), to.expect("a socket"));
                    thread::spawn(move || {
                        drop(std::io::copy(&mut from, &mut to));
                        drop(to.shutdown(Shutdown::Both));
                    });
                }
            }
        });
        Self { port, seen }
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("a log").clone()
    }
}

fn http(client: &mut TcpStream) -> Option<String> {
    let head = read_head(client)?;
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").ok()?;
    Some(head)
}

/// SOCKS 5 without authentication, to a name.
fn socks(client: &mut TcpStream) -> Option<String> {
    let mut greeting = [0; 2];
    client.read_exact(&mut greeting).ok()?;
    client.read_exact(&mut vec![0; greeting[1].into()]).ok()?;
    client.write_all(&[5, 0]).ok()?;
    let mut request = [0; 5];
    client.read_exact(&mut request).ok()?;
    assert_eq!(request[..4], [5, 1, 0, 3], "a connection to a name");
    let mut target = vec![0; usize::from(request[4]) + 2];
    client.read_exact(&mut target).ok()?;
    client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 1]).ok()?;
    Some(String::from_utf8_lossy(&target[..target.len() - 2]).into_owned())
}

fn refuse(client: &mut TcpStream) -> Option<String> {
    read_head(client)?;
    client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n").ok()?;
    None
}

/// A server that is `cluster.test` in its certificate, which no resolver knows.
fn start() -> (Authority, Server) {
    let authority = Authority::new();
    let server = Server::with(&authority.identity(&["cluster.test"]), None, "127.0.0.1:0", |_, _| json("{}"));
    (authority, server)
}

fn options_through(home: &Home, authority: &Authority, proxy: Option<&str>) -> ConnectOptions {
    let data = authority_data(&authority.pem);
    let proxy = proxy.map(|url| format!("proxy-url: {url}"));
    let mut cluster = vec!["server: https://cluster.test:6443", data.as_str()];
    cluster.extend(proxy.as_deref());
    options(&home.kubeconfig(&cluster, &[&format!("token: {TOKEN}")]))
}

#[test]
fn a_proxy_of_the_kubeconfig_gets_a_tunnel_and_no_credential() {
    let (home, (authority, server)) = (Home::new(), start());
    let proxy = Proxy::start(server.port, http);
    let url = format!("http://me:pass@127.0.0.1:{}", proxy.port);
    // The kubeconfig's proxy is used for every host, whatever NO_PROXY says.
    let options = ConnectOptions {
        environment: environment(&[("NO_PROXY", "*"), ("HTTPS_PROXY", "http://127.0.0.1:1")]),
        ..options_through(&home, &authority, Some(&url))
    };
    let connection = ClusterConnection::open(&options).expect("a connection");
    connection.get("/version", 1000).expect("a document");
    let seen = proxy.seen();
    assert!(seen[0].starts_with("CONNECT cluster.test:6443 HTTP/1.1\r\n"), "{seen:?}");
    assert!(seen[0].contains("Proxy-Authorization: Basic bWU6cGFzcw==\r\n"), "{seen:?}");
    assert!(!seen[0].contains("\r\nAuthorization") && !seen[0].contains(TOKEN), "{seen:?}");
    assert!(server.requests()[0].contains(&format!("authorization: Bearer {TOKEN}\r\n")));
    assert!(!server.requests()[0].to_lowercase().contains("proxy-authorization"));
}

#[test]
fn the_environment_chooses_a_proxy_by_the_rules_of_go() {
    let (home, (authority, server)) = (Home::new(), start());
    let proxy = Proxy::start(server.port, http);
    let url = format!("http://127.0.0.1:{}", proxy.port);
    let get = |variables: &[(&str, &str)]| {
        let options = options_through(&home, &authority, None);
        let options = ConnectOptions { environment: environment(variables), ..options };
        ClusterConnection::open(&options).expect("a connection").get("/version", 1000)
    };
    get(&[("HTTPS_PROXY", &url)]).expect("a document");
    get(&[("https_proxy", &url), ("NO_PROXY", "other.test, 10.0.0.0/8")]).expect("a document");
    assert_eq!(proxy.seen().len(), 2);
    // Directly, the host is unknown.
    get(&[("HTTPS_PROXY", &url), ("no_proxy", ".test")]).expect_err("an unknown host");
    get(&[("HTTP_PROXY", &url)]).expect_err("an unknown host");
    assert_eq!(proxy.seen().len(), 2);
}

#[test]
fn a_socks_proxy_resolves_the_name() {
    let (home, (authority, server)) = (Home::new(), start());
    let proxy = Proxy::start(server.port, socks);
    let url = format!("socks5://127.0.0.1:{}", proxy.port);
    let connection = ClusterConnection::open(&options_through(&home, &authority, Some(&url))).expect("a connection");
    connection.get("/version", 1000).expect("a document");
    assert_eq!(proxy.seen(), ["cluster.test"]);
}

#[test]
fn a_proxy_that_refuses_is_named_without_its_password() {
    let (home, (authority, server)) = (Home::new(), start());
    let proxy = Proxy::start(server.port, refuse);
    let url = format!("http://me:pass@127.0.0.1:{}", proxy.port);
    let connection = ClusterConnection::open(&options_through(&home, &authority, Some(&url))).expect("a connection");
    let error = connection.get("/version", 1000).expect_err("no tunnel").to_string();
    let port = proxy.port;
    let expected = format!(
        "cluster.test:6443 (through the proxy 127.0.0.1:{port}): the proxy refuses the connection with HTTP status 407"
    );
    assert_eq!(error, expected);
}

/// Accepts one tunnel inside TLS. Returns whether there was a client certificate, and the request for the tunnel.
fn tunnel_in_tls(listener: &TcpListener, config: Arc<ServerConfig>, server: u16) -> (bool, String) {
    let (socket, _) = listener.accept().expect("a client");
    let mut client = StreamOwned::new(ServerConnection::new(config).expect("a connection"), socket);
    let head = read_head(&mut client).expect("a request");
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").expect("an open tunnel");
    let mut server = TcpStream::connect(("127.0.0.1", server)).expect("a server");
    let turn = Some(Duration::from_millis(5));
    client.sock.set_read_timeout(turn).and_then(|()| server.set_read_timeout(turn)).expect("a timeout");
    // One direction after the other, until one side closes the connection.
    while pass(&mut client, &mut server) && pass(&mut server, &mut client) {}
    (client.conn.peer_certificates().is_some(), head)
}

/// Passes on what can be read now; false at the end.
fn pass(from: &mut impl Read, to: &mut impl Write) -> bool {
    let mut buffer = [0; 16 << 10];
    match from.read(&mut buffer) {
        Ok(0) => false,
        Ok(length) => to.write_all(&buffer[..length]).and_then(|()| to.flush()).is_ok(),
        Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

#[test]
fn an_https_proxy_gets_no_client_certificate() {
    let (home, authority) = (Home::new(), Authority::new());
    let server =
        Server::with(&authority.identity(&["cluster.test"]), Some(&authority), "127.0.0.1:0", |_, _| json("{}"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("https://127.0.0.1:{}", listener.local_addr().expect("an address").port());
    let asks = authority.verifier().allow_unauthenticated().build().expect("a verifier");
    let config = with_clients(&authority.identity(&["127.0.0.1"]), Some(asks));
    let port = server.port;
    let proxy = thread::spawn(move || tunnel_in_tls(&listener, config, port));
    let client = authority.identity(&["auditor"]);
    home.write("client.crt", &client.certificate_pem);
    home.write("client.key", &client.key.serialize_pem());
    let (data, proxy_url) = (authority_data(&authority.pem), format!("proxy-url: {url}"));
    let file = home.kubeconfig(
        &["server: https://cluster.test:6443", &data, &proxy_url],
        &["client-certificate: client.crt", "client-key: client.key"],
    );
    let connection = ClusterConnection::open(&options(&file)).expect("a connection");
    connection.get("/version", 1000).expect("a document");
    drop(connection);
    let (has_certificate, head) = proxy.join().expect("a proxy");
    assert!(!has_certificate && head.starts_with("CONNECT cluster.test:6443 "), "{head}");
}

#[test]
fn an_https_proxy_is_verified_as_well() {
    let (home, (authority, server)) = (Home::new(), start());
    // A proxy with a certificate of an authority that nobody trusts.
    let proxy = Server::start(&Authority::new(), |_, _| json("{}"));
    let url = format!("https://127.0.0.1:{}", proxy.port);
    let connection = ClusterConnection::open(&options_through(&home, &authority, Some(&url))).expect("a connection");
    let error = connection.get("/version", 1000).expect_err("no trust").to_string();
    assert!(error.contains("the certificate of 127.0.0.1 is refused"), "{error}");
    assert!(proxy.requests().is_empty() && server.requests().is_empty());
}
