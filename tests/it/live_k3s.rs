//! A K3s server made live: a real process that hides its command line, and a real journal file with the lines in which it says
//! what it starts. Beside them stand lines that others wrote to be taken for it.

use crate::journal_file::{self, Entry};
use crate::live::{LiveNode, as_tester};
use crate::platforms::{check, reason, report_of, status};
use crate::support::{repository, text_of};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// What K3s puts in the place of its command line.
const TITLE: &str = "/usr/local/bin/k3s server";
const MACHINE_ID: &str = "3d1219c7c4c5404aaa1f6d2a48adfda4";
const AN_EARLIER_BOOT: &str = "00112233445566778899aabbccddeeff";
const SECOND: u64 = 1_000_000;
/// Where the program that runs is, as K3s unpacks it below its data folder.
const PROGRAM: &str = "k3s/data/9b1c0ffee9b1c0ffee/bin/k3s";

/// The settings of the hardened server, and what an administrator made of them.
const WEAKENED: [(&str, &str); 4] = [
    ("--anonymous-auth=false", "--anonymous-auth=true"),
    ("--authorization-mode=Node,RBAC", "--authorization-mode=AlwaysAllow"),
    ("--profiling=false", "--profiling=true"),
    ("--read-only-port=0", "--read-only-port=10255"),
];
/// The checks of cis-1.12 that these settings fail: anonymous requests, AlwaysAllow, Node and RBAC, profiling of the three
/// programs, and the kubelet's open port.
const FAILED_BY_THEM: [&str; 8] = ["1.2.1", "1.2.6", "1.2.7", "1.2.8", "1.2.15", "1.3.2", "1.4.1", "4.2.4"];

/// The hardened server of `testdata/hosts`, whose data folder was moved to one in which its program really is.
struct LiveK3s {
    node: LiveNode,
    description: Value,
    boot: String,
    pid: u32,
    /// A time before the process was started, in microseconds since the boot.
    before: u64,
    /// A time after it.
    after: u64,
}

impl LiveK3s {
    fn start() -> Self {
        let mut node = LiveNode::new();
        let exe = node.program_at(Path::new(PROGRAM));
        let data = exe.ancestors().nth(4).expect("the data folder");
        let text = text_of(&repository("testdata/hosts/k3s-server.yaml"));
        let text = text.replace("/var/lib/rancher/k3s", data.to_str().expect("a path in UTF-8"));
        let mut description: Value = serde_saphyr::from_str(&text).expect("a description");
        let before = monotonic();
        let mut command = Command::new(&exe);
        command.arg0("/usr/local/bin/k3s").args(["server", "--data-dir", "/mnt/k3s", "--token=PLANTED"]);
        command.env_clear().env("TITLE", TITLE).env("COMM", "k3s-server");
        let pid = node.start(command);
        let limit = Instant::now() + Duration::from_secs(30);
        while !fs::read(format!("/proc/{pid}/cmdline")).expect("it runs").starts_with(TITLE.as_bytes()) {
            assert!(
                Instant::now() < limit,
                "the example `idle` is out of date: build it with `cargo build --examples`"
            );
            std::thread::yield_now();
        }
        let after = monotonic();
        description["processes"] = json!([{
            "argv": [TITLE], "pid": pid, "exe": exe, "cgroup": "/system.slice/k3s.service", "started": 1_770_091_500
        }]);
        for entry in description["journal_entries"].as_array_mut().expect("entries") {
            if entry["_PID"] == 2226 {
                entry["_PID"] = json!(pid);
            }
        }
        let description = as_tester(&description);
        node.make_files(&description);
        node.file("/etc/machine-id", "444", format!("{MACHINE_ID}\n").as_bytes());
        // No test can put a process into a unit of systemd. All else of it is the kernel's.
        let shown = node.proc().join(pid.to_string());
        fs::remove_file(shown.join("cgroup")).expect("gone");
        fs::write(shown.join("cgroup"), "0::/system.slice/k3s.service\n").expect("a file");
        fs::remove_file(shown.join("exe")).expect("gone");
        symlink(fs::read_link(format!("/proc/{pid}/exe")).expect("a link"), shown.join("exe")).expect("a link");
        for name in ["stat", "sys"] {
            symlink(format!("/proc/{name}"), node.proc().join(name)).expect("a link");
        }
        let boot = text_of("/proc/sys/kernel/random/boot_id".as_ref()).trim().replace('-', "");
        Self { node, description, boot, pid, before, after }
    }

    /// The entries that K3s itself and the system's manager wrote.
    fn true_entries(&self) -> Vec<Entry> {
        let described = self.description["journal_entries"].as_array().expect("entries");
        let own = described.iter().filter(|entry| entry["_BOOT_ID"] == "this boot");
        let own = own.filter(|entry| entry["_PID"] == self.pid || entry["_PID"] == 1);
        own.map(|entry| self.entry(entry)).collect()
    }

