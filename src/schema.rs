//! Holds the committed JSON Schemas against the types that they come from, and against real files. Tests alone.
//!
//! To write them anew after a type has changed: `NODEPROOF_WRITE_SCHEMAS=1 cargo test --lib schema`.

#![expect(clippy::disallowed_methods, reason = "tests read and write files of the repository")]

use crate::benchmark::{Library, schemas};
use crate::evaluate::{NoExternalChecks, evaluate};
use crate::kube_bench::format::{Json as JsonFormat, json_schema};
use crate::node as config;
use crate::node::Node;
use crate::plan::{Selection, plan};
use crate::probe::Collector;
use crate::report::Format;
use crate::report::{Document, Report, ReportHeader, ReportV1};
use crate::source::node::RecordedSource;
use schemars::Schema;
use serde_json::Value as Json;
use std::fs;
use std::path::{Path, PathBuf};

const TITLES: [(&str, &str); 6] = [
    ("catalogue", "Catalogue of rules (benchmarks/catalog/*.yaml)"),
    ("profile", "Benchmark (benchmarks/profiles/*.yaml)"),
    ("config", "Configuration (config.yaml)"),
    ("host", "Described machine (--host FILE)"),
    ("report", "Report, version 1 (--format report)"),
    ("json", "Report in kube-bench's form (--json)"),
];

fn all() -> Vec<(&'static str, Json)> {
    let [catalogue, profile] = schemas();
    let described = crate::source::node::described_schema();
    let schemas: [Schema; 6] =
        [catalogue, profile, config::schema(), described, schemars::schema_for!(ReportV1), json_schema()];
    let titled = TITLES.into_iter().zip(schemas).map(|((name, title), mut schema)| {
        schema.insert("title".to_owned(), title.into());
        (name, schema.to_value())
    });
    titled.collect()
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn yaml(path: &Path) -> Json {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn folder(path: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(repository(path)).expect(path);
    entries.map(|entry| entry.expect("an entry").path()).filter(|p| p.is_file()).collect()
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    for (name, schema) in all() {
        let file = repository(&format!("docs/schema/{name}.json"));
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).expect("JSON"));
        if std::env::var_os("NODEPROOF_WRITE_SCHEMAS").is_some() {
            fs::write(&file, text).expect("a file");
        } else {
            let committed = fs::read_to_string(&file).unwrap_or_default();
            assert!(
                committed == text,
                "{name}.json is not what the types say; NODEPROOF_WRITE_SCHEMAS=1 cargo test --lib schema writes it anew"
            );
        }
    }
}

/// What the schema of this name has against a document.
fn objections(name: &str, document: &Json) -> Vec<String> {
    let schema = all().into_iter().find(|(n, _)| *n == name).expect(name).1;
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    validator.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

#[test]
fn real_files_are_valid() {
    let mut files: Vec<(&str, PathBuf)> = vec![
        ("config", repository("cfg/config.yaml")),
        ("host", repository("testdata/hosts/example.yaml")),
        ("catalogue", repository("testdata/lint/catalog/sound.yaml")),
        ("profile", repository("testdata/extra/profiles/cis-9.99.yaml")),
    ];
    files.extend(folder("benchmarks/catalog").into_iter().map(|path| ("catalogue", path)));
    files.extend(folder("benchmarks/profiles").into_iter().map(|path| ("profile", path)));
    assert!(files.len() > 20, "{files:?}");
    for (name, path) in files {
        assert_eq!(objections(name, &yaml(&path)), [] as [String; 0], "{}", path.display());
    }
}

#[test]
fn a_real_report_is_valid_with_and_without_totals() {
    let library = Library::load(None, None).expect("definitions");
    let host = fs::read_to_string(repository("testdata/hosts/example.yaml")).expect("a host");
    let host = RecordedSource::parse(&host).expect("a host");
    let benchmark = library.benchmark("cis-1.20").expect("a benchmark");
    let node = Node::detect(&host, &library.config);
    let none = Vec::new;
    let targets = benchmark.targets();
    let wanted = Selection { targets, checks: none(), groups: none(), skip: none(), scored: true, unscored: true };
    let plan = plan(&benchmark, &wanted).expect("a plan");
    let mut collector = Collector::new(&host, &node, &library.config);
    let evaluation = evaluate(&plan, &mut collector, &node, &NoExternalChecks);
    let report = Report::build(ReportHeader::of_node(evaluation.notices), &plan, evaluation.outcomes);
    let formats: [(&str, &dyn Format); 3] =
        [("json", &JsonFormat { totals: true }), ("json", &JsonFormat { totals: false }), ("report", &Document)];
    for (schema, format) in formats {
        let mut bytes = Vec::new();
        format.render(&report, &mut bytes).expect("a report");
        let document: Json = serde_json::from_slice(&bytes).expect("JSON");
        assert_eq!(objections(schema, &document), [] as [String; 0], "{schema}");
    }
}

#[test]
fn what_the_loader_refuses_by_its_shape_the_schemas_refuse() {
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
        ("host", "{ processes: [{ pid: 1 }] }"),
        ("json", "{ Controls: [] }"),
        ("report", "{ schema_version: 1 }"),
    ];
    for (name, text) in cases {
        let document: Json = serde_saphyr::from_str(text).expect(text);
        assert!(!objections(name, &document).is_empty(), "{name} takes {text}");
    }
}
