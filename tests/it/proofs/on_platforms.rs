//! Every automated rule that reads something else on a platform is proved there as well: by the same proofs, whose machines are
//! moved to the platform. The verdicts are those of the proofs.

use super::case::{self, Case, Cases, State};
use super::platform::Platform;
use super::subject::{self, Subject};
use super::trial::{Bench, Trial};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The rules and their proofs, read once for all platforms.
struct Proofs {
    subjects: Vec<Subject>,
    cases: Cases,
    bench: Bench,
}

static PROOFS: LazyLock<Proofs> = LazyLock::new(|| {
    let subjects: Vec<Subject> = subject::all().into_iter().filter(|s| !subject::reads_documents(&s.written)).collect();
    let bench = Bench::new(subjects.iter().map(|s| Trial::of(s, &[])).collect());
    Proofs { subjects, cases: case::all(), bench }
});

/// Judges the moved proofs of one platform. `at_least` is how many there must be.
fn prove(id: &str, at_least: usize) {
    let platform = Platform::read(id);
    let Proofs { subjects, cases, bench } = &*PROOFS;
    let mut faults = Vec::new();
    let (mut rules, mut proofs) = (BTreeSet::new(), 0);
    let mut left_out: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, subject) in subjects.iter().enumerate().filter(|(_, s)| platform.is_other_for(s)) {
        let own: Vec<&Case> = cases.of(subject).collect();
        let mut proved = Vec::new();
        for case in &own {
            let (machine, is) = match platform.moved(subject, case) {
                Ok(moved) => moved,
                Err(reason) => {
                    *left_out.entry(reason).or_default() += 1;
                    continue;
                }
            };
            proved.push(is);
            let verdict = &bench.verdicts(number, &[0], &machine)[0];
            if let Some(fault) = (Case { is, because: None, ..(*case).clone() }).fault(verdict) {
                faults.push(format!("{subject}: {}: {fault}", case.name));
            }
        }
        rules.insert(&subject.rule);
        proofs += proved.len();
        let needed = platform.needed(subject);
        let is_missing = |state: &&State| !proved.contains(state);
        faults.extend(needed.iter().filter(is_missing).map(|state| format!("{subject}: no proof says {state:?}")));
    }
    println!("{}: {proofs} proofs of {} rules", platform.title(), rules.len());
    let count = faults.len();
    assert!(faults.is_empty(), "{}: {count} faults:\n{}\n{left_out:#?}", platform.title(), faults.join("\n"));
    assert!(proofs >= at_least, "{proofs} proofs");
}

#[test]
fn k3s() {
    prove("k3s", 6000);
}
