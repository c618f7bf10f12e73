//! docs/architecture.md: its layers are those of tests/architecture.rs, the files that it names exist, and the rule that it
//! follows is the catalogue's.

use crate::support::{repository, text_of};
use nodeproof::internals::benchmark::Library;

const PAGE: &str = "docs/architecture.md";

/// The quoted names of each line in `LAYERS`.
fn checked_layers() -> Vec<Vec<String>> {
    let source = text_of(&repository("tests/architecture.rs"));
    let (_, list) = source.split_once("const LAYERS: &[&[&str]] = &[").expect("the layers");
    let (list, _) = list.split_once("\n];").expect("the end of the layers");
    let names = |line: &str| line.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    list.lines().map(names).filter(|names| !names.is_empty()).collect()
}

/// The texts in backticks of a page or a part of it.
fn code_spans(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with("```")).flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn the_layers_are_those_that_the_test_of_imports_checks() {
    let page = text_of(&repository(PAGE));
    let rows = page.lines().skip_while(|line| !line.starts_with("| layer |")).skip(2);
    let first_cells = rows.take_while(|line| line.starts_with('|')).filter_map(|row| row.split('|').nth(1));
    let documented: Vec<Vec<String>> =
        first_cells.map(|cell| code_spans(cell).into_iter().map(str::to_owned).collect()).collect();
    assert_eq!(documented, checked_layers());
    assert!(documented.len() > 10, "{documented:?}");
}

/// A file or folder that a page names in backticks; a name without a folder is a test's.
fn named_path(span: &str) -> Option<String> {
    const ROOTS: [&str; 9] =
        ["src/", "benchmarks/", "flags/", "benches/", "tests/", "testdata/", "examples/", "docs/", "build.rs"];
    let is_placeholder = ["NAME", "ID."].iter().any(|word| span.contains(word));
    if is_placeholder || span.contains(' ') {
        None
    } else if ROOTS.iter().any(|root| span.starts_with(root)) {
        Some(span.to_owned())
    } else {
        let is_test = span.ends_with(".rs") && !span.contains('/') && span != "mod.rs" && span != "tests.rs";
        is_test.then(|| format!("tests/it/{span}"))
    }
}

#[test]
fn the_files_that_are_named_exist() {
    let mut count = 0;
    for page in [PAGE, "docs/development.md"] {
        for file in code_spans(&text_of(&repository(page))).into_iter().filter_map(named_path) {
            count += 1;
            assert!(repository(&file).exists(), "{page} names {file}");
        }
    }
    assert!(count > 60, "{count} files");
}

#[test]
fn the_check_that_is_followed_is_the_catalogues() {
    let library = Library::load(None, None).expect("the definitions");
    let benchmark = library.benchmark("cis-1.12").expect("the benchmark");
    let (target, check) = benchmark.checks().find(|(_, check)| check.id.as_str() == "4.2.1").expect("the check");
    assert_eq!(target.to_string(), "node");
    let severity = check.rule.severity.expect("a severity");
    let sentence = format!(
        "Check 4.2.1 of cis-1.12 is the rule `{}`:\n**{}**. Its severity is `{severity}`.",
        check.rule.id, check.rule.title
    );
    assert!(text_of(&repository(PAGE)).contains(&sentence), "{PAGE} does not say:\n{sentence}");
    let catalogue = text_of(&repository("benchmarks/catalog/kubelet.yaml"));
    assert!(catalogue.contains(&format!("- id: {}\n", check.rule.id)));
}
