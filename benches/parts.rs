//! Measures each step of a run separately: `cargo bench --bench parts`.

use divan::{Bencher, black_box};
use nodeproof::internals::benchmark::{Benchmark, Library};
use nodeproof::internals::evaluate::{NoExternalChecks, evaluate};
use nodeproof::internals::kube_bench::format::{Asff, Json, Junit, Origin};
use nodeproof::internals::node::Node;
use nodeproof::internals::plan::{Selection, plan};
use nodeproof::internals::probe::Collector;
use nodeproof::internals::report::{Format, HtmlFormat, TextFormat, TextParts, TextShape};
use nodeproof::internals::report::{Report, ReportHeader};
use nodeproof::internals::source::node::RecordedSource;

fn main() {
    divan::main();
}

const EXAMPLE: &str = include_str!("../testdata/hosts/example.yaml");

fn library() -> Library {
    Library::load(None, None).unwrap_or_else(|e| panic!("{e}"))
}

fn benchmark(library: &Library) -> Benchmark {
    library.benchmark("cis-1.12").unwrap_or_else(|e| panic!("{e}"))
}

fn host(text: &str) -> RecordedSource {
    RecordedSource::parse(text).unwrap_or_else(|e| panic!("{e}"))
}

fn everything(benchmark: &Benchmark) -> Selection {
    Selection {
        components: Vec::new(),
        by_documents: false,
        by_objects: false,
        targets: benchmark.targets(),
        checks: Vec::new(),
        groups: Vec::new(),
        skip: Vec::new(),
        scored: true,
        unscored: true,
    }
}

fn report(library: &Library, benchmark: &Benchmark, host: &RecordedSource) -> Report {
    let node = Node::detect(host, &library.config, &library.platforms);
    let plan = plan(benchmark, &everything(benchmark)).unwrap_or_else(|e| panic!("{e}"));
    let evaluation = evaluate(&plan, &mut Collector::new(host, &node), &node, None, &NoExternalChecks);
    Report::build(ReportHeader::of_node(evaluation.notices), &plan, evaluation.outcomes)
}

#[divan::bench]
fn load_definitions() -> Library {
    library()
}

#[divan::bench]
fn resolve_benchmark(bencher: Bencher<'_, '_>) {
    let library = library();
    bencher.bench(|| benchmark(black_box(&library)));
}

#[divan::bench(args = [10, 1_000, 10_000])]
fn detect_among_processes(bencher: Bencher<'_, '_>, count: usize) {
    let library = library();
    let others = (0..count).map(|i| format!("  - argv: [/usr/bin/idle, --number={i}]\n")).collect::<String>();
    let host = host(&format!("processes:\n  - argv: [kubelet]\n{others}"));
    bencher.bench(|| Node::detect(black_box(&host), &library.config, &library.platforms));
}

#[divan::bench]
fn collect_and_evaluate(bencher: Bencher<'_, '_>) {
    let library = library();
    let (benchmark, host) = (benchmark(&library), host(EXAMPLE));
    bencher.bench(|| report(&library, &benchmark, black_box(&host)));
}

#[divan::bench(args = ["text", "json", "junit", "asff", "html"])]
fn render(bencher: Bencher<'_, '_>, format: &str) {
    let library = library();
    let report = report(&library, &benchmark(&library), &host(EXAMPLE));
    let format: Box<dyn Format> = match format {
        "json" => Box::new(Json { totals: true }),
        "junit" => Box::new(Junit),
        "html" => Box::new(HtmlFormat),
        "asff" => Box::new(Asff(Origin {
            account: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
            cluster: "arn:aws:eks:eu-west-1:123456789012:cluster/c".to_owned(),
            node: "node".to_owned(),
        })),
        _ => Box::new(TextFormat(TextShape {
            parts: TextParts { results: true, remediations: true, summary: true, totals: true, evidence: false },
            only: Vec::new(),
            width: 80,
        })),
    };
    bencher.bench(|| {
        let mut bytes = Vec::new();
        format.render(black_box(&report), &mut bytes).map(|()| bytes)
    });
}
