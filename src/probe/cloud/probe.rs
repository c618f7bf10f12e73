//! The cloud probe: a field of a resource, as a saved document of its provider shows it, or the API's default.

use super::field::FieldKind;
use super::path::{self, CloudPath};
use super::resource::{CloudResource, Found, Resources};
use crate::model::{Evidence, EvidenceKind, KubernetesVersions, Observation, Observed, Value};
use crate::probe::collect::Collect;
use crate::probe::context::CollectContext;
use crate::probe::versioned_default::VersionedDefault;
use crate::source::cloud::{CloudDocuments, Provider};
use crate::text::quote;
use crate::yaml::OneOrMany;
use serde::Deserialize;
use serde_json::Value as Json;
use std::borrow::Cow;

/// A field of a resource of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "RawCloud"))]
#[serde(try_from = "RawCloud")]
pub struct CloudProbe {
    resource: CloudResource,
    /// The names of the field, of which the APIs have used one after the other.
    paths: Vec<CloudPath>,
    /// Of a node pool: the fields of the cluster that hold where the pool has none.
    cluster_paths: Vec<CloudPath>,
    kind: FieldKind,
    /// What the API means by an absent field.
    default: VersionedDefault,
    /// What Autopilot sets where the document shows no such field.
    autopilot: Option<Value>,
}

/// A field as a definition file has it.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawCloud {
    resource: CloudResource,
    path: OneOrMany<CloudPath>,
    #[serde(default)]
    cluster_path: Option<OneOrMany<CloudPath>>,
    #[serde(default)]
    kind: FieldKind,
    default: Json,
    autopilot: Option<Json>,
}

/// Names of fields whose values are secret or may be.
const SECRETS: [&str; 7] =
    ["password", "clientKey", "clientCertificate", "secret", "serverAppSecret", "token", "adminPassword"];

impl TryFrom<RawCloud> for CloudProbe {
    type Error = String;

    fn try_from(raw: RawCloud) -> Result<Self, String> {
        let (OneOrMany(paths), OneOrMany(cluster_paths)) =
            (raw.path, raw.cluster_path.unwrap_or(OneOrMany(Vec::new())));
        let secret = paths.iter().chain(&cluster_paths).find(|path| SECRETS.contains(&path.last()));
        if let Some(secret) = secret.filter(|_| raw.kind != FieldKind::Presence) {
            let name = quote(&secret.to_string());
            return Err(format!("{name} may be secret: only `kind: presence` reads it, whether there is a value"));
        }
        let read = |json: &Json| raw.kind.read_default(json);
        Ok(Self {
            resource: raw.resource,
            paths,
            cluster_paths,
            kind: raw.kind,
            default: VersionedDefault::read(&raw.default, &read)?,
            autopilot: raw.autopilot.as_ref().map(read).transpose()?,
        })
    }
}

impl CloudProbe {
    /// Whose clusters it is about.
    pub(crate) const fn provider(&self) -> Provider {
        self.resource.provider()
    }

    /// Whether the cluster says what its nodes are like where no node pool is shown.
    fn holds_for_autopilot(&self) -> bool {
        self.autopilot.is_some() || !self.cluster_paths.is_empty()
    }

    /// What is read of a field, for evidence.
    fn attribute(&self, path: &CloudPath) -> String {
        match self.kind {
            FieldKind::Presence => format!("presence of {path}"),
            FieldKind::Text | FieldKind::Bool | FieldKind::Number | FieldKind::List => path.to_string(),
        }
    }

    fn names(&self) -> String {
        let paths: Vec<String> = self.paths.iter().map(|path| self.attribute(path)).collect();
        paths.join(" or ")
    }

    fn observation(&self, subject: &str, attribute: String, observed: Observed, source: String) -> Observation {
        Observation { subject: subject.to_owned(), process: None, attribute, observed, source }
    }

