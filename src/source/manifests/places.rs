//! The places of the fields of an object in its file.

use crate::yaml::{Content, Position, YamlNode};

/// A field or an element of a list, with what is in it.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    position: Position,
    fields: Vec<(Box<str>, Self)>,
    elements: Vec<Self>,
}

/// Where a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    /// The position of the field, of the container in which it is missing, or of what would have it.
    pub(crate) position: Position,
    /// Whether the field is there.
    pub(crate) is_set: bool,
}

impl Places {
    /// The places in a tree.
    pub(super) fn of(node: &YamlNode) -> Self {
        Self::at(node.position, node)
    }

    fn at(position: Position, node: &YamlNode) -> Self {
        let (mut fields, mut elements) = (Vec::new(), Vec::new());
        match &node.content {
            Content::Mapping(entries) => {
                let named = entries.iter().filter_map(|(key, value)| Some((key.text()?, key.position, value)));
                fields.extend(named.map(|(name, position, value)| (name.into(), Self::at(position, value))));
            }
            Content::Sequence(items) => elements.extend(items.iter().map(Self::of)),
            Content::Scalar { .. } | Content::Placeholder(_) => {}
        }
        Self { position, fields, elements }
    }

    /// Where the field at the end of some steps is. Where it is missing in a container, the place is that of the container.
    pub(crate) fn find<'s>(&self, steps: impl IntoIterator<Item = &'s str>) -> Found {
        let mut place = self;
        let mut container = None;
        let mut is_list_of_containers = false;
        for step in steps {
            let field = place.fields.iter().find(|(name, _)| **name == *step).map(|(_, field)| field);
            let element = step.parse::<usize>().ok().and_then(|index| place.elements.get(index));
            let Some(next) = element.or(field) else {
                return Found { position: container.unwrap_or(place.position), is_set: false };
            };
            if is_list_of_containers && element.is_some() {
                container = Some(next.position);
            }
            is_list_of_containers = step.ends_with("ontainers");
            place = next;
        }
        Found { position: place.position, is_set: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::TextFile;

    #[test]
    fn a_field_is_found_at_its_key_and_a_missing_one_at_its_container() {
        let text = "kind: Pod\nspec:\n  securityContext: {}\n  containers:\n  # the web server\n  - image: a\n    securityContext: &s\n      privileged: true\n  - name: b\n    securityContext:\n      <<: *s\n";
        let root = TextFile::new("a.yaml", text).manifest(10).tree(&mut Vec::new()).expect("YAML");
        let places = Places::of(&root);
        let find = |path: &str| {
            let Found { position, is_set } = places.find(path.split('.'));
            (position.line, position.column, is_set)
        };
        let cases = [
            ("kind", (11, 1, true)),
            ("spec.containers.0.securityContext.privileged", (18, 7, true)),
            ("spec.containers.0.securityContext.runAsUser", (16, 5, false)),
            ("spec.containers.1.securityContext.privileged", (18, 7, true)),
            ("spec.containers.1.resources.limits", (19, 5, false)),
            ("spec.containers.2.name", (14, 3, false)),
            ("spec.securityContext.runAsUser", (13, 3, false)),
            ("spec.hostPID", (12, 1, false)),
            ("metadata.name", (11, 1, false)),
        ];
        for (path, expected) in cases {
            assert_eq!(find(path), expected, "{path}");
        }
    }
}
