//! Builds a rule from its keys, and reports everything that is wrong with it beyond the shape of the file.

use super::raw::{PROBE_KEYS, Params, RawRule, RawTest, TestKeys};
use super::{Assertion, Condition, Rule, Template, Test};
use crate::expectation::Operator as _;
use crate::model::{EvidenceKind, Text};
use crate::text::{quote, suggestions};
use crate::yaml::scalar_text;
use serde_json::Value as Json;

impl RawRule {
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The default of each parameter.
    pub(super) const fn params(&self) -> &Params {
        &self.params
    }

    /// The rule with these values of its parameters, or everything that is wrong with it.
    pub(super) fn build(&self, given: &Params) -> Result<Rule, Vec<RuleError>> {
        let mut errors = self.verify_names(given);
        let params = |name: &str| given.get(name).or_else(|| self.params.get(name)).cloned();
        let in_text = |name: &str| params(name).map(|json| param_text(&json));
        let names: Vec<&str> = self.params.keys().map(String::as_str).collect();
        let mut template = |key: &str, text: &Text| {
            Template::parse(text, &in_text, &names).unwrap_or_else(|wrong| {
                let located = wrong
                    .into_iter()
                    .map(|e| RuleError { offset: Some(e.offset), ..RuleError::new(&[key], e.message) });
                errors.extend(located);
                Template::default()
            })
        };
        let title = template("title", &self.title).into_text();
        let rationale = template("rationale", &self.rationale).into_text();
        let impact = self.impact.as_ref().map(|impact| template("impact", impact).into_text());
        let remediation = template("remediation", &self.remediation);
        let remediation_when = self.remediation_when.iter();
        let remediation_when =
            remediation_when.map(|(situation, text)| (*situation, template("remediation-when", text))).collect();
        let steps = self.steps.as_ref().map(|steps| template("steps", steps));
        let test = self.test();
        // Of a rule that is evaluated by documents, what a person does without them.
        let mut documents = None;
        let policy = self.policy().unwrap_or_else(|message| {
            errors.push(RuleError::new(&["object"], message.to_owned()));
            None
        });
        let of_files = match (self.workload, self.dockerfile) {
            (Some(test), None) => Some(Assertion::ByWorkload(test)),
            (None, Some(test)) => Some(Assertion::ByDockerfile(test)),
            (None, None) | (Some(_), Some(_)) => None,
        };
        let assertion = match steps {
            None if of_files.is_some() && !self.is_about_processes() && test.is_empty() && policy.is_none() => {
                test.refuse_stray_keys(&[], &mut errors);
                of_files
            }
            _ if self.workload.is_some() || self.dockerfile.is_some() => {
                let key = if self.workload.is_some() { "workload" } else { "dockerfile" };
                let message = "a rule has one of `workload` and `dockerfile`, and then no `steps`, `needs` or `applies-if`, and no \
                               other probe";
                errors.push(RuleError::new(&[key], message.to_owned()));
                None
            }
            Some(steps) if test.is_empty() && policy.is_some() => {
                test.refuse_stray_keys(&[], &mut errors);
                policy.map(|policy| Assertion::ByCluster(policy, steps))
            }
            _ if policy.is_some() => {
                let message =
                    "a rule with `object` or `rbac` needs `steps`, for who has no cluster, and has no other probe";
                errors.push(RuleError::new(&[], message.to_owned()));
                None
            }
            Some(steps) if test.is_empty() => {
                test.refuse_stray_keys(&[], &mut errors);
                Some(Assertion::Manual(steps))
            }
            steps => {
                let assertion = test.build(&params, &mut Vec::new(), &mut errors);
                documents = steps;
                assertion
            }
        };
        let assertion = match &self.applies_if {
            Some(condition) => assertion.and_then(|assertion| {
                let path = ["applies-if".to_owned()];
                let test = condition.test().build_condition(&params, &path, &mut errors)?;
                let condition = Condition { test, otherwise: condition.otherwise.clone() };
                Some(Assertion::Where(Box::new(condition), Box::new(assertion)))
            }),
            None => assertion,
        };
        let assertion = assertion.and_then(|assertion| {
            let reads_documents = assertion.tests().iter().filter(|test| test.probe.cloud().is_some()).count();
            match documents {
                Some(steps) if reads_documents == assertion.tests().len() => {
                    Some(Assertion::ByDocuments(Box::new(assertion), steps))
                }
                Some(_) => {
                    let message = "a rule has either `steps` or a probe of the node, not both";
                    errors.push(RuleError::new(&["steps"], message.to_owned()));
                    None
                }
                None if reads_documents > 0 => {
                    let message =
                        "a rule with `cloud` needs `steps`, for who has no document, and has no probe of the node";
                    errors.push(RuleError::new(&[], message.to_owned()));
                    None
                }
                None => Some(assertion),
            }
        });
        match assertion {
            Some(assertion) if errors.is_empty() => Ok(Rule {
                id: self.id.clone(),
                title,
                assertion,
                severity: Some(self.severity),
                needs: self.needs,
                rationale,
                impact,
                remediation,
                remediation_when,
                references: self.references.clone(),
            }),
            _ => Err(errors),
        }
    }

