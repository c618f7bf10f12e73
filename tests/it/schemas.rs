//! The JSON Schemas in `docs/schema`, checked against real files, reports, and files that the program refuses.

use crate::support::{nodeproof, repository, text_of, yaml_files_below};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What the schema of this name reports about a document.
fn violations(name: &str, document: &Value) -> Vec<String> {
    let schema = text_of(&repository(&format!("docs/schema/{name}.json")));
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn yaml(path: &Path) -> Value {
    serde_saphyr::from_str(&text_of(path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn files_in(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repository(folder)).expect(folder);
    entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file()).collect()
}

#[test]
fn real_files_are_valid() {
    let mut files: Vec<(&str, PathBuf)> = vec![
        ("config", repository("cfg/config.yaml")),
        ("waivers", repository("testdata/waivers/workloads.yaml")),
        ("host", repository("testdata/hosts/example.yaml")),
        ("host", repository("testdata/oracle/kubeadm-control-plane.json")),
        ("catalogue", repository("testdata/lint/catalog/sound.yaml")),
        ("profile", repository("testdata/extra/profiles/cis-9.99.yaml")),
    ];
    files.extend(files_in("benchmarks/catalog").into_iter().map(|path| ("catalogue", path)));
    files.extend(yaml_files_below("benchmarks/profiles").into_iter().map(|path| ("profile", path)));
    assert!(files.len() > 20, "{files:?}");
    for (name, path) in files {
        assert_eq!(violations(name, &yaml(&path)), [] as [String; 0], "{}", path.display());
    }
}

#[test]
fn real_reports_are_valid() {
    let formats: [(&str, &[&str]); 4] = [
        ("json", &["--json"]),
        ("json", &["--json", "--nototals"]),
        ("report", &["--format", "report"]),
        ("line", &["--format", "line"]),
    ];
    for (schema, arguments) in formats {
        let mut command = nodeproof();
        let run =
            command.args(["run", "--host", "example", "--benchmark", "cis-1.20"]).args(arguments).assert().code(0);
        let report: Value = serde_json::from_slice(&run.get_output().stdout).expect("JSON");
        assert_eq!(violations(schema, &report), [] as [String; 0], "{arguments:?}");
    }
}

#[test]
fn files_that_the_program_refuses_violate_the_schemas() {
    let cases = [
        ("catalogue", "[{ id: a, title: t, severity: low, rationale: w, remediation: f, whay: x }]"),
        ("catalogue", "[{ id: a, title: t, severity: low, rationale: w }]"),
        ("catalogue", "[{ id: a, title: t, severity: low, rationale: w, remediation: f, expect: { equal: 1 } }]"),
        (
            "catalogue",
            "[{ id: a, title: t, severity: low, rationale: w, remediation: f, file: { at: kubelet.confg } }]",
        ),
        (
            "catalogue",
            "[{ id: a, title: t, severity: low, rationale: w, remediation: f, setting: { component: kubelt, flag: a } }]",
        ),
        (
            "catalogue",
            "[{ id: a, title: t, severity: low, rationale: w, remediation: f, expect: { mode-at-most: '688' } }]",
        ),
        ("catalogue", "[{ id: a, title: t, severity: low, rationale: w, remediation: f, expect: { owned-by: root } }]"),
        ("profile", "{ id: a, title: t, checks: { '1.1': { rule: r, asessment: manual } } }"),
        ("profile", "{ id: a, title: t, groups: { '1': { target: nod, title: t } } }"),
        ("config", "{ target_mapping: { cis-1.5: [nodes] } }"),
        ("config", "{ master: { components: [a], a: { bins: { b: c } } } }"),
        ("host", "{ files: [{ mode: '600' }] }"),
        ("host", "{ files: [{ path: /a, mod: '600' }] }"),
        ("host", "{ fiels: [] }"),
        ("host", "{ processes: [{ pid: 1 }] }"),
        ("json", "{ Controls: [] }"),
        ("report", "{ schema_version: 1 }"),
        ("line", "{ schema_version: 1 }"),
    ];
    for (name, text) in cases {
        let document: Value = serde_saphyr::from_str(text).expect(text);
        assert!(!violations(name, &document).is_empty(), "{name} accepts {text}");
    }
}
