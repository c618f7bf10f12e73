//! A run starts no other process and opens no connection.

use crate::live::LiveNode;
use crate::support::{repository, text_of};
use std::process::Command;
use tempfile::tempdir;

/// System calls that start a process or reach the network.
const FORBIDDEN: [&str; 9] = ["execve", "execveat", "fork", "vfork", "clone", "clone3", "socket", "connect", "sendto"];

#[test]
fn a_run_starts_nothing_and_connects_to_nothing() {
    let strace = ["/usr/bin/strace", "/bin/strace"].into_iter().find(|p| std::path::Path::new(p).exists());
    let Some(strace) = strace else {
        assert!(std::env::var_os("CI").is_none(), "strace is needed: apt-get install strace");
        println!("not checked: strace is not installed");
        return;
    };
    let text = text_of(&repository("testdata/oracle/kubeadm-control-plane.json"));
    let node = LiveNode::of(&serde_json::from_str(&text).expect("a description"));
    let folder = tempdir().expect("a folder");
    let log = folder.path().join("calls");
    let status = Command::new(strace)
        .args(["-f", "-e", &format!("trace={}", FORBIDDEN.join(",")), "-o"])
        .arg(&log)
        .arg(assert_cmd::cargo::cargo_bin("nodeproof"))
        .args(["run", "--benchmark", "cis-1.12", "--json", "--root"])
        .arg(node.root())
        .arg("--proc")
        .arg(node.proc())
        .stdout(std::process::Stdio::null())
        .status()
        .expect("strace runs");
    assert!(status.success());
    let calls = text_of(&log);
    let is_forbidden = |line: &&str| FORBIDDEN.iter().any(|call| line.contains(&format!(" {call}(")));
    // A thread of the program itself is no process.
    let made: Vec<&str> = calls.lines().filter(is_forbidden).filter(|l| !l.contains("CLONE_THREAD")).collect();
    assert_eq!(made.len(), 1, "only the program itself is started: {made:#?}");
    assert!(made[0].contains("execve(") && made[0].contains("nodeproof"), "{made:?}");
}
