//! A node in someone else's hands: files that never end, hang, nest or explode, names that a terminal would obey, processes
//! dressed up, files that are swapped while they are read. The audit ends, within bounds, and every check says why.

use crate::live::LiveNode;
use rustix::fs::{CWD, FileType, mknodat};
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ffi::{CString, OsStr};
use std::fs::{self, File, OpenOptions};
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

const NOBODY: u32 = 65534;
/// KiB that a run on a node like this may take beside what it takes on an ordinary one, which is at most half of 24 MiB.
/// The difference is the same for every build, with or without what debuggers need.
const MORE_MEMORY: u64 = 14 << 10;

/// A file system whose server is dead: whoever asks anything of it waits for ever.
struct DeadMount {
    at: PathBuf,
    _device: File,
}

impl DeadMount {
    /// Mounts one, where the tests may.
    fn at(at: &Path) -> Option<Self> {
        let device = OpenOptions::new().read(true).write(true).open("/dev/fuse").ok()?;
        let options = format!("fd={},rootmode=40000,user_id=0,group_id=0", device.as_raw_fd());
        let options = CString::new(options).expect("no zero byte");
        mount("dead", at, "fuse", MountFlags::NOSUID | MountFlags::NODEV, options.as_c_str()).ok()?;
        Some(Self { at: at.to_owned(), _device: device })
    }
}

impl Drop for DeadMount {
    fn drop(&mut self) {
        // With the device closed the mount is gone for good.
        let _gone = unmount(&self.at, UnmountFlags::DETACH);
    }
}

/// Puts one content and another at a path in turn, for as long as it lives.
struct Swapping {
    stop: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Swapping {
    fn at(path: PathBuf) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let work = move || {
            let beside = path.with_extension("new");
            for turn in 0_u64.. {
                if told.load(Ordering::Relaxed) {
                    break;
                }
                let content = format!(
                    "kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\n\
                     authentication: {{anonymous: {{enabled: {}}}}}\n",
                    turn % 2 == 0
                );
                if turn % 3 == 0 {
                    // In place, so that a reader sees half of it.
                    fs::write(&path, content.repeat(1 + (turn % 7) as usize)).expect("a file");
                } else {
                    fs::write(&beside, content).expect("a file");
                    fs::rename(&beside, &path).expect("another file");
                }
            }
        };
        Self { stop, thread: Some(thread::spawn(work)) }
    }
}

impl Drop for Swapping {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(self.thread.take().map(thread::JoinHandle::join));
    }
}

fn nothing() -> BTreeMap<String, String> {
    BTreeMap::new()
}

/// Everything at once.
fn hostile_node() -> LiveNode {
    let mut node = LiveNode::of(&json!({
        "dirs": [{ "path": "/srv/kubelet.d", "mode": "755", "owner": "root", "group": "root" },
                 { "path": "/var/lib/etcd", "mode": "700", "owner": "root", "group": "root" },
                 { "path": "/etc/kubernetes/pki", "mode": "755", "owner": "root", "group": "root" }],
        "files": [],
        "processes": [],
    }));
    let bomb: String = (1..60).map(|n| format!("a{n}: &a{n} [*a{p}, *a{p}, *a{p}, *a{p}]\n", p = n - 1)).collect();
    let bomb = format!("a0: &a0 [x, x]\n{bomb}");
    let table: String = (0..90_000).map(|n| format!("u{n}:x:{}:1::/:/bin/sh\n", 100_000 + n)).collect();
    node.file("/etc/passwd", "644", format!("root:x:0:0::/:/bin/sh\n{table}").as_bytes());
    node.file("/srv/encryption.yaml", "600", bomb.as_bytes());
    node.file(
        "/srv/audit.yaml",
        "600",
        format!("kind: Policy\nrules: [{}]\n", "{level: None}, ".repeat(60_000)).as_bytes(),
    );
    node.file("/srv/scheduler.yaml", "600", format!("a: {}", "[".repeat(10_000)).as_bytes());
    node.file("/srv/kubelet.yaml", "600", b"authentication: {anonymous: {enabled: true}}\n");
    node.file("/srv/proxy.conf", "600", b"metricsBindAddress: \"\x1b]0;owned\x07\x1b[2J 0.0.0.0\"\n");
    node.file("/srv/ca.crt", "644", b"-----BEGIN CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n");
    drop_ins(&node);
    tree(&node);
    // A folder of more files than anybody has.
    for n in 0..3_000 {
        node.file(&format!("/etc/cni/net.d/{n:05}.conf"), "644", b"");
    }
    let kubelet = [
        "kubelet",
        "--config=/srv/kubelet.yaml",
        "--config-dir=/srv/kubelet.d",
        "--a-flag-of-no-version",
        "--anonymous-auth=false",
    ];
    let apiserver = [
        "kube-apiserver",
        "--encryption-provider-config=/srv/encryption.yaml",
        "--audit-log-path=/var/log/audit.log",
        "--audit-policy-file=/srv/audit.yaml",
        "--client-ca-file=/srv/ca.crt",
        "--\u{1b}[31m=\u{1b}[2J\n[PASS] 1.2.1 all is well",
    ];
    node.process(&kubelet, &nothing());
    node.process(&apiserver, &nothing());
    node.process(&["kube-scheduler", "--config=/srv/scheduler.yaml"], &nothing());
    node.process(&["kube-proxy", "--config=/srv/proxy.conf"], &nothing());
    node.process(&["etcd", "--data-dir=/var/lib/etcd", "--trusted-ca-file=/srv/ca.crt"], &nothing());
    if rustix::process::geteuid().is_root() {
        decoys(&mut node);
    }
    node
}

