//! Definition folders in kube-bench's format: how they are found, override the built-in benchmarks, and are evaluated.

use crate::support::{check, nodeproof, repository};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;

const NODE: &str = r"
files:
  - { path: /etc/systemd/system/kubelet.service.d/10-kubeadm.conf, mode: '600' }
  - { path: /var/lib/kubelet/config.yaml, mode: '600', content: '{authentication: {anonymous: {enabled: false}}}' }
  - { path: /var/lib/kubelet/more.yaml, mode: '640' }
  - { path: /opt/house/kubelet.yaml, content: 'house: on' }
processes:
  - { argv: [/usr/bin/kubelet, --config=/var/lib/kubelet/config.yaml, --authorization-mode=AlwaysAllow], pid: 70 }
";

/// The JSON report for the described node, and stderr.
fn report(arguments: &[&str]) -> (Value, String) {
    let directory = tempfile::tempdir().expect("create directory");
    let node = directory.path().join("node.yaml");
    std::fs::write(&node, NODE).expect("write file");
    let folder = repository("testdata/kube-bench");
    let mut command = nodeproof();
    let common = ["--json", "-D", folder.to_str().expect("UTF-8 path"), "--host", node.to_str().expect("UTF-8 path")];
    let output = command.args(arguments).args(common).output().expect("run nodeproof");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    (serde_json::from_slice(&output.stdout).expect("JSON"), stderr)
}

fn text<'a>(check: &'a Value, key: &str) -> &'a str {
    check[key].as_str().unwrap_or("-")
}

#[test]
fn evaluates_a_folder_with_kube_bench_s_command_line() {
    let (report, stderr) = report(&["run", "--targets", "node", "--benchmark", "cis-1.20"]);
    let control = &report["Controls"][0];
    assert_eq!((text(control, "id"), text(control, "node_type")), ("4", "node"));
    let kubelet = "UID          PID    PPID  C STIME TTY          TIME CMD\n\
                   root          70       1  0 00:00 ?        00:00:00 /usr/bin/kubelet --config=/var/lib/kubelet/config.yaml --authorization-mode=AlwaysAllow";
    let document = "{authentication: {anonymous: {enabled: false}}}";
    let cases = [
        ("4.1.1", "PASS", "permissions=600", "permissions has permissions 600, expected 644 or more restrictive"),
        ("4.1.2", "PASS", "", "'root:root' is present OR '/etc/kubernetes/proxy.conf' is not present"),
        (
            "4.1.10",
            "FAIL",
            "permissions=600\npermissions=640",
            "permissions has permissions 640, expected 600 or more restrictive",
        ),
        ("4.2.1", "PASS", document, "'{.authentication.anonymous.enabled}' is equal to 'false'"),
        ("4.2.2", "FAIL", kubelet, "'--authorization-mode' does not have 'AlwaysAllow'"),
        ("4.2.3", "WARN", "", ""),
        ("4.2.4", "INFO", "", ""),
        ("4.2.5", "WARN", "", ""),
        ("4.2.6", "FAIL", "", ""),
    ];
    for (id, status, actual, expected) in cases {
        let check = check(&report, id);
        let got = (text(check, "status"), text(check, "actual_value"), text(check, "expected_result"));
        assert_eq!(got, (status, actual, expected), "{id}");
    }
    let reason = |id: &str| text(check(&report, id), "reason").to_owned();
    assert_eq!(reason("4.2.3"), "Test marked as a manual test");
    assert_eq!(reason("4.2.4"), "Test marked as skip");
    assert_eq!(reason("4.2.5"), "there are no tests");
    let refused = reason("4.2.6");
    assert!(refused.contains("the command `date`") && refused.contains("has no shell"), "{refused}");
    let first = check(&report, "4.2.1");
    assert_eq!(text(first, "audit"), "/bin/ps -fC kubelet");
    assert_eq!(text(first, "AuditConfig"), "/bin/cat /var/lib/kubelet/config.yaml");
    assert_eq!(
        text(first, "remediation"),
        "Set authentication.anonymous.enabled to false in /var/lib/kubelet/config.yaml.\n"
    );
    assert_eq!(first["scored"], Value::Bool(true));
    assert_eq!(check(&report, "4.1.10")["IsMultiple"], Value::Bool(true));
    assert_eq!((text(check(&report, "4.2.3"), "type"), text(check(&report, "4.2.4"), "type")), ("manual", "skip"));
    // 4.2.1 and 4.2.2 share their audits.
    assert!(stderr.contains("5 of 6 audits interpreted"), "{stderr}");
}

