//! `audit-level`, `audit-levels`: what an audit policy of the API server records.

use super::kubernetes_document::{list, texts, verify_kind};
use super::selector::{Selector, each_file, observed};
use crate::model::{Evidence, Value};
use crate::probe::FileRef;
use crate::probe::context::CollectContext;
use crate::probe::excerpt::Leaf;
use crate::source::node::SourceError;
use crate::yaml::MustBeTrue;
use serde::Deserialize;
use serde_json::Value as Json;

/// The lowest level at which a request of a user is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct AuditLevel {
    /// API group; empty for the core group.
    group: String,
    /// Resource, with a subresource after `/`.
    resource: String,
    verb: String,
}

/// The levels at which anything is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub(crate) struct AuditLevels(MustBeTrue);

/// What is read of an audit policy.
pub(crate) const PARTS: &[(&str, Leaf)] = &[("kind", Leaf::Whole), ("omitStages", Leaf::Whole), ("rules", Leaf::Whole)];

impl Selector for AuditLevel {
    fn describe(&self) -> String {
        let dot = if self.group.is_empty() { "" } else { "." };
        format!("the audit level of {} {}{dot}{}", self.verb, self.resource, self.group)
    }
    fn key(&self) -> String {
        format!("audit-level({}/{},{})", self.group, self.resource, self.verb)
    }

    fn collect(&self, context: &CollectContext<'_>, files: &FileRef) -> Evidence {
        each_file(context, files, &self.describe(), |file| {
            let document = context.documents.parts(file, PARTS);
            let level = document.and_then(|policy| audit_level(&policy, &self.group, &self.resource, &self.verb));
            observed(file, level.map(|level| Some(Value::Text(level.name().to_owned()))))
        })
    }
}

impl Selector for AuditLevels {
    fn describe(&self) -> String {
        "the levels at which anything is recorded".to_owned()
    }
    fn key(&self) -> String {
        "audit-levels".to_owned()
    }

    fn collect(&self, context: &CollectContext<'_>, files: &FileRef) -> Evidence {
        each_file(context, files, &self.describe(), |file| {
            let levels = context.documents.parts(file, PARTS).and_then(|policy| audit_levels(&policy));
            let levels =
                levels.map(|levels| levels.into_iter().map(|level| level.name().to_owned()).collect::<Vec<_>>());
            observed(file, levels.map(|levels| (!levels.is_empty()).then_some(Value::List(levels))))
        })
    }
}

/// How much of a request is recorded, in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    None,
    Metadata,
    Request,
    RequestResponse,
}

impl Level {
    const ALL: [Self; 4] = [Self::None, Self::Metadata, Self::Request, Self::RequestResponse];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Metadata => "Metadata",
            Self::Request => "Request",
            Self::RequestResponse => "RequestResponse",
        }
    }

    /// The level of a rule. A rule that omits both the first and the last stage of a request, by itself or by the default of
    /// the policy, records next to nothing.
    fn of(policy: &Json, rule: &Json) -> Result<Self, SourceError> {
        let name = rule.get("level").and_then(Json::as_str).unwrap_or_default();
        let level = Self::ALL.into_iter().find(|level| level.name() == name);
        let level = level.ok_or_else(|| SourceError::Malformed("one of its rules has no known level".to_owned()))?;
        let mut omitted = texts(policy, "omitStages");
        omitted.extend(texts(rule, "omitStages"));
        let is_recorded = |stage: &str| !omitted.iter().any(|omitted| omitted == stage);
        let records = is_recorded("RequestReceived") || is_recorded("ResponseComplete");
        Ok(if records { level } else { Self::None })
    }
}

