//! How often an audit of a folder reads the processes.

use super::*;
use crate::evaluate::evaluate;
use crate::model::Status;
use crate::node::Node;
use crate::plan::{self, Selection};
use crate::probe::Collector;
use crate::source::node::{
    Process, ProcessScan, ProcessSource, ProcessTable, RecordedSource, SourceDecorator, SourceError,
};
use std::cell::RefCell;
use std::rc::Rc;

/// Counts the reads of processes.
struct CountingSource {
    inner: RecordedSource,
    reads: Rc<RefCell<Vec<String>>>,
}

impl SourceDecorator for CountingSource {
    fn inner(&self) -> &dyn NodeSource {
        &self.inner
    }

    fn processes(&self, names: &[&str]) -> Result<Vec<Process>, SourceError> {
        self.reads.borrow_mut().push("processes".to_owned());
        self.inner.processes(names)
    }

    fn process_table(&self, pids: Option<&[u32]>) -> Result<ProcessTable, SourceError> {
        self.reads.borrow_mut().push(format!("table of {pids:?}"));
        self.inner.process_table(pids)
    }

    fn scan(&self, names: &[&str]) -> Result<ProcessScan, SourceError> {
        self.reads.borrow_mut().push("scan".to_owned());
        self.inner.scan(names)
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
  - { argv: [k3s, server], pid: 11, env: { A: '1' } }
  - { argv: [etcd, --x], pid: 12, env: { A: '1' } }
  - { argv: [kubelet, --x], pid: 13, env: { A: '1' } }
  - { argv: [bash], pid: 14 }
";

#[test]
fn processes_are_scanned_once_and_rows_are_read_of_those_that_are_shown() {
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
    let node = Node::detect(source.as_ref(), &definitions.config, &definitions.platforms);
    let loaded = definitions.benchmark("mine", Some(source.as_ref())).expect("benchmark");
    let node_of_folder = Node::detect(source.as_ref(), &loaded.config, &definitions.platforms);
    assert!(node.runs_anything() && node_of_folder.runs_anything());
    let targets = loaded.benchmark.targets();
    let none = Vec::new;
    let selection = Selection {
        targets,
        components: Vec::new(),
        by_documents: false,
        by_objects: false,
        checks: none(),
        groups: none(),
        skip: none(),
        scored: true,
        unscored: true,
    };
    let plan = plan::plan(&loaded.benchmark, &selection).expect("plan");
    let mut collector = Collector::new(source.as_ref(), &node);
    let external = loaded.external(|| AuditRunner::new(source.as_ref(), Err("none".to_owned())));
    let evaluation = evaluate(&plan, &mut collector, &node, None, external.as_ref());
    assert_eq!(evaluation.outcomes.len(), 15);
    for outcome in &evaluation.outcomes {
        assert_eq!(outcome.verdict.status(), Status::Pass, "{outcome:?}");
    }
    assert_eq!(*reads.borrow(), ["scan", "table of Some([12])", "table of Some([11])", "table of Some([13])"]);
}
