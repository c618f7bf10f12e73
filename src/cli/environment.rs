//! Variables of the environment that look like ours and are not.

use super::Cli;
use crate::text::{sanitize, suggestions};
use clap::CommandFactory as _;

const PREFIX: &str = "NODEPROOF_";
/// Variables that are read elsewhere.
const OTHER: &[&str] = &["NODEPROOF_FORMAT"];

/// One warning for each unknown variable among `names`.
pub(super) fn warnings(names: impl Iterator<Item = String>) -> Vec<String> {
    let ours: Vec<String> = names.filter(|name| name.starts_with(PREFIX) && !is_of_a_service(name)).collect();
    if ours.is_empty() {
        return Vec::new();
    }
    let program = Cli::command();
    let arguments = program.get_arguments().chain(program.get_subcommands().flat_map(clap::Command::get_arguments));
    let variables = arguments.filter_map(|arg| arg.get_env().and_then(std::ffi::OsStr::to_str));
    let known: Vec<&str> = variables.chain(OTHER.iter().copied()).collect();
    let unknown = ours.iter().filter(|name| !known.contains(&name.as_str()));
    let warning = |name: &String| {
        let near = suggestions(name, known.iter().copied());
        let near = if near.is_empty() { "; see `nodeproof --help`" } else { &near };
        sanitize::message(&format!("warning: unknown variable {name} has no effect{near}"))
    };
    unknown.map(warning).collect()
}

/// Kubernetes sets such variables for Services named `nodeproof…` in the namespace of a pod.
fn is_of_a_service(name: &str) -> bool {
    let is_port = |(_, rest): (&str, &str)| rest.is_empty() || rest.starts_with('_');
    name.contains("_SERVICE_HOST") || name.contains("_SERVICE_PORT") || name.split_once("_PORT").is_some_and(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Vec<String> {
        warnings(names.iter().map(|name| (*name).to_owned()))
    }

    #[test]
    fn unknown_variables_are_named_with_the_near_ones() {
        let [warning] = &of(&["NODEPROOF_BENCHMRK", "NODEPROOF_TARGETS", "NODEPROOF_FORMAT", "PATH"])[..] else {
            panic!("one warning");
        };
        assert_eq!(
            warning,
            "warning: unknown variable NODEPROOF_BENCHMRK has no effect; did you mean `NODEPROOF_BENCHMARK`?"
        );
    }

    #[test]
    fn variables_that_kubernetes_sets_for_a_service_are_no_mistakes() {
        let names = [
            "NODEPROOF_SERVICE_HOST",
            "NODEPROOF_SERVICE_PORT_HTTP",
            "NODEPROOF_PORT",
            "NODEPROOF_PORT_80_TCP_ADDR",
            "NODEPROOF_WEB_SERVICE_HOST",
        ];
        assert_eq!(of(&names), Vec::<String>::new());
    }
}