    /// What the documents show of one resource: each name of the field that is there, else what holds without it.
    fn observe(&self, found: &Found<'_>, documents: &CloudDocuments) -> Vec<Observation> {
        let source = format!("{} in {}", found.subject, found.file);
        let mut observations = self.fields(&self.paths, &found.body, &found.subject, &source);
        if observations.is_empty()
            && !self.cluster_paths.is_empty()
            && let Some(cluster) = documents.cluster()
        {
            let source =
                format!("cluster {} in {}, since {} does not set its own", cluster.name(), cluster.file, found.subject);
            observations = self.fields(&self.cluster_paths, &cluster.body, &found.subject, &source);
        }
        if observations.is_empty() {
            observations = self.without_field(&found.subject, &source, documents);
        }
        observations
    }

    fn fields(&self, paths: &[CloudPath], body: &Json, subject: &str, source: &str) -> Vec<Observation> {
        let read = |path: &CloudPath| {
            let value = path.find(body).and_then(|found| match found {
                path::Found::Absent => Ok(None),
                path::Found::Value(json) => self.kind.read(&json),
            });
            let observed = match value.transpose()? {
                Ok(value) => Observed::Value(value),
                Err(reason) => Observed::Unknown(format!("{path} of {source} cannot be read: {reason}")),
            };
            Some(self.observation(subject, self.attribute(path), observed, source.to_owned()))
        };
        paths.iter().filter_map(read).collect()
    }

    /// What holds where the document does not have the field.
    fn without_field(&self, subject: &str, source: &str, documents: &CloudDocuments) -> Vec<Observation> {
        let name = self.paths.first().map(|path| self.attribute(path)).unwrap_or_default();
        let value =
            |value: &Value, from: String| self.observation(subject, name.clone(), Observed::Value(value.clone()), from);
        if let Some(set) = self.autopilot.as_ref().filter(|_| documents.is_autopilot()) {
            return vec![value(set, format!("set by Autopilot; {source} does not show it"))];
        }
        let version = documents.cluster().and_then(|cluster| cluster.kubernetes_version());
        let versions = version.and_then(KubernetesVersions::of).unwrap_or(KubernetesVersions::UNKNOWN);
        let default = |(default, since): (&Value, Option<u32>)| {
            let since = since.map_or_else(String::new, |since| format!(" since Kubernetes 1.{since}"));
            value(default, format!("the API's default{since}; {source} does not set it"))
        };
        self.default.candidates(versions).map(default).collect()
    }
}

impl Collect for CloudProbe {
    fn describe(&self) -> String {
        let defaults = self.default.candidates(KubernetesVersions::UNKNOWN).map(|(value, _)| match value.to_string() {
            text if text.is_empty() => "none".to_owned(),
            text => text,
        });
        let defaults = defaults.collect::<Vec<_>>().join(" or ");
        format!(
            "{} of {}, in a saved document; an absent field means {defaults}",
            self.names(),
            self.resource.describe()
        )
    }

    /// `gke-cluster/legacyAbac.enabled`.
    fn key(&self) -> String {
        let join = |paths: &[CloudPath]| paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        format!("{}/{}/{}", self.resource.id(), join(&self.paths), join(&self.cluster_paths))
    }

    fn label(&self) -> String {
        self.names()
    }

    fn evidence_kind(&self) -> EvidenceKind {
        EvidenceKind::Value
    }

    fn collect(&self, context: &CollectContext<'_>) -> Evidence {
        let no_document = CloudDocuments::default();
        let documents = context.cloud.unwrap_or(&no_document);
        let one = |observed| {
            let source = "documents of --cloud".to_owned();
            Evidence::one(self.observation(self.resource.describe(), self.names(), observed, source))
        };
        match self.resource.find(documents) {
            Resources::Each(found) => {
                Evidence { observations: found.iter().flat_map(|found| self.observe(found, documents)).collect() }
            }
            Resources::None(_) if documents.is_autopilot() && self.holds_for_autopilot() => {
                let file = documents.cluster().map_or("", |cluster| cluster.file.as_str());
                let nodes = Found { subject: "nodes of Autopilot".to_owned(), body: Cow::Owned(Json::Null), file };
                Evidence { observations: self.observe(&nodes, documents) }
            }
            Resources::None(reason) => one(Observed::NotApplicable(reason)),
            Resources::NotGiven(kind) => {
                let reason = format!("no document shows {}", self.resource.describe());
                one(Observed::NotGiven { reason, command: kind.command() })
            }
        }
    }
}
