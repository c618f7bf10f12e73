//! Texts with `{placeholders}`: a rule's parameters, filled in at load, and this node's places, filled in for a report.

use crate::component::Component;
use crate::probe::PlaceKind;
use std::fmt::Write as _;

/// A text and the places that it names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Place(Component, PlaceKind),
}

impl Template {
    /// Reads a text; `params` gives the text of a parameter. The error names a placeholder that is neither a parameter
    /// nor a place.
    pub(super) fn parse(text: &str, params: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let Some((name, after)) = rest.split_once('}').filter(|_| brace == "{") else {
                return Err(format!("a single `{brace}` stands in the text; write it twice"));
            };
            if let Some(value) = params(name) {
                plain.push_str(&value);
            } else if let Some((component, kind)) = place_of(name) {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
                pieces.push(Piece::Place(component, kind));
            } else {
                return Err(format!(
                    "`{{{name}}}` is neither a parameter of the rule nor a place such as kubelet.config"
                ));
            }
            rest = after;
        }
        plain.push_str(rest);
        pieces.push(Piece::Text(plain));
        Ok(Self { pieces })
    }

    /// A text in which braces are only braces.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { pieces: vec![Piece::Text(text.into())] }
    }

    /// The text with each place given by `path`, or named where it is not known.
    pub fn render(&self, path: &mut dyn FnMut(Component, PlaceKind) -> Option<String>) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Place(component, kind) => match path(*component, *kind) {
                    Some(path) => text.push_str(&path),
                    // Writing to a String cannot fail.
                    None => drop(write!(text, "the {} of {}", kind.id(), component.program())),
                },
            }
        }
        text
    }
}

/// `kubelet.config` and its like.
pub(super) fn place_of(name: &str) -> Option<(Component, PlaceKind)> {
    let (component, kind) = name.split_once('.')?;
    let component = Component::ALL.into_iter().find(|c| c.id() == component)?;
    let kind = PlaceKind::ALL.into_iter().find(|k| k.id() == kind)?;
    Some((component, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_braces_are_doubled() {
        let params = |name: &str| (name == "mode").then(|| "600".to_owned());
        let template = Template::parse("chmod {mode} {kubelet.config} '{{.x}}'", &params).expect("a template");
        assert_eq!(template.render(&mut |_, _| Some("/a b".to_owned())), "chmod 600 /a b '{.x}'");
        assert_eq!(template.render(&mut |_, _| None), "chmod 600 the config of kubelet '{.x}'");
        for bad in ["{none}", "{", "}", "{kubelet.nothing}", "a } b"] {
            assert!(Template::parse(bad, &params).is_err(), "{bad}");
        }
    }
}
