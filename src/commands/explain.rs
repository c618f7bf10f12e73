//! Explains a check, for people and as JSON: what its rule says, and which benchmarks use it.

use super::assertion_words::{TestView, collect_tests};
use super::definitions::{Definitions, LoadedBenchmark};
use super::flags::AuditFlags;
use super::profile::{NOT_APPLICABLE, assessment_id, shown};
use super::rule_search::{list, search};
use super::{choose, json, open};
use crate::benchmark::{Benchmark, Check, Library, Placeholder, Rule};
use crate::commands::Failure;
use crate::model::{Component, Severity, Text};
use crate::node::Node;
use crate::probe::Collector;
use crate::source::node::{Deadline, StuckCalls};
use crate::text::suggestions;
use indexmap::IndexMap;
use serde::Serialize;
use std::fmt::Write as _;

#[derive(Serialize)]
struct ExplainView {
    rule: String,
    title: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<CheckView>,
    /// Of a rule with a probe: what is read and what must hold.
    tests: Vec<TestView>,
    /// Of a rule that a person may have to assess: how to find out.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    needs: Option<&'static str>,
    rationale: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact: Option<Text>,
    remediation: Text,
    /// The same recommendation elsewhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<Text>,
    used_by: Vec<UseView>,
}

#[derive(Serialize)]
struct CheckView {
    benchmark: String,
    id: String,
    target: &'static str,
    assessment: &'static str,
    scored: bool,
    parameters: IndexMap<String, serde_json::Value>,
}

#[derive(Serialize)]
struct UseView {
    benchmark: String,
    id: String,
    assessment: &'static str,
}

/// Explains what the user names. A rule's name needs no benchmark; a check's id is looked up in the benchmark that is named, or
/// else in this node's.
pub(crate) fn explain_check(flags: &AuditFlags, what: &str) -> Result<Vec<u8>, Failure> {
    let definitions = Definitions::from_flags(flags)?;
    let is_id = what.starts_with(|c: char| c.is_ascii_digit());
    let benchmark = match choose::named(&definitions, &flags.benchmark)? {
        Some(choice) => Some(choice.benchmark),
        None if is_id => Some(benchmark_of_node(&definitions, flags)?),
        None => None,
    };
    explain(&definitions, benchmark.as_deref(), what, flags.output.json)
}

fn benchmark_of_node(definitions: &Definitions, flags: &AuditFlags) -> Result<String, Failure> {
    let source = open::source(&flags.node, Deadline::of(flags.node.timeout), &StuckCalls::default())?;
    let node = Node::detect(source.as_ref(), &definitions.config, &definitions.platforms);
    let collector = Collector::new(source.as_ref(), &node);
    let ask_cluster = flags.node.host.is_none();
    Ok(choose::detected(definitions, &collector, &node, ask_cluster)?.benchmark)
}

/// Explains a check of a benchmark by its number, or a rule by its name. Without a benchmark, `what` is a rule's name. If it is
/// neither, lists the rules with these words, or explains the only one.
fn explain(definitions: &Definitions, benchmark: Option<&str>, what: &str, as_json: bool) -> Result<Vec<u8>, Failure> {
    let library = &definitions.library;
    let loaded = benchmark.map(|id| definitions.benchmark(id, None)).transpose()?;
    let failure = match explain_exactly(definitions, loaded.as_ref(), what, as_json) {
        Err(failure @ Failure::Usage(_)) if library.rule(what).is_none() => failure,
        other => return other,
    };
    let found = search(library, loaded.as_ref(), what);
    match &found[..] {
        [] => Err(failure),
        [only] => explain_exactly(definitions, loaded.as_ref(), only.name(), as_json),
        _ if as_json => json(&found),
        _ => Ok(list(&found).into_bytes()),
    }
}

fn explain_exactly(
    definitions: &Definitions,
    loaded: Option<&LoadedBenchmark>,
    what: &str,
    as_json: bool,
) -> Result<Vec<u8>, Failure> {
    let library = &definitions.library;
    let (rule, check) = match loaded {
        Some(LoadedBenchmark { benchmark, .. }) => {
            let check = find(library, benchmark, what)?;
            (check.rule.clone(), Some(check_view(definitions, benchmark, check)?))
        }
        None => (library.rule(what).ok_or_else(|| unknown_rule(library, what))?, None),
    };
    let view = view(definitions, loaded, &rule, check)?;
    if as_json { json(&view) } else { Ok(text(&view).into_bytes()) }
}

fn find<'b>(library: &Library, benchmark: &'b Benchmark, what: &str) -> Result<&'b Check, Failure> {
    let checks = || benchmark.checks().map(|(_, check)| check);
    if let Some(check) = checks().find(|c| c.id.as_str() == what || c.rule.id == what) {
        return Ok(check);
    }
    if library.rule(what).is_some() {
        let text =
            format!("{} has no check of the rule `{what}`; leave --benchmark out to read the rule", benchmark.id);
        return Err(Failure::Usage(text));
    }
    let near = suggestions(what, checks().map(|c| c.id.as_str()).chain(library.rules()));
    let list = format!("`nodeproof profile {}` lists its checks", benchmark.id);
    Err(Failure::Usage(format!("{} has no check `{what}`{near}{} {list}", benchmark.id, separator(&near))))
}