#[test]
fn the_configuration_of_a_folder_overrides_the_common_one() {
    let (report, _) = report(&["run", "--version", "house-1"]);
    assert_eq!(text(check(&report, "1.1.1"), "reason"), "Test marked as skip");
    // kube-bench leaves the type of a group out of its report.
    assert_eq!(text(&report["Controls"][0]["tests"][0], "type"), "");
    let own = check(&report, "1.10.1");
    assert_eq!((text(own, "status"), text(own, "actual_value")), ("PASS", "house: on"));
    assert_eq!(text(own, "audit"), "cat /opt/house/kubelet.yaml");
}

#[test]
fn folders_override_and_add_benchmarks() {
    let folder = repository("testdata/kube-bench");
    let list = |arguments: &[&str]| -> Value {
        let output = nodeproof().args(arguments).arg("--json").output().expect("run nodeproof");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let in_folder = ["-D", folder.to_str().expect("UTF-8 path")];
    let benchmarks = list(&[&["benchmarks"], &in_folder[..]].concat());
    let ids: Vec<&str> = benchmarks.as_array().expect("list").iter().filter_map(|b| b["id"].as_str()).collect();
    assert!(ids.contains(&"house-1.0") && ids.contains(&"cis-1.12"), "{ids:?}");
    assert_eq!(ids.iter().filter(|id| **id == "cis-1.20").count(), 1);
    let checks = |arguments: &[&str]| list(arguments)["checks"].as_array().map(Vec::len);
    assert_eq!(checks(&[&["profile", "cis-1.20"], &in_folder[..]].concat()), Some(10));
    assert!(checks(&["profile", "cis-1.20"]) > Some(100));
}

#[test]
fn a_folder_without_definitions_is_refused_and_the_right_one_named() {
    let top = tempfile::tempdir().expect("create directory");
    let at = |path: &str| top.path().join(path);
    std::fs::create_dir_all(at("checkout/cfg/mine")).expect("create directory");
    std::fs::create_dir_all(at("checkout/docs")).expect("create directory");
    std::fs::create_dir_all(at("two/a/profiles")).expect("create directory");
    std::fs::create_dir_all(at("two/b/catalog")).expect("create directory");
    std::fs::create_dir_all(at("empty")).expect("create directory");
    std::fs::write(at("checkout/README.yaml"), "a: 1\n").expect("write file");
    std::fs::write(at("checkout/cfg/mine/node.yaml"), "type: node\nid: 4\ngroups: []\n").expect("write file");
    let name = |path: &str| at(path).display().to_string();
    let none = "has no definitions: neither config.yaml, nor catalog or profiles, nor folders of benchmarks".to_owned();
    let cases = [
        ("checkout", format!("has no definitions; they are in {0}: write -D {0}", name("checkout/cfg"))),
        (
            "checkout/cfg/mine",
            format!("is the folder of one benchmark; name the folder above it: write -D {}", name("checkout/cfg")),
        ),
        ("checkout/docs", none.clone()),
        ("two", none.clone()),
        ("empty", none),
    ];
    let arguments = ["run", "--host", "example", "--benchmark", "cis-1.20", "-D"];
    for (path, message) in cases {
        let output = nodeproof().args(arguments).arg(at(path)).output().expect("run nodeproof");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.contains(&format!("{}:1:1: {message}\n", name(path))), "{path}: {stderr}");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(3), 0), "{path}");
    }
    // A file, and a name that is not there, are refused as well.
    for (path, message) in [("checkout/README.yaml", "is a file; name its directory"), ("none", "cannot be read: ")] {
        let output = nodeproof().args(arguments).arg(at(path)).output().expect("run nodeproof");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.contains(&format!("{}: {message}", name(path))), "{stderr}");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{path}");
    }
    // The folder that was named runs, and its two benchmarks are known.
    for path in ["checkout/cfg", "two/a"] {
        let output = nodeproof().args(["benchmarks", "-D"]).arg(at(path)).output().expect("run nodeproof");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(String::from_utf8_lossy(&output.stdout).contains("mine"), path == "checkout/cfg");
    }
}

#[test]
fn reports_the_position_of_a_file_with_the_wrong_type() {
    let folder = tempfile::tempdir().expect("create directory");
    std::fs::create_dir(folder.path().join("mine")).expect("create directory");
    let file = folder.path().join("mine/node.yaml");
    std::fs::write(&file, "controls:\nid: 1\ntype: master\n").expect("write file");
    let mut command = nodeproof();
    let path = folder.path().to_str().expect("UTF-8 path");
    let arguments = ["run", "--host", "example", "--benchmark", "mine", "-D", path];
    let output = command.args(arguments).output().expect("run nodeproof");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains(&format!("{}:3:1: ", file.display())), "{stderr}");
}

