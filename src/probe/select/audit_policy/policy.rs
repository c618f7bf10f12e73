//! An audit policy, and which of its rules match a request. As `pkg/audit/policy/checker.go` of the API server does it.

use super::super::kubernetes_document::list;
use crate::source::node::SourceError;
use serde_json::Value as Json;

/// How much of a request is recorded, in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    None,
    Metadata,
    Request,
    RequestResponse,
}

/// The rules of a policy, in their order. The first one that matches a request decides.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(super) rules: Vec<Rule>,
}

/// A rule. An empty list is no limit.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    level: Level,
    /// The stages that are not recorded, those of the policy included.
    omitted_stages: Vec<String>,
    pub(super) users: Vec<String>,
    pub(super) groups: Vec<String>,
    pub(super) verbs: Vec<String>,
    pub(super) namespaces: Vec<String>,
    pub(super) resources: Vec<Resources>,
    pub(super) urls: Vec<String>,
}

/// Resources of one API group.
#[derive(Debug, Clone)]
pub(super) struct Resources {
    pub(super) group: String,
    pub(super) resources: Vec<String>,
    names: Vec<String>,
}

/// What is requested.
#[derive(Debug, Clone, Copy)]
pub(super) struct Action<'a> {
    pub(super) verb: &'a str,
    pub(super) group: &'a str,
    pub(super) resource: &'a str,
    pub(super) subresource: Option<&'a str>,
    /// The path of a request that is not for a resource.
    pub(super) url: Option<&'a str>,
    /// Whether `*` as a group matches every group, as it does since Kubernetes 1.36.
    pub(super) star_matches_groups: bool,
}

/// By whom and of which object it is requested. `None` is one that no rule names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) user: Option<&'a str>,
    pub(super) groups: [Option<&'a str>; 2],
    pub(super) namespace: Option<&'a str>,
    pub(super) name: Option<&'a str>,
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
}

impl Policy {
    /// Reads a document. The API server refuses it if any of its rules is wrong.
    pub(crate) fn read(document: &Json) -> Result<Self, SourceError> {
        let omitted = texts(document, "omitStages")?;
        let rules = list(document, "rules")?.iter().map(|rule| Rule::read(rule, &omitted));
        Ok(Self { rules: rules.collect::<Result<_, _>>()? })
    }
}

impl Rule {
    /// What happens to a request that no rule matches.
    pub(super) const fn not_recorded() -> Self {
        Self {
            level: Level::None,
            omitted_stages: Vec::new(),
            users: Vec::new(),
            groups: Vec::new(),
            verbs: Vec::new(),
            namespaces: Vec::new(),
            resources: Vec::new(),
            urls: Vec::new(),
        }
    }

    fn read(rule: &Json, omitted: &[String]) -> Result<Self, SourceError> {
        let name = rule.get("level").and_then(Json::as_str).unwrap_or_default();
        let level = Level::ALL.into_iter().find(|level| level.name() == name);
        let mut omitted_stages = texts(rule, "omitStages")?;
        omitted_stages.extend_from_slice(omitted);
        Ok(Self {
            level: level.ok_or_else(|| SourceError::Malformed("one of its rules has no known level".to_owned()))?,
            omitted_stages,
            users: texts(rule, "users")?,
            groups: texts(rule, "userGroups")?,
            verbs: texts(rule, "verbs")?,
            namespaces: texts(rule, "namespaces")?,
            resources: items(rule, "resources")?.iter().map(Resources::read).collect::<Result<_, _>>()?,
            urls: texts(rule, "nonResourceURLs")?,
        })
    }

    /// The level at which requests are recorded that this rule decides on. A rule that omits each stage that such a request
    /// has records next to nothing: there is a stage Panic only if the API server fails, and ResponseStarted only of requests
    /// that run for long.
    pub(super) fn level(&self, runs_for_long: bool) -> Level {
        let is_recorded = |stage: &str| !self.omitted_stages.iter().any(|omitted| omitted == stage);
        let records = is_recorded("RequestReceived")
            || is_recorded("ResponseComplete")
            || runs_for_long && is_recorded("ResponseStarted");
        if records { self.level } else { Level::None }
    }

