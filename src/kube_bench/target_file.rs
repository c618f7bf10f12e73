//! Reads the file of a target in a folder: its groups, checks and tests.

use super::{AuditCheck, BinOp, CompareOperator, Substitutions, TestItem, Tests};
use crate::benchmark::{self, Assertion, Assessment, Group, Rule, Section, Template};
use crate::model::{Id, Target, Text};
use crate::text::quote;
use crate::yaml::{Diagnostic, TextFile};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

#[derive(Debug, Deserialize)]
pub(super) struct RawFile {
    #[serde(default, deserialize_with = "text")]
    id: String,
    #[serde(default, deserialize_with = "text")]
    text: String,
    #[serde(default, rename = "type", deserialize_with = "text")]
    kind: String,
    #[serde(default)]
    groups: Option<Vec<RawGroup>>,
}

#[derive(Debug, Deserialize)]
struct RawGroup {
    #[serde(default, deserialize_with = "text")]
    id: String,
    #[serde(default, deserialize_with = "text")]
    text: String,
    #[serde(default, rename = "type", deserialize_with = "text")]
    kind: String,
    #[serde(default)]
    checks: Option<Vec<RawCheck>>,
}

#[derive(Debug, Deserialize)]
struct RawCheck {
    #[serde(default, deserialize_with = "text")]
    id: String,
    #[serde(default, deserialize_with = "text")]
    text: String,
    #[serde(default, deserialize_with = "text")]
    audit: String,
    #[serde(default, deserialize_with = "text")]
    audit_config: String,
    #[serde(default, deserialize_with = "text")]
    audit_env: String,
    #[serde(default, rename = "type", deserialize_with = "text")]
    kind: String,
    #[serde(default, deserialize_with = "flag")]
    use_multiple_values: bool,
    #[serde(default)]
    tests: Option<RawTests>,
    #[serde(default, deserialize_with = "text")]
    remediation: String,
    #[serde(default, deserialize_with = "flag")]
    scored: bool,
}

#[derive(Debug, Deserialize)]
struct RawTests {
    #[serde(default, deserialize_with = "text")]
    bin_op: String,
    #[serde(default)]
    test_items: Option<Vec<RawItem>>,
}

#[derive(Debug, Deserialize)]
struct RawItem {
    #[serde(default, deserialize_with = "text")]
    flag: String,
    #[serde(default, deserialize_with = "text")]
    env: String,
    #[serde(default, deserialize_with = "text")]
    path: String,
    #[serde(default = "default_true", deserialize_with = "flag")]
    set: bool,
    #[serde(default)]
    compare: Option<RawCompare>,
}

#[derive(Debug, Deserialize)]
struct RawCompare {
    #[serde(default, deserialize_with = "text")]
    op: String,
    #[serde(default, deserialize_with = "text")]
    value: String,
}

const fn default_true() -> bool {
    true
}

/// A scalar as it was written; null is the empty text.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::<String>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// The booleans of YAML 1.1, which these files use; null is false.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let word = text(deserializer)?;
    match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => Ok(true),
        "false" | "no" | "off" | "n" | "" => Ok(false),
        _ => Err(D::Error::custom(format!("expected `true` or `false`, found {}", quote(&word)))),
    }
}

/// Reads one target file; its checks are added to `checks`.
pub(crate) fn section(
    target: Target,
    source: TextFile,
    words: &Substitutions,
    checks: &mut Vec<AuditCheck>,
) -> Result<Section, Diagnostic> {
    let (text, programs) = words.apply(&source.text);
    let source = source.with_text(text);
    let raw: RawFile = source.parse()?;
    if raw.kind != target.id() {
        let message = format!("type is {}; `{target}.yaml` needs `type: {target}`", quote(&raw.kind));
        return Err(source.error_at_word("type", message));
    }
    // The environment is read only if the file names exactly one program.
    let program = match programs.as_slice() {
        [one] => one.split(' ').next(),
        _ => None,
    };
    let mut groups: Vec<Group> = Vec::new();
    for raw in raw.groups.unwrap_or_default() {
        let group = build_group(raw, program, checks);
        // kube-bench reports the checks of groups with the same id together.
        match groups.iter_mut().find(|first| first.id == group.id) {
            Some(first) => first.checks.extend(group.checks),
            None => groups.push(group),
        }
    }
    Ok(Section { id: raw.id, title: raw.text, target, groups })
}

fn build_group(raw: RawGroup, program: Option<&str>, checks: &mut Vec<AuditCheck>) -> Group {
    let skipped = raw.kind == "skip";
    Group {
        id: Id::new(raw.id),
        title: raw.text,
        published_severity: None,
        checks: raw
            .checks
            .unwrap_or_default()
            .into_iter()
            .map(|check| build_check(check, skipped, program, checks))
            .collect(),
    }
}

fn build_check(
    raw: RawCheck,
    group_skipped: bool,
    program: Option<&str>,
    checks: &mut Vec<AuditCheck>,
) -> benchmark::Check {
    let tests = raw.tests.map(|tests| Tests {
        bin_op: match tests.bin_op.as_str() {
            "" | "and" => BinOp::And,
            "or" => BinOp::Or,
            other => BinOp::Unknown(other.to_owned()),
        },
        items: tests.test_items.unwrap_or_default().into_iter().map(build_item).collect(),
    });
    let asks_variable = tests.iter().flat_map(|t| &t.items).any(|item| !item.env.is_empty());
    let assessment = if raw.kind == "manual" { Assessment::Manual } else { Assessment::Automated };
    let number = checks.len();
    checks.push(AuditCheck {
        audit: raw.audit,
        audit_config: raw.audit_config,
        environment_process: program.filter(|_| asks_variable && raw.audit_env.is_empty()).map(str::to_owned),
        audit_env: raw.audit_env,
        check_type: raw.kind,
        remediation: raw.remediation.clone(),
        group_skipped,
        use_multiple_values: raw.use_multiple_values,
        scored: raw.scored,
        tests,
    });
    let rule = Rule {
        id: raw.id.clone(),
        title: raw.text.into(),
        assertion: Assertion::External(number),
        severity: None,
        needs: None,
        rationale: Text::default(),
        impact: None,
        remediation: Template::literal(raw.remediation),
        remediation_when: Vec::new(),
        references: Vec::new(),
    };
    benchmark::Check { id: Id::new(raw.id), rule, assessment, scored: raw.scored }
}

