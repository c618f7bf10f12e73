//! Searches rules by the words of a user: a flag of a component, or words of the name, title and rationale.

use super::assertion_words::{TestView, collect_tests};
use super::definitions::LoadedBenchmark;
use crate::benchmark::{Library, Rule};
use crate::model::{Severity, Text};
use serde::Serialize;
use std::fmt::Write as _;

/// The longest word of a search has at least this many bytes.
const MIN_WORD: usize = 3;

/// A rule that was found.
#[derive(Debug, Serialize)]
pub(super) struct FoundRule {
    /// Its number in the benchmark, if one is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<String>,
    rule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    title: Text,
}

impl FoundRule {
    /// What `explain` knows it by.
    pub(super) fn name(&self) -> &str {
        self.check.as_deref().unwrap_or(&self.rule)
    }
}

/// The rules of the benchmark, or of the library, with these words. A word with dashes in front is the name of a flag, if a rule
/// reads this flag.
pub(super) fn search(library: &Library, loaded: Option<&LoadedBenchmark>, what: &str) -> Vec<FoundRule> {
    let rules: Vec<(Option<String>, Rule)> = match loaded {
        Some(loaded) => {
            loaded.benchmark.checks().map(|(_, check)| (Some(check.id.to_string()), check.rule.clone())).collect()
        }
        None => library.rules().filter_map(|id| Some((None, library.rule(id)?))).collect(),
    };
    let flag = what.strip_prefix("--").map(|flag| flag.split('=').next().unwrap_or_default());
    let found = |matches: &dyn Fn(&Rule) -> bool| -> Vec<FoundRule> {
        let matching = rules.iter().filter(|(_, rule)| matches(rule));
        let view = |(check, rule): &(Option<String>, Rule)| FoundRule {
            check: check.clone(),
            rule: rule.id.clone(),
            severity: rule.severity.map(Severity::id),
            title: rule.title.clone(),
        };
        matching.map(view).collect()
    };
    let by_flag = flag.map(|flag| found(&|rule| reads_flag(&tests(rule, loaded), flag))).unwrap_or_default();
    if !by_flag.is_empty() {
        return by_flag;
    }
    let words = what.trim_start_matches('-').split('=').next().unwrap_or_default().to_lowercase();
    let words: Vec<&str> = words.split_whitespace().collect();
    // A shorter text is in most rules.
    if words.iter().map(|word| word.len()).max().is_none_or(|longest| longest < MIN_WORD) {
        return Vec::new();
    }
    found(&|rule| {
        let reads = tests(rule, loaded).into_iter().map(|test| test.reads);
        let texts = [rule.id.clone(), rule.title.to_string(), rule.rationale.to_string()].into_iter().chain(reads);
        let text = texts.collect::<Vec<_>>().join("\n").to_lowercase();
        words.iter().all(|word| text.contains(word))
    })
}

fn tests(rule: &Rule, loaded: Option<&LoadedBenchmark>) -> Vec<TestView> {
    let mut tests = Vec::new();
    collect_tests(&rule.assertion, loaded, &mut Vec::new(), &mut tests);
    tests
}

fn reads_flag(tests: &[TestView], flag: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let name = format!("--{flag}");
    !flag.is_empty() && tests.iter().any(|test| test.reads.split(|c| !is_part(c)).any(|word| word == name))
}

/// One line for each rule.
pub(super) fn list(found: &[FoundRule]) -> String {
    let check = found.iter().filter_map(|found| found.check.as_ref()).map(String::len).max().map(|width| width + 2);
    let rule = found.iter().map(|found| found.rule.len()).max().unwrap_or_default();
    let mut text = String::new();
    for found in found {
        let number = found.check.as_deref().unwrap_or_default();
        let width = check.unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{number:<width$}{:<rule$}  {}", found.rule, found.title);
    }
    text
}
