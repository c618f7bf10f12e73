//! The documented default of a setting, which can depend on the Kubernetes version.

use crate::model::{KubernetesVersions, Value, minor_version};
use crate::text::quote;
use serde_json::{Map, Value as Json};

/// A default, or several with the version since which each is in effect.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VersionedDefault {
    /// Each with its first minor version, in ascending order. The first one has 0.
    values: Vec<(u32, Value)>,
}

impl VersionedDefault {
    /// Reads a value, or `[{value: 0}, {value: 366, since: "1.36"}]`. `read` reads one value.
    pub(super) fn read(json: &Json, read: &dyn Fn(&Json) -> Result<Value, String>) -> Result<Self, String> {
        let items = json.as_array().filter(|items| items.first().is_some_and(|first| first.get("value").is_some()));
        let Some(items) = items else {
            return Ok(Self { values: vec![(0, read(json)?)] });
        };
        let mut values: Vec<(u32, Value)> = Vec::new();
        for item in items {
            let entry = item.as_object().ok_or("a default by version has `value` and `since`")?;
            let since = since(entry)?;
            let fits = match values.last() {
                None => since.is_none(),
                Some((last, _)) => since.is_some_and(|since| since > *last),
            };
            if !fits {
                return Err(
                    "the first default by version has no `since`, and each other one a later version".to_owned()
                );
            }
            let value = entry.get("value").ok_or("a default by version has a `value`")?;
            values.push((since.unwrap_or_default(), read(value)?));
        }
        Ok(Self { values })
    }

    /// The defaults of these versions, the oldest one first, each with the version since which it is in effect if that is not
    /// every one.
    pub(super) fn candidates(&self, versions: KubernetesVersions) -> impl Iterator<Item = (&Value, Option<u32>)> {
        let ends = self.values.iter().skip(1).map(|(since, _)| Some(*since)).chain([None]);
        let is_possible = move |since: u32, end: Option<u32>| {
            versions.may_be_from(since) && end.is_none_or(|end| versions.may_be_before(end))
        };
        let possible = self.values.iter().zip(ends).filter(move |((since, _), end)| is_possible(*since, *end));
        possible.map(|((since, value), _)| (value, (*since > 0).then_some(*since)))
    }

    /// The default of the oldest of these versions.
    pub(super) fn oldest(&self, versions: KubernetesVersions) -> Option<&Value> {
        self.candidates(versions).next().map(|(value, _)| value)
    }
}

/// The minor version at `since: "1.36"`.
fn since(entry: &Map<String, Json>) -> Result<Option<u32>, String> {
    if let Some(other) = entry.keys().find(|key| !matches!(key.as_str(), "value" | "since")) {
        return Err(format!("a default by version has `value` and `since`, not {}", quote(other)));
    }
    let Some(since) = entry.get("since") else {
        return Ok(None);
    };
    let minor = since.as_str().and_then(minor_version).filter(|(major, _)| *major == 1).map(|(_, minor)| minor);
    minor
        .map(Some)
        .ok_or_else(|| format!("since {} is not a Kubernetes version such as \"1.36\"", quote(&since.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(json: &Json) -> Result<VersionedDefault, String> {
        let number = |json: &Json| json.as_i64().map(Value::Number).ok_or_else(|| "no number".to_owned());
        VersionedDefault::read(json, &number)
    }

    #[test]
    fn each_version_has_its_default() {
        let default =
            read(&json!([{"value": 0}, {"value": 5, "since": "1.20"}, {"value": 366, "since": "1.36"}])).expect("one");
        let of = |versions: KubernetesVersions| {
            default.candidates(versions).map(|(value, _)| value.to_string()).collect::<Vec<_>>()
        };
        let version = |text: &str| KubernetesVersions::of(text).expect(text);
        assert_eq!(of(version("1.19")), ["0"]);
        assert_eq!(of(version("1.20")), ["5"]);
        assert_eq!(of(version("1.35.2")), ["5"]);
        assert_eq!(of(version("1.36")), ["366"]);
        assert_eq!(of(KubernetesVersions::spanning(["1.19", "1.21"])), ["0", "5"]);
        assert_eq!(of(KubernetesVersions::UNKNOWN), ["0", "5", "366"]);
        let single = read(&json!(7)).expect("one");
        assert_eq!(single.candidates(KubernetesVersions::UNKNOWN).collect::<Vec<_>>(), [(&Value::Number(7), None)]);
    }

    #[test]
    fn other_forms_are_refused() {
        for json in [
            json!([{"value": 0, "since": "1.36"}]),
            json!([{"value": 0}, {"value": 1}]),
            json!([{"value": 0}, {"value": 1, "since": "1.36"}, {"value": 2, "since": "1.20"}]),
            json!([{"value": 0}, {"value": 1, "since": 1.36}]),
            json!([{"value": 0}, {"value": 1, "since": "2.0"}]),
            json!([{"value": 0, "until": "1.36"}]),
            json!([{"value": 0}, 5]),
            json!([{"value": "x"}]),
        ] {
            assert!(read(&json).is_err(), "{json}");
        }
    }
}
