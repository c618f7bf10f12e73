//! Random checks, and the definition file that has them.

use super::document::{Document, Template, document, template};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::fmt::Write as _;

#[derive(Debug, Clone)]
pub(crate) struct Audit {
    pub(crate) text: String,
    pub(crate) status: i32,
}

#[derive(Debug, Clone)]
pub(crate) enum ConfigAudit {
    Document(Document),
    /// A text that is neither JSON nor YAML, an error message, or nothing.
    Text(Audit),
}

#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) flag: Option<&'static str>,
    pub(crate) env: Option<&'static str>,
    pub(crate) path: Option<Template>,
    pub(crate) set: Option<bool>,
    pub(crate) compare: Option<(&'static str, &'static str)>,
}

#[derive(Debug, Clone)]
pub(crate) struct DrawnCheck {
    pub(crate) kind: Option<&'static str>,
    pub(crate) group_is_skipped: bool,
    pub(crate) skipped: bool,
    pub(crate) scored: bool,
    pub(crate) multiple: bool,
    pub(crate) bin_op: Option<&'static str>,
    pub(crate) items: Option<Vec<Item>>,
    pub(crate) audit: Option<Audit>,
    pub(crate) audit_config: Option<ConfigAudit>,
    pub(crate) env: Option<Audit>,
}

const FLAGS: [&str; 10] = [
    "--anonymous-auth",
    "--anonymous",
    "--modes",
    "-v",
    "permissions",
    "root:root",
    "anonymous-auth",
    "k8s.io/v1",
    "--empty",
    "none",
];
/// Operators with values that make sense for them, and with some that do not.
const COMPARISONS: [(&str, &str); 30] = [
    ("eq", "false"),
    ("eq", "true"),
    ("eq", "False"),
    ("eq", "30"),
    ("eq", "420"),
    ("noteq", "true"),
    ("noteq", "AlwaysAllow"),
    ("gt", "29"),
    ("gte", "30"),
    ("gte", "thirty"),
    ("lt", "30"),
    ("lte", " 600 "),
    ("lt", "+31"),
    ("has", "RBAC"),
    ("has", ""),
    ("nothave", "AlwaysAllow"),
    ("nothave", ","),
    ("regex", "^(true|Node.*)$"),
    ("regex", "[0-9]{3}"),
    ("valid_elements", "Node,RBAC,Webhook"),
    ("valid_elements", "Node, RBAC,,"),
    ("valid_elements", ""),
    ("bitmask", "644"),
    ("bitmask", "600"),
    ("bitmask", "0644"),
    ("bitmask", "rw"),
    ("equals", "true"),
    ("EQ", "true"),
    ("", "true"),
    ("eq", ""),
];

fn words() -> impl Strategy<Value = String> {
    let word = select(vec![
        "--anonymous-auth=false",
        "--anonymous-auth=TRUE",
        "--anonymous-auth",
        "--anonymous-auth 30",
        "--modes=Node,RBAC",
        "--modes=AlwaysAllow",
        "--modes: Node, RBAC",
        "--modes=Node,,",
        "-v=2",
        "-v",
        "permissions=600",
        "permissions=644",
        "permissions=0777",
        "permissions=rw",
        "permissions: 640",
        "root:root",
        "root:root=x",
        "k8s.io/v1=30",
        "k8sxio/v1=29",
        "--empty=",
        "--empty==:= x",
        "",
        "root 1 kubelet",
    ]);
    let separator = select(vec![" ", " ", "\n", "\n", "\t", "  "]);
    prop::collection::vec((word, separator), 0..5)
        .prop_map(|parts| parts.iter().map(|(word, separator)| format!("{word}{separator}")).collect())
}

fn audit(text: impl Strategy<Value = String>) -> impl Strategy<Value = Audit> {
    (text, select(vec![0, 0, 0, 0, 0, 0, 0, 0, 0, 1])).prop_map(|(text, status)| Audit { text, status })
}

fn config() -> impl Strategy<Value = ConfigAudit> {
    let texts = vec!["a: b: c", "", "\n", "cat: /x: No such file or directory", "sh: kubeletconf: not found"];
    let text = (select(texts), select(vec![0, 1, 127]))
        .prop_map(|(text, status)| ConfigAudit::Text(Audit { text: text.to_owned(), status }));
    prop_oneof![4 => document().prop_map(ConfigAudit::Document), 1 => text]
}

