//! A TLS server that answers as the test says, and the kubeconfig that leads to it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use nodeproof::internals::source::cluster::{
    ClusterConnection, ConnectError, ConnectOptions, Environment, ListEnd, PageEnd, PageError, RequestError,
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ClientCertVerifierBuilder, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig, ServerConnection, Stream};
use serde_json::Value as Json;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

pub(super) const TOKEN: &str = "a-secret-token";

/// A certificate authority.
pub(super) struct Authority {
    pub(super) pem: String,
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key.
pub(super) struct Identity {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) certificate_pem: String,
    pub(super) key: KeyPair,
}

impl Authority {
    pub(super) fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec![]).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("a certificate");
        Self { pem: certificate.pem(), der: certificate.der().clone(), issuer: Issuer::new(params, key) }
    }

    /// Verifies client certificates of this authority.
    pub(super) fn verifier(&self) -> ClientCertVerifierBuilder {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).expect("an authority");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
    }

    pub(super) fn sign(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Identity { certificate_pem: certificate.pem(), certificate: certificate.der().clone(), key }
    }

    pub(super) fn identity(&self, names: &[&str]) -> Identity {
        self.sign(&params(names))
    }
}

pub(super) fn params(names: &[&str]) -> CertificateParams {
    CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>()).expect("parameters")
}

/// A certificate that is its own authority.
pub(super) fn self_signed(params: &CertificateParams) -> Identity {
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    Identity { certificate_pem: certificate.pem(), certificate: certificate.der().clone(), key }
}

/// What a server does with a request.
pub(super) enum Answer {
    /// Sends this and waits for the next request.
    Send(Vec<u8>),
    /// Sends this and closes the connection.
    Close(Vec<u8>),
    /// Sends this, and then nothing.
    Stall(Vec<u8>),
    /// Sends this, and then a space every few milliseconds.
    Drip(Vec<u8>),
}

/// A response with a length.
pub(super) fn response(status: u16, headers: &str, body: &str) -> Answer {
    let length = body.len();
    Answer::Send(format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{headers}\r\n{body}").into_bytes())
}

/// A JSON document with status 200.
pub(super) fn json(body: &str) -> Answer {
    response(200, "Content-Type: application/json\r\n", body)
}

/// A page with these items.
pub(super) fn page(items: &[u32], token: &str) -> Answer {
    let metadata = format!(r#"{{"resourceVersion":"7","continue":"{token}"}}"#);
    json(&format!(r#"{{"kind":"PodList","metadata":{metadata},"items":{items:?}}}"#))
}

/// The TLS of a server with this certificate. It asks for a client certificate of an authority if there is one.
fn config(identity: &Identity, clients: Option<&Authority>) -> Arc<ServerConfig> {
    with_clients(identity, clients.map(|authority| authority.verifier().build().expect("a verifier")))
}

pub(super) fn with_clients(identity: &Identity, clients: Option<Arc<dyn ClientCertVerifier>>) -> Arc<ServerConfig> {
    let builder = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions");
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(verifier) => builder.with_client_cert_verifier(verifier),
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key.serialize_der()));
    Arc::new(builder.with_single_cert(vec![identity.certificate.clone()], key).expect("a configuration"))
}

/// A server on loopback. It ends with the test program.
pub(super) struct Server {
    pub(super) port: u16,
    /// The heads of the requests.
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<usize>>,
}

type Handler = dyn Fn(usize, &str) -> Answer + Send + Sync;

impl Server {
    /// A server for `https://127.0.0.1`. The handler gets the number of the request, from 0, and its head.
    pub(super) fn start(
        authority: &Authority,
        handler: impl Fn(usize, &str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::with(&authority.identity(&["127.0.0.1"]), None, "127.0.0.1:0", handler)
    }

    /// A server with this certificate, which requires a client certificate of an authority if there is one.
    pub(super) fn with(
        identity: &Identity,
        clients: Option<&Authority>,
        address: &str,
        handler: impl Fn(usize, &str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Some(config(identity, clients)), address, handler)
    }

    /// A server without TLS.
    pub(super) fn without_tls(handler: impl Fn(usize, &str) -> Answer + Send + Sync + 'static) -> Self {
        Self::listen(None, "127.0.0.1:0", handler)
    }

    fn listen(
        config: Option<Arc<ServerConfig>>,
        address: &str,
        handler: impl Fn(usize, &str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = Self { port, requests: Arc::default(), connections: Arc::default() };
        let (requests, connections) = (Arc::clone(&server.requests), Arc::clone(&server.connections));
        let handler: Arc<Handler> = Arc::new(handler);
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                *connections.lock().expect("a count") += 1;
                let (config, requests, handler) = (config.clone(), Arc::clone(&requests), Arc::clone(&handler));
                thread::spawn(move || serve(socket, config, &requests, &*handler));
            }
        });
        server
    }

    pub(super) fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("requests").clone()
    }

    /// The first lines of the requests, without the method and version.
    pub(super) fn paths(&self) -> Vec<String> {
        self.requests().iter().filter_map(|head| Some(head.split(' ').nth(1)?.to_owned())).collect()
    }

    pub(super) fn connections(&self) -> usize {
        *self.connections.lock().expect("a count")
    }
}

