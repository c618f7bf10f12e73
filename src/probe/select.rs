//! What documents of known kinds mean, however they are written: which provider encrypts, what an audit policy records.

use crate::source::node::SourceError;
use serde_json::Value as Json;

/// The provider that writes a resource: the first of the first entry that covers it. `identity`, which encrypts
/// nothing, where no entry does.
pub(crate) fn encryption_writer(document: &Json, resource: &str) -> Result<String, SourceError> {
    of_kind(document, "EncryptionConfiguration")?;
    let entries = document.get("resources").and_then(Json::as_array);
    let entries = entries.ok_or_else(|| SourceError::Malformed("it has no list of resources".to_owned()))?;
    let covers = |entry: &&Json| {
        texts(entry, "resources").iter().any(|name| matches!(name.as_str(), "*." | "*.*") || name == resource)
    };
    let Some(entry) = entries.iter().find(covers) else {
        return Ok("identity".to_owned());
    };
    let first = entry.get("providers").and_then(|p| p.get(0)).and_then(Json::as_object);
    let name = first.filter(|p| p.len() == 1).and_then(|p| p.keys().next());
    name.cloned().ok_or_else(|| SourceError::Malformed(format!("its entry for {resource} has no first provider")))
}

const LEVELS: [&str; 4] = ["None", "Metadata", "Request", "RequestResponse"];

/// The lowest level at which a request of some user outside the system's own is recorded. Rules are tried in order and
/// the first that matches counts; one that is limited to certain users or namespaces leaves the rest to those below.
pub(crate) fn audit_level(
    document: &Json,
    group: &str,
    resource: &str,
    verb: &str,
) -> Result<&'static str, SourceError> {
    of_kind(document, "Policy")?;
    let rules = document.get("rules").and_then(Json::as_array);
    let rules = rules.ok_or_else(|| SourceError::Malformed("it has no list of rules".to_owned()))?;
    let mut lowest: Option<usize> = None;
    for rule in rules {
        if !matches(rule, group, resource, verb) || only_for_the_system(rule) {
            continue;
        }
        let level = level_of(document, rule)?;
        lowest = Some(lowest.map_or(level, |l| l.min(level)));
        let limited = ["users", "userGroups", "namespaces"].iter().any(|key| !texts(rule, key).is_empty())
            || names_single_objects(rule, group, resource);
        if !limited {
            return Ok(LEVELS[lowest.unwrap_or_default()]);
        }
    }
    // What no rule matches is not recorded.
    Ok(LEVELS[0])
}

/// The levels at which an audit policy records anything: those of its rules that some request can reach.
pub(crate) fn audit_levels(document: &Json) -> Result<Vec<&'static str>, SourceError> {
    of_kind(document, "Policy")?;
    let rules = document.get("rules").and_then(Json::as_array);
    let rules = rules.ok_or_else(|| SourceError::Malformed("it has no list of rules".to_owned()))?;
    let mut levels = Vec::new();
    for rule in rules {
        let verbs = texts(rule, "verbs");
        if !verbs.is_empty() && verbs.iter().all(|v| v == "*") {
            continue;
        }
        let level = LEVELS[level_of(document, rule)?];
        if level != LEVELS[0] && !levels.contains(&level) {
            levels.push(level);
        }
        let limits = ["users", "userGroups", "verbs", "namespaces", "resources", "nonResourceURLs"];
        let limited = |key: &&str| rule.get(key).and_then(Json::as_array).is_some_and(|l| !l.is_empty());
        if !limits.iter().any(limited) {
            break;
        }
    }
    Ok(levels)
}

/// A rule's level, as a position in [`LEVELS`]. One that leaves out both the beginning and the end of a request, by itself
/// or by what the policy says of all, leaves no record of most.
fn level_of(document: &Json, rule: &Json) -> Result<usize, SourceError> {
    let level = rule.get("level").and_then(Json::as_str).unwrap_or_default();
    let level = LEVELS.iter().position(|l| *l == level);
    let level = level.ok_or_else(|| SourceError::Malformed("a rule of it has no known level".to_owned()))?;
    let mut omitted = texts(document, "omitStages");
    omitted.extend(texts(rule, "omitStages"));
    let records = ["RequestReceived", "ResponseComplete"].iter().any(|stage| !omitted.iter().any(|o| o == stage));
    Ok(if records { level } else { 0 })
}