/// The lowest level at which a request of any user other than the system's own is recorded. The first rule that matches a
/// request decides; a rule for certain users or namespaces leaves the other requests to the rules after it.
pub(crate) fn audit_level(policy: &Json, group: &str, resource: &str, verb: &str) -> Result<Level, SourceError> {
    verify_kind(policy, "Policy")?;
    let mut lowest: Option<Level> = None;
    for rule in list(policy, "rules")? {
        if !matches(rule, group, resource, verb) || is_only_for_the_system(rule) {
            continue;
        }
        let level = Level::of(policy, rule)?;
        let lowest_so_far = lowest.map_or(level, |lowest| lowest.min(level));
        let is_limited = ["users", "userGroups", "namespaces"].iter().any(|key| !texts(rule, key).is_empty())
            || names_single_objects(rule, group, resource);
        if !is_limited {
            return Ok(lowest_so_far);
        }
        lowest = Some(lowest_so_far);
    }
    // A request that no rule matches is not recorded.
    Ok(Level::None)
}

/// The levels at which anything is recorded: those of the rules that a request can reach.
pub(crate) fn audit_levels(policy: &Json) -> Result<Vec<Level>, SourceError> {
    verify_kind(policy, "Policy")?;
    let mut levels = Vec::new();
    for rule in list(policy, "rules")? {
        let verbs = texts(rule, "verbs");
        if !verbs.is_empty() && verbs.iter().all(|verb| verb == "*") {
            continue;
        }
        let level = Level::of(policy, rule)?;
        if level != Level::None && !levels.contains(&level) {
            levels.push(level);
        }
        let limits = ["users", "userGroups", "verbs", "namespaces", "resources", "nonResourceURLs"];
        let is_limit = |key: &&str| rule.get(key).and_then(Json::as_array).is_some_and(|list| !list.is_empty());
        if !limits.iter().any(is_limit) {
            break;
        }
    }
    Ok(levels)
}

fn matches(rule: &Json, group: &str, resource: &str, verb: &str) -> bool {
    let verbs = texts(rule, "verbs");
    // Unlike in RBAC, `*` is not a wildcard for verbs.
    if !verbs.is_empty() && !verbs.iter().any(|named| named == verb) {
        return false;
    }
    let resources = rule.get("resources").and_then(Json::as_array).filter(|resources| !resources.is_empty());
    match resources {
        Some(entries) => entries.iter().any(|entry| entry_covers(entry, group, resource)),
        // A rule with other URLs alone does not match requests for resources.
        None => texts(rule, "nonResourceURLs").is_empty(),
    }
}

/// Whether one `group: … resources: …` entry covers a resource.
fn entry_covers(entry: &Json, group: &str, resource: &str) -> bool {
    let named = texts(entry, "resources");
    let (name, subresource) = resource.split_once('/').map_or((resource, None), |(name, sub)| (name, Some(sub)));
    let covers = |pattern: &String| match (pattern.split_once('/'), subresource) {
        _ if pattern == "*" => true,
        (None, None) => pattern == name,
        (Some(("*", sub)), Some(subresource)) => sub == subresource,
        (Some((p, sub)), Some(subresource)) => p == name && (sub == subresource || sub == "*"),
        (Some((p, "*")), None) => p == name,
        _ => false,
    };
    let own_group = entry.get("group").and_then(Json::as_str).unwrap_or_default();
    own_group == group && (named.is_empty() || named.iter().any(covers))
}

fn names_single_objects(rule: &Json, group: &str, resource: &str) -> bool {
    let entries = rule.get("resources").and_then(Json::as_array).into_iter().flatten();
    let mut covering = entries.filter(|entry| entry_covers(entry, group, resource)).peekable();
    covering.peek().is_some() && covering.all(|entry| !texts(entry, "resourceNames").is_empty())
}

