//! From a kubeconfig to the settings of a connection.

use super::credential::Credential;
use super::exec::ExecPlugin;
use super::fields::Fields;
use super::key::certificates;
use super::kubeconfig::{Kubeconfig, Section};
use super::options::ConnectOptions;
use super::server_url::ServerUrl;
use super::settings::{Settings, Trust};
use super::{impersonation, proxy, user};
use crate::text::{quote, suggestions};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::pki_types::ServerName;
use rustls::sign::CertifiedKey;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use ureq::Proxy;
use ureq::http::{HeaderName, HeaderValue};

/// The name of the extension that a plugin gets as `config`.
const EXEC_EXTENSION: &str = "client.authentication.k8s.io/exec";

/// The chosen context. What is wrong is added to the problems of `kubeconfig`; `None` only if there are such.
pub(super) fn resolve(kubeconfig: &Kubeconfig, options: &ConnectOptions) -> Option<Settings> {
    let (name, context) = context(kubeconfig, options)?;
    let cluster = referenced(kubeconfig, &context, Section::Clusters, "cluster");
    let user = referenced(kubeconfig, &context, Section::Users, "user");
    let cluster = cluster.map(|fields| Cluster::read(&fields, options));
    let (user, cluster) = match (user, cluster) {
        (Some(user), Some(cluster)) => (user, cluster),
        (Some(user), None) => {
            // Its problems are reported as well.
            read_user(&user, options, Json::Null);
            return None;
        }
        (None, _) => return None,
    };
    let mut identity = read_user(&user, options, cluster.info.clone());
    let server = cluster.server?;
    let mut notices = Vec::new();
    if !server.is_https {
        identity = Identity { impersonation: identity.impersonation, ..Identity::default() };
        notices.push(format!(
            "{}: the server's URL is http: nothing protects the responses, and no credential is sent",
            cluster.label
        ));
    } else if matches!(cluster.trust, Trust::Anyone) {
        notices.push(format!(
            "{}: insecure-skip-tls-verify: the server is not verified, so anyone on the way can read the credential and \
             change the responses",
            cluster.label
        ));
    }
    Some(Settings {
        name: name.to_owned(),
        server_name: cluster.server_name.or_else(|| server.server_name().ok())?,
        server,
        trust: cluster.trust,
        client: identity.client,
        credential: identity.credential,
        exec: identity.exec,
        impersonation: identity.impersonation,
        proxy: cluster.proxy,
        notices,
    })
}

fn context<'k>(kubeconfig: &'k Kubeconfig, options: &'k ConnectOptions) -> Option<(&'k str, Fields<'k>)> {
    let names = kubeconfig.names(Section::Contexts);
    let unknown =
        |name: &str| format!("the context {} does not exist{}", quote(name), suggestions(name, names.iter().copied()));
    if let Some(name) = &options.context {
        let context = kubeconfig.item(Section::Contexts, name);
        if context.is_none() && kubeconfig.is_complete() {
            kubeconfig.problem(format!("contexts: {}", unknown(name)));
        }
        return Some((name, context?));
    }
    let Some((name, root)) = kubeconfig.current_context() else {
        if !kubeconfig.is_complete() {
            return None;
        }
        let quoted: Vec<String> = names.iter().take(20).map(|name| quote(name)).collect();
        let list = if quoted.is_empty() { "none".to_owned() } else { quoted.join(", ") };
        kubeconfig.problem(format!("current-context: missing; choose a context with --context ({list})"));
        return None;
    };
    let context = kubeconfig.item(Section::Contexts, name);
    if context.is_none() && kubeconfig.is_complete() {
        root.problem("current-context", unknown(name));
    }
    Some((name, context?))
}

/// The cluster or user that a context names.
fn referenced<'k>(
    kubeconfig: &'k Kubeconfig,
    context: &Fields<'_>,
    section: Section,
    key: &'static str,
) -> Option<Fields<'k>> {
    let Some(name) = context.text(key) else {
        context.problem(key, "missing");
        return None;
    };
    let item = kubeconfig.item(section, name);
    if item.is_none() && kubeconfig.is_complete() {
        let names = kubeconfig.names(section);
        let suggestions = suggestions(name, names.into_iter());
        context.problem(key, format!("the {key} {} is not in `{}`{suggestions}", quote(name), section.key()));
    }
    item
}

