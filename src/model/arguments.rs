//! The command line of a component, parsed as the component parses it. Knows the grammar of flags, not their meaning.

use crate::model::Component;

/// The flags of one command line, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments {
    flags: Vec<Flag>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Flag {
    name: String,
    value: FlagValue,
    /// The flag before it may have taken this word as its value, so that it may not be a flag at all.
    ambiguous: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum FlagValue {
    /// `--name=value`, or `--name value` of a flag that takes a value.
    Value(String),
    /// `--name` alone: true for a switch. A flag that takes a value is given the next word, whatever that looks like.
    Bare { next: Option<String> },
}

/// What a command line sets for one flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading<'a> {
    /// The flag is not given.
    NotGiven,
    /// Its values in order. The component keeps the last one, or collects them.
    Values(Vec<&'a str>),
    /// It may be the value of the flag before it; that depends on the version of the component.
    Ambiguous {
        /// The word that is either this flag or the value of the one before.
        word: String,
    },
}

impl Arguments {
    /// Parses the words after the name of the program and its subcommand, if it has one.
    pub fn parse(component: Component, words: &[String]) -> Self {
        let mut flags = Vec::new();
        let mut words = words.iter().peekable();
        let mut ambiguous = false;
        while let Some(word) = words.next() {
            let Some((name, value)) = split(component, word) else {
                if word == "--" {
                    break;
                }
                ambiguous = false;
                continue;
            };
            let next = words.peek().map(|w| w.as_str());
            let next_is_flag = next.is_some_and(|w| w.starts_with('-') && w.len() > 1);
            let flag = |value| Flag { name: name.clone(), value, ambiguous };
            match value {
                Some(value) => {
                    flags.push(flag(FlagValue::Value(value.to_owned())));
                    ambiguous = false;
                }
                None if component.is_switch(&name) => {
                    flags.push(flag(FlagValue::Bare { next: None }));
                    ambiguous = false;
                }
                None if next.is_some() && !next_is_flag => {
                    flags.push(flag(FlagValue::Value(next.unwrap_or_default().to_owned())));
                    words.next();
                    ambiguous = false;
                }
                None => {
                    flags.push(flag(FlagValue::Bare { next: next.map(str::to_owned) }));
                    ambiguous = next_is_flag;
                }
            }
        }
        Self { flags }
    }

    /// What is set for a flag. `switch` says that the flag takes no value.
    pub fn get(&self, name: &str, switch: bool) -> Reading<'_> {
        let mut values = Vec::new();
        for flag in self.flags.iter().filter(|f| f.name == name) {
            if flag.ambiguous {
                let word = match &flag.value {
                    FlagValue::Value(value) => format!("--{name}={value}"),
                    FlagValue::Bare { .. } => format!("--{name}"),
                };
                return Reading::Ambiguous { word };
            }
            values.push(match &flag.value {
                FlagValue::Value(value) => value.as_str(),
                FlagValue::Bare { .. } if switch => "true",
                FlagValue::Bare { next } => next.as_deref().unwrap_or_default(),
            });
        }
        if values.is_empty() { Reading::NotGiven } else { Reading::Values(values) }
    }
}

/// The name of a flag, with the underscores that its component replaces, and its value if it is in the same word.
fn split(component: Component, word: &str) -> Option<(String, Option<&str>)> {
    // The components of Kubernetes read one dash as pflag does: a letter, with its value right behind it or after `=`.
    let short = word.strip_prefix('-').filter(|rest| component.folds_underscores() && !rest.starts_with('-'));
    if let Some(short) = short {
        let letter = short.chars().next()?;
        let rest = &short[letter.len_utf8()..];
        let value = (!rest.is_empty()).then(|| rest.strip_prefix('=').unwrap_or(rest));
        return Some((letter.to_string(), value));
    }
    let body = word.strip_prefix("--").or_else(|| word.strip_prefix('-')).filter(|b| !b.is_empty())?;
    let (name, value) = match body.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (body, None),
    };
    let name = if component.folds_underscores() { name.replace('_', "-") } else { name.to_owned() };
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(component: Component, line: &str) -> Arguments {
        Arguments::parse(component, &line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn parses_flags_as_the_component_does() {
        use Component::{Apiserver, Etcd, Kubelet};
        let cases: &[(Component, &str, &str, bool, &[&str])] = &[
            (Apiserver, "--profiling=false", "profiling", true, &["false"]),
            (Apiserver, "--profiling=false --profiling=true", "profiling", true, &["false", "true"]),
            (Apiserver, "--profiling", "profiling", true, &["true"]),
            (Apiserver, "--profiling false", "profiling", true, &["true"]),
            (Apiserver, "--audit-log-maxage 30", "audit-log-maxage", false, &["30"]),
            (Apiserver, "--audit_log_maxage=30", "audit-log-maxage", false, &["30"]),
            (Apiserver, "--encryption-provider-config-automatic-reload=true", "encryption-provider-config", false, &[]),
            (Apiserver, "--client-ca-file=", "client-ca-file", false, &[""]),
            (Apiserver, "--client-ca-file", "client-ca-file", false, &[""]),
            (Apiserver, "-v 2 --profiling=false", "profiling", true, &["false"]),
            (Apiserver, "-v2 --profiling=false", "profiling", true, &["false"]),
            (Apiserver, "-v2 -v=3", "v", false, &["2", "3"]),
            (Apiserver, "-profiling=false", "profiling", true, &[]),
            (Apiserver, "- --profiling=false", "profiling", true, &["false"]),
            (Apiserver, "--log-json-split-stream --profiling=false", "profiling", true, &["false"]),
            (Kubelet, "--log-cadvisor-usage --anonymous-auth=false", "anonymous-auth", true, &["false"]),
            (Etcd, "--memory-mlock --client-cert-auth=true", "client-cert-auth", true, &["true"]),
            (Apiserver, "x -- --profiling=false", "profiling", true, &[]),
            (Apiserver, "--a=--profiling=false", "profiling", true, &[]),
            (Kubelet, "--node-labels a=b,c=--anonymous-auth=false", "anonymous-auth", true, &[]),
            (Etcd, "-auto-tls", "auto-tls", true, &["true"]),
            (Etcd, "-cert-file /x", "cert-file", false, &["/x"]),
            (Etcd, "--cert_file=/x", "cert-file", false, &[]),
        ];
        for (component, line, flag, switch, expected) in cases {
            let arguments = parse(*component, line);
            let got = match arguments.get(flag, *switch) {
                Reading::NotGiven => vec![],
                Reading::Values(values) => values,
                Reading::Ambiguous { word } => panic!("{line}: ambiguous {word}"),
            };
            assert_eq!(got, *expected, "{line}");
        }
    }

    #[test]
    fn a_flag_after_a_flag_without_value_is_ambiguous() {
        let arguments = parse(Component::Kubelet, "--node-labels --anonymous-auth=false --v=2");
        assert_eq!(
            arguments.get("anonymous-auth", true),
            Reading::Ambiguous { word: "--anonymous-auth=false".to_owned() }
        );
        assert_eq!(arguments.get("node-labels", false), Reading::Values(vec!["--anonymous-auth=false"]));
        assert_eq!(arguments.get("v", false), Reading::Values(vec!["2"]));
        let after_a_switch = parse(Component::Kubelet, "--seccomp-default --anonymous-auth=false");
        assert_eq!(after_a_switch.get("anonymous-auth", true), Reading::Values(vec!["false"]));
    }
}
