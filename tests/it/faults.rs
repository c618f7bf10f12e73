//! A failing source: in each run one call fails, for every call and every kind of error. Whatever fails, the run ends, says why,
//! and passes no check that it did not pass before.

use crate::proofs::yaml;
use crate::support::{checks, everything, report};
use nodeproof::internals::benchmark::{Benchmark, Library};
use nodeproof::internals::model::Status;
use nodeproof::internals::node::Node;
use nodeproof::internals::plan::plan;
use nodeproof::internals::probe::Collector;
use nodeproof::internals::report::{Report, State};
use nodeproof::internals::source::node::{
    Capability, FileSource, HostPath, Journal, JournalQuery, JournalSource, Lstat, NodeSource, NonRegularFile, Process,
    ProcessSource, ProcessTable, RecordedSource, SourceDecorator, SourceError, Stat, Walked,
};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A described host, one call on which fails.
struct FailingHost<'a> {
    inner: &'a RecordedSource,
    /// Which call: the first is 0.
    fails_at: usize,
    fault: Option<SourceError>,
    asked: Cell<usize>,
    /// The call that failed, and its path.
    failed: Cell<&'static str>,
    at: RefCell<Option<PathBuf>>,
}

impl<'a> FailingHost<'a> {
    fn new(inner: &'a RecordedSource, fails_at: usize, fault: Option<SourceError>) -> Self {
        Self { inner, fails_at, fault, asked: Cell::new(0), failed: Cell::new(""), at: RefCell::default() }
    }

    /// The fault, if it is this call's turn.
    fn fault(&self, question: &'static str) -> Option<SourceError> {
        let turn = self.asked.replace(self.asked.get() + 1) == self.fails_at;
        let fault = self.fault.clone().filter(|_| turn);
        if fault.is_some() {
            self.failed.set(question);
        }
        fault
    }

    fn answer<T>(
        &self,
        question: &'static str,
        answer: impl FnOnce() -> Result<T, SourceError>,
    ) -> Result<T, SourceError> {
        self.fault(question).map_or_else(answer, Err)
    }

    fn answer_at<T>(
        &self,
        question: &'static str,
        place: &HostPath,
        answer: impl FnOnce() -> Result<T, SourceError>,
    ) -> Result<T, SourceError> {
        let fault = self.fault(question);
        if fault.is_some() {
            self.at.replace(Some(place.path.clone()));
        }
        fault.map_or_else(answer, Err)
    }
}

impl SourceDecorator for FailingHost<'_> {
    fn inner(&self) -> &dyn NodeSource {
        self.inner
    }

    fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError> {
        self.answer_at("lstat", path, || self.inner.lstat(path))
    }

    fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
        self.answer_at("stat", path, || self.inner.stat(path))
    }

    fn read(&self, path: &HostPath) -> Result<Vec<u8>, SourceError> {
        self.answer_at("read", path, || self.inner.read(path))
    }

    fn list(&self, path: &HostPath) -> Result<Vec<String>, SourceError> {
        self.answer_at("list", path, || self.inner.list(path))
    }

    /// Each entry can fail, and so can the walk as a whole.
    fn walk(&self, path: &HostPath, visit: &mut dyn FnMut(&Path, Walked)) -> Result<(), SourceError> {
        self.answer_at("walk", path, || {
            self.inner.walk(path, &mut |path, stat| match self.fault("entry of a walk") {
                // An entry that a walk saw in its directory and then does not find has changed.
                Some(SourceError::NotFound) => visit(path, Err(SourceError::Changed).into()),
                Some(fault) => visit(path, Err(fault).into()),
                None => visit(path, stat),
            })
        })
    }

    fn processes(&self, names: &[&str]) -> Result<Vec<Process>, SourceError> {
        self.answer("processes", || self.inner.processes(names))
    }

    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        self.answer("variables", || self.inner.variables(pid, names))
    }

    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        self.answer("build information", || self.inner.build_information(pid))
    }

    fn process_table(&self, pids: Option<&[u32]>) -> Result<ProcessTable, SourceError> {
        self.answer("process table", || self.inner.process_table(pids))
    }

    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError> {
        self.answer("journal", || self.inner.journal(query))
    }
}

