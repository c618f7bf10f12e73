//! Reads files of waivers, with line and column for everything that is wrong.

use super::definition::{Definition, WaiverTarget, Waivers};
use super::raw::{RawNodes, RawWaiver, RawWaivers};
use super::scope::{FindingScope, NodeScope};
use super::subject::SubjectPattern;
use crate::report::moment::end_of_day;
use crate::text::glob::Glob;
use crate::text::{quote, sanitize, suggestions};
use crate::yaml::{Content, Diagnostic, Level, Position, TextFile, YamlNode, recovery};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// The most waivers of all files, and the most characters of one text.
const MAX_WAIVERS: usize = 10_000;
const MAX_TEXT: usize = 2000;

/// The roles of reports, with other names that users know them by.
const ROLES: [(&str, &str); 5] = [
    ("control-plane", "control-plane"),
    ("master", "control-plane"),
    ("etcd", "etcd"),
    ("worker", "worker"),
    ("node", "worker"),
];

/// The rules and benchmarks that there are.
pub(crate) trait KnownChecks {
    /// The ids of all rules.
    fn rules(&self) -> Vec<String>;
    /// The ids of all benchmarks.
    fn benchmarks(&self) -> Vec<String>;
    /// The ids of the checks of a benchmark; an error in its definition.
    fn checks(&self, benchmark: &str) -> Result<Vec<String>, Diagnostic>;
}

/// Whether a file is one of waivers: a mapping with the key `waivers`.
pub(crate) fn is_waiver_file(file: &TextFile) -> bool {
    file.text.contains("waivers") && file.tree(&mut Vec::new()).is_ok_and(|root| root.get("waivers").is_some())
}

/// Reads the files; or everything that is wrong in them, in the order of files and lines.
pub(crate) fn read(files: &[TextFile], known: &dyn KnownChecks) -> Result<Waivers, Vec<Diagnostic>> {
    let mut reader = Reader {
        known,
        rules: None,
        checks: BTreeMap::new(),
        ids: BTreeMap::new(),
        scopes: BTreeMap::new(),
        errors: Vec::new(),
    };
    let mut hash = Sha256::new();
    let mut all = Vec::new();
    for file in files {
        hash.update(file.text.as_bytes());
        all.extend(reader.file(file));
    }
    if all.len() > MAX_WAIVERS {
        let message = format!("more than {MAX_WAIVERS} waivers; cover several subjects by one");
        reader.errors.extend(files.first().map(|file| file.error(Position::START, message)));
    }
    let mut errors = reader.errors;
    if !errors.is_empty() {
        errors.sort();
        errors.dedup();
        return Err(errors);
    }
    let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Waivers { sha256, all })
}

