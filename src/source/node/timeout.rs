//! A host that waits for another only so long. Each question is put on a thread beside this one; where the answer does not
//! come, the thread is given up, for nothing calls it back from a dead mount. Looks at nothing itself.

mod stuck_calls;

use super::{
    Accounts, Entry, Heartbeat, HostPath, Journal, JournalQuery, NodeSource, PathRoot, Process, ProcessTable,
    SourceError, Stat,
};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use stuck_calls::Life;

pub use stuck_calls::StuckCalls;

/// How long one question may go without a sign of life, if the whole run has time for it.
const ANSWER: Duration = Duration::from_secs(10);
/// How long one process may be silent. There are many, and anybody can make one that never answers.
const PROCESS: Duration = Duration::from_millis(500);
/// Threads that are given up; a machine that hangs more often is asked nothing more.
const MAX_GIVEN_UP: usize = 32;
/// What a walk has seen is handed over in portions.
const PORTION: usize = 512;

/// A machine that may hang, and shows whether it does.
pub trait Machine: NodeSource + Send + Sync {
    /// What it shows of its work.
    fn pulse(&self) -> &Heartbeat;
}

/// The time that a run has.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    whole: Duration,
    until: Instant,
}

impl Deadline {
    /// This long, from now on.
    pub fn of(whole: Duration) -> Self {
        let now = Instant::now();
        // A time that no clock can tell is as good as a century.
        let until = now.checked_add(whole).unwrap_or_else(|| now + Duration::from_secs(100 * 365 * 24 * 60 * 60));
        Self { whole, until }
    }

    /// What is left of it, or why there is nothing left.
    pub fn left(&self) -> Result<Duration, SourceError> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(SourceError::DeadlineExceeded(self.whole)) } else { Ok(left) }
    }
}

type Job = Box<dyn FnOnce(&dyn Machine) + Send>;

/// The thread beside.
struct Worker {
    jobs: Sender<Job>,
    life: Life,
}

/// What of a walk comes over from the thread beside.
enum Step {
    Batch(Vec<(PathBuf, Result<Stat, SourceError>)>),
    Done(Result<(), SourceError>),
}

/// Another host, with an end to waiting for it.
pub struct TimeoutSource {
    machine: Arc<dyn Machine>,
    patience: Deadline,
    answer: Duration,
    process: Duration,
    worker: RefCell<Option<Worker>>,
    hung: StuckCalls,
    given_up: Cell<usize>,
    /// Where no answer came from; nothing below is asked for again.
    silent: RefCell<Vec<HostPath>>,
    foreseen: RefCell<HashMap<HostPath, Result<Stat, SourceError>>>,
    /// Nothing where they were read; else a table that says why there are none.
    no_accounts: OnceCell<Option<Accounts>>,
}

impl TimeoutSource {
    /// Asks `machine` as long as `patience` lasts, and nothing where looks of earlier runs still hang.
    pub fn new(machine: Arc<dyn Machine>, patience: Deadline, hung: &StuckCalls) -> Self {
        let silent = hung.places();
        for place in &silent {
            if let (PathRoot::Process(pid), Some("/")) = (place.root, place.path.to_str()) {
                machine.pulse().leave_out(pid);
            }
        }
        Self {
            machine,
            patience,
            // A short run has time for more than one thing that hangs as well.
            answer: ANSWER.min(patience.whole / 6),
            process: PROCESS,
            worker: RefCell::default(),
            hung: hung.clone(),
            given_up: Cell::new(0),
            silent: RefCell::new(silent),
            foreseen: RefCell::default(),
            no_accounts: OnceCell::new(),
        }
    }