/// Everything that can go wrong with one call. A short read is reported as a change: a source returns the whole or an error.
fn faults() -> Vec<(&'static str, SourceError)> {
    vec![
        ("not found", SourceError::NotFound),
        ("denied", SourceError::PermissionDenied(Capability::DacReadSearch)),
        ("root may not be entered", SourceError::PermissionDenied(Capability::SysPtrace)),
        ("I/O error", SourceError::Io("input/output error".to_owned())),
        ("interrupted", SourceError::Io("interrupted system call".to_owned())),
        ("short read, or changed under the reader", SourceError::Changed),
        ("no answer", SourceError::TimedOut(Duration::from_secs(10))),
        ("not mounted", SourceError::NotMounted("/etc".to_owned())),
        ("no directory", SourceError::NotDirectory),
        ("not regular", SourceError::NotRegular(NonRegularFile::Fifo)),
        ("too large", SourceError::TooLarge(1)),
        ("malformed", SourceError::Malformed("line 1".to_owned())),
    ]
}

fn judge(library: &Library, benchmark: &Benchmark, host: &dyn NodeSource) -> Report {
    let node = Node::detect(host, &library.config, &library.platforms);
    let plan = plan(benchmark, &everything(benchmark)).expect("a plan");
    report(&plan, &mut Collector::new(host, &node), &node)
}

/// The described host without the file on which the call failed, and without what is below it; `None` if nothing is there.
fn without(description: &Value, host: &FailingHost<'_>) -> Option<RecordedSource> {
    let at = host.at.borrow().clone()?;
    let mut description = description.clone();
    let files = description["files"].as_array_mut()?;
    let before = files.len();
    // A pod's file is below the pod's root.
    files.retain(|file| file["path"].as_str().is_none_or(|path| !Path::new(path).starts_with(&at)));
    let is_gone = files.len() < before;
    is_gone.then(|| RecordedSource::parse(&description.to_string()).expect("a host"))
}

fn states(report: &Report) -> Vec<(&str, State)> {
    checks(report).map(|(_, outcome)| (outcome.id.as_str(), outcome.state())).collect()
}

/// Lets every call of an audit fail in every way, one at a time; returns the number of calls.
fn fail_everything(name: &str, benchmark: &str) -> usize {
    let library = Library::load(None, None).expect("the definitions");
    let benchmark = library.benchmark(benchmark).expect(benchmark);
    let description: Value = yaml(name);
    let described = RecordedSource::parse(&description.to_string()).expect(name);
    let whole = FailingHost::new(&described, usize::MAX, None);
    let before = judge(&library, &benchmark, &whole);
    let (mut runs, mut wrong) = (0, Vec::new());
    for (what, fault) in faults() {
        for position in 0.. {
            let host = FailingHost::new(&described, position, Some(fault.clone()));
            let report = judge(&library, &benchmark, &host);
            // A fault can save later calls; a call that is never made ends the row.
            if host.failed.get().is_empty() {
                assert!(position >= whole.asked.get().min(50), "{name}: {what} ends after {position} calls");
                break;
            }
            runs += 1;
            let case = format!("{name} {}: {} ({position}) fails: {what}", benchmark.id, host.failed.get());
            // If a file is said not to exist, the verdicts are those of a host without it.
            let is_gone = matches!(fault, SourceError::NotFound | SourceError::NotDirectory);
            let without = if is_gone { without(&description, &host) } else { None };
            let without = without.map(|host| judge(&library, &benchmark, &host));
            let passes = |report: &Report| -> Vec<String> {
                let passed = states(report).into_iter().filter(|(_, state)| *state == State::Pass);
                passed.map(|(id, _)| id.to_owned()).collect()
            };
            let allowed = [Some(&before), without.as_ref()].into_iter().flatten().flat_map(passes).collect::<Vec<_>>();
            for id in passes(&report) {
                if !allowed.contains(&id) {
                    wrong.push(format!("{case}: {id} becomes a PASS"));
                }
            }
            for (_, outcome) in checks(&report) {
                let told = match outcome.status {
                    Status::Pass => !outcome.findings.is_empty(),
                    _ => outcome.reason.as_deref().is_some_and(|reason| !reason.is_empty()),
                };
                assert!(told, "{case}: {} does not say why", outcome.id);
            }
        }
    }
    println!("{name}, {}: {} calls, {runs} runs with a fault", benchmark.id, whole.asked.get());
    assert!(wrong.is_empty(), "{} of {runs}:\n{}", wrong.len(), wrong.join("\n"));
    whole.asked.get()
}

#[test]
fn no_fault_causes_a_pass_where_every_other_source_is_good() {
    assert!(fail_everything("testdata/faults/every-other-way.yaml", "cis-1.12") > 50);
}

#[test]
fn no_fault_causes_a_pass_under_an_older_benchmark() {
    assert!(fail_everything("testdata/faults/every-other-way.yaml", "cis-1.6") > 50);
}

#[test]
fn no_fault_causes_a_pass_on_an_ordinary_node() {
    assert!(fail_everything("testdata/hosts/example.yaml", "cis-1.20") > 50);
}
