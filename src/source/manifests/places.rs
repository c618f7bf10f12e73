//! The places of the fields of an object in its file.

use crate::yaml::{Content, Position, YamlNode};

/// A field or an element of a list, with what is in it. Kept small: there is one for each value of all files.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    line: u32,
    column: u32,
    /// Fields by their names, elements in their order without one.
    inside: Box<[(Box<str>, Self)]>,
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
        let inside = match &node.content {
            Content::Mapping(entries) => {
                let named = entries.iter().filter_map(|(key, value)| Some((key.text()?, key.position, value)));
                named.map(|(name, position, value)| (name.into(), Self::at(position, value))).collect()
            }
            Content::Sequence(items) => items.iter().map(|item| (Box::from(""), Self::of(item))).collect(),
            Content::Scalar { .. } | Content::Placeholder(_) => Box::default(),
        };
        let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self { line: small(position.line), column: small(position.column), inside }
    }

    const fn position(&self) -> Position {
        Position { line: self.line as usize, column: self.column as usize }
    }

    /// A field by its name, or an element by its number.
    fn step(&self, step: &str) -> Option<&Self> {
        let named = self.inside.iter().find(|(name, _)| **name == *step);
        let element = || step.parse::<usize>().ok().and_then(|index| self.inside.get(index));
        named.or_else(|| element().filter(|(name, _)| name.is_empty())).map(|(_, place)| place)
    }

    /// Where the field at the end of some steps is. Where it is missing in a container, the place is that of the container.
    pub(crate) fn find<'s>(&self, steps: impl IntoIterator<Item = &'s str>) -> Found {
        let mut place = self;
        let mut container = None;
        let mut is_list_of_containers = false;
        for step in steps {
            let Some(next) = place.step(step) else {
                return Found { position: container.unwrap_or(place.position()), is_set: false };
            };
            if is_list_of_containers {
                container = Some(next.position());
            }
            is_list_of_containers = step.ends_with("ontainers");
            place = next;
        }
        Found { position: place.position(), is_set: true }
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
