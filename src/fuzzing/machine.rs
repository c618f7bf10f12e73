//! Described machines: what a file says of one, looked at from end to end, and audited.

use crate::benchmark::{Benchmark, Library};
use crate::evaluate::{NoExternalChecks, evaluate};
use crate::kube_bench::format::{Json, Junit};
use crate::model::Target;
use crate::node::Node;
use crate::plan::{Selection, plan};
use crate::probe::Collector;
use crate::report::{Format, Report, ReportHeader, State};
use crate::source::node::{
    FileKind, FileSource, HostPath, ProcessSource, RecordedSource, SourceError, lint_recorded_node,
};
use crate::yaml::TextFile;
use crate::{snapshot, version};
use std::path::Path;
use std::sync::OnceLock;

/// Things that one walk of a described machine may show: more than its description can hold is a walk in a circle.
const MOST: usize = 20_000;

/// A description: refused, or a machine of which everything can be looked at and every check judged.
pub fn described_host(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    let host = RecordedSource::parse(&text);
    let file = TextFile::new("host", text);
    let is_json = file.text.trim_start().starts_with('{');
    if let (false, Ok(root)) = (is_json, file.tree(&mut Vec::new())) {
        let errors = lint_recorded_node(&file, &root);
        assert!(host.is_err() || errors.is_empty(), "{errors:?}");
    }
    let Ok(host) = host else { return };
    look_around(&host);
    let report = audit(&host);
    let formats: [&dyn Format; 2] = [&Json { totals: true }, &Junit];
    for format in formats {
        let mut out = Vec::new();
        assert!(format.render(&report, &mut out).is_ok() && !out.is_empty());
    }
}

/// A description: what a snapshot of that machine holds is a description again, of which every verdict is the same.
pub fn snapshot(data: &[u8]) {
    let Ok(host) = RecordedSource::parse(&String::from_utf8_lossy(data)) else { return };
    let (library, _) = definitions();
    let taken = match snapshot::take(library, &host) {
        Ok(taken) => String::from_utf8_lossy(&taken).into_owned(),
        Err(error) => panic!("no snapshot can be taken: {error}"),
    };
    match RecordedSource::parse(&taken) {
        Ok(again) => assert_eq!(verdicts(&audit(&again)), verdicts(&audit(&host)), "{taken}"),
        Err(error) => panic!("{error} in {taken}"),
    }
}

fn look_around(host: &RecordedSource) {
    let mut found = Vec::new();
    let mut count = 0;
    let walked = host.walk(&HostPath::host("/"), &mut |path: &Path, _| {
        count += 1;
        assert!(count <= MOST, "{path:?} is walked in a circle");
        found.push(path.to_owned());
    });
    assert!(walked.is_ok() || found.len() <= 1, "{walked:?}");
    let pids: Vec<u32> =
        host.process_table(None).map(|table| table.rows.iter().map(|row| row.pid).collect()).unwrap_or_default();
    for path in found.iter().take(64) {
        look_at(host, &HostPath::host(path));
        for pid in pids.iter().take(2) {
            look_at(host, &HostPath::of_process(*pid, path));
        }
    }
    for pid in pids.into_iter().take(16) {
        let _ = (host.variables(pid, &["ETCD_CERT_FILE"]), host.build_information(pid));
    }
}

fn look_at(host: &RecordedSource, path: &HostPath) {
    let (looked, stat, read, listed) = (host.lstat(path), host.stat(path), host.read(path), host.list(path));
    assert_eq!(
        looked == Err(SourceError::NotDirectory),
        stat == Err(SourceError::NotDirectory) && looked.is_err(),
        "{path:?}"
    );
    if let Ok(stat) = stat {
        assert!(stat.kind == FileKind::File || read.is_err(), "{path:?}");
        assert!(stat.kind == FileKind::Directory || listed.is_err(), "{path:?}");
    }
    for name in listed.unwrap_or_default() {
        let below = path.with_path(path.path.join(&name));
        assert_ne!(host.lstat(&below).err(), Some(SourceError::NotFound), "{below:?} is listed");
    }
}

/// The report of a run on the machine.
fn audit(host: &RecordedSource) -> Report {
    let (library, benchmark) = definitions();
    let node = Node::detect(host, &library.config, &library.platforms);
    let mut collector = Collector::new(host, &node);
    let _ = version::detect(&collector, &node);
    let selection = Selection {
        components: Vec::new(),
        by_documents: false,
        by_objects: false,
        targets: vec![Target::Master, Target::Etcd, Target::Node],
        checks: Vec::new(),
        groups: Vec::new(),
        skip: Vec::new(),
        scored: true,
        unscored: true,
    };
    let Ok(plan) = plan(benchmark, &selection) else { panic!("the benchmark cannot be planned") };
    let evaluation = evaluate(&plan, &mut collector, &node, None, &NoExternalChecks);
    Report::build(ReportHeader::of_node(evaluation.notices), &plan, evaluation.outcomes)
}

fn verdicts(report: &Report) -> Vec<(String, State)> {
    report.checks.iter().map(|check| (check.id.clone(), check.state())).collect()
}

fn definitions() -> &'static (Library, Benchmark) {
    static DEFINITIONS: OnceLock<(Library, Benchmark)> = OnceLock::new();
    DEFINITIONS.get_or_init(|| match Library::load(None, None).and_then(|l| l.benchmark("cis-1.12").map(|b| (l, b))) {
        Ok(definitions) => definitions,
        Err(error) => panic!("the definitions that are compiled in: {error}"),
    })
}
