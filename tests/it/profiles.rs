//! The profiles: against the published facts of each benchmark, against their recorded lists, and one that is added.

use crate::support::{checks, judge, nodeproof, published_benchmarks, repository, text_of, yaml_files_below};
use nodeproof::internals::benchmark::{Assessment, Check, Library};
use nodeproof::internals::model::{Severity, Status};
use std::collections::{BTreeMap, BTreeSet};

/// Benchmarks whose resolved checks are recorded in `testdata/profiles/`: those that the others extend.
const RECORDED: [&str; 12] = [
    "cis-1.5", "cis-1.6", "cis-1.20", "cis-1.23", "cis-1.24", "cis-1.7", "cis-1.8", "cis-1.9", "cis-1.10", "cis-1.11",
    "cis-1.12", "cis-2.0",
];

/// Each check of a benchmark with its target and grade.
type Grades = BTreeMap<String, (String, &'static str)>;

/// The published checks: one per line, with target, `scored` or `unscored`, and kube-bench's type.
fn published(benchmark: &str) -> Grades {
    let text = text_of(&repository(&format!("testdata/facts/{benchmark}.tsv")));
    let facts = text.lines().map(|line| {
        let [id, target, scored, kind, _] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        // A check that a benchmark does not score is left to a person as well, whether or not it calls it manual.
        let grade = match (kind, scored) {
            ("skip", _) => "not-applicable",
            ("manual", "scored") => "manual-scored",
            ("manual", "unscored") | ("-", "unscored") => "manual",
            ("-", "scored") => "automated",
            _ => panic!("{line}"),
        };
        (id.to_owned(), (target.to_owned(), grade))
    });
    let mut published = Grades::new();
    // docs/differences.md names the numbers that the STIG's folder has twice: the first counts.
    for (id, grade) in facts {
        published.entry(id).or_insert(grade);
    }
    published
}

fn ours(library: &Library, benchmark: &str) -> Grades {
    let benchmark = library.benchmark(benchmark).expect(benchmark);
    let grade = |check: &Check| match (check.assessment, check.scored) {
        (Assessment::Automated, true) => "automated",
        (Assessment::Manual, false) => "manual",
        (Assessment::Manual, true) => "manual-scored",
        (Assessment::NotApplicable, false) => "not-applicable",
        (Assessment::Automated, false) | (Assessment::NotApplicable, true) => panic!("{}", check.id),
    };
    benchmark.checks().map(|(target, check)| (check.id.to_string(), (target.to_string(), grade(check)))).collect()
}

/// A row of docs/differences.md: benchmarks, checks, published grade, our grade.
struct DifferentGrade {
    benchmarks: Vec<String>,
    checks: Vec<String>,
    published: String,
    ours: String,
}

impl DifferentGrade {
    fn covers(&self, benchmark: &str, check: &str, published: &str, ours: &str) -> bool {
        let is_named = |name: &String| match name.split_once('*') {
            Some((front, back)) => benchmark.starts_with(front) && benchmark.ends_with(back),
            None => name == benchmark,
        };
        self.benchmarks.iter().any(is_named)
            && self.checks.iter().any(|id| id == check)
            && (self.published == published || self.published == "any")
            && self.ours == ours
    }
}

fn different_grades() -> Vec<DifferentGrade> {
    let page = text_of(&repository("docs/differences.md"));
    let section = page.split("\n## ").find(|section| section.starts_with("Grades that differ\n")).expect("a section");
    let list = |cell: &str| cell.split(',').map(|item| item.trim().to_owned()).collect();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(2);
    rows.map(|row| {
        let [benchmarks, checks, published, ours, _] =
            row.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>()[..]
        else {
            panic!("{row}")
        };
        DifferentGrade {
            benchmarks: list(benchmarks),
            checks: list(checks),
            published: published.to_owned(),
            ours: ours.to_owned(),
        }
    })
    .collect()
}

#[test]
fn each_profile_has_the_checks_targets_and_grades_of_its_benchmark() {
    let library = Library::load(None, None).expect("the definitions that are built in");
    let rows = different_grades();
    let mut used = vec![false; rows.len()];
    let mut unexplained = Vec::new();
    let mut checks = 0;
    for benchmark in published_benchmarks(&library) {
        let (published, ours) = (published(benchmark), ours(&library, benchmark));
        checks += ours.len();
        for id in published.keys().chain(ours.keys()).collect::<BTreeSet<_>>() {
            match (published.get(id), ours.get(id)) {
                (Some(published), Some(ours)) if published == ours => {}
                (Some((target, published)), Some((our_target, ours))) if target == our_target => {
                    let row = rows.iter().position(|row| row.covers(benchmark, id, published, ours));
                    match row {
                        Some(row) => used[row] = true,
                        None => unexplained.push(format!("{benchmark} {id}: published {published}, here {ours}")),
                    }
                }
                (published, ours) => unexplained.push(format!("{benchmark} {id}: {published:?}, here {ours:?}")),
            }
        }
    }
    assert!(unexplained.is_empty(), "not in docs/differences.md:\n{}", unexplained.join("\n"));
    let unused = rows.iter().zip(used).filter(|(_, used)| !used).map(|(row, _)| row.checks.join(", "));
    assert_eq!(unused.collect::<Vec<_>>(), [""; 0], "rows of docs/differences.md that no benchmark needs");
    assert_eq!((published_benchmarks(&library).len(), checks), (59, 6382));
}

/// Checks for which kube-bench reads another setting than the recommendation names, or the rule reads what has the effect.
const OTHER_SETTINGS: [(&str, &str); 5] = [
    ("aks-1.8", "3.2.2"),
    ("cis-1.11", "4.2.15"),
    ("cis-1.24-microk8s", "2.5"),
    ("eks-stig-kubernetes-v1r6", "V-242399"),
    ("k3s-cis-1.23", "2.5"),
];

/// A number is bound to the rule that reads what the published check reads: one of its flags, and the same mode of a file.
#[test]
fn each_check_reads_the_setting_of_the_published_one() {
    let library = Library::load(None, None).expect("the definitions that are built in");
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for id in published_benchmarks(&library) {
        let benchmark = library.benchmark(id).expect(id);
        let facts = text_of(&repository(&format!("testdata/facts/{id}.tsv")));
        for (_, check) in benchmark.checks() {
            let prefix = format!("{}\t", check.id);
            let line = facts.lines().find(|line| line.starts_with(&prefix)).expect("a published check");
            let settings = line.split('\t').nth(4).expect("settings");
            let tests = check.rule.assertion.tests();
            if settings == "-" || tests.is_empty() || OTHER_SETTINGS.contains(&(id, check.id.as_str())) {
                continue;
            }
            compared += 1;
            let read =
                tests.iter().map(|test| format!("{} {}", test.probe.describe(), test.expect)).collect::<Vec<_>>();
            let read = read.join("; ").replace("permissions are", "mode");
            let is_read = |setting: &str| read.split([' ', ',', ';']).collect::<Vec<_>>().join(" ").contains(setting);
            if !settings.split(", ").any(is_read) {
                wrong.push(format!("{id} {}: {settings}, but {} reads {read}", check.id, check.rule.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 2500, "{compared}");
}

/// Every published benchmark has a profile.
#[test]
fn no_profile_is_without_facts_and_no_facts_without_profile() {
    let library = Library::load(None, None).expect("the definitions that are built in");
    let ours: BTreeSet<String> = published_benchmarks(&library).into_iter().map(str::to_owned).collect();
    let files = std::fs::read_dir(repository("testdata/facts")).expect("a folder");
    let stem = |file: std::io::Result<std::fs::DirEntry>| {
        file.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned()
    };
    assert_eq!(ours, files.map(stem).collect());
}

/// What a profile does not say again is what it extends.
#[test]
fn profiles_contain_only_what_differs() {
    let files = yaml_files_below("benchmarks/profiles");
    for path in &files {
        let name = path.file_stem().expect("a name").to_string_lossy();
        let short = name.starts_with("k3s-") || name.starts_with("rke2-") || name == "cis-2.0" || name == "cis-1.6-k3s";
        let lines = text_of(path).lines().count();
        assert!(lines < if short { 40 } else { 250 }, "{name} has {lines} lines");
    }
    // Those that are published, and that of workloads.
    assert_eq!(files.len(), 60);
}

/// An edit of a rule's name, a number or a parameter shows here in every benchmark that it reaches. To record the lists anew:
/// `nodeproof profile ID | tr -s ' ' > testdata/profiles/ID.txt`.
#[test]
fn each_profile_resolves_to_its_recorded_list() {
    for id in RECORDED {
        let output = nodeproof().args(["profile", id]).output().expect("it runs");
        let listed = String::from_utf8(output.stdout).expect("text");
        let recorded = text_of(&repository(&format!("testdata/profiles/{id}.txt")));
        let changed: Vec<String> = lines_apart(&recorded, &listed);
        assert!(changed.is_empty(), "{id} is not what testdata/profiles records:\n{}", changed.join("\n"));
    }
}

/// Lines that only one of two texts has, marked as in a diff. The widths of columns do not count: one long name moves all lines.
fn lines_apart(old: &str, new: &str) -> Vec<String> {
    let squeezed = |text: &str| {
        let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.collect::<Vec<_>>().join("\n")
    };
    let (old, new) = (&squeezed(old), &squeezed(new));
    let only = |a: &str, b: &str, mark: char| {
        let there: Vec<&str> = b.lines().collect();
        a.lines().filter(|l| !there.contains(l)).map(|l| format!("{mark} {l}")).collect::<Vec<_>>()
    };
    [only(old, new, '-'), only(new, old, '+')].concat()
}

#[test]
fn a_new_benchmark_version_needs_one_file_and_no_code() {
    let run = |arguments: &[&str]| {
        let output = nodeproof().current_dir(repository("")).args(arguments).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    let folder = ["--config-dir", "testdata/extra"];
    let list = run(&[&["profile", "cis-9.99"], &folder[..]].concat());
    let base = run(&["profile", "cis-1.12"]);
    let expected = [
        "- 1.1.1 master automated scored apiserver-manifest-mode",
        "- 1.2.1 master manual not scored apiserver-anonymous-auth",
        "- 4.2.14 node manual not scored kubelet-seccomp-default",
        "- 5.6.4 policies manual not scored default-namespace-unused",
        "+ 1.1.1 master automated scored apiserver-manifest-mode mode=400",
        "+ 4.2.14 node automated scored kubelet-seccomp-default",
        "+ 4.4.1 node automated scored proxy-kubeconfig-mode",
    ];
    let body = |text: &str| text.lines().skip(1).collect::<Vec<_>>().join("\n");
    assert_eq!(lines_apart(&body(&base), &body(&list)), expected);

    let flags = ["--benchmark", "cis-9.99", "--host", "example", "--json", "--config-dir", "testdata/extra"];
    let report: serde_json::Value = serde_json::from_str(&run(&flags)).expect("JSON");
    let check = &report["Controls"][0]["tests"][0]["results"][0];
    assert_eq!(check["test_number"], "1.1.1");
    // The example's manifest is 644: good enough before 1.12, not here.
    assert_eq!(check["status"], "FAIL");
    assert_eq!(check["expected_result"], "permissions are 400 or stricter");
}

/// What a benchmark calls not applicable passes with evidence, and never fails.
#[test]
fn a_check_that_its_benchmark_calls_not_applicable_passes_or_does_not_apply() {
    let library = Library::load(None, None).expect("the definitions that are built in");
    let status = |arguments: &str| {
        let host = format!("processes: [{{ argv: [kubelet{arguments}], cgroup: /system.slice/kubelet.service }}]");
        let report = judge(&library, "rke2-cis-1.12", &host);
        let (_, check) = checks(&report).find(|(_, check)| check.id == "4.2.7").expect("the check");
        (check.status, check.reason.clone().unwrap_or_default())
    };
    assert_eq!(status(""), (Status::Pass, String::new()));
    let (status, reason) = status(", --hostname-override=other");
    assert_eq!(status, Status::NotApplicable);
    assert!(
        reason.starts_with("the benchmark calls this check not applicable on its platform; on this node: "),
        "{reason}"
    );
    assert!(reason.contains("hostname-override is other"), "{reason}");
}

/// The table of all benchmarks in docs/benchmarks.md. `NODEPROOF_WRITE_EXAMPLES=1` writes it anew.
#[test]
fn the_page_of_benchmarks_counts_their_checks() {
    const START: &str = "| benchmark | title |";
    let library = Library::load(None, None).expect("the definitions that are built in");
    let mut table = format!(
        "{START} checks | automated | manual | not applicable | judged on the node | judged by documents | judged by objects |\n"
    );
    table += "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
    for id in published_benchmarks(&library) {
        let benchmark = library.benchmark(id).expect(id);
        let count = |counts: &dyn Fn(&Check) -> bool| benchmark.checks().filter(|(_, check)| counts(check)).count();
        let assessed = |as_: Assessment| count(&|check| check.assessment == as_);
        table += &format!(
            "| {id} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
            benchmark.title,
            count(&|_| true),
            assessed(Assessment::Automated),
            assessed(Assessment::Manual),
            assessed(Assessment::NotApplicable),
            count(&|check| check.rule.assertion.steps().is_none()),
            count(&|check| check.rule.assertion.is_by_documents()),
            count(&|check| check.rule.assertion.policy().is_some_and(|test| !test.kinds().is_empty())),
        );
    }
    compare_with_page(START, &table);
}

/// The table of the rules for workloads and Dockerfiles, in the same page.
#[test]
fn the_page_of_benchmarks_lists_the_rules_for_workloads() {
    const START: &str = "| check | rule | severity | recommendation | elsewhere |";
    let library = Library::load(None, None).expect("the definitions that are built in");
    let benchmark = library.benchmark("workload").expect("the benchmark");
    let rows = benchmark.checks().map(|(_, check)| {
        let rule = &check.rule;
        let severity = rule.severity.map_or("", Severity::id);
        format!("| {} | `{}` | {severity} | {} | {} |\n", check.id, rule.id, rule.title, rule.references.join("; "))
    });
    let table = format!("{START}\n| --- | --- | --- | --- | --- |\n{}", rows.collect::<String>());
    compare_with_page(START, &table);
}

/// Compares the table of docs/benchmarks.md that starts with a line, or writes it.
fn compare_with_page(start: &str, table: &str) {
    let path = repository("docs/benchmarks.md");
    let page = text_of(&path);
    let start = page.find(start).expect("a table");
    let length: usize = page[start..].lines().take_while(|line| line.starts_with('|')).map(|line| line.len() + 1).sum();
    if std::env::var_os("NODEPROOF_WRITE_EXAMPLES").is_some() {
        let page = format!("{}{table}{}", &page[..start], &page[start + length..]);
        std::fs::write(&path, page).expect("the page is written");
    } else {
        assert_eq!(&page[start..start + length], table, "write docs/benchmarks.md anew");
    }
}

/// A number of the STIG is an id like any other, and its category is in the report.
#[test]
fn checks_of_the_stig_have_their_numbers_and_categories() {
    let library = Library::load(None, None).expect("the definitions that are built in");
    let host = "processes: [{ argv: [kubelet, --read-only-port=10255], cgroup: /system.slice/kubelet.service }]";
    let report = judge(&library, "eks-stig-kubernetes-v1r6", host);
    let check = |id: &str| checks(&report).find(|(_, check)| check.id == id).expect(id).1;
    let read_only_port = check("V-242387");
    assert_eq!((read_only_port.status, read_only_port.published_severity.as_deref()), (Status::Fail, Some("CAT I")));
    assert_eq!(check("V-242376").published_severity.as_deref(), Some("CAT II"));

    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("host.yaml");
    std::fs::write(&path, host).expect("a host");
    let run = |format: &str| {
        let arguments =
            ["--benchmark", "eks-stig-kubernetes-v1r6", "--check", "V-242387", "--format", format, "--host"];
        let output = nodeproof().args(arguments).arg(&path).output().expect("it runs");
        String::from_utf8(output.stdout).expect("text")
    };
    assert!(run("text").contains("V-242387 Disable the kubelet read-only port (readOnlyPort)"), "{}", run("text"));
    assert!(run("text").contains("CAT I]"), "{}", run("text"));
    for format in ["json", "report"] {
        let report: serde_json::Value = serde_json::from_str(&run(format)).expect("JSON");
        assert!(report.to_string().contains("\"published_severity\":\"CAT I\""), "{format}");
    }
}

/// kube-bench's names of versions: ids of benchmarks, and versions of OpenShift.
#[test]
fn a_version_of_another_product_chooses_its_benchmark() {
    let names = [
        ("eks-1.5.0", "eks-1.5.0"),
        ("gke-1.9.0", "gke-1.9.0"),
        ("aks-1.8", "aks-1.8"),
        ("ack-1.0", "ack-1.0"),
        ("tkgi-1.2.53", "tkgi-1.2.53"),
        ("cis-1.6-k3s", "cis-1.6-k3s"),
        ("cis-1.24-microk8s", "cis-1.24-microk8s"),
        ("k3s-cis-1.9", "k3s-cis-1.9"),
        ("rke-cis-1.7", "rke-cis-1.7"),
        ("rke2-cis-1.8", "rke2-cis-1.8"),
        ("ocp-3.10", "rh-0.7"),
        ("ocp-3.11", "rh-0.7"),
        ("ocp-4.0", "rh-1.0"),
        ("ocp-4.11", "rh-1.4"),
        ("ocp-4.13", "rh-1.8"),
        ("ocp-4.14", "rh-1.9"),
        ("1.34", "cis-2.0"),
    ];
    for (name, benchmark) in names {
        let output = nodeproof().args(["profile", "--version", name]).output().expect("it runs");
        let listed = String::from_utf8(output.stdout).expect("text");
        assert!(listed.starts_with(&format!("{benchmark}: ")), "{name}: {listed}");
    }
}
