//! Reads files with manifests and Dockerfiles. What is wrong with one document hides no other.

use super::documents::{DocumentText, split};
use super::files::{InputFile, InputKind, Inputs};
use super::object::{ManifestObject, ObjectContent};
use super::origin::Origin;
use super::read_object::{Document, read_document};
use super::suppression;
use crate::text::glob::Glob;
use crate::text::sanitize;
use crate::yaml::{Diagnostic, Level, Position, TextFile, read_stdin, read_user_file};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Bytes of one file. The largest chart that is rendered into one file has a few million.
const MAX_BYTES: u64 = 64 << 20;

/// Characters that end a line, and with it a comment, in YAML 1.1 and not in YAML 1.2.
const LINE_BREAKS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// What is read, and how.
#[derive(Debug, Default)]
pub(crate) struct ManifestOptions {
    /// Files and folders; `-` is standard input.
    pub(crate) paths: Vec<PathBuf>,
    /// Patterns of files in folders that are left out.
    pub(crate) exclude: Vec<Glob>,
    /// The name of standard input in reports.
    pub(crate) stdin_name: String,
    /// What the files have in them, if not their names say it.
    pub(crate) kind: Option<InputKind>,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Manifests {
    /// The objects of Kubernetes.
    pub(crate) objects: Vec<ManifestObject>,
    /// The Dockerfiles.
    pub(crate) dockerfiles: Vec<TextFile>,
    /// What is wrong or cannot be read.
    pub(crate) problems: Vec<Problem>,
    /// Objects of kinds that are not evaluated: the number of each.
    pub(crate) skipped: BTreeMap<String, usize>,
    /// Documents of folders that are no objects of Kubernetes.
    pub(crate) not_manifests: usize,
    /// Lines that ask a scanner to be silent.
    pub(crate) suppressions: usize,
}

/// Why something was not evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Of what kind it is.
    pub(crate) kind: ProblemKind,
    /// The file, the place in it, and what is wrong.
    pub(crate) message: String,
}

/// Kinds of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// A document that Kubernetes would refuse.
    Wrong,
    /// A file or folder that cannot be read.
    Unreadable,
}

impl Problem {
    fn wrong(message: impl Into<String>) -> Self {
        Self { kind: ProblemKind::Wrong, message: message.into() }
    }

    fn unreadable(message: impl Into<String>) -> Self {
        Self { kind: ProblemKind::Unreadable, message: message.into() }
    }
}

/// Reads all files.
pub(crate) fn read(options: &ManifestOptions) -> Manifests {
    let inputs = Inputs::find(&options.paths, &options.stdin_name, &options.exclude, options.kind);
    let mut manifests = Manifests::default();
    manifests.problems.extend(inputs.errors.iter().map(|error| Problem::unreadable(error.to_string())));
    for input in &inputs.files {
        match read_text(input) {
            Ok(text) => manifests.add(input, text),
            Err(reason) => manifests.problems.push(Problem::unreadable(format!("{}: {reason}", input.name))),
        }
    }
    manifests
}

/// The bytes of the files with manifests, each with its name, or the first reason why one cannot be read.
pub(crate) fn read_bytes(options: &ManifestOptions) -> Result<Vec<(String, Vec<u8>)>, String> {
    let inputs = Inputs::find(&options.paths, &options.stdin_name, &options.exclude, options.kind);
    if let Some(error) = inputs.errors.first() {
        return Err(error.to_string());
    }
    let manifests = inputs.files.into_iter().filter(|input| input.kind == InputKind::Manifest);
    let read = |input: InputFile| match bytes_of(&input) {
        Ok(bytes) => Ok((input.name, bytes)),
        Err(reason) => Err(format!("{}: {reason}", input.name)),
    };
    manifests.map(read).collect()
}