struct Reader<'k> {
    known: &'k dyn KnownChecks,
    rules: Option<Vec<String>>,
    checks: BTreeMap<String, Result<Vec<String>, Diagnostic>>,
    /// Where each id is.
    ids: BTreeMap<String, String>,
    /// Where each target and scope is.
    scopes: BTreeMap<String, String>,
    errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn file(&mut self, file: &TextFile) -> Vec<Definition> {
        let root = match file.tree(&mut self.errors) {
            Ok(root) => root,
            Err(error) => {
                self.errors.push(error);
                return Vec::new();
            }
        };
        let before = self.errors.len();
        let recovered = recovery::read::<RawWaivers>(file, &root);
        self.errors.extend(recovered.errors);
        texts(file, &root, &mut self.errors);
        // Placeholders of what is missing would be reported again.
        let Some(raw) = recovered.value.filter(|_| self.errors.len() == before) else { return Vec::new() };
        let items = match root.get("waivers").map(|list| &list.content) {
            Some(Content::Sequence(items)) => items.as_slice(),
            Some(Content::Scalar { .. } | Content::Mapping(_) | Content::Placeholder(_)) | None => &[],
        };
        raw.waivers.into_iter().zip(items).filter_map(|(raw, node)| self.waiver(file, node, raw)).collect()
    }

    /// A waiver, unless something is wrong in it.
    fn waiver(&mut self, file: &TextFile, node: &YamlNode, raw: RawWaiver) -> Option<Definition> {
        let before = self.errors.len();
        let place = format!("{}:{}", file.name, node.position.line);
        for (key, text) in [("id", &raw.id), ("reason", &raw.reason), ("owner", &raw.owner)] {
            if text.trim().is_empty() {
                self.error(file, node, &[key], format!("{} is empty; fill it in", quote(key)));
            }
        }
        if let Some(first) = self.ids.get(&raw.id).filter(|_| !raw.id.trim().is_empty()) {
            let message = format!("a second waiver {}; the first is at {first}", quote(&raw.id));
            self.error(file, node, &["id"], message);
        }
        let target = self.target(file, node, &raw);
        match (&raw.expires, raw.permanent) {
            (Some(day), None) if !is_day(day) => {
                let message = format!("there is no day {}; write it as YYYY-MM-DD", quote(day));
                self.error(file, node, &["expires"], message);
            }
            (Some(_), None) | (None, Some(_)) => {}
            (None, None) => {
                let message = "`expires` is missing: the last day on which it holds, or `permanent: true`";
                self.error(file, node, &[], message.to_owned());
            }
            (Some(_), Some(_)) => {
                self.error(file, node, &["permanent"], "leave out `expires` or `permanent`".to_owned());
            }
        }
        let nodes = self.nodes(file, node, raw.nodes.unwrap_or_default());
        let findings = FindingScope {
            namespaces: self.list(file, node, &["namespaces"], raw.namespaces, Glob::rule),
            files: self.list(file, node, &["files"], raw.files, |text| Glob::rule(text.trim_start_matches("./"))),
            subjects: self.list(file, node, &["subjects"], raw.subjects, SubjectPattern::parse),
        };
        let target = target.filter(|_| self.errors.len() == before)?;
        let scope = format!("{target:?} {nodes:?} {findings:?}");
        if let Some(first) = self.scopes.get(&scope) {
            let message = format!("{} waives the same as the waiver at {first}", quote(&raw.id));
            self.error(file, node, &[], message);
            return None;
        }
        self.scopes.insert(scope, place.clone());
        self.ids.insert(raw.id.clone(), place);
        let line = |text: &str| sanitize::into_line(text.trim().to_owned());
        let (id, reason, owner) = (line(&raw.id), line(&raw.reason), line(&raw.owner));
        Some(Definition { id, target, reason, owner, expires: raw.expires, nodes, findings })
    }

    fn target(&mut self, file: &TextFile, node: &YamlNode, raw: &RawWaiver) -> Option<WaiverTarget> {
        match (&raw.rule, &raw.check) {
            (Some(rule), None) => {
                let rules = self.rules.get_or_insert_with(|| self.known.rules());
                if let Some(message) = unknown("rule", rule, rules) {
                    self.error(file, node, &["rule"], message);
                }
                Some(WaiverTarget::Rule(rule.clone()))
            }
            (None, Some(check)) => {
                let benchmarks = self.known.benchmarks();
                if let Some(message) = unknown("benchmark", &check.benchmark, &benchmarks) {
                    self.error(file, node, &["check", "benchmark"], message);
                    return None;
                }
                let known = self.known;
                let checks = self.checks.entry(check.benchmark.clone());
                match checks.or_insert_with(|| known.checks(&check.benchmark)) {
                    Ok(ids) => {
                        if let Some(message) = unknown("check", &check.id, ids) {
                            let message = format!("{} has {message}", check.benchmark).replacen("there is ", "", 1);
                            self.error(file, node, &["check", "id"], message);
                        }
                    }
                    Err(error) => self.errors.push(error.clone()),
                }
                Some(WaiverTarget::Check { benchmark: check.benchmark.clone(), id: check.id.clone() })
            }
            (None, None) => {
                let message = "`rule` is missing: the rule that it is about, or `check: { benchmark: B, id: \"N\" }`";
                self.error(file, node, &[], message.to_owned());
                None
            }
            (Some(_), Some(_)) => {
                self.error(file, node, &["check"], "leave out `rule` or `check`".to_owned());
                None
            }
        }
    }

    fn nodes(&mut self, file: &TextFile, node: &YamlNode, raw: RawNodes) -> NodeScope {
        let RawNodes { clusters, names, roles, platforms, labels } = raw;
        let role = |text: &str| {
            let role = ROLES.into_iter().find(|(name, _)| *name == text).map(|(_, role)| role.to_owned());
            role.ok_or_else(|| {
                format!(
                    "there is no role {}{}",
                    quote(text),
                    suggestions(text, ROLES.map(|(name, _)| name).into_iter())
                )
            })
        };
        let labels = labels.map(|labels| {
            if labels.is_empty() {
                self.error(file, node, &["nodes", "labels"], EMPTY.to_owned());
            }
            let pattern = |(key, value): (String, String)| match Glob::rule(&value) {
                Ok(glob) => Some((key, glob)),
                Err(error) => {
                    self.error(file, node, &["nodes", "labels", &key], error);
                    None
                }
            };
            labels.into_iter().filter_map(pattern).collect()
        });
        NodeScope {
            clusters: self.list(file, node, &["nodes", "clusters"], clusters, Glob::rule),
            names: self.list(file, node, &["nodes", "names"], names, Glob::rule),
            roles: self.list(file, node, &["nodes", "roles"], roles, role),
            platforms: self.list(file, node, &["nodes", "platforms"], platforms, |text| Ok(text.to_owned())),
            labels,
        }
    }

    /// The elements of a list. One without elements matches nothing and is an error.
    fn list<T>(
        &mut self,
        file: &TextFile,
        node: &YamlNode,
        path: &[&str],
        raw: Option<Vec<String>>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let raw = raw?;
        if raw.is_empty() {
            self.error(file, node, path, EMPTY.to_owned());
        }
        let mut parsed = Vec::new();
        for (index, text) in raw.iter().enumerate() {
            match parse(text) {
                _ if text.trim().is_empty() => {
                    self.error(file, node, &[path, &[&index.to_string()]].concat(), "the text is empty".to_owned());
                }
                Ok(value) => parsed.push(value),
                Err(error) => self.error(file, node, &[path, &[&index.to_string()]].concat(), error),
            }
        }
        Some(parsed)
    }

    fn error(&mut self, file: &TextFile, node: &YamlNode, path: &[&str], message: String) {
        let path: Vec<String> = path.iter().map(|step| (*step).to_owned()).collect();
        self.errors.push(Diagnostic::new(&file.name, node.follow(&path).position, Level::Error, message));
    }
}