/// A file of 200 checks with audits of every supported kind, on files of this machine.
fn checks_of_every_kind(directory: &Path) -> String {
    let file = directory.join("a.conf");
    std::fs::write(&file, "one=1\ntwo: 2\n# three\n").expect("write file");
    let (file, directory) = (file.display(), directory.display());
    let audits = [
        "ps -ef | grep init | grep -v grep | wc -l".to_owned(),
        format!("stat -c permissions=%a {file}"),
        format!("/bin/sh -c 'if test -e {file}; then stat -c %U:%G {file}; fi'"),
        format!("find {directory} -name '*.conf' | xargs stat -c %a"),
        format!("for f in {directory}/*.conf; do grep -v '^#' $f; done"),
        format!("cat {file} | sed 's%one=%%' | head -n 1"),
        format!("V=$(grep -o 'one=[0-9]*' {file} | cut -d= -f2); echo \"one is $V\""),
        format!("awk -F= '{{print $2}}' {file} | sort -u | tr -d ' '"),
    ];
    let mut text = "controls:\nid: 1\ntype: node\ngroups:\n  - id: 1.1\n    checks:\n".to_owned();
    for (index, audit) in audits.iter().cycle().take(200).enumerate() {
        // Trailing blanks make each script distinct.
        let audit = Value::String(format!("{audit}{}", " ".repeat(index)));
        let tests = "tests: { test_items: [{ flag: zzz, set: false }] }";
        writeln!(text, "      - {{ id: 1.1.{index}, scored: true, audit: {audit}, {tests} }}")
            .expect("write to string");
    }
    text
}

/// Runs the program under strace: its report, stderr, and the number of shells that it started.
fn run_traced(folder: &Path, log: &Path, more: &[&str]) -> (Value, String, usize) {
    let program = assert_cmd::cargo::cargo_bin!("nodeproof");
    let mut command = std::process::Command::new("strace");
    command.args(["-f", "-e", "trace=execve", "-o"]).arg(log).arg(program).args([
        "run",
        "--json",
        "--benchmark",
        "mine",
        "-D",
    ]);
    let output = command.arg(folder).args(more).output().expect("run strace; .ci/run installs it");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    let trace = std::fs::read_to_string(log).expect("read trace");
    let shells = trace.lines().filter(|l| l.contains("execve(\"/bin/sh\"")).count();
    let all = trace.lines().filter(|l| l.contains("execve(")).count();
    assert!(shells > 0 || all == 1, "{trace}");
    (serde_json::from_slice(&output.stdout).expect("JSON"), stderr, shells)
}

#[test]
fn supported_audits_start_no_process_and_unsupported_ones_one_shell() {
    if !["/usr/bin/strace", "/bin/strace"].iter().any(|p| Path::new(p).exists()) {
        assert!(std::env::var_os("CI").is_none(), "strace is needed: apt-get install strace");
        println!("skipped: strace is not installed");
        return;
    }
    let folder = tempfile::tempdir().expect("create directory");
    let (mine, log) = (folder.path().join("mine"), folder.path().join("log"));
    std::fs::create_dir(&mine).expect("create directory");
    let checks = checks_of_every_kind(folder.path());
    let file = mine.join("node.yaml");
    std::fs::write(&file, &checks).expect("write file");
    let (report, stderr, shells) = run_traced(folder.path(), &log, &[]);
    assert_eq!(report["Totals"]["total_pass"], 200, "{report}");
    assert_eq!(shells, 0);
    assert!(stderr.contains("200 of 200 audits interpreted"), "{stderr}");

    let unsupported =
        "      - { id: 1.1.900, scored: true, audit: 'expr 20 + 1', tests: { test_items: [{ flag: '21' }] } }\n";
    std::fs::write(&file, checks + unsupported + &unsupported.replace(".900", ".901")).expect("write file");
    let (report, stderr, shells) = run_traced(folder.path(), &log, &[]);
    assert_eq!(report["Totals"]["total_pass"], 202);
    assert_eq!(shells, 1);
    assert!(stderr.contains("200 of 201 audits interpreted, 1 run by /bin/sh"), "{stderr}");

    let (report, _, shells) = run_traced(folder.path(), &log, &["--no-shell"]);
    assert_eq!((report["Totals"]["total_pass"].as_u64(), shells), (Some(200), 0));
    let refused = check(&report, "1.1.900");
    assert_eq!(text(refused, "status"), "FAIL");
    let reason = text(refused, "reason");
    assert!(reason.contains("the command `expr`") && reason.contains("--no-shell"), "{reason}");
}

