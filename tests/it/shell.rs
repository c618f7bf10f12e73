//! Random scripts print the same here and in the machine's own shell, on the same files and processes; and scripts that mean
//! harm do none.

use nodeproof::internals::kube_bench::shell::{Answer, Interpreter, SystemShell};
use nodeproof::internals::source::node::LiveSource;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A process with flags, as long as the test lives.
struct Daemon(Child);

impl Daemon {
    fn start() -> Self {
        let mut command = Command::new("/bin/sh");
        command.arg0("/usr/bin/kube-proptest").args([
            "-c",
            "read x",
            "--anonymous-auth=false",
            "--profiling=true",
            "--v=2",
        ]);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("a process");
        // It bears its name from the moment on that it has become the other program.
        std::thread::sleep(Duration::from_millis(300));
        Self(child)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn files(folder: &Path) {
    let write = |name: &str, mode: u32, text: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("a mode");
    };
    write("a.conf", 0o644, "anonymous-auth=false\nport: 10250\n# a comment\n\n  indented --flag=x,y\nEND\n");
    write("b.conf", 0o600, "b 2\na 1\nb 2\na 10\nB 2\n2\n10\n9\n");
    write("sub/c.crt", 0o640, "no newline at the end\nlast=1");
    write("sub/d.key", 0o400, "");
    write("e.yaml", 0o755, "kind: Config\ncontexts:\n- name: x\n  user: 'y'\n");
    symlink("a.conf", folder.join("link.conf")).expect("a link");
}

type Text = BoxedStrategy<String>;

fn path() -> Text {
    select(vec!["a.conf", "b.conf", "sub/c.crt", "sub/d.key", "e.yaml", "link.conf"])
        .prop_map(|f| format!("@/{f}"))
        .boxed()
}

fn maybe_missing() -> Text {
    prop_oneof![5 => path(), 1 => Just("@/none".to_owned()), 1 => Just("@/sub".to_owned())].boxed()
}

fn pattern() -> Text {
    let patterns =
        ["a", "^#", "=", "[0-9]", "b 2", "^$", ".", "name:", "END$", "x.*", "[[:space:]]", "--flag", "none-such"];
    select(patterns.to_vec()).prop_map(|p| format!("\"{p}\"")).boxed()
}

/// Commands that read their standard input and print no errors.
fn filter() -> Text {
    let sed = [
        "sed \"s/a/<&>/g\"",
        "sed \"s%=%: %\"",
        "sed -n \"s/^\\\\([a-z]*\\\\).*/\\\\1/p\"",
        "sed -E \"s/([0-9]+)/[\\\\1]/2\"",
        "sed -n 2p",
        "sed 1d",
        "sed \"/^#/d\"",
        "sed -n \"/a/,/END/p\"",
        "sed \"2,3d\"",
        "sed -n \"\\$p\"",
        "sed 2q",
        "sed \"s/ *//;s/b/c/\"",
    ];
    let other = [
        "awk \"{print \\$1}\"",
        "awk -F= \"{print \\$2}\"",
        "awk \"{print \\$2, \\$1}\"",
        "awk \"/a/ {print \\$NF}\"",
        "awk -F: \"NR==2 {print \\$1}\"",
        "awk \"{print NF}\"",
        "tr a-z A-Z",
        "tr -d \" \"",
        "tr -s \" \"",
        "tr \",\" \"\\n\"",
        "tr -d [:digit:]",
        "cut -d= -f2",
        "cut -d \" \" -f1,3-",
        "cut -c1-4",
        "cut -d: -f1 -s",
        "uniq",
        "uniq -c",
        "uniq -d",
        "sort",
        "sort -u",
        "sort -r",
        "sort -n",
        "sort -nr",
        "sort -n -u",
        "wc -l",
        "wc -w",
        "wc -c",
        "head -1",
        "head -n 3",
        "tail -n 2",
        "tail -n +2",
        "tail -1",
        "cat",
        "xargs echo",
        "xargs -n 1 echo x",
    ];
    let grep = (select(vec!["", "-v", "-i", "-c", "-E", "-F", "-w", "-x", "-n", "-q", "-vi", "-m1", "-s"]), pattern())
        .prop_map(|(flags, pattern)| format!("grep {flags} -e {pattern}"));
    let only = select(vec!["[a-z]*=", "[0-9][0-9]*", "b", "--[a-z-]*"]).prop_map(|p| format!("grep -o -e \"{p}\""));
    let plain = select(sed.iter().chain(&other).map(|s| (*s).to_owned()).collect::<Vec<_>>());
    prop_oneof![4 => plain, 2 => grep, 1 => only].boxed()
}

/// Commands at a pipeline's beginning. They may print errors.
fn source() -> Text {
    let format = select(vec!["%a", "%U:%G", "permissions=%a", "%n %a", "%u %g %%", "%a owner=%U"]);
    prop_oneof![
        maybe_missing().prop_map(|f| format!("cat {f}")),
        (pattern(), maybe_missing())
            .prop_filter("what grep says of folders differs", |(_, f)| f != "@/sub")
            .prop_map(|(p, f)| format!("grep -e {p} {f}")),
        (pattern(), path(), path()).prop_map(|(p, f, g)| format!("grep -e {p} {f} {g}")),
        (format.clone(), maybe_missing()).prop_map(|(c, f)| format!("stat -c \"{c}\" {f}")),
        format.clone().prop_map(|c| format!("stat -c \"{c}\" @/*.conf")),
        format.prop_map(|c| format!("stat -L -c \"{c}\" @/*")),
        select(vec![
            "-name \"*.conf\"",
            "-type f",
            "-type d",
            "-maxdepth 1",
            "-not -name \"*.crt\" -type f",
            "-type l",
            "-name none"
        ])
        .prop_map(|t| format!("find @ {t} | sort")),
        select(vec!["*.conf", "[ab].*", "?.crt"])
            .prop_map(|n| format!("find @ -name \"{n}\" -type f | sort | xargs -r stat -c %a")),
        Just("ps -ef | grep kube-proptest | grep -v grep".to_owned()),
        Just("ps -ef | grep -v grep | grep -e --anonymous-auth=false | awk \"{print \\$8}\"".to_owned()),
        Just("ps -C none-such-here -o args".to_owned()),
        select(vec!["a b", "-n x", "'$V'", "\"a  b\"", "$V", "a=1 b:2"]).prop_map(|w| format!("echo {w}")),
        select(vec!["%s\\n", "%s %s\\n", "[%s]", "%d\\n"]).prop_map(|f| format!("printf \"{f}\" 3 2 2 1")),
        (1..4_u8, path()).prop_map(|(n, f)| format!("head -n {n} {f}")),
        (1..4_u8, path()).prop_map(|(n, f)| format!("tail -n {n} {f}")),
    ]
    .boxed()
}

fn pipeline() -> Text {
    let redirect = select(vec!["", "", "", " 2>/dev/null", " 2>&1", " >/dev/null 2>&1"]);
    (source(), redirect, prop::collection::vec(filter(), 0..4))
        .prop_map(|(source, redirect, filters)| {
            let mut text = source;
            text.push_str(redirect);
            filters.iter().for_each(|f| text.push_str(&format!(" | {f}")));
            text
        })
        // A quote in a text keeps xargs from being the same everywhere.
        .prop_filter("xargs of quotes", |text| {
            !(text.contains("xargs") && (text.contains("e.yaml") || text.contains("sed")))
        })
        .boxed()
}

fn condition() -> Text {
    let test = (select(vec!["-e", "-f", "-d", "! -e", "-h"]), maybe_missing());
    prop_oneof![
        test.clone().prop_map(|(o, f)| format!("test {o} {f}")),
        test.prop_map(|(o, f)| format!("[ {o} {f} ]")),
        (pattern(), path()).prop_map(|(p, f)| format!("grep -q -e {p} {f}")),
        select(vec!["[ a = a ]", "[ \"$V\" != a ]", "[ 3 -gt 2 ]", "[ -z \"$V\" ]", "[ -n \"$V\" ]"])
            .prop_map(str::to_owned),
    ]
    .boxed()
}

fn script() -> Text {
    let one = pipeline().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (condition(), inner.clone()).prop_map(|(c, s)| format!("if {c}; then {s}; fi")),
            (condition(), inner.clone(), inner.clone()).prop_map(|(c, s, t)| format!("if {c}; then {s}; else {t}; fi")),
            (inner.clone(), inner.clone()).prop_map(|(s, t)| format!("{s}; {t}")),
            (condition(), inner.clone(), inner.clone())
                .prop_map(|(c, s, t)| format!("{c} && {{ {s}; }} || {{ {t}; }}")),
            (inner.clone(), filter()).prop_map(|(s, f)| format!("( {s} ) 2>/dev/null | {f}")),
            inner.clone().prop_map(|s| format!("! {{ {s}; }}")),
            inner.clone().prop_map(|s| format!("for f in @/*.conf x; do echo $f; {s}; done")),
            inner.clone().prop_map(|s| format!("V=$( ( {s} ) 2>/dev/null ); echo \"$V\" $? $V")),
            (inner.clone(), inner).prop_map(|(s, t)| format!("{s}\n{t}; echo $?")),
        ]
    });
    (one, any::<bool>())
        .prop_map(|(text, nested)| if nested && !text.contains('\'') { format!("/bin/sh -c '{text}'") } else { text })
        .boxed()
}

