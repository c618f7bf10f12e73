//! Values that the API writes as `null` where they are unset.

use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeMap as _, SerializeSeq as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// Reads `null` as the default.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads a value that several objects may share, and `null` as the default.
pub(super) fn shared<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<Arc<T>, D::Error> {
    or_default(deserializer).map(Arc::new)
}

/// Whether a value is there that is not `null`.
pub(super) fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Option::<IgnoredAny>::deserialize(deserializer).map(|value| value.is_some())
}

/// Reads a map in which no key may occur twice: readers differ in which value they take.
pub(super) fn unique_keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    struct Unique;

    impl<'de> Visitor<'de> for Unique {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map of texts")
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(BTreeMap::new())
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut entries = BTreeMap::new();
            while let Some((key, value)) = map.next_entry::<String, String>()? {
                if entries.insert(key, value).is_some() {
                    return Err(de::Error::custom("duplicate key in a map"));
                }
            }
            Ok(entries)
        }
    }

    deserializer.deserialize_any(Unique)
}

/// Whether a value says nothing, so that it need not be written.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Writes that a value is there, and not what it is.
pub(super) fn write_there<S: Serializer>(is_there: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    is_there.then(BTreeMap::<String, String>::new).serialize(serializer)
}

/// Writes a value that several objects may share.
pub(super) fn write_shared<S: Serializer, T: Serialize>(value: &Arc<T>, serializer: S) -> Result<S::Ok, S::Error> {
    value.as_ref().serialize(serializer)
}

/// Whether a list has elements.
pub(super) fn has_elements<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let elements: Vec<IgnoredAny> = or_default(deserializer)?;
    Ok(!elements.is_empty())
}

/// Writes that a list has elements, and not which.
pub(super) fn write_elements<S: Serializer>(has_elements: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(None)?;
    if *has_elements {
        list.serialize_element(&BTreeMap::<String, String>::new())?;
    }
    list.end()
}

/// The names of the amounts in a map that are more than nothing. `null` is none, and 0 means no limit.
pub(super) fn amounts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<String>, D::Error> {
    let entries: BTreeMap<String, Amount> = or_default(deserializer)?;
    Ok(entries.into_iter().filter(|(_, amount)| amount.0).map(|(name, _)| name).collect())
}

/// Whether an amount is more than nothing: a number, or a text such as `64Mi`.
struct Amount(bool);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AmountReader).map(Self)
    }
}

struct AmountReader;

impl<'de> Visitor<'de> for AmountReader {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount, such as 64Mi")
    }

    fn visit_unit<E: de::Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<bool, E> {
        Ok(number > 0)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<bool, E> {
        Ok(number > 0)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<bool, E> {
        Ok(number > 0.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<bool, E> {
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        Ok(!text.starts_with('-') && number.bytes().any(|b| (b'1'..=b'9').contains(&b)))
    }
}

/// Writes the keys of a map, and not their values.
pub(super) fn write_keys<S: Serializer>(keys: &BTreeSet<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(keys.iter().map(|key| (key, 1)))
}

/// Whether an object has fields.
pub(super) fn has_fields<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let fields: BTreeMap<String, IgnoredAny> = or_default(deserializer)?;
    Ok(!fields.is_empty())
}

/// Writes that an object has fields, and not which.
pub(super) fn write_fields<S: Serializer>(has_fields: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    if *has_fields {
        map.serialize_entry("set", &true)?;
    }
    map.end()
}