fn matches(rule: &Json, group: &str, resource: &str, verb: &str) -> bool {
    let verbs = texts(rule, "verbs");
    // A star is no wildcard here, unlike in roles.
    if !verbs.is_empty() && !verbs.iter().any(|v| v == verb) {
        return false;
    }
    let resources = rule.get("resources").and_then(Json::as_array).filter(|r| !r.is_empty());
    match resources {
        Some(entries) => entries.iter().any(|entry| entry_covers(entry, group, resource)),
        // A rule on other URLs alone does not speak of resources.
        None => texts(rule, "nonResourceURLs").is_empty(),
    }
}

/// Whether one `group: … resources: …` entry covers a resource.
fn entry_covers(entry: &Json, group: &str, resource: &str) -> bool {
    let named = texts(entry, "resources");
    let (name, sub) = resource.split_once('/').map_or((resource, None), |(name, sub)| (name, Some(sub)));
    let covers = |pattern: &String| match (pattern.split_once('/'), sub) {
        _ if pattern == "*" => true,
        (None, None) => pattern == name,
        (Some(("*", s)), Some(sub)) => s == sub,
        (Some((p, s)), Some(sub)) => p == name && (s == sub || s == "*"),
        (Some((p, "*")), None) => p == name,
        _ => false,
    };
    let own_group = entry.get("group").and_then(Json::as_str).unwrap_or_default();
    own_group == group && (named.is_empty() || named.iter().any(covers))
}

fn names_single_objects(rule: &Json, group: &str, resource: &str) -> bool {
    let entries = rule.get("resources").and_then(Json::as_array).into_iter().flatten();
    let mut covering = entries.filter(|e| entry_covers(e, group, resource)).peekable();
    covering.peek().is_some() && covering.all(|entry| !texts(entry, "resourceNames").is_empty())
}

/// A rule for the system's own users: what it leaves out, nobody else does unseen.
fn only_for_the_system(rule: &Json) -> bool {
    let users = texts(rule, "users");
    let groups = texts(rule, "userGroups");
    let own = |name: &String| match name.strip_prefix("system:") {
        Some("anonymous") | None => false,
        // A workload's account is no part of the system.
        Some(rest) => rest.strip_prefix("serviceaccount:").is_none_or(|account| account.starts_with("kube-system:")),
    };
    let own_group = |name: &String| matches!(name.as_str(), "system:nodes" | "system:serviceaccounts:kube-system");
    (!users.is_empty() && users.iter().all(own)) || (!groups.is_empty() && groups.iter().all(own_group))
}

fn of_kind(document: &Json, kind: &str) -> Result<(), SourceError> {
    match document.get("kind").and_then(Json::as_str) {
        Some(found) if found == kind => Ok(()),
        Some(found) => Err(SourceError::Malformed(format!("its kind is {found:.40}, not {kind}"))),
        None => Err(SourceError::Malformed(format!("it has no kind; {kind} is expected"))),
    }
}

fn texts(json: &Json, key: &str) -> Vec<String> {
    let items = json.get(key).and_then(Json::as_array).into_iter().flatten();
    items.filter_map(Json::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_provider_of_the_first_entry_that_covers_secrets_writes() {
        let entry = |resources: &[&str], providers: Json| json!({"resources": resources, "providers": providers});
        let document = |entries: Json| json!({"kind": "EncryptionConfiguration", "resources": entries});
        let aes = json!([{"aescbc": {}}, {"identity": {}}]);
        let plain = json!([{"identity": {}}, {"aescbc": {}}]);
        let cases = [
            (json!([entry(&["secrets"], aes.clone())]), "aescbc"),
            (json!([entry(&["secrets"], plain.clone())]), "identity"),
            (json!([entry(&["configmaps"], aes.clone())]), "identity"),
            (json!([entry(&["configmaps"], plain.clone()), entry(&["*."], aes.clone())]), "aescbc"),
            (json!([entry(&["*.*"], plain), entry(&["secrets"], aes)]), "identity"),
            (json!([]), "identity"),
        ];
        for (entries, writer) in cases {
            assert_eq!(encryption_writer(&document(entries.clone()), "secrets"), Ok(writer.to_owned()), "{entries}");
        }
        for malformed in [
            json!({}),
            json!({"kind": "Pod", "resources": []}),
            json!({"kind": "EncryptionConfiguration"}),
            document(json!([entry(&["secrets"], json!([]))])),
        ] {
            assert!(encryption_writer(&malformed, "secrets").is_err(), "{malformed}");
        }
    }

    #[test]
    fn an_audit_policy_is_read_in_order() {
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
            assert_eq!(audit_level(&document, "", resource, verb), Ok(level), "{document} {resource}");
        }
        assert!(
            audit_level(&json!({"kind": "Policy", "rules": [{"level": "metadata"}]}), "", "secrets", "get").is_err()
        );
        assert!(audit_level(&json!({"kind": "Policy"}), "", "secrets", "get").is_err());
    }
}
