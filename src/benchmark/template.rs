//! Texts with `{placeholders}`: parameters of the rule, replaced at load, and files of the node, replaced in a report.

use super::chmod::ModeBits;
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
    Placeholder(Placeholder),
}

/// What a text leaves open until it is known what a node has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// The path of a component's file: `{kubelet.config}`.
    File(Component, FileRole),
    /// The files that failed the check, and of a tree its directory: `{paths}`.
    Paths,
    /// What `chmod` takes away so that a file has the rule's mode at most: `{chmod}`.
    Chmod(ModeBits),
    /// The permission bits that a file must not have, for `find -perm`: `{excess}`.
    Excess(ModeBits),
}

/// How a text writes [`Placeholder::Paths`].
const PATHS: &str = "paths";

/// How a text writes [`Placeholder::Chmod`].
const CHMOD: &str = "chmod";

/// How a text writes [`Placeholder::Excess`].
const EXCESS: &str = "excess";

/// The parameter of a rule with the mode that these are made of.
const MODE: &str = "mode";

impl Piece {
    /// Bytes of its text.
    fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            // A guess; the path is not known yet.
            Self::Placeholder(_) => 64,
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
            } else if name == PATHS {
                pieces.push(Piece::Placeholder(Placeholder::Paths));
            } else if matches!(name, CHMOD | EXCESS) {
                let make = if name == CHMOD { Placeholder::Chmod } else { Placeholder::Excess };
                match params(MODE).and_then(|mode| ModeBits::parse(&mode)) {
                    Some(bits) => pieces.push(Piece::Placeholder(make(bits))),
                    None => {
                        let message =
                            format!("`{{{name}}}` is made of the parameter `{MODE}`, an octal mode; there is none");
                        errors.push(TemplateError { offset: at, message });
                    }
                }
            } else if let Some((component, role)) = FileRole::parse(name) {
                pieces.push(Piece::Placeholder(Placeholder::File(component, role)));
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
                self.render(&mut |_| None)
            }
        }
    }

    /// What the text leaves open.
    pub fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Placeholder(placeholder) => Some(*placeholder),
        })
    }

    /// The text with what each placeholder stands for, or words for it where that is not known.
    pub fn render(&self, value: &mut dyn FnMut(Placeholder) -> Option<String>) -> Text {
        if let [Piece::Text(text)] = self.pieces.as_slice() {
            return text.clone();
        }
        let mut text = String::with_capacity(self.pieces.iter().map(Piece::len).sum());
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Placeholder(placeholder) => {
                    text.push_str(&value(*placeholder).unwrap_or_else(|| placeholder.in_words()));
                }
            }
        }
        text.into()
    }
}

impl Placeholder {
    fn in_words(self) -> String {
        match self {
            Self::File(component, role) => format!("the {} of {}", role.in_words(), component.program()),
            Self::Paths => "FILE".to_owned(),
            Self::Chmod(bits) => bits.clause(0),
            Self::Excess(bits) => bits.excess(),
        }
    }

    /// As a text writes it, in braces.
    pub fn as_written(self) -> String {
        match self {
            Self::File(component, role) => format!("{{{}}}", role.of(component)),
            Self::Paths => format!("{{{PATHS}}}"),
            Self::Chmod(_) => format!("{{{CHMOD}}}"),
            Self::Excess(_) => format!("{{{EXCESS}}}"),
        }
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
        assert_eq!(template.render(&mut |_| Some("/a b".to_owned())), "chmod 600 /a b '{.x}'");
        assert_eq!(template.render(&mut |_| None), "chmod 600 the configuration file of kubelet '{.x}'");
        let template = parse("find {paths} -perm /{excess} -exec chmod {chmod} {{}} +").expect("a template");
        assert_eq!(template.render(&mut |_| None), "find FILE -perm /7177 -exec chmod u-x,go-rwx {} +");
        let without = Template::parse(&"chmod {chmod} x".into(), &|_| None, &[]).expect_err("no mode");
        assert!(without[0].message.contains("the parameter `mode`"), "{}", without[0].message);
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
