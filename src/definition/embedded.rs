//! The definitions that are compiled in, as the build script turned them from YAML.

/// Path and JSON text of every benchmark's profile.
pub(super) const PROFILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

/// Name and JSON text of every rule of the catalogue.
pub(super) const RULES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Path and JSON text of the configuration.
pub(super) const CONFIG: (&str, &str) = include!(concat!(env!("OUT_DIR"), "/config.rs"));
