//! `run --every`: a line a run, nothing that grows, an end at once.

use crate::live::LiveNode;
use crate::support::{repository, text_of};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

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

    /// The line of an audit that starts now, without what differs from audit to audit.
    fn next(&mut self) -> Value {
        self.signal(Signal::USR1);
        comparable(&self.line())
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

fn comparable(line: &str) -> Value {
    let mut line: Value = serde_json::from_str(line).expect("JSON on one line");
    for key in ["report_id", "time"] {
        assert!(line.as_object_mut().expect("an object").shift_remove(key).is_some(), "{key}");
    }
    line
}

fn live_node() -> LiveNode {
    let text = text_of(&repository("testdata/oracle/kubeadm-control-plane.json"));
    LiveNode::of(&serde_json::from_str(&text).expect("a description"))
}

/// On a busy machine a process may take longer than it is given, and is then undetermined. No check may have another verdict.
fn assert_undetermined_at_most(first: &Value, line: &Value) {
    let checks = |report: &Value| report["checks"].as_array().expect("checks").clone();
    let (first, checks) = (checks(first), checks(line));
    assert_eq!(first.len(), checks.len(), "{line}");
    for (expected, check) in first.iter().zip(&checks) {
        let same = |key: &str| expected[key] == check[key];
        assert!(same("id") && (same("status") || check["status"] == "undetermined"), "{check} in place of {expected}");
    }
}

#[test]
fn a_thousand_runs_need_no_more_memory_and_descriptors_than_the_first_hundred() {
    let node = live_node();
    let (root, proc) = (node.root(), node.proc());
    let (root, proc) = (root.to_str().expect("a name"), proc.to_str().expect("a name"));
    let mut program =
        Loop::start("6h", &["--benchmark", "cis-1.20", "--targets", "etcd,node", "--root", root, "--proc", proc]);
    let first = comparable(&program.line());
    assert!(first["totals"]["pass"].as_u64().expect("a count") > 10);
    let differs = |program: &mut Loop| {
        let line = program.next();
        assert_undetermined_at_most(&first, &line);
        line != first
    };
    let mut others = (1..100).filter(|_| differs(&mut program)).count();
    let early = program.size();
    others += (100..1000).filter(|_| differs(&mut program)).count();
    assert!(others <= 5, "{others} audits differ from the first");
    let late = program.size();
    assert!(late.0 <= early.0 + 1024, "resident memory went from {} to {} KiB", early.0, late.0);
    // A run in progress holds some open.
    assert!(late.1 <= early.1 + 8, "descriptors went from {} to {}", early.1, late.1);
}

#[test]
fn each_run_prints_a_line_unless_another_report_goes_to_stdout() {
    let first_line = |environment: &[(&str, &str)], options: &[&str]| {
        let arguments = [&["--host", "example", "--version", "1.21"], options].concat();
        Loop::start_with(environment, "1h", &arguments).line()
    };
    let slim = comparable(&first_line(&[], &[]));
    assert_eq!((&slim["schema_version"], &slim["node"]), (&json!(1), &json!("example")));
    assert!(slim["checks"].as_array().expect("checks").contains(&json!({"id": "1.1.1", "status": "pass"})), "{slim}");
    let text = first_line(&[], &["--format", "text"]);
    assert!(text.starts_with("[INFO]"), "{text:.100}");
    assert_eq!(first_line(&[("NODEPROOF_FORMAT", "text")], &[]), text);
    // The command line goes first.
    let json = first_line(&[("NODEPROOF_FORMAT", "text")], &["--json"]);
    assert!(json.starts_with("{\"Controls\":"), "{json:.100}");
}

#[test]
fn full_reports_go_to_files_beside_the_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report");
    let name = file.to_str().expect("a name");
    let (report, environment) = (format!("--format=report={name}"), format!("report={name}"));
    let cases =
        [("", &[report.as_str()][..]), (environment.as_str(), &[]), ("", &["--format=report", "--outputfile", name])];
    for (variable, options) in cases {
        let arguments = [&["--host", "example", "--version", "1.21"], options].concat();
        let mut program = Loop::start_with(&[("NODEPROOF_FORMAT", variable)], "1h", &arguments);
        let id = |text: &str| serde_json::from_str::<Value>(text).expect("JSON")["report_id"].clone();
        // The line is about the report that was written before it.
        assert_eq!(id(&program.line()), id(&text_of(&file)), "{options:?}");
        program.signal(Signal::USR1);
        assert_eq!(id(&program.line()), id(&text_of(&file)), "{options:?}");
    }
    // A line with a file of its own is not printed as well.
    let line = format!("--format=line={name}");
    let mut program = Loop::start("1h", &["--host", "example", "--version", "1.21", &line]);
    let start = Instant::now();
    while comparable(&text_of(&file))["checks"][0]["status"].is_null() && start.elapsed() < Duration::from_secs(10) {
        thread::sleep(Duration::from_millis(5));
    }
    program.end(Signal::TERM);
    assert_eq!(program.line(), "");
}

#[test]
fn requests_during_an_audit_start_one_more() {
    let mut program = Loop::start("1h", &["--host", "example", "--version", "1.21"]);
    let first = comparable(&program.line());
    for _ in 0..50 {
        program.signal(Signal::USR1);
    }
    assert_eq!(comparable(&program.line()), first);
    thread::sleep(Duration::from_millis(500));
    assert_eq!(program.end(Signal::TERM), Some(0));
    let mut rest = String::new();
    program.out.as_mut().expect("a reader").read_to_string(&mut rest).expect("its lines");
    assert!(rest.lines().count() < 50, "{}", rest.lines().count());
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
    let mut program = Loop::start("6h", &asleep);
    program.line();
    for _ in 0..200 {
        program.signal(Signal::USR1);
        thread::sleep(Duration::from_millis(5));
    }
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
    let mut program = Loop::start("6h", &["--version", "1.21", "--root", root, "--proc", proc]);
    let mut errors = BufReader::new(program.child.stderr.take().expect("its stderr"));
    for _ in 0..3 {
        let mut lines = errors.by_ref().lines().map_while(Result::ok);
        assert!(lines.any(|line| line.starts_with("nodeproof: no component")));
        program.signal(Signal::USR1);
    }
    let code = program.end(Signal::TERM);
    assert_eq!(code, Some(0));
}

#[test]
fn a_usage_error_ends_it() {
    let cases = [
        ("1h", &["--version", "1.21", "--host", "example", "--targets", "nodes"][..], "there is no target `nodes`"),
        ("0s", &["--version", "1.21", "--host", "example"], "must be greater than zero"),
        ("9999ms", &["--version", "1.21", "--host", "example"], "the minimum interval is 10s"),
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
    let mut program = Loop::start("10s", &arguments);
    program.line();
    program.out = None;
    program.signal(Signal::USR1);
    assert_eq!(program.child.wait().expect("its end").code(), Some(0));
}
