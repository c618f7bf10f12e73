use super::*;
use crate::source::node::{Kind, RecordedSource};

/// A described machine on which some things hang: for as long as the test lasts, nothing comes from there.
struct Hanging {
    inner: Mutex<RecordedSource>,
    pulse: Heartbeat,
    processes: Vec<u32>,
    path: &'static str,
    /// What holds it there; without one it is held for an hour.
    gate: Option<Arc<Mutex<()>>>,
}

impl Hanging {
    fn at(path: &'static str) -> Self {
        let host = RecordedSource::parse(
            "files: [{ path: /a/b, content: x }, { path: /dead/c }, { path: /z }]\nprocesses: [{ argv: [kubelet] }]",
        );
        Self {
            inner: Mutex::new(host.expect("a host")),
            pulse: Heartbeat::default(),
            processes: Vec::new(),
            path,
            gate: None,
        }
    }

    fn inner<T>(&self, answer: impl FnOnce(&RecordedSource) -> T) -> T {
        answer(&self.inner.lock().expect("no test panics while it holds this"))
    }

    fn hang_below(&self, place: &HostPath) {
        match &self.gate {
            _ if !place.path.starts_with(self.path) => {}
            Some(gate) => drop(gate.lock()),
            None => hang(),
        }
    }
}

fn hang() {
    thread::sleep(Duration::from_secs(3600));
}

