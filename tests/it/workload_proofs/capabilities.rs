//! Every capability of Linux in every spelling, against the lists of each rule.

use super::case::status_id;
use super::pod::{Around, Object};
use nodeproof::internals::workload::WorkloadTest;
use serde_json::json;

/// The capabilities of Linux 6, from capabilities(7), and ALL.
const CAPABILITIES: [&str; 42] = [
    "ALL",
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

/// Those that the level baseline allows, as the Pod Security Standards list them.
const BASELINE: &str = "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID \
                        SYS_CHROOT";

/// Those with which a container takes over its node or the network.
const DANGEROUS: &str = "ALL SYS_ADMIN SYS_MODULE SYS_PTRACE SYS_RAWIO SYS_BOOT SYS_TIME DAC_READ_SEARCH NET_ADMIN NET_RAW BPF \
                         PERFMON MAC_ADMIN MAC_OVERRIDE";

fn passes(rule: &str, list: &str, name: &str) -> bool {
    let rule = WorkloadTest::try_from(rule.to_owned()).expect("a rule");
    let context = json!({ "capabilities": { list: [name] } });
    let pod = json!({ "containers": [{ "name": "it", "securityContext": context }] });
    let judgements = Object::default().examine(&pod, &Around::default(), rule);
    assert_eq!(judgements.len(), 1, "{name}");
    let status = status_id(judgements[0].status);
    assert!(["pass", "fail"].contains(&status), "{name}: {status}");
    status == "pass"
}

/// A capability as people write it. Runtimes take each of these, or ignore the container's wish.
fn spellings(name: &str) -> [String; 5] {
    let lower = name.to_lowercase();
    [name.to_owned(), format!("CAP_{name}"), lower.clone(), format!("cap_{lower}"), format!("Cap_{lower}")]
}

#[test]
fn each_capability_that_is_added_is_judged_in_each_spelling() {
    let has = |list: &str, name: &str| list.split_whitespace().any(|listed| listed == name);
    for name in CAPABILITIES {
        for written in spellings(name) {
            let is_exact = written == name;
            let of = |rule: &str| passes(rule, "add", &written);
            assert_eq!(of("capabilities-dangerous"), !has(DANGEROUS, name), "{written}");
            // Pod Security refuses each other spelling.
            assert_eq!(of("capabilities-add-default"), is_exact && has(BASELINE, name), "{written}");
            assert_eq!(of("capabilities-add-restricted"), is_exact && name == "NET_BIND_SERVICE", "{written}");
        }
    }
}

#[test]
fn all_is_dropped_by_its_name_in_any_case() {
    for name in CAPABILITIES {
        for written in spellings(name) {
            // Runtimes compare ALL without its case. With CAP_ in front it is no capability.
            let is_all = written == "ALL" || written == "all";
            assert_eq!(passes("capabilities-drop-all", "drop", &written), is_all, "{written}");
            assert!(passes("capabilities-drop-any", "drop", &written), "{written}");
        }
    }
}
