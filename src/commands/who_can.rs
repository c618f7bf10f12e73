//! `nodeproof who-can` tells who may do something, and what gives it to them.

use super::cluster_input::ClusterInput;
use super::flags::{AuditFlags, OutputFlags};
use super::{json, write_answer};
use crate::commands::Failure;
use crate::policy::{ClusterFacts, Grant, Identity, MASTERS, Permission, PermissionObject, Reach, ResourceType, Scope};
use crate::source::cluster::{ListState, ObjectKind};
use crate::text::{quote, sanitize, suggestions};
use clap::Args;
use comfy_table::{Table, presets};
use serde::Serialize;

/// A question about rights.
#[derive(Debug, Clone, Args)]
pub struct Question {
    /// The verb: get, list, create, delete, bind, impersonate, any other, or `*`.
    #[arg(value_name = "VERB")]
    pub verb: String,
    /// A type, with its group where it is not one of Kubernetes, and the name of one object; or a URL: pods, deploy,
    /// rollouts.argoproj.io, secrets/db, /metrics.
    #[arg(value_name = "TYPE[.GROUP][/NAME] | /URL")]
    pub object: String,
    /// A subresource: exec, log, token. Empty to say that NAME is the name of an object.
    #[arg(long, value_name = "SUB")]
    pub subresource: Option<String>,
    /// Answer for this user only.
    #[arg(long = "as", value_name = "USER")]
    pub user: Option<String>,
    /// Answer for this group only; can be repeated, and with --as for the user in these groups.
    #[arg(long = "as-group", value_name = "GROUP")]
    pub groups: Vec<String>,
}

/// The answer to a question.
#[derive(Debug, Serialize)]
struct Answer {
    question: QuestionView,
    grants: Vec<GrantView>,
    notices: Vec<String>,
}

/// A question as it was understood.
#[derive(Debug, Serialize)]
struct QuestionView {
    verb: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subresource: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<String>,
}

/// One way to a right.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct GrantView {
    subject: String,
    /// `cluster`, or `namespace/NAME`.
    scope: String,
    binding: String,
    role: String,
    /// The position of the rule in its role, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<usize>,
    /// The only objects that it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
}

/// What a question means.
struct Meaning {
    permission: Permission,
    view: QuestionView,
    notices: Vec<String>,
}

/// Answers a question about a cluster.
pub(crate) fn who_can(flags: &AuditFlags, question: &Question) -> Result<(), Failure> {
    let namespaces = flags.cluster.namespaces();
    let namespace = match namespaces.as_slice() {
        [] => None,
        [one] => Some(one.as_str()),
        _ => return Err(Failure::Usage("who-can asks about one namespace, or about all".to_owned())),
    };
    let meaning = understand(question, namespace)?;
    let input = ClusterInput::require(&flags.cluster.without_more(), &flags.node, &[])?;
    let facts = input.facts();
    let mut notices = meaning.notices;
    notices.extend(missing_lists(&facts));
    notices.extend(input.notices.iter().cloned());
    notices.push("by RBAC; a group stands for its members".to_owned());
    let namespace = namespace.filter(|_| meaning.permission.reach == Reach::Namespaces);
    let mut grants = grants(&facts, &meaning.permission, namespace, &identities(question));
    grants.sort();
    let answer = Answer { question: meaning.view, grants, notices };
    write(&answer, &flags.output)
}

/// Those whose rights are asked for, with the groups that the API server adds; none means everybody.
fn identities(question: &Question) -> Vec<Identity> {
    let group = |name: &str| Identity::Group(name.to_owned());
    let user = question.user.as_deref().map(Identity::of_user);
    let added = match &user {
        None => Vec::new(),
        Some(Identity::User(name)) if name == "system:anonymous" => vec![group("system:unauthenticated")],
        Some(Identity::ServiceAccount(namespace, _)) => vec![
            group("system:authenticated"),
            group("system:serviceaccounts"),
            group(&format!("system:serviceaccounts:{namespace}")),
        ],
        Some(Identity::User(_) | Identity::Group(_)) => vec![group("system:authenticated")],
    };
    user.into_iter().chain(question.groups.iter().map(|name| group(name))).chain(added).collect()
}

