//! docs/dependencies.md lists the dependencies of Cargo.toml, and Cargo.toml gives a reason for each.

use crate::support::{repository, text_of};
use std::collections::BTreeSet;

/// The crates in these tables of Cargo.toml. Each must have a comment on the line above.
fn declared(tables: &[&str]) -> BTreeSet<String> {
    let manifest = text_of(&repository("Cargo.toml"));
    let mut crates = BTreeSet::new();
    let (mut table, mut previous) = ("", "");
    for line in manifest.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            table = name;
        } else if tables.contains(&table)
            && let Some((name, _)) = line.split_once(" = ")
            && !line.starts_with('#')
        {
            assert!(previous.starts_with("# "), "Cargo.toml: `{name}` has no comment that says what it is for");
            crates.insert(name.to_owned());
        }
        previous = line;
    }
    crates
}

/// The rows of the table below a heading of docs/dependencies.md: the name of the crate and the other cells.
fn rows(heading: &str) -> Vec<(String, Vec<String>)> {
    let page = text_of(&repository("docs/dependencies.md"));
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).expect(heading);
    let section = section.split("\n##").next().expect("a section");
    let rows = section.lines().filter_map(|line| {
        let (name, cells) = line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | ")?;
        Some((name.to_owned(), cells.split(" | ").map(str::to_owned).collect()))
    });
    rows.collect()
}

fn names(rows: &[(String, Vec<String>)]) -> BTreeSet<String> {
    let names: BTreeSet<String> = rows.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names.len(), rows.len(), "each crate has one row");
    names
}

#[test]
fn lists_every_dependency() {
    for (heading, tables, columns) in [
        ("In the program", &["dependencies", "build-dependencies"][..], 4),
        ("In tests and benches", &["dev-dependencies"][..], 3),
    ] {
        let rows = rows(heading);
        assert_eq!(names(&rows), declared(tables), "left: docs/dependencies.md, {heading}; right: Cargo.toml");
        for (name, cells) in rows {
            assert_eq!(cells.len(), columns, "{name}: number of cells");
            assert!(cells.iter().all(|cell| !cell.trim().is_empty()), "{name}: an empty cell");
        }
    }
}

#[test]
fn answers_for_every_required_crate() {
    let rows = rows("The crates of the requirements");
    let required = ["clap", "comfy-table", "nix", "regex", "serde", "serde_json", "serde_yaml", "walkdir"];
    assert_eq!(names(&rows), required.map(str::to_owned).into());
    let program = declared(&["dependencies", "build-dependencies"]);
    for (name, cells) in rows {
        if cells[0] != "yes" {
            assert!(!program.contains(&name), "{name} is in Cargo.toml, but the table says `{}`", cells[0]);
        }
    }
    assert!(!(program.contains("nix") && program.contains("rustix")), "one crate for system calls");
}