    /// Whether it has a key that is about the processes of a node.
    const fn is_about_processes(&self) -> bool {
        self.needs.is_some() || self.applies_if.is_some()
    }

    fn verify_names(&self, given: &Params) -> Vec<RuleError> {
        let mut errors = Vec::new();
        for name in given.keys().filter(|name| !self.params.contains_key(*name)) {
            let near = suggestions(name, self.params.keys().map(String::as_str));
            let message = format!("rule `{}` has no parameter {}{near}", self.id, quote(name));
            errors.push(RuleError { param: Some(name.clone()), ..RuleError::new(&[], message) });
        }
        if !is_kebab_case(&self.id) {
            let message = format!("{} is not a rule id: lowercase letters, digits and single dashes", quote(&self.id));
            errors.push(RuleError::new(&["id"], message));
        }
        errors
    }
}

/// What is wrong with a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RuleError {
    /// Keys and positions from the rule down.
    pub(super) path: Vec<String>,
    /// Byte offset in the text at the end of the path.
    pub(super) offset: Option<usize>,
    /// The parameter whose value is wrong.
    pub(super) param: Option<String>,
    /// What is wrong, and what to write instead.
    pub(super) message: String,
}

impl RuleError {
    fn new(path: &[&str], message: String) -> Self {
        let path = path.iter().map(|step| (*step).to_owned()).collect();
        Self { path, offset: None, param: None, message }
    }
}

fn is_kebab_case(id: &str) -> bool {
    id.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
}

/// The value of a parameter as it appears in a text.
fn param_text(json: &Json) -> String {
    match json {
        Json::Array(items) => items.iter().map(param_text).collect::<Vec<_>>().join(", "),
        other => scalar_text(other).unwrap_or_else(|| other.to_string()),
    }
}

impl TestKeys<'_> {
    fn is_empty(&self) -> bool {
        self.probes.is_empty() && self.all_of.is_none() && self.any_of.is_none()
    }

    /// Refuses keys that only a probe gives a meaning, so that none is silently without effect.
    fn refuse_stray_keys(&self, path: &[String], errors: &mut Vec<RuleError>) {
        let keys = [
            ("expect", self.expect.is_some()),
            ("when-unset", self.when_unset.is_some()),
            ("when-missing", self.when_missing.is_some()),
        ];
        for (key, _) in keys.into_iter().filter(|(_, is_set)| *is_set && self.probes.is_empty()) {
            let path = path.iter().cloned().chain([key.to_owned()]).collect();
            let message = format!("`{key}` belongs to a probe; move it into each test that it is for");
            errors.push(RuleError { path, ..RuleError::new(&[], message) });
        }
    }

    /// `path` is where in the rule this test is.
    fn build(
        mut self,
        params: &dyn Fn(&str) -> Option<Json>,
        path: &mut Vec<String>,
        errors: &mut Vec<RuleError>,
    ) -> Option<Assertion> {
        self.refuse_stray_keys(path, errors);
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

    /// Builds a condition, which is one probe with its expectation.
    fn build_condition(
        mut self,
        params: &dyn Fn(&str) -> Option<Json>,
        path: &[String],
        errors: &mut Vec<RuleError>,
    ) -> Option<Test> {
        if self.probes.len() == 1 {
            return self.build_one(params, path, errors);
        }
        let message = format!("exactly one of {} is needed", PROBE_KEYS.join(", "));
        errors.push(RuleError { path: path.to_vec(), ..RuleError::new(&[], message) });
        None
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
            report(key, "a probe needs `expect`".to_owned(), None);
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
            let provides = in_words(probe.evidence_kind());
            let compares = expect.evidence_kind().map_or("values and files at once", in_words);
            report("expect", format!("`{key}` provides {provides}, but this expectation compares {compares}"), None);
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

const fn in_words(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Value => "a value",
        EvidenceKind::Files => "the mode and owner of files",
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
