//! The values of a YAML document as Go's YAML library (go-yaml 2) has them.

use crate::yaml::{Content, Diagnostic, TextFile, YamlNode, go_scalar};
use serde_json::{Map, Value as Json};

/// Put before a key that is no text, such as `n`, which is a boolean. Paths find texts only.
const NO_TEXT: char = '\0';

/// Corrects the values of a document that was read by the rules of YAML 1.2. A tag decides by itself how its scalar is read.
pub(super) fn correct(text: &str, value: Json) -> Result<Json, Diagnostic> {
    let root = TextFile::new("document", text.to_owned()).tree(&mut Vec::new())?;
    Ok(corrected(value, &root))
}

fn corrected(value: Json, node: &YamlNode) -> Json {
    match (value, &node.content) {
        (Json::Array(items), Content::Sequence(nodes)) if items.len() == nodes.len() => {
            Json::Array(items.into_iter().zip(nodes).map(|(item, node)| corrected(item, node)).collect())
        }
        (Json::Object(mut map), Content::Mapping(entries)) => {
            let mut out = Map::new();
            for (key, node) in entries {
                let Some((name, value)) = key.text().and_then(|name| map.remove_entry(name)) else { continue };
                let is_text = !is_plain(key) || go_scalar(&name).is_string();
                let name = if is_text { name } else { format!("{NO_TEXT}{name}") };
                out.insert(name, corrected(value, node));
            }
            // Those of merge keys.
            out.extend(map);
            Json::Object(out)
        }
        (_, Content::Scalar { text, is_plain: true }) => go_scalar(text),
        (value, _) => value,
    }
}

const fn is_plain(node: &YamlNode) -> bool {
    matches!(node.content, Content::Scalar { is_plain: true, .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_tag_counts_for_its_own_scalar_only() {
        let text = "# !!\na: yes\nb: !!str yes\nc: '!!'\n";
        let value = json!({"a": "yes", "b": "yes", "c": "!!"});
        assert_eq!(correct(text, value).ok(), Some(json!({"a": true, "b": "yes", "c": "!!"})));
    }

    #[test]
    fn a_document_without_a_tree_is_refused() {
        assert!(correct(&"[".repeat(10_000), json!(null)).is_err());
    }
}
