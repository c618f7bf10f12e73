//! The definitions that are compiled in: JSON that the build script wrote from YAML.

use super::split_texts::RuleTexts;

/// A benchmark's profile.
#[derive(Debug)]
pub(super) struct ProfileSource {
    pub(super) id: &'static str,
    pub(super) path: &'static str,
    pub(super) json: &'static str,
}

/// Every benchmark's profile, sorted by id.
pub(super) const PROFILES: &[ProfileSource] = include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

/// A rule of the catalog.
#[derive(Debug)]
pub(super) struct RuleSource {
    pub(super) id: &'static str,
    /// JSON, without the texts.
    pub(super) json: &'static str,
    pub(super) texts: RuleTexts,
}

/// Every rule of the catalog, sorted by id.
pub(super) const RULES: &[RuleSource] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Path and JSON text of the configuration.
pub(super) const CONFIG: (&str, &str) = include!(concat!(env!("OUT_DIR"), "/config.rs"));

#[cfg(test)]
mod tests {
    use super::RULES;
    use crate::model::{Component, FlagKind};
    use serde_json::Value as Json;

    /// Every probe that reads a flag: an object with `component` and `flag`.
    fn check_flags(json: &Json, seen: &mut usize) {
        if let (Some(component), Some(flag)) = (json["component"].as_str(), json["flag"].as_str()) {
            let component = Component::ALL.into_iter().find(|known| known.id() == component).expect(component);
            let kind = if json["kind"] == "bool" { FlagKind::Boolean } else { FlagKind::TakesValue };
            assert_eq!(component.flag_kind(flag), kind, "{component} --{flag}: {json}");
            *seen += 1;
        }
        let members = json.as_object().into_iter().flat_map(|object| object.values());
        members.chain(json.as_array().into_iter().flatten()).for_each(|member| check_flags(member, seen));
    }

    #[test]
    fn flags_of_rules_take_a_value_unless_they_are_boolean() {
        let mut seen = 0;
        RULES.iter().for_each(|rule| check_flags(&serde_json::from_str(rule.json).expect(rule.id), &mut seen));
        assert!(seen > 60, "{seen}");
    }
}
