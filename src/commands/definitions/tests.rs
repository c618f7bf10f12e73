//! How often an audit of a folder reads the processes.

use super::*;
use crate::evaluate::evaluate;
use crate::model::Status;
use crate::node::Node;
use crate::plan::{self, Selection};
use crate::probe::Collector;
use crate::source::node::{
    AccountSource, Accounts, FileSource, HostPath, Journal, JournalQuery, JournalSource, Lstat, Process, ProcessSource,
    ProcessTable, RecordedSource, SourceError, Stat,
};
use std::cell::RefCell;
use std::rc::Rc;

/// Counts the reads of processes.
struct CountingSource {
    inner: RecordedSource,
    reads: Rc<RefCell<Vec<&'static str>>>,
}

impl ProcessSource for CountingSource {
    fn processes(&self, names: &[&str]) -> Result<Vec<Process>, SourceError> {
        self.reads.borrow_mut().push("processes");
        self.inner.processes(names)
    }

    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        self.inner.variables(pid, names)
    }

    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        self.inner.build_information(pid)
    }

    fn process_table(&self) -> Result<ProcessTable, SourceError> {
        self.reads.borrow_mut().push("table");
        self.inner.process_table()
    }
}

impl FileSource for CountingSource {
    fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError> {
        self.inner.lstat(path)
    }

    fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
        self.inner.stat(path)
    }

    fn read(&self, path: &HostPath) -> Result<Vec<u8>, SourceError> {
        self.inner.read(path)
    }

    fn list(&self, path: &HostPath) -> Result<Vec<String>, SourceError> {
        self.inner.list(path)
    }

    fn walk(
        &self,
        path: &HostPath,
        visit: &mut dyn FnMut(&Path, Result<Stat, SourceError>),
    ) -> Result<(), SourceError> {
        self.inner.walk(path, visit)
    }
}

impl AccountSource for CountingSource {
    fn accounts(&self) -> &Accounts {
        self.inner.accounts()
    }
}

impl JournalSource for CountingSource {
    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError> {
        self.inner.journal(query)
    }
}

impl NodeSource for CountingSource {
    fn name(&self) -> Option<String> {
        self.inner.name()
    }

    fn notices(&self) -> Vec<String> {
        self.inner.notices()
    }
}

const CONFIG: &str = "
master: { components: [apiserver], apiserver: { bins: [kube-apiserver] } }
etcd: { components: [etcd], etcd: { bins: [etcd] } }
node: { components: [kubelet], kubelet: { bins: [kubelet] } }
";
const OWN_CONFIG: &str = "master: { apiserver: { bins: [k3s server] } }\n";
const NODE: &str = "
processes:
  - { argv: [k3s, server], env: { A: '1' } }
  - { argv: [etcd, --x], env: { A: '1' } }
  - { argv: [kubelet, --x], env: { A: '1' } }
";

#[test]
fn processes_are_read_at_most_twice() {
    let folder = tempfile::tempdir().expect("create directory");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("write file");
    std::fs::create_dir(folder.path().join("mine")).expect("create directory");
    write("config.yaml", CONFIG);
    write("mine/config.yaml", OWN_CONFIG);
    for (target, program) in [("master", "apiserver"), ("etcd", "etcd"), ("node", "kubelet")] {
        let checks: String = (0..5)
            .map(|number| {
                format!(
                    "{{ id: '{number}', scored: true, audit: \"ps -ef | grep ${program}bin | grep -v {number}z\", \
                     tests: {{ test_items: [{{ flag: --none, env: A }}] }} }},"
                )
            })
            .collect();
        let text = format!("type: {target}\nid: {target}\ngroups: [{{ id: 1, checks: [{checks}] }}]\n");
        write(&format!("mine/{target}.yaml"), &text);
    }
    let definitions = Definitions::load(Some(folder.path()), None).expect("definitions");
    let reads = Rc::new(RefCell::new(Vec::new()));
    let inner = RecordedSource::parse(NODE).expect("node");
    let counting = Box::new(CountingSource { inner, reads: Rc::clone(&reads) });

    let source = definitions.source_for(Some("mine"), counting).expect("source");
    let node = Node::detect(source.as_ref(), &definitions.config);
    let loaded = definitions.benchmark("mine", Some(source.as_ref())).expect("benchmark");
    let node_of_folder = Node::detect(source.as_ref(), &loaded.config);
    assert!(node.runs_anything() && node_of_folder.runs_anything());
    let targets = loaded.benchmark.targets();
    let none = Vec::new;
    let selection = Selection { targets, checks: none(), groups: none(), skip: none(), scored: true, unscored: true };
    let plan = plan::plan(&loaded.benchmark, &selection).expect("plan");
    let mut collector = Collector::new(source.as_ref(), &node, &definitions.config);
    let external = loaded.external(|| AuditRunner::new(source.as_ref(), Err("none".to_owned())));
    let evaluation = evaluate(&plan, &mut collector, &node, external.as_ref());
    assert_eq!(evaluation.outcomes.len(), 15);
    for outcome in &evaluation.outcomes {
        assert_eq!(outcome.verdict.status(), Status::Pass, "{outcome:?}");
    }
    assert_eq!(*reads.borrow(), ["processes", "table"]);
}
