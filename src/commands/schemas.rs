//! Compares the JSON Schemas in `docs/schema` with the types that they are generated from. Tests only; `tests/it/schemas.rs`
//! checks real files against them.
//!
//! To write them after a type has changed: `NODEPROOF_WRITE_SCHEMAS=1 cargo test --lib schemas`.

#![expect(clippy::disallowed_methods, reason = "the test reads and writes files of the repository")]

use crate::kube_bench::format::json_schema;
use crate::report::{Line, RawWaivers, ReportV1};
use crate::{benchmark, node, source};
use schemars::Schema;
use std::fs;
use std::path::Path;

#[test]
fn committed_schemas_match_the_types() {
    let [catalog, profile] = benchmark::schemas();
    let schemas: [(&str, &str, Schema); 9] = [
        ("catalogue", "Catalog of rules (benchmarks/catalog/*.yaml)", catalog),
        ("profile", "Benchmark (benchmarks/profiles/*.yaml)", profile),
        ("config", "Configuration (config.yaml)", node::json_schema()),
        ("platform", "Platform (platforms/*.yaml)", node::platform_schema()),
        ("host", "Described host (--host FILE)", source::node::recorded_node_schema()),
        ("report", "Report, version 1 (--format report)", schemars::schema_for!(ReportV1)),
        ("waivers", "Waivers (--waivers FILE)", schemars::schema_for!(RawWaivers)),
        ("line", "Line for logs, version 1 (--format line)", schemars::schema_for!(Line<'static>)),
        ("json", "Report in kube-bench's format (--json)", json_schema()),
    ];
    for (name, title, mut schema) in schemas {
        schema.insert("title".to_owned(), title.into());
        let text = format!("{}\n", serde_json::to_string_pretty(&schema.to_value()).expect("JSON"));
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/schema/{name}.json"));
        if std::env::var_os("NODEPROOF_WRITE_SCHEMAS").is_some() {
            fs::write(&file, text).expect("a file");
        } else {
            let committed = fs::read_to_string(&file).unwrap_or_default();
            assert!(
                committed == text,
                "docs/schema/{name}.json is out of date; NODEPROOF_WRITE_SCHEMAS=1 cargo test --lib schemas writes it"
            );
        }
    }
}
