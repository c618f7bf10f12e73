//! Loads folders of definitions: one for each benchmark, with a file for each target. Words such as `$kubeletconf` are
//! replaced in the text of a file before it is parsed; the caller says by what.

use super::fields::GroupFields;
use super::{AuditCheck, BinOp, CompareOperator, Substitutions, TestItem, Tests, warnings};
use crate::benchmark::{self, Assertion, Assessment, Benchmark, ForeignFormat, Group, Rule, Section, Template, Text};
use crate::model::{Id, Target};
use crate::node::Config;
use crate::text::quote;
use crate::yaml::{Diagnostic, TextFile};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::mem::discriminant;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The benchmark folders of a configuration folder.
#[derive(Debug, Default)]
pub struct FolderSet {
    config: Option<TextFile>,
    folders: BTreeMap<String, Folder>,
}

/// A benchmark of a folder: its outline, and the checks that its assertions number.
#[derive(Debug)]
pub struct FolderBenchmark {
    /// The outline. Its assertions are external.
    pub benchmark: Benchmark,
    /// The checks, by the numbers of the assertions.
    pub checks: Vec<AuditCheck>,
}

#[derive(Debug)]
struct Folder {
    files: Vec<(Target, PathBuf)>,
    config: Option<TextFile>,
}

#[derive(Debug, Deserialize)]
struct RawFile {
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

/// The booleans of YAML 1.1, which these files use.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let word = String::deserialize(deserializer)?;
    match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => Ok(true),
        "false" | "no" | "off" | "n" => Ok(false),
        _ => Err(D::Error::custom(format!("expected `true` or `false`, found {}", quote(&word)))),
    }
}

impl FolderSet {
    /// The benchmark folders below `folder`. `config` is the configuration that they extend.
    pub fn find(folder: Option<&Path>, config: Option<TextFile>) -> Result<Self, Diagnostic> {
        let mut folders = BTreeMap::new();
        for path in folder.map(folders_in).unwrap_or_default() {
            let files: Vec<(Target, PathBuf)> = Target::ALL
                .into_iter()
                .map(|target| (target, path.join(format!("{target}.yaml"))))
                .filter(|(_, file)| TextFile::is_present(file))
                .collect();
            let Some(id) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
                continue;
            };
            if !files.is_empty() {
                let own = path.join("config.yaml");
                let config = TextFile::is_present(&own).then(|| TextFile::read_regular(&own)).transpose()?;
                folders.insert(id, Folder { files, config });
            }
        }
        Ok(Self { config, folders })
    }

    /// The benchmarks that have folders.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.folders.keys().map(String::as_str)
    }

    /// The common configuration, with the versions and targets of the folders' own.
    pub fn merged_config(&self, common: Config) -> Result<Config, Diagnostic> {
        let own: Vec<&TextFile> = self.folders.values().filter_map(|f| f.config.as_ref()).collect();
        let (false, Some(config)) = (own.is_empty(), &self.config) else {
            return Ok(common);
        };
        let mut merged: Json = config.parse()?;
        for source in &own {
            let mut mappings: Json = source.parse()?;
            if let Json::Object(map) = &mut mappings {
                map.retain(|key, _| matches!(key.as_str(), "version_mapping" | "target_mapping"));
                merge(&mut merged, mappings);
            }
        }
        typed(&own, merged)
    }

    /// The configuration for a benchmark.
    pub fn config_of(&self, id: &str, common: &Arc<Config>) -> Result<Arc<Config>, Diagnostic> {
        let (Some(own), Some(config)) = (self.folders.get(id).and_then(|f| f.config.as_ref()), &self.config) else {
            return Ok(Arc::clone(common));
        };
        let mut merged: Json = config.parse()?;
        merge(&mut merged, own.parse()?);
        typed(&[own], merged).map(Arc::new)
    }

    /// Whether the folder of a benchmark has a configuration of its own.
    pub fn has_own_config(&self, id: &str) -> bool {
        self.folders.get(id).is_some_and(|f| f.config.is_some())
    }

    /// The warnings about the files of a benchmark.
    pub fn warnings_of(&self, id: &str) -> Result<Vec<Diagnostic>, Diagnostic> {
        let files = self.folders.get(id).into_iter().flat_map(|f| &f.files);
        let found = files.map(|(_, path)| warnings(&TextFile::read_regular(path)?)).collect::<Result<Vec<_>, _>>()?;
        Ok(found.concat())
    }

    /// Loads a benchmark; `None` if it has no folder. `words` gives the replacements for the file of a target.
    pub fn benchmark(
        &self,
        id: &str,
        words: &dyn Fn(Target) -> Substitutions,
    ) -> Option<Result<FolderBenchmark, Diagnostic>> {
        self.folders.get(id).map(|folder| {
            let mut checks = Vec::new();
            let mut sections = Vec::new();
            for (target, path) in &folder.files {
                sections.push(section(*target, TextFile::read_regular(path)?, &words(*target), &mut checks)?);
            }
            sections.sort_by_key(|s| Id::new(&s.id));
            let benchmark = Benchmark { id: id.to_owned(), title: id.to_owned(), sections };
            Ok(FolderBenchmark { benchmark, checks })
        })
    }
}

