//! Random scripts print the same in the interpreter and in this machine's `/bin/sh`; hostile scripts are stopped.

use nodeproof::internals::kube_bench::shell::{Interpreter, ScriptOutput, SystemShell, SystemShellError};
use nodeproof::internals::source::node::LiveSource;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A process with flags; killed when dropped.
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
        let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("start process");
        let daemon = Self(child);
        // Until exec the process still has the name of this one.
        assert!(wait_until(|| running("kube-proptest") > 0), "the process did not start");
        daemon
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn write_files(directory: &Path) {
    let write = |name: &str, mode: u32, text: &str| {
        let path = directory.join(name);
        std::fs::create_dir_all(path.parent().expect("parent")).expect("create directory");
        std::fs::write(&path, text).expect("write file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("set mode");
    };
    write("a.conf", 0o644, "anonymous-auth=false\nport: 10250\n# a comment\n\n  indented --flag=x,y\nEND\n");
    write("b.conf", 0o600, "b 2\na 1\nb 2\na 10\nB 2\n2\n10\n9\n");
    write("sub/c.crt", 0o640, "no newline at the end\nlast=1");
    write("sub/d.key", 0o400, "");
    write("e.yaml", 0o755, "kind: Config\ncontexts:\n- name: x\n  user: 'y'\n");
    symlink("a.conf", directory.join("link.conf")).expect("create link");
}

type Script = BoxedStrategy<String>;

fn path() -> Script {
    select(vec!["a.conf", "b.conf", "sub/c.crt", "sub/d.key", "e.yaml", "link.conf"])
        .prop_map(|f| format!("@/{f}"))
        .boxed()
}

fn maybe_missing() -> Script {
    prop_oneof![5 => path(), 1 => Just("@/none".to_owned()), 1 => Just("@/sub".to_owned())].boxed()
}

fn pattern() -> Script {
    let patterns =
        ["a", "^#", "=", "[0-9]", "b 2", "^$", ".", "name:", "END$", "x.*", "[[:space:]]", "--flag", "none-such"];
    select(patterns.to_vec()).prop_map(|p| format!("\"{p}\"")).boxed()
}

/// Commands that read standard input and print no errors.
fn filter() -> Script {
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
    let fixed = select(sed.iter().chain(&other).map(|s| (*s).to_owned()).collect::<Vec<_>>());
    prop_oneof![4 => fixed, 2 => grep, 1 => only].boxed()
}

/// Commands that start a pipeline. They may print errors.
fn source() -> Script {
    let format = select(vec!["%a", "%U:%G", "permissions=%a", "%n %a", "%u %g %%", "%a owner=%U"]);
    prop_oneof![
        maybe_missing().prop_map(|f| format!("cat {f}")),
        (pattern(), maybe_missing())
            .prop_filter("versions of grep print different errors for directories", |(_, f)| f != "@/sub")
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

fn pipeline() -> Script {
    let redirect = select(vec!["", "", "", " 2>/dev/null", " 2>&1", " >/dev/null 2>&1"]);
    (source(), redirect, prop::collection::vec(filter(), 0..4))
        .prop_map(|(source, redirect, filters)| {
            let mut text = source;
            text.push_str(redirect);
            filters.iter().for_each(|f| text.push_str(&format!(" | {f}")));
            text
        })
        // Versions of xargs treat quotes in their input differently.
        .prop_filter("xargs with quotes", |text| {
            !(text.contains("xargs") && (text.contains("e.yaml") || text.contains("sed")))
        })
        .boxed()
}

fn condition() -> Script {
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

fn script() -> Script {
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

fn are_installed(programs: &[&str]) -> bool {
    programs.iter().all(|p| ["/bin", "/usr/bin"].iter().any(|dir| Path::new(dir).join(p).exists()))
}

#[test]
fn random_scripts_print_the_same_as_in_the_system_shell() {
    let wanted =
        ["sh", "ps", "grep", "sed", "awk", "find", "stat", "xargs", "sort", "cut", "tr", "uniq", "wc", "head", "tail"];
    if !are_installed(&wanted) {
        println!("skipped: one of {wanted:?} is not installed");
        return;
    }
    let _daemon = Daemon::start();
    let directory = tempfile::tempdir().expect("create directory");
    write_files(directory.path());
    let path = directory.path().to_str().expect("UTF-8 path").to_owned();
    let shell = SystemShell::default();
    let source = LiveSource::open(Path::new("/"), Path::new("/proc")).expect("open node");
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let same = |script: String| {
        let script = script.replace('@', &path);
        let interpreted = Interpreter::new(&source).run(&script).map_err(|e| e.to_string());
        let expected = shell.run(&format!("LC_ALL=C; export LC_ALL\n{script}")).map_err(|e| e.to_string());
        prop_assert_eq!(interpreted, expected, "{}", script);
        Ok(())
    };
    if let Err(error) = runner.run(&script(), same) {
        panic!("{error}");
    }
    assert!(shell.started() >= 300);
}

/// Constructs of published audits, as `/bin/sh` runs them, and those of bash as bash runs them.
#[test]
fn published_constructs_print_the_same_as_in_the_system_shell() {
    let directory = tempfile::tempdir().expect("create directory");
    write_files(directory.path());
    let path = directory.path().to_str().expect("UTF-8 path").to_owned();
    let shell = SystemShell::default();
    let source = LiveSource::open(Path::new("/"), Path::new("/proc")).expect("open node");
    let scripts = [
        "grep -A 1 port @/a.conf",
        "grep -A2 -n '^2' @/b.conf",
        "grep -A 1 b @/a.conf @/b.conf",
        "grep -A 1 -e 1 -e '#' @/a.conf",
        "grep -v -A 1 b @/b.conf",
        "grep -A 0 b @/b.conf",
        "grep -A 9 -c b @/b.conf",
        "grep -A 1 -q b @/b.conf; echo $?",
        "cat @/b.conf | grep -A 1 'a 1' | grep -A 1 b",
        "echo $(cat @/none) a",
        "X=$(cat @/none; echo x); echo $? $X",
        "X=$(cat @/none) 2>/dev/null; echo $? $X",
        "echo $(cat @/none) 2>/dev/null",
        "{ echo $(cat @/none); } 2>/dev/null",
        "for f in $(cat @/none) x $(cat @/none2); do echo $f; done",
        "for f in $(cat @/none); do echo $f; done 2>/dev/null; echo $?",
        "if [ -z \"$(grep -s zzz @/none)\" ]; then echo none; fi",
        "stat -c %a $(find @/nowhere -type f) @/a.conf",
        "echo $(echo $(cat @/none) $(cat @/none2) | wc -l)",
        "echo `cat @/none` | wc -c",
        "cat $(echo @/none) | grep a; echo $?",
        "grep '\\--flag' @/a.conf",
        "grep -o '\\w*-auth' @/a.conf",
        "grep -E '^\\w+: [0-9]+$' @/a.conf",
    ];
    let mut different = Vec::new();
    for script in scripts {
        let script = script.replace('@', &path);
        let interpreted = Interpreter::new(&source).run(&script).map_err(|e| e.to_string());
        let expected = shell.run(&format!("LC_ALL=C; export LC_ALL\n{script}")).map_err(|e| e.to_string());
        if interpreted != expected {
            different.push((script, interpreted, expected));
        }
    }
    assert_eq!(different, []);
    if !are_installed(&["bash"]) {
        println!("skipped: bash is not installed");
        return;
    }
    let tests = [
        "-e @/a.conf",
        "-d @/a.conf",
        "! -f @/none && -d @/sub",
        "-s @/sub/d.key || -s @/a.conf",
        "-h @/link.conf",
        "-z \"$V\"",
        "-n $V",
        "abc == a*",
        "abc == \"a*\"",
        "a.c = a?c",
        "abc != [x-z]*",
        "$(cat @/b.conf) == *10*",
        "$(stat -c %a @/b.conf) == 600",
        "( 1 -lt 2 || x == y ) && 3 -ge 3",
        "\"a b\" == a\\ b",
        "-5 -lt 4",
    ];
    for test in tests {
        let script = format!("V='a b'; [[ {test} ]]; echo $?; if [[ {test} ]]; then echo yes; fi").replace('@', &path);
        let interpreted = Interpreter::new(&source).run(&script).map_err(|e| e.to_string());
        let file = directory.path().join("script");
        std::fs::write(&file, &script).expect("write file");
        let expected = shell.run(&format!("LC_ALL=C bash {}", file.display())).map_err(|e| e.to_string());
        if interpreted != expected {
            different.push((script, interpreted, expected));
        }
    }
    assert_eq!(different, []);
}

/// A process that leaves the process group keeps the shell's output open. It is not waited for, and its output is lost.
#[test]
fn does_not_wait_for_processes_that_left_the_group() {
    if !are_installed(&["setsid"]) {
        println!("skipped: setsid is not installed");
        return;
    }
    let shell = SystemShell::with_limit(Duration::from_secs(1));
    for script in [
        "setsid sh -c 'while sleep 0.1; do echo 98771; done' & echo started",
        "setsid sh -c 'for i in 1 2 3 4 5 6 7 8; do setsid sh -c \"sleep 0.3; : 98772\"; done' & sleep 98773",
    ] {
        assert_eq!(shell.run(script), Err(SystemShellError::TimedOut(Duration::from_secs(1))), "{script}");
    }
    // The processes that print die of SIGPIPE.
    assert!(is_gone("98771") && is_gone("98772") && is_gone("sleep 98773"));
}

/// The number of processes whose command line contains a text.
fn running(text: &str) -> usize {
    let lines = std::fs::read_dir("/proc").expect("list processes").flatten();
    let lines = lines.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).replace('\0', " ").contains(text)).count()
}

fn is_gone(text: &str) -> bool {
    wait_until(|| running(text) == 0)
}

/// Whether a condition holds soon.
fn wait_until(condition: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(20);
    while Instant::now() < deadline {
        if condition() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

#[test]
fn limits_the_time_and_output_of_scripts() {
    let limit = Duration::from_secs(1);
    let shell = SystemShell::with_limit(limit);
    let cases = [
        ("sleep 98761", SystemShellError::TimedOut(limit)),
        ("sleep 98762 & sleep 98762 & wait", SystemShellError::TimedOut(limit)),
        ("(sleep 98763 &); echo gone", SystemShellError::TimedOut(limit)),
        (
            "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done",
            SystemShellError::TooMuchOutput,
        ),
        ("trap '' TERM INT HUP; sleep 98764; sleep 98764", SystemShellError::TimedOut(limit)),
    ];
    for (script, error) in cases {
        assert_eq!(shell.run(script), Err(error), "{script}");
    }
    for number in 1..=4 {
        assert!(is_gone(&format!("sleep 9876{number}")), "sleep 9876{number}");
    }
    assert_eq!(SystemShellError::TimedOut(limit).to_string(), "it took longer than 1 s and was killed");
    assert_eq!(SystemShellError::TooMuchOutput.to_string(), "it printed more than 1048576 bytes and was killed");
    assert_eq!(shell.started(), 5);
}

#[test]
fn returns_both_streams_and_the_exit_status() {
    let shell = SystemShell::default();
    // A command that reads standard input gets the rest of the script, and then its end.
    let read = shell.run("cat\necho the rest\n").expect("run script");
    assert!(read.status == 0 && read.text.len() < 100, "{read:?}");
    let output = shell.run("echo out; echo err >&2; exit 3");
    assert_eq!(output, Ok(ScriptOutput { text: "out\nerr\n".to_owned(), status: 3 }));
    assert_eq!(shell.started(), 2);
}
