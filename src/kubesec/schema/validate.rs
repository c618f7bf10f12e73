//! Compares a document with the fields that its kind has. As in the schemas that kubesec uses, null is accepted wherever a field
//! may be absent and in every field of the object itself, but never where two types are.

use super::finding::{Finding, FindingKind};
use crate::source::manifests::{FieldType, TypeFields, fields_of_kind};
use serde_json::{Map, Number, Value as Json};

/// The first thing that is wrong with a document. A document without a value has nothing wrong.
pub(in crate::kubesec) fn validate(document: &Json, duplicate: Option<&str>) -> Result<(), Finding> {
    if let Some(name) = duplicate {
        return Err(Finding::new(FindingKind::Duplicate).in_field(name));
    }
    if document.is_null() { Ok(()) } else { validate_object(document, true) }
}

fn validate_object(document: &Json, may_be_list: bool) -> Result<(), Finding> {
    let Some(fields) = document.as_object() else {
        return Err(Finding::new(FindingKind::NotAMapping));
    };
    let (kind, api_version) = (required_text(fields, "kind")?, required_text(fields, "apiVersion")?);
    if may_be_list && kind == "List" {
        return validate_items(fields);
    }
    let Some(known) = fields_of_kind(kind, api_version) else {
        let (kind, api_version) = (kind.to_owned(), api_version.to_owned());
        return Err(Finding::new(FindingKind::NoSchema { kind, api_version }));
    };
    validate_fields(fields, known, true)
}

fn required_text<'d>(fields: &'d Map<String, Json>, name: &str) -> Result<&'d str, Finding> {
    match fields.get(name) {
        None | Some(Json::Null) => Err(Finding::new(FindingKind::Missing(name.to_owned()))),
        Some(Json::String(text)) if text.is_empty() => Err(Finding::new(FindingKind::Missing(name.to_owned()))),
        Some(Json::String(text)) => Ok(text),
        Some(other) => Err(wrong_type("a string", other).in_field(name)),
    }
}

/// The items of a `List` are of any kind, each by itself.
fn validate_items(list: &Map<String, Json>) -> Result<(), Finding> {
    let items = match list.get("items") {
        None | Some(Json::Null) => return Ok(()),
        Some(Json::Array(items)) => items,
        Some(other) => return Err(wrong_type("a list", other).in_field("items")),
    };
    for (index, item) in items.iter().enumerate() {
        if !item.is_null() {
            validate_object(item, false).map_err(|finding| finding.in_item(index).in_field("items"))?;
        }
    }
    Ok(())
}

fn validate_value(value: &Json, type_name: &'static str, may_be_null: bool) -> Result<(), Finding> {
    let expected = match (FieldType::parse(type_name), value) {
        (FieldType::Quantity, Json::Number(_) | Json::String(_)) | (FieldType::Any, _) => return Ok(()),
        (FieldType::Quantity, _) => "a number or a string",
        (FieldType::IntegerOrText, Json::String(_)) => return Ok(()),
        (FieldType::IntegerOrText, Json::Number(number)) if is_whole(number) => return Ok(()),
        (FieldType::IntegerOrText, _) => "a whole number or a string",
        (_, Json::Null) if may_be_null => return Ok(()),
        (FieldType::Text, Json::String(_)) | (FieldType::Boolean, Json::Bool(_)) => return Ok(()),
        (FieldType::Integer, Json::Number(number)) if is_whole(number) => return Ok(()),
        (FieldType::Number, Json::Number(_)) | (FieldType::AnyMapping, Json::Object(_)) => return Ok(()),
        (FieldType::List(element), Json::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                validate_value(item, element, true).map_err(|finding| finding.in_item(index))?;
            }
            return Ok(());
        }
        (FieldType::Map(element), Json::Object(entries)) => {
            for (name, value) in entries {
                validate_value(value, element, true).map_err(|finding| finding.in_field(name))?;
            }
            return Ok(());
        }
        (FieldType::Fields(known), Json::Object(entries)) => return validate_fields(entries, known, false),
        (FieldType::Text, _) => "a string",
        (FieldType::Boolean, _) => "true or false",
        (FieldType::Integer, _) => "a whole number",
        (FieldType::Number, _) => "a number",
        (FieldType::List(_), _) => "a list",
        (FieldType::AnyMapping | FieldType::Map(_) | FieldType::Fields(_), _) => "a mapping",
    };
    Err(wrong_type(expected, value))
}

fn validate_fields(entries: &Map<String, Json>, known: &'static TypeFields, is_root: bool) -> Result<(), Finding> {
    for (name, value) in entries {
        let Some(field) = known.get(name) else {
            return Err(Finding::new(FindingKind::Unknown).in_field(name));
        };
        validate_value(value, field.type_name, is_root || !field.is_required)
            .map_err(|finding| finding.in_field(name))?;
    }
    match known.all().iter().find(|field| field.is_required && !entries.contains_key(field.name)) {
        Some(missing) => Err(Finding::new(FindingKind::Missing(missing.name.to_owned()))),
        None => Ok(()),
    }
}

fn is_whole(number: &Number) -> bool {
    number.as_f64().is_some_and(|number| number.fract() == 0.0)
}

