//! A host that looks through another and remembers what it was shown. Changes no answer, and never keeps a file's content.

use super::{Accounts, Entry, HostPath, Journal, JournalQuery, NodeSource, Process, ProcessTable, SourceError, Stat};
use std::cell::{Ref, RefCell};
use std::collections::BTreeMap;
use std::path::Path;

/// Another host, with a memory.
pub struct RecordingSource<'a> {
    inner: &'a dyn NodeSource,
    memory: RefCell<Recording>,
}

/// What a host was asked, and what it answered.
#[derive(Debug, Default)]
pub struct Recording {
    /// What was seen of each place.
    pub things: BTreeMap<HostPath, Sighting>,
    /// The variables that were asked for, of each process.
    pub variables: BTreeMap<(u32, String), Result<Option<String>, SourceError>>,
    /// What the linker noted in the executables of processes.
    pub builds: BTreeMap<u32, Result<String, SourceError>>,
    /// The processes that may be components.
    pub processes: Option<Result<Vec<Process>, SourceError>>,
}

/// What was seen of one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sighting {
    /// Kind, mode and owner.
    pub stat: Option<Result<Stat, SourceError>>,
    /// The names in it.
    pub list: Option<Result<Vec<String>, SourceError>>,
    /// Whether everything below it was looked at.
    pub walked: bool,
    /// What a walk from above says of it, in place of kind and mode.
    pub in_walk: Option<SourceError>,
    /// Why a walk from above did not go into it.
    pub not_entered: Option<SourceError>,
}

impl<'a> RecordingSource<'a> {
    /// Looks through `inner`.
    pub fn new(inner: &'a dyn NodeSource) -> Self {
        Self { inner, memory: RefCell::default() }
    }

    /// The host that is looked through; what it is asked is not remembered.
    pub fn inner(&self) -> &'a dyn NodeSource {
        self.inner
    }

    /// What was seen so far.
    pub fn recording(&self) -> Ref<'_, Recording> {
        self.memory.borrow()
    }

    fn sight(&self, place: &HostPath, note: impl FnOnce(&mut Sighting)) {
        note(self.memory.borrow_mut().things.entry(place.clone()).or_default());
    }
}

impl NodeSource for RecordingSource<'_> {
    fn processes(&self, wanted: &[&str]) -> Result<Vec<Process>, SourceError> {
        let found = self.inner.processes(wanted);
        self.memory.borrow_mut().processes = Some(found.clone());
        found
    }

    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        let found = self.inner.variables(pid, names);
        let each = (0..names.len())
            .map(|at| found.as_ref().map(|values| values.get(at).cloned().flatten()).map_err(Clone::clone));
        let named = names.iter().map(|name| (pid, (*name).to_owned()));
        self.memory.borrow_mut().variables.extend(named.zip(each));
        found
    }

    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        let text = self.inner.build_information(pid);
        self.memory.borrow_mut().builds.insert(pid, text.clone());
        text
    }

    fn process_table(&self) -> Result<ProcessTable, SourceError> {
        self.inner.process_table()
    }

    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError> {
        self.inner.journal(query)
    }

    fn look(&self, place: &HostPath) -> Result<Entry, SourceError> {
        self.inner.look(place)
    }

    fn stat(&self, place: &HostPath) -> Result<Stat, SourceError> {
        let stat = self.inner.stat(place);
        self.sight(place, |sighting| sighting.stat = Some(stat.clone()));
        stat
    }

    fn read(&self, place: &HostPath) -> Result<Vec<u8>, SourceError> {
        self.inner.read(place)
    }

    fn list(&self, place: &HostPath) -> Result<Vec<String>, SourceError> {
        let names = self.inner.list(place);
        self.sight(place, |sighting| sighting.list = Some(names.clone()));
        names
    }

    fn walk(
        &self,
        place: &HostPath,
        visit: &mut dyn FnMut(&Path, Result<Stat, SourceError>),
    ) -> Result<(), SourceError> {
        let mut seen: BTreeMap<HostPath, Sighting> = BTreeMap::new();
        let walked = self.inner.walk(place, &mut |path, stat| {
            let sighting = seen.entry(place.with_path(path)).or_default();
            match &stat {
                Ok(_) => sighting.stat = Some(stat.clone()),
                Err(trouble) if sighting.stat.is_some() => sighting.not_entered = Some(trouble.clone()),
                Err(trouble) => sighting.in_walk = Some(trouble.clone()),
            }
            visit(path, stat);
        });
        for (below, sighting) in seen {
            self.sight(&below, |known| {
                known.stat = sighting.stat.or(known.stat.take());
                if below == *place {
                    known.walked = true;
                    // FileRef the top, what hinders the walk is what hinders a look into the folder.
                    if let Some(trouble) = sighting.not_entered {
                        known.list = Some(Err(trouble));
                    }
                } else {
                    known.in_walk = sighting.in_walk;
                    known.not_entered = sighting.not_entered;
                }
            });
        }
        if let Err(trouble) = &walked {
            self.sight(place, |known| match &known.stat {
                Some(Ok(_)) => known.list = Some(Err(trouble.clone())),
                Some(Err(_)) | None => known.stat = Some(Err(trouble.clone())),
            });
        }
        walked
    }

    fn accounts(&self) -> &Accounts {
        self.inner.accounts()
    }

    fn notices(&self) -> Vec<String> {
        self.inner.notices()
    }

    fn can_answer(&self, reading: &dyn Fn() -> String) -> bool {
        self.inner.can_answer(reading)
    }

    fn foresee(&self, places: Vec<HostPath>) {
        self.inner.foresee(places);
    }
}
