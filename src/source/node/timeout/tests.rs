use super::source::MAX_ABANDONED;
use super::{Deadline, StuckCalls, TimeoutSource};
use crate::source::node::{
    AccountSource, Accounts, FileKind, FileSource, HasHeartbeat, Heartbeat, HostPath, Journal, JournalQuery,
    JournalSource, Lstat, NodeSource, Process, ProcessLog, ProcessLogQuery, ProcessSource, ProcessTable,
    RecordedSource, SourceError, Stat, Walked,
};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A recorded node on which some calls hang until the test ends.
struct HangingSource {
    inner: Mutex<RecordedSource>,
    heartbeat: Heartbeat,
    processes: Vec<u32>,
    path: &'static str,
    /// Calls hang while this is locked; without it for an hour.
    gate: Option<Arc<Mutex<()>>>,
}

impl HangingSource {
    fn at(path: &'static str) -> Self {
        let source = RecordedSource::parse(
            "name: n\nfiles: [{ path: /a/b, content: x }, { path: /dead/c }, { path: /z }]\nprocesses: [{ argv: [kubelet] }]",
        );
        Self {
            inner: Mutex::new(source.expect("a recorded node")),
            heartbeat: Heartbeat::default(),
            processes: Vec::new(),
            path,
            gate: None,
        }
    }

    fn inner<T>(&self, call: impl FnOnce(&RecordedSource) -> T) -> T {
        call(&self.inner.lock().expect("no test panics while it holds this lock"))
    }

    fn hang_at(&self, path: &HostPath) {
        match &self.gate {
            _ if !path.path.starts_with(self.path) => {}
            Some(gate) => drop(gate.lock()),
            None => hang(),
        }
    }
}

fn hang() {
    thread::sleep(Duration::from_secs(3600));
}

impl FileSource for HangingSource {
    fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError> {
        self.heartbeat.beat();
        self.hang_at(path);
        self.inner(|source| source.lstat(path))
    }
    fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
        self.heartbeat.beat();
        self.hang_at(path);
        self.inner(|source| source.stat(path))
    }
    fn read(&self, path: &HostPath) -> Result<Vec<u8>, SourceError> {
        self.hang_at(path);
        self.inner(|source| source.read(path))
    }
    fn list(&self, path: &HostPath) -> Result<Vec<String>, SourceError> {
        self.hang_at(path);
        self.inner(|source| source.list(path))
    }
    fn walk(&self, path: &HostPath, visit: &mut dyn FnMut(&Path, Walked)) -> Result<(), SourceError> {
        self.inner(|source| source.walk(path, visit))?;
        self.hang_at(&path.with_path("/dead"));
        Ok(())
    }
}

impl ProcessSource for HangingSource {
    fn processes(&self, names: &[&str]) -> Result<Vec<Process>, SourceError> {
        for pid in self.processes.iter().filter(|pid| !self.heartbeat.skips(**pid)) {
            self.heartbeat.beat_process(*pid);
            hang();
        }
        self.heartbeat.beat_process(0);
        self.inner(|source| source.processes(names))
    }
    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        self.inner(|source| source.variables(pid, names))
    }
    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        self.inner(|source| source.build_information(pid))
    }
    fn process_table(&self, pids: Option<&[u32]>) -> Result<ProcessTable, SourceError> {
        self.inner(|source| source.process_table(pids))
    }
}

impl AccountSource for HangingSource {
    fn accounts(&self) -> &Accounts {
        hang();
        unreachable!("the hour is over")
    }
}

impl JournalSource for HangingSource {
    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError> {
        self.inner(|source| source.journal(query))
    }

    fn process_log(&self, query: &ProcessLogQuery) -> Result<ProcessLog, SourceError> {
        self.inner(|source| source.process_log(query))
    }
}

impl NodeSource for HangingSource {
    fn name(&self) -> Option<String> {
        self.hang_at(&HostPath::host("/etc/hostname"));
        self.inner(NodeSource::name)
    }
    fn notices(&self) -> Vec<String> {
        Vec::new()
    }
}

impl HasHeartbeat for HangingSource {
    fn heartbeat(&self) -> &Heartbeat {
        &self.heartbeat
    }
}

/// How long a call may take here: longer than one that does not hang ever takes, also on a busy machine.
const LIMIT: Duration = Duration::from_secs(1);

