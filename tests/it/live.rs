//! The recorded nodes made live: real files below a temporary root, real processes with the same command lines. The
//! program, looking at them, gives the verdicts that it gives for the description.

use crate::support::{checks, judge, nodeproof, repository, text_of};
use nodeproof::internals::benchmark::Library;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::{TempDir, tempdir};

/// A node with a root and a proc directory of its own, in which only its processes are.
pub(crate) struct LiveNode {
    folder: TempDir,
    processes: Vec<Child>,
}

impl LiveNode {
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    pub(crate) fn proc(&self) -> PathBuf {
        self.folder.path().join("proc")
    }

    /// An empty node.
    pub(crate) fn new() -> Self {
        let node = Self { folder: tempdir().expect("a folder"), processes: Vec::new() };
        for folder in [node.root(), node.proc()] {
            fs::create_dir_all(folder).expect("a folder");
        }
        node
    }

    /// Makes a described node live.
    pub(crate) fn of(description: &Value) -> Self {
        let mut node = Self::new();
        node.make_files(description);
        for process in description["processes"].as_array().expect("processes") {
            let argv: Vec<&str> = process["argv"].as_array().expect("argv").iter().filter_map(Value::as_str).collect();
            let env: BTreeMap<String, String> = serde_json::from_value(process["env"].clone()).unwrap_or_default();
            node.process(&argv, &env);
        }
        node
    }

    /// Makes the accounts, folders and files of a described node. Owners are real if the tests run as root, else everything is
    /// the tester's.
    pub(crate) fn make_files(&self, description: &Value) {
        let accounts = description["accounts"].as_object().cloned().unwrap_or_default();
        let line = |(name, id): (&String, &Value)| format!("{name}:x:{id}:{id}::/:/bin/false\n");
        let table: String = accounts.iter().map(line).collect();
        let table = format!("root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:\nnogroup:x:65534:65534::/:\n{table}");
        self.file("/etc/passwd", "644", table.as_bytes());
        self.file("/etc/group", "644", table.as_bytes());
        let id = |name: &Value| match name.as_str() {
            None | Some("root") => 0,
            Some("nobody" | "nogroup") => 65534,
            Some(other) => u32::try_from(accounts[other].as_u64().expect("an account")).expect("a number"),
        };
        for (kind, things) in [("dirs", &description["dirs"]), ("files", &description["files"])] {
            for thing in things.as_array().expect(kind) {
                let path = thing["path"].as_str().expect("a path");
                let mode = thing["mode"].as_str().expect("a mode");
                if kind == "dirs" {
                    fs::create_dir_all(self.at(path)).expect(path);
                    fs::set_permissions(self.at(path), mode_of(mode)).expect(path);
                } else {
                    self.file(path, mode, thing["content"].as_str().unwrap_or_default().as_bytes());
                }
                if rustix::process::geteuid().is_root() {
                    chown(self.at(path), Some(id(&thing["owner"])), Some(id(&thing["group"]))).expect(path);
                }
            }
        }
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.root().join(path.trim_start_matches('/'))
    }

    pub(crate) fn file(&self, path: &str, mode: &str, content: &[u8]) {
        let at = self.at(path);
        fs::create_dir_all(at.parent().expect("a folder")).expect(path);
        fs::write(&at, content).expect(path);
        fs::set_permissions(&at, mode_of(mode)).expect(path);
    }

    /// Starts a real process with this command line and shows it in the node's proc directory, with the node's root.
    pub(crate) fn process(&mut self, argv: &[&str], env: &BTreeMap<String, String>) -> u32 {
        let name = Path::new(argv[0]).file_name().expect("a name").to_str().expect("a name in UTF-8");
        let mut command = Command::new(self.program(name));
        command.arg0(argv[0]).args(&argv[1..]).env_clear().envs(env);
        self.start(command)
    }