#[test]
fn paths_in_place_of_components_load_with_a_warning() {
    let folder = tempfile::tempdir().expect("create directory");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("parent")).expect("create directory");
        std::fs::write(&path, text).expect("write file");
        path
    };
    write(
        "config.yaml",
        "node: { components: [kubelet], kubelet: { bins: [kubelet], confs: [/var/lib/kubelet/config.yaml] } }\n",
    );
    let own = write(
        "mine/config.yaml",
        "node:\n  components: [kubelet, proxy]\n  kubelet: /etc/rancher/kubelet.conf\n  proxy:\n    bins: kube-proxy\n    \
         optional: true\n  defaultkubeconfig: /etc/rancher/config\n",
    );
    let row = "{ id: 4.1.1, scored: true, audit: 'echo $kubeletconf $proxybin', tests: { test_items: [{ flag: echo, set: false }] } }";
    write("mine/node.yaml", &format!("controls:\nid: 4\ntype: node\ngroups: [{{ id: 4.1, checks: [{row}] }}]\n"));
    let node = write("node.host", NODE);
    let (path, node) = (folder.path().to_str().expect("UTF-8 path"), node.to_str().expect("UTF-8 path"));
    let arguments = ["run", "--json", "--benchmark", "mine", "-D", path, "--host", node];
    let output = nodeproof().args(arguments).output().expect("run nodeproof");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    // As in kube-bench, the path does not replace the component of the common configuration.
    assert_eq!(text(check(&report, "4.1.1"), "actual_value"), "/var/lib/kubelet/config.yaml proxy");

    let output = nodeproof().arg("lint").arg(&own).output().expect("run nodeproof");
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{lines}");
    for (line, name) in [(3, "kubelet"), (7, "defaultkubeconfig")] {
        let warning =
            format!("{}:{line}:3: warning: component `{name}` is not a mapping and is ignored", own.display());
        assert!(lines.contains(&warning), "{lines}");
    }
}

#[test]
fn lists_of_ids_are_trimmed_on_the_command_line_and_in_the_environment() {
    let ids = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = nodeproof();
        command.args(["--json", "--host", "example", "--benchmark", "cis-1.20"]).args(arguments);
        let output = command.envs(variables.iter().copied()).output().expect("run nodeproof");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let groups = report["Controls"].as_array().expect("controls").iter().flat_map(|c| c["tests"].as_array());
        let checks = groups.flatten().flat_map(|g| g["results"].as_array()).flatten();
        checks.map(|c| text(c, "test_number").to_owned()).collect::<Vec<_>>()
    };
    let two = ["4.2.1", "4.2.2"];
    assert_eq!(ids(&["-c", " 4.2.1, 4.2.2 ,"], &[]), two);
    assert_eq!(ids(&[], &[("NODEPROOF_CHECK", ",4.2.1 ,4.2.2")]), two);
    assert_eq!(ids(&["-c", "4.2.1,4.2.2"], &[("NODEPROOF_GROUP", " ,")]), two);
    assert_eq!(ids(&["run", "-s", " node ,", "-c", "4.2.1,4.2.2"], &[("NODEPROOF_SKIP", "")]), two);
}

#[test]
fn a_missing_helper_script_is_named() {
    let folder = tempfile::tempdir().expect("create directory");
    std::fs::create_dir_all(folder.path().join("mine")).expect("create directory");
    let audit = |id: &str, audit: &str| {
        format!("{{ id: {id}, scored: true, audit: \"{audit}\", tests: {{ test_items: [{{ flag: 'true' }}] }} }}")
    };
    let checks = [audit("1.1.1", "check_no_such_thing.sh /etc"), audit("1.1.2", "check_there.sh /etc")].join(", ");
    let file = format!("type: node\nid: 1\ngroups: [{{ id: 1.1, checks: [{checks}] }}]\n");
    std::fs::write(folder.path().join("mine/node.yaml"), file).expect("write file");
    let helper = folder.path().join("check_there.sh");
    std::fs::write(&helper, "#!/bin/sh\necho true\n").expect("write file");
    std::fs::set_permissions(&helper, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("set mode");
    let path = folder.path().to_str().expect("UTF-8 path");
    let arguments = ["run", "--json", "--benchmark", "mine", "-D", path];
    let output =
        nodeproof().args(arguments).env("PATH", format!("/usr/bin:/bin:{path}")).output().expect("run nodeproof");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let missing = check(&report, "1.1.1");
    assert_eq!(text(missing, "status"), "FAIL");
    assert_eq!(
        text(missing, "reason"),
        "the audit `check_no_such_thing.sh /etc` gave no result: the helper script `check_no_such_thing.sh` is missing; install it \
         in a directory of PATH"
    );
    let there = check(&report, "1.1.2");
    assert_eq!((text(there, "status"), text(there, "actual_value")), ("PASS", "true"));
}
