//! How the user wants to reach a cluster.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

type Lookup = dyn Fn(&str) -> Option<OsString> + Send + Sync;

/// Looks up an environment variable.
pub struct Environment(Box<Lookup>);

impl Environment {
    /// The variables of this process.
    pub fn of_process() -> Self {
        Self::new(|name| std::env::var_os(name))
    }

    /// Other variables.
    pub fn new(lookup: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static) -> Self {
        Self(Box::new(lookup))
    }

    /// The value of a variable; `None` if it is empty.
    pub(super) fn get(&self, name: &str) -> Option<OsString> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// The first of these variables that is set.
    pub(super) fn text_of_any(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.get(name)).map(|value| value.to_string_lossy().into_owned())
    }
}

impl fmt::Debug for Environment {
    // The variables may hold credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment(..)")
    }
}

/// How to reach a cluster.
#[derive(Debug)]
pub struct ConnectOptions {
    /// The only kubeconfig file; without it `KUBECONFIG`, the service account and `~/.kube/config` are tried in this order.
    pub kubeconfig: Option<PathBuf>,
    /// The context in place of the file's `current-context`.
    pub context: Option<String>,
    /// Whether the credential plugin that the kubeconfig names may be started.
    pub allow_exec: bool,
    /// For everything: the plugin, and all requests of the connection.
    pub timeout: Duration,
    /// How long a server may send nothing.
    pub idle_timeout: Duration,
    /// What a list may have.
    pub limits: ListLimits,
    /// The directory with `token` and `ca.crt` of a pod.
    pub service_account: PathBuf,
    /// `KUBECONFIG`, `HOME`, `HTTPS_PROXY` and others.
    pub environment: Environment,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            kubeconfig: None,
            context: None,
            allow_exec: false,
            timeout: Duration::from_secs(60),
            idle_timeout: Duration::from_secs(30),
            limits: ListLimits::default(),
            service_account: "/var/run/secrets/kubernetes.io/serviceaccount".into(),
            environment: Environment::of_process(),
        }
    }
}

/// Bounds of one list. A longer one counts as broken.
#[derive(Debug, Clone, Copy)]
pub struct ListLimits {
    /// Requests for one list.
    pub pages: usize,
    /// Bytes of all pages together.
    pub bytes: u64,
}

impl Default for ListLimits {
    fn default() -> Self {
        // Five million objects of three kilobytes.
        Self { pages: 10_000, bytes: 16 << 30 }
    }
}
