//! Builds a rule from its keys, and says everything that is wrong with it beyond the shape of the file.

use super::raw::{PROBE_KEYS, Params, RawRule, RawTest, TestKeys};
use super::{Assertion, Rule, Template, Test, Text};
use crate::model::EvidenceKind;
use crate::text::suggestions;
use crate::yaml::scalar_text;
use serde_json::Value as Json;

impl RawRule {
    /// Its name.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Its own parameters.
    pub(super) const fn params(&self) -> &Params {
        &self.params
    }

    /// The rule with `given` over its own parameters, or everything that is wrong with it.
    pub(super) fn build(&self, given: &Params) -> Result<Rule, Vec<RuleError>> {
        let mut errors: Vec<RuleError> = Vec::new();
        let names: Vec<&str> = self.params.keys().map(String::as_str).collect();
        for name in given.keys().filter(|name| !self.params.contains_key(*name)) {
            let near = suggestions(name, names.iter().copied());
            let message = format!("rule `{}` has no parameter `{name}`{near}", self.id);
            errors.push(RuleError { param: Some(name.clone()), ..RuleError::new(&[], message) });
        }
        if !is_kebab(&self.id) {
            let message = format!("`{}` is no name for a rule: small letters, digits and single dashes", self.id);
            errors.push(RuleError::new(&["id"], message));
        }
        let params = |name: &str| given.get(name).or_else(|| self.params.get(name)).cloned();
        let shown = |name: &str| params(name).map(|json| show(&json));
        let mut text = |key: &str, written: &Text| {
            Template::parse(written, &shown, &names).unwrap_or_else(|wrong| {
                errors.extend(
                    wrong
                        .into_iter()
                        .map(|w| RuleError { offset: Some(w.offset), ..RuleError::new(&[key], w.message) }),
                );
                Template::default()
            })
        };
        let title = text("title", &self.title).into_text();
        let why = text("why", &self.why).into_text();
        let impact = self.impact.as_ref().map(|impact| text("impact", impact).into_text());
        let fix = text("fix", &self.fix);
        let steps = self.steps.as_ref().map(|steps| text("steps", steps));
        let test = self.test();
        let assertion = match steps {
            Some(steps) if test.is_empty() => Some(Assertion::Manual(steps)),
            Some(_) => {
                errors.push(RuleError::new(&["steps"], "a rule has either steps or a probe, not both".to_owned()));
                None
            }
            None => test.build(&params, &mut Vec::new(), &mut errors),
        };
        match assertion {
            Some(assertion) if errors.is_empty() => Ok(Rule {
                id: self.id.clone(),
                title,
                assertion,
                severity: None,
                needs: self.needs,
                rationale: why,
                impact,
                remediation: fix,
            }),
            _ => Err(errors),
        }
    }
}

/// What is wrong with a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RuleError {
    /// Keys and positions, from the rule down.
    pub(super) path: Vec<String>,
    /// Where in the text at the end of the path, in bytes.
    pub(super) offset: Option<usize>,
    /// The parameter that is to blame.
    pub(super) param: Option<String>,
    /// What is wrong, and what would be right.
    pub(super) message: String,
}

impl RuleError {
    fn new(path: &[&str], message: String) -> Self {
        let path = path.iter().map(|step| (*step).to_owned()).collect();
        Self { path, offset: None, param: None, message }
    }
}

fn is_kebab(id: &str) -> bool {
    id.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
}

fn show(json: &Json) -> String {
    match json {
        Json::Array(items) => items.iter().map(show).collect::<Vec<_>>().join(", "),
        other => scalar_text(other).unwrap_or_else(|| other.to_string()),
    }
}

impl TestKeys<'_> {
    fn is_empty(&self) -> bool {
        self.probes.is_empty() && self.all_of.is_none() && self.any_of.is_none()
    }

    /// `path` is where in the rule this test is.
    fn build(
        mut self,
        params: &dyn Fn(&str) -> Option<Json>,
        path: &mut Vec<String>,
        errors: &mut Vec<RuleError>,
    ) -> Option<Assertion> {
        match (self.all_of, self.any_of, self.probes.len()) {
            (Some(inner), None, 0) if !inner.is_empty() => {
                build_all(inner, "all-of", params, path, errors).map(Assertion::AllOf)
            }
            (None, Some(inner), 0) if !inner.is_empty() => {
                build_all(inner, "any-of", params, path, errors).map(Assertion::AnyOf)
            }
            (None, None, 1) => self.build_one(params, path, errors).map(Assertion::Test),
            _ => {
                let probes = PROBE_KEYS.join(", ");
                let message = format!(
                    "exactly one of {probes}, all-of, any-of and steps is needed, and a list must not be empty"
                );
                errors.push(RuleError { path: path.clone(), ..RuleError::new(&[], message) });
                None
            }
        }
    }

    fn build_one(
        &mut self,
        params: &dyn Fn(&str) -> Option<Json>,
        path: &[String],
        errors: &mut Vec<RuleError>,
    ) -> Option<Test> {
        let (key, probe) = self.probes.pop()?;
        let mut report = |key: &str, message: String, param: Option<String>| {
            let path = path.iter().cloned().chain([key.to_owned()]).collect();
            errors.push(RuleError { path, offset: None, param, message });
        };
        let Some(expect) = self.expect else {
            report(key, "a probe needs `expect` beside it".to_owned(), None);
            return None;
        };
        let expect = match expect.fill(params) {
            Ok(expect) => expect,
            Err(error) => {
                report("expect", error.to_string(), Some(error.name));
                return None;
            }
        };
        if expect.evidence_kind() != Some(probe.evidence_kind()) {
            let provides = match probe.evidence_kind() {
                EvidenceKind::Files => "the mode and owner of files",
                EvidenceKind::Value => "a value",
            };
            report("expect", format!("`{key}` provides {provides}, which an operator here does not compare"), None);
            return None;
        }
        Some(Test {
            probe,
            expect,
            when_unset: self.when_unset.unwrap_or_default(),
            when_missing: self.when_missing.unwrap_or_default(),
        })
    }
}

/// Builds every test of a list, so that the errors of all are reported.
fn build_all(
    inner: &[RawTest],
    key: &str,
    params: &dyn Fn(&str) -> Option<Json>,
    path: &mut Vec<String>,
    errors: &mut Vec<RuleError>,
) -> Option<Vec<Assertion>> {
    let depth = path.len();
    let mut built = Vec::with_capacity(inner.len());
    for (position, test) in inner.iter().enumerate() {
        path.extend([key.to_owned(), position.to_string()]);
        built.push(test.test().build(params, path, errors));
        path.truncate(depth);
    }
    built.into_iter().collect()
}
