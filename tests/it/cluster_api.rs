//! The connection to the Kubernetes API, against TLS servers of the test.

mod audit;
mod credentials;
mod kubeconfig;
mod lists;
mod proxies;
mod responses;
mod server;
mod tls;
