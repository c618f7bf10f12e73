//! Scripts and what they print, on a described node.

use super::*;
use crate::source::node::RecordedSource;

const NODE: &str = r#"
dirs: [{ path: /etc/kubernetes/pki, mode: "755" }]
files:
  - { path: /etc/kubernetes/manifests/api.yaml, mode: '600', content: 'a: 1' }
  - { path: /etc/kubernetes/pki/a.crt, mode: '644', content: 'x' }
  - { path: /etc/kubernetes/pki/b.key, mode: '600', owner: etcd, group: etcd }
  - { path: /etc/kubernetes/pki/sub/c.crt, mode: '640' }
  - { path: /etc/link, target: /etc/kubernetes/pki/a.crt }
  - { path: /etc/unit, mode: "644", content: "ExecStart=/usr/bin/kubelet --config=/var/lib/k.yaml --v=2\nPrivateTmp=yes\n# ExecStart no\n" }
accounts: { etcd: 1501 }
processes:
  - { argv: [kube-apiserver, --anonymous-auth=false, --profiling=false], pid: 11 }
  - { argv: [/usr/bin/kubelet, --config=/var/lib/k.yaml], pid: 12 }
  - { argv: [etcd, --data-dir=/var/lib/etcd], pid: 13, user: etcd }
"#;

fn run(script: &str) -> Result<ScriptOutput, ScriptError> {
    let source = RecordedSource::parse(NODE).expect("node");
    Interpreter::new(&source).run(script)
}

