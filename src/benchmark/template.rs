//! Texts with `{placeholders}`: a rule's parameters, filled in at load, and this node's places, filled in for a report.

use crate::model::Component;
use crate::probe::FileRole;
use crate::text::suggestions;
use std::borrow::Cow;
use std::fmt::Write as _;

/// A text of a definition. One that is compiled in is not copied.
pub type Text = Cow<'static, str>;

/// A text and the places that it names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(Text),
    File(Component, FileRole),
}

/// What is wrong in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TemplateError {
    /// Where, in bytes from its beginning.
    pub(super) offset: usize,
    /// What.
    pub(super) message: String,
}

impl Template {
    /// Reads a text; `params` gives the text of a parameter, and `names` lists them. The faults are placeholders that are
    /// neither a parameter nor a place, and single braces.
    pub(super) fn parse(
        text: &Text,
        params: &dyn Fn(&str) -> Option<String>,
        names: &[&str],
    ) -> Result<Self, Vec<TemplateError>> {
        let part = |from: usize, to: usize| match text {
            Cow::Borrowed(text) => Piece::Text(Cow::Borrowed(&text[from..to])),
            Cow::Owned(text) => Piece::Text(Cow::Owned(text[from..to].to_owned())),
        };
        let mut pieces = Vec::new();
        let mut faults = Vec::new();
        let mut from = 0;
        // Two searches for one letter each go through a long text faster than one for either.
        let (mut open, mut close) = (text.find('{'), text.find('}'));
        if (open, close) == (None, None) {
            return Ok(Self::plain(text.clone()));
        }
        let after = |from: usize, known: Option<usize>, brace: char| match known {
            Some(at) if at < from => text[from..].find(brace).map(|at| from + at),
            known => known,
        };
        loop {
            (open, close) = (after(from, open, '{'), after(from, close, '}'));
            let Some(at) = open.into_iter().chain(close).min() else { break };
            let (brace, rest) = (&text[at..=at], &text[at + 1..]);
            if rest.starts_with(brace) {
                pieces.push(part(from, at + 1));
                from = at + 2;
                continue;
            }
            pieces.push(part(from, at));
            let named = rest.split_once('}').filter(|(name, _)| brace == "{" && is_name(name));
            let Some((name, after)) = named else {
                let message = format!("a single `{brace}` stands in the text; write it twice");
                faults.push(TemplateError { offset: at, message });
                from = at + 1;
                continue;
            };
            if let Some(value) = params(name) {
                pieces.push(Piece::Text(Cow::Owned(value)));
            } else if let Some((component, kind)) = FileRole::parse(name) {
                pieces.push(Piece::File(component, kind));
            } else {
                faults.push(TemplateError { offset: at, message: unknown_placeholder(name, names) });
            }
            from = text.len() - after.len();
        }
        pieces.push(part(from, text.len()));
        if faults.is_empty() { Ok(Self { pieces }) } else { Err(faults) }
    }

    /// The text with its places named.
    pub(super) fn into_text(mut self) -> Text {
        match self.pieces.pop() {
            Some(Piece::Text(text)) if self.pieces.is_empty() => text,
            last => {
                self.pieces.extend(last);
                Cow::Owned(self.render(&mut |_, _| None))
            }
        }
    }

    /// A text in which braces are only braces.
    pub(crate) fn plain(text: impl Into<Text>) -> Self {
        Self { pieces: vec![Piece::Text(text.into())] }
    }

    /// The text with each place given by `path`, or named where it is not known.
    pub fn render(&self, path: &mut dyn FnMut(Component, FileRole) -> Option<String>) -> String {
        let length = |piece: &Piece| if let Piece::Text(plain) = piece { plain.len() } else { 32 };
        let mut text = String::with_capacity(self.pieces.iter().map(length).sum());
        for piece in &self.pieces {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::File(component, kind) => match path(*component, *kind) {
                    Some(path) => text.push_str(&path),
                    // Writing to a String cannot fail.
                    None => drop(write!(text, "the {} of {}", kind.id(), component.program())),
                },
            }
        }
        text
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(char::is_alphabetic) && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

fn unknown_placeholder(name: &str, params: &[&str]) -> String {
    let places = FileRole::names();
    let near = suggestions(name, params.iter().copied().chain(places.iter().map(String::as_str)));
    format!("`{{{name}}}` is neither a parameter of the rule nor a place such as kubelet.config{near}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_braces_are_doubled() {
        let params = |name: &str| (name == "mode").then(|| "600".to_owned());
        let parse = |text: &str| {
            let owned = Template::parse(&text.to_owned().into(), &params, &["mode"]);
            // A text that is compiled in is read in the same way.
            let compiled_in: &'static str = text.to_owned().leak();
            assert_eq!(Template::parse(&compiled_in.into(), &params, &["mode"]), owned);
            owned
        };
        let template = parse("chmod {mode} {kubelet.config} '{{.x}}'").expect("a template");
        assert_eq!(template.render(&mut |_, _| Some("/a b".to_owned())), "chmod 600 /a b '{.x}'");
        assert_eq!(template.render(&mut |_, _| None), "chmod 600 the config of kubelet '{.x}'");
        let cases: [(&str, &[(usize, &str)]); 6] = [
            ("{none}", &[(0, "`{none}` is neither")]),
            ("{", &[(0, "a single `{`")]),
            ("a } b", &[(2, "a single `}`")]),
            ("{kubelet.nothing}", &[(0, "`{kubelet.nothing}` is neither")]),
            ("{mod} and {etcd.data-di}", &[(0, "did you mean `mode`?"), (10, "did you mean `etcd.data-dir`?")]),
            ("awk '{ print }'", &[(5, "a single `{`"), (13, "a single `}`")]),
        ];
        for (bad, expected) in cases {
            let faults = parse(bad).expect_err(bad);
            assert_eq!(faults.len(), expected.len(), "{bad}: {faults:?}");
            for (fault, (offset, part)) in faults.iter().zip(expected) {
                assert_eq!(fault.offset, *offset, "{bad}");
                assert!(fault.message.contains(part), "{bad}: {}", fault.message);
            }
        }
    }
}
