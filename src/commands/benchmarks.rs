//! The list of benchmarks, for people and as JSON.

use super::definitions::Definitions;
use super::json;
use crate::benchmark::{Assessment, Benchmark};
use crate::commands::Failure;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    kubernetes: Vec<&'a str>,
    targets: Vec<&'static str>,
    automated: usize,
    manual: usize,
    checks: usize,
}

/// Every benchmark, oldest first.
pub(crate) fn list(definitions: &Definitions, as_json: bool) -> Result<Vec<u8>, Failure> {
    let load = |id| Ok(definitions.benchmark(id, None)?.benchmark);
    let benchmarks = definitions.benchmarks().into_iter().map(load).collect::<Result<Vec<_>, Failure>>()?;
    let rows: Vec<Row<'_>> = benchmarks.iter().map(|b| row(definitions, b)).collect();
    if as_json { json(&rows) } else { Ok(format!("{}\n", table(&rows)).into_bytes()) }
}

fn row<'a>(definitions: &'a Definitions, benchmark: &'a Benchmark) -> Row<'a> {
    let checks = benchmark.checks().count();
    let automated = benchmark.checks().filter(|(_, c)| c.assessment == Assessment::Automated).count();
    Row {
        id: &benchmark.id,
        title: &benchmark.title,
        kubernetes: definitions.config.versions_of(&benchmark.id),
        targets: benchmark.targets().into_iter().map(crate::model::Target::id).collect(),
        automated,
        manual: checks - automated,
        checks,
    }
}

fn table(rows: &[Row<'_>]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["benchmark", "title", "Kubernetes", "targets", "automated", "manual", "checks"]);
    for row in rows {
        table.add_row([
            row.id.to_owned(),
            row.title.to_owned(),
            row.kubernetes.join(", "),
            row.targets.join(", "),
            row.automated.to_string(),
            row.manual.to_string(),
            row.checks.to_string(),
        ]);
    }
    for column in table.column_iter_mut().skip(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