#[test]
fn prints_what_the_commands_print() {
    let cases = [
        ("stat -c %a /etc/kubernetes/manifests/api.yaml", "600\n", 0),
        ("stat -c permissions=%a /etc/kubernetes/pki/*.crt", "permissions=644\n", 0),
        ("stat -c '%n %U:%G' /etc/kubernetes/pki/b.key", "/etc/kubernetes/pki/b.key etcd:etcd\n", 0),
        ("stat -c %a /etc/link", "777\n", 0),
        ("stat -Lc %a /etc/link", "644\n", 0),
        ("stat -c %a /none", "stat: cannot statx '/none': No such file or directory\n", 1),
        ("if test -e /none; then stat -c %a /none; fi", "", 0),
        ("/bin/sh -c 'if test -e /etc/unit; then stat -c %U:%G /etc/unit; fi' ", "root:root\n", 0),
        ("if [ -d /etc/unit ]; then echo yes; else echo no; fi", "no\n", 0),
        ("find /etc/kubernetes/pki -name '*.crt' | xargs stat -c %a", "644\n640\n", 0),
        ("find /etc/kubernetes/pki -maxdepth 1 -type f | sort -r | head -n 1", "/etc/kubernetes/pki/b.key\n", 0),
        ("find /etc/kubernetes/pki/ -name '*.key' -exec stat -c %a {} \\;", "600\n", 0),
        ("grep ExecStart= /etc/unit | sed 's%.*config[= ]\\([^ ]*\\).*%\\1%'", "/var/lib/k.yaml\n", 0),
        ("cat /etc/unit | grep -v '^#' | grep -c .", "2\n", 0),
        ("grep -o 'v=[0-9]*' /etc/unit", "v=2\n", 0),
        ("grep -qE 'PrivateTmp=(yes|true)' /etc/unit && echo ok || echo bad", "ok\n", 0),
        ("FILE=$(grep -o 'Private.*' /etc/unit | cut -d= -f2); echo \"is $FILE\"", "is yes\n", 0),
        ("for f in /etc/kubernetes/pki/*.crt /etc/unit; do stat -c %a $f; done", "644\n644\n", 0),
        ("echo 'b a' | awk '{print $2, $1}'", "a b\n", 0),
        ("echo a:b:c | awk -F: '{print $NF}' | tr a-z A-Z", "C\n", 0),
        ("printf '%s\\n' x x y | uniq -c", "      2 x\n      1 y\n", 0),
        ("printf '%s\\n' 10 9 9 | sort -n -u | tail -1", "10\n", 0),
        ("cat /none 2>/dev/null; echo $?", "1\n", 0),
        ("cat /none 2>&1 | wc -l", "1\n", 0),
        ("! grep -q nothing /etc/unit", "", 0),
        ("X=; echo ${X:-default} \"${UNSET_HERE}\" '$X'", "default  $X\n", 0),
        ("ps -C kubelet -o args --no-headers", "/usr/bin/kubelet --config=/var/lib/k.yaml\n", 0),
        (
            "ps -ef | grep kube-apiserver | grep -v grep",
            "root          11       1  0 00:00 ?        00:00:00 kube-apiserver --anonymous-auth=false --profiling=false\n",
            0,
        ),
        (
            "/bin/ps -fC etcd",
            "UID          PID    PPID  C STIME TTY          TIME CMD\n\
             etcd          13       1  0 00:00 ?        00:00:00 etcd --data-dir=/var/lib/etcd\n",
            0,
        ),
        (
            "ps -fC $UNSET_HERE",
            "error: list of command names must follow -C\n\nUsage:\n ps [options]\n\n \
             Try 'ps --help <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n \
             for additional help text.\n\nFor more details see ps(1).\n",
            1,
        ),
        ("ps -ef | grep nothing-here | grep -v grep", "", 1),
        ("ps -ef | grep nothing-here | grep -o 'grep nothing-here'", "grep nothing-here\ngrep nothing-here\n", 0),
        (
            "ps -ef | grep  | grep -v grep",
            "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n",
            1,
        ),
        (
            "grep -A 1 ExecStart= /etc/unit",
            "ExecStart=/usr/bin/kubelet --config=/var/lib/k.yaml --v=2\nPrivateTmp=yes\n",
            0,
        ),
        ("printf '%s\\n' a 1 2 3 b 4 a a 5 6 | grep -A1 -n a", "1:a\n2-1\n--\n7:a\n8:a\n9-5\n", 0),
        ("printf '%s\\n' a 1 2 a | grep -A0 a", "a\n--\na\n", 0),
        ("printf '%s\\n' a 1 | grep -c -A1 a", "1\n", 0),
        ("grep -H -A1 a: /etc/kubernetes/manifests/api.yaml", "/etc/kubernetes/manifests/api.yaml:a: 1\n", 0),
        ("echo x$(cat /none)y", "cat: /none: No such file or directory\nxy\n", 0),
        ("X=$(cat /none); echo $?", "cat: /none: No such file or directory\n1\n", 0),
        ("X=$(cat /none) 2>/dev/null; echo \"$?$X\"", "1\n", 0),
        ("for f in $(cat /none) a b; do echo $f; done", "cat: /none: No such file or directory\na\nb\n", 0),
        ("for f in $(cat /none); do echo $f; done; echo $?", "cat: /none: No such file or directory\n0\n", 0),
        ("if [ -z $(cat /none) ]; then echo empty; fi", "cat: /none: No such file or directory\nempty\n", 0),
        ("echo $(cat /none) 2>/dev/null | wc -c", "cat: /none: No such file or directory\n1\n", 0),
        ("(echo $(cat /none)) 2>/dev/null", "\n", 0),
        (
            "echo $(echo $(cat /none) $(cat /none2) | wc -l)",
            "cat: /none: No such file or directory\ncat: /none2: No such file or directory\n1\n",
            0,
        ),
        ("echo a-b=c | grep -o 'a\\-b\\w*=\\w'", "a-b=c\n", 0),
        ("[[ -e /etc/unit && ! -d /etc/unit ]] && echo yes", "yes\n", 0),
        ("X='a b'; [[ $X == 'a b' && $X = a* && $X != \"a*\" ]] && echo yes", "yes\n", 0),
        ("if [[ -z $UNSET_HERE || ( 1 -gt 2 ) ]]; then echo yes; else echo no; fi", "yes\n", 0),
        ("[[ $(stat -c %a /none) == \"\" ]]; echo $?", "stat: cannot statx '/none': No such file or directory\n0\n", 0),
        ("[[ 10 -le 9 ]]", "", 1),
        ("", "", 0),
    ];
    for (script, text, status) in cases {
        assert_eq!(run(script), Ok(ScriptOutput { text: text.to_owned(), status }), "{script}");
    }
}

