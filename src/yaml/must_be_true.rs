//! `true`, for keys that have no other value.

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

/// The value `true`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct MustBeTrue;

impl<'de> Deserialize<'de> for MustBeTrue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::Bool(true) => Ok(Self),
            _ => Err(serde::de::Error::custom("only `true` is allowed here")),
        }
    }
}

#[cfg(test)]
impl schemars::JsonSchema for MustBeTrue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "MustBeTrue".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "const": true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_only_true() {
        for (text, accepted) in [("true", true), ("false", false), ("'true'", false), ("1", false), ("~", false)] {
            assert_eq!(serde_saphyr::from_str::<MustBeTrue>(text).is_ok(), accepted, "{text}");
        }
    }
}