impl ForeignFormat for FolderSet {
    fn recognizes(&self, has: &dyn Fn(&str) -> bool, has_list: &dyn Fn(&str) -> bool) -> bool {
        has("controls") || has_list("groups")
    }

    fn warnings(&self, source: &TextFile) -> Result<Vec<Diagnostic>, Diagnostic> {
        source.parse::<RawFile>()?;
        warnings(source)
    }

    fn benchmarks(&self) -> Vec<&str> {
        self.ids().collect()
    }
}

/// The subfolders that may hold a benchmark. `catalog` and `profiles` hold native definitions.
#[expect(clippy::disallowed_methods, reason = "definition files are the user's own")]
fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path()).filter(|path| path.is_dir());
    let mut paths: Vec<PathBuf> = paths.filter(|p| !p.ends_with("catalog") && !p.ends_with("profiles")).collect();
    paths.sort();
    paths
}

/// The typed configuration. If a value is wrong, the error is at its position in one of the `files` that were merged.
fn typed(files: &[&TextFile], mut merged: Json) -> Result<Config, Diagnostic> {
    for target in Target::ALL {
        let Some(entries) = merged.get_mut(target.id()).and_then(Json::as_object_mut) else { continue };
        // A component that is a scalar is ignored, as where the file is read by itself.
        entries.retain(|key, value| key == "components" || value.is_object() || value.is_array());
    }
    serde_json::from_value(merged).map_err(|_| {
        let wrong = files.iter().find_map(|file| file.parse::<Config>().err());
        let message = "a value has the wrong type; write a name or a version that is a number in quotes";
        wrong.unwrap_or_else(|| files[0].error_at_word("components", message))
    })
}

/// Merges maps and replaces values of the same type. As in kube-bench, a value of another type changes nothing.
fn merge(base: &mut Json, overlay: Json) {
    match (base, overlay) {
        (Json::Object(base), Json::Object(overlay)) => {
            for (key, value) in overlay {
                match base.get_mut(&key) {
                    Some(below) => merge(below, value),
                    None => {
                        base.insert(key, value);
                    }
                }
            }
        }
        // An empty file changes nothing.
        (_, Json::Null) => {}
        (base, overlay) if base.is_null() || discriminant(base) == discriminant(&overlay) => *base = overlay,
        (_, _) => {}
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
    let source = TextFile::new(source.name, text);
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
    let groups = raw.groups.unwrap_or_default().into_iter().map(|group| build_group(group, program, checks)).collect();
    Ok(Section { id: raw.id, title: raw.text, target, groups })
}

fn build_group(raw: RawGroup, program: Option<&str>, checks: &mut Vec<AuditCheck>) -> Group {
    let skipped = raw.kind == "skip";
    Group {
        id: Id::new(raw.id),
        title: raw.text,
        extensions: GroupFields { kind: raw.kind }.into_extensions(),
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
        assert_eq!(
            (section.id.as_str(), group.id.as_str(), GroupFields::of(&group.extensions).kind.as_str()),
            ("4", "4.10", "skip")
        );
        let check = &group.checks[0];
        assert_eq!((check.id.as_str(), check.scored), ("4.1.10", true));
        assert_eq!(check.rule.remediation.render(&mut |_, _| None), "Run {this} one.\n");
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

    #[test]
    fn maps_are_merged_and_lists_are_replaced() {
        let mut base = serde_json::json!({"a": {"x": [1, 2], "y": 1}, "b": 2});
        merge(&mut base, serde_json::json!({"a": {"x": [3], "z": 4}, "c": 5}));
        assert_eq!(base, serde_json::json!({"a": {"x": [3], "y": 1, "z": 4}, "b": 2, "c": 5}));
        merge(&mut base, serde_json::json!({"a": "/path", "b": [1], "c": 6}));
        assert_eq!(base, serde_json::json!({"a": {"x": [3], "y": 1, "z": 4}, "b": 2, "c": 6}));
    }
}