/// Everything that a drop-in of the kubelet should not be.
fn drop_ins(node: &LiveNode) {
    let folder = node.at("/srv/kubelet.d");
    mknodat(CWD, folder.join("10-fifo.conf"), FileType::Fifo, 0o600.into(), 0).expect("a FIFO");
    File::create(folder.join("20-huge.conf")).expect("a file").set_len(1 << 40).expect("a size");
    fs::write(folder.join("30-binary.conf"), b"\xff\xfe\0\x01").expect("a file");
    drop(UnixListener::bind(folder.join("40-socket.conf")).expect("a socket"));
    symlink("50-loop.conf", folder.join("50-loop.conf")).expect("a link");
    symlink("../../../../../../etc/shadow", folder.join("60-out.conf")).expect("a link");
    symlink("/proc/self/mem", folder.join("70-kernel.conf")).expect("a link");
    if rustix::process::geteuid().is_root() {
        // The device that never ends; a container may be forbidden to make it.
        let zero = rustix::fs::makedev(1, 5);
        let _refused = mknodat(CWD, folder.join("80-zero.conf"), FileType::CharacterDevice, 0o600.into(), zero);
    }
}

/// A tree of many files and modes, as deep as a path may be, with names that a terminal would obey.
fn tree(node: &LiveNode) {
    let pki = node.at("/etc/kubernetes/pki");
    for n in 0..5_000_u32 {
        let file = pki.join(format!("{n}.key"));
        fs::write(&file, b"").expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(n % 0o1000)).expect("a mode");
    }
    for name in [
        &b"a\n[PASS] 1.1.21 all is well.key"[..],
        b"\x1b[2J\x1b]0;owned\x07.key",
        b"\xff\xfe.key",
        "\u{202e}yek.\u{85}.key".as_bytes(),
    ] {
        fs::write(pki.join(OsStr::from_bytes(name)), b"").expect("a file");
    }
    let deep: PathBuf = std::iter::repeat_n("d", 200).collect();
    fs::create_dir_all(pki.join(deep)).expect("folders");
    symlink("..", pki.join("up")).expect("a link");
}

/// Processes of another user that call themselves a component, with much to say.
fn decoys(node: &mut LiveNode) {
    let program = node.program("anything");
    let long = format!("--profiling=false{}", "x".repeat(100_000));
    for n in 0..100 {
        let mut decoy = Command::new(&program);
        decoy.arg0(["kube-apiserver", "kubelet", "etcd", "kube-controller-manager"][n % 4]);
        decoy.args(["--anonymous-auth=false", &long, "\u{1b}[2J"]).env_clear().uid(NOBODY);
        node.start(decoy);
    }
}

/// Runs the program on a node; what it printed, and its peak memory in KiB.
fn run(node: &LiveNode, arguments: &[&str]) -> (Vec<u8>, u64) {
    let (root, proc) = (node.root(), node.proc());
    let paths = [root.to_str().expect("UTF-8"), proc.to_str().expect("UTF-8")];
    let machine = ["--timeout", "12s", "--root", paths[0], "--proc", paths[1]];
    measure(&root.join("../output"), &[&machine, arguments].concat())
}