fn serve(mut socket: TcpStream, config: Option<Arc<ServerConfig>>, requests: &Mutex<Vec<String>>, handler: &Handler) {
    match config {
        None => talk(&mut socket, requests, handler),
        Some(config) => {
            let mut connection = ServerConnection::new(config).expect("a connection");
            let mut stream = Stream::new(&mut connection, &mut socket);
            talk(&mut stream, requests, handler);
            stream.conn.send_close_notify();
            drop(stream.flush());
        }
    }
}

fn talk(stream: &mut (impl Read + Write), requests: &Mutex<Vec<String>>, handler: &Handler) {
    while let Some(head) = read_head(stream) {
        let number = {
            let mut requests = requests.lock().expect("requests");
            requests.push(head.clone());
            requests.len() - 1
        };
        let (bytes, drip) = match handler(number, &head) {
            Answer::Send(bytes) => {
                // A client that is satisfied may be gone.
                if stream.write_all(&bytes).and_then(|()| stream.flush()).is_err() {
                    return;
                }
                continue;
            }
            Answer::Close(bytes) => {
                drop(stream.write_all(&bytes).and_then(|()| stream.flush()));
                return;
            }
            Answer::Stall(bytes) => (bytes, false),
            Answer::Drip(bytes) => (bytes, true),
        };
        drop(stream.write_all(&bytes).and_then(|()| stream.flush()));
        while drip && stream.write_all(b" ").and_then(|()| stream.flush()).is_ok() {
            thread::sleep(Duration::from_millis(10));
        }
        // Until the client closes the connection.
        drop(stream.read(&mut [0]));
    }
}

/// Reads until an empty line; none if the client is gone.
pub(super) fn read_head(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

/// A folder with kubeconfig files.
pub(super) struct Home(pub(super) TempDir);

impl Home {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// A kubeconfig with one context, `test`: the keys of its cluster and of its user, each a line of YAML.
    pub(super) fn kubeconfig(&self, cluster: &[&str], user: &[&str]) -> PathBuf {
        self.write("config", &kubeconfig(cluster, user))
    }
}

pub(super) fn kubeconfig(cluster: &[&str], user: &[&str]) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: test\n\
         contexts:\n- name: test\n  context:\n    cluster: prod\n    user: auditor\n\
         clusters:\n- name: prod\n  cluster:\n    {}\nusers:\n- name: auditor\n  user:\n    {}\n",
        cluster.join("\n    "),
        if user.is_empty() { "{}".to_owned() } else { user.join("\n    ") },
    )
}

/// `certificate-authority-data`.
pub(super) fn authority_data(pem: &str) -> String {
    format!("certificate-authority-data: {}", BASE64_STANDARD.encode(pem))
}

/// Options without the environment of this process.
pub(super) fn options(kubeconfig: &Path) -> ConnectOptions {
    ConnectOptions {
        kubeconfig: Some(kubeconfig.to_owned()),
        timeout: Duration::from_secs(20),
        environment: environment(&[]),
        ..ConnectOptions::default()
    }
}

pub(super) fn environment(variables: &[(&str, &str)]) -> Environment {
    let variables: Vec<(String, OsString)> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect();
    Environment::new(move |name| variables.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
}

/// Options that lead to a server with a token.
pub(super) fn options_for(home: &Home, server: &Server, authority: &Authority) -> ConnectOptions {
    let (url, token) = (format!("server: {}", server.url()), format!("token: {TOKEN}"));
    options(&home.kubeconfig(&[&url, &authority_data(&authority.pem)], &[&token]))
}

/// Starts a server and connects to it.
pub(super) fn connect(
    handler: impl Fn(usize, &str) -> Answer + Send + Sync + 'static,
    change: impl FnOnce(ConnectOptions) -> ConnectOptions,
) -> (ClusterConnection, Server) {
    let (authority, home) = (Authority::new(), Home::new());
    let server = Server::start(&authority, handler);
    let options = change(options_for(&home, &server, &authority));
    (ClusterConnection::open(&options).expect("a connection"), server)
}

/// The lines of an error about a kubeconfig, without the folder.
pub(super) fn problems(home: &Home, options: &ConnectOptions) -> Vec<String> {
    let error = ClusterConnection::open(options).expect_err("a wrong kubeconfig");
    assert!(matches!(error, ConnectError::Kubeconfig(_)), "{error}");
    let folder = format!("{}/", home.0.path().display());
    error.to_string().replace(&folder, "").lines().map(str::to_owned).collect()
}

/// Reads a list of numbers, as a decoder of objects would.
pub(super) fn numbers(connection: &ClusterConnection) -> Result<(Vec<u64>, ListEnd), RequestError> {
    let numbers = Mutex::new(Vec::new());
    let end = connection.list(
        "/api/v1/pods",
        &mut |body| {
            let page: Json = serde_json::from_reader(body).map_err(|error| format!("not a page: {error}"))?;
            if page["kind"] == "Status" {
                let code = page["code"].as_u64().and_then(|code| code.try_into().ok()).unwrap_or(500);
                let message = page["message"].as_str().unwrap_or_default().to_owned();
                return Err(PageError::Status { code, message });
            }
            let items = page["items"].as_array().into_iter().flatten().filter_map(Json::as_u64);
            numbers.lock().expect("numbers").extend(items);
            let text = |key: &str| page["metadata"][key].as_str().map(str::to_owned);
            Ok(PageEnd { continue_token: text("continue"), resource_version: text("resourceVersion") })
        },
        &mut || numbers.lock().expect("numbers").clear(),
    )?;
    Ok((numbers.into_inner().expect("numbers"), end))
}