    /// Puts a question, and waits for the answer.
    fn ask<T: Send + 'static>(
        &self,
        about: Option<&HostPath>,
        question: impl FnOnce(&dyn NodeSource) -> Result<T, SourceError> + Send + 'static,
    ) -> Result<T, SourceError> {
        let (answer, answered) = channel();
        self.put(about, Box::new(move |machine| drop(answer.send(question(machine)))))?;
        self.wait(&|| about.cloned(), self.answer, &answered)?
    }

    /// What was foreseen of a place where nothing can be read, listed or walked.
    fn foreseen_trouble(&self, place: &HostPath) -> Result<(), SourceError> {
        match self.foreseen.borrow().get(place) {
            Some(Err(trouble)) => Err(trouble.clone()),
            Some(Ok(_)) | None => Ok(()),
        }
    }

    /// Puts a question about every process. One that does not answer is left out, and the question put again.
    fn ask_processes<T: Send + 'static>(
        &self,
        question: impl Fn(&dyn NodeSource) -> Result<T, SourceError> + Clone + Send + 'static,
    ) -> Result<T, SourceError> {
        loop {
            let (answer, answered) = channel();
            let question = question.clone();
            self.put(None, Box::new(move |machine| drop(answer.send(question(machine)))))?;
            let pulse = self.machine.pulse();
            let about = || pulse.at().map(|pid| HostPath::of_process(pid, "/"));
            match self.wait(&about, self.process, &answered) {
                Ok(answer) => return answer,
                Err(trouble @ SourceError::TimedOut(_)) => match pulse.at() {
                    Some(pid) if !pulse.leaves_out(pid) => pulse.leave_out(pid),
                    Some(_) | None => return Err(trouble),
                },
                Err(trouble) => return Err(trouble),
            }
        }
    }

    /// Hands a job to the thread beside, if there is time and hope.
    fn put(&self, about: Option<&HostPath>, job: Job) -> Result<(), SourceError> {
        self.patience.left()?;
        let hopeless = self.given_up.get() >= MAX_GIVEN_UP || about.is_some_and(|place| self.is_silent(place));
        if hopeless {
            return Err(SourceError::TimedOut(self.answer));
        }
        let mut worker = self.worker.borrow_mut();
        let beside = match worker.take() {
            Some(beside) => beside,
            None => start(&self.machine)?,
        };
        beside
            .jobs
            .send(job)
            .map_err(|_| SourceError::Io("the thread that looks at the machine has ended".to_owned()))?;
        *worker = Some(beside);
        Ok(())
    }

    /// Waits for something from the thread beside, as long as it shows signs of life and the run has time. `about` tells
    /// where it hangs, should it hang.
    fn wait<T>(
        &self,
        about: &dyn Fn() -> Option<HostPath>,
        answer_within: Duration,
        from: &Receiver<T>,
    ) -> Result<T, SourceError> {
        let pulse = self.machine.pulse();
        loop {
            let begun = pulse.begun();
            let left = self.patience.left().inspect_err(|_| self.give_up(about()))?;
            match from.recv_timeout(answer_within.min(left)) {
                Ok(something) => return Ok(something),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(SourceError::Io("the look at it broke off".to_owned()));
                }
                Err(RecvTimeoutError::Timeout) if answer_within > left || pulse.begun() != begun => {}
                Err(RecvTimeoutError::Timeout) => {
                    self.give_up(about());
                    return Err(SourceError::TimedOut(answer_within));
                }
            }
        }
    }

    /// Whether no answer came from there before.
    fn is_silent(&self, place: &HostPath) -> bool {
        self.silent.borrow().iter().any(|silent| lies_below(place, silent))
    }

    fn give_up(&self, at: Option<HostPath>) {
        let worker = self.worker.replace(None);
        self.given_up.set(self.given_up.get() + 1);
        if let (Some(place), Some(worker)) = (&at, worker) {
            self.hung.note(place.clone(), worker.life);
        }
        self.silent.borrow_mut().extend(at);
    }
}

fn lies_below(place: &HostPath, silent: &HostPath) -> bool {
    place.root == silent.root && place.path.starts_with(&silent.path)
}

/// Looks at one place after the other, but for those below a folder that is not there. Places of one folder stand together.
fn look_at_all(machine: &dyn Machine, places: &[HostPath], mut tell: impl FnMut(Result<Stat, SourceError>)) {
    let mut absent: Option<HostPath> = None;
    let mut looked_above: Option<&Path> = None;
    let mut there: Vec<HostPath> = Vec::new();
    for place in places {
        if absent.as_ref().is_some_and(|folder| lies_below(place, folder)) {
            tell(Err(SourceError::NotFound));
            continue;
        }
        let stat = machine.stat(place);
        if stat == Err(SourceError::NotFound) && looked_above != place.path.parent() {
            absent = absent_folder(machine, place, &mut there);
            looked_above = place.path.parent();
        }
        tell(stat);
    }
}

/// The topmost folder above a place that is not there either, if there is one: nothing stands below it. `there` are folders
/// that were seen to be there.
fn absent_folder(machine: &dyn Machine, place: &HostPath, there: &mut Vec<HostPath>) -> Option<HostPath> {
    let mut topmost = None;
    for folder in place.path.ancestors().skip(1).map(|folder| place.with_path(folder)) {
        if there.contains(&folder) {
            break;
        }
        if machine.stat(&folder) != Err(SourceError::NotFound) {
            there.push(folder);
            break;
        }
        topmost = Some(folder);
    }
    topmost
}

/// Starts the thread beside. It ends when nobody can put a question to it any more.
fn start(machine: &Arc<dyn Machine>) -> Result<Worker, SourceError> {
    let (sender, jobs) = channel::<Job>();
    let machine = Arc::clone(machine);
    let alive = Arc::new(());
    let life = Arc::downgrade(&alive);
    let look = move || {
        jobs.iter().for_each(|job| job(machine.as_ref()));
        drop(alive);
    };
    thread::Builder::new()
        .name("looks".to_owned())
        .spawn(look)
        .map_err(|e| SourceError::Io(format!("no thread can be started to look at it: {e}")))?;
    Ok(Worker { jobs: sender, life })
}

