//! `journalctl` answered from journal files that systemd wrote: as expected, and as journalctl itself prints them where it is
//! installed.

use crate::support::repository;
use nodeproof::internals::kube_bench::shell::{Answer, Interpreter, ScriptError};
use nodeproof::internals::source::node::{LiveSource, RecordedSource};
use std::io::Read;
use std::path::Path;
use std::process::Command;
use tempfile::{TempDir, tempdir};

const MACHINE: &str = "3d1219c7c4c5404aaa1f6d2a48adfda4";
/// The API server's arguments in the files.
const START: &str = "--advertise-address=10.0.0.4 --allow-privileged=true --anonymous-auth=false \
    --api-audiences=https://kubernetes.default.svc.cluster.local,k3s --authorization-mode=Node,RBAC --bind-address=127.0.0.1 \
    --cert-dir=/var/lib/rancher/k3s/server/tls/temporary-certs --client-ca-file=/var/lib/rancher/k3s/server/tls/client-ca.crt \
    --enable-admission-plugins=NodeRestriction --etcd-servers=unix://kine.sock \
    --kubelet-certificate-authority=/var/lib/rancher/k3s/server/tls/server-ca.crt --profiling=false --secure-port=6444 \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --tls-cert-file=/var/lib/rancher/k3s/server/tls/serving-kube-apiserver.crt";

/// A machine's root with the files of `testdata/journal` at these paths.
fn machine(files: &[(&str, &str)]) -> TempDir {
    let root = tempdir().expect("a folder");
    for folder in ["etc", "var/log/journal", "proc"] {
        std::fs::create_dir_all(root.path().join(folder)).expect("a folder");
    }
    std::fs::write(root.path().join("etc/machine-id"), format!("{MACHINE}\n")).expect("a file");
    for (name, path) in files {
        let packed = std::fs::read(repository(&format!("testdata/journal/{name}.journal.zst"))).expect("a file");
        let mut bytes = Vec::new();
        let mut decoder = ruzstd::decoding::StreamingDecoder::new(packed.as_slice()).expect("Zstandard");
        decoder.read_to_end(&mut bytes).expect("Zstandard");
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }
    root
}

fn answer(root: &Path, script: &str) -> Result<Answer, ScriptError> {
    let host = LiveSource::open(root, Path::new("/proc")).expect("a machine");
    Interpreter::new(&host).answer(script)
}

fn text(root: &Path, script: &str) -> String {
    answer(root, script).unwrap_or_else(|e| panic!("{script}: {e}")).text
}

fn here(name: &str) -> String {
    format!("var/log/journal/{MACHINE}/{name}.journal")
}

