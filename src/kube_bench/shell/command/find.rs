//! `find`: names below folders, by name, kind and depth. Names come in order, where `find` takes them as the disk has them.

use super::{Call, run as run_command};
use crate::kube_bench::shell::budget::room;
use crate::kube_bench::shell::{Output, ScriptError, Stream, pattern, unknown};
use crate::source::node::{FileKind, SourceError};
use crate::text::glob::Glob;

/// How deep one test may stand in another.
const MAX_DEPTH: usize = 32;
/// How deep below its beginnings one `find` looks.
const MAX_FOLDERS: usize = 256;

enum Test {
    Name(Glob),
    Path(Glob),
    Kind(char),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

enum Action {
    Print(char),
    /// A command for each file, or one for all.
    Run(Vec<String>, bool),
}

struct FindOptions {
    from: Vec<String>,
    least: usize,
    most: usize,
    test: Test,
    action: Action,
}

struct FoundPath<'a> {
    path: String,
    name: &'a str,
    kind: char,
}

pub(super) fn run(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    let asked =
        FindParser { words: call.arguments, at: 0, least: 0, most: usize::MAX, depth: 0, action: None }.parse()?;
    let mut walk = Walk { call, asked: &asked, names: Vec::new(), errors: String::new() };
    for from in &asked.from {
        walk.visit(from, from, 0)?;
    }
    let status = i32::from(!walk.errors.is_empty());
    let (names, errors) = (walk.names, walk.errors);
    match &asked.action {
        Action::Print(end) => {
            let mut text = String::new();
            for name in &names {
                text.push_str(name);
                text.push(*end);
                room(text.len())?;
            }
            Ok(Output::with_errors(errors, text, status))
        }
        Action::Run(command, together) => {
            let mut output = Output { chunks: vec![(Stream::Err, errors)], status: 0 };
            let batches: Vec<&[String]> =
                if *together && !names.is_empty() { vec![&names[..]] } else { names.chunks(1).collect() };
            let mut failed = false;
            for batch in batches {
                let words: Vec<String> =
                    command.iter().flat_map(|w| if w == "{}" { batch.to_vec() } else { vec![w.clone()] }).collect();
                if words.iter().map(|w| w.len() + 1).sum::<usize>() > 100_000 {
                    return Err(unknown("find -exec of very many files"));
                }
                let (name, arguments) = words.split_first().ok_or_else(|| unknown("find -exec of nothing"))?;
                let result = run_command(name, &call.with(arguments, call.stdin))?;
                failed |= result.status != 0 && *together;
                output.append(result);
            }
            output.status = if failed { 1 } else { status };
            Ok(output)
        }
    }
}

struct Walk<'a, 'c, 'h> {
    call: &'a Call<'c, 'h>,
    asked: &'a FindOptions,
    names: Vec<String>,
    errors: String,
}

impl Walk<'_, '_, '_> {
    fn visit(&mut self, path: &str, name: &str, depth: usize) -> Result<(), ScriptError> {
        let world = self.call.world;
        world.budget.look(1)?;
        if depth > MAX_FOLDERS {
            return Err(ScriptError::Failed(format!("{path} lies deeper than {MAX_FOLDERS} folders")));
        }
        let place = world.place(path);
        let entry = match world.host.lstat(&place) {
            Ok(entry) => entry,
            Err(trouble) => return self.trouble(path, &trouble),
        };
        let kind = match entry.stat.kind {
            FileKind::File => 'f',
            FileKind::Directory => 'd',
            FileKind::Special if entry.target.is_some() => 'l',
            FileKind::Special => 's',
        };
        let name = name.trim_end_matches('/').rsplit('/').next().unwrap_or(name);
        let found = FoundPath { path: path.to_owned(), name, kind };
        if depth >= self.asked.least && self.asked.test.holds(&found) {
            self.names.push(found.path);
        }
        if kind == 'd' && depth < self.asked.most {
            let names = match world.host.list(&place) {
                Ok(names) => names,
                Err(trouble) => return self.trouble(path, &trouble),
            };
            let slash = if path.ends_with('/') { "" } else { "/" };
            for name in names {
                self.visit(&format!("{path}{slash}{name}"), &name, depth + 1)?;
            }
        }
        Ok(())
    }

    fn trouble(&mut self, path: &str, trouble: &SourceError) -> Result<(), ScriptError> {
        let words = crate::kube_bench::shell::said(path, trouble)?;
        self.errors.push_str(&format!("find: '{path}': {words}\n"));
        Ok(())
    }
}