impl NodeSource for TimeoutSource {
    fn processes(&self, wanted: &[&str]) -> Result<Vec<Process>, SourceError> {
        let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        self.ask_processes(move |host| host.processes(&wanted.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        self.ask(None, move |host| host.variables(pid, &names.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        self.ask(None, move |host| host.build_information(pid))
    }

    fn process_table(&self) -> Result<ProcessTable, SourceError> {
        self.ask_processes(|host| host.process_table())
    }

    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError> {
        let query = query.clone();
        self.ask(None, move |host| host.journal(&query))
    }

    fn look(&self, place: &HostPath) -> Result<Entry, SourceError> {
        let asked = place.clone();
        self.ask(Some(place), move |host| host.look(&asked))
    }

    fn stat(&self, place: &HostPath) -> Result<Stat, SourceError> {
        if let Some(known) = self.foreseen.borrow().get(place) {
            return known.clone();
        }
        let asked = place.clone();
        self.ask(Some(place), move |host| host.stat(&asked))
    }

    fn read(&self, place: &HostPath) -> Result<Vec<u8>, SourceError> {
        self.foreseen_trouble(place)?;
        let asked = place.clone();
        self.ask(Some(place), move |host| host.read(&asked))
    }

    fn list(&self, place: &HostPath) -> Result<Vec<String>, SourceError> {
        self.foreseen_trouble(place)?;
        let asked = place.clone();
        self.ask(Some(place), move |host| host.list(&asked))
    }

    fn walk(
        &self,
        place: &HostPath,
        visit: &mut dyn FnMut(&Path, Result<Stat, SourceError>),
    ) -> Result<(), SourceError> {
        self.foreseen_trouble(place)?;
        let (steps, taken) = sync_channel(2);
        let asked = place.clone();
        self.put(
            Some(place),
            Box::new(move |machine| {
                // Where nobody listens any more, what is left of the walk is for nobody.
                let hand_over = |step| drop(steps.send(step));
                let mut seen = Vec::new();
                let walked = machine.walk(&asked, &mut |path, stat| {
                    seen.push((path.to_path_buf(), stat));
                    if seen.len() == PORTION {
                        hand_over(Step::Batch(std::mem::take(&mut seen)));
                    }
                });
                hand_over(Step::Batch(seen));
                hand_over(Step::Done(walked));
            }),
        )?;
        loop {
            match self.wait(&|| Some(place.clone()), self.answer, &taken)? {
                Step::Batch(seen) => seen.into_iter().for_each(|(path, stat)| visit(&path, stat)),
                Step::Done(walked) => return walked,
            }
        }
    }

    fn accounts(&self) -> &Accounts {
        // Once they were read on the thread beside, they are there for this one too.
        let none = self.no_accounts.get_or_init(|| {
            let read = self.ask(None, |host| {
                host.accounts();
                Ok(())
            });
            let why = read.err().map(|trouble| format!("the table of accounts {trouble}"));
            why.map(|why| Accounts::default().with_unknown(Some(why)))
        });
        none.as_ref().unwrap_or_else(|| self.machine.accounts())
    }

    fn notices(&self) -> Vec<String> {
        self.machine.notices()
    }

    fn can_answer(&self, reading: &dyn Fn() -> String) -> bool {
        self.machine.can_answer(reading)
    }

    /// Looks at all of these places in one go: a question by itself costs more than a look.
    fn foresee(&self, mut places: Vec<HostPath>) {
        places.retain(|place| !self.foreseen.borrow().contains_key(place) && !self.is_silent(place));
        // What stands in one folder stands together, and comparing bytes is fast.
        places.sort_unstable_by(|a, b| (a.root, a.path.as_os_str()).cmp(&(b.root, b.path.as_os_str())));
        places.dedup();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (asked, told) = (places.clone(), Arc::clone(&seen));
        let (done, over) = channel();
        let look = move |machine: &dyn Machine| {
            look_at_all(machine, &asked, |stat| told.lock().unwrap_or_else(PoisonError::into_inner).push(stat));
            // Where nobody waits any more there is nobody to tell.
            done.send(()).ok();
        };
        if places.is_empty() || self.put(None, Box::new(look)).is_err() {
            return;
        }
        // What it hangs at is not asked for again.
        let about = || places.get(seen.lock().unwrap_or_else(PoisonError::into_inner).len()).cloned();
        // Why it ended does not matter: what was not seen by then is asked for by itself.
        drop(self.wait(&about, self.answer, &over));
        let seen = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
        self.foreseen.borrow_mut().extend(places.into_iter().zip(seen));
    }
}

#[cfg(test)]
mod tests;
