//! Objects that make pods: Deployments, CronJobs and others.

use super::{Annotations, ClaimTemplate, Labels, Meta, PodSpec, nullable};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize};

/// An object that makes pods by a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Its metadata.
    pub metadata: Meta,
    /// What its pods are like.
    pub template: Option<PodTemplate>,
    /// Of a StatefulSet: the volumes that it asks for.
    pub claims: Vec<ClaimTemplate>,
    /// Whether it has made all the pods that it ever will: a Job that is complete or has failed.
    pub finished: bool,
    /// Of a DaemonSet: how many of its pods are ready, and how many there should be.
    pub ready: Option<(i64, i64)>,
}

/// What the pods of a workload are like.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct PodTemplate {
    /// Their metadata.
    #[serde(default, skip_serializing_if = "nullable::is_default", deserialize_with = "nullable::or_default")]
    pub metadata: TemplateMeta,
    /// What they run.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub spec: PodSpec,
}

/// The metadata of the pods of a workload.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct TemplateMeta {
    /// Their labels.
    #[serde(default, skip_serializing_if = "nullable::is_default", deserialize_with = "nullable::unique_keys")]
    pub labels: Labels,
    /// Their annotations that are read.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub annotations: Annotations,
}

#[derive(Deserialize)]
struct RawWorkload {
    metadata: Meta,
    #[serde(default, deserialize_with = "nullable::or_default")]
    spec: RawSpec,
    #[serde(default, deserialize_with = "nullable::or_default")]
    status: RawStatus,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawSpec {
    #[serde(default)]
    template: Option<PodTemplate>,
    #[serde(default, deserialize_with = "nullable::or_default")]
    volume_claim_templates: Vec<ClaimTemplate>,
    /// Of a CronJob.
    #[serde(default)]
    job_template: Option<RawJobTemplate>,
}

#[derive(Deserialize)]
struct RawJobTemplate {
    #[serde(default, deserialize_with = "nullable::or_default")]
    spec: RawJobSpec,
}

#[derive(Default, Deserialize)]
struct RawJobSpec {
    #[serde(default)]
    template: Option<PodTemplate>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawStatus {
    #[serde(default, deserialize_with = "nullable::or_default")]
    conditions: Vec<RawCondition>,
    #[serde(default)]
    number_ready: Option<i64>,
    #[serde(default)]
    desired_number_scheduled: Option<i64>,
}

#[derive(Deserialize)]
struct RawCondition {
    #[serde(default, rename = "type", deserialize_with = "nullable::or_default")]
    kind: String,
    #[serde(default, deserialize_with = "nullable::or_default")]
    status: String,
}

impl<'de> Deserialize<'de> for Workload {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawWorkload::deserialize(deserializer)?;
        let ended = |condition: &RawCondition| {
            matches!(condition.kind.as_str(), "Complete" | "Failed") && condition.status == "True"
        };
        Ok(Self {
            metadata: raw.metadata,
            claims: raw.spec.volume_claim_templates,
            finished: raw.status.conditions.iter().any(ended),
            ready: raw.status.desired_number_scheduled.map(|desired| (raw.status.number_ready.unwrap_or(0), desired)),
            template: raw.spec.template.or_else(|| raw.spec.job_template?.spec.template),
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenSpec<'a> {
    template: &'a Option<PodTemplate>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    volume_claim_templates: &'a [ClaimTemplate],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenStatus {
    conditions: Vec<WrittenCondition>,
    number_ready: Option<i64>,
    desired_number_scheduled: Option<i64>,
}

#[derive(Serialize)]
struct WrittenCondition {
    #[serde(rename = "type")]
    kind: &'static str,
    status: &'static str,
}

impl Serialize for Workload {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let complete = self.finished.then_some(WrittenCondition { kind: "Complete", status: "True" });
        let (number_ready, desired_number_scheduled) = self.ready.unzip();
        let conditions = complete.into_iter().collect();
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("metadata", &self.metadata)?;
        map.serialize_entry("spec", &WrittenSpec { template: &self.template, volume_claim_templates: &self.claims })?;
        map.serialize_entry("status", &WrittenStatus { conditions, number_ready, desired_number_scheduled })?;
        map.end()
    }
}