fn is_here(programs: &[&str]) -> bool {
    programs.iter().all(|p| ["/bin", "/usr/bin"].iter().any(|folder| Path::new(folder).join(p).exists()))
}

#[test]
fn random_scripts_print_what_the_shell_prints() {
    let wanted =
        ["sh", "ps", "grep", "sed", "awk", "find", "stat", "xargs", "sort", "cut", "tr", "uniq", "wc", "head", "tail"];
    if !is_here(&wanted) {
        println!("not run: this machine lacks one of {wanted:?}");
        return;
    }
    let _daemon = Daemon::start();
    let folder = tempfile::tempdir().expect("a folder");
    files(folder.path());
    let at = folder.path().to_str().expect("a path").to_owned();
    let shell = SystemShell::default();
    let host = LiveSource::open(Path::new("/"), Path::new("/proc")).expect("this machine");
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let same = |script: String| {
        let script = script.replace('@', &at);
        let here = Interpreter::new(&host).answer(&script);
        let there = shell.run(&format!("LC_ALL=C; export LC_ALL\n{script}"));
        prop_assert_eq!(here.map_err(|e| e.to_string()), there, "{}", script);
        Ok(())
    };
    if let Err(error) = runner.run(&script(), same) {
        panic!("{error}");
    }
    assert!(shell.started() >= 300);
}