fn grants(
    facts: &ClusterFacts<'_>,
    permission: &Permission,
    namespace: Option<&str>,
    identities: &[Identity],
) -> Vec<GrantView> {
    let rbac = &facts.rbac;
    let is_asked = |subject: &Identity| identities.is_empty() || identities.contains(subject);
    let view = |subject: &Identity, grant: &Grant<'_>, rule: usize, names: Vec<String>| GrantView {
        subject: subject.to_string(),
        scope: grant.scope.to_string(),
        binding: grant.title.clone(),
        role: grant.role_title.to_string(),
        rule: Some(rule),
        names,
    };
    let holders = rbac.holders(permission, namespace).into_iter().filter(|holder| is_asked(holder.subject));
    let mut grants: Vec<GrantView> = holders
        .filter_map(|holder| {
            Some(view(holder.subject, rbac.grants.get(holder.via.grant)?, holder.via.rule, holder.via.names))
        })
        .collect();
    let masters = Identity::Group(MASTERS.to_owned());
    if is_asked(&masters) && !grants.iter().any(|grant| grant.subject == masters.to_string()) {
        grants.push(GrantView {
            subject: masters.to_string(),
            scope: Scope::Cluster.to_string(),
            binding: "none: the API server allows this group everything".to_owned(),
            role: "none".to_owned(),
            rule: None,
            names: Vec::new(),
        });
    }
    grants
}

/// Reads a question. Another question than the one that was meant is never answered.
fn understand(question: &Question, namespace: Option<&str>) -> Result<Meaning, Failure> {
    let verb = question.verb.clone();
    let mut view = QuestionView {
        verb: verb.clone(),
        url: None,
        group: None,
        resource: None,
        subresource: None,
        name: None,
        namespace: namespace.map(str::to_owned),
        user: question.user.clone(),
        groups: question.groups.clone(),
    };
    if question.object.starts_with('/') {
        if question.subresource.is_some() {
            return Err(Failure::Usage("a URL has no subresource; leave out --subresource".to_owned()));
        }
        view.url = Some(question.object.clone());
        let notices = namespace.map(|_| "a URL is in no namespace; -n has no effect".to_owned());
        let object = PermissionObject::Url(question.object.clone());
        let permission = Permission { verb: verb.to_ascii_lowercase(), object, reach: Reach::Cluster };
        return Ok(Meaning { permission, view, notices: notices.into_iter().collect() });
    }
    let (type_name, name) = match question.object.split_once('/') {
        Some((type_name, name)) => (type_name, Some(name)),
        None => (question.object.as_str(), None),
    };
    let (plural, group, known) = find_type(type_name)?;
    if let (Some(name), None, Some(of)) = (name, &question.subresource, known)
        && of.has_subresource(name)
    {
        return Err(Failure::Usage(format!(
            "{object} may mean two things: for the subresource write `{type_name} --subresource {name}`; for an object of that name \
             write `{object} --subresource ''`",
            object = question.object
        )));
    }
    let subresource = question.subresource.clone().filter(|sub| !sub.is_empty());
    let resource = match &subresource {
        Some(subresource) => format!("{plural}/{subresource}"),
        None => plural.clone(),
    };
    let reach = known.map_or(Reach::Namespaces, |of| of.reach(&verb));
    let mut notices = Vec::new();
    if namespace.is_some() && reach == Reach::Cluster {
        notices.push(format!("{plural} are in no namespace; -n has no effect"));
    }
    if let (Some(of), Some(subresource)) = (known, &subresource)
        && !of.has_subresource(subresource)
    {
        notices.push(format!("Kubernetes has no subresource {} of {plural}", quote(subresource)));
    }
    view.group = Some(group.clone());
    view.resource = Some(plural);
    view.subresource = subresource;
    view.name = name.map(str::to_owned);
    let object = PermissionObject::Resource { group, resource, name: name.map(str::to_owned) };
    Ok(Meaning { permission: Permission { verb, object, reach }, view, notices })
}

/// The plural name and the group of a type, and what is known of it.
fn find_type(text: &str) -> Result<(String, String, Option<&'static ResourceType>), Failure> {
    if text == "*" {
        return Ok(("*".to_owned(), "*".to_owned(), None));
    }
    let (name, group) = match text.split_once('.') {
        Some((name, group)) => (name, Some(without_version(group))),
        None => (text, None),
    };
    match (ResourceType::find(name, group), group) {
        (Some(of), _) => Ok((of.plural.to_owned(), of.group.to_owned(), Some(of))),
        (None, Some(group)) if !name.is_empty() && !group.is_empty() => Ok((name.to_owned(), group.to_owned(), None)),
        (None, _) => {
            let near = suggestions(name, ResourceType::names());
            Err(Failure::Usage(format!(
                "{} is no type of Kubernetes{near}; of another API write its plural and its group: rollouts.argoproj.io",
                quote(text)
            )))
        }
    }
}

