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
    /// The texts as they are to be: nothing is read or copied to have them.
    pub(super) texts: RuleTexts,
}

/// A rule's texts, each under its key.
#[derive(Debug)]
pub(super) struct RuleTexts {
    pub(super) title: &'static str,
    pub(super) why: &'static str,
    pub(super) impact: Option<&'static str>,
    pub(super) steps: Option<&'static str>,
    pub(super) fix: &'static str,
}

/// Every rule of the catalogue.
pub(super) const RULES: &[RuleSource] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Path and JSON text of the configuration.
pub(super) const CONFIG: (&str, &str) = include!(concat!(env!("OUT_DIR"), "/config.rs"));