/// What a user of a kubeconfig gives.
#[derive(Default)]
struct Identity {
    client: Option<Arc<CertifiedKey>>,
    credential: Credential,
    exec: Option<ExecPlugin>,
    impersonation: Vec<(HeaderName, HeaderValue)>,
}

fn read_user(fields: &Fields<'_>, options: &ConnectOptions, cluster_info: Json) -> Identity {
    let credential = user::credential(fields);
    // A token of the kubeconfig is sent in place of the plugin's.
    let needs_exec = matches!(credential, Credential::None);
    Identity {
        client: user::client_certificate(fields),
        exec: if needs_exec { user::exec_plugin(fields, options.allow_exec, cluster_info) } else { None },
        credential,
        impersonation: impersonation::headers(fields),
    }
}

/// What a cluster of a kubeconfig gives.
struct Cluster {
    /// File and field, for notices.
    label: String,
    server: Option<ServerUrl>,
    server_name: Option<ServerName<'static>>,
    trust: Trust,
    proxy: Option<Proxy>,
    /// What a plugin is told.
    info: Json,
}

impl Cluster {
    fn read(fields: &Fields<'_>, options: &ConnectOptions) -> Self {
        let server = server(fields);
        let authorities = fields.content("certificate-authority", "certificate-authority-data");
        let is_insecure = fields.flag("insecure-skip-tls-verify");
        if is_insecure && authorities.is_some() {
            fields.problem("insecure-skip-tls-verify", "a certificate authority is set as well; remove one of them");
        }
        let server_name = fields.text("tls-server-name").and_then(|name| {
            let parsed = ServerName::try_from(name.to_owned()).ok();
            if parsed.is_none() {
                fields.problem("tls-server-name", "not a valid name or address");
            }
            parsed
        });
        Self {
            label: fields.label("server"),
            server_name,
            trust: trust(fields, is_insecure, authorities.as_ref()),
            proxy: server.as_ref().and_then(|server| chosen_proxy(fields, server, options)),
            info: info(fields, authorities.as_ref().map(|(_, pem)| pem.as_slice())),
            server,
        }
    }
}

fn server(fields: &Fields<'_>) -> Option<ServerUrl> {
    let Some(text) = fields.text("server") else {
        fields.problem("server", "missing; write https://HOST:PORT");
        return None;
    };
    let parsed = ServerUrl::parse(text).and_then(|server| server.server_name().map(|_| server));
    parsed.map_err(|reason| fields.problem("server", reason)).ok()
}

fn trust(fields: &Fields<'_>, is_insecure: bool, authorities: Option<&(&'static str, Vec<u8>)>) -> Trust {
    match authorities {
        _ if is_insecure => Trust::Anyone,
        None => Trust::Machine,
        Some((field, pem)) => {
            let found = certificates(pem);
            if found.is_empty() {
                fields.problem(field, "no PEM certificate is in it");
            }
            Trust::Authorities(found)
        }
    }
}

/// The proxy of the kubeconfig, else that of the environment.
fn chosen_proxy(fields: &Fields<'_>, server: &ServerUrl, options: &ConnectOptions) -> Option<Proxy> {
    let chosen = match fields.text("proxy-url") {
        Some(url) => proxy::parse(url).map(Some).map_err(|reason| ("proxy-url", reason)),
        None => proxy::from_environment(server, &options.environment).map_err(|reason| ("server", reason)),
    };
    chosen.unwrap_or_else(|(field, reason)| {
        fields.problem(field, reason);
        None
    })
}

/// `spec.cluster` of an `ExecCredential`.
fn info(fields: &Fields<'_>, authorities: Option<&[u8]>) -> Json {
    let extension = fields.children("extensions").into_iter().find(|item| item.text("name") == Some(EXEC_EXTENSION));
    let mut info = json!({ "server": fields.text("server"), "config": extension.map(|item| item.json("extension")) });
    for key in ["tls-server-name", "proxy-url"] {
        if let Some(value) = fields.text(key) {
            info[key] = value.into();
        }
    }
    if fields.text("insecure-skip-tls-verify") == Some("true") {
        info["insecure-skip-tls-verify"] = true.into();
    }
    if let Some(pem) = authorities {
        info["certificate-authority-data"] = BASE64_STANDARD.encode(pem).into();
    }
    info
}