const fn wrong_type(expected: &'static str, value: &Json) -> Finding {
    let found = match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "a list",
        Json::Object(_) => "a mapping",
    };
    Finding::new(FindingKind::WrongType { expected, found })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn finding(document: &Json) -> String {
        validate(document, None).err().map(|finding| finding.to_string()).unwrap_or_default()
    }

    fn pod(spec: &Json) -> Json {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec})
    }

    #[test]
    fn documents_need_a_known_kind_and_version() {
        let cases = [
            (json!(null), ""),
            (json!({}), "missing field `kind`"),
            (json!([]), "not a mapping"),
            (json!("Pod"), "not a mapping"),
            (json!({"kind": "Pod"}), "missing field `apiVersion`"),
            (json!({"kind": "", "apiVersion": "v1"}), "missing field `kind`"),
            (json!({"kind": 5, "apiVersion": "v1"}), "kind: expected a string, found a number"),
            (json!({"kind": "Pod", "apiVersion": "v2"}), "no schema for the kind `Pod` in `v2`"),
            (json!({"kind": "pod", "apiVersion": "v1"}), "no schema for the kind `pod` in `v1`"),
            (
                json!({"kind": "Widget", "apiVersion": "example.com/v1"}),
                "no schema for the kind `Widget` in `example.com/v1`",
            ),
            (json!({"kind": "Pod", "apiVersion": "v1"}), ""),
            (
                json!({"kind": "Pod", "apiVersion": "v1", "metadata": {"name": 7}}),
                "metadata.name: expected a string, found a number",
            ),
        ];
        for (document, expected) in cases {
            assert_eq!(finding(&document), expected, "{document}");
        }
        let twice = validate(&json!({"kind": "Pod", "apiVersion": "v1"}), Some("spec")).expect_err("twice");
        assert_eq!(twice.to_string(), "spec: duplicate field");
    }

    #[test]
    fn names_and_types_of_fields_are_those_of_the_kind() {
        let with = |container: &Json| pod(&json!({"containers": [container]}));
        let cases = [
            (pod(&json!({})), "spec: missing field `containers`"),
            (pod(&json!({"containers": null})), "spec.containers: expected a list, found null"),
            (pod(&json!({"containers": []})), ""),
            (pod(&json!({"containers": [], "hostNet": true})), "spec.hostNet: unknown field"),
            (
                pod(&json!({"containers": [], "hostNetwork": "true"})),
                "spec.hostNetwork: expected true or false, found a string",
            ),
            (pod(&json!({"containers": [], "hostNetwork": null, "volumes": null, "nodeSelector": {"a": null}})), ""),
            (pod(&json!({"containers": [], "securityContext": {"runAsUser": 2e4}})), ""),
            (
                pod(&json!({"containers": [], "securityContext": {"runAsUser": 1.5}})),
                "spec.securityContext.runAsUser: expected a whole number, found a number",
            ),
            (
                pod(&json!({"containers": [], "securityContext": {"seccompProfile": {}}})),
                "spec.securityContext.seccompProfile: missing field `type`",
            ),
            (pod(&json!({"containers": [null]})), ""),
            (with(&json!({"image": "a"})), "spec.containers[0]: missing field `name`"),
            (with(&json!({"name": "a", "runAsNonRoot": true})), "spec.containers[0].runAsNonRoot: unknown field"),
            (with(&json!({"name": "a", "resources": {"limits": {"cpu": 1, "memory": "1Gi"}}})), ""),
            (
                with(&json!({"name": "a", "resources": {"limits": {"cpu": null}}})),
                "spec.containers[0].resources.limits.cpu: expected a number or a string, found null",
            ),
            (with(&json!({"name": "a", "securityContext": {"capabilities": {"drop": [null]}}})), ""),
            (with(&json!({"name": "a", "env": [{"name": "b", "valueFrom": {"secretKeyRef": {"key": "c"}}}]})), ""),
        ];
        for (document, expected) in cases {
            assert_eq!(finding(&document), expected, "{document}");
        }
    }

    #[test]
    fn ports_are_whole_numbers_or_names() {
        let service = |port: Json| json!({"kind": "Service", "apiVersion": "v1", "spec": {"ports": [{"port": 80, "targetPort": port}]}});
        let path = "spec.ports[0].targetPort: expected a whole number or a string, found";
        let cases = [
            (json!(80), String::new()),
            (json!("http"), String::new()),
            (json!(80.0), String::new()),
            (json!(80.5), format!("{path} a number")),
            (json!(null), format!("{path} null")),
            (json!([80]), format!("{path} a list")),
        ];
        for (port, expected) in cases {
            assert_eq!(finding(&service(port.clone())), expected, "{port}");
        }
    }

    #[test]
    fn items_of_lists_are_validated() {
        let list = |items: &Json| json!({"kind": "List", "apiVersion": "v1", "items": items});
        let cases = [
            (list(&json!([])), ""),
            (list(&json!([{"kind": "Pod", "apiVersion": "v1"}, null])), ""),
            (list(&json!([{"kind": "List", "apiVersion": "v1"}])), "items[0]: no schema for the kind `List` in `v1`"),
            (
                list(&json!([{"kind": "Pod", "apiVersion": "v1", "spec": {}}])),
                "items[0].spec: missing field `containers`",
            ),
            (list(&json!([{"kind": "Pod", "apiVersion": "v1"}, 5])), "items[1]: not a mapping"),
            (list(&json!(5)), "items: expected a list, found a number"),
            (
                json!({"kind": "PodList", "apiVersion": "v1", "items": [{"spec": {}}]}),
                "items[0].spec: missing field `containers`",
            ),
            (json!({"kind": "PodList", "apiVersion": "v1"}), "missing field `items`"),
            (json!({"kind": "PodList", "apiVersion": "v1", "items": null}), ""),
            (json!({"kind": "PodList", "apiVersion": "v1", "items": [null]}), ""),
        ];
        for (document, expected) in cases {
            assert_eq!(finding(&document), expected, "{document}");
        }
    }
}