/// A group, as kubectl also writes it with a version before it: `v1.apps`.
fn without_version(group: &str) -> &str {
    let is_version =
        |part: &str| part.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    match group.split_once('.') {
        Some((version, rest)) if is_version(version) => rest,
        _ => group,
    }
}

/// Lists without which the answer is not complete.
fn missing_lists(facts: &ClusterFacts<'_>) -> Vec<String> {
    let kinds = [ObjectKind::ClusterRole, ObjectKind::ClusterRoleBinding, ObjectKind::Role, ObjectKind::RoleBinding];
    let missing = |kind: ObjectKind| match facts.lists.state(kind) {
        ListState::Complete => None,
        ListState::NotAtHand => {
            Some(format!("the answer is not complete: the list of {} is not at hand", kind.plural()))
        }
        ListState::Refused(reason) | ListState::Unknown(reason) | ListState::Broken(reason) => {
            Some(format!("the answer is not complete: the list of {}: {reason}", kind.plural()))
        }
    };
    kinds.into_iter().filter_map(missing).collect()
}

fn write(answer: &Answer, output: &OutputFlags) -> Result<(), Failure> {
    if let Some(file) = output.json_answer() {
        return write_answer(&json(answer)?, file.as_deref(), false);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["SUBJECT", "SCOPE", "BINDING", "ROLE", "RULE", "NAMES"]);
    for grant in &answer.grants {
        let rule = grant.rule.map_or_else(|| "-".to_owned(), |rule| rule.to_string());
        let cells = [&grant.subject, &grant.scope, &grant.binding, &grant.role, &rule, &grant.names.join(", ")];
        table.add_row(cells.map(|cell| sanitize::line(cell)));
    }
    let lines = table.lines().map(|line| line.trim().to_owned());
    let notices = answer.notices.iter().map(|notice| format!("note: {}", sanitize::line(notice)));
    let text = lines.chain(notices).map(|line| line + "\n").collect::<String>();
    write_answer(text.as_bytes(), output.outputfile.as_deref(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(verb: &str, object: &str, subresource: Option<&str>, namespace: Option<&str>) -> Result<Meaning, Failure> {
        let question = Question {
            verb: verb.to_owned(),
            object: object.to_owned(),
            subresource: subresource.map(str::to_owned),
            user: None,
            groups: Vec::new(),
        };
        understand(&question, namespace)
    }

    #[test]
    fn a_type_may_be_written_in_many_ways() {
        let cases = [
            ("pods", None, "", "pods", None, Reach::Namespaces),
            ("po/web-1", None, "", "pods", Some("web-1"), Reach::Namespaces),
            ("pods", Some("exec"), "", "pods/exec", None, Reach::Namespaces),
            ("pods/exec", Some(""), "", "pods", Some("exec"), Reach::Namespaces),
            ("deployments.apps", None, "apps", "deployments", None, Reach::Namespaces),
            ("deployments.v1.apps/web", None, "apps", "deployments", Some("web"), Reach::Namespaces),
            ("rollouts.argoproj.io", None, "argoproj.io", "rollouts", None, Reach::Namespaces),
            ("node", Some("proxy"), "", "nodes/proxy", None, Reach::Cluster),
            ("*", None, "*", "*", None, Reach::Namespaces),
        ];
        for (object, subresource, group, resource, name, reach) in cases {
            let Ok(meaning) = ask("get", object, subresource, None) else { panic!("{object}") };
            let expected = PermissionObject::Resource {
                group: group.to_owned(),
                resource: resource.to_owned(),
                name: name.map(str::to_owned),
            };
            assert_eq!((meaning.permission.object, meaning.permission.reach), (expected, reach), "{object}");
        }
    }

    #[test]
    fn what_may_mean_two_things_is_refused() {
        let error = |object: &str| ask("create", object, None, None).err().map(|error| error.to_string());
        let text = error("pods/exec").unwrap_or_default();
        assert!(text.contains("`pods --subresource exec`") && text.contains("`pods/exec --subresource ''`"), "{text}");
        assert!(error("nodes/proxy").is_some());
        assert!(error("rollouts").unwrap_or_default().contains("rollouts.argoproj.io"));
        assert_eq!(error("pods/web"), None);
    }

    #[test]
    fn a_namespace_has_no_effect_on_what_is_in_none() {
        let notices =
            |object: &str| ask("get", object, None, Some("web")).map(|meaning| meaning.notices).unwrap_or_default();
        assert_eq!(notices("nodes"), ["nodes are in no namespace; -n has no effect"]);
        assert_eq!(notices("/metrics"), ["a URL is in no namespace; -n has no effect"]);
        assert!(notices("pods").is_empty());
    }
}
