//! The reports in examples/ are what the program writes about the hosts that their README names.
//!
//! To write them again after a change: `NODEPROOF_WRITE_EXAMPLES=1 cargo test --test it examples`.

use crate::support::{nodeproof, repository, text_of};
use serde_json::Value;
use std::fs;

/// One audit, and its reports in examples/reports/.
struct Audit {
    arguments: &'static [&'static str],
    /// Each format, and the name of its file.
    reports: &'static [(&'static str, &'static str)],
}

const AUDITS: [Audit; 5] = [
    Audit {
        arguments: &["--host", "example", "--benchmark", "cis-1.12"],
        reports: &[
            ("text", "example.txt"),
            ("report", "example.report.json"),
            ("line", "example.line.json"),
            ("json", "example.json"),
            ("junit", "example.junit.xml"),
            ("asff", "example.asff.json"),
        ],
    },
    Audit { arguments: &["--host", "examples/hosts/worker.yaml"], reports: &[("text", "worker.txt")] },
    Audit {
        arguments: &["--host", "examples/hosts/worker.yaml", "--check", "4.2.1,4.2.4,4.2.5"],
        reports: &[
            ("sarif", "worker.sarif.json"),
            ("html", "worker.html"),
            ("markdown", "worker.md"),
            ("csv", "worker.csv"),
            ("ndjson", "worker.ndjson"),
            ("gitlab", "worker.gitlab.json"),
            ("prometheus", "worker.prom"),
            ("ocsf", "worker.ocsf.json"),
            ("openreports", "worker.openreports.json"),
            ("policyreport", "worker.policyreport.json"),
            ("oscal", "worker.oscal.json"),
            ("report", "worker.report.json"),
        ],
    },
    Audit {
        arguments: &["--host", "examples/hosts/hardened-worker.yaml", "--check", "4.2.1,4.2.4,4.2.5"],
        reports: &[("report", "hardened-worker.report.json")],
    },
    Audit {
        arguments: &["--host", "examples/hosts/hardened-worker.yaml"],
        reports: &[("text", "hardened-worker.txt")],
    },
];

pub(crate) const AWS: [(&str, &str); 4] = [
    ("KUBE_BENCH_AWS_ACCOUNT", "123456789012"),
    ("KUBE_BENCH_AWS_REGION", "eu-central-1"),
    ("KUBE_BENCH_CLUSTER_ARN", "arn:aws:eks:eu-central-1:123456789012:cluster/example"),
    ("KUBE_BENCH_NODE_NAME", "example"),
];

