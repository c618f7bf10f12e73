//! The request to the cluster's API, against a TLS server of the test.

use nodeproof::internals::source::cluster::{ClusterError, ServiceAccount, server_version};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use tempfile::{TempDir, tempdir};

/// The directory of a service account, and a server with a certificate of its authority.
struct Cluster {
    account: TempDir,
    listener: TcpListener,
    config: Arc<rustls::ServerConfig>,
}

impl Cluster {
    fn new() -> Self {
        let authority_key = KeyPair::generate().expect("a key");
        let mut authority = CertificateParams::new(vec![]).expect("parameters");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_certificate = authority.self_signed(&authority_key).expect("a certificate");
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()])
            .expect("parameters")
            .signed_by(&key, &issuer)
            .expect("a certificate");
        let account = tempdir().expect("a folder");
        std::fs::write(account.path().join("token"), "a-secret-token\n").expect("a token");
        std::fs::write(account.path().join("ca.crt"), authority_certificate.pem()).expect("an authority");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )
            .expect("a configuration");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        Self { account, listener, config: Arc::new(config) }
    }

    fn account(&self) -> ServiceAccount {
        ServiceAccount {
            directory: self.account.path().to_owned(),
            host: Some("127.0.0.1".to_owned()),
            port: self.listener.local_addr().expect("an address").port().to_string(),
        }
    }

    /// Answers one request with this body, and returns the request.
    fn answer(&self, body: &'static str) -> thread::JoinHandle<String> {
        let listener = self.listener.try_clone().expect("a listener");
        let config = Arc::clone(&self.config);
        thread::spawn(move || {
            let (mut socket, _) = listener.accept().expect("a caller");
            let mut connection = rustls::ServerConnection::new(config).expect("a connection");
            let mut stream = rustls::Stream::new(&mut connection, &mut socket);
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                request.push(byte[0]);
            }
            // A client that does not trust this server is gone by now.
            drop(write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            ));
            String::from_utf8_lossy(&request).into_owned()
        })
    }
}

#[test]
fn requests_the_version_with_the_account_over_verified_tls() {
    let cluster = Cluster::new();
    let server = cluster.answer("{\"major\":\"1\",\"minor\":\"29+\",\"gitVersion\":\"v1.29.3-eks-abc\"}");
    let found = server_version(&cluster.account()).expect("an answer");
    assert_eq!(found.version, "1.29.3-eks-abc");
    let request = server.join().expect("a request");
    assert!(request.starts_with("GET /version ") && request.contains("Bearer a-secret-token"), "{request}");
}

#[test]
fn a_server_of_another_authority_is_refused_and_gets_no_token() {
    let (cluster, other) = (Cluster::new(), Cluster::new());
    std::fs::copy(other.account.path().join("ca.crt"), cluster.account.path().join("ca.crt")).expect("an authority");
    let server = cluster.answer("{\"gitVersion\":\"v1.29.3\"}");
    let reason = server_version(&cluster.account()).expect_err("no trust").to_string();
    assert!(reason.contains("not signed by `certificate-authority`"), "{reason}");
    assert!(!reason.contains("a-secret-token"), "{reason}");
    assert!(!server.join().expect("a request").contains("token"));
}

#[test]
fn other_responses_are_errors() {
    let cluster = Cluster::new();
    for body in ["", "[]", "{\"gitVersion\":\"latest\"}"] {
        let server = cluster.answer(body);
        assert!(server_version(&cluster.account()).is_err(), "{body}");
        drop(server.join());
    }
    // Nobody answers: the connection stays in the listener's queue.
    assert!(server_version(&cluster.account()).is_err());
    let nowhere = ServiceAccount {
        directory: Path::new("/none").to_owned(),
        host: Some("127.0.0.1".to_owned()),
        port: "1".to_owned(),
    };
    assert!(server_version(&nowhere).expect_err("no account").to_string().contains("/none/token"));
    let outside = ServiceAccount { host: None, ..nowhere };
    assert!(matches!(server_version(&outside), Err(ClusterError::NotInCluster)));
}
