//! A kubeconfig that is no file, for tests.

use super::kubeconfig::Kubeconfig;
use super::options::{ConnectOptions, Environment};
use super::resolve::resolve;
use crate::yaml::Diagnostic;

/// What is wrong with the kubeconfig of this text. Files that it names are read.
pub(crate) fn kubeconfig_problems(text: String) -> Vec<Diagnostic> {
    let options = ConnectOptions { environment: Environment::new(|_| None), ..ConnectOptions::default() };
    let kubeconfig = Kubeconfig::of_text(text);
    let settings = resolve(&kubeconfig, &options);
    let problems = kubeconfig.into_problems();
    assert!(settings.is_some() || !problems.is_empty(), "it is refused without a reason");
    problems
}