fn with_deadline(inner: HangingSource, milliseconds: u64) -> TimeoutSource {
    let deadline = Deadline::of(Duration::from_millis(milliseconds));
    let mut source = TimeoutSource::new(Arc::new(inner), deadline, &StuckCalls::default());
    source.call_limit = Duration::from_secs(3600);
    source
}

#[test]
fn results_are_those_of_the_inner_source() {
    let source = with_deadline(HangingSource::at("/none"), 60_000);
    assert_eq!(source.read(&HostPath::host("/a/b")), Ok(b"x".to_vec()));
    assert_eq!(source.stat(&HostPath::host("/a")).map(|s| s.kind), Ok(FileKind::Directory));
    assert_eq!(source.stat(&HostPath::host("/nowhere")), Err(SourceError::NotFound));
    assert_eq!(source.list(&HostPath::host("/a")), Ok(vec!["b".to_owned()]));
    let mut seen = Vec::new();
    source
        .walk(&HostPath::host("/a"), &mut |path, stat| seen.push((path.to_path_buf(), stat.stat.is_ok())))
        .expect("a walk");
    assert_eq!(seen, [("/a".into(), true), ("/a/b".into(), true)]);
    assert_eq!(source.processes(&["kubelet"]).map(|found| found.len()), Ok(1));
    assert_eq!(source.name().as_deref(), Some("n"));
}

#[test]
fn calls_fail_after_the_deadline() {
    let source = with_deadline(HangingSource::at("/dead"), 300);
    let exceeded = SourceError::DeadlineExceeded(Duration::from_millis(300));
    assert_eq!(source.stat(&HostPath::host("/z")).map(|s| s.kind), Ok(FileKind::File));
    assert_eq!(source.read(&HostPath::host("/dead/c")), Err(exceeded.clone()));
    // From now on the inner source is not called.
    assert_eq!(source.stat(&HostPath::host("/z")), Err(exceeded.clone()));
    assert_eq!(source.metadata_all(&[HostPath::host("/z")]), []);
    assert_eq!(source.processes(&["kubelet"]), Err(exceeded.clone()));
    let walked = source.walk(&HostPath::host("/a"), &mut |path, _| panic!("{} was visited", path.display()));
    assert_eq!(walked, Err(exceeded));
    assert!(source.accounts().unknown().is_some_and(|why| why.contains("--timeout")), "{:?}", source.accounts());
    assert_eq!(source.name(), None);
}

#[test]
fn a_walk_that_hangs_fails_at_the_deadline() {
    let source = with_deadline(HangingSource::at("/dead"), 300);
    let walked = source.walk(&HostPath::host("/a"), &mut |_, _| {});
    assert_eq!(walked, Err(SourceError::DeadlineExceeded(Duration::from_millis(300))));
}

#[test]
fn a_call_that_hangs_is_abandoned_and_others_go_on() {
    let mut source = with_deadline(HangingSource::at("/dead"), 3_600_000);
    source.call_limit = LIMIT;
    let timed_out = SourceError::TimedOut(LIMIT);
    assert_eq!(source.stat(&HostPath::host("/dead")), Err(timed_out.clone()));
    assert_eq!(source.stat(&HostPath::host("/z")).map(|s| s.kind), Ok(FileKind::File));
    // Nothing below it is tried, so that no further thread hangs.
    for _ in 0..100 {
        assert_eq!(source.read(&HostPath::host("/dead/c")), Err(timed_out.clone()));
    }
    assert_eq!(source.abandoned.get(), 1);
    source.call_limit = Duration::from_millis(20);
    for number in 0..MAX_ABANDONED {
        assert!(source.stat(&HostPath::of_process(u32::try_from(number).expect("small"), "/dead")).is_err());
    }
    let timed_out = SourceError::TimedOut(source.call_limit);
    assert_eq!(source.stat(&HostPath::host("/z")), Err(timed_out), "too many calls hang");
}

#[test]
fn a_process_that_hangs_is_skipped() {
    let mut source = with_deadline(HangingSource { processes: vec![7, 9], ..HangingSource::at("/none") }, 3_600_000);
    source.process_limit = LIMIT;
    assert_eq!(source.processes(&["kubelet"]).map(|found| found.len()), Ok(1));
    assert_eq!(source.inner.heartbeat().skipped(), [7, 9]);
}

