//! K3s: the components run inside its process, which logs a line for each one that it starts.

use super::{LeftOut, etcd_file, flag_and_value, program_of, take_processes, words_of};
use serde_json::{Value as Json, json};

const PID: u32 = 2226;
const UNIT: &str = "k3s.service";

/// Puts the arguments of the components into the journal, and those of etcd into its file.
pub(super) fn move_settings(host: &mut Json) -> Result<(), LeftOut> {
    let mut entries = vec![entry(-30, 1, "init.scope", "Starting k3s.service...".to_owned())];
    let processes = take_processes(host);
    let has_etcd = processes.iter().any(|process| program_of(process) == "etcd");
    for process in &processes {
        let program = program_of(process);
        let mut words = words_of(process);
        if program == "etcd" {
            etcd_file::add(host, &words)?;
            continue;
        }
        if program == "kube-apiserver" && has_etcd && !words.iter().any(|word| word.starts_with("--etcd-servers=")) {
            words.push("--etcd-servers=https://127.0.0.1:2379".to_owned());
        }
        entries.push(entry(5, PID, UNIT, line(program, words)?));
    }
    // By then everything is started.
    entries.push(entry(1000, PID, UNIT, "time=\"2026-02-03T04:25:06Z\" level=info msg=\"Still here\"".to_owned()));
    host["journal_entries"] = json!(entries);
    Ok(())
}

/// The line of a component: its arguments are sorted by name.
fn line(program: &str, mut words: Vec<String>) -> Result<String, LeftOut> {
    if words.iter().any(|word| flag_and_value(word).is_none()) {
        return Err("K3s writes every argument as --name=value");
    }
    if words.iter().any(|word| word.contains(char::is_whitespace)) {
        return Err("a line of K3s with a blank in a value is not read");
    }
    words.sort_by(|one, other| spelled(one).cmp(spelled(other)));
    for (number, word) in words.iter().enumerate() {
        let is_same = |before: &String| setting(before) == setting(word) && spelled(before) != spelled(word);
        if words[..number].iter().any(is_same) {
            return Err("sorted by name, another one of two names of a setting may be the last");
        }
    }
    let text = format!("Running {program} {}", words.join(" "));
    let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
    Ok(format!("time=\"2026-02-03T04:05:06Z\" level=info msg=\"{quoted}\""))
}

/// The name of a flag as it is written.
fn spelled(word: &str) -> &str {
    word.split('=').next().unwrap_or_default()
}

/// The setting that a flag is about: some have two names.
fn setting(word: &str) -> String {
    let name = spelled(word).replace('_', "-");
    name.replacen("--experimental-", "--", 1).replacen("--insecure-", "--", 1)
}

fn entry(seconds: i32, pid: u32, unit: &str, message: String) -> Json {
    json!({
        "seconds": seconds, "_PID": pid, "_UID": 0, "_SYSTEMD_UNIT": unit, "_BOOT_ID": "this boot", "MESSAGE": message,
    })
}