/// What a unit's entries are.
fn k3s() -> String {
    let second = START.replace("=Node,RBAC", "=RBAC");
    format!(
        "Nov 14 22:13:21 node1 systemd[1]: Starting Lightweight Kubernetes...\n\
         Nov 14 22:13:20 node1 k3s[812]: time=\"2023-11-14T22:13:22Z\" level=info msg=\"Running kube-apiserver {START}\"\n\
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
fn files_of_every_form_are_read() {
    for name in ["plain", "compact", "lz4"] {
        let root = machine(&[(name, &here("system"))]);
        assert_eq!(text(root.path(), "journalctl -u k3s"), k3s(), "{name}");
        assert_eq!(
            text(root.path(), "journalctl -m -u k3s.service"),
            k3s().replace("-- Boot fedcba9876543210fedcba9876543210 --\n", "")
        );
    }
    // What cannot be read is said, and is no empty answer.
    let root = machine(&[("xz", &here("system"))]);
    let refused = answer(root.path(), "journalctl -u k3s");
    assert!(matches!(&refused, Err(ScriptError::Failed(reason)) if reason.contains("XZ")), "{refused:?}");
}

#[test]
fn the_audits_of_k3s_are_answered() {
    let root = machine(&[("compact", &here("system"))]);
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
        // Several patterns, an inverted one, one that the other lines could hold: everything is read.
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
fn a_described_machine_has_a_journal_too() {
    let machine = "journal:\n  k3s: ['level=info msg=\"Running kube-apiserver --profiling=false\"', second]\n  rke2-server.service: [x]\n";
    let host = RecordedSource::parse(machine).expect("a machine");
    let said = |script: &str| Interpreter::new(&host).answer(script).expect("an answer").text;
    assert_eq!(said("journalctl -D /var/log/journal -u k3s | grep -o 'profiling=[a-z]*'"), "profiling=false\n");
    assert_eq!(said("journalctl -u k3s.service | tail -n 1"), "Jan 01 00:00:00 node k3s: second\n");
    assert_eq!(said("journalctl -u kubelet"), "-- No entries --\n");
    let none = RecordedSource::parse("{}").expect("a machine");
    let answer = Interpreter::new(&none).answer("journalctl -u k3s").expect("an answer");
    assert_eq!(answer.text, "No journal files were found.\n-- No entries --\n");
}

#[test]
fn what_is_not_known_of_journalctl_is_refused() {
    let root = machine(&[]);
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
        let got = answer(root.path(), script);
        assert!(matches!(got, Err(ScriptError::Unknown(_))), "{script}: {got:?}");
    }
}

/// Everything that is answered, beside what the program itself says of the same files.
#[test]
fn journalctl_says_the_same() {
    if !Path::new("/usr/bin/journalctl").exists() {
        assert!(std::env::var_os("CI").is_none(), "journalctl is needed: apt-get install systemd");
        println!("not checked: journalctl is not installed");
        return;
    }
    let other = "0123456789abcdef0123456789abcdef";
    let machines = [
        machine(&[("plain", &here("system"))]),
        machine(&[
            ("compact", &here("system@1")),
            ("plain", &here("system")),
            ("lz4", "var/log/journal/remote.journal"),
        ]),
        machine(&[("lz4", &here("user-1000")), ("plain", &format!("var/log/journal/{other}/system.journal"))]),
        machine(&[
            ("plain", &format!("var/log/journal/{MACHINE}.name/system.journal")),
            ("compact", "var/log/journal/x/a.journal"),
        ]),
        machine(&[]),
    ];
    let cut = machine(&[("plain", &here("system"))]);
    let file = std::fs::File::options().write(true).open(cut.path().join(here("system"))).expect("a file");
    file.set_len(100_000).expect("a length");
    let broken = machine(&[("plain", &here("system"))]);
    std::fs::write(broken.path().join("var/log/journal/bad.journal"), vec![b'x'; 5000]).expect("a file");
    std::fs::write(broken.path().join("var/log/journal/empty.journal"), "").expect("a file");
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
    for root in machines.iter().chain([&cut, &broken]) {
        let folder = root.path().join("var/log/journal");
        for arguments in arguments {
            let mut command = Command::new("/usr/bin/journalctl");
            command.env_clear().env("TZ", "UTC").arg("-D").arg(&folder).args(arguments.split_whitespace());
            let output = command.output().expect("journalctl");
            let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
            let mut stderr: Vec<String> = String::from_utf8_lossy(&output.stderr).lines().map(str::to_owned).collect();
            let here = answer(Path::new("/"), &format!("journalctl -D {} {arguments}", folder.display()));
            if stdout.contains('\0') {
                assert!(matches!(here, Err(ScriptError::Unknown(_))), "{arguments}: {here:?}");
                continue;
            }
            let here = here.unwrap_or_else(|e| panic!("{arguments}: {e}"));
            // What is wrong with files is said first, in any order.
            let mut lines: Vec<&str> = here.text.split_inclusive('\n').collect();
            let rest = lines.split_off(stderr.len().min(lines.len())).concat();
            lines.sort_unstable();
            stderr.sort_unstable();
            assert_eq!(lines.concat().lines().collect::<Vec<_>>(), stderr, "{arguments} of {}", folder.display());
            assert_eq!(
                (rest, here.status),
                (stdout, output.status.code().unwrap_or(-1)),
                "{arguments} of {}",
                folder.display()
            );
        }
    }
    for folder in ["/none", "/etc/passwd"] {
        let output = Command::new("/usr/bin/journalctl").args(["-D", folder]).output().expect("journalctl");
        let here = answer(Path::new("/"), &format!("journalctl -D {folder}")).expect("an answer");
        assert_eq!(here.text, String::from_utf8_lossy(&output.stderr));
        assert_eq!(Some(here.status), output.status.code());
    }
}
