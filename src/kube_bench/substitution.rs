//! The words such as `$kubeletconf` of a definition file, and what they stand for on one machine. Judges nothing.

use crate::model::Target;
use crate::node::{Candidates, Config};
use crate::source::node::{HostPath, NodeSource, Process, base_name};

/// What to put for each word, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Substitutions {
    programs: Vec<(String, String)>,
    paths: Vec<(String, String)>,
}

impl Substitutions {
    /// What the words of a target's file stand for.
    pub fn find(config: &Config, target: Target, host: &dyn NodeSource) -> Self {
        let part = config.target(target);
        let named = || part.components.iter().filter_map(|name| Some((name, part.candidates(name)?)));
        let mut paths = Vec::new();
        let exists = |path: &String| host.stat(&HostPath::host(path)).is_ok();
        for (kind, candidates, default) in KINDS {
            for (name, entry) in named() {
                let found = candidates(entry).iter().find(|path| path.starts_with('/') && exists(path)).cloned();
                let value = found.or_else(|| default(entry).clone()).unwrap_or_else(|| name.clone());
                paths.push((format!("${name}{kind}"), value));
            }
        }
        Self { programs: programs(named().collect(), host).unwrap_or_default(), paths }
    }

    /// The text with each word replaced, and the programs that were put into it.
    pub fn apply(&self, text: &str) -> (String, Vec<String>) {
        let mut text = text.to_owned();
        let mut programs = Vec::new();
        for (word, program) in &self.programs {
            if text.contains(word) {
                programs.push(program.clone());
            }
            text = text.replace(word, &quoted(program));
        }
        for (word, value) in &self.paths {
            text = text.replace(word, &quoted(value));
        }
        (text, programs)
    }
}

type Candidate = (&'static str, fn(&Candidates) -> &[String], fn(&Candidates) -> &Option<String>);

/// In the order in which they are replaced.
const KINDS: [Candidate; 5] = [
    ("conf", |c| &c.confs, |c| &c.defaultconf),
    ("svc", |c| &c.svc, |c| &c.defaultsvc),
    ("kubeconfig", |c| &c.kubeconfig, |c| &c.defaultkubeconfig),
    ("cafile", |c| &c.cafile, |c| &c.defaultcafile),
    ("datadir", |c| &c.datadirs, |c| &c.defaultdatadir),
];

/// The program of each component that has candidates; nothing at all where one does not run that must.
fn programs(components: Vec<(&String, &Candidates)>, host: &dyn NodeSource) -> Option<Vec<(String, String)>> {
    let wanted: Vec<&str> = components.iter().flat_map(|(_, c)| &c.bins).filter_map(|b| b.split(' ').next()).collect();
    let processes = host.processes(&wanted).unwrap_or_default();
    let mut programs = Vec::new();
    for (name, candidates) in components.into_iter().filter(|(_, c)| !c.bins.is_empty()) {
        let running = candidates.bins.iter().find(|bin| processes.iter().any(|p| runs(bin, p)));
        match running {
            Some(bin) => programs.push((format!("${name}bin"), bin.clone())),
            None if candidates.optional => programs.push((format!("${name}bin"), name.clone())),
            None => return None,
        }
    }
    Some(programs)
}

/// Whether a process bears a candidate's first word as its name, and its command line begins with the whole candidate.
fn runs(candidate: &str, process: &Process) -> bool {
    let Some(first) = candidate.split(' ').next() else {
        return false;
    };
    let named = |path: &str| base_name(path) == first;
    let is_it = process.exe.as_deref().is_some_and(named) || process.argv.first().is_some_and(|a| named(a));
    let line = process.argv.join(" ");
    let word = line.split(' ').next().unwrap_or_default();
    let folder = word.len() - base_name(word).len();
    is_it && line[folder..].starts_with(candidate)
}

/// Several words are kept together.
fn quoted(value: &str) -> String {
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

    fn text(target: Target, host: &str, text: &str) -> (String, Vec<String>) {
        let config: Config = serde_saphyr::from_str(CONFIG).expect("a configuration");
        let host = RecordedSource::parse(host).expect("a machine");
        Substitutions::find(&config, target, &host).apply(text)
    }

    #[test]
    fn each_kind_is_replaced_as_the_table_says() {
        let host = "processes: [{argv: [/opt/hyperkube, kubelet, --x]}]\nfiles: [{path: /etc/kubelet.yaml}]\ndirs: [{path: '/var/lib/with blank'}]";
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
        for (word, expected) in cases {
            assert_eq!(text(Target::Node, host, word).0, expected, "{word}");
        }
        assert_eq!(text(Target::Node, host, "$kubeletbin $kubeletbin $proxybin").1, ["hyperkube kubelet", "proxy"]);
    }

    #[test]
    fn one_program_that_must_run_and_does_not_keeps_all_from_being_replaced() {
        let nobody = "processes: [{argv: [flanneld]}]";
        assert_eq!(
            text(Target::Master, nobody, "$apiserverbin $flanneldbin"),
            ("$apiserverbin $flanneldbin".to_owned(), vec![])
        );
        let words = "processes: [{argv: [/bin/kube-apiserver-old]}, {argv: [sh, -c, kube-apiserver]}]";
        assert_eq!(text(Target::Master, words, "$apiserverbin").0, "$apiserverbin");
        let there = "processes: [{argv: [/bin/kube-apiserver, --x]}]";
        assert_eq!(text(Target::Master, there, "$apiserverbin $flanneldbin").0, "kube-apiserver flanneld");
    }
}
