//! The commands in the `sh` blocks of the pages: those of nodeproof are run, on described hosts and in a folder of their own.
//! What is in a `console` block, with its output, is compared in `pages`.

use crate::examples::AWS;
use crate::pages::{blocks, pages};
use crate::support::{called_as, nodeproof, repository, text_of};
use std::fs;
use std::path::Path;

/// Commands that are not run, by their first words, with the reason. Those of nodeproof are parsed in `pages`.
const NOT_RUN: [(&str, &str); 22] = [
    ("docker build", "needs a container engine"),
    ("docker run", "needs a container engine"),
    ("kubectl", "needs a cluster"),
    ("helm", "needs a cluster"),
    ("ssh", "needs another machine"),
    ("cargo", "builds and tests this repository"),
    ("sudo -E env", "runs all of the continuous integration"),
    ("sudo apt-get", "changes this machine"),
    ("sudo tests/checkers", "changes this machine"),
    ("CARGO_PROFILE_RELEASE_STRIP=", "builds this repository"),
    ("NODEPROOF_WRITE_", "changes this repository"),
    ("KEEP=1 scripts/fuzz.sh", "takes long"),
    ("scripts/fuzz.sh", "takes long"),
    ("benches/node.sh", "takes long, and needs root"),
    ("man -l", "shows a page on a terminal"),
    ("while IFS=", "belongs to the loop of a shell"),
    ("printf %s", "belongs to the loop of a shell"),
    ("aws", "needs an account"),
    ("do", "belongs to the loop of a shell"),
    ("for kind in", "belongs to the loop of a shell"),
    ("mkdir", "belongs to the loop of a shell"),
    ("ln -s", "changes this machine"),
];

/// What follows these words of a command line runs in the folder of the test, in place of the paths that the page names.
const ELSEWHERE: [(&str, &str); 4] = [
    ("/var/lib/nodeproof/", "out/"),
    ("/tmp/", "out/"),
    ("/etc/kube-bench/cfg", "kube-bench"),
    ("examples/reports/", "out/"),
];

/// The arguments of a command of nodeproof that can run here: as a user writes it, or from a checkout.
fn arguments(command: &str) -> Option<Vec<&str>> {
    let words: Vec<&str> = command.split_whitespace().skip_while(|word| *word == "sudo").collect();
    match words[..] {
        ["nodeproof" | "target/release/nodeproof", ..] => Some(words[1..].to_vec()),
        ["cargo", "run", "--release", "--", ..] => Some(words[4..].to_vec()),
        ["cargo", "run", "--", ..] => Some(words[3..].to_vec()),
        _ => None,
    }
}

/// Whether a command asks the API server of a cluster, or reads lists that another program pipes to it.
fn needs_cluster(arguments: &[&str]) -> bool {
    let asks = arguments.first().is_some_and(|first| ["cluster", "who-can"].contains(first));
    let given = arguments.iter().position(|word| *word == "--cluster").and_then(|at| arguments.get(at + 1));
    arguments.contains(&"--kubeconfig") || (asks && given.is_none_or(|path| *path == "-"))
}

fn copy(from: &str, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(repository(from)).unwrap_or_else(|e| panic!("{from}: {e}")) {
        let entry = entry.expect("an entry");
        let (name, target) = (entry.file_name(), to.join(entry.file_name()));
        if entry.file_type().expect("a type").is_dir() {
            copy(&format!("{from}/{}", name.display()), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// The commands of a block, without comments, joined where a line goes on.
fn commands(block: &str) -> Vec<String> {
    let lines = block.replace("\\\n", " ");
    let code = lines.lines().map(|line| if line.starts_with('#') { "" } else { line.split(" #").next().unwrap_or("") });
    let parts = code.flat_map(|line| line.split(['|', ';']).flat_map(|part| part.split("&&")));
    // What is behind `>` is a file.
    let commands = parts.map(|part| part.split('>').next().unwrap_or_default().trim().to_owned());
    commands.filter(|command| !command.is_empty()).collect()
}

#[test]
fn commands_in_the_pages_run() {
    let host = text_of(&repository("examples/hosts/worker.yaml"));
    let manifest = text_of(&repository("examples/workloads/by-digest.yaml"));
    let (mut run, mut used, mut faults) = (0, vec![false; NOT_RUN.len()], vec![]);
    for page in pages() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("out")).expect("a folder");
        copy("examples/hosts", &folder.path().join("examples/hosts"));
        copy("testdata/kube-bench", &folder.path().join("kube-bench"));
        copy("examples/clusters", &folder.path().join("examples/clusters"));
        copy("examples/clusters/shop", &folder.path().join("lists"));
        copy("examples/workloads", &folder.path().join("deploy"));
        copy("testdata/kubesec/manifests", &folder.path().join("manifests"));
        for command in blocks(&text_of(&repository(&page)), "sh").iter().flat_map(|block| commands(block)) {
            // It repeats until it is stopped.
            let is_endless = command.contains(" --every ");
            if arguments(&command).is_some_and(|arguments| needs_cluster(&arguments)) {
                continue;
            }
            if let Some(arguments) = command.strip_prefix("kubesec ") {
                let (_link, mut kubesec) = called_as("kubesec");
                let output = kubesec.current_dir(folder.path()).args(arguments.split(' ')).output().expect("it runs");
                run += 1;
                if !output.status.success() {
                    faults.push(format!("{page}: {command}\n{}", String::from_utf8_lossy(&output.stdout)));
                }
                continue;
            }
            let Some(arguments) = arguments(&command).filter(|_| !is_endless) else {
                let known = NOT_RUN.iter().position(|(words, _)| command.starts_with(words));
                match known {
                    Some(index) => used[index] = true,
                    None if is_endless => {}
                    None => faults.push(format!("{page}: neither run nor listed: {command}")),
                }
                continue;
            };
            let moved = arguments
                .iter()
                .map(|word| ELSEWHERE.iter().fold((*word).to_owned(), |word, (from, to)| word.replace(from, to)));
            let moved: Vec<String> = moved.collect();
            let mut program = nodeproof();
            program.envs(AWS);
            if moved.first().is_none_or(|first| first.starts_with('-') || ["run", "snapshot"].contains(&first.as_str()))
            {
                // The machine of the test is not a node.
                program.env("NODEPROOF_HOST", "examples/hosts/worker.yaml");
            }
            let reads_manifest = moved.first().is_some_and(|first| first == "scan");
            let input = if reads_manifest { &manifest } else { &host };
            let output = program.current_dir(folder.path()).args(&moved).write_stdin(input.clone()).output();
            let output = output.expect("it runs");
            run += 1;
            if !output.status.success() {
                faults.push(format!("{page}: {command}\n{}", String::from_utf8_lossy(&output.stderr)));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(run > 12, "{run} commands");
    let unused: Vec<&str> =
        NOT_RUN.iter().zip(&used).filter(|(_, used)| !**used).map(|((words, _), _)| *words).collect();
    assert!(unused.is_empty(), "no page has them: {unused:?}");
}

#[test]
fn the_readme_says_how_to_install_it_before_it_runs_it() {
    let readme = text_of(&repository("README.md"));
    let (_, install) = readme.split_once("\n## Install\n").expect("a section");
    let install = install.split("\n## ").next().unwrap_or_default();
    for word in ["cargo install --locked --path .", "docker build", "kubectl apply -k deploy", "deploy/job.yaml"] {
        assert!(install.contains(word), "{word} is not in\n{install}");
    }
    let at = |words: &str| readme.find(words).unwrap_or_else(|| panic!("{words} is not in the README"));
    assert!(at("docker build") < at("docker run"));
}
