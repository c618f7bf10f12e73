//! Replaces the variables of a definition file, such as `$kubeletconf`, with the programs and files of one node.

use crate::model::Target;
use crate::node::{Candidates, Config};
use crate::source::node::{HostPath, NodeSource, Process, base_name};
use std::collections::BTreeSet;

/// The values of a target's variables, in the order in which they are replaced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Substitutions {
    programs: Vec<(String, String)>,
    paths: Vec<(String, String)>,
}

impl Substitutions {
    /// Determines the values for the file of a target.
    pub fn find(config: &Config, target: Target, source: &dyn NodeSource) -> Self {
        let settings = config.target(target);
        let components = || settings.components.iter().filter_map(|name| Some((name, settings.candidates(name)?)));
        let mut paths = Vec::new();
        let existing =
            existing(components().flat_map(|(_, c)| PATH_VARIABLES.map(|(_, of, _)| of(c))).flatten(), source);
        for (suffix, paths_of, default) in PATH_VARIABLES {
            for (name, candidates) in components() {
                let found = paths_of(candidates).iter().find(|path| existing.contains(path)).cloned();
                let value = found.or_else(|| default(candidates).clone()).unwrap_or_else(|| name.clone());
                paths.push((format!("${name}{suffix}"), value));
            }
        }
        Self { programs: programs(components().collect(), source).unwrap_or_default(), paths }
    }

    /// The text with its variables replaced, and the programs among the values.
    pub fn apply(&self, text: &str) -> (String, Vec<String>) {
        let mut text = text.to_owned();
        let mut programs = Vec::new();
        for (variable, program) in &self.programs {
            if text.contains(variable) {
                programs.push(program.clone());
            }
            text = text.replace(variable, &quote_words(program));
        }
        for (variable, value) in &self.paths {
            text = text.replace(variable, &quote_words(value));
        }
        (text, programs)
    }
}

/// Those of the paths that exist.
fn existing<'p>(paths: impl Iterator<Item = &'p String>, source: &dyn NodeSource) -> BTreeSet<&'p String> {
    let paths: Vec<&String> = paths.filter(|path| path.starts_with('/')).collect::<BTreeSet<_>>().into_iter().collect();
    let asked: Vec<HostPath> = paths.iter().map(HostPath::host).collect();
    let mut together = source.metadata_all(&asked).into_iter();
    let mut exists = |path: &HostPath| match together.next() {
        Some(metadata) => metadata.is_ok_and(|metadata| metadata.followed.is_ok()),
        None => source.stat(path).is_ok(),
    };
    paths.into_iter().zip(&asked).filter(|(_, path)| exists(path)).map(|(path, _)| path).collect()
}

