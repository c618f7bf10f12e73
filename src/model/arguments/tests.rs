use super::*;
use proptest::prelude::*;

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
        (Kubelet, "--pod-max-pids -1 --anonymous-auth=false", "pod-max-pids", false, &["-1"]),
        (Kubelet, "--pod-max-pids -1 --anonymous-auth=false", "anonymous-auth", true, &["false"]),
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
fn the_names_of_one_flag_set_one_value() {
    let arguments = parse(Component::Apiserver, "--new=a --old=b --other=c --new=d");
    assert_eq!(arguments.get_any(&["new", "old"], false), Reading::Values(vec!["a", "b", "d"]));
    assert_eq!(arguments.get_any(&["none", "old"], false), Reading::Values(vec!["b"]));
    assert_eq!(arguments.get_any(&["none"], false), Reading::NotGiven);
}

#[test]
fn a_flag_that_takes_a_value_takes_whatever_follows() {
    use Component::{Apiserver, Etcd, Kubelet};
    let cases = [
        (Kubelet, "--node-labels --anonymous-auth=false --v=2", "anonymous-auth", Reading::NotGiven),
        (Kubelet, "--node-labels --anonymous-auth=false --v=2", "node-labels", values(&["--anonymous-auth=false"])),
        (Kubelet, "--node_labels --anonymous-auth=false", "anonymous-auth", Reading::NotGiven),
        (Kubelet, "--node-labels --v=2", "v", Reading::NotGiven),
        (Kubelet, "--node-labels -- --v=2", "v", values(&["2"])),
        (Kubelet, "-v --anonymous-auth=false", "anonymous-auth", Reading::NotGiven),
        (Apiserver, "--audit-log-path --audit-log-maxage 30", "audit-log-maxage", Reading::NotGiven),
        (Etcd, "--data-dir --client-cert-auth", "client-cert-auth", Reading::NotGiven),
        (Etcd, "-v --client-cert-auth", "client-cert-auth", values(&["true"])),
        // Go's package `flag` stops at the first word that is no flag.
        (Etcd, "--client-cert-auth true --auto-tls", "auto-tls", Reading::NotGiven),
        (Etcd, "--client-cert-auth - --auto-tls", "auto-tls", Reading::NotGiven),
        (Apiserver, "--profiling true --anonymous-auth=false", "anonymous-auth", values(&["false"])),
    ];
    for (component, line, flag, expected) in cases {
        let switch = component.flag_kind(flag) == FlagKind::Boolean;
        assert_eq!(parse(component, line).get(flag, switch), expected, "{line}");
    }
}

fn values(values: &[&'static str]) -> Reading<'static> {
    Reading::Values(values.to_vec())
}

#[test]
fn a_flag_after_an_unknown_flag_without_value_is_ambiguous() {
    let ambiguous = |line: &str, flag: &str| {
        let arguments = parse(Component::Kubelet, line);
        matches!(arguments.get(flag, true), Reading::Ambiguous { .. })
    };
    let cases = [
        ("--new --anonymous-auth=false", "anonymous-auth", true),
        ("--new --anonymous-auth=false --v=2", "v", false),
        ("--new=1 --anonymous-auth=false", "anonymous-auth", false),
        ("--new 1 --anonymous-auth=false", "anonymous-auth", false),
        ("--new -1 --anonymous-auth=false", "anonymous-auth", false),
        // If --new takes a value, --node-labels is none, and its next word is a flag.
        ("--new --node-labels --anonymous-auth=false", "anonymous-auth", true),
        ("--new --node-labels a=b --anonymous-auth=false", "anonymous-auth", false),
        ("--new -- --anonymous-auth=false", "anonymous-auth", true),
        ("--new --seccomp-default --anonymous-auth=false", "anonymous-auth", false),
    ];
    for (line, flag, expected) in cases {
        assert_eq!(ambiguous(line, flag), expected, "{line}");
    }
    let line = "--new --anonymous-auth=false";
    let word = "--anonymous-auth=false".to_owned();
    assert_eq!(parse(Component::Kubelet, line).get("anonymous-auth", true), Reading::Ambiguous { word });
}

/// What pflag, or Go's package `flag` for etcd, sets for each flag, if `--new` and `--newer` are boolean or not; `None` if the
/// component would not start.
fn model(component: Component, words: &[&str], new_flags: [bool; 2]) -> Option<Vec<(String, String)>> {
    let mut set = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if *word == "--" {
            break;
        }
        let Some(body) = word.strip_prefix('-').filter(|body| !body.is_empty()) else {
            // etcd refuses to start with anything but flags.
            if component == Component::Etcd {
                return None;
            }
            continue;
        };
        let long = body.strip_prefix('-').or((component == Component::Etcd).then_some(body));
        let (name, value) = match long {
            Some(long) => long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value))),
            None if body.starts_with('v') => ("v", body.strip_prefix("v=").or(body.get(1..)).filter(|v| !v.is_empty())),
            None => return None,
        };
        let is_boolean = match (component == Component::Etcd, name) {
            (false, "profiling" | "anonymous-auth") | (true, "auto-tls" | "client-cert-auth" | "v") => true,
            (false, "audit-log-path" | "node-labels" | "v") | (true, "data-dir" | "name") => false,
            (_, "new") => new_flags[0],
            (_, "newer") => new_flags[1],
            _ => return None,
        };
        let value = match value {
            Some(value) => value,
            None if is_boolean => "true",
            None => words.next()?,
        };
        set.push((name.to_owned(), value.to_owned()));
    }
    Some(set)
}

const WORDS: [&str; 20] = [
    "--profiling",
    "--profiling=false",
    "--anonymous-auth=true",
    "--anonymous-auth",
    "--audit-log-path",
    "--audit-log-path=x",
    "--node-labels",
    "--auto-tls",
    "-client-cert-auth",
    "--data-dir",
    "-name=-",
    "-v",
    "-v2",
    "--new",
    "--new=1",
    "--newer",
    "false",
    "-1",
    "--",
    "-",
];
const NAMES: [&str; 9] = [
    "profiling",
    "anonymous-auth",
    "audit-log-path",
    "node-labels",
    "auto-tls",
    "client-cert-auth",
    "data-dir",
    "name",
    "v",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_value_is_that_of_every_component_that_would_start(
        is_etcd in any::<bool>(),
        words in proptest::collection::vec(proptest::sample::select(&WORDS[..]), 0..8),
    ) {
        let component = if is_etcd { Component::Etcd } else { Component::Apiserver };
        let owned: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let arguments = Arguments::parse(component, &owned);
        let has_new = words.iter().any(|word| word.starts_with("--new"));
        for new_flags in [[false, false], [false, true], [true, false], [true, true]] {
            let Some(set) = model(component, &words, new_flags) else { continue };
            for name in NAMES.iter().filter(|name| component.flag_kind(name) != FlagKind::Unknown) {
                let expected: Vec<&str> = set.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect();
                let got = arguments.get(name, component.flag_kind(name) == FlagKind::Boolean);
                match got {
                    Reading::NotGiven => prop_assert!(expected.is_empty(), "{words:?} {new_flags:?} {name}"),
                    Reading::Values(values) => prop_assert_eq!(values, expected, "{:?} {:?} {}", words, new_flags, name),
                    Reading::Ambiguous { .. } => prop_assert!(has_new, "{words:?} {name}"),
                }
            }
        }
    }
}
