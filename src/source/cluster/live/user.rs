//! The user of a kubeconfig: client certificate, token, password or credential plugin.

use super::credential::{Credential, check_token, read_token};
use super::exec::ExecPlugin;
use super::exec_credential::ExecVersion;
use super::fields::Fields;
use super::key::{KeyError, certified_key};
use super::secret::Secret;
use crate::text::quote;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::sign::CertifiedKey;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The client certificate and its key.
pub(super) fn client_certificate(user: &Fields<'_>) -> Option<Arc<CertifiedKey>> {
    let certificate = user.content("client-certificate", "client-certificate-data");
    let key = user.content("client-key", "client-key-data");
    let has = |name: &str| user.has(name) || user.has(&format!("{name}-data"));
    if has("client-certificate") && !has("client-key") {
        user.problem("client-key", "missing; the client certificate needs its key");
    } else if has("client-key") && !has("client-certificate") {
        user.problem("client-certificate", "missing; the client key needs its certificate");
    }
    let ((certificate_field, certificate), (key_field, key)) = certificate.zip(key)?;
    match certified_key(&certificate, &key) {
        Ok(client) => Some(client),
        Err(KeyError::Certificate(reason)) => {
            user.problem(certificate_field, reason);
            None
        }
        Err(KeyError::Key(reason)) => {
            user.problem(key_field, reason);
            None
        }
    }
}

/// The token or password. A token file has precedence over a token, as in kubectl.
pub(super) fn credential(user: &Fields<'_>) -> Credential {
    let has_token = user.has("token") || user.has("tokenFile");
    let has_password = user.has("username") || user.has("password");
    if has_token && has_password {
        user.problem("username", "a token is set as well; only one of both is allowed");
    }
    if user.has("auth-provider") {
        user.problem(
            "auth-provider",
            "authentication providers were removed from Kubernetes 1.26; use a token or `exec`",
        );
    }
    if let Some(path) = user.path("tokenFile") {
        if let Err(reason) = read_token(&path) {
            user.problem("tokenFile", reason);
        }
        return Credential::TokenFile(path);
    }
    if let Some(token) = user.text("token") {
        return match check_token(token.trim()) {
            Ok(token) => Credential::Token(token),
            Err(reason) => {
                user.problem("token", reason);
                Credential::None
            }
        };
    }
    if has_password {
        let (name, password) = (user.text("username"), user.text("password"));
        let pair = format!("{}:{}", name.unwrap_or_default(), password.unwrap_or_default());
        return Credential::Basic(Secret::new(BASE64_STANDARD.encode(pair)));
    }
    Credential::None
}

/// The credential plugin. `cluster_info` is what it is told of the cluster.
pub(super) fn exec_plugin(user: &Fields<'_>, allowed: bool, cluster_info: Json) -> Option<ExecPlugin> {
    let exec = user.child("exec")?;
    let command = exec.text("command");
    if command.is_none() {
        exec.problem("command", "missing; name the program");
    } else if !allowed {
        let message = format!(
            "the credential comes from the program {}; allow nodeproof to start it with --allow-exec, or set a token",
            quote(command.unwrap_or_default())
        );
        exec.problem("command", message);
    }
    let version = match exec.text("apiVersion") {
        Some("client.authentication.k8s.io/v1") => Some(ExecVersion::V1),
        Some("client.authentication.k8s.io/v1beta1") => Some(ExecVersion::V1Beta1),
        other => {
            let found =
                other.map_or_else(|| "missing".to_owned(), |other| format!("{} is not supported", quote(other)));
            let message = format!("{found}; update the plugin and use client.authentication.k8s.io/v1");
            exec.problem("apiVersion", message);
            None
        }
    };
    match (exec.text("interactiveMode"), version) {
        (Some("Always"), _) => {
            exec.problem("interactiveMode", "the program needs a terminal, which nodeproof does not give")
        }
        (Some("Never" | "IfAvailable"), _) | (None, None | Some(ExecVersion::V1Beta1)) => {}
        (None, Some(ExecVersion::V1)) => exec.problem("interactiveMode", "missing; write Never or IfAvailable"),
        (Some(other), _) => exec.problem("interactiveMode", format!("{} is not a mode; write Never", quote(other))),
    }
    let variables = exec.children("env").into_iter().filter_map(|variable| {
        let name = variable.text("name").filter(|name| !name.contains(['=', '\0']));
        if name.is_none() {
            variable.problem("name", "missing, or not the name of a variable");
        }
        Some((name?.to_owned(), variable.text("value").unwrap_or_default().to_owned()))
    });
    let variables = variables.collect();
    let arguments = exec.texts("args").into_iter().map(str::to_owned).collect();
    let command = command?;
    Some(ExecPlugin {
        label: user.label("exec"),
        program: program(&exec, command),
        arguments,
        variables,
        version: version?,
        install_hint: exec.text("installHint").map(str::to_owned),
        cluster: exec.flag("provideClusterInfo").then_some(cluster_info),
    })
}

/// A program with a slash is relative to the kubeconfig, another one is found in `PATH`.
fn program(exec: &Fields<'_>, command: &str) -> PathBuf {
    if command.contains('/') { exec.beside(Path::new(command)) } else { command.into() }
}