    /// Whether it matches some request with this action.
    pub(super) fn is_about(&self, action: &Action<'_>) -> bool {
        // Unlike in RBAC, `*` is not a wildcard for verbs.
        let has_verb = self.verbs.is_empty() || names(&self.verbs, action.verb);
        if let Some(url) = action.url {
            let is_for_resources = !self.resources.is_empty() || !self.namespaces.is_empty();
            let has_url = self.urls.is_empty() || self.urls.iter().any(|pattern| covers_url(pattern, url));
            return has_verb && has_url && !is_for_resources;
        }
        let has_resource = self.resources.is_empty() || self.resources.iter().any(|entry| entry.covers(action));
        // A rule with URLs alone does not match requests for resources.
        let is_for_urls = self.resources.is_empty() && self.namespaces.is_empty() && !self.urls.is_empty();
        has_verb && has_resource && !is_for_urls
    }

    /// The entries that cover the resource.
    pub(super) fn covering<'r>(&'r self, action: &Action<'_>) -> impl Iterator<Item = &'r Resources> {
        self.resources.iter().filter(|entry| entry.covers(action))
    }

    /// Whether a rule that is about the action matches a request.
    pub(super) fn matches(&self, action: &Action<'_>, request: &Request<'_>) -> bool {
        let has = |list: &[String], value: Option<&str>| value.is_some_and(|value| names(list, value));
        let is_user = self.users.is_empty() || has(&self.users, request.user);
        let is_group = self.groups.is_empty() || request.groups.iter().any(|group| has(&self.groups, *group));
        let is_namespace = self.namespaces.is_empty() || has(&self.namespaces, request.namespace);
        let is_name = |entry: &Resources| entry.names().is_empty() || has(entry.names(), request.name);
        is_user && is_group && is_namespace && (self.resources.is_empty() || self.covering(action).any(is_name))
    }

    /// The names of groups, resources and paths in it.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let entries = self.resources.iter().flat_map(|entry| entry.resources.iter().chain([&entry.group]));
        entries.chain(&self.urls).map(String::as_str)
    }

    /// The number of texts that a comparison with it looks at.
    pub(super) fn size(&self) -> usize {
        let of_entry = |entry: &Resources| entry.resources.len() + entry.names.len() + 1;
        let entries: usize = self.resources.iter().map(of_entry).sum();
        1 + self.users.len() + self.groups.len() + self.namespaces.len() + entries
    }
}

impl Resources {
    fn read(entry: &Json) -> Result<Self, SourceError> {
        let group = match entry.get("group") {
            None | Some(Json::Null) => String::new(),
            Some(group) => group.as_str().ok_or_else(|| malformed("group"))?.to_owned(),
        };
        Ok(Self { group, resources: texts(entry, "resources")?, names: texts(entry, "resourceNames")? })
    }

    /// The names of the objects to which it is limited.
    pub(super) fn names(&self) -> &[String] {
        // Without resources, the names are not looked at.
        if self.resources.is_empty() { &[] } else { &self.names }
    }

    fn covers(&self, action: &Action<'_>) -> bool {
        let has_group = self.group == action.group || action.star_matches_groups && self.group == "*";
        let covers = |pattern: &String| match (pattern.split_once('/'), action.subresource) {
            _ if pattern == "*" => true,
            (None, None) => pattern == action.resource,
            (Some(("*", sub)), Some(subresource)) => sub == subresource,
            (Some((name, sub)), Some(subresource)) => name == action.resource && (sub == subresource || sub == "*"),
            (Some((name, "*")), None) => name == action.resource,
            (None, Some(_)) | (Some(_), None) => false,
        };
        has_group && (self.resources.is_empty() || self.resources.iter().any(covers))
    }
}

/// Whether a pattern for paths covers one: with `*` at its end, all that begin so.
fn covers_url(pattern: &str, url: &str) -> bool {
    pattern == url || pattern.ends_with('*') && url.starts_with(pattern.trim_end_matches('*'))
}

fn names(list: &[String], value: &str) -> bool {
    list.iter().any(|named| named == value)
}

/// A list, which may be absent.
fn items<'d>(json: &'d Json, key: &str) -> Result<&'d [Json], SourceError> {
    match json.get(key) {
        None | Some(Json::Null) => Ok(&[]),
        Some(list) => list.as_array().map(Vec::as_slice).ok_or_else(|| malformed(key)),
    }
}

/// The texts of a list, which may be absent. In a list, null is an empty text.
fn texts(json: &Json, key: &str) -> Result<Vec<String>, SourceError> {
    let text = |item: &Json| match item {
        Json::Null => Ok(String::new()),
        item => item.as_str().map(str::to_owned).ok_or_else(|| malformed(key)),
    };
    items(json, key)?.iter().map(text).collect()
}

fn malformed(key: &str) -> SourceError {
    SourceError::Malformed(format!("its {key} has a value of another type"))
}