#[test]
fn nothing_is_called_below_a_missing_directory() {
    let source = with_deadline(HangingSource::at("/none"), 3_600_000);
    let below = |directory: &str| (0..50).map(|n| HostPath::host(format!("{directory}/{n}"))).collect::<Vec<_>>();
    let missing = vec![HostPath::host("/no"), HostPath::host("/no/such")];
    let paths = [below("/a"), missing, below("/no/such/folder"), below("/no/such/other"), below("/noise")].concat();
    assert_eq!(source.metadata_all(&paths), vec![Err(SourceError::NotFound); 202]);
    // Each below /a; /no; each below /noise, since nothing was asked of /noise itself.
    assert_eq!(source.inner.heartbeat().beats(), 50 + 1 + 50);
    assert_eq!(source.stat(&HostPath::host("/a/b")).map(|s| s.kind), Ok(FileKind::File));
}

#[test]
fn metadata_of_many_paths_is_one_job_that_ends_where_it_hangs() {
    let mut source = with_deadline(HangingSource::at("/dead"), 3_600_000);
    source.call_limit = LIMIT;
    let kinds = |source: &TimeoutSource, paths: &[&str]| -> Vec<Result<FileKind, SourceError>> {
        let paths: Vec<HostPath> = paths.iter().map(HostPath::host).collect();
        source.metadata_all(&paths).into_iter().map(|metadata| metadata.map(|m| m.own.stat.kind)).collect()
    };
    let timed_out = Err(SourceError::TimedOut(LIMIT));
    assert_eq!(
        kinds(&source, &["/a/b", "/absent", "/dead", "/dead/c", "/z"]),
        [Ok(FileKind::File), Err(SourceError::NotFound), timed_out.clone(), timed_out.clone()]
    );
    assert_eq!(source.abandoned.get(), 1);
    assert_eq!(source.stat(&HostPath::host("/z")).map(|s| s.kind), Ok(FileKind::File));
    assert_eq!(kinds(&source, &["/dead/c", "/z"]), [timed_out.clone(), Ok(FileKind::File)]);
    assert_eq!(kinds(&source, &["/dead", "/dead/c"]), [timed_out.clone(), timed_out.clone()]);
    assert_eq!(source.abandoned.get(), 1, "nothing below it is tried");
    source.abandoned.set(MAX_ABANDONED);
    assert_eq!(kinds(&source, &["/dead/c", "/z"]), [timed_out], "no further call is made");
}

#[test]
fn calls_stuck_since_an_earlier_run_are_made_again_when_they_return() {
    let (stuck_calls, gate) = (StuckCalls::default(), Arc::new(Mutex::new(())));
    let run = || {
        let inner = HangingSource { gate: Some(Arc::clone(&gate)), ..HangingSource::at("/dead") };
        let mut source = TimeoutSource::new(Arc::new(inner), Deadline::of(Duration::from_secs(3600)), &stuck_calls);
        source.call_limit = LIMIT;
        let seen = (source.stat(&HostPath::host("/dead/c")).is_ok(), source.stat(&HostPath::host("/z")).is_ok());
        (seen, source.abandoned.get())
    };
    let closed = gate.lock().expect("nobody panics while holding it");
    assert_eq!(run(), ((false, true), 1));
    for _ in 0..50 {
        assert_eq!(run(), ((false, true), 0), "no second thread hangs there");
    }
    drop(closed);
    while !stuck_calls.paths().is_empty() {
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(run(), ((true, true), 0));
}

#[test]
fn a_process_stuck_since_an_earlier_run_is_skipped() {
    let stuck_calls = StuckCalls::default();
    let abandoned = || {
        let inner = Arc::new(HangingSource { processes: vec![7], ..HangingSource::at("/none") });
        let mut source = TimeoutSource::new(inner, Deadline::of(Duration::from_secs(3600)), &stuck_calls);
        source.process_limit = LIMIT;
        assert_eq!(source.processes(&["kubelet"]).map(|found| found.len()), Ok(1));
        assert_eq!(source.inner.heartbeat().skipped(), [7], "and it is reported");
        source.abandoned.get()
    };
    assert_eq!([abandoned(), abandoned(), abandoned()], [1, 0, 0]);
}