impl Test {
    fn holds(&self, found: &FoundPath<'_>) -> bool {
        match self {
            Self::Name(pattern) => pattern.is_match(found.name),
            Self::Path(pattern) => pattern.is_match(&found.path),
            Self::Kind(kind) => *kind == found.kind,
            Self::Not(test) => !test.holds(found),
            Self::All(tests) => tests.iter().all(|t| t.holds(found)),
            Self::Any(tests) => tests.iter().any(|t| t.holds(found)),
        }
    }
}

struct FindParser<'a> {
    words: &'a [String],
    at: usize,
    least: usize,
    most: usize,
    depth: usize,
    action: Option<Action>,
}

impl FindParser<'_> {
    fn strange(&self) -> ScriptError {
        unknown(format!("find {}", self.words.join(" ")))
    }

    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn next(&mut self) -> Result<String, ScriptError> {
        let word = self.words.get(self.at).cloned().ok_or_else(|| self.strange())?;
        self.at += 1;
        Ok(word)
    }

    fn parse(mut self) -> Result<FindOptions, ScriptError> {
        let mut from = Vec::new();
        while let Some(word) = self.peek().filter(|w| !w.starts_with(['-', '(', '!'])) {
            from.push(word.to_owned());
            self.at += 1;
        }
        if from.is_empty() {
            from.push(".".to_owned());
        }
        let test = self.any()?;
        if self.at < self.words.len() {
            return Err(self.strange());
        }
        let action = self.action.unwrap_or(Action::Print('\n'));
        Ok(FindOptions { from, least: self.least, most: self.most, test, action })
    }

    fn any(&mut self) -> Result<Test, ScriptError> {
        let mut tests = vec![self.all()?];
        while matches!(self.peek(), Some("-o" | "-or")) {
            // An action on one side only would not be for the other.
            if self.action.is_some() {
                return Err(self.strange());
            }
            self.at += 1;
            tests.push(self.all()?);
            if self.action.is_some() {
                return Err(self.strange());
            }
        }
        Ok(Test::Any(tests))
    }

    fn all(&mut self) -> Result<Test, ScriptError> {
        let mut tests = Vec::new();
        while let Some(word) = self.peek().filter(|w| !matches!(*w, "-o" | "-or" | ")")) {
            if self.action.is_some() {
                return Err(self.strange());
            }
            if matches!(word, "-a" | "-and") {
                self.at += 1;
                continue;
            }
            tests.extend(self.primary()?);
        }
        Ok(Test::All(tests))
    }

    fn primary(&mut self) -> Result<Option<Test>, ScriptError> {
        if self.depth > MAX_DEPTH {
            return Err(self.strange());
        }
        self.depth += 1;
        let test = self.test();
        self.depth -= 1;
        test
    }

    fn test(&mut self) -> Result<Option<Test>, ScriptError> {
        let word = self.next()?;
        Ok(Some(match word.as_str() {
            "!" | "-not" => match self.primary()? {
                Some(test) => Test::Not(Box::new(test)),
                None => return Err(self.strange()),
            },
            "(" => {
                let test = self.any()?;
                if self.next()? != ")" || self.action.is_some() {
                    return Err(self.strange());
                }
                test
            }
            "-name" => Test::Name(pattern::plain(&self.next()?)?),
            "-path" | "-wholename" => Test::Path(pattern::plain(&self.next()?)?),
            "-type" => match self.next()?.as_str() {
                "f" => Test::Kind('f'),
                "d" => Test::Kind('d'),
                "l" => Test::Kind('l'),
                _ => return Err(self.strange()),
            },
            "-maxdepth" => {
                self.most = self.next()?.parse().map_err(|_| self.strange())?;
                return Ok(None);
            }
            "-mindepth" => {
                self.least = self.next()?.parse().map_err(|_| self.strange())?;
                return Ok(None);
            }
            "-print" => {
                self.action = Some(Action::Print('\n'));
                return Ok(None);
            }
            "-print0" => {
                self.action = Some(Action::Print('\0'));
                return Ok(None);
            }
            "-exec" => {
                let mut command = Vec::new();
                let together = loop {
                    match self.next()?.as_str() {
                        ";" => break false,
                        "+" if command.last().is_some_and(|w| w == "{}") => break true,
                        word if word.contains("{}") && word != "{}" => return Err(self.strange()),
                        word => command.push(word.to_owned()),
                    }
                };
                self.action = Some(Action::Run(command, together));
                return Ok(None);
            }
            _ => return Err(self.strange()),
        }))
    }
}