const EMPTY: &str = "nothing is listed; leave it out if the waiver holds for all";

fn unknown(what: &str, id: &str, known: &[String]) -> Option<String> {
    let near = || suggestions(id, known.iter().map(String::as_str));
    (!known.iter().any(|name| name == id)).then(|| format!("there is no {what} {}{}", quote(id), near()))
}

/// Whether a text is a day that exists, as `YYYY-MM-DD`.
fn is_day(text: &str) -> bool {
    let has_form = text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    has_form && end_of_day(text).is_some()
}

/// Reports numbers and words of YAML that stand for texts, and texts that are too long. All values of a waiver but one are texts.
fn texts(file: &TextFile, node: &YamlNode, errors: &mut Vec<Diagnostic>) {
    match &node.content {
        Content::Scalar { text, is_plain } => {
            let message = if text.chars().count() > MAX_TEXT {
                format!("the text has more than {MAX_TEXT} characters")
            } else if *is_plain && is_no_text(text) {
                format!("write it in quotes: \"{text}\"")
            } else {
                return;
            };
            errors.push(file.error(node.position, message));
        }
        Content::Sequence(items) => items.iter().for_each(|item| texts(file, item, errors)),
        Content::Mapping(entries) => {
            let others = entries.iter().filter(|(key, _)| key.text() != Some("permanent"));
            others.for_each(|(_, value)| texts(file, value, errors));
        }
        Content::Placeholder(_) => {}
    }
}

fn is_no_text(text: &str) -> bool {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) && text.parse::<f64>().is_ok();
    is_number || ["true", "false"].contains(&text)
}

#[cfg(test)]
mod tests;
