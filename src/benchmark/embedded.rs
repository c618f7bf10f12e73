//! The definitions that are compiled in: JSON that the build script wrote from YAML.

use super::split_texts::RuleTexts;

/// Path and JSON text of every benchmark's profile.
pub(super) const PROFILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

/// A rule of the catalog.
#[derive(Debug)]
pub(super) struct RuleSource {
    pub(super) id: &'static str,
    /// JSON, without the texts.
    pub(super) json: &'static str,
    pub(super) texts: RuleTexts,
}

/// Every rule of the catalog.
pub(super) const RULES: &[RuleSource] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Path and JSON text of the configuration.
pub(super) const CONFIG: (&str, &str) = include!(concat!(env!("OUT_DIR"), "/config.rs"));