    /// The idle program under this name.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.program_at(&Path::new("bin").join(name))
    }

    /// The idle program at a path outside of the node's root, below the folder of the node.
    pub(crate) fn program_at(&self, path: &Path) -> PathBuf {
        let program = self.folder.path().join(path);
        if !program.exists() {
            fs::create_dir_all(program.parent().expect("a folder")).expect("a folder");
            fs::copy(idle(), &program).expect("a copy of the idle program");
        }
        program
    }

    /// Starts a process that lives as long as the node, and shows it in the node's proc directory.
    pub(crate) fn start(&mut self, mut command: Command) -> u32 {
        command.stdin(Stdio::piped());
        let child = loop {
            match command.spawn() {
                // A child that another test starts at this moment may still hold the copy open for writing.
                Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
                started => break started.expect("a process"),
            }
        };
        let pid = child.id();
        // The kernel starts a program before it shows its words.
        while fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.is_empty()) {
            std::thread::yield_now();
        }
        self.show(pid, pid);
        self.processes.push(child);
        pid
    }

    /// Shows a process in the node's proc directory, under its own number or another's.
    pub(crate) fn show(&self, pid: u32, number: u32) {
        let shown = self.proc().join(number.to_string());
        fs::create_dir(&shown).expect("a folder");
        for file in ["cmdline", "status", "stat", "cgroup", "environ", "exe", "cwd"] {
            symlink(format!("/proc/{pid}/{file}"), shown.join(file)).expect("a link");
        }
        symlink(self.root(), shown.join("root")).expect("a link");
    }

    /// Runs the program on this node, all targets of a benchmark, and gives kube-bench's JSON.
    pub(crate) fn audit(&self, benchmark: &str) -> Value {
        self.run(&["--json"], benchmark)
    }

    /// Runs the program on this node, all targets of a benchmark, and gives its own report.
    pub(crate) fn report(&self, benchmark: &str) -> Value {
        self.run(&["--format", "report"], benchmark)
    }

    fn run(&self, format: &[&str], benchmark: &str) -> Value {
        let mut run = nodeproof();
        run.args(["run", "--benchmark", benchmark]).args(format);
        run.arg("--root").arg(self.root()).arg("--proc").arg(self.proc());
        serde_json::from_slice(&run.assert().code(0).get_output().stdout).expect("JSON")
    }
}

impl Drop for LiveNode {
    fn drop(&mut self) {
        for process in &mut self.processes {
            // It may have ended already.
            drop(process.kill());
            drop(process.wait());
        }
    }
}

fn mode_of(digits: &str) -> fs::Permissions {
    fs::Permissions::from_mode(u32::from_str_radix(digits, 8).expect("a mode"))
}

/// The idle program, which is built with the tests.
fn idle() -> PathBuf {
    let test = std::env::current_exe().expect("this test's path");
    let built = test.ancestors().nth(2).expect("the target folder").join("examples/idle");
    assert!(built.exists(), "{} is not there: build it with `cargo build --examples`", built.display());
    built
}

/// The description as it is when the tester is not root: everything is his.
pub(crate) fn as_tester(description: &Value) -> Value {
    let mut own = description.clone();
    if !rustix::process::geteuid().is_root() {
        let (uid, gid) = (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw());
        for kind in ["dirs", "files"] {
            for thing in own[kind].as_array_mut().expect(kind) {
                thing["owner"] = json!(uid);
                thing["group"] = json!(gid);
            }
        }
        for process in own["processes"].as_array_mut().expect("processes") {
            process["user"] = json!(uid);
        }
    }
    own
}

