//! Where a platform keeps its data, and where it is on a node.

use crate::source::node::Process;
use serde::Deserialize;

/// Where a platform keeps its data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DataDirectory {
    /// Where it is unless it was moved.
    pub default: String,
    /// What follows it in the path of the platform's executable, such as `/data/*/bin/*`.
    #[serde(default)]
    pub executables: Vec<String>,
    /// What follows it in the arguments of its components, such as `/server/tls/`.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// The flag of its program that names it.
    pub flag: Option<String>,
}

/// Where the data is on a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DataDirectories {
    /// The directories, never none: each program of the platform has its own, and arguments may name several.
    pub(super) paths: Vec<String>,
    /// Where what runs does not agree.
    pub(super) disagreements: Vec<String>,
}

impl DataDirectory {
    /// The directories that the platform's own programs say by their flag, by the arguments of what they contain, or by their
    /// executable; else the arguments and executables of the components, else the usual one. `own` are the platform's programs
    /// among the processes. A process may be there twice, with the arguments of what it contains.
    pub(super) fn of(&self, processes: &[&Process], own: &[&Process]) -> DataDirectories {
        let mut found = DataDirectories::default();
        let mut pids: Vec<u32> = own.iter().map(|process| process.pid).collect();
        pids.sort_unstable();
        pids.dedup();
        let mut is_silent = false;
        for pid in pids {
            let of_process: Vec<&Process> =
                own.iter().chain(processes).filter(|process| process.pid == pid).copied().collect();
            let said = self.of_program(&of_process, &mut found.disagreements);
            is_silent |= said.is_empty();
            found.add(said);
        }
        if is_silent && !found.paths.is_empty() {
            found.add(vec![self.default.clone()]);
        }
        if found.paths.is_empty() {
            found.add(self.by_arguments(processes));
        }
        if found.paths.is_empty() {
            found.add(self.by_executable(processes).into_iter().collect());
        }
        if found.paths.is_empty() {
            found.add(vec![self.default.clone()]);
        }
        found
    }

    /// The directories that one program says.
    fn of_program(&self, process: &[&Process], disagreements: &mut Vec<String>) -> Vec<String> {
        if let Some(flag) = &self.flag
            && let Some(path) = process.iter().find_map(|process| flag_value(&process.argv, flag))
        {
            return vec![path.to_owned()];
        }
        let (named, executable) = (self.by_arguments(process), self.by_executable(process));
        let pid = process.first().map(|process| process.pid).unwrap_or_default();
        match (&named[..], executable) {
            ([], executable) => executable.into_iter().collect(),
            ([first], Some(executable)) if *first != executable => {
                disagreements.push(format!(
                    "the arguments of what process {pid} contains name files below {first}, but its executable is below \
                     {executable}; {first} counts"
                ));
                named
            }
            ([_], _) => named,
            (several, _) => {
                disagreements.push(format!(
                    "the arguments of what process {pid} contains name files below {}: each of them is judged",
                    several.join(" and ")
                ));
                named
            }
        }
    }

    fn by_executable(&self, processes: &[&Process]) -> Option<String> {
        let executables = processes.iter().filter_map(|process| process.exe.as_deref());
        let mut ends = executables.flat_map(|exe| self.executables.iter().map(move |end| (exe, end)));
        ends.find_map(|(exe, end)| before_pattern(exe, end)).map(str::to_owned)
    }

    /// The directories in arguments, the one that is named most often first.
    fn by_arguments(&self, processes: &[&Process]) -> Vec<String> {
        let words = processes.iter().flat_map(|process| process.argv.iter()).flat_map(|word| word.split_whitespace());
        let mut found: Vec<(String, usize)> = Vec::new();
        for word in words {
            let path = word.split_once('=').map_or(word, |(_, path)| path);
            let mut ends = self.arguments.iter().filter_map(|part| path.find(part.as_str()));
            let Some(directory) = ends.next().map(|at| &path[..at]).filter(|start| start.starts_with('/')) else {
                continue;
            };
            if let Some((_, count)) = found.iter_mut().find(|(known, _)| known == directory) {
                *count += 1;
            } else if found.len() < MAX_DIRECTORIES {
                found.push((directory.to_owned(), 1));
            }
        }
        found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        found.into_iter().map(|(directory, _)| directory).collect()
    }
}

/// Different directories in arguments that are looked at.
const MAX_DIRECTORIES: usize = 10;

impl DataDirectories {
    fn add(&mut self, paths: Vec<String>) {
        for path in paths {
            if !self.paths.contains(&path) {
                self.paths.push(path);
            }
        }
    }
}

