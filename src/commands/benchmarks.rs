//! The list of benchmarks, for people and as JSON.

use super::definitions::Definitions;
use super::json;
use crate::benchmark::{Assessment, Benchmark};
use crate::commands::Failure;
use crate::node::Platform;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    kubernetes: Vec<String>,
    /// The platforms whose benchmark it is; none if it is for all of Kubernetes.
    platforms: Vec<String>,
    targets: Vec<&'static str>,
    automated: usize,
    manual: usize,
    not_applicable: usize,
    checks: usize,
}

/// Every benchmark, in the order of [`Library::benchmarks`](crate::benchmark::Library::benchmarks).
pub(crate) fn list(definitions: &Definitions, as_json: bool) -> Result<Vec<u8>, Failure> {
    let load = |id| Ok(definitions.benchmark(id, None)?.benchmark);
    let benchmarks = definitions.benchmarks().into_iter().map(load).collect::<Result<Vec<_>, Failure>>()?;
    let ids: Vec<String> = definitions.platforms.ids().map(str::to_owned).collect();
    let platforms: Vec<Arc<Platform>> = ids.iter().filter_map(|id| definitions.platforms.get(id)).collect();
    let rows: Vec<Row<'_>> = benchmarks.iter().map(|b| row(definitions, &platforms, b)).collect();
    if as_json { json(&rows) } else { Ok(format!("{}\n", table(&rows)).into_bytes()) }
}

fn row<'a>(definitions: &'a Definitions, platforms: &[Arc<Platform>], benchmark: &'a Benchmark) -> Row<'a> {
    let own = || platforms.iter().filter(|platform| platform.benchmarks.values().any(|id| *id == benchmark.id));
    let of_config = definitions.config.versions_of(&benchmark.id).into_iter().map(str::to_owned);
    let of_platforms = own().flat_map(|platform| platform.versions_of(&benchmark.id));
    let assessed = |as_: Assessment| benchmark.checks().filter(|(_, check)| check.assessment == as_).count();
    Row {
        id: &benchmark.id,
        title: &benchmark.title,
        kubernetes: of_config.chain(of_platforms).collect(),
        platforms: own().map(|platform| platform.id.clone()).collect(),
        targets: benchmark.targets().into_iter().map(crate::model::Target::id).collect(),
        automated: assessed(Assessment::Automated),
        manual: assessed(Assessment::Manual),
        not_applicable: assessed(Assessment::NotApplicable),
        checks: benchmark.checks().count(),
    }
}

fn table(rows: &[Row<'_>]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header([
        "benchmark",
        "platform",
        "Kubernetes",
        "targets",
        "automated",
        "manual",
        "not applicable",
        "checks",
    ]);
    for row in rows {
        table.add_row([
            row.id.to_owned(),
            row.platforms.join(", "),
            row.kubernetes.join(", "),
            row.targets.join(", "),
            row.automated.to_string(),
            row.manual.to_string(),
            row.not_applicable.to_string(),
            row.checks.to_string(),
        ]);
    }
    for column in table.column_iter_mut().skip(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
