//! Command lines without what is secret in them. No rule reads a flag that holds a secret itself; rules read flags that
//! name files.

use crate::model::Component;
use regex::{NoExpand, Regex};
use std::sync::LazyLock;

const REDACTED: &str = "redacted";
/// How the names of flags end that hold a secret and not the name of a file.
const ENDINGS: [&str; 8] = ["token", "password", "passwd", "passphrase", "secret", "secrets", "pass", "apikey"];

/// The words of a command line, secret values replaced. Every flag stays, and what each other one is set to.
pub(crate) fn without_secrets(component: Component, argv: &[String]) -> Vec<String> {
    let mut words = Vec::with_capacity(argv.len());
    let mut is_value = false;
    for word in argv {
        let word = without_credentials(word);
        let flag = flag(&word);
        words.push(match flag {
            // A flag that is given no value may take the next flag for one.
            Some((_, name, _)) if is_value && !is_plain(name) => format!("--{REDACTED}"),
            None if is_value => REDACTED.to_owned(),
            Some((dashes, name, Some(_))) if is_secret(component, name) => format!("{dashes}{name}={REDACTED}"),
            Some(_) | None => word.clone(),
        });
        is_value = matches!(flag, Some((_, name, None)) if is_secret(component, name));
    }
    words
}

/// Dashes, name, and the value behind `=`.
fn flag(word: &str) -> Option<(&str, &str, Option<&str>)> {
    let name = word.trim_start_matches('-');
    let dashes = &word[..word.len() - name.len()];
    if dashes.is_empty() || dashes.len() > 2 || name.is_empty() {
        return None;
    }
    Some(match name.split_once('=') {
        Some((name, value)) => (dashes, name, Some(value)),
        None => (dashes, name, None),
    })
}

fn is_secret(component: Component, name: &str) -> bool {
    let name = name.replace('_', "-").to_lowercase();
    let last = name.rsplit('-').next().unwrap_or_default();
    ENDINGS.contains(&last) && !component.is_switch(&name)
}

/// Whether a word can be the name of a flag, of which all are written alike.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
}

/// A word without the user and password of the addresses in it.
fn without_credentials(word: &str) -> String {
    static USER: LazyLock<Result<Regex, regex::Error>> = LazyLock::new(|| Regex::new(r"://[^/@\s]*@"));
    match &*USER {
        Ok(user) => user.replace_all(word, NoExpand("://redacted@")).into_owned(),
        Err(_) => REDACTED.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_values_are_replaced_and_all_else_stays() {
        let cases = [
            ("kubelet --token=abc --v=2", "kubelet --token=redacted --v=2"),
            ("kubelet --token abc --v=2", "kubelet --token redacted --v=2"),
            ("kubelet --token --v=2", "kubelet --token --v=2"),
            ("kubelet --token --Zm9v.x", "kubelet --token --redacted"),
            ("kubelet --oidc_client_secret=abc", "kubelet --oidc_client_secret=redacted"),
            ("etcd -password abc", "etcd -password redacted"),
            ("kubelet --x://user@host-token=abc", "kubelet --x://redacted@host-token=redacted"),
            ("kubelet --x://us=er@host-token=abc", "kubelet --x://redacted@host-token=redacted"),
            (
                "kubelet --token-auth-file=/x --authentication-token-webhook",
                "kubelet --token-auth-file=/x --authentication-token-webhook",
            ),
            ("kubelet --use-service-account-credentials=true", "kubelet --use-service-account-credentials=true"),
            (
                "kubelet --service-account-extend-token-expiration=false",
                "kubelet --service-account-extend-token-expiration=false",
            ),
            ("etcd --u=https://a,https://me:pw@b", "etcd --u=https://a,https://redacted@b"),
            ("kubelet --node-labels token=x - --", "kubelet --node-labels token=x - --"),
        ];
        for (line, expected) in cases {
            let argv: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let component = if line.starts_with("etcd") { Component::Etcd } else { Component::Kubelet };
            let once = without_secrets(component, &argv);
            assert_eq!(once.join(" "), expected);
            assert_eq!(without_secrets(component, &once), once, "a second time nothing changes");
        }
    }
}