/// Runs the program; what it printed, and its peak memory in KiB.
fn measure(output: &Path, arguments: &[&str]) -> (Vec<u8>, u64) {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("nodeproof"));
    command.args(["run", "--benchmark", "cis-1.12"]).args(arguments);
    let cluster = "arn:aws:eks:eu-west-1:123456789012:cluster/c";
    let account = [("AWS_ACCOUNT", "123456789012"), ("AWS_REGION", "eu-west-1")];
    for (name, value) in account.into_iter().chain([("CLUSTER_ARN", cluster), ("NODE_NAME", "node-1")]) {
        command.env(format!("KUBE_BENCH_{name}"), value);
    }
    let mut child = command
        .env("CLICOLOR_FORCE", "1")
        .stdout(File::create(output).expect("a file"))
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let peak_now = text.lines().find_map(|l| l.strip_prefix("VmHWM:")?.trim().split(' ').next()?.parse().ok());
        peak = peak.max(peak_now.unwrap_or(0));
        match child.try_wait().expect("a status") {
            Some(ended) => break ended,
            None => thread::sleep(Duration::from_millis(1)),
        }
    };
    assert!(ended.success(), "{arguments:?}: {ended}");
    (fs::read(output).expect("the output"), peak)
}

/// Whether a terminal would do nothing but show this, line by line, in colours.
fn is_clean(bytes: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_control() && c != '\n' || matches!(c, '\u{200e}' | '\u{202e}')) {
        let colour =
            rest[at..].strip_prefix("\u{1b}[").map(|r| r.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';'));
        match colour.and_then(|r| r.strip_prefix('m')) {
            Some(after) => rest = after,
            None => return Err(format!("{:?}", rest[at..].chars().take(30).collect::<String>())),
        }
    }
    Ok(())
}

#[test]
fn a_hostile_node_is_audited_within_bounds_and_the_report_is_clean() {
    let node = hostile_node();
    let _swapping = Swapping::at(node.at("/srv/kubelet.yaml"));
    let dead = DeadMount::at(&node.at("/var/lib/etcd"));
    if dead.is_none() {
        println!("without a dead mount: the tests may not make one here");
    }
    let (_, ordinary) = measure(&node.root().join("../output"), &["--host", "example", "--json"]);
    for format in [&["--include-test-output"][..], &["--json"], &["--junit"], &["--asff"]] {
        let (output, peak) = run(&node, format);
        println!("{format:?}: {} bytes, peak {peak} KiB", output.len());
        assert!(output.len() > 10_000, "{format:?}");
        assert_eq!(is_clean(&output), Ok(()), "{format:?}");
        assert!(peak < ordinary + MORE_MEMORY, "{format:?}: {peak} KiB, of an ordinary node {ordinary}");
    }
    let report: Value = serde_json::from_slice(&run(&node, &["--json"]).0).expect("JSON");
    let checks = checks(&report);
    assert!(checks.len() > 100);
    for check in &checks {
        let is = |key: &str| check[key].as_str().is_some_and(|text| !text.is_empty());
        let has_evidence = check["evidence"].as_array().is_some_and(|list| !list.is_empty());
        assert!(is("reason") || has_evidence, "{check}");
        assert!(check["status"] != "PASS" || has_evidence, "{check}");
    }
    let of = |id: &str| *checks.iter().find(|c| c["test_number"] == id).expect(id);
    for (id, reason) in [
        ("4.2.1", "may be the value of the flag before it"),
        ("1.2.28", "malformed"),
        ("3.2.1", "malformed"),
        ("4.2.4", "/srv/kubelet.d/"),
        ("1.1.21", "/srv/ca.crt"),
    ] {
        let check = of(id);
        assert_ne!(check["status"], "PASS", "{id}");
        assert!(check["reason"].as_str().is_some_and(|r| r.contains(reason)), "{id}: {}", check["reason"]);
    }
    if dead.is_some() {
        let check = of("1.1.11");
        assert_eq!(check["status"], "FAIL");
        let reason = check["reason"].as_str().expect("a reason");
        assert!(reason.contains("timed out after"), "{reason}");
    }
}

fn checks(report: &Value) -> Vec<&Value> {
    let controls = report["Controls"].as_array().expect("controls");
    let groups = controls.iter().flat_map(|c| c["tests"].as_array().expect("groups"));
    groups.flat_map(|g| g["results"].as_array().expect("checks")).collect()
}