fn build_item(raw: RawItem) -> TestItem {
    let compare = raw.compare.filter(|c| !c.op.is_empty());
    TestItem {
        flag: raw.flag,
        env: raw.env,
        path: raw.path,
        set: raw.set,
        compare: compare.map(|c| (CompareOperator::parse(&c.op), c.value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kube_bench::warnings;
    use crate::node::Config;

    fn load(text: &str) -> Result<(Section, Vec<AuditCheck>), Diagnostic> {
        let source = TextFile::new("cis/node.yaml", text.to_owned());
        let mut checks = Vec::new();
        section(Target::Node, source, &Substitutions::default(), &mut checks).map(|section| (section, checks))
    }

    #[test]
    fn keeps_the_text_of_ids_and_values_and_reads_yaml_11_booleans() {
        let (section, checks) = load(
            "
controls:
version: \"cis-1.20\"
id: 4
text: Worker
type: node
unknown: [1, 2]
groups:
  - id: 4.10
    text: Files
    type: skip
    checks:
      - id: 4.1.10
        text: A check
        audit: \"stat -c %a /etc/x: y\"
        audit_env:
        scored: yes
        use_multiple_values: on
        tests:
          bin_op: or
          test_items:
            - flag: a
              set: no
            - path: '{.a}'
              compare: {op: eq, value: 0644}
            - env: B
              compare:
                op: gte
                value: False
            - flag: c
              compare: {op: '', value: x}
        remediation: |
          Run {this} one.
",
        )
        .expect("a section");
        let group = &section.groups[0];
        assert_eq!((section.id.as_str(), group.id.as_str()), ("4", "4.10"));
        let check = &group.checks[0];
        assert_eq!((check.id.as_str(), check.scored), ("4.1.10", true));
        assert_eq!(check.rule.remediation.render(&mut |_| None), "Run {this} one.\n");
        assert!(matches!(check.rule.assertion, Assertion::External(0)));
        let check = &checks[0];
        assert!(check.use_multiple_values && check.group_skipped && check.environment_process.is_none());
        let tests = check.tests.as_ref().expect("tests");
        assert_eq!(tests.bin_op, BinOp::Or);
        let items: Vec<(bool, Option<(CompareOperator, String)>)> =
            tests.items.iter().map(|i| (i.set, i.compare.clone())).collect();
        let compare = |operator, value: &str| Some((operator, value.to_owned()));
        assert_eq!(
            items,
            [
                (false, None),
                (true, compare(CompareOperator::Eq, "0644")),
                (true, compare(CompareOperator::Gte, "False")),
                (true, None)
            ]
        );
    }

    #[test]
    fn a_key_without_a_name_means_nothing_to_loading_and_to_lint() {
        for text in ["type: node\n~: x\n", "type: node\n&a : x\n", "type: node\n1: x\n"] {
            let source = TextFile::new("cis/node.yaml", text.to_owned());
            assert!(load(text).is_ok(), "{text}");
            assert_eq!(warnings(&source).map(|found| found.len()), Ok(1), "{text}");
        }
    }

    #[test]
    fn reports_the_position_of_invalid_files() {
        let cases = [
            ("id: 4\ntype: master\n", "cis/node.yaml:2:1: type is `master`"),
            ("type: node\ngroups: 7\n", "cis/node.yaml:2:9: "),
            ("type: node\ngroups:\n  - checks:\n      - scored: perhaps\n", "cis/node.yaml:4:17: "),
            ("{\"äöü\": 1, \"type\": \"node\", \"groups\": 7}", "cis/node.yaml:1:38: "),
        ];
        for (text, expected) in cases {
            let error = load(text).expect_err(text).to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn reads_the_environment_only_if_a_file_names_one_program() {
        let config: Config = serde_saphyr::from_str(
            "node: {components: [etcd, kubelet], etcd: {bins: [etcd]}, kubelet: {bins: [kubelet]}}",
        )
        .expect("a configuration");
        let host = crate::source::node::RecordedSource::parse("processes: [{argv: [etcd]}, {argv: [kubelet]}]")
            .expect("a host");
        let words = Substitutions::find(&config, Target::Node, &host);
        let file = |audit: &str, env: &str| {
            let text = format!(
                "type: node\ngroups: [{{id: 1, checks: [{{id: 1.1, audit: \"{audit}\", {env} tests: {{test_items: [{{env: A}}]}}}}]}}]\n"
            );
            let source = TextFile::new("node.yaml", text);
            let mut checks = Vec::new();
            section(Target::Node, source, &words, &mut checks).expect("a section");
            checks[0].environment_process.clone()
        };
        assert_eq!(file("ps -fC $etcdbin", "").as_deref(), Some("etcd"));
        assert_eq!(file("ps -fC $etcdbin $kubeletbin", ""), None);
        assert_eq!(file("ps", ""), None);
        assert_eq!(file("ps -fC $etcdbin", "audit_env: 'echo A=1',"), None);
    }
}
