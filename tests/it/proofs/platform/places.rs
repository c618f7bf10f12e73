//! Whether a rule reads something else on a platform than where nothing says that it is one.

use super::Platform;
use crate::proofs::subject::Subject;
use crate::proofs::yaml;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The page of what is no other platform.
static USUAL: LazyLock<Json> = LazyLock::new(|| yaml("benchmarks/platforms/kubeadm.yaml"));

/// Whether a rule is about the file at a place.
pub(super) fn is_about(subject: &Subject, place: &str) -> bool {
    subject.written["file"]["at"] == place
}

/// The components of which a rule reads a setting or a file.
pub(super) fn components(subject: &Subject) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    add_components(&subject.written, &mut found);
    found
}

fn add_components(json: &Json, found: &mut BTreeSet<String>) {
    match json {
        Json::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value.as_str()) {
                    ("component", Some(component)) => drop(found.insert(component.to_owned())),
                    ("at", Some(place)) => {
                        found.extend(place.split_once('.').map(|(component, _)| component.to_owned()))
                    }
                    _ => add_components(value, found),
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| add_components(item, found)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

impl Platform {
    /// Whether a rule reads a setting that is elsewhere, or a file at another place, or does not apply.
    pub(crate) fn is_other_for(&self, subject: &Subject) -> bool {
        self.excuses(&subject.rule) || self.is_other(&subject.written)
    }

    fn is_other(&self, json: &Json) -> bool {
        match json {
            Json::Object(map) => map.iter().any(|(key, value)| match key.as_str() {
                "component" => value.as_str().is_some_and(|component| self.has_settings(component)),
                "at" => self.is_other_place(value) || self.is_other(value),
                "expect" => false,
                _ => self.is_other(value),
            }),
            Json::Array(items) => items.iter().any(|item| self.is_other(item)),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
        }
    }

    fn has_settings(&self, component: &str) -> bool {
        self.page["components"][component].get("settings").is_some()
    }

    fn is_other_place(&self, at: &Json) -> bool {
        let is_other = |place: &Json| {
            let Some((component, role)) = place.as_str().and_then(|place| place.split_once('.')) else { return false };
            let of = |page: &Json| match role {
                "pki" => page["pki"].clone(),
                "admin-kubeconfig" => page["admin-kubeconfigs"].clone(),
                "super-admin-kubeconfig" => page["super-admin-kubeconfigs"].clone(),
                "cni-config" => page["runtimes"].clone(),
                role => page["components"][component][role].clone(),
            };
            let own = of(&self.page);
            self.has_settings(component) || !own.is_null() && own != of(&USUAL)
        };
        is_other(at) || at.as_array().is_some_and(|places| places.iter().any(is_other))
    }
}
