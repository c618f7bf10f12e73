//! Words: the program's own command line, those of components, versions, and the values that they hold.

use super::{BETWEEN, texts};
use crate::benchmark::Library;
use crate::cli;
use crate::expectation::{Operator as _, RawExpectation};
use crate::model::{Arguments, Component, FlagKind, Reading, leading_version, minor_version};
use crate::model::{Value, ValueKind, parse_bool, parse_duration, parse_number, split_list};
use crate::node::Config;
use crate::snapshot::redaction::without_secrets;
use crate::version;
use serde_json::Value as Json;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The program's own command line, its words apart by NUL: refused with one of the documented codes, or read so that what
/// is said last wins.
pub fn command_line(data: &[u8]) {
    let words: Vec<OsString> = data.split(|b| *b == BETWEEN).map(|w| OsString::from_vec(w.to_vec())).collect();
    let read = |more: &[&str]| cli::read(words.iter().cloned().chain(more.iter().map(OsString::from)), &|_| None);
    match read(&[]) {
        // Behind `--` nothing is a flag.
        Ok(_) if words.iter().any(|w| w == "--") => {}
        Ok(_) => {
            let again = read(&["--exit-code=7"]).map_err(|r| r.message.to_string());
            // A command that makes no report has no such flag.
            if again.as_ref().is_err_and(|refused| refused.contains("does not use --exit-code")) {
                return;
            }
            assert_eq!(again.map(|cli| cli.flags.output.exit_code), Ok(7), "{words:?}");
        }
        Err(refused) => {
            assert!(refused.exit_code <= 2, "{words:?} ends with {}", refused.exit_code);
            assert!(!refused.message.to_string().is_empty());
        }
    }
}

/// A component's command line: a letter for the component, a flag's name, its value, and words to put before it, all apart
/// by NUL. Said last, the flag has this value; a secret does not outlive redaction.
pub fn flags(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let component = Component::ALL[usize::from(*first) % Component::ALL.len()];
    let [name, value, before] = texts(rest);
    let mut words: Vec<String> = before.split('\0').map(str::to_owned).collect();
    let named = if component.folds_underscores() { name.replace('_', "-") } else { name.to_string() };
    let can_be_read = !name.is_empty() && !name.contains('=');
    if can_be_read {
        let alone = Arguments::parse(component, &[format!("--{name}={value}")]);
        assert_eq!(alone.get(&named, false), Reading::Values(vec![&*value]));
        assert_eq!(alone.get(&format!("{named}-not"), false), Reading::NotGiven);
    }
    // The word before may be a flag that takes the next word as its value, and etcd stops at the first word that is no flag.
    let bare = words.last().map(|word| word.trim_start_matches('-').replace('_', "-")).unwrap_or_default();
    let is_taken = component.stops_at_operand() || component.flag_kind(&bare) == FlagKind::TakesValue;
    words.push(format!("--{name}={value}"));
    let all = Arguments::parse(component, &words);
    if can_be_read && !is_taken && !words.iter().any(|w| w == "--") {
        match all.get(&named, component.flag_kind(&named) == FlagKind::Boolean) {
            Reading::Values(values) => assert_eq!(values.last(), Some(&&*value), "{words:?}"),
            Reading::Ambiguous { word } => assert!(word.starts_with("--"), "{words:?}"),
            Reading::NotGiven => panic!("{words:?} do not have the flag {name}"),
        }
    }
    for kind in KINDS {
        if let Reading::Values(values) = all.get(&named, false) {
            let _ = kind.of_texts(&values, &[value.to_string()]);
        }
    }
    words.push("--kubelet-token=hunter2hunter2".to_owned());
    let redacted = without_secrets(component, &words);
    assert_eq!(redacted.len(), words.len());
    assert!(redacted.last().is_some_and(|w| !w.contains("hunter2hunter2")), "{redacted:?}");
    assert_eq!(without_secrets(component, &redacted), redacted, "redacted again");
}

const KINDS: [ValueKind; 8] = [
    ValueKind::Text,
    ValueKind::Bool,
    ValueKind::Number,
    ValueKind::Duration,
    ValueKind::List,
    ValueKind::Urls,
    ValueKind::Overrides,
    ValueKind::Map,
];

/// A value, and an expectation of it as a definition has it: what is shown of a value is read back as that value, and an
/// expectation either speaks of a value or says that it cannot.
pub fn values(data: &[u8]) {
    let [text, expectation] = texts(data);
    if let Some(truth) = parse_bool(&text) {
        assert_eq!(parse_bool(&Value::Bool(truth).to_string()), Some(truth));
    }
    if let Some(number) = parse_number(&text) {
        assert_eq!(parse_number(&Value::Number(number).to_string()), Some(number), "{text}");
    }
    if let Some(span) = parse_duration(&text) {
        let again = parse_duration(&Value::Duration(span).to_string());
        let near =
            again.is_some_and(|again| span.abs_diff(again) <= Duration::from_millis(1) || span.as_secs() > 1 << 40);
        assert!(near, "{text}: {span:?} is shown as {again:?}");
    }
    for element in split_list(&text) {
        assert!(!element.is_empty() && element.trim() == element, "{text}");
    }
    let mut found: Vec<Value> = KINDS.iter().filter_map(|kind| kind.of_texts(&[&text], &[]).ok().flatten()).collect();
    if let Ok(json) = serde_json::from_str::<Json>(&text) {
        found.extend(KINDS.iter().filter_map(|kind| kind.of_json(&json, &[]).ok().flatten()));
        found.extend(Value::of_any(&json));
    }
    let Ok(written) = serde_saphyr::from_str::<RawExpectation>(&expectation) else { return };
    let Ok(expected) = written.fill(&|_| Some(Json::String(text.to_string()))) else { return };
    assert!(!expected.to_string().is_empty() || matches!(&*expectation, e if e.contains("-of")));
    for value in &found {
        assert_eq!(expected.holds(value), expected.holds(value));
    }
    let _ = expected.holds_unset();
}

/// A version, wherever one is read: it is a part of the text, and reading it again gives the same. What is extracted from a
/// file says the same as the file.
pub fn version(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(found) = leading_version(&text) {
        assert!(text.contains(&found), "{text}");
        assert_eq!(minor_version(&found).map(|(major, _)| major), Some(1), "{found}");
        assert_eq!(leading_version(&found).as_ref(), Some(&found));
    }
    if let Some(found) = version::image_version(&text) {
        assert!(text.contains(&found), "{text}");
    }
    for extract in [version::kubelet_package, version::os_release_ids, version::first_version] {
        let once = extract(&text);
        assert_eq!(extract(&once), once, "extracted from {text:?}");
    }
    let built = crate::node::build_excerpt(&text);
    assert_eq!(crate::node::version_of_build(&built), crate::node::version_of_build(&text), "{text:?}");
    if let Ok((benchmark, _)) = config().benchmark_for(&text) {
        assert!(config().mapped_versions().any(|(_, known)| known == benchmark), "{benchmark}");
    }
}

fn config() -> &'static Config {
    static CONFIG: OnceLock<Arc<Config>> = OnceLock::new();
    CONFIG.get_or_init(|| Library::load(None, None).map(|library| library.config).unwrap_or_default())
}
