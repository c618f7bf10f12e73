//! Compares a document with the fields that its kind has.

use super::fields::{Field, FieldType, TypeFields, fields_of_kind};
use crate::text::{quote, suggestions};
use crate::yaml::{Content, Position, YamlNode, go_scalar};
use serde_json::Value as Json;

/// What of a document does not fit its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// A field that the kind does not have: a strict API server refuses it, another one ignores it.
    Unknown(Position, String),
    /// A value of another type than the field has.
    WrongType(Position, String),
}

/// What of an object does not fit its kind. Of a kind that is not known nothing can be said.
pub(crate) fn check(node: &YamlNode, kind: &str, api_version: &str) -> Vec<Misfit> {
    let mut misfits = Vec::new();
    if let Some(known) = fields_of_kind(kind, api_version) {
        check_fields(node, known, &mut misfits);
    }
    misfits
}

fn check_fields(node: &YamlNode, known: &'static TypeFields, misfits: &mut Vec<Misfit>) {
    for (key, value) in node.entries() {
        let Some(name) = key.text() else { continue };
        match known.get(name) {
            Some(field) => check_value(name, value, field, misfits),
            None => {
                let near = suggestions(name, known.all().iter().map(|field| field.name));
                misfits.push(Misfit::Unknown(key.position, format!("unknown field {}{near}", quote(name))));
            }
        }
    }
}

fn check_value(name: &str, value: &YamlNode, field: Field, misfits: &mut Vec<Misfit>) {
    let expected = match (FieldType::parse(field.type_name), &value.content) {
        (FieldType::Any, _) => return,
        (_, Content::Scalar { text, is_plain: true }) if go_scalar(text).is_null() => return,
        (FieldType::List(element), Content::Sequence(items)) => {
            let of_list = Field { name: field.name, is_required: false, type_name: element };
            return items.iter().for_each(|item| check_value(name, item, of_list, misfits));
        }
        (FieldType::Map(element), Content::Mapping(entries)) => {
            let of_map = Field { name: field.name, is_required: false, type_name: element };
            return entries.iter().for_each(|(key, value)| {
                check_value(key.text().unwrap_or(name), value, of_map, misfits);
            });
        }
        (FieldType::Fields(known), Content::Mapping(_)) => return check_fields(value, known, misfits),
        (FieldType::AnyMapping, Content::Mapping(_)) => return,
        (kind, Content::Scalar { text, is_plain }) => {
            let scalar = if *is_plain { go_scalar(text) } else { Json::String(text.clone()) };
            match (kind, scalar) {
                (FieldType::Text, Json::String(_))
                | (FieldType::Boolean, Json::Bool(_))
                | (FieldType::Number, Json::Number(_))
                | (FieldType::Quantity | FieldType::IntegerOrText, Json::Number(_) | Json::String(_)) => return,
                (FieldType::Integer, Json::Number(number)) if number.as_f64().is_some_and(|of| of.fract() == 0.0) => {
                    return;
                }
                (kind, _) => words(kind),
            }
        }
        (kind, _) => words(kind),
    };
    misfits.push(Misfit::WrongType(value.position, format!("{}: expected {expected}", quote(name))));
}

/// What a value of a type is.
const fn words(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Text => "a text (words such as yes and numbers need quotes)",
        FieldType::Boolean => "true or false, without quotes",
        FieldType::Integer => "a whole number, without quotes",
        FieldType::Number => "a number, without quotes",
        FieldType::Quantity | FieldType::IntegerOrText => "a number or a text",
        FieldType::List(_) => "a list",
        FieldType::AnyMapping | FieldType::Map(_) | FieldType::Fields(_) => "a mapping",
        FieldType::Any => "a value",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::TextFile;

    fn misfits(text: &str) -> Vec<String> {
        let root = TextFile::new("a.yaml", text.to_owned()).manifest(0).tree(&mut Vec::new()).expect(text);
        let words = |misfit: &Misfit| match misfit {
            Misfit::Unknown(at, message) => format!("{}:{} {message}", at.line, at.column),
            Misfit::WrongType(at, message) => format!("{}:{} {message}", at.line, at.column),
        };
        check(&root, "Pod", "v1").iter().map(words).collect()
    }

    #[test]
    fn a_field_has_the_name_and_the_type_of_its_kind() {
        let good = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {b: c}}\nspec:\n  hostPID: yes\n  containers:\n  - name: a\n    ports: [{containerPort: 80}]\n    resources: {limits: {cpu: 1, memory: 1Gi}}\n    env: [{name: A, value: '1'}]\n    securityContext: null\n";
        assert_eq!(misfits(good), [""; 0]);
        let cases = [
            ("spec: {securityContex: {}}", "1:8 unknown field `securityContex`; did you mean `securityContext`?"),
            (
                "spec:\n  securityContext: {runAsNonRoot: \"true\"}",
                "2:35 `runAsNonRoot`: expected true or false, without quotes",
            ),
            ("spec: {containers: {name: a}}", "1:20 `containers`: expected a list"),
            (
                "spec: {containers: [{name: 5}]}",
                "1:28 `name`: expected a text (words such as yes and numbers need quotes)",
            ),
            (
                "spec: {nodeSelector: {a: true}}",
                "1:26 `a`: expected a text (words such as yes and numbers need quotes)",
            ),
            (
                "spec: {containers: [{ports: [{containerPort: '80'}]}]}",
                "1:46 `containerPort`: expected a whole number, without quotes",
            ),
            ("spec: []", "1:7 `spec`: expected a mapping"),
        ];
        for (text, expected) in cases {
            assert_eq!(misfits(text), [expected], "{text}");
        }
    }
}