/// The rows that a `grep` drops are not read. A group hides the `grep` from `ps`, which then reads all rows.
#[test]
fn ps_prints_the_same_to_a_grep_that_it_knows() {
    let node = r#"
accounts: { etcd: 1501, kubeadm: 1502 }
processes:
  - { argv: [kube-apiserver, --etcd-servers=https://127.0.0.1:2379], pid: 11 }
  - { argv: [/usr/bin/kubelet, --root-dir, /var/lib/kube let], pid: 12 }
  - { argv: [etcd, --data-dir=/var/lib/etcd], pid: 13, user: etcd }
  - { argv: [sleep, '100'], pid: 14, user: etcd }
  - { argv: [sleep, '13'], pid: 15, user: kubeadm }
  - { argv: [k3s, server], pid: 16 }
  - { argv: ["a\nkubelet\tb"], pid: 17 }
  - { argv: [/opt/hyperkube, kubelet], pid: 18 }
"#;
    let source = RecordedSource::parse(node).expect("node");
    let run = |script: &str| Interpreter::new(&source).run(script).map(|output| output.text);
    let cases = [
        ("etcd", 3),
        ("kubelet", 3),
        ("kube-apiserver", 1),
        ("kube", 5),
        ("kubeadm", 1),
        ("'k3s server'", 1),
        ("'00 k3s'", 1),
        ("'kubelet b'", 0),
        ("sleep", 2),
        ("13", 2),
        ("Jan", 0),
        ("none-such", 0),
        ("-e --data-dir", 1),
        ("-F kubelet", 3),
    ];
    for (pattern, lines) in cases {
        let known = run(&format!("ps -ef | grep {pattern} | grep -v grep"));
        assert_eq!(known.as_ref().map(|text| text.lines().count()), Ok(lines), "{pattern}: {known:?}");
        assert_eq!(known, run(&format!("{{ ps -ef; }} | grep {pattern} | grep -v grep")), "{pattern}");
    }
    for arguments in ["-C kubelet -o pid,args", "-fC kubelet", "-fC 'etcd kubelet sleep'", "-fC none-such"] {
        let rows = run(&format!("ps {arguments}")).expect(arguments);
        let pids: Vec<&str> =
            rows.lines().skip(1).filter_map(|l| l.split_whitespace().find(|w| w.len() == 2)).collect();
        let expected: &[&str] = match arguments {
            "-fC none-such" => &[],
            "-fC 'etcd kubelet sleep'" => &["12", "13", "14", "15"],
            _ => &["12"],
        };
        assert_eq!(pids, expected, "{arguments}: {rows}");
    }
}

#[test]
fn refuses_unsupported_scripts_even_in_branches_that_do_not_run() {
    let scripts = [
        "curl http://localhost",
        "if test -e /none; then openssl x509; fi",
        "echo $HOME",
        "echo a > /tmp/file",
        "sleep 1 &",
        "while true; do :; done",
        "grep -P x /etc/unit",
        "cat",
        "echo 'a\\nb'",
        "[[ -x /etc/unit ]]",
        "[[ a =~ b ]]",
        "[[ a -eq 1 ]]",
        "grep -o -A 1 x /etc/unit",
        "x() { echo; }; x",
        "awk 'BEGIN {system(\"x\")}' /etc/unit",
        "sed -i s/a/b/ /etc/unit",
        "find / -delete",
        "echo $((1+1))",
        "echo `cat",
    ];
    for script in scripts {
        assert!(matches!(run(script), Err(ScriptError::Unsupported(_))), "{script}: {:?}", run(script));
    }
}

#[test]
fn stands_in_for_the_helper_script_of_kube_bench() {
    let node = r"
accounts: { etcd: 1501 }
dirs:
  - { path: /good, mode: '600' }
  - { path: /foreign, owner: etcd, group: etcd, mode: '600' }
  - { path: /empty, mode: '600' }
files:
  - { path: /good/a.pem, mode: '600' }
  - { path: /good/kube-etcd-10-0-0-1.pem, owner: etcd, group: etcd, mode: '600' }
  - { path: /good/.hidden, owner: etcd, group: etcd, mode: '600' }
  - { path: /good/sub/deep.pem, owner: etcd, group: etcd, mode: '600' }
  - { path: /bad/kube-apiserver.pem, owner: etcd, group: root, mode: '600' }
  - { path: /bad2/etcd.pem, owner: etcd, group: etcd, mode: '600' }
  - { path: '/blank/a b.pem', mode: '600' }
  - { path: /foreign/a.pem, mode: '600' }
";
    let source = RecordedSource::parse(node).expect("node");
    let interpreter = Interpreter::new(&source);
    let no_file = |path: &str| format!("stat: cannot statx '{path}': No such file or directory\nfalse\n");
    let cases = [
        ("/good", "true\n".to_owned()),
        ("/good/", "true\n".to_owned()),
        ("/bad", "false\n".to_owned()),
        ("/bad2", "false\n".to_owned()),
        ("/blank", "false\n".to_owned()),
        ("/foreign", "false\n".to_owned()),
        ("/empty", no_file("/empty/*")),
        ("/none", no_file("/none")),
        ("", "false\n".to_owned()),
    ];
    for (directory, text) in cases {
        let script = format!("check_files_owner_in_dir.sh {directory}");
        assert_eq!(interpreter.run(&script), Err(ScriptError::HelperScript("check_files_owner_in_dir.sh".to_owned())));
        assert_eq!(interpreter.run_with_helper_scripts(&script), Ok(ScriptOutput { text, status: 0 }), "{directory}");
    }
    assert!(matches!(interpreter.run_with_helper_scripts("check_other.sh /good"), Err(ScriptError::HelperScript(_))));
}

#[test]
fn limits_variables_loops_and_nesting() {
    let mut script = "X=aaaaaaaaaaaaaaaa\n".to_owned();
    for _ in 0..30 {
        script.push_str("X=$X$X\n");
    }
    assert!(matches!(run(&script), Err(ScriptError::Failed(_))), "{:?}", run(&script).map(|o| o.status));
    let loops =
        "for a in 1 2 3 4 5 6 7 8 9; do ".repeat(6) + "true; " + &"done; ".repeat(6).replace("; done", " ; done");
    assert!(run(&loops).is_err());
    let brackets = "$(".repeat(40) + "echo" + &")".repeat(40);
    assert!(run(&format!("echo {brackets}")).is_err());
}

/// The content of a node's files must not make a small script run without end.
#[test]
fn limits_the_output_of_every_command() {
    let long = "a".repeat(1 << 20);
    let stars = format!("{}*", "a".repeat(1 << 19));
    let nots = "! ".repeat(40_000) + "-name x";
    let lines = "a\n".repeat(1 << 19);
    let node = serde_json::json!({ "files": [
        { "path": "/long", "content": long },
        { "path": "/stars", "content": stars },
        { "path": "/nots", "content": nots },
        { "path": "/lines", "content": lines },
    ]});
    let source = RecordedSource::parse(&node.to_string()).expect("node");
    let many = |text: &str| text.repeat(2000);
    let scripts = [
        format!("sed 's/a/{}/g' /long", "b".repeat(8000)),
        format!("sed 's/.*/{}/' /long", many("&")),
        format!("sed '{}' /lines", many("p;")),
        format!("awk '{{print {}}}' /long", many("$0 ")),
        format!("X=$(cat /long); echo {}", many("$X")),
        format!("X=$(cat /long); for a in {}; do true; done", many("$X ")),
        format!("cat {}", many("/long ")),
        format!("{{ {} }} < /long", many("tr a b >/dev/null; ")),
        "echo $(cat /stars)".to_owned(),
        "find / -name \"$(cat /stars)\"".to_owned(),
        "cat /nots | xargs find /".to_owned(),
        format!("cat /lines | xargs -I '' echo {}", many("a")),
        format!("cat /lines | xargs -I a echo {}", many("a")),
        format!("{} true < /lines", many("xargs ")),
        format!("printf '{}' $(cat /lines)", many("%s aaaaaaaaa ").replace("%s", "")),
        format!("printf '%s{}' $(cat /lines)", many("aaaaa")),
        format!("grep -e \"$(cat /lines)\" /lines; grep -H a{} /lines", many(" /lines")),
    ];
    for script in scripts {
        let result = Interpreter::new(&source).run(&script);
        let shown: String = script.chars().take(60).collect();
        assert!(result.is_err() || result.is_ok_and(|output| output.text.len() < 1 << 26), "{shown}");
    }
}

/// Audits as published definition files have them, with the variables of such files replaced.
#[test]
fn runs_published_audits() {
    let cases = [
        (
            "DIR=''\nfor d in $(ps -ef | grep etcd | grep -- --data-dir | sed 's%.*data-dir[= ]\\([^ ]*\\).*%\\1%'); do\n  \
             if test -d \"$d\"; then DIR=\"$d\"; fi # the last one\ndone\n\
             if ! test -d \"$DIR\"; then DIR=/etc/kubernetes/pki; fi\nstat -c permissions=%a \"$DIR\"\n",
            "permissions=755\n",
        ),
        (
            "FILE=$(ps -ef | grep kubelet | grep -v apiserver | grep -- --config= | awk -F '--config=' '{print $2}' | awk '{print $1}' | uniq)\n\
             if test -z $FILE; then FILE=/etc/unit; fi\nif test -e $FILE; then stat -c %U:%G $FILE; else echo \"no $FILE\"; fi",
            "no /var/lib/k.yaml\n",
        ),
        (
            "ps -fC ${kubeletbin:-kubelet} | grep -- --config | sed 's%.*config[= ]\\([^ ]*\\).*%\\1%' | \\\n xargs -I{} echo {} | xargs --no-run-if-empty echo file",
            "file /var/lib/k.yaml\n",
        ),
        ("find /etc/none/ -type f 2> /dev/null | xargs --no-run-if-empty stat -c permissions=%a", ""),
        ("/bin/sh -c \"if test -e /etc/unit; then stat -c permissions=%a /etc/unit; fi\"", "permissions=644\n"),
        ("/bin/sh -c 'test -e /etc/unit && grep -i privatetmp /etc/unit | cut -d \"=\" -f 2'", "yes\n"),
        ("grep '^\\s*PrivateTmp' /etc/unit | tail -n1 | tr -d '\\n'", "PrivateTmp=yes"),
        ("# nothing but a comment\n", ""),
        // The inner quotes end the outer ones, so that the shell expands the pattern.
        (
            "/bin/sh -c 'find /etc/kubernetes/manifests -name '*api*' | xargs stat -c permissions=%a'",
            "permissions=600\n",
        ),
        ("/bin/sh -c '\n  stat -c \"permissions=%a %n\" \"/etc/unit\"\n  \n'\n", "permissions=644 /etc/unit\n"),
        (
            "if [ \"$(grep -m1 ExecStart /etc/unit | wc -l)\" -gt 0 ]; then\n  stat -c permissions=%a /etc/unit\nelse\n  \
             echo \"permissions=700\"\nfi\n",
            "permissions=644\n",
        ),
        (
            "ps -fC ${kubeletbin:-kubelet} | grep -- --none-such || echo \"/etc/kubernetes/manifests\" | \
             sed 's%.*none-such[= ]\\([^ ]*\\).*%\\1%' | xargs -I{} find {} -mindepth 1 | xargs -r stat -c permissions=%a\n\
             find /none -type f ! -name lock 2> /dev/null | xargs --no-run-if-empty stat -c permissions=%a",
            "permissions=600\n",
        ),
    ];
    for (script, text) in cases {
        assert_eq!(run(script), Ok(ScriptOutput { text: text.to_owned(), status: 0 }), "{script}");
    }
}

/// The parser library must neither panic nor hang, whatever the text.
#[test]
fn survives_random_scripts() {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    let words = [
        "$(",
        ")",
        "`",
        "'",
        "\"",
        "${",
        "}",
        "$",
        "{",
        "(",
        "((",
        "$((",
        "[[",
        "]]",
        "if",
        " then ",
        " fi",
        "for",
        " in ",
        " do ",
        "done",
        "|",
        "&",
        ";",
        "<",
        "<<",
        "<<E",
        ">",
        ">&",
        "\\",
        "\n",
        " ",
        "#",
        "!",
        "*",
        "?",
        "[",
        "]",
        "a",
        "=",
        "~",
        "echo ",
        "x=",
        "é",
        "\0",
        "case",
        "esac",
        "while",
        "function",
        "-",
        "1",
        "%",
        ":-",
        "@",
        "grep ",
        "sed s/",
        "awk {",
        "tr [:",
        "cut -f",
        "find -",
        "ps -o",
        "test ",
        "99999999999",
        "~+",
        "${9999999999",
        "&&",
        "||",
        ";;",
        "for a in",
        "{ ",
        "; }",
        "-c '",
    ];
    let text = prop::collection::vec(prop::sample::select(words.to_vec()), 0..24).prop_map(|w| w.concat());
    let config = Config { cases: 3000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[3; 32]));
    let source = RecordedSource::parse(NODE).expect("node");
    let interpreter = Interpreter::new(&source);
    let result = runner.run(&text, |script| {
        let _ = interpreter.run(&script);
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
}
