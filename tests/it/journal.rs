//! `journalctl` in the interpreter, on journal files that systemd wrote: against expected output, and against the program where
//! it is installed.

use crate::support::repository;
use nodeproof::internals::kube_bench::shell::{Interpreter, ScriptError, ScriptOutput};
use nodeproof::internals::source::node::{LiveSource, RecordedSource};
use std::io::Read;
use std::path::Path;
use std::process::Command;
use tempfile::{TempDir, tempdir};

const MACHINE_ID: &str = "3d1219c7c4c5404aaa1f6d2a48adfda4";
/// The API server's arguments in the journal.
const API_SERVER_ARGUMENTS: &str = "--advertise-address=10.0.0.4 --allow-privileged=true --anonymous-auth=false \
    --api-audiences=https://kubernetes.default.svc.cluster.local,k3s --authorization-mode=Node,RBAC --bind-address=127.0.0.1 \
    --cert-dir=/var/lib/rancher/k3s/server/tls/temporary-certs --client-ca-file=/var/lib/rancher/k3s/server/tls/client-ca.crt \
    --enable-admission-plugins=NodeRestriction --etcd-servers=unix://kine.sock \
    --kubelet-certificate-authority=/var/lib/rancher/k3s/server/tls/server-ca.crt --profiling=false --secure-port=6444 \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --tls-cert-file=/var/lib/rancher/k3s/server/tls/serving-kube-apiserver.crt";

/// The root of a node with files of `testdata/journal` at these paths.
fn node(files: &[(&str, &str)]) -> TempDir {
    let root = tempdir().expect("create directory");
    for directory in ["etc", "var/log/journal", "proc"] {
        std::fs::create_dir_all(root.path().join(directory)).expect("create directory");
    }
    std::fs::write(root.path().join("etc/machine-id"), format!("{MACHINE_ID}\n")).expect("write file");
    for (name, path) in files {
        let packed = std::fs::read(repository(&format!("testdata/journal/{name}.journal.zst"))).expect("read file");
        let mut bytes = Vec::new();
        let mut decoder = ruzstd::decoding::StreamingDecoder::new(packed.as_slice()).expect("Zstandard");
        decoder.read_to_end(&mut bytes).expect("Zstandard");
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().expect("parent")).expect("create directory");
        std::fs::write(path, bytes).expect("write file");
    }
    root
}

fn run(root: &Path, script: &str) -> Result<ScriptOutput, ScriptError> {
    let source = LiveSource::open(root, Path::new("/proc")).expect("open node");
    Interpreter::new(&source).run(script)
}

fn text(root: &Path, script: &str) -> String {
    run(root, script).unwrap_or_else(|e| panic!("{script}: {e}")).text
}

fn system_journal(name: &str) -> String {
    format!("var/log/journal/{MACHINE_ID}/{name}.journal")
}

/// The entries of the unit.
fn k3s_entries() -> String {
    let second = API_SERVER_ARGUMENTS.replace("=Node,RBAC", "=RBAC");
    format!(
        "Nov 14 22:13:21 node1 systemd[1]: Starting Lightweight Kubernetes...\n\
         Nov 14 22:13:20 node1 k3s[812]: time=\"2023-11-14T22:13:22Z\" level=info msg=\"Running kube-apiserver {API_SERVER_ARGUMENTS}\"\n\
         Nov 14 22:13:24 node1 k3s[812]: first line\n                                second        line\n\
         Nov 14 22:13:25 node1 k3s[812]: red and plain\n\
         Nov 14 22:13:26 node1 k3s[812]: [80B blob data]\n\
         Nov 14 22:13:27 node1 k3s[812]: \n\
         Nov 14 22:13:30 node1 helper[900]: from one who may\n\
         Nov 14 22:13:31 node1 unknown[33]: Process 812 (k3s) dumped core.\n\
         -- Boot fedcba9876543210fedcba9876543210 --\n\
         Dec 04 22:13:31 node1 systemd[1]: Started Lightweight Kubernetes.\n\
         Dec 04 22:13:32 node1 k3s[77]: time=\"2023-12-04T22:13:30Z\" level=info msg=\"Running kube-apiserver {second} --v=2\"\n\
         Dec 04 22:13:33 node1 unknown[77]: grüße, wörld – “quotes”\n"
    )
}

