//! Merges the configuration of a folder with the common one.

use crate::model::Target;
use crate::node::Config;
use crate::yaml::{Diagnostic, TextFile};
use serde_json::Value as Json;

/// The typed configuration. If a value is wrong, the error is at its position in one of the `files` that were merged.
pub(super) fn typed(files: &[&TextFile], mut merged: Json) -> Result<Config, Diagnostic> {
    for target in Target::ALL {
        let Some(entries) = merged.get_mut(target.id()).and_then(Json::as_object_mut) else { continue };
        // A component that is a scalar is ignored, as where the file is read by itself.
        entries.retain(|key, value| key == "components" || value.is_object() || value.is_array());
    }
    serde_json::from_value(merged).map(Config::of_user).map_err(|_| {
        let wrong = files.iter().find_map(|file| file.parse::<Config>().err());
        let message = "a value has the wrong type; write a name or a version that is a number in quotes";
        wrong.unwrap_or_else(|| files[0].error_at_word("components", message))
    })
}

/// Merges maps and replaces other values. As in kube-bench, a text in place of a map or list changes nothing.
pub(super) fn merge(base: &mut Json, overlay: Json) {
    match (base, overlay) {
        (Json::Object(base), Json::Object(overlay)) => {
            for (key, value) in overlay {
                match base.get_mut(&key) {
                    Some(below) => merge(below, value),
                    None => {
                        base.insert(key, value);
                    }
                }
            }
        }
        // An empty file changes nothing.
        (_, Json::Null) => {}
        (Json::Object(_) | Json::Array(_), Json::String(_)) => {}
        (base, overlay) => *base = overlay,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_merged_and_lists_are_replaced() {
        let mut base = serde_json::json!({"a": {"x": [1, 2], "y": 1}, "b": 2});
        merge(&mut base, serde_json::json!({"a": {"x": [3], "z": 4}, "c": 5}));
        assert_eq!(base, serde_json::json!({"a": {"x": [3], "y": 1, "z": 4}, "b": 2, "c": 5}));
        merge(&mut base, serde_json::json!({"a": "/path", "b": [1], "c": 6, "d": {}}));
        assert_eq!(base, serde_json::json!({"a": {"x": [3], "y": 1, "z": 4}, "b": [1], "c": 6, "d": {}}));
        merge(&mut base, serde_json::json!({"b": "text", "c": "text"}));
        assert_eq!(base["b"], serde_json::json!([1]));
        assert_eq!(base["c"], "text");
    }
}
