//! A connection to one cluster.

use super::client::{Client, Form};
use super::connect_error::ConnectError;
use super::credential::Credential;
use super::in_cluster;
use super::kubeconfig::{Kubeconfig, default_file, named_files};
use super::list::{self, ListEnd, PageEnd, PageError};
use super::options::{ConnectOptions, ListLimits};
use super::request_error::RequestError;
use super::resolve::resolve;
use super::settings::Settings;
use std::fmt;
use std::io::Read;
use std::path::PathBuf;
use std::time::Instant;

/// A cluster whose API can be asked. Nothing is sent before the first request.
pub struct ClusterConnection {
    client: Client,
    name: String,
    server: String,
    notices: Vec<String>,
    limits: ListLimits,
}

impl fmt::Debug for ClusterConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterConnection")
            .field("name", &self.name)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

impl ClusterConnection {
    /// Finds the cluster: the kubeconfig of the options, else the files of `KUBECONFIG`, else the service account of this pod,
    /// else `~/.kube/config`. The timeout begins here.
    ///
    /// # Errors
    /// Everything that is wrong in the kubeconfig at once; a failing credential plugin.
    pub fn open(options: &ConnectOptions) -> Result<Self, ConnectError> {
        if let Some(files) = named_files(options) {
            return Self::of_kubeconfig(&files, options);
        }
        let pod = in_cluster::server_of_pod(&options.service_account, &options.environment);
        if let Some((host, port)) = pod.filter(|_| options.context.is_none()) {
            return Self::of_pod(&host, &port, options);
        }
        let file = default_file(options);
        if !crate::yaml::TextFile::is_present(&file) {
            return Err(ConnectError::NotConfigured(file));
        }
        Self::of_kubeconfig(&[file], options)
    }

    /// Uses the service account of the options with the API server at this address.
    pub(in crate::source::cluster) fn of_pod(
        host: &str,
        port: &str,
        options: &ConnectOptions,
    ) -> Result<Self, ConnectError> {
        let deadline = Instant::now() + options.timeout;
        let settings = in_cluster::settings(&options.service_account, (host, port), &options.environment)
            .map_err(ConnectError::ServiceAccount)?;
        Self::new(settings, options, deadline)
    }

    fn of_kubeconfig(files: &[PathBuf], options: &ConnectOptions) -> Result<Self, ConnectError> {
        let deadline = Instant::now() + options.timeout;
        let kubeconfig = Kubeconfig::read(files);
        let Some(mut settings) = resolve(&kubeconfig, options).filter(|_| !kubeconfig.has_problems()) else {
            return Err(ConnectError::Kubeconfig(kubeconfig.into_problems()));
        };
        if let Some(plugin) = settings.exec.take() {
            let found = plugin.run(deadline).map_err(ConnectError::Exec)?;
            settings.credential = found.token.map_or(Credential::None, Credential::Token);
            settings.client = settings.client.or(found.client);
        }
        Self::new(settings, options, deadline)
    }

    fn new(mut settings: Settings, options: &ConnectOptions, deadline: Instant) -> Result<Self, ConnectError> {
        let name = std::mem::take(&mut settings.name);
        let notices = std::mem::take(&mut settings.notices);
        let server = settings.server.base.clone();
        let client = Client::new(settings, options, deadline).map_err(ConnectError::Other)?;
        Ok(Self { client, name, server, notices, limits: options.limits })
    }

    /// The context, or `in-cluster`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The URL of the server.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// What the report must say of this connection.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Gets a small JSON document of at most `max_bytes`, such as `/version`.
    pub fn get(&self, path: &str, max_bytes: u64) -> Result<Vec<u8>, RequestError> {
        match self.client.send(path, Form::Objects, max_bytes)? {
            Some(body) => body.read_all().map_err(|error| self.client.redacted(error)),
            None => Err(RequestError::of_status(410, "the resource has expired".to_owned())),
        }
    }

    /// Gets all pages of a list. `page` decodes one page and says how it ends; `restart` is called before the list begins anew,
    /// and then what was decoded must be thrown away. After an error the list is incomplete.
    pub fn list(
        &self,
        path: &str,
        page: &mut dyn FnMut(&mut dyn Read) -> Result<PageEnd, PageError>,
        restart: &mut dyn FnMut(),
    ) -> Result<ListEnd, RequestError> {
        list::read(&self.client, (path, Form::Objects), self.limits, page, restart)
    }

    /// The same, and the server is asked for the metadata of the objects alone. It may send whole objects all the same.
    pub fn list_metadata(
        &self,
        path: &str,
        page: &mut dyn FnMut(&mut dyn Read) -> Result<PageEnd, PageError>,
        restart: &mut dyn FnMut(),
    ) -> Result<ListEnd, RequestError> {
        list::read(&self.client, (path, Form::Metadata), self.limits, page, restart)
    }
}