fn unknown_rule(library: &Library, what: &str) -> Failure {
    let near = suggestions(what, library.rules());
    let hint = "a check is named by its number, and its benchmark by --benchmark or --version";
    Failure::Usage(format!("no rule is named `{what}` or has these words{near}{} {hint}", separator(&near)))
}

const fn separator(near: &str) -> &'static str {
    if near.is_empty() { ";" } else { "" }
}

fn check_view(definitions: &Definitions, benchmark: &Benchmark, check: &Check) -> Result<CheckView, Failure> {
    let target = benchmark.checks().find(|(_, c)| c.id == check.id).map_or("", |(target, _)| target.id());
    Ok(CheckView {
        benchmark: benchmark.id.clone(),
        id: check.id.to_string(),
        target,
        assessment: assessment_id(check),
        scored: check.scored,
        parameters: definitions.parameters(&benchmark.id, &check.id)?,
    })
}

fn view(
    definitions: &Definitions,
    loaded: Option<&LoadedBenchmark>,
    rule: &Rule,
    check: Option<CheckView>,
) -> Result<ExplainView, Failure> {
    let mut tests = Vec::new();
    collect_tests(&rule.assertion, loaded, &mut Vec::new(), &mut tests);
    let steps = rule.assertion.steps().map(|steps| steps.render(&mut placeholder));
    Ok(ExplainView {
        rule: rule.id.clone(),
        severity: rule.severity.map(Severity::id),
        title: rule.title.clone(),
        tests,
        steps,
        needs: rule.needs.map(Component::program),
        rationale: rule.rationale.clone(),
        impact: rule.impact.clone(),
        remediation: rule.remediation.render(&mut placeholder),
        references: rule.references.clone(),
        used_by: uses(definitions, &rule.id, check.as_ref())?,
        check,
    })
}

/// No node is read, so paths stay placeholders such as `{kubelet.config}`.
fn placeholder(placeholder: Placeholder) -> Option<String> {
    match placeholder {
        Placeholder::File(..) | Placeholder::Paths => Some(placeholder.as_written()),
        // These are known without a node.
        Placeholder::Chmod(_) | Placeholder::Excess(_) => None,
    }
}

/// Every other check that has this rule.
fn uses(definitions: &Definitions, rule: &str, but: Option<&CheckView>) -> Result<Vec<UseView>, Failure> {
    let mut uses = Vec::new();
    for id in definitions.benchmarks() {
        let benchmark = definitions.benchmark(id, None)?.benchmark;
        for (_, check) in benchmark.checks().filter(|(_, c)| c.rule.id == rule) {
            if !but.is_some_and(|b| b.benchmark == id && b.id == check.id.as_str()) {
                let assessment = assessment_id(check);
                uses.push(UseView { benchmark: id.to_owned(), id: check.id.to_string(), assessment });
            }
        }
    }
    Ok(uses)
}

fn text(view: &ExplainView) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        let value = value.trim_end().replace('\n', &format!("\n{:13}", ""));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:<12} {value}");
    };
    match &view.check {
        Some(check) => {
            line(&check.id, &view.title);
            line("rule", &view.rule);
            line("benchmark", &format!("{}, target {}", check.benchmark, check.target));
            let fails = match (check.assessment, check.scored) {
                (NOT_APPLICABLE, _) => "as its benchmark says: it passes where it is met, and else is INFO",
                (_, true) => "scored: a failure is FAIL",
                (_, false) => "not scored: a failure is WARN",
            };
            line("assessment", &format!("{}, {fails}", check.assessment));
            for (name, value) in &check.parameters {
                line("parameter", &format!("{name} is {}", shown(value)));
            }
        }
        None => {
            line("rule", &view.rule);
            line("title", &view.title);
        }
    }
    if let Some(severity) = view.severity {
        line("severity", severity);
    }
    if let Some(needs) = view.needs {
        line("needs", &format!("{needs}; not applicable where it does not run beside the API server"));
    }
    for test in &view.tests {
        let within = test.within.iter().map(|w| format!("[{w}] ")).collect::<String>();
        line("reads", &format!("{within}{}", test.reads));
        line("expects", &test.expects);
        if let Some(unset) = test.when_unset {
            line("if unset", unset);
        }
        if let Some(missing) = test.when_missing {
            line("if missing", missing);
        }
    }
    if let Some(steps) = &view.steps {
        line("review", steps);
    }
    line("rationale", &view.rationale);
    if let Some(impact) = &view.impact {
        line("impact", impact);
    }
    line("remediation", &view.remediation);
    if !view.references.is_empty() {
        line("references", &view.references.join("\n"));
    }
    line("used by", &also_in(&view.used_by));
    text
}

/// One line for each number and assessment, with the benchmarks in which the check has them.
fn also_in(uses: &[UseView]) -> String {
    if uses.is_empty() {
        return "no other benchmark".to_owned();
    }
    let mut benchmarks: IndexMap<(&str, &str), Vec<&str>> = IndexMap::new();
    for used in uses {
        benchmarks.entry((&used.id, used.assessment)).or_default().push(&used.benchmark);
    }
    let line = |((id, assessment), benchmarks): (&(&str, &str), &Vec<&str>)| {
        format!("{id:<8}{assessment:<16}{}", benchmarks.join(", "))
    };
    benchmarks.iter().map(line).collect::<Vec<_>>().join("\n")
}
