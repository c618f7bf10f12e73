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

/// A catalog, a profile and a configuration, separated by NUL: `lint` reports an error wherever loading fails.
pub fn native_definitions(data: &[u8]) {
    let [catalog, profile, config] = texts(data);
    let file = |name: &str, text: &str| TextFile::new(name, text.to_owned());
    let files = [file("catalog/a.yaml", &catalog), file("profiles/b.yaml", &profile), file("config.yaml", &config)];
    for file in &files {
        let diagnostics = lint(Library::default(), vec![file.clone()], Some(&FolderSet::default()));
        diagnostics.iter().for_each(|diagnostic| assert_position(file, diagnostic));
        let mut library = Library::default();
        let errors: [Option<Diagnostic>; 4] = [
            library.add_rules(std::slice::from_ref(file)).err(),
            library.add_profiles(vec![file.clone()]).err(),
            file.parse::<Config>().err(),
            warnings(file).err(),
        ];
        errors.iter().flatten().for_each(|error| assert_position(file, error));
        if errors.iter().all(Option::is_some) {
            let is_reported = diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error);
            assert!(is_reported, "{errors:?}, but lint reports {diagnostics:?} for {:?}", file.text);
        }
    }
    resolve(&files);
}

/// Puts the profile together with the rules of the catalog.
fn resolve(files: &[TextFile; 3]) {
    let mut library = Library::default();
    let loaded = library.add_rules(&files[..1]).and_then(|()| library.add_profiles(vec![files[1].clone()]));
    if loaded.is_err() {
        return;
    }
    let ids: Vec<String> = library.benchmarks().into_iter().map(str::to_owned).collect();
    let diagnostics: Vec<Diagnostic> = lint(Library::default(), files[..2].to_vec(), None);
    for id in &ids {
        match library.benchmark(id) {
            Ok(benchmark) => benchmark.checks().for_each(|(_, check)| {
                assert!(
                    !check.rule.assertion.tests().is_empty() || matches!(check.rule.assertion, Assertion::Manual(_))
                );
            }),
            Err(error) => {
                let is_reported = diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error);
                assert!(is_reported, "{error}, but lint reports {diagnostics:?}");
                assert_position(&files[1], &error);
            }
        }
    }
}

/// A file in kube-bench's format: loaded with the substitutions of a node, or refused at a position that it has.
pub fn kube_bench_definitions(data: &[u8]) {
    let [text] = texts(data);
    let file = TextFile::new("cis/node.yaml", text.into_owned());
    let loaded = section(Target::Node, file.clone(), &Substitutions::default(), &mut Vec::new());
    let warnings = warnings(&file);
    match (&loaded, &warnings) {
        (Err(error), _) => assert_position(&file, error),
        (Ok(_), Err(error)) => panic!("{error}, but the file is loaded: {:?}", file.text),
        (Ok(section), Ok(_)) => {
            for check in section.groups.iter().flat_map(|group| &group.checks) {
                assert_eq!(check.id.as_str(), check.rule.id);
                assert!(matches!(check.rule.assertion, Assertion::External(_)));
            }
        }
    }
    warnings.iter().flatten().for_each(|warning| assert_position(&file, warning));
    let diagnostics = lint(Library::default(), vec![file.clone()], Some(&FolderSet::default()));
    diagnostics.iter().for_each(|diagnostic| assert_position(&file, diagnostic));
    let _ = section(Target::Node, file, substitutions(), &mut Vec::new());
}

/// The substitutions of a node with a kubelet and a kube-proxy.
fn substitutions() -> &'static Substitutions {
    static SUBSTITUTIONS: OnceLock<Substitutions> = OnceLock::new();
    SUBSTITUTIONS.get_or_init(|| {
        let config = Library::load(None, None).map(|library| library.config).unwrap_or_default();
        let host = RecordedSource::parse("processes: [{ argv: [kubelet, --config=/x] }, { argv: [kube-proxy] }]");
        host.map(|host| Substitutions::find(&config, Target::Node, &host)).unwrap_or_default()
    })
}

/// Fails if a diagnostic about `file` has no message, or a position that the file does not have. The position after the last
/// character of a line counts: something may be missing there. For YAML a carriage return ends a line, for an editor it does not.
fn assert_position(file: &TextFile, diagnostic: &Diagnostic) {
    let Diagnostic { file: name, line, column, level: _, unreadable: _, message } = diagnostic;
    assert!(!message.is_empty());
    if *name != file.name {
        return;
    }
    let text = file.text.replace("\r\n", "\n");
    let editor_lines: Vec<&str> = file.text.split('\n').collect();
    let yaml_lines: Vec<&str> = text.split(['\n', '\r']).collect();
    let has_position = |lines: &[&str]| {
        let length = line.checked_sub(1).and_then(|index| lines.get(index)).map(|line| line.chars().count());
        length.is_some_and(|length| (1..=length + 1).contains(column))
    };
    assert!(
        has_position(&editor_lines) || has_position(&yaml_lines),
        "{line}:{column} is not in {:?}: {message}",
        file.text
    );
}
