//! Every automated rule that reads something else on a platform is proved there as well: by the same proofs, whose machines are
//! moved to the platform. The verdicts are those of the proofs.

use super::case::{self, Case, Cases, State};
use super::platform::Platform;
use super::subject::{self, Subject};
use super::trial::{Bench, Trial};
use crate::support::yaml_files_below;
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
            if is == State::Met && !proved.contains(&is) {
                assert_eq!(bench.platform(&machine), id, "{subject}: {}", case.name);
            }
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

/// A test for each platform, so that they run at the same time.
macro_rules! platforms {
    ($($name:ident: $id:literal, $at_least:literal;)*) => {
        const PROVED: &[&str] = &[$($id),*];
        $(
            #[test]
            fn $name() {
                prove($id, $at_least);
            }
        )*
    };
}

platforms! {
    k3s: "k3s", 6_000;
    microk8s: "microk8s", 6_000;
    openshift: "openshift", 3_500;
    openshift3: "openshift3", 3_500;
    rke2: "rke2", 2_000;
    k0s: "k0s", 1_800;
    rke: "rke", 1_500;
    talos: "talos", 1_500;
    tkgi: "tkgi", 1_500;
    canonical_kubernetes: "canonical-kubernetes", 1_000;
    aks: "aks", 600;
    eks: "eks", 600;
    gke: "gke", 600;
    bottlerocket: "bottlerocket", 500;
}

#[test]
fn on_the_other_platforms_no_rule_reads_something_else() {
    for path in yaml_files_below("benchmarks/platforms") {
        let id = path.file_stem().and_then(|name| name.to_str()).expect("an id");
        let platform = Platform::read(id);
        let is_proved = PROVED.contains(&id);
        for subject in PROOFS.subjects.iter().filter(|subject| platform.is_other_for(subject)) {
            assert!(is_proved, "{id}: {subject} reads something else, and there are no proofs");
        }
    }
}
