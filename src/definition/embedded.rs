//! The definitions that are compiled in, as the build script turned them from YAML.

/// Path and JSON text of every benchmark's profile.
pub(super) const PROFILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

/// A rule of the catalogue.
#[derive(Debug)]
pub(super) struct RuleSource {
    /// Its name.
    pub(super) id: &'static str,
    /// The rule in JSON. Its texts are empty there.
    pub(super) json: &'static str,
    /// The texts by their keys, as they are to be: nothing is read or copied to have them.
    pub(super) texts: &'static [(&'static str, &'static str)],
}

/// Every rule of the catalogue.
pub(super) const RULES: &[RuleSource] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Path and JSON text of the configuration.
pub(super) const CONFIG: (&str, &str) = include!(concat!(env!("OUT_DIR"), "/config.rs"));
