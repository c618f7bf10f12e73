//! The levels at which an audit policy records anything at all.
//!
//! The kinds of requests have no end, so that each rule is asked for requests that as few other rules as possible match: for
//! what it names itself, and where it names nothing, for a name that is nowhere in the policy.

use super::policy::{Action, Level, Policy, Rule};
use super::requests::Work;
use crate::source::node::SourceError;
use std::collections::BTreeSet;

/// The verbs of requests for resources.
const RESOURCE_VERBS: [&str; 8] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// The verbs of other requests: the methods of HTTP.
const URL_VERBS: [&str; 7] = ["delete", "get", "head", "options", "patch", "post", "put"];

/// A resource that is in no namespace.
const ANY_CLUSTER_SCOPED: &str = "nodes";

impl Policy {
    /// The levels of all rules that decide on some request, except `None`.
    pub(super) fn recorded_levels(&self, star_matches_groups: bool) -> Result<BTreeSet<Level>, SourceError> {
        let other = self.other_name();
        let mut work = Work::of_all_actions();
        let mut levels = BTreeSet::from([Level::None]);
        for rule in &self.rules {
            let level = rule.level(true);
            let targets = rule.targets(&other, star_matches_groups);
            let urls = rule.urls(&other);
            let of_resources = verbs(rule, &RESOURCE_VERBS).flat_map(|verb| {
                targets.iter().map(move |(group, resource, subresource)| Action {
                    verb,
                    group,
                    resource,
                    subresource: *subresource,
                    url: None,
                    star_matches_groups,
                })
            });
            let of_urls = verbs(rule, &URL_VERBS).flat_map(|verb| {
                urls.iter().map(move |url| Action {
                    verb,
                    group: "",
                    resource: "",
                    subresource: None,
                    url: Some(url),
                    star_matches_groups,
                })
            });
            for action in of_resources.chain(of_urls) {
                if levels.contains(&level) {
                    break;
                }
                levels.extend(self.levels_within(&action, &mut work)?);
            }
        }
        levels.remove(&Level::None);
        Ok(levels)
    }

    /// A name that no text of the policy has or begins with: a letter that is in none of them.
    fn other_name(&self) -> String {
        let used: BTreeSet<char> = self.rules.iter().flat_map(Rule::texts).flat_map(str::chars).collect();
        let letters = ('a'..='z').chain('\u{e000}'..='\u{f8ff}');
        letters.into_iter().find(|letter| !used.contains(letter)).unwrap_or('z').to_string()
    }
}

/// The verbs that a rule has among these.
fn verbs<'r>(rule: &'r Rule, known: &'static [&'static str]) -> impl Iterator<Item = &'static str> + use<'r> {
    known.iter().copied().filter(|verb| rule.verbs.is_empty() || rule.verbs.iter().any(|named| named == verb))
}

/// A group, a resource and a subresource.
type Target<'r> = (&'r str, &'r str, Option<&'r str>);

impl Rule {
    /// The resources to ask it for.
    fn targets<'r>(&'r self, other: &'r str, star_matches_groups: bool) -> Vec<Target<'r>> {
        if self.resources.is_empty() {
            let any = [(other, other, None), (other, other, Some(other)), ("", ANY_CLUSTER_SCOPED, None)];
            return if self.urls.is_empty() { any.to_vec() } else { Vec::new() };
        }
        let mut targets = Vec::new();
        for entry in &self.resources {
            let group = match entry.group.as_str() {
                "*" if star_matches_groups => other,
                // No API group has this name.
                "*" => continue,
                group => group,
            };
            if entry.resources.is_empty() || entry.resources.iter().any(|pattern| pattern == "*") {
                targets.extend([(group, other, None), (group, other, Some(other)), (group, ANY_CLUSTER_SCOPED, None)]);
            }
            for pattern in &entry.resources {
                match pattern.split_once('/') {
                    None if pattern == "*" => {}
                    None => targets.push((group, pattern, None)),
                    // It matches a subresource of this name only, and there is none.
                    Some(("*", "*")) => {}
                    Some(("*", subresource)) => targets.push((group, other, Some(subresource))),
                    Some((resource, "*")) => {
                        targets.extend([(group, resource, None), (group, resource, Some(other))]);
                    }
                    Some((resource, subresource)) => targets.push((group, resource, Some(subresource))),
                }
            }
        }
        targets
    }

    /// The paths to ask it for.
    fn urls(&self, other: &str) -> Vec<String> {
        if !self.resources.is_empty() || !self.namespaces.is_empty() {
            return Vec::new();
        }
        if self.urls.is_empty() {
            return vec![format!("/{other}")];
        }
        let path = |pattern: &String| match pattern.strip_suffix('*') {
            Some("") => format!("/{other}"),
            Some(_) => format!("{}{other}", pattern.trim_end_matches('*')),
            None => pattern.clone(),
        };
        self.urls.iter().map(path).filter(|path| path.starts_with('/') && !is_for_resource(path)).collect()
    }
}

/// Whether a path leads to a resource: `/api/VERSION/RESOURCE`, `/apis/GROUP/VERSION/RESOURCE`.
fn is_for_resource(path: &str) -> bool {
    let parts: Vec<&str> = path.trim_matches('/').split('/').take(4).collect();
    matches!(parts[..], ["api", _, _, ..] | ["apis", _, _, _])
}