/// Who leaves the process group keeps what the shell prints into open. Nobody waits for him; what he prints goes nowhere.
#[test]
fn a_process_that_leaves_its_group_holds_nobody_up() {
    if !is_here(&["setsid"]) {
        println!("not run: this machine lacks setsid");
        return;
    }
    let shell = SystemShell::with_limit(Duration::from_secs(1));
    let begun = Instant::now();
    for script in [
        "setsid sh -c 'while sleep 0.1; do echo 98771; done' & echo started",
        "setsid sh -c 'for i in 1 2 3 4 5 6 7 8; do setsid sh -c \"sleep 0.3; : 98772\"; done' & sleep 98773",
    ] {
        let error = shell.run(script).expect_err(script);
        assert!(error.contains("longer than 1 s"), "{script}: {error}");
    }
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    // Nothing reads it any more, so that printing ends it.
    assert!(gone("98771") && gone("98772") && gone("sleep 98773"));
}

/// The processes of this machine whose command line holds a text.
fn running(text: &str) -> usize {
    let lines = std::fs::read_dir("/proc").expect("processes").flatten();
    let lines = lines.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).replace('\0', " ").contains(text)).count()
}

fn gone(text: &str) -> bool {
    let deadline = Instant::now() + Duration::from_secs(5);
    while Instant::now() < deadline {
        if running(text) == 0 {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

#[test]
fn scripts_that_mean_harm_do_none() {
    let shell = SystemShell::with_limit(Duration::from_secs(1));
    let begun = Instant::now();
    let cases = [
        ("sleep 98761", "longer than 1 s"),
        ("sleep 98762 & sleep 98762 & wait", "longer than 1 s"),
        ("(sleep 98763 &); echo gone", "longer than 1 s"),
        (
            "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done",
            "more than 1048576 bytes",
        ),
        ("trap '' TERM INT HUP; sleep 98764; sleep 98764", "longer than 1 s"),
    ];
    for (script, reason) in cases {
        let error = shell.run(script).expect_err(script);
        assert!(error.contains(reason), "{script}: {error}");
    }
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    for number in 1..=4 {
        assert!(gone(&format!("sleep 9876{number}")), "sleep 9876{number}");
    }
    // What reads standard input finds the rest of the script there, and its end.
    let read = shell.run("cat\necho the rest\n").expect("an answer");
    assert!(read.status == 0 && read.text.len() < 100, "{read:?}");
    let ended = shell.run("echo out; echo err >&2; exit 3");
    assert_eq!(ended, Ok(Answer { text: "out\nerr\n".to_owned(), status: 3 }));
    assert_eq!(shell.started(), 7);
}
