//! Described hosts: what a file may say, what it need not say, and how it is read.

use crate::support::{check, nodeproof};
use rustix::fs::{CWD, FileType, mknodat};
use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// Longer than any of these commands takes on a busy machine.
const AT_ONCE: Duration = Duration::from_secs(20);

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    fs::write(&file, text).expect("a file");
    file
}

fn run(arguments: &[&str]) -> Output {
    nodeproof().args(arguments).timeout(AT_ONCE).output().expect("it ends")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An API server whose manifest is described by these keys.
fn host(keys: &str) -> String {
    format!(
        "files:\n- {{ path: /etc/kubernetes/manifests/kube-apiserver.yaml{keys} }}\nprocesses:\n- {{ argv: [kube-apiserver] }}\n"
    )
}

#[test]
fn what_is_not_given_does_not_pass() {
    let folder = tempfile::tempdir().expect("a folder");
    let cases = [
        (", mode: '600', owner: root, group: root", "PASS", "PASS"),
        (", mode: '600'", "PASS", "PASS"),
        (", owner: root, group: root", "FAIL", "PASS"),
        (", owner: root", "FAIL", "FAIL"),
        (", mode: '666', owner: alice", "FAIL", "FAIL"),
        ("", "FAIL", "FAIL"),
    ];
    for (keys, mode, owner) in cases {
        let text = format!("accounts: {{ alice: 1000 }}\n{}", host(keys));
        let file = write(folder.path(), "host.yaml", &text);
        let path = file.to_str().expect("a path");
        let output = run(&["run", "--json", "--benchmark", "cis-1.12", "-c", "1.1.1,1.1.2", "--host", path]);
        let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
        assert_eq!(check(&report, "1.1.1")["status"], mode, "{keys}: {}", check(&report, "1.1.1"));
        assert_eq!(check(&report, "1.1.2")["status"], owner, "{keys}: {}", check(&report, "1.1.2"));
    }
    let file = write(folder.path(), "host.yaml", &host(""));
    let path = file.to_str().expect("a path");
    let output = run(&["run", "--format", "report", "--benchmark", "cis-1.12", "-c", "1.1.1,1.1.2", "--host", path]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    for (index, what) in [(0, "mode"), (1, "owner")] {
        let check = &report["checks"][index];
        assert_eq!(check["status"], "undetermined", "{check}");
        let words = format!("the {what} of /etc/kubernetes/manifests/kube-apiserver.yaml is not described");
        assert!(check["reason"].as_str().is_some_and(|reason| reason.contains(&words)), "{check}");
    }
}

#[test]
fn a_shell_audit_of_what_is_not_given_does_not_pass() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("own")).expect("a folder");
    let audit = |id: &str, format: &str| {
        format!(
            "  - id: {id}\n    scored: true\n    audit: stat -c {format} /etc/a\n    tests: {{ test_items: [{{ flag: '600', set: false }}] }}\n"
        )
    };
    let checks: String = [("1.1", "%a"), ("1.2", "%U"), ("1.3", "%A")].map(|(id, format)| audit(id, format)).concat();
    let target = format!("id: 1\ntext: t\ntype: node\ngroups:\n- id: '1'\n  text: g\n  checks:\n{checks}");
    write(folder.path(), "own/node.yaml", &target);
    let file = write(folder.path(), "host.yaml", "files: [{ path: /etc/a }]\nprocesses: [{ argv: [kubelet] }]\n");
    let paths = [folder.path(), &file].map(|path| path.to_str().expect("a path"));
    let output = run(&["run", "--json", "--benchmark", "own", "-D", paths[0], "--host", paths[1]]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", stderr(&output)));
    for id in ["1.1", "1.2", "1.3"] {
        let check = check(&report, id);
        assert_eq!(check["status"], "FAIL", "{check}");
        assert!(check["reason"].as_str().is_some_and(|reason| reason.contains("is not described")), "{check}");
    }
}

#[test]
fn an_unknown_key_is_refused_at_its_position() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "host.yaml", &host(", mod: '777'"));
    let path = file.to_str().expect("a path");
    let output = run(&["--benchmark", "cis-1.12", "--host", path]);
    assert_eq!(output.status.code(), Some(3));
    let message = format!("nodeproof: --host: {path}:2:58: unknown key `mod`; did you mean `mode`?\n");
    assert_eq!(stderr(&output), message);
}

