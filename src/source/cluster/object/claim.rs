//! The volumes that a StatefulSet asks for.

use super::{Resources, nullable};
use serde::{Deserialize, Serialize};

/// A volume that each pod of a StatefulSet gets of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ClaimTemplate {
    /// What is asked for.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub spec: ClaimSpec,
}

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClaimSpec {
    /// How it is mounted: `ReadWriteOnce` and others.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub access_modes: Vec<String>,
    /// How much.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub resources: Resources,
}
