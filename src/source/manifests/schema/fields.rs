//! The kinds of Kubernetes and the fields of their types, in a table that `scripts/kubernetes-fields.py` writes.

use foldhash::HashMap;
use std::sync::{LazyLock, OnceLock};

/// The version whose kinds and fields these are.
pub(crate) const KUBERNETES_VERSION: &str = "1.37";

const TABLE: &str = include_str!("../../../../fields/kubernetes.txt");

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| Schemas::parse(TABLE));

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldType {
    Text,
    Boolean,
    Integer,
    Number,
    /// A number or a text, and never null.
    Quantity,
    /// A whole number or a text, and never null.
    IntegerOrText,
    AnyMapping,
    Any,
    /// Elements of the type of this name.
    List(&'static str),
    /// Values of the type of this name.
    Map(&'static str),
    /// The fields of a type.
    Fields(&'static TypeFields),
}

/// A field of a type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) is_required: bool,
    pub(crate) type_name: &'static str,
}

/// The fields of a type: a line of the table, which is taken apart when it is used.
#[derive(Debug)]
pub(crate) struct TypeFields {
    line: &'static str,
    fields: OnceLock<Vec<Field>>,
}

// There is one for each type.
impl PartialEq for TypeFields {
    fn eq(&self, other: &Self) -> bool {
        self.line == other.line
    }
}

impl Eq for TypeFields {}

struct Schemas {
    /// Types by kind and version.
    kinds: HashMap<(&'static str, &'static str), &'static str>,
    /// The fields of each type.
    types: HashMap<&'static str, TypeFields>,
}

impl Schemas {
    fn parse(table: &'static str) -> Self {
        let (kinds, types) = table.split_once("\n\n").unwrap_or((table, ""));
        let kind = |line: &'static str| {
            let mut words = line.split(' ');
            Some(((words.next()?, words.next()?), words.next()?))
        };
        Self {
            kinds: kinds.lines().filter_map(kind).collect(),
            types: types
                .lines()
                .filter_map(|line| line.split_once(' '))
                .map(|(name, line)| (name, TypeFields::of(line)))
                .collect(),
        }
    }
}

impl TypeFields {
    const fn of(line: &'static str) -> Self {
        Self { line, fields: OnceLock::new() }
    }

    /// The fields.
    pub(crate) fn all(&self) -> &[Field] {
        self.fields.get_or_init(|| fields(self.line).collect())
    }

    /// The field of this name.
    pub(crate) fn get(&self, name: &str) -> Option<Field> {
        self.all().iter().find(|field| field.name == name).copied()
    }
}

/// The fields of a kind.
pub(crate) fn fields_of_kind(kind: &str, api_version: &str) -> Option<&'static TypeFields> {
    let type_name = SCHEMAS.kinds.get(&(kind, api_version))?;
    SCHEMAS.types.get(type_name)
}

impl FieldType {
    pub(crate) fn parse(name: &'static str) -> Self {
        match name {
            "s" => Self::Text,
            "b" => Self::Boolean,
            "i" => Self::Integer,
            "n" => Self::Number,
            "q" => Self::Quantity,
            "x" => Self::IntegerOrText,
            "o" => Self::AnyMapping,
            "*" => Self::Any,
            _ => match (name.strip_prefix('['), name.strip_prefix('{')) {
                (Some(element), _) => Self::List(element),
                (None, Some(value)) => Self::Map(value),
                (None, None) => SCHEMAS.types.get(name).map_or(Self::Any, Self::Fields),
            },
        }
    }
}

/// The fields in a line of the table.
fn fields(line: &'static str) -> impl Iterator<Item = Field> {
    line.split(' ').filter_map(|field| {
        let (name, type_name) = field.split_once(':')?;
        let required = name.strip_suffix('!');
        Some(Field { name: required.unwrap_or(name), is_required: required.is_some(), type_name })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_in_the_table_is_known() {
        assert!(SCHEMAS.kinds.len() > 150 && SCHEMAS.types.len() > 500);
        for name in SCHEMAS.kinds.values() {
            assert!(SCHEMAS.types.contains_key(name), "{name}");
        }
        for (name, of_type) in &SCHEMAS.types {
            assert!(!of_type.all().is_empty(), "{name}");
            for field in of_type.all() {
                let inner = field.type_name.trim_start_matches(['[', '{']);
                assert!("sbinqxo*".contains(inner) || SCHEMAS.types.contains_key(inner), "{name}.{}", field.name);
            }
        }
    }
}
