//! The service account of the pod that nodeproof runs in.

use super::credential::{Credential, read_token};
use super::key::certificates;
use super::options::Environment;
use super::proxy;
use super::server_url::ServerUrl;
use super::settings::{Settings, Trust};
use crate::yaml::read_user_file;
use std::path::Path;

/// Bytes of `ca.crt`.
const MAX_AUTHORITY_BYTES: u64 = 4 << 20;

/// Host and port of the API server, if the environment names them and the account is mounted.
pub(super) fn server_of_pod(directory: &Path, environment: &Environment) -> Option<(String, String)> {
    let host = environment.text_of_any(&["KUBERNETES_SERVICE_HOST"])?;
    let port = environment.text_of_any(&["KUBERNETES_SERVICE_PORT"])?;
    directory.join("token").exists().then_some((host, port))
}

/// The settings of a pod. The error names the file.
pub(super) fn settings(
    directory: &Path,
    (host, port): (&str, &str),
    environment: &Environment,
) -> Result<Settings, String> {
    let host = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() };
    let server =
        ServerUrl::parse(&format!("https://{host}:{port}")).map_err(|reason| format!("{host}:{port}: {reason}"))?;
    let token = directory.join("token");
    read_token(&token)?;
    let authority = directory.join("ca.crt");
    let pem = read_user_file(&authority, MAX_AUTHORITY_BYTES).map_err(|e| format!("{}: {e}", authority.display()))?;
    let authorities = certificates(&pem);
    if authorities.is_empty() {
        return Err(format!("{}: no PEM certificate is in it", authority.display()));
    }
    Ok(Settings {
        name: "in-cluster".to_owned(),
        server_name: server.server_name().map_err(|reason| format!("{host}: {reason}"))?,
        trust: Trust::Authorities(authorities),
        client: None,
        credential: Credential::TokenFile(token),
        exec: None,
        impersonation: Vec::new(),
        proxy: proxy::from_environment(&server, environment)?,
        notices: Vec::new(),
        server,
    })
}