#[test]
fn reads_every_file_format() {
    for name in ["plain", "compact", "lz4"] {
        let root = node(&[(name, &system_journal("system"))]);
        assert_eq!(text(root.path(), "journalctl -u k3s"), k3s_entries(), "{name}");
        assert_eq!(
            text(root.path(), "journalctl -m -u k3s.service"),
            k3s_entries().replace("-- Boot fedcba9876543210fedcba9876543210 --\n", "")
        );
    }
    // An unsupported compression is an error, not an empty result.
    let root = node(&[("xz", &system_journal("system"))]);
    let refused = run(root.path(), "journalctl -u k3s");
    assert!(matches!(&refused, Err(ScriptError::Failed(reason)) if reason.contains("XZ")), "{refused:?}");
}

#[test]
fn runs_the_audits_of_k3s() {
    let root = node(&[("compact", &system_journal("system"))]);
    let cases = [
        (
            "journalctl -D /var/log/journal -u k3s | grep 'Running kube-apiserver' | tail -n1 | grep -o 'authorization-mode=[A-Za-z,]*'",
            "authorization-mode=RBAC\n",
        ),
        ("journalctl -m -u k3s | grep -m1 'Running kube-apiserver' | grep -o 'v=2' | wc -l", "0\n"),
        ("journalctl -u k3s --no-pager | grep -c 'Running kube-apiserver'", "2\n"),
        ("journalctl -D /var/log/journal -u k3s | grep -E 'Managed etcd cluster' | wc -l", "0\n"),
        ("journalctl -D /var/log/journal -u k3s-agent", "-- No entries --\n"),
        ("journalctl -D /var/log/journal -qu k3s-agent", ""),
        ("journalctl -u sshd -o cat | tail -n 1", "Accepted publickey for root; Running kube-apiserver\n"),
        // These patterns do not restrict which entries are collected.
        ("journalctl -u k3s | grep -e Starting -e Started | wc -l", "2\n"),
        ("journalctl -u k3s | grep -v Running | wc -l", "11\n"),
        ("journalctl -u k3s | grep Boot", "-- Boot fedcba9876543210fedcba9876543210 --\n"),
        ("journalctl -u kubelet | grep entries", "-- No entries --\n"),
        ("journalctl -u k3s -n 1 | grep Running | wc -l", "0\n"),
        ("journalctl -u k3s -n2 -o cat | grep -c .", "2\n"),
        ("for u in k3s sshd; do journalctl -u $u | grep -c 'Running kube-apiserver'; done", "2\n1\n"),
    ];
    for (script, expected) in cases {
        assert_eq!(text(root.path(), script), expected, "{script}");
    }
}

#[test]
fn reads_the_journal_of_a_described_node() {
    let description = "journal:\n  k3s: ['level=info msg=\"Running kube-apiserver --profiling=false\"', second]\n  rke2-server.service: [x]\n";
    let source = RecordedSource::parse(description).expect("node");
    let text = |script: &str| Interpreter::new(&source).run(script).expect("run script").text;
    assert_eq!(text("journalctl -D /var/log/journal -u k3s | grep -o 'profiling=[a-z]*'"), "profiling=false\n");
    assert_eq!(text("journalctl -u k3s.service | tail -n 1"), "Jan 01 00:00:00 node k3s: second\n");
    assert_eq!(text("journalctl -u kubelet"), "-- No entries --\n");
    let empty = RecordedSource::parse("{}").expect("node");
    let output = Interpreter::new(&empty).run("journalctl -u k3s").expect("run script");
    assert_eq!(output.text, "No journal files were found.\n-- No entries --\n");
}

#[test]
fn refuses_unsupported_options() {
    let root = node(&[]);
    let scripts = [
        "journalctl -b",
        "journalctl --since today",
        "journalctl -u 'k*'",
        "journalctl -u /dev/sda",
        "journalctl -o json",
        "journalctl -f",
        "journalctl -r",
        "journalctl -x",
        "journalctl _PID=1",
        "journalctl -n +5",
        "journalctl -n all",
        "journalctl -u",
        "journalctl -D var/log/journal",
        "journalctl -",
        "journalctl --unit",
        "journalctl --quiet=yes",
        "journalctl -qmé",
    ];
    for script in scripts {
        let got = run(root.path(), script);
        assert!(matches!(got, Err(ScriptError::Unsupported(_))), "{script}: {got:?}");
    }
}