#[test]
fn a_live_node_gives_the_verdicts_of_its_description() {
    let library = Library::load(None, None).expect("the definitions");
    for name in ["kubeadm-control-plane", "neglected-control-plane"] {
        let text = text_of(&repository(&format!("testdata/oracle/{name}.json")));
        let description = as_tester(&serde_json::from_str(&text).expect("a description"));
        let node = LiveNode::of(&description);
        for benchmark in ["cis-1.5", "cis-1.20", "cis-1.12"] {
            let described = judge(&library, benchmark, &description.to_string());
            let live = node.audit(benchmark);
            let controls = live["Controls"].as_array().expect("controls");
            let groups = controls.iter().flat_map(|c| c["tests"].as_array().expect("groups"));
            let live: Vec<(&str, &str)> = groups
                .flat_map(|g| g["results"].as_array().expect("checks"))
                .map(|c| (c["test_number"].as_str().expect("an id"), c["status"].as_str().expect("a status")))
                .collect();
            let expected: Vec<(String, String)> =
                checks(&described).map(|(_, o)| (o.id.to_string(), o.state().to_string())).collect();
            let expected: Vec<(&str, &str)> = expected.iter().map(|(i, s)| (i.as_str(), s.as_str())).collect();
            assert!(live.len() > 100);
            assert_eq!(live, expected, "{name} {benchmark}");
        }
    }
}

#[test]
fn what_a_file_should_not_be_is_told_and_changes_nothing_else() {
    let text = text_of(&repository("testdata/oracle/kubeadm-control-plane.json"));
    let description: Value = serde_json::from_str(&text).expect("a description");
    let node = LiveNode::of(&as_tester(&description));
    let config = node.at("/var/lib/kubelet/config.yaml");
    let good = node.audit("cis-1.20");
    let good_others = without(&good, &["4.1.7", "4.1.8", "4.1.9", "4.1.10", "4.2."]);
    type Spoil = fn(&Path);
    let spoils: [(&str, Spoil, &str); 6] = [
        ("absent", |p| fs::remove_file(p).expect("gone"), "does not exist"),
        ("a folder", |p| replace(p, |p| fs::create_dir(p).expect("a folder")), "a directory"),
        ("a FIFO", |p| replace(p, fifo), "a FIFO"),
        ("malformed", |p| fs::write(p, "authentication: [").expect("a file"), "malformed"),
        ("binary", |p| fs::write(p, b"\xff\xfe\0\x01").expect("a file"), "malformed"),
        ("huge", |p| fs::File::create(p).expect("a file").set_len(1 << 40).expect("a size"), "larger than"),
    ];
    for (what, spoil, reason) in spoils {
        replace(&config, |p| {
            fs::write(p, "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n").expect("a file")
        });
        spoil(&config);
        let report = node.audit("cis-1.20");
        let check = crate::support::check(&report, "4.2.1");
        assert_eq!(check["status"], "FAIL", "{what}");
        let told = check["reason"].as_str().unwrap_or_default();
        assert!(told.contains(reason) && told.contains("/var/lib/kubelet/config.yaml"), "{what}: {told}");
        assert_eq!(without(&report, &["4.1.7", "4.1.8", "4.1.9", "4.1.10", "4.2."]), good_others, "{what}");
    }
}

fn replace(path: &Path, make: impl FnOnce(&Path)) {
    if path.is_dir() {
        fs::remove_dir(path).expect("gone");
    } else if path.exists() {
        fs::remove_file(path).expect("gone");
    }
    make(path);
}

fn fifo(path: &Path) {
    rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, 0o600.into(), 0).expect("a FIFO");
}

/// Ids and states of the checks that are not among these, by the start of their ids.
fn without(report: &Value, ids: &[&str]) -> Vec<(String, String)> {
    let controls = report["Controls"].as_array().expect("controls");
    let groups = controls.iter().flat_map(|c| c["tests"].as_array().expect("groups"));
    let checks = groups.flat_map(|g| g["results"].as_array().expect("checks"));
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    checks
        .map(|c| (text(&c["test_number"]), text(&c["status"])))
        .filter(|(id, _)| !ids.iter().any(|start| id == start || (start.ends_with('.') && id.starts_with(start))))
        .collect()
}
