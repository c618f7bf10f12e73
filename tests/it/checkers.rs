//! Every format is accepted by a program that others wrote, which refuses what is broken: `tests/checkers/run.py`.

use crate::canned::{canned, document, render, sealed};
use crate::hostile_reports::{HOSTILE, KINDS, of};
use crate::support::{repository, text_of};
use nodeproof::internals::report::{
    CsvFormat, Format, GitlabFormat, HtmlFormat, LineFormat, MarkdownFormat, MarkdownLimit, NdjsonFormat, OcsfFormat,
    OpenReportsFormat, OscalFormat, PrometheusFormat, Report, ReportApi, ReportFormat, ReportV1, SarifFormat,
};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The reports, each with a name.
fn cases() -> Vec<(String, Report)> {
    let example = fs::read(repository("examples/reports/example.report.json")).expect("the example");
    let mut cases = vec![
        ("canned".to_owned(), sealed(canned())),
        ("example".to_owned(), Report::from_json(&example).expect("a report")),
    ];
    for kind in KINDS {
        let empty = || {
            let mut document = document(Vec::new());
            document.subject.kind = kind;
            document.subject.name = None;
            document.notices.clear();
            document
        };
        let named = |name: &str, document: ReportV1| (format!("{name}-{}", kind.id()), sealed(document));
        cases.extend([named("empty", empty()), named("hostile", of(HOSTILE, kind))]);
    }
    cases
}

/// The Python of an environment, if it has what its list says.
fn python(environment: &str, list: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("NODEPROOF_CHECKERS")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/nodeproof-checkers")))?
        .join(environment);
    let installed = fs::read_to_string(folder.join("installed.txt")).ok()?;
    (installed == text_of(&repository("tests/checkers").join(list))).then(|| folder.join("bin/python"))
}

/// The checker of a format accepts each report, and refuses those that it breaks itself.
fn passes(name: &str, format: &dyn Format) {
    let (environment, list) =
        if name == "oscal" { ("oscal", "requirements-oscal.txt") } else { ("main", "requirements.txt") };
    let Some(python) = python(environment, list) else {
        assert!(std::env::var_os("CI").is_none(), "the checkers are not installed: run tests/checkers/install.sh");
        println!("SKIPPED: the checkers are not installed (run tests/checkers/install.sh)");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    for (case, report) in cases() {
        for (format, extension) in [(format, name), (&ReportFormat, "report")] {
            let file = folder.path().join(format!("{case}.{extension}"));
            fs::write(file, render(&report, format)).expect("a file");
        }
    }
    let script = repository("tests/checkers/run.py");
    let output = Command::new(python).arg("-B").arg(script).arg(name).arg(folder.path()).output().expect("Python runs");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{said}");
    println!("{said}");
}

#[test]
fn sarif() {
    passes("sarif", &SarifFormat { all: false });
}

#[test]
fn html() {
    passes("html", &HtmlFormat);
}

#[test]
fn markdown() {
    passes("markdown", &MarkdownFormat { limit: MarkdownLimit::Comment });
}

#[test]
fn csv() {
    passes("csv", &CsvFormat);
}

#[test]
fn ndjson() {
    passes("ndjson", &NdjsonFormat);
}

#[test]
fn gitlab() {
    passes("gitlab", &GitlabFormat);
}

#[test]
fn prometheus() {
    passes("prometheus", &PrometheusFormat);
}

#[test]
fn ocsf() {
    passes("ocsf", &OcsfFormat);
}

#[test]
fn openreports() {
    passes("openreports", &OpenReportsFormat { api: ReportApi::OpenReports, all: true });
}

#[test]
fn policyreport() {
    passes("policyreport", &OpenReportsFormat { api: ReportApi::PolicyReport, all: false });
}

#[test]
fn oscal() {
    passes("oscal", &OscalFormat);
}

#[test]
fn report() {
    passes("report", &ReportFormat);
}

#[test]
fn line() {
    passes("line", &LineFormat);
}

#[cfg(feature = "kube-bench")]
#[test]
fn junit() {
    passes("junit", &nodeproof::internals::kube_bench::format::Junit);
}