/// Reads texts of manifests, each with the name of its file.
pub(crate) fn read_texts(texts: impl IntoIterator<Item = (String, String)>) -> Manifests {
    let mut manifests = Manifests::default();
    for (name, text) in texts {
        manifests.add(&InputFile { path: None, name, kind: InputKind::Manifest, is_named: true }, text);
    }
    manifests
}

/// The text of a file, without a byte order mark.
fn read_text(input: &InputFile) -> Result<String, String> {
    let bytes = bytes_of(input)?;
    match bytes.as_slice() {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Err("UTF-16 text; save it as UTF-8".to_owned()),
        [0x1F, 0x8B, ..] => return Err("compressed with gzip; decompress it first".to_owned()),
        _ => {}
    }
    let mut text = String::from_utf8(bytes)
        .map_err(|error| format!("not UTF-8 text (byte {}); save it as UTF-8", error.utf8_error().valid_up_to() + 1))?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

fn bytes_of(input: &InputFile) -> Result<Vec<u8>, String> {
    let bytes = match &input.path {
        Some(path) => read_user_file(path, MAX_BYTES),
        None => read_stdin(MAX_BYTES),
    };
    bytes.map_err(|error| format!("cannot be read: {error}"))
}

impl Manifests {
    /// Adds the content of a file.
    pub(super) fn add(&mut self, input: &InputFile, text: String) {
        self.suppressions += suppression::count(&text);
        match input.kind {
            InputKind::Dockerfile => self.dockerfiles.push(TextFile::new(input.name.as_str(), text)),
            InputKind::Manifest => split(&text).into_iter().for_each(|document| self.add_document(input, document)),
        }
    }

    fn add_document(&mut self, input: &InputFile, document: DocumentText<'_>) {
        let DocumentText { text, lines_before, source } = document;
        let file = TextFile::new(input.name.as_str(), text.to_owned()).manifest(lines_before);
        if let Some(at) = text.find(LINE_BREAKS).filter(|_| !text.trim_start().starts_with('{')) {
            let mut position = Position::of_byte(text, at);
            position.line += lines_before;
            let message = "this invisible character ends a line for Kubernetes, and for other readers not; remove it";
            return self.add_wrong(vec![file.error(position, message)], text);
        }
        let mut diagnostics = Vec::new();
        let root = match file.tree(&mut diagnostics) {
            Ok(root) => root,
            Err(error) => return self.add_wrong(vec![error], text),
        };
        let wrong: Vec<_> = diagnostics.into_iter().filter(|found| found.level == Level::Error).collect();
        if !wrong.is_empty() {
            return self.add_wrong(wrong, text);
        }
        let origin = Origin { file: sanitize::line(&input.name), source: source.map(sanitize::line) };
        match read_document(&file, &root, &origin) {
            Document::NotAManifest(_) if !input.is_named => self.not_manifests += 1,
            Document::NotAManifest(error) => self.add_wrong(vec![error], text),
            Document::Objects(objects) => {
                for object in objects {
                    match object {
                        Ok(object) => self.add_object(object),
                        Err(wrong) => self.add_wrong(wrong, text),
                    }
                }
            }
        }
    }

    fn add_object(&mut self, object: ManifestObject) {
        if matches!(object.content, ObjectContent::Other) {
            *self.skipped.entry(object.kind).or_default() += 1;
        } else {
            self.objects.push(object);
        }
    }

    /// Adds what is wrong with a document. A template of Helm is no manifest yet.
    fn add_wrong(&mut self, wrong: Vec<Diagnostic>, text: &str) {
        let is_template = text.contains("{{") && text.contains("}}");
        let Some(first) = wrong.first() else { return };
        if is_template {
            let message = "a template, not a manifest: render it first, such as with \
                           `helm template CHART | nodeproof scan -`";
            return self
                .problems
                .push(Problem::wrong(format!("{}:{}:{}: {message}", first.file, first.line, first.column)));
        }
        let more = wrong.len().saturating_sub(1);
        let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
        self.problems.push(Problem::wrong(format!("{first}{more}")));
    }
}
