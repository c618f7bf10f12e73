//! Replaces secrets in command lines. No rule reads a flag whose value is a secret; rules read flags that name files.

use crate::model::Component;
use regex::{NoExpand, Regex};
use std::sync::LazyLock;

const REDACTED: &str = "redacted";
/// The last words of flags whose value is a secret and not the name of a file.
const SECRET_WORDS: [&str; 8] = ["token", "password", "passwd", "passphrase", "secret", "secrets", "pass", "apikey"];

/// The words of a command line with secret values replaced. Every flag is kept, and the value of every other flag.
pub(crate) fn without_secrets(component: Component, argv: &[String]) -> Vec<String> {
    let mut words = Vec::with_capacity(argv.len());
    let mut is_value = false;
    for word in argv {
        let word = without_credentials(word);
        let flag = parse_flag(&word);
        words.push(match flag {
            // The value of a secret flag can look like a flag.
            Some((_, name, _)) if is_value && !is_flag_name(name) => format!("--{REDACTED}"),
            None if is_value => REDACTED.to_owned(),
            Some((dashes, name, Some(_))) if is_secret(component, name) => format!("{dashes}{name}={REDACTED}"),
            Some(_) | None => word.clone(),
        });
        is_value = matches!(flag, Some((_, name, None)) if is_secret(component, name));
    }
    words
}

/// Dashes, name, and the value after `=`.
fn parse_flag(word: &str) -> Option<(&str, &str, Option<&str>)> {
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
    SECRET_WORDS.contains(&last) && !component.is_switch(&name)
}

/// Whether a word can be the name of a flag: these have only lower-case letters and dashes.
fn is_flag_name(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
}

/// A word without the user and password in its URLs.
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
    fn only_secret_values_are_replaced() {
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
            assert_eq!(without_secrets(component, &once), once, "the result has no secrets");
        }
    }
}
