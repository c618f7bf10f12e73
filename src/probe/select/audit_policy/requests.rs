//! The levels at which an audit policy records one kind of request, over all users and objects.
//!
//! A rule decides on some request if one of its representatives does: a request of each user, group, namespace and name that
//! the rule lists, or of one that no rule lists. Any other request that the rule matches is matched by more of the rules before.

use super::policy::{Action, Level, Policy, Request, Rule};
use crate::source::node::SourceError;
use std::collections::BTreeSet;

/// The user of requests without credentials, and the only group of this user.
const ANONYMOUS: (&str, &str) = ("system:anonymous", "system:unauthenticated");

/// The group of every other user.
const AUTHENTICATED: &str = "system:authenticated";

/// The subresources that are streams.
const STREAMS: [&str; 5] = ["attach", "exec", "log", "portforward", "proxy"];

/// The resources among those of Kubernetes that are in no namespace, as far as their requests are of interest here.
const CLUSTER_SCOPED: [&str; 6] =
    ["certificatesigningrequests", "clusterrolebindings", "clusterroles", "namespaces", "nodes", "tokenreviews"];

/// The number of texts to compare for one action after which a policy is too large.
const MAX_COMPARISONS: usize = 2_000_000;

/// The texts that may still be compared.
pub(super) struct Work {
    left: usize,
}

impl Work {
    const fn of_one_action() -> Self {
        Self { left: MAX_COMPARISONS }
    }

    pub(super) const fn of_all_actions() -> Self {
        Self { left: 10 * MAX_COMPARISONS }
    }

    /// Whether so many texts may be compared.
    const fn take(&mut self, comparisons: usize) -> bool {
        match self.left.checked_sub(comparisons) {
            Some(left) => {
                self.left = left;
                true
            }
            None => {
                self.left = 0;
                false
            }
        }
    }
}

impl Policy {
    /// The levels of the rules that decide on some request with this action. A policy has at least one.
    pub(super) fn levels(&self, action: &Action<'_>) -> Result<BTreeSet<Level>, SourceError> {
        self.levels_within(action, &mut Work::of_one_action())
    }

    /// The same, with a limit for several actions.
    pub(super) fn levels_within(&self, action: &Action<'_>, work: &mut Work) -> Result<BTreeSet<Level>, SourceError> {
        let is_too_large = || SourceError::Malformed("its rules name too many users and objects to compare".to_owned());
        let texts: usize = self.rules.iter().map(Rule::size).sum();
        if !work.take(texts) {
            return Err(is_too_large());
        }
        let not_recorded = Rule::not_recorded();
        let rules: Vec<&Rule> = self.rules.iter().filter(|rule| rule.is_about(action)).chain([&not_recorded]).collect();
        let runs_for_long = action.verb == "watch" || action.subresource.is_some_and(|sub| STREAMS.contains(&sub));
        let mut levels = BTreeSet::new();
        // The sizes of the rules before.
        let mut size = 1_usize;
        for (index, rule) in rules.iter().enumerate() {
            let before = &rules[..index];
            let level = rule.level(runs_for_long);
            let (mut decides, mut is_allowed) = (false, true);
            if levels.contains(&level) {
                size += rule.size();
                continue;
            }
            each_representative(rule, action, &mut |request| {
                is_allowed = work.take(size);
                decides = !before.iter().any(|earlier| earlier.matches(action, request));
                // Stops at the first one.
                !decides && is_allowed
            });
            if !is_allowed {
                return Err(is_too_large());
            }
            if decides {
                levels.insert(level);
            }
            size += rule.size();
        }
        Ok(levels)
    }
}

/// Calls `accept` with the representatives of a rule while it returns true.
fn each_representative<'r>(rule: &'r Rule, action: &Action<'_>, accept: &mut dyn FnMut(&Request<'r>) -> bool) {
    let (namespaces, names) = (namespaces(rule, action), names(rule, action));
    let mut of_user = |user, groups| {
        namespaces.iter().all(|namespace| {
            names.iter().all(|name| accept(&Request { user, groups, namespace: *namespace, name: *name }))
        })
    };
    let (anonymous, unauthenticated) = ANONYMOUS;
    let has = |list: &[String], value: &str| list.is_empty() || list.iter().any(|item| item == value);
    if has(&rule.users, anonymous)
        && has(&rule.groups, unauthenticated)
        && !of_user(Some(anonymous), [Some(unauthenticated), None])
    {
        return;
    }
    let users = listed_or_other(&rule.users, |user| user != anonymous);
    let groups = if has(&rule.groups, AUTHENTICATED) {
        vec![None]
    } else {
        listed_or_other(&rule.groups, |group| group != unauthenticated)
    };
    for user in users {
        if !groups.iter().all(|group| of_user(user, [Some(AUTHENTICATED), *group])) {
            return;
        }
    }
}

/// The values of a list; of an empty one, which is no limit, a value that no rule lists.
fn listed_or_other(list: &[String], is_possible: impl Fn(&str) -> bool) -> Vec<Option<&str>> {
    if list.is_empty() {
        return vec![None];
    }
    list.iter().map(String::as_str).filter(|value| is_possible(value)).map(Some).collect()
}

/// An empty namespace is that of resources in no namespace, and of requests for all namespaces.
fn namespaces<'r>(rule: &'r Rule, action: &Action<'_>) -> Vec<Option<&'r str>> {
    if CLUSTER_SCOPED.contains(&action.resource) {
        let matches = rule.namespaces.is_empty() || rule.namespaces.iter().any(String::is_empty);
        return if matches { vec![Some("")] } else { Vec::new() };
    }
    let is_for_all = matches!(action.verb, "list" | "watch");
    listed_or_other(&rule.namespaces, |namespace| is_for_all || !namespace.is_empty())
}

/// The name of an object that is created is not a part of the request, and an empty name is that of a request for all objects.
fn names<'r>(rule: &'r Rule, action: &Action<'_>) -> Vec<Option<&'r str>> {
    let is_possible: fn(&str) -> bool = match (action.verb, action.subresource) {
        ("create" | "deletecollection", None) => str::is_empty,
        // With a field selector, a list of one object has its name.
        ("list" | "watch", None) => |_| true,
        _ => |name| !name.is_empty(),
    };
    let any = if is_possible("name") { None } else { Some("") };
    let mut names = Vec::new();
    for entry in rule.covering(action) {
        if entry.names().is_empty() {
            return vec![any];
        }
        names.extend(entry.names().iter().map(String::as_str).filter(|name| is_possible(name)).map(Some));
    }
    if rule.resources.is_empty() { vec![any] } else { names }
}
