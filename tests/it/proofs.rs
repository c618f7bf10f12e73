//! Every automated rule is proved: by machines on which it is met, not met in each way that its expectation has, absent and
//! unreadable. The verdicts are written by hand in `testdata/proofs/`; here they are only read and compared.

mod case;
mod generate;
mod machine;
mod mutants;
mod on_platforms;
mod platform;
mod subject;
mod trial;

use crate::support::published_benchmarks;
use case::{Case, Proves, State};
use machine::Machine;
use nodeproof::internals::benchmark::{Assessment, Library};
use nodeproof::internals::model::Status;
use nodeproof::internals::report::State as Shown;
use std::collections::BTreeMap;
use subject::Subject;
use trial::{Bench, Trial};

/// A file of this package.
fn read(path: &str) -> String {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// A YAML file of this package as data.
pub(crate) fn yaml(path: &str) -> serde_json::Value {
    serde_saphyr::from_str(&read(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

#[test]
fn every_rule_has_its_proofs_and_they_hold() {
    let subjects = subject::all();
    let cases = case::all();
    let bench = Bench::new(subjects.iter().map(|s| Trial::of(s, &[])).collect());
    let mut faults = Vec::new();
    let (mut rules, mut proofs) = (BTreeMap::new(), 0);
    for (number, subject) in subjects.iter().enumerate() {
        let own: Vec<&Case> = cases.of(subject).collect();
        proofs += own.len();
        rules.insert(&subject.rule, ());
        faults.extend(missing(subject, &own));
        for case in own {
            let verdict = &bench.verdicts(number, &[0], &case.machine())[0];
            if let Some(fault) = case.fault(verdict) {
                faults.push(format!("{subject}: {}: {fault}", case.name));
            }
        }
    }
    faults.extend(cases.unused(&subjects));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    println!("{} rules, {proofs} proofs", rules.len());
    assert!(rules.len() > 100 && proofs > 3000, "{} rules, {proofs} proofs", rules.len());
}

/// What a rule is not proved for.
fn missing(subject: &Subject, cases: &[&Case]) -> Vec<String> {
    let mut missing = Vec::new();
    let mut need = |there: bool, what: String| {
        if !there {
            missing.push(format!("{subject}: there is no proof {what}"));
        }
    };
    need(cases.iter().any(|c| c.is == State::Met), "that it is met".to_owned());
    for (index, leaf) in subject.leaves().iter().enumerate() {
        let broken = |c: &&Case| c.is == State::NotMet && c.breaks.contains(&(index + 1));
        need(cases.iter().any(broken), format!("that breaks {}: {}", index + 1, leaf.shown));
    }
    need(cases.iter().any(|c| c.proves == Some(Proves::Absent)), "for an absent subject".to_owned());
    need(cases.iter().any(|c| c.proves == Some(Proves::Unreadable)), "for an unreadable or malformed one".to_owned());
    for case in cases {
        need(case.is == State::NotMet || case.breaks.is_empty(), format!("in {}, which is met and breaks", case.name));
        need(case.is != State::Met || case.proves.is_none(), format!("in {}, which is met", case.name));
    }
    missing
}

/// Each change of a rule makes one of its proofs fail: so the proofs hold the rule, and not something beside it.
#[test]
fn a_changed_rule_fails_one_of_its_proofs() {
    let subjects = subject::all();
    let cases = case::all();
    let mutants: Vec<_> = subjects.iter().map(mutants::of).collect();
    let trials = subjects.iter().zip(&mutants).map(|(s, m)| Trial::of(s, m)).collect();
    let bench = Bench::new(trials);
    let mut faults = Vec::new();
    let mut count = 0;
    for (number, (subject, mutants)) in subjects.iter().zip(&mutants).enumerate() {
        // Those that no proof has found yet: the rule itself is 0, its changed forms follow.
        let mut alive: Vec<usize> = (1..=mutants.len()).collect();
        for case in cases.of(subject) {
            if alive.is_empty() {
                break;
            }
            let judged: Vec<usize> = std::iter::once(0).chain(alive.iter().copied()).collect();
            let verdicts = bench.verdicts(number, &judged, &case.machine());
            let holds = case.fault(&verdicts[0]).is_none();
            let mut found = verdicts[1..].iter().map(|verdict| holds && case.fault(verdict).is_some());
            alive.retain(|index| !(found.next() == Some(true) && mutants[index - 1].may_be_found_by(case)));
        }
        count += mutants.len();
        faults.extend(alive.iter().map(|index| format!("{subject}: no proof fails when {}", mutants[index - 1].name)));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    println!("{count} changed rules, each found by a proof");
    assert!(count > 1000, "{count} changed rules");
}

/// Where nothing is, and where nothing can be seen, nothing passes.
#[test]
fn nothing_passes_on_a_machine_that_shows_nothing() {
    let library = Library::load(None, None).expect("definitions");
    let hidden = "files: [{ path: /etc, error: hidden }, { path: /var, error: hidden }, { path: /lib, error: hidden },
        { path: /usr, error: hidden }, { path: /pods, error: hidden }]";
    let machines = [
        ("empty", Machine::parse("files: []", false)),
        ("hidden folders", Machine::parse(hidden, false)),
        ("hidden folders and processes", Machine::parse(hidden, true)),
        ("the base without its processes and files", Machine::unseen()),
    ];
    for (name, machine) in &machines {
        for id in published_benchmarks(&library) {
            let benchmark = library.benchmark(id).expect(id);
            for outcome in trial::audit(&benchmark, &library, machine) {
                let (id, title, verdict) = (&outcome.id, &outcome.title, outcome.status);
                assert_ne!(outcome.state(), Shown::Pass, "{name}: {} {id} {title}", benchmark.id);
                // What is about one component that does not run does not apply.
                let (_, check) = benchmark.checks().find(|(_, check)| check.id.as_str() == *id).expect("the check");
                let applies = verdict != Status::NotApplicable || check.assessment == Assessment::NotApplicable;
                assert!(applies || check.rule.needs.is_some(), "{name}: {} {id} {title}: {verdict}", benchmark.id);
            }
        }
    }
}

/// Where the processes show and no file does, what is told of a file or of its content never passes.
#[test]
fn no_file_passes_unseen() {
    let subjects = subject::all();
    let bench = Bench::new(subjects.iter().map(|s| Trial::of(s, &[])).collect());
    let processes = Machine::with_hidden_files();
    let mut files = 0;
    for (number, subject) in subjects.iter().enumerate().filter(|(_, s)| s.needs_files()) {
        let check = &bench.verdicts(number, &[0], &processes)[0];
        assert!(matches!(check.status, Status::Undetermined | Status::Fail), "{subject}: {check:?}");
        files += 1;
    }
    assert!(files > 40, "{files} rules");
}