    /// All entries of the description, the earlier boot's first.
    fn described_entries(&self) -> Vec<Entry> {
        let described = self.description["journal_entries"].as_array().expect("entries");
        let mut entries: Vec<Entry> = described.iter().map(|entry| self.entry(entry)).collect();
        entries.sort_by_key(|entry| (entry.boot == self.boot, entry.monotonic));
        entries
    }

    /// An entry of the description.
    fn entry(&self, described: &Value) -> Entry {
        let text = |key: &str| described[key].as_str().expect(key).to_owned();
        let number = |key: &str| u32::try_from(described[key].as_u64().expect(key)).expect(key);
        let is_of_this_boot = described["_BOOT_ID"] == "this boot";
        let monotonic = match described["seconds"].as_i64().expect("seconds") {
            later @ 0.. => self.after + later.unsigned_abs() * SECOND,
            // This machine may not be up for long.
            _ => 1,
        };
        Entry {
            boot: if is_of_this_boot { self.boot.clone() } else { AN_EARLIER_BOOT.to_owned() },
            monotonic,
            unit: text("_SYSTEMD_UNIT"),
            pid: number("_PID"),
            uid: number("_UID"),
            identifier: if number("_PID") == 1 { "systemd" } else { "k3s" }.to_owned(),
            message: text("MESSAGE"),
        }
    }

    fn journal(&self) -> PathBuf {
        self.node.at(&format!("/var/log/journal/{MACHINE_ID}/system.journal"))
    }

    fn write_journal(&self, entries: &[Entry]) {
        if self.journal().exists() {
            fs::remove_file(self.journal()).expect("gone");
        }
        journal_file::write(&self.journal(), entries);
    }

    fn report(&self, benchmark: &str) -> Value {
        self.node.report(benchmark)
    }

    /// What others write to be taken for K3s, each before K3s's own line.
    fn forgeries(&self, line: &Entry) -> Vec<Entry> {
        let line = Entry { monotonic: self.after + SECOND, ..line.clone() };
        vec![
            // logger -t k3s, by a user.
            Entry { unit: "user@1000.service".to_owned(), pid: 4711, uid: 1000, ..line.clone() },
            // Another service of root.
            Entry { unit: "other.service".to_owned(), pid: 77, ..line.clone() },
            // Another process of the unit.
            Entry { pid: 4711, ..line.clone() },
            // Another user.
            Entry { uid: 1000, ..line.clone() },
            // An earlier boot.
            Entry { boot: AN_EARLIER_BOOT.to_owned(), ..line.clone() },
            // An earlier process with the same number.
            Entry { monotonic: self.before.saturating_sub(SECOND), ..line },
        ]
    }
}

/// Microseconds since the boot, by the clock of the journal.
fn monotonic() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    u64::try_from(time.tv_sec).expect("a time") * SECOND + u64::try_from(time.tv_nsec).expect("a time") / 1000
}

fn weakened(entries: Vec<Entry>) -> Vec<Entry> {
    let weaken = |entry: Entry| {
        let message = WEAKENED.iter().fold(entry.message, |text, (good, bad)| text.replace(good, bad));
        Entry { message, ..entry }
    };
    entries.into_iter().map(weaken).collect()
}

/// The status of each check.
fn statuses(report: &Value) -> BTreeMap<&str, &str> {
    let checks = report["checks"].as_array().expect("checks");
    checks.iter().map(|check| check["id"].as_str().expect("an id")).map(|id| (id, status(report, id))).collect()
}

#[test]
fn a_live_k3s_gives_the_verdicts_of_its_description() {
    if !journal_file::can_write() {
        return;
    }
    let k3s = LiveK3s::start();
    let line = fs::read(format!("/proc/{}/cmdline", k3s.pid)).expect("it runs");
    let (title, rest) = line.split_at(TITLE.len());
    assert!(title == TITLE.as_bytes() && rest.len() > 20 && rest.iter().all(|byte| *byte == 0), "{line:?}");
    k3s.write_journal(&k3s.described_entries());
    let folder = tempfile::tempdir().expect("a folder");
    let host = folder.path().join("host.json");
    fs::write(&host, k3s.description.to_string()).expect("a description");
    for benchmark in ["cis-1.12", "k3s-cis-1.12"] {
        let described = report_of(&host, &["run", "--benchmark", benchmark]);
        let live = k3s.report(benchmark);
        assert!(statuses(&live).len() > 100);
        assert_eq!(statuses(&live), statuses(&described), "{benchmark}");
    }
    let report = k3s.report("cis-1.12");
    for id in FAILED_BY_THEM {
        assert_eq!(status(&report, id), "pass", "{id}: {}", reason(&report, id));
    }
    let evidence = check(&report, "1.2.1")["findings"].to_string();
    assert!(evidence.contains("journal of k3s.service"), "{evidence}");
    assert!(evidence.contains("2 lines of this form about kube-apiserver in the journal ignored"), "{evidence}");
}