/// The value of a flag on a command line. The last one counts.
fn flag_value<'w>(argv: &'w [String], flag: &str) -> Option<&'w str> {
    let mut words = argv.iter().flat_map(|word| word.split_whitespace());
    let mut last = None;
    while let Some(word) = words.next() {
        match word.split_once('=') {
            Some((name, value)) if name == flag => last = Some(value),
            None if word == flag => last = words.next().or(last),
            Some(_) | None => {}
        }
    }
    last
}

/// What of a path comes before an end that fits a pattern: of `/mnt/x/data/1a/bin/k3s` and `/data/*/bin/*` that is `/mnt/x`.
fn before_pattern<'p>(path: &'p str, pattern: &str) -> Option<&'p str> {
    let parts = |text: &str| text.matches('/').count();
    let (start, _) = path.rmatch_indices('/').nth(parts(pattern).checked_sub(1)?)?;
    let same = path[start..].split('/').zip(pattern.split('/')).all(|(name, wanted)| wanted == "*" || wanted == name);
    (start > 0 && same).then(|| &path[..start])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::node::{ProcessSource as _, RecordedSource};

    fn directories(processes: &str) -> DataDirectories {
        let data = DataDirectory {
            default: "/var/lib/rancher/k3s".to_owned(),
            executables: vec!["/data/*/bin/*".to_owned()],
            arguments: vec!["/server/tls/".to_owned()],
            flag: Some("--data-dir".to_owned()),
        };
        let source = RecordedSource::parse(&format!("processes: [{processes}]")).expect("a host");
        let processes = source.processes(&["k3s", "k3s server", "kubelet"]).expect("processes");
        let own: Vec<&Process> = processes.iter().filter(|process| process.argv[0].starts_with("k3s")).collect();
        data.of(&processes.iter().collect::<Vec<_>>(), &own)
    }

    #[test]
    fn the_data_directory_is_that_of_what_runs() {
        for (processes, expected) in [
            ("{ argv: [k3s server], exe: /var/lib/rancher/k3s/data/1a/bin/k3s }", &["/var/lib/rancher/k3s"][..]),
            ("{ argv: [k3s server], exe: /mnt/data/x/data/1a/bin/k3s }", &["/mnt/data/x"]),
            ("{ argv: [k3s, --client-ca-file=/srv/k/server/tls/client-ca.crt] }", &["/srv/k"]),
            ("{ argv: [k3s, server, --data-dir, /srv/d] }", &["/srv/d"]),
            ("{ argv: [k3s, server, --data-dir=/srv/d] }", &["/srv/d"]),
            ("{ argv: [k3s, server, --data-dir=/srv/d, --data-dir, /srv/e] }", &["/srv/e"]),
            ("{ argv: [k3s server], exe: /usr/local/bin/k3s }", &["/var/lib/rancher/k3s"]),
            ("{ argv: [k3s, --x=server/tls/ca.crt] }", &["/var/lib/rancher/k3s"]),
            // A component that is no program of the platform says it only where these say nothing.
            (
                "{ argv: [k3s server], exe: /srv/k/data/1/bin/k3s }, { argv: [kubelet, --x=/opt/server/tls/a], pid: 7 }",
                &["/srv/k"],
            ),
            ("{ argv: [kubelet, --x=/opt/server/tls/a], exe: /srv/data/1/bin/kubelet }", &["/opt"]),
            ("{ argv: [kubelet], exe: /srv/data/1/bin/kubelet }", &["/srv"]),
            // Each of two programs has its own, in the order of their numbers.
            (
                "{ argv: [k3s server], exe: /srv/k/data/1/bin/k3s }, { argv: [k3s server], exe: /srv/l/data/1/bin/k3s, pid: 7 }",
                &["/srv/l", "/srv/k"],
            ),
        ] {
            let found = directories(processes);
            assert_eq!(found.paths, expected, "{processes}");
            assert_eq!(found.disagreements, Vec::<String>::new(), "{processes}");
        }
    }

    #[test]
    fn arguments_count_more_than_the_executable_and_the_difference_is_said() {
        let found = directories("{ argv: [k3s, --x=/mnt/k/server/tls/a], exe: /srv/k/data/1/bin/k3s }");
        assert_eq!(found.paths, ["/mnt/k"]);
        assert!(found.disagreements[0].contains("below /srv/k; /mnt/k counts"), "{:?}", found.disagreements);
        let found = directories("{ argv: [k3s, --x=/a/server/tls/a, --y=/b/server/tls/b, --z=/b/server/tls/c] }");
        assert_eq!(found.paths, ["/b", "/a"]);
        assert!(
            found.disagreements[0].contains("below /b and /a: each of them is judged"),
            "{:?}",
            found.disagreements
        );
    }
}