/// The suffix of a variable, its candidate paths and its default.
type PathVariable = (&'static str, fn(&Candidates) -> &[String], fn(&Candidates) -> &Option<String>);

/// In the order of replacement.
const PATH_VARIABLES: [PathVariable; 5] = [
    ("conf", |c| &c.confs, |c| &c.defaultconf),
    ("svc", |c| &c.svc, |c| &c.defaultsvc),
    ("kubeconfig", |c| &c.kubeconfig, |c| &c.defaultkubeconfig),
    ("cafile", |c| &c.cafile, |c| &c.defaultcafile),
    ("datadir", |c| &c.datadirs, |c| &c.defaultdatadir),
];

/// The running program of each component that has candidates; `None` if a required component does not run.
fn programs(components: Vec<(&String, &Candidates)>, source: &dyn NodeSource) -> Option<Vec<(String, String)>> {
    let names: Vec<&str> = components.iter().flat_map(|(_, c)| &c.bins).filter_map(|b| b.split(' ').next()).collect();
    let processes = source.processes(&names).unwrap_or_default();
    let mut programs = Vec::new();
    for (name, candidates) in components.into_iter().filter(|(_, c)| !c.bins.is_empty()) {
        let running = candidates.bins.iter().find(|bin| processes.iter().any(|p| is_running_as(bin, p)));
        match running {
            Some(bin) => programs.push((format!("${name}bin"), bin.clone())),
            None if candidates.optional => programs.push((format!("${name}bin"), name.clone())),
            None => return None,
        }
    }
    Some(programs)
}

/// Whether a process has the candidate's first word as its name, and its command line starts with the whole candidate.
fn is_running_as(candidate: &str, process: &Process) -> bool {
    let Some(first) = candidate.split(' ').next() else {
        return false;
    };
    let has_name = |path: &str| base_name(path) == first;
    let matches = process.exe.as_deref().is_some_and(has_name) || process.argv.first().is_some_and(|a| has_name(a));
    let line = process.argv.join(" ");
    let path = line.split(' ').next().unwrap_or_default();
    let directory = path.len() - base_name(path).len();
    matches && line[directory..].starts_with(candidate)
}

/// Quotes a value of several words for the shell.
fn quote_words(value: &str) -> String {
    if value.contains(char::is_whitespace) { format!("'{value}'") } else { value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::node::RecordedSource;

    const CONFIG: &str = "
node:
  components: [kubelet, proxy, nothing]
  kubelet:
    bins: [kubelet, hyperkube kubelet]
    confs: [/etc/none.yaml, /etc/kubelet.yaml]
    defaultsvc: /etc/default.service
    datadirs: ['/var/lib/with blank']
  proxy:
    optional: true
    bins: [kube-proxy]
    kubeconfig: [/etc/none]
    defaultkubeconfig: /etc/proxy.conf
master:
  components: [apiserver, flanneld]
  apiserver: { bins: [kube-apiserver] }
  flanneld: { optional: true, bins: [flanneld] }
";

    fn apply(target: Target, node: &str, text: &str) -> (String, Vec<String>) {
        let config: Config = serde_saphyr::from_str(CONFIG).expect("parse configuration");
        let source = RecordedSource::parse(node).expect("node");
        Substitutions::find(&config, target, &source).apply(text)
    }

    #[test]
    fn replaces_each_kind_of_variable() {
        let node = "processes: [{argv: [/opt/hyperkube, kubelet, --x]}]\nfiles: [{path: /etc/kubelet.yaml}]\ndirs: [{path: '/var/lib/with blank'}]";
        let cases = [
            ("ps -fC $kubeletbin", "ps -fC 'hyperkube kubelet'"),
            ("$proxybin", "proxy"),
            ("$nothingbin", "$nothingbin"),
            ("$kubeletconf", "/etc/kubelet.yaml"),
            ("$kubeletsvc", "/etc/default.service"),
            ("$kubeletkubeconfig", "kubelet"),
            ("$proxykubeconfig", "/etc/proxy.conf"),
            ("$kubeletcafile", "kubelet"),
            ("$kubeletdatadir/x", "'/var/lib/with blank'/x"),
            ("$nothingconf", "$nothingconf"),
        ];
        for (text, expected) in cases {
            assert_eq!(apply(Target::Node, node, text).0, expected, "{text}");
        }
        assert_eq!(apply(Target::Node, node, "$kubeletbin $kubeletbin $proxybin").1, ["hyperkube kubelet", "proxy"]);
    }

    #[test]
    fn replaces_no_program_if_a_required_one_does_not_run() {
        let none = "processes: [{argv: [flanneld]}]";
        assert_eq!(
            apply(Target::Master, none, "$apiserverbin $flanneldbin"),
            ("$apiserverbin $flanneldbin".to_owned(), vec![])
        );
        let similar = "processes: [{argv: [/bin/kube-apiserver-old]}, {argv: [sh, -c, kube-apiserver]}]";
        assert_eq!(apply(Target::Master, similar, "$apiserverbin").0, "$apiserverbin");
        let running = "processes: [{argv: [/bin/kube-apiserver, --x]}]";
        assert_eq!(apply(Target::Master, running, "$apiserverbin $flanneldbin").0, "kube-apiserver flanneld");
    }
}
