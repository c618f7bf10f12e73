//! `run --every`: a line a run, nothing that grows, an end at once.

use crate::live::LiveNode;
use crate::support::{repository, text_of};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// The program in its loop. It is ended with the test.
struct Loop {
    child: Child,
    out: Option<BufReader<ChildStdout>>,
}

impl Loop {
    fn start(every: &str, arguments: &[&str]) -> Self {
        Self::start_with(&[], every, arguments)
    }

    fn start_with(environment: &[(&str, &str)], every: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_nodeproof"))
            .args(["run", "--every", every])
            .args(arguments)
            .env_clear()
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("its stdout"));
        Self { child, out: Some(out) }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.as_mut().expect("a reader").read_line(&mut line).expect("a line");
        line
    }

    /// Resident memory in KiB, and the number of open descriptors.
    fn size(&self) -> (u64, usize) {
        let pid = self.child.id();
        let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("its status");
        let resident = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).expect("its memory");
        let resident = resident.trim().trim_end_matches(" kB").parse().expect("a number");
        (resident, fs::read_dir(format!("/proc/{pid}/fd")).expect("its descriptors").count())
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().try_into().expect("a pid")).expect("a pid");
        kill_process(pid, signal).expect("it still runs");
    }

    /// Its exit code after a signal.
    fn end(&mut self, signal: Signal) -> Option<i32> {
        self.signal(signal);
        self.child.wait().expect("its end").code()
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn live_node() -> LiveNode {
    let text = text_of(&repository("testdata/oracle/kubeadm-control-plane.json"));
    LiveNode::of(&serde_json::from_str(&text).expect("a description"))
}

#[test]
fn a_thousand_runs_need_no_more_memory_and_descriptors_than_the_first_hundred() {
    let node = live_node();
    let (root, proc) = (node.root(), node.proc());
    let (root, proc) = (root.to_str().expect("a name"), proc.to_str().expect("a name"));
    let mut program =
        Loop::start("1ms", &["--benchmark", "cis-1.20", "--targets", "etcd,node", "--root", root, "--proc", proc]);
    let first = program.line();
    let report: Value = serde_json::from_str(&first).expect("JSON on one line");
    assert!(report["Totals"]["total_pass"].as_u64().expect("a count") > 10);
    for _ in 1..100 {
        assert_eq!(program.line(), first);
    }
    let early = program.size();
    for _ in 100..1000 {
        assert_eq!(program.line(), first);
    }
    let late = program.size();
    assert!(late.0 <= early.0 + 1024, "resident memory went from {} to {} KiB", early.0, late.0);
    // A run in progress holds some open.
    assert!(late.1 <= early.1 + 8, "descriptors went from {} to {}", early.1, late.1);
}

#[test]
fn each_run_prints_json_unless_another_format_is_named() {
    let first_line = |environment: &[(&str, &str)], options: &[&str]| {
        let arguments = [&["--host", "example", "--version", "1.21"], options].concat();
        Loop::start_with(environment, "1h", &arguments).line()
    };
    let json = first_line(&[], &[]);
    assert!(json.starts_with("{\"Controls\":"), "{json:.100}");
    let text = first_line(&[], &["--format", "text"]);
    assert!(text.starts_with("[INFO]"), "{text:.100}");
    assert_eq!(first_line(&[("NODEPROOF_FORMAT", "text")], &[]), text);
    // The command line goes first.
    assert_eq!(first_line(&[("NODEPROOF_FORMAT", "text")], &["--json"]), json);
}

#[test]
fn a_signal_ends_it_asleep_and_with_a_full_pipe() {
    let asleep = ["--host", "example", "--version", "1.21"];
    for signal in [Signal::TERM, Signal::INT] {
        let mut program = Loop::start("1h", &asleep);
        program.line();
        let code = program.end(signal);
        assert_eq!(code, Some(0), "{signal:?}");
    }
    // The pipe is full after the first few runs, and the program waits for its reader.
    let mut program = Loop::start("1ms", &asleep);
    program.line();
    std::thread::sleep(Duration::from_millis(500));
    let code = program.end(Signal::TERM);
    assert_eq!(code, Some(0));
}

#[test]
fn a_failed_run_is_reported_and_repeated() {
    let folder = tempfile::tempdir().expect("a folder");
    let (root, proc) = (folder.path().join("root"), folder.path().join("proc"));
    fs::create_dir_all(&proc).expect("a folder");
    fs::create_dir_all(&root).expect("a folder");
    let (root, proc) = (root.to_str().expect("a name"), proc.to_str().expect("a name"));
    // Nothing runs there, which may change with the next run.
    let mut program = Loop::start("50ms", &["--version", "1.21", "--root", root, "--proc", proc]);
    let mut errors = BufReader::new(program.child.stderr.take().expect("its stderr"));
    let told = errors.by_ref().lines().map_while(Result::ok).filter(|l| l.starts_with("nodeproof: no component"));
    assert_eq!(told.take(3).count(), 3);
    let code = program.end(Signal::TERM);
    assert_eq!(code, Some(0));
}

#[test]
fn a_usage_error_ends_it() {
    let cases = [
        ("1h", &["--version", "1.21", "--host", "example", "--targets", "nodes"][..], "there is no target `nodes`"),
        ("0s", &["--version", "1.21", "--host", "example"], "must be greater than zero"),
        ("six hours", &["--version", "1.21", "--host", "example"], "6h"),
    ];
    for (every, arguments, told) in cases {
        let mut program = Loop::start(every, arguments);
        let mut errors = String::new();
        program.child.stderr.take().expect("its stderr").read_to_string(&mut errors).expect("its errors");
        assert!(errors.contains(told), "{errors}");
        assert_eq!(program.child.wait().expect("its end").code(), Some(2), "{errors}");
    }
}

#[test]
fn it_ends_when_its_reader_is_gone() {
    let arguments = ["--host", "example", "--version", "1.21", "--targets", "etcd"];
    let mut program = Loop::start("10ms", &arguments);
    program.line();
    program.out = None;
    assert_eq!(program.child.wait().expect("its end").code(), Some(0));
}
