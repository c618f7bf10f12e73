//! Replaces secrets in command lines. No rule reads a flag whose value is a secret; rules read flags that name files.

use crate::model::{Component, FlagKind};
use crate::text::without_credentials;

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
            Some(_) | None => word.to_string(),
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
    SECRET_WORDS.contains(&last) && component.flag_kind(&name) != FlagKind::Boolean
}

/// Whether a word can be the name of a flag: these have only lower-case letters and dashes.
fn is_flag_name(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
}

/// A file of arguments, or a document that holds them, without secrets: lines in the forms `--flag=value`, `--flag value` and
/// `key: value`.
pub(super) fn arguments_only(text: &str) -> String {
    let line = |line: &str| {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let words =
            Component::ALL.into_iter().fold(words, |words, component| without_secrets(component, &words)).join(" ");
        match words.split_once(':') {
            Some((key, value)) if !value.trim().is_empty() && is_secret_key(key) => format!("{key}: {REDACTED}"),
            Some(_) | None => words,
        }
    };
    text.lines().map(|text| line(text) + "\n").collect()
}

/// Whether the value of a key of a document is a secret.
fn is_secret_key(key: &str) -> bool {
    let key = key.trim().trim_start_matches("- ").to_lowercase();
    SECRET_WORDS.iter().any(|word| key.ends_with(word))
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