fn audit(arguments: &[&str], format: &str) -> String {
    let output = nodeproof()
        .current_dir(repository(""))
        .envs(AWS)
        .args(arguments)
        .args(["--format", format])
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The report without what differs between two audits: times, and the id of the report.
fn comparable(format: &str, text: &str) -> String {
    let without = |line: &str| {
        let mut document: Value = serde_json::from_str(line).expect("JSON");
        if format == "report" || format == "line" {
            for key in ["report_id", "time"] {
                assert!(document.as_object_mut().expect("an object").shift_remove(key).is_some(), "{key}");
            }
        }
        for finding in document["Findings"].as_array_mut().into_iter().flatten() {
            for key in ["CreatedAt", "UpdatedAt"] {
                assert!(finding.as_object_mut().expect("an object").shift_remove(key).is_some(), "{key}");
            }
        }
        format!("{document}\n")
    };
    match format {
        "report" | "line" | "asff" => text.lines().map(without).collect(),
        "text" => {
            let time = regex::Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC").expect("an expression");
            assert!(time.find_iter(text).count() <= 1, "{text:.300}");
            time.replace(text, "TIME").into_owned()
        }
        "json" | "junit" => text.to_owned(),
        _ => {
            // Times, ids of reports and of their parts, seconds since 1970.
            let changing =
                r#"\d{4}-\d\d-\d\dT[\d:.]+Z|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b\d{10}(\d{3})?\b|"nanos": \d+"#;
            let changing = regex::Regex::new(changing).expect("an expression");
            changing.replace_all(text, "CHANGING").into_owned()
        }
    }
}

#[test]
fn the_page_about_reports_shows_lines_of_the_examples() {
    let page = text_of(&repository("docs/reports.md"));
    let mut shown = 0;
    for part in page.split("](../examples/reports/worker.").skip(1) {
        let (name, rest) = part.split_once("):\n").expect("the name of a file, and a sample");
        let example = text_of(&repository(&format!("examples/reports/worker.{name}")));
        let (_, block) = rest.split_once("```").expect("a sample");
        let block = block.split("```").next().unwrap_or_default();
        // The first line has the language.
        for line in block.lines().skip(1).filter(|line| *line != "...") {
            let line = line.trim_end_matches("...");
            assert!(example.contains(line), "{name}: {line}");
        }
        shown += 1;
    }
    assert_eq!(shown, 11, "one sample of each format");
}

#[test]
fn reports_are_current() {
    let write = std::env::var_os("NODEPROOF_WRITE_EXAMPLES").is_some();
    let mut outdated = vec![];
    for Audit { arguments, reports } in AUDITS {
        for (format, name) in reports {
            let file = repository("examples/reports").join(name);
            let current = audit(arguments, format);
            let recorded = fs::read_to_string(&file).ok();
            if recorded.is_some_and(|text| comparable(format, &text) == comparable(format, &current)) {
                continue;
            }
            if write {
                fs::write(&file, current).expect("the report is written");
            } else {
                outdated.push(*name);
            }
        }
    }
    assert!(outdated.is_empty(), "run NODEPROOF_WRITE_EXAMPLES=1 cargo test --test it examples: {outdated:?}");
}

/// The ids of the checks in one state, in the order of the report.
fn ids_in_state<'t>(text: &'t str, state: &str) -> Vec<&'t str> {
    // The closing list has them again.
    let results = text.split(" need").next().unwrap_or_default();
    let lines = results.lines().filter_map(|line| line.strip_prefix(state));
    lines.filter_map(|line| line.split(' ').nth(1)).collect()
}

#[test]
fn the_two_workers_differ_as_their_files_say() {
    let reports = repository("examples/reports");
    let worker = text_of(&reports.join("worker.txt"));
    assert_eq!(ids_in_state(&worker, "[FAIL]"), ["4.1.5", "4.2.1", "4.3.1"]);
    assert!(ids_in_state(&worker, "[WARN]").contains(&"4.2.4"));
    let hardened = text_of(&reports.join("hardened-worker.txt"));
    assert!(ids_in_state(&hardened, "[FAIL]").is_empty());
    let open: Vec<&str> = ids_in_state(&hardened, "[WARN]").into_iter().filter(|id| !id.starts_with("5.")).collect();
    assert!(open.is_empty(), "only the manual checks of the cluster policies are open: {open:?}");
    assert_eq!(ids_in_state(&hardened, "[PASS]").len(), 25);
}

#[test]
fn the_page_about_reports_shows_a_check_of_the_example() {
    let page = text_of(&repository("docs/reports.md"));
    let (_, block) = page.split_once("```json\n").expect("a check");
    let (block, _) = block.split_once("```").expect("the end of the check");
    let shown: Value = serde_json::from_str(block).expect("JSON");
    let report = text_of(&repository("examples/reports/example.report.json"));
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let checks = report["checks"].as_array().expect("checks");
    let check = checks.iter().find(|check| check["id"] == shown["id"]).expect("the check");
    assert_eq!(&shown, check);
}

#[test]
fn the_readme_names_every_file() {
    let readme = text_of(&repository("examples/README.md"));
    for folder in ["hosts", "reports"] {
        for entry in fs::read_dir(repository("examples").join(folder)).expect("a folder") {
            let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            assert!(readme.contains(&format!("({folder}/{name})")), "{folder}/{name}");
        }
    }
}
