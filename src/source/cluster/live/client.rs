//! Single requests, with their credential, retries and errors.

use super::body::JsonBody;
use super::credential::Credential;
use super::failure::{Peer, is_disconnect};
use super::http_text::{media_type, refusal};
use super::options::ConnectOptions;
use super::request_error::RequestError;
use super::retry;
use super::settings::Settings;
use super::tls::TlsConfigs;
use super::tls_connector::TlsConnector;
use crate::text::sanitize;
use std::io::Read as _;
use std::thread;
use std::time::{Duration, Instant, SystemTime};
use ureq::http::{HeaderName, HeaderValue, Response, Uri};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{ConnectProxyConnector, Connector as _, SocksConnector, TcpConnector};
use ureq::{Agent, Body, Proxy};

/// Bytes of an error's body.
const MAX_ERROR_BYTES: u64 = 64 << 10;
/// Requests that are made again because the server has closed an idle connection.
const MAX_DISCONNECTS: u32 = 2;
/// A shorter secret is not searched for in messages: it would match words.
const MIN_SECRET: usize = 4;

/// The form of a response that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Whole objects.
    Objects,
    /// The metadata of objects. A server that cannot leave out the rest refuses.
    Metadata,
}

impl Form {
    /// The media type of the header `Accept`.
    const fn media_type(self) -> &'static str {
        match self {
            Self::Objects => "application/json",
            Self::Metadata => "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
        }
    }
}

/// The requests of one connection.
pub(super) struct Client {
    agent: Agent,
    /// The URL in front of each path.
    base: String,
    peer: Peer,
    credential: Credential,
    impersonation: Vec<(HeaderName, HeaderValue)>,
    deadline: Instant,
}

impl Client {
    pub(super) fn new(settings: Settings, options: &ConnectOptions, deadline: Instant) -> Result<Self, String> {
        let peer = Peer {
            server: settings.server.authority.clone(),
            proxy: settings.proxy.as_ref().map(|proxy| format!("{}:{}", proxy.host(), proxy.port())),
            timeout: options.timeout,
            idle_timeout: options.idle_timeout,
        };
        let tls = TlsConnector {
            configs: TlsConfigs::new(&settings)?,
            server: settings.server.authority,
            server_name: settings.server_name,
        };
        Ok(Self {
            agent: agent(tls, settings.proxy, options.idle_timeout),
            base: settings.server.base,
            peer,
            credential: settings.credential,
            impersonation: settings.impersonation,
            deadline,
        })
    }

    /// Requests a path. The body has at most `max_bytes`. `None`: status 410, the `continue` token has expired.
    pub(super) fn send(&self, path: &str, form: Form, max_bytes: u64) -> Result<Option<JsonBody<'_>>, RequestError> {
        let body = self
            .send_until_success(path, form)
            .and_then(|response| response.map(|response| JsonBody::open(response, max_bytes, &self.peer)).transpose());
        body.map_err(|error| self.redacted(error))
    }

    /// The error without the credential, which a server may send back.
    pub(super) fn redacted(&self, error: RequestError) -> RequestError {
        let authorization = self.credential.authorization().ok().flatten();
        let secret = authorization.as_ref().and_then(|text| text.expose().split_once(' ')).map(|(_, secret)| secret);
        error.map_text(|text| match secret.filter(|secret| secret.len() >= MIN_SECRET) {
            Some(secret) => text.replace(secret, "…"),
            None => text,
        })
    }

    /// The response with status 200; `None` for 410.
    fn send_until_success(&self, path: &str, form: Form) -> Result<Option<Response<Body>>, RequestError> {
        let (mut attempt, mut disconnects) = (0, 0);
        // Why the request is made again.
        let mut busy: Option<RequestError> = None;
        loop {
            let time_left = self.time_left();
            if time_left.is_zero() {
                return Err(busy.unwrap_or_else(|| self.peer.out_of_time()));
            }
            attempt += 1;
            let response = match self.send_once(path, form, time_left)? {
                Ok(response) => response,
                Err(error) if is_disconnect(&error) && disconnects < MAX_DISCONNECTS => {
                    disconnects += 1;
                    continue;
                }
                Err(error) => {
                    let error_of_before = busy.filter(|_| matches!(error, ureq::Error::Timeout(_)));
                    return Err(error_of_before.unwrap_or_else(|| self.peer.error(&error)));
                }
            };
            match response.status().as_u16() {
                200 => return Ok(Some(response)),
                410 => return Ok(None),
                status if retry::is_temporary(status, attempt) => {
                    let asked = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
                    let pause = retry::pause(asked, attempt, SystemTime::now());
                    let error = refused(response);
                    let error = RequestError::Failed(format!("{}: {error}, until the timeout", self.peer.server));
                    if pause >= self.time_left() {
                        return Err(error);
                    }
                    thread::sleep(pause);
                    busy = Some(error);
                }
                status if (300..400).contains(&status) => return Err(self.redirect(&response)),
                _ => return Err(refused(response)),
            }
        }
    }

    fn send_once(
        &self,
        path: &str,
        form: Form,
        time_left: Duration,
    ) -> Result<Result<Response<Body>, ureq::Error>, RequestError> {
        let mut request = self.agent.get(format!("{}{path}", self.base)).header("accept", form.media_type());
        for (name, value) in &self.impersonation {
            request = request.header(name, value);
        }
        if let Some(authorization) = self.credential.authorization().map_err(RequestError::Failed)? {
            let mut value = HeaderValue::from_str(authorization.expose()).map_err(|_| {
                RequestError::Failed("the credential has a character that no HTTP header has".to_owned())
            })?;
            value.set_sensitive(true);
            request = request.header("authorization", value);
        }
        Ok(request.config().timeout_global(Some(time_left)).build().call())
    }

    fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// A redirect is never followed: it could lead the credential to another host.
    fn redirect(&self, response: &Response<Body>) -> RequestError {
        let location = response.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let uri = location.parse::<Uri>().ok();
        let target = match uri.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.host()?, uri.port_u16()))) {
            Some((scheme, host, Some(port))) => format!("{scheme}://{host}:{port}"),
            Some((scheme, host, None)) => format!("{scheme}://{host}"),
            None => "another path".to_owned(),
        };
        RequestError::Failed(sanitize::line(&format!(
            "{}: the server redirects to {target}, which is not followed; correct the `server` of the kubeconfig",
            self.peer.server
        )))
    }
}

fn refused(response: Response<Body>) -> RequestError {
    let status = response.status().as_u16();
    let media_type = media_type(response.headers());
    let mut body = Vec::new();
    // What was read until an error is shown.
    drop(response.into_body().into_reader().take(MAX_ERROR_BYTES).read_to_end(&mut body));
    RequestError::of_status(status, refusal(media_type.as_deref(), &body))
}

fn agent(tls: TlsConnector, proxy: Option<Proxy>, idle_timeout: Duration) -> Agent {
    let config = Agent::config_builder()
        .user_agent(concat!("nodeproof/", env!("CARGO_PKG_VERSION")))
        .timeout_per_read(Some(idle_timeout))
        .timeout_per_write(Some(idle_timeout))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .proxy(proxy)
        .build();
    let connector =
        ().chain(SocksConnector::default())
            .chain(ConnectProxyConnector::default())
            .chain(TcpConnector::default())
            .chain(tls);
    Agent::with_parts(config, connector, DefaultResolver::default())
}