#[test]
fn lines_of_others_in_a_real_journal_change_no_verdict() {
    if !journal_file::can_write() {
        return;
    }
    let k3s = LiveK3s::start();
    let hardened = k3s.true_entries();
    k3s.write_journal(&weakened(hardened.clone()));
    let honest = k3s.report("cis-1.12");
    for id in FAILED_BY_THEM {
        assert_eq!(status(&honest, id), "fail", "{id}: {}", reason(&honest, id));
    }
    // The others say what the hardened server says.
    let forged = hardened.iter().filter(|entry| entry.pid == k3s.pid).flat_map(|line| k3s.forgeries(line));
    let mut entries: Vec<Entry> = weakened(hardened.clone()).into_iter().chain(forged).collect();
    entries.sort_by_key(|entry| (entry.boot == k3s.boot, entry.monotonic));
    k3s.write_journal(&entries);
    let attacked = k3s.report("cis-1.12");
    assert_eq!(statuses(&attacked), statuses(&honest));
    for (id, program) in [
        ("1.2.1", "kube-apiserver"),
        ("1.3.2", "kube-controller-manager"),
        ("1.4.1", "kube-scheduler"),
        ("4.2.4", "kubelet"),
    ] {
        let evidence = check(&attacked, id)["findings"].to_string();
        let counted = format!("6 lines of this form about {program} in the journal ignored");
        assert!(evidence.contains(&counted), "{id}: {evidence}");
    }
}

#[test]
fn a_line_injected_into_k3s_s_own_log_never_counts() {
    if !journal_file::can_write() {
        return;
    }
    let k3s = LiveK3s::start();
    let hardened = k3s.true_entries();
    let own = hardened.iter().filter(|entry| entry.pid == k3s.pid);
    // By a text with a line break, which the journal keeps as two entries.
    let injected = own.map(|line| Entry { monotonic: k3s.after + 9 * SECOND, ..line.clone() });
    let honest = weakened(hardened.clone());
    let entries: Vec<Entry> = honest.iter().cloned().chain(injected).collect();
    k3s.write_journal(&honest);
    let before = k3s.report("cis-1.12");
    k3s.write_journal(&entries);
    let attacked = k3s.report("cis-1.12");
    for id in ["1.2.1", "1.2.6", "1.2.15", "1.3.2", "1.4.1"] {
        assert_eq!(status(&attacked, id), "fail", "{id}: {}", reason(&attacked, id));
        assert!(check(&attacked, id)["findings"].to_string().contains("logged a later line"), "{id}");
    }
    // Of the kubelet, which starts after others can have something logged, nobody knows which line is the true one.
    assert_eq!(status(&attacked, "4.2.4"), "undetermined");
    assert!(reason(&attacked, "4.2.4").contains("several lines"), "{}", reason(&attacked, "4.2.4"));
    let passed_before = statuses(&before);
    for (id, status) in statuses(&attacked) {
        assert!(status != "pass" || passed_before[id] == "pass", "{id} passes by an injected line");
    }
}

#[test]
fn without_the_lines_of_a_real_journal_the_settings_are_undetermined() {
    if !journal_file::can_write() {
        return;
    }
    let k3s = LiveK3s::start();
    let entries = k3s.true_entries();
    let rotated: Vec<Entry> = entries.iter().filter(|entry| entry.pid == k3s.pid).cloned().collect();
    type Spoil<'s> = &'s dyn Fn();
    let spoils: [(&str, Spoil<'_>, &str); 4] = [
        ("absent", &|| fs::remove_file(k3s.journal()).expect("gone"), "there is no journal of this machine"),
        ("truncated", &|| truncate(&k3s.journal(), 100_000), "the journal file is damaged"),
        ("no journal", &|| fs::write(k3s.journal(), "[]").expect("a file"), "the journal file is damaged"),
        ("rotated", &|| k3s.write_journal(&rotated), "the journal begins after the start of k3s server"),
    ];
    for (what, spoil, words) in spoils {
        k3s.write_journal(&entries);
        spoil();
        let report = k3s.report("cis-1.12");
        for id in FAILED_BY_THEM {
            assert_eq!(status(&report, id), "undetermined", "{what}: {id}: {}", reason(&report, id));
        }
        assert!(reason(&report, "1.2.1").contains(words), "{what}: {}", reason(&report, "1.2.1"));
    }
}

fn truncate(path: &Path, bytes: u64) {
    fs::File::options().write(true).open(path).expect("a file").set_len(bytes).expect("a size");
}
