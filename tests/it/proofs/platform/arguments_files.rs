//! MicroK8s: the components run inside kubelite, and the arguments of each are in a file with one a line.

use super::{LeftOut, program_of, take_processes, words_of};
use serde_json::{Value as Json, json};

/// The directory of a revision of the snap, to which `current` leads: the flags of kubelite say it.
const FOLDER: &str = "/var/snap/microk8s/7000/args";

/// Puts the arguments of the components into their files. The cluster's data is in dqlite, so there is no etcd.
pub(super) fn move_settings(host: &mut Json) -> Result<(), LeftOut> {
    let processes = take_processes(host);
    let mut argv = vec!["/snap/microk8s/7000/kubelite".to_owned()];
    for process in &processes {
        let program = program_of(process);
        if program == "etcd" {
            continue;
        }
        let words = words_of(process);
        if !words.iter().all(|word| is_line(word)) {
            return Err("a line of a file of arguments is one flag");
        }
        let path = format!("{FOLDER}/{program}");
        let flag = program.strip_prefix("kube-").unwrap_or(program);
        argv.push(format!("--{flag}-args-file={path}"));
        let files = host["files"].as_array_mut().expect("files");
        files.push(json!({ "path": path, "mode": "600", "content": words.join("\n") + "\n" }));
    }
    let has = |program: &str| processes.iter().any(|process| program_of(process) == program);
    if !["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"].into_iter().all(has) {
        return Err("kubelite runs every component");
    }
    let kubelite = json!({ "argv": argv, "pid": 700, "cgroup": "/system.slice/snap.microk8s.daemon-kubelite.service" });
    host["processes"].as_array_mut().expect("processes").push(kubelite);
    Ok(())
}

/// Whether a word reads the same as a line: blanks at its ends and line breaks are lost, and `$` begins a variable.
fn is_line(word: &str) -> bool {
    word.starts_with("--") && word.trim() == word && !word.contains(['\n', '$'])
}