#[test]
fn lint_finds_everything_that_is_wrong_in_a_described_host() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys =
        "name: n\nfiles:\n- { path: /a, mod: '777' }\n- { path: /b, mode: [6] }\nprocesses:\n- { pid: 1 }\nfiels: []\n";
    let values = "dirs:\n- { path: a }\nfiles:\n- { path: /b, owner: eve }\njournal: { /x: [] }\n";
    let cases = [
        (
            "keys.yaml",
            keys,
            vec!["3:15: error: unknown key `mod`", "6:3: error: missing key `argv`", "7:1: error: unknown key `fiels`"],
        ),
        (
            "values.yaml",
            values,
            vec!["2:3: error: a: the path", "4:3: error: /b: unknown account", "5:10: error: journal: "],
        ),
        ("sound.yaml", "name: n\nfiles: [{ path: /a, mode: 600 }]\n", vec![]),
        ("sound.json", "{\"snapshot\": {\"format\": 2, \"probes\": []}, \"files\": []}", vec![]),
    ];
    for (name, text, expected) in cases {
        let file = write(folder.path(), name, text);
        let path = file.to_str().expect("a path");
        let output = run(&["lint", path]);
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(if expected.is_empty() { 0 } else { 3 }), "{name}: {printed}");
        for line in &expected {
            assert!(printed.contains(&format!("{path}:{line}")), "{name}: {line} is not in\n{printed}");
        }
    }
    for host in ["examples/hosts", "testdata/hosts", "testdata/oracle/kubeadm-control-plane.json"] {
        let output =
            nodeproof().current_dir(env!("CARGO_MANIFEST_DIR")).args(["lint", host]).output().expect("it runs");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(printed.starts_with("0 errors, 0 warnings in "), "{host}: {printed}");
    }
}

#[test]
fn a_file_without_an_end_is_refused_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let fifo = folder.path().join("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, 0o600.into(), 0).expect("a FIFO");
    let fifo = fifo.to_str().expect("a path");
    for (path, what) in [(fifo, "a FIFO"), ("/dev/zero", "a device"), ("/dev/null", "a device")] {
        let commands: [&[&str]; 5] = [
            &["--benchmark", "cis-1.12", "--host", path],
            &["--host", "example", "--config", path],
            &["snapshot", "--host", path],
            &["convert", path],
            &["lint", path],
        ];
        for arguments in commands {
            let output = run(arguments);
            assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", stderr(&output));
            let words =
                format!("{path}: cannot be read: it is {what}, not a regular file; save what is to be read to a file");
            let found = stderr(&output).replace(" cannot be read", ": cannot be read").replace("::", ":");
            assert!(found.contains(&words), "{arguments:?}: {found}");
        }
    }
}

#[test]
fn a_pipe_on_standard_input_is_read_to_its_end_or_the_deadline() {
    let program = assert_cmd::cargo::cargo_bin("nodeproof");
    let start = |timeout: &str| {
        let mut command = Command::new(&program);
        command.args(["run", "--benchmark", "cis-1.12", "-c", "1.1.1", "--host", "/dev/stdin", "--timeout", timeout]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("it starts")
    };
    let mut reading = start("60s");
    let text = host(", mode: '600', owner: root, group: root");
    reading.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("a written text");
    let output = reading.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", stderr(&output));

    let mut waiting = start("200ms");
    let open = waiting.stdin.take();
    let output = waiting.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    let message = "/dev/stdin was not read before the deadline of 200ms; raise it with --timeout";
    assert!(stderr(&output).contains(message), "{}", stderr(&output));
    drop(open);
}
