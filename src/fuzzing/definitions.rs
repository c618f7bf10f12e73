//! Definition files in the native format and in kube-bench's, and the configuration. Whatever is wrong in one is reported at a
//! position that the file has.

use super::texts;
use crate::benchmark::{Assertion, Library, lint};
use crate::kube_bench::{FolderSet, Substitutions, section, warnings};
use crate::model::Target;
use crate::node::Config;
use crate::source::node::RecordedSource;
use crate::yaml::{Diagnostic, Level, TextFile};
use std::sync::OnceLock;

/// A catalogue, a benchmark and a configuration, apart by NUL: `lint` finds an error wherever loading finds one.
pub fn native_definitions(data: &[u8]) {
    let [catalogue, profile, config] = texts(data);
    let file = |name: &str, text: &str| TextFile::new(name, text.to_owned());
    let all = [file("catalog/a.yaml", &catalogue), file("profiles/b.yaml", &profile), file("config.yaml", &config)];
    for source in &all {
        let problems = lint(Library::default(), vec![source.clone()], Some(&FolderSet::default()));
        problems.iter().for_each(|problem| is_in(source, problem.line, problem.column, &problem.message));
        let mut library = Library::default();
        let refused: [Option<Diagnostic>; 4] = [
            library.add_rules(std::slice::from_ref(source)).err(),
            library.add_profiles(vec![source.clone()]).err(),
            source.parse::<Config>().err(),
            warnings(source).err(),
        ];
        refused.iter().flatten().for_each(|error| is_told_in(source, error));
        if refused.iter().all(Option::is_some) {
            let found = problems.iter().any(|problem| problem.level == Level::Error);
            assert!(found, "{refused:?}, and lint finds {problems:?} in {:?}", source.text);
        }
    }
    together(&all);
}

/// What stands in one file is put together with what stands in another.
fn together(sources: &[TextFile; 3]) {
    let mut library = Library::default();
    let loaded = library.add_rules(&sources[..1]).and_then(|()| library.add_profiles(vec![sources[1].clone()]));
    if loaded.is_err() {
        return;
    }
    let ids: Vec<String> = library.benchmarks().into_iter().map(str::to_owned).collect();
    let found: Vec<Diagnostic> = lint(Library::default(), sources[..2].to_vec(), None);
    for id in &ids {
        match library.benchmark(id) {
            Ok(benchmark) => benchmark.checks().for_each(|(_, check)| {
                assert!(
                    !check.rule.assertion.tests().is_empty() || matches!(check.rule.assertion, Assertion::Manual(_))
                );
            }),
            Err(error) => {
                assert!(found.iter().any(|p| p.level == Level::Error), "{error}, and lint finds {found:?}");
                is_told_in(&sources[1], &error);
            }
        }
    }
}

/// A file in kube-bench's format: loaded with this machine's words put in, or refused at a place that it has.
pub fn kube_bench_definitions(data: &[u8]) {
    let [text] = texts(data);
    let source = TextFile::new("cis/node.yaml", text.into_owned());
    let loaded = section(Target::Node, source.clone(), &Substitutions::default(), &mut Vec::new());
    let told = warnings(&source);
    match (&loaded, &told) {
        (Err(error), _) => is_told_in(&source, error),
        (Ok(_), Err(error)) => panic!("{error}, and the file is taken: {:?}", source.text),
        (Ok(section), Ok(_)) => {
            for check in section.groups.iter().flat_map(|group| &group.checks) {
                assert_eq!(check.id.as_str(), check.rule.id);
                assert!(matches!(check.rule.assertion, Assertion::External(_)));
            }
        }
    }
    told.iter().flatten().for_each(|warning| is_told_in(&source, warning));
    for problem in lint(Library::default(), vec![source.clone()], Some(&FolderSet::default())) {
        is_in(&source, problem.line, problem.column, &problem.message);
    }
    let _ = section(Target::Node, source, words(), &mut Vec::new());
}

/// The words of a machine where everything runs.
fn words() -> &'static Substitutions {
    static WORDS: OnceLock<Substitutions> = OnceLock::new();
    WORDS.get_or_init(|| {
        let config = Library::load(None, None).map(|library| library.config).unwrap_or_default();
        let host = RecordedSource::parse("processes: [{ argv: [kubelet, --config=/x] }, { argv: [kube-proxy] }]");
        host.map(|host| Substitutions::find(&config, Target::Node, &host)).unwrap_or_default()
    })
}

fn is_told_in(source: &TextFile, error: &Diagnostic) {
    assert!(!error.message.is_empty());
    if error.file == source.name {
        is_in(source, error.line, error.column, &error.message);
    }
}

/// The place right behind the last letter counts too: what is missing is missed there. A carriage return alone ends a line
/// of YAML, and none of an editor.
fn is_in(source: &TextFile, line: usize, column: usize, message: &str) {
    let edited: Vec<&str> = source.text.split('\n').collect();
    let text = source.text.replace("\r\n", "\n");
    let of_yaml: Vec<&str> = text.split(['\n', '\r']).collect();
    let has = |lines: &[&str]| {
        let letters = line.checked_sub(1).and_then(|at| lines.get(at)).map(|line| line.chars().count());
        letters.is_some_and(|letters| (1..=letters + 1).contains(&column))
    };
    assert!(has(&edited) || has(&of_yaml), "{line}:{column} is not in {:?}: {message}", source.text);
}