impl NodeSource for Hanging {
    fn processes(&self, wanted: &[&str]) -> Result<Vec<Process>, SourceError> {
        for pid in self.processes.iter().filter(|pid| !self.pulse.leaves_out(**pid)) {
            self.pulse.beat_at(*pid);
            hang();
        }
        self.pulse.beat_at(0);
        self.inner(|host| host.processes(wanted))
    }
    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        self.inner(|host| host.variables(pid, names))
    }
    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        self.inner(|host| host.build_information(pid))
    }
    fn process_table(&self) -> Result<ProcessTable, SourceError> {
        self.inner(NodeSource::process_table)
    }
    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError> {
        self.inner(|host| host.journal(query))
    }
    fn look(&self, place: &HostPath) -> Result<Entry, SourceError> {
        self.hang_below(place);
        self.inner(|host| host.look(place))
    }
    fn stat(&self, place: &HostPath) -> Result<Stat, SourceError> {
        self.pulse.beat();
        self.hang_below(place);
        self.inner(|host| host.stat(place))
    }
    fn read(&self, place: &HostPath) -> Result<Vec<u8>, SourceError> {
        self.hang_below(place);
        self.inner(|host| host.read(place))
    }
    fn list(&self, place: &HostPath) -> Result<Vec<String>, SourceError> {
        self.hang_below(place);
        self.inner(|host| host.list(place))
    }
    fn walk(
        &self,
        place: &HostPath,
        visit: &mut dyn FnMut(&Path, Result<Stat, SourceError>),
    ) -> Result<(), SourceError> {
        self.inner(|host| host.walk(place, visit))?;
        self.hang_below(&place.with_path("/dead"));
        Ok(())
    }
    fn accounts(&self) -> &Accounts {
        hang();
        unreachable!("an hour is over")
    }
    fn notices(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Machine for Hanging {
    fn pulse(&self) -> &Heartbeat {
        &self.pulse
    }
}

fn patient(machine: Hanging, milliseconds: u64) -> TimeoutSource {
    let patience = Deadline::of(Duration::from_millis(milliseconds));
    let mut host = TimeoutSource::new(Arc::new(machine), patience, &StuckCalls::default());
    host.answer = Duration::from_secs(3600);
    host
}

#[test]
fn answers_come_through_as_they_are() {
    let host = patient(Hanging::at("/none"), 60_000);
    assert_eq!(host.read(&HostPath::host("/a/b")), Ok(b"x".to_vec()));
    assert_eq!(host.stat(&HostPath::host("/a")).map(|s| s.kind), Ok(Kind::Directory));
    assert_eq!(host.stat(&HostPath::host("/nowhere")), Err(SourceError::NotFound));
    assert_eq!(host.list(&HostPath::host("/a")), Ok(vec!["b".to_owned()]));
    let mut seen = Vec::new();
    host.walk(&HostPath::host("/a"), &mut |path, stat| seen.push((path.to_path_buf(), stat.is_ok()))).expect("a walk");
    assert_eq!(seen, [("/a".into(), true), ("/a/b".into(), true)]);
    assert_eq!(host.processes(&["kubelet"]).map(|found| found.len()), Ok(1));
}

#[test]
fn a_run_ends_when_its_time_is_over() {
    let host = patient(Hanging::at("/dead"), 300);
    let over = SourceError::DeadlineExceeded(Duration::from_millis(300));
    assert_eq!(host.stat(&HostPath::host("/z")).map(|s| s.kind), Ok(Kind::File));
    assert_eq!(host.read(&HostPath::host("/dead/c")), Err(over.clone()));
    // What was not reached is not asked for.
    assert_eq!(host.stat(&HostPath::host("/z")), Err(over.clone()));
    assert_eq!(host.processes(&["kubelet"]), Err(over.clone()));
    let walked = host.walk(&HostPath::host("/a"), &mut |path, _| panic!("{} was seen", path.display()));
    assert_eq!(walked, Err(over));
    assert!(host.accounts().unknown().is_some_and(|why| why.contains("--timeout")), "{:?}", host.accounts());
}

#[test]
fn a_walk_that_stands_still_keeps_what_it_has_seen() {
    let host = patient(Hanging::at("/dead"), 300);
    let walked = host.walk(&HostPath::host("/a"), &mut |_, _| {});
    assert_eq!(walked, Err(SourceError::DeadlineExceeded(Duration::from_millis(300))));
}

#[test]
fn what_does_not_answer_is_given_up_and_the_rest_is_asked() {
    let mut host = patient(Hanging::at("/dead"), 3_600_000);
    host.answer = Duration::from_millis(50);
    let silent = SourceError::TimedOut(Duration::from_millis(50));
    assert_eq!(host.stat(&HostPath::host("/dead")), Err(silent.clone()));
    assert_eq!(host.stat(&HostPath::host("/z")).map(|s| s.kind), Ok(Kind::File));
    // Below it nothing is tried, so no thread is lost to it.
    for _ in 0..100 {
        assert_eq!(host.read(&HostPath::host("/dead/c")), Err(silent.clone()));
    }
    assert_eq!(host.given_up.get(), 1);
    for number in 0..MAX_GIVEN_UP {
        assert!(host.stat(&HostPath::of_process(u32::try_from(number).expect("small"), "/dead")).is_err());
    }
    assert_eq!(host.stat(&HostPath::host("/z")), Err(silent), "too much hangs to go on");
}

#[test]
fn a_process_that_does_not_answer_is_left_out() {
    let mut host = patient(Hanging { processes: vec![7, 9], ..Hanging::at("/none") }, 3_600_000);
    host.process = Duration::from_millis(50);
    assert_eq!(host.processes(&["kubelet"]).map(|found| found.len()), Ok(1));
    assert_eq!(host.machine.pulse().left_out(), [7, 9]);
}

#[test]
fn below_a_folder_that_is_not_there_nothing_is_looked_for() {
    let host = patient(Hanging::at("/none"), 3_600_000);
    let below = |folder: &str| (0..50).map(|n| HostPath::host(format!("{folder}/{n}"))).collect::<Vec<_>>();
    let places = [below("/a"), below("/no/such/folder"), below("/no/such/other"), below("/noise")].concat();
    host.foresee(places.clone());
    // Each below /a and the folder itself; one below /no, three folders and the root, which is there; one below /noise and
    // that, but not the root again.
    assert_eq!(host.machine.pulse().begun(), 50 + 1 + 1 + 3 + 1 + 1 + 1);
    assert!(places.iter().all(|place| host.stat(place) == Err(SourceError::NotFound)));
    assert_eq!(host.stat(&HostPath::host("/a/b")).map(|s| s.kind), Ok(Kind::File));
}

#[test]
fn what_is_foreseen_is_asked_for_once_up_to_what_hangs() {
    let mut host = patient(Hanging::at("/dead"), 3_600_000);
    host.answer = Duration::from_millis(50);
    host.foresee(["/a/b", "/absent", "/dead", "/z"].map(HostPath::host).into());
    assert_eq!(host.given_up.get(), 1);
    assert_eq!(host.foreseen.borrow().len(), 2);
    let kind = |path: &str| host.stat(&HostPath::host(path)).map(|s| s.kind);
    assert_eq!(
        (kind("/a/b"), kind("/absent"), kind("/z")),
        (Ok(Kind::File), Err(SourceError::NotFound), Ok(Kind::File))
    );
    assert_eq!(kind("/dead/c"), Err(SourceError::TimedOut(Duration::from_millis(50))));
    host.foresee(["/dead/c", "/z"].map(HostPath::host).into());
    assert_eq!(host.given_up.get(), 1, "nothing is tried below it");
    // Now nobody can be asked any more, and where nothing stands nobody has to be.
    host.given_up.set(MAX_GIVEN_UP);
    assert_eq!(host.read(&HostPath::host("/absent")), Err(SourceError::NotFound));
    assert_eq!(host.list(&HostPath::host("/absent")), Err(SourceError::NotFound));
    assert_eq!(host.walk(&HostPath::host("/absent"), &mut |_, _| {}), Err(SourceError::NotFound));
    assert!(matches!(host.read(&HostPath::host("/a/b")), Err(SourceError::TimedOut(_))));
}

#[test]
fn what_hangs_from_an_earlier_run_is_asked_for_when_it_is_back() {
    let (hung, gate) = (StuckCalls::default(), Arc::new(Mutex::new(())));
    let run = || {
        let machine = Hanging { gate: Some(Arc::clone(&gate)), ..Hanging::at("/dead") };
        let mut host = TimeoutSource::new(Arc::new(machine), Deadline::of(Duration::from_secs(3600)), &hung);
        host.answer = Duration::from_millis(200);
        let seen = (host.stat(&HostPath::host("/dead/c")).is_ok(), host.stat(&HostPath::host("/z")).is_ok());
        (seen, host.given_up.get())
    };
    let closed = gate.lock().expect("nobody panics while holding it");
    assert_eq!(run(), ((false, true), 1));
    for _ in 0..50 {
        assert_eq!(run(), ((false, true), 0), "no second thread is given to it");
    }
    drop(closed);
    while !hung.places().is_empty() {
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(run(), ((true, true), 0));
}

#[test]
fn a_process_that_hangs_from_an_earlier_run_is_left_out() {
    let hung = StuckCalls::default();
    let given_up = || {
        let machine = Arc::new(Hanging { processes: vec![7], ..Hanging::at("/none") });
        let mut host = TimeoutSource::new(machine, Deadline::of(Duration::from_secs(3600)), &hung);
        host.process = Duration::from_millis(200);
        assert_eq!(host.processes(&["kubelet"]).map(|found| found.len()), Ok(1));
        assert_eq!(host.machine.pulse().left_out(), [7], "and it is told");
        host.given_up.get()
    };
    assert_eq!([given_up(), given_up(), given_up()], [1, 0, 0]);
}