/// Whether a rule is only for users of the system itself. What it leaves out hides no request of anybody else.
fn is_only_for_the_system(rule: &Json) -> bool {
    let users = texts(rule, "users");
    let groups = texts(rule, "userGroups");
    // Other users with this prefix are people and anybody: system:admin is the administrator of k3s and OpenShift, and
    // system:unsecured whoever reached the insecure port.
    let is_system_user = |name: &String| {
        name == "system:apiserver"
            || ["system:kube-", "system:node:", "system:serviceaccount:kube-system:"]
                .iter()
                .any(|p| name.starts_with(p))
    };
    let is_system_group =
        |name: &String| matches!(name.as_str(), "system:nodes" | "system:serviceaccounts:kube-system");
    (!users.is_empty() && users.iter().all(is_system_user))
        || (!groups.is_empty() && groups.iter().all(is_system_group))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_rule_for_all_users_decides() {
        let core = |resources: &[&str]| json!([{"group": "", "resources": resources}]);
        let cases = [
            (json!([{"level": "Metadata"}]), "secrets", "get", "Metadata"),
            (json!([]), "secrets", "get", "None"),
            (
                json!([{"level": "None", "resources": core(&["secrets"])}, {"level": "Metadata"}]),
                "secrets",
                "get",
                "None",
            ),
            (
                json!([{"level": "Request", "resources": core(&["secrets"])}, {"level": "Metadata"}]),
                "secrets",
                "get",
                "Request",
            ),
            (json!([{"level": "None", "verbs": ["get"]}, {"level": "Metadata"}]), "secrets", "get", "None"),
            (json!([{"level": "None", "verbs": ["watch"]}, {"level": "Metadata"}]), "secrets", "get", "Metadata"),
            (
                json!([{"level": "None", "users": ["system:kube-proxy"]}, {"level": "Metadata"}]),
                "secrets",
                "get",
                "Metadata",
            ),
            (json!([{"level": "None", "users": ["mallory"]}, {"level": "Metadata"}]), "secrets", "get", "None"),
            (json!([{"level": "None", "users": ["system:admin"]}, {"level": "Metadata"}]), "secrets", "get", "None"),
            (
                json!([{"level": "None", "users": ["system:unsecured"]}, {"level": "Metadata"}]),
                "secrets",
                "get",
                "None",
            ),
            (
                json!([{"level": "None", "users": ["system:node:a"]}, {"level": "Metadata"}]),
                "secrets",
                "get",
                "Metadata",
            ),
            (
                json!([{"level": "None", "userGroups": ["system:authenticated"]}, {"level": "Metadata"}]),
                "secrets",
                "get",
                "None",
            ),
            (json!([{"level": "None", "namespaces": ["dev"]}, {"level": "Metadata"}]), "secrets", "get", "None"),
            (
                json!([{"level": "None", "nonResourceURLs": ["/healthz*"]}, {"level": "Metadata"}]),
                "secrets",
                "get",
                "Metadata",
            ),
            (json!([{"level": "Metadata", "resources": core(&["pods"])}]), "pods/exec", "create", "None"),
            (json!([{"level": "Metadata", "resources": core(&["pods/*"])}]), "pods/exec", "create", "Metadata"),
            (json!([{"level": "Metadata", "resources": core(&["pods/exec"])}]), "pods/exec", "create", "Metadata"),
            (json!([{"level": "Metadata", "resources": [{"group": ""}]}]), "pods/exec", "create", "Metadata"),
            (json!([{"level": "Metadata", "resources": [{"group": "apps"}]}]), "secrets", "get", "None"),
            (
                json!([{"level": "None", "resources": [{"group": "", "resources": ["secrets"], "resourceNames": ["x"]}]}, {"level": "Metadata"}]),
                "secrets",
                "get",
                "None",
            ),
        ];
        for (rules, resource, verb, level) in cases {
            let document = json!({"kind": "Policy", "rules": rules});
            assert_eq!(audit_level(&document, "", resource, verb).map(Level::name), Ok(level), "{document} {resource}");
        }
        assert!(
            audit_level(&json!({"kind": "Policy", "rules": [{"level": "metadata"}]}), "", "secrets", "get").is_err()
        );
        assert!(audit_level(&json!({"kind": "Policy"}), "", "secrets", "get").is_err());
    }
}
