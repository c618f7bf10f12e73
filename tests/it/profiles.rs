//! The eleven profiles: against the published facts of each benchmark, against their recorded lists, and one that is added.

use crate::support::{nodeproof, repository, text_of};
use nodeproof::internals::benchmark::{Assessment, Library};
use std::collections::BTreeMap;

const BENCHMARKS: [(&str, usize); 11] = [
    ("cis-1.5", 122),
    ("cis-1.6", 122),
    ("cis-1.20", 123),
    ("cis-1.23", 125),
    ("cis-1.24", 124),
    ("cis-1.7", 131),
    ("cis-1.8", 130),
    ("cis-1.9", 130),
    ("cis-1.10", 130),
    ("cis-1.11", 133),
    ("cis-1.12", 131),
];

/// Id, then target, `scored` or `unscored`, and whether the benchmark itself calls the check manual.
type Facts = BTreeMap<String, (String, bool, bool)>;

fn facts(benchmark: &str) -> Facts {
    let text = text_of(&repository(&format!("testdata/facts/{benchmark}.tsv")));
    let facts = text.lines().map(|line| {
        let [id, target, scored, kind] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        (id.to_owned(), (target.to_owned(), scored == "scored", kind == "manual"))
    });
    facts.collect()
}

/// A check that a benchmark does not score is left to a person as well, whether or not it calls it manual.
#[test]
fn each_profile_has_the_checks_targets_and_grades_of_its_benchmark() {
    let library = Library::load(None, None).expect("the definitions that are built in");
    let ids: Vec<&str> = BENCHMARKS.iter().map(|(id, _)| *id).collect();
    assert_eq!(library.benchmarks(), ids);
    for (id, count) in BENCHMARKS {
        let benchmark = library.benchmark(id).expect(id);
        let ours: BTreeMap<String, (String, bool, bool)> = benchmark
            .checks()
            .map(|(target, check)| {
                let manual = check.assessment == Assessment::Manual;
                (check.id.to_string(), (target.to_string(), check.scored, manual))
            })
            .collect();
        let theirs: Facts = facts(id)
            .into_iter()
            .map(|(id, (target, scored, manual))| (id, (target, scored, manual || !scored)))
            .collect();
        assert_eq!(theirs.len(), count, "{id}");
        assert_eq!(ours, theirs, "{id}");
    }
    assert_eq!(BENCHMARKS.iter().map(|(_, count)| count).sum::<usize>(), 1401);
}

/// An edit of a rule's name, a number or a parameter shows here in every benchmark that it reaches. To record the lists anew:
/// `nodeproof profile ID > testdata/profiles/ID.txt`.
#[test]
fn each_profile_resolves_to_its_recorded_list() {
    for (id, _) in BENCHMARKS {
        let output = nodeproof().args(["profile", id]).output().expect("it runs");
        let listed = String::from_utf8(output.stdout).expect("text");
        let recorded = text_of(&repository(&format!("testdata/profiles/{id}.txt")));
        let changed: Vec<String> = lines_apart(&recorded, &listed);
        assert!(changed.is_empty(), "{id} is not what testdata/profiles records:\n{}", changed.join("\n"));
    }
}

/// Lines that only one of two texts has, marked as in a diff.
fn lines_apart(old: &str, new: &str) -> Vec<String> {
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
        "- 1.1.1   master        automated scored     apiserver-manifest-mode",
        "- 1.2.1   master        manual    not scored apiserver-anonymous-auth",
        "- 4.2.14  node          manual    not scored kubelet-seccomp-default",
        "- 5.6.4   policies      manual    not scored default-namespace-unused",
        "+ 1.1.1   master        automated scored     apiserver-manifest-mode mode=400",
        "+ 4.2.14  node          automated scored     kubelet-seccomp-default",
        "+ 4.4.1   node          automated scored     proxy-kubeconfig-mode",
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
