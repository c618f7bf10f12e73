//! Texts with `{placeholders}`: parameters of the rule, replaced at load, and files of the node, replaced in a report.

use crate::model::{Component, Text};
use crate::probe::FileRole;
use crate::text::{quote, suggestions};
use memchr::memchr2;
use std::borrow::Cow;

/// A text and the files of the node that it names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(Text),
    File(Component, FileRole),
}

impl Piece {
    /// Bytes of its text.
    fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            // A guess; the path is not known yet.
            Self::File(..) => 64,
        }
    }
}

/// What is wrong in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TemplateError {
    /// Where, in bytes from the start of the text.
    pub(super) offset: usize,
    /// What is wrong, and what to write instead.
    pub(super) message: String,
}

impl Template {
    /// Reads a text. `params` gives the text of a parameter, and `names` lists the parameters. Errors are single braces and
    /// placeholders that are neither a parameter nor a file.
    pub(super) fn parse(
        text: &Text,
        params: &dyn Fn(&str) -> Option<String>,
        names: &[&str],
    ) -> Result<Self, Vec<TemplateError>> {
        let mut pieces = Vec::new();
        let mut errors = Vec::new();
        let mut from = 0;
        while let Some(at) = memchr2(b'{', b'}', &text.as_bytes()[from..]).map(|at| from + at) {
            let (brace, rest) = (&text[at..=at], &text[at + 1..]);
            if rest.starts_with(brace) {
                pieces.push(Piece::Text(slice(text, from, at + 1)));
                from = at + 2;
                continue;
            }
            pieces.push(Piece::Text(slice(text, from, at)));
            let placeholder = rest.split_once('}').filter(|(name, _)| brace == "{" && is_name(name));
            let Some((name, after)) = placeholder else {
                let message = format!("single `{brace}` in the text; write it twice");
                errors.push(TemplateError { offset: at, message });
                from = at + 1;
                continue;
            };
            if let Some(value) = params(name) {
                pieces.push(Piece::Text(Cow::Owned(value)));
            } else if let Some((component, role)) = FileRole::parse(name) {
                pieces.push(Piece::File(component, role));
            } else {
                errors.push(TemplateError { offset: at, message: unknown_placeholder(name, names) });
            }
            from = text.len() - after.len();
        }
        pieces.push(Piece::Text(slice(text, from, text.len())));
        if errors.is_empty() { Ok(Self { pieces }) } else { Err(errors) }
    }

    /// A text in which braces have no meaning.
    pub(crate) fn literal(text: impl Into<Text>) -> Self {
        Self { pieces: vec![Piece::Text(text.into())] }
    }

    /// The text, with words for its files.
    pub(super) fn into_text(mut self) -> Text {
        match self.pieces.pop() {
            Some(Piece::Text(text)) if self.pieces.is_empty() => text,
            last => {
                self.pieces.extend(last);
                self.render(&mut |_, _| None)
            }
        }
    }

    /// The text with the path of each file, or words for it where the path is not known.
    pub fn render(&self, path: &mut dyn FnMut(Component, FileRole) -> Option<String>) -> Text {
        if let [Piece::Text(text)] = self.pieces.as_slice() {
            return text.clone();
        }
        let mut text = String::with_capacity(self.pieces.iter().map(Piece::len).sum());
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::File(component, role) => {
                    let in_words = || format!("the {} of {}", role.id(), component.program());
                    text.push_str(&path(*component, *role).unwrap_or_else(in_words));
                }
            }
        }
        text.into()
    }
}

/// A part of a text, which is not copied where the whole is not.
fn slice(text: &Text, from: usize, to: usize) -> Text {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[from..to]),
        Cow::Owned(text) => Cow::Owned(text[from..to].to_owned()),
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(char::is_alphabetic) && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

fn unknown_placeholder(name: &str, params: &[&str]) -> String {
    let files = FileRole::names();
    let near = suggestions(name, params.iter().copied().chain(files.iter().map(String::as_str)));
    format!(
        "{} is neither a parameter of the rule nor a file such as kubelet.config{near}",
        quote(&format!("{{{name}}}"))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_placeholders_and_reports_single_braces() {
        let params = |name: &str| (name == "mode").then(|| "600".to_owned());
        let parse = |text: &str| {
            let owned = Template::parse(&text.to_owned().into(), &params, &["mode"]);
            // A text that is compiled in is read alike.
            let compiled_in: &'static str = text.to_owned().leak();
            assert_eq!(Template::parse(&compiled_in.into(), &params, &["mode"]), owned);
            owned
        };
        let template = parse("chmod {mode} {kubelet.config} '{{.x}}'").expect("a template");
        assert_eq!(template.render(&mut |_, _| Some("/a b".to_owned())), "chmod 600 /a b '{.x}'");
        assert_eq!(template.render(&mut |_, _| None), "chmod 600 the config of kubelet '{.x}'");
        let cases: [(&str, &[(usize, &str)]); 6] = [
            ("{none}", &[(0, "`{none}` is neither")]),
            ("{", &[(0, "single `{`")]),
            ("a } b", &[(2, "single `}`")]),
            ("{kubelet.nothing}", &[(0, "`{kubelet.nothing}` is neither")]),
            ("{mod} and {etcd.data-di}", &[(0, "did you mean `mode`?"), (10, "did you mean `etcd.data-dir`?")]),
            ("awk '{ print }'", &[(5, "single `{`"), (13, "single `}`")]),
        ];
        for (bad, expected) in cases {
            let errors = parse(bad).expect_err(bad);
            assert_eq!(errors.len(), expected.len(), "{bad}: {errors:?}");
            for (error, (offset, part)) in errors.iter().zip(expected) {
                assert_eq!(error.offset, *offset, "{bad}");
                assert!(error.message.contains(part), "{bad}: {}", error.message);
            }
        }
    }
}
