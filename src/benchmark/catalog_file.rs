//! Reads a catalog file: a list of rules, each with its position and everything that is wrong with it.

use super::raw::{Params, RawRule};
use super::rule::RuleError;
use crate::yaml::{Content, Diagnostic, Position, TextFile, YamlNode, recovery};

/// A rule of a catalog file that has an id.
pub(super) struct CatalogEntry {
    pub(super) id: String,
    pub(super) position: Position,
    /// None if the rule has an error.
    pub(super) rule: Option<RawRule>,
    /// Parameters that no text and no value of the rule uses.
    pub(super) unused_parameters: Vec<(Position, String)>,
}

/// Reads every rule. Errors are added to `errors`, several for one rule if it has several.
pub(super) fn read(file: &TextFile, root: &YamlNode, errors: &mut Vec<Diagnostic>) -> Vec<CatalogEntry> {
    let Content::Sequence(items) = &root.content else {
        errors.push(file.error(root.position, "expected a list of rules"));
        return Vec::new();
    };
    items.iter().filter_map(|item| read_rule(file, item, errors)).collect()
}

fn read_rule(file: &TextFile, item: &YamlNode, errors: &mut Vec<Diagnostic>) -> Option<CatalogEntry> {
    let before = errors.len();
    let recovered = recovery::read::<RawRule>(file, item);
    let is_complete = recovered.errors.is_empty();
    errors.extend(recovered.errors);
    if let Some(rule) = &recovered.value {
        let wrong = rule.build(&Params::new()).err().unwrap_or_default();
        // Of a rule without the removed parts only the errors in its texts count; others may follow from what is missing.
        let wrong = wrong.into_iter().filter(|error| is_complete || error.offset.is_some());
        errors.extend(wrong.map(|error| locate(file, item, error)));
    }
    let id = item.get("id")?;
    let has_errors = errors.len() > before;
    Some(CatalogEntry {
        id: id.text()?.to_owned(),
        position: id.position,
        unused_parameters: if is_complete { unused_parameters(item) } else { Vec::new() },
        rule: recovered.value.filter(|_| !has_errors),
    })
}

fn locate(file: &TextFile, item: &YamlNode, error: RuleError) -> Diagnostic {
    let node = item.follow(&error.path);
    let position = error.offset.map_or(node.position, |offset| node.position_of(offset, &file.text));
    file.error(position, error.message)
}

fn unused_parameters(item: &YamlNode) -> Vec<(Position, String)> {
    let mut texts = Vec::new();
    for (_, value) in item.entries().iter().filter(|(key, _)| key.text() != Some("params")) {
        value.scalars(&mut texts);
    }
    let is_used = |name: &str| texts.iter().any(|text| text.contains(&format!("{{{name}}}")));
    let parameters = item.get("params").map(YamlNode::entries).unwrap_or_default();
    let names = parameters.iter().map(|(key, _)| (key.position, key.text().unwrap_or_default()));
    names.filter(|(_, name)| !is_used(name)).map(|(position, name)| (position, name.to_owned())).collect()
}