#[test]
fn prints_the_same_as_journalctl() {
    if !Path::new("/usr/bin/journalctl").exists() {
        assert!(std::env::var_os("CI").is_none(), "journalctl is needed: apt-get install systemd");
        println!("skipped: journalctl is not installed");
        return;
    }
    let other_id = "0123456789abcdef0123456789abcdef";
    let nodes = [
        node(&[("plain", &system_journal("system"))]),
        node(&[
            ("compact", &system_journal("system@1")),
            ("plain", &system_journal("system")),
            ("lz4", "var/log/journal/remote.journal"),
        ]),
        node(&[
            ("lz4", &system_journal("user-1000")),
            ("plain", &format!("var/log/journal/{other_id}/system.journal")),
        ]),
        node(&[
            ("plain", &format!("var/log/journal/{MACHINE_ID}.name/system.journal")),
            ("compact", "var/log/journal/x/a.journal"),
        ]),
        node(&[]),
    ];
    let truncated = node(&[("plain", &system_journal("system"))]);
    let file =
        std::fs::File::options().write(true).open(truncated.path().join(system_journal("system"))).expect("open file");
    file.set_len(100_000).expect("truncate file");
    let corrupt = node(&[("plain", &system_journal("system"))]);
    std::fs::write(corrupt.path().join("var/log/journal/bad.journal"), vec![b'x'; 5000]).expect("write file");
    std::fs::write(corrupt.path().join("var/log/journal/empty.journal"), "").expect("write file");
    let arguments = [
        "-u k3s",
        "-u k3s -u sshd",
        "-mu k3s",
        "",
        "-q",
        "-o cat",
        "-u k3s -o cat",
        "-u k3s -n 3",
        "-n1",
        "-n",
        "-u none",
        "-u none -q",
        "--unit=sshd --no-pager --quiet",
        "--unit sshd --output short --lines 4",
        "-u init.scope",
        "-u x.slice",
        "--utc -l --full --merge",
    ];
    for root in nodes.iter().chain([&truncated, &corrupt]) {
        let directory = root.path().join("var/log/journal");
        for arguments in arguments {
            let mut command = Command::new("/usr/bin/journalctl");
            command.env_clear().env("TZ", "UTC").arg("-D").arg(&directory).args(arguments.split_whitespace());
            let output = command.output().expect("run journalctl");
            let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
            let mut stderr: Vec<String> = String::from_utf8_lossy(&output.stderr).lines().map(str::to_owned).collect();
            let interpreted = run(Path::new("/"), &format!("journalctl -D {} {arguments}", directory.display()));
            if stdout.contains('\0') {
                assert!(matches!(interpreted, Err(ScriptError::Unsupported(_))), "{arguments}: {interpreted:?}");
                continue;
            }
            let interpreted = interpreted.unwrap_or_else(|e| panic!("{arguments}: {e}"));
            // Errors about files come first, in any order.
            let mut lines: Vec<&str> = interpreted.text.split_inclusive('\n').collect();
            let rest = lines.split_off(stderr.len().min(lines.len())).concat();
            lines.sort_unstable();
            stderr.sort_unstable();
            assert_eq!(lines.concat().lines().collect::<Vec<_>>(), stderr, "{arguments} of {}", directory.display());
            assert_eq!(
                (rest, interpreted.status),
                (stdout, output.status.code().unwrap_or(-1)),
                "{arguments} of {}",
                directory.display()
            );
        }
    }
    for path in ["/none", "/etc/passwd"] {
        let output = Command::new("/usr/bin/journalctl").args(["-D", path]).output().expect("run journalctl");
        let interpreted = run(Path::new("/"), &format!("journalctl -D {path}")).expect("run script");
        assert_eq!(interpreted.text, String::from_utf8_lossy(&output.stderr));
        assert_eq!(Some(interpreted.status), output.status.code());
    }
}