fn env() -> impl Strategy<Value = String> {
    let line = select(vec!["AUTH=false", "AUTH=true", "AUTH=", "XAUTH=30", "OTHER=1", "AUTH=Node,RBAC x", ""]);
    prop::collection::vec(line, 0..4).prop_map(|lines| lines.join("\n") + "\n")
}

fn item() -> impl Strategy<Value = Item> {
    (
        option::weighted(0.8, select(FLAGS.to_vec())),
        option::weighted(0.3, select(vec!["AUTH", "OTHER"])),
        option::weighted(0.6, template()),
        option::weighted(0.4, any::<bool>()),
        option::weighted(0.8, select(COMPARISONS.to_vec())),
    )
        .prop_map(|(flag, env, path, set, compare)| Item { flag, env, path, set, compare })
}

pub(crate) fn check() -> impl Strategy<Value = DrawnCheck> {
    let often = |all: Vec<Option<&'static str>>| select(all);
    let labels = (
        often(vec![None, None, None, None, None, None, Some(""), Some("automated"), Some("manual"), Some("skip")]),
        prop::bool::weighted(0.05),
        prop::bool::weighted(0.05),
        prop::bool::weighted(0.7),
        prop::bool::weighted(0.3),
        often(vec![None, Some("and"), Some("or"), Some("or"), Some("xor")]),
    );
    let tests = option::weighted(0.95, prop::collection::vec(item(), 0..4));
    let audits =
        (option::weighted(0.8, audit(words())), option::weighted(0.5, config()), option::weighted(0.3, audit(env())));
    (labels, tests, audits).prop_map(|(labels, items, (audit, audit_config, env))| {
        let (kind, group_is_skipped, skipped, scored, multiple, bin_op) = labels;
        DrawnCheck { kind, group_is_skipped, skipped, scored, multiple, bin_op, items, audit, audit_config, env }
    })
}

impl DrawnCheck {
    /// What `audit_config` prints.
    pub(crate) fn config(&self) -> Option<Audit> {
        self.audit_config.as_ref().map(|config| match config {
            ConfigAudit::Document(document) => Audit { text: document.text() + "\n", status: 0 },
            ConfigAudit::Text(audit) => audit.clone(),
        })
    }
}

/// A definition file with each check in a group of its own. The scripts are names only: what they print is drawn.
pub(crate) fn file(checks: &[DrawnCheck]) -> String {
    let mut text = "controls:\nid: 1\ntype: node\ngroups:\n".to_owned();
    for (number, check) in checks.iter().enumerate() {
        let mut line = |indent: usize, line: String| {
            writeln!(text, "{:indent$}{line}", "").expect("write to string");
        };
        line(2, format!("- id: 1.{number}"));
        if check.group_is_skipped {
            line(4, "type: skip".to_owned());
        }
        line(4, "checks:".to_owned());
        line(6, format!("- id: 1.{number}.1"));
        line(8, format!("scored: {}", check.scored));
        line(8, format!("use_multiple_values: {}", check.multiple));
        for (key, given) in [
            ("audit", check.audit.is_some()),
            ("audit_config", check.audit_config.is_some()),
            ("audit_env", check.env.is_some()),
        ] {
            if given {
                line(8, format!("{key}: print {key}"));
            }
        }
        if let Some(kind) = check.kind {
            line(8, format!("type: \"{kind}\""));
        }
        let Some(items) = &check.items else { continue };
        line(8, "tests:".to_owned());
        line(10, format!("bin_op: {}", check.bin_op.unwrap_or_default()));
        line(10, "test_items:".to_owned());
        for item in items {
            line(12, format!("- flag: {:?}", item.flag.unwrap_or_default()));
            if let Some(env) = item.env {
                line(14, format!("env: {env}"));
            }
            if let Some(path) = &item.path {
                line(14, format!("path: '{}'", path.text().replace('\'', "''")));
            }
            if let Some(set) = item.set {
                line(14, format!("set: {set}"));
            }
            if let Some((operator, value)) = item.compare {
                line(14, format!("compare: {{ op: {operator}, value: '{value}' }}"));
            }
        }
    }
    text
}
