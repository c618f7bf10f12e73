//! `find`: paths below directories by name, type and depth. Paths are sorted, where the program prints them in disk order.

use super::invocation::Invocation;
use crate::kube_bench::shell::budget::check_text_size;
use crate::kube_bench::shell::error::{ScriptError, errno_text, unsupported};
use crate::kube_bench::shell::output::{CommandOutput, Stream};
use crate::kube_bench::shell::pattern;
use crate::source::node::{FileKind, SourceError};
use crate::text::glob::Glob;
use crate::text::quote;

/// Maximum depth of nested tests.
const MAX_NESTED_TESTS: usize = 32;
/// Maximum depth of directories below a starting point.
const MAX_DIRECTORY_DEPTH: usize = 256;
/// Maximum bytes of one command's arguments; real programs differ in where they split longer ones.
const MAX_ARGUMENTS: usize = 100_000;

enum FindTest {
    Name(Glob),
    Path(Glob),
    /// `f`, `d` or `l`
    Type(char),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

enum FindAction {
    /// Prints the path and this character.
    Print(char),
    /// Runs a command, once for all paths or for each.
    Exec { command: Vec<String>, once: bool },
}

struct FindOptions {
    starting_points: Vec<String>,
    min_depth: usize,
    max_depth: usize,
    test: FindTest,
    action: FindAction,
}

struct FoundPath<'a> {
    path: String,
    name: &'a str,
    file_type: char,
}

pub(super) fn run(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let options = FindParser::new(invocation.arguments).parse()?;
    let mut walk = FindWalk { invocation, options: &options, paths: Vec::new(), errors: String::new() };
    for start in &options.starting_points {
        walk.visit(start, start, 0)?;
    }
    let status = i32::from(!walk.errors.is_empty());
    let (paths, errors) = (walk.paths, walk.errors);
    match &options.action {
        FindAction::Print(end) => {
            let mut text = String::new();
            for path in &paths {
                text.push_str(path);
                text.push(*end);
                check_text_size(text.len())?;
            }
            Ok(CommandOutput::with_errors(errors, text, status))
        }
        FindAction::Exec { command, once } => {
            let mut output = CommandOutput { chunks: vec![(Stream::Stderr, errors)], status: 0 };
            let any_failed = exec(invocation, command, *once, &paths, &mut output)?;
            // With `;` the status of the command does not matter.
            output.status = if any_failed && *once { 1 } else { status };
            Ok(output)
        }
    }
}

/// Runs the command for all paths together or for each; returns whether one of the runs failed.
fn exec(
    invocation: &Invocation<'_, '_>,
    command: &[String],
    once: bool,
    paths: &[String],
    output: &mut CommandOutput,
) -> Result<bool, ScriptError> {
    let batches: Vec<&[String]> = if once && !paths.is_empty() { vec![paths] } else { paths.chunks(1).collect() };
    let mut failed = false;
    for batch in batches {
        let words: Vec<String> =
            command.iter().flat_map(|w| if w == "{}" { batch.to_vec() } else { vec![w.clone()] }).collect();
        if words.iter().map(|w| w.len() + 1).sum::<usize>() > MAX_ARGUMENTS {
            return Err(unsupported(format!("`find -exec` with more than {MAX_ARGUMENTS} bytes of arguments")));
        }
        let (name, arguments) = words.split_first().ok_or_else(|| unsupported("`find -exec` without a command"))?;
        let result = invocation.run(name, arguments, invocation.stdin)?;
        failed |= result.status != 0;
        output.append(result);
    }
    Ok(failed)
}

/// One walk of the directory trees.
struct FindWalk<'a, 'c, 's> {
    invocation: &'a Invocation<'c, 's>,
    options: &'a FindOptions,
    paths: Vec<String>,
    errors: String,
}

impl FindWalk<'_, '_, '_> {
    fn visit(&mut self, path: &str, name: &str, depth: usize) -> Result<(), ScriptError> {
        let context = self.invocation.context;
        context.budget.add_files(1)?;
        if depth > MAX_DIRECTORY_DEPTH {
            let path = quote(path);
            return Err(ScriptError::Failed(format!("{path} is more than {MAX_DIRECTORY_DEPTH} directories deep")));
        }
        let host_path = context.path(path);
        let entry = match context.source.lstat(&host_path) {
            Ok(entry) => entry,
            Err(error) => return self.add_error(path, &error),
        };
        let file_type = match entry.stat.kind {
            FileKind::File => 'f',
            FileKind::Directory => 'd',
            FileKind::Special if entry.target.is_some() => 'l',
            FileKind::Special => 's',
        };
        let name = name.trim_end_matches('/').rsplit('/').next().unwrap_or(name);
        let found = FoundPath { path: path.to_owned(), name, file_type };
        if depth >= self.options.min_depth && self.options.test.matches(&found) {
            self.paths.push(found.path);
        }
        if file_type == 'd' && depth < self.options.max_depth {
            let names = match context.source.list(&host_path) {
                Ok(names) => names,
                Err(error) => return self.add_error(path, &error),
            };
            let slash = if path.ends_with('/') { "" } else { "/" };
            for name in names {
                self.visit(&format!("{path}{slash}{name}"), &name, depth + 1)?;
            }
        }
        Ok(())
    }

    fn add_error(&mut self, path: &str, error: &SourceError) -> Result<(), ScriptError> {
        self.errors.push_str(&format!("find: '{path}': {}\n", errno_text(path, error)?));
        Ok(())
    }
}

impl FindTest {
    fn matches(&self, found: &FoundPath<'_>) -> bool {
        match self {
            Self::Name(pattern) => pattern.is_match(found.name),
            Self::Path(pattern) => pattern.is_match(&found.path),
            Self::Type(file_type) => *file_type == found.file_type,
            Self::Not(test) => !test.matches(found),
            Self::All(tests) => tests.iter().all(|t| t.matches(found)),
            Self::Any(tests) => tests.iter().any(|t| t.matches(found)),
        }
    }
}

struct FindParser<'a> {
    arguments: &'a [String],
    position: usize,
    min_depth: usize,
    max_depth: usize,
    nested_tests: usize,
    action: Option<FindAction>,
}

impl<'a> FindParser<'a> {
    const fn new(arguments: &'a [String]) -> Self {
        Self { arguments, position: 0, min_depth: 0, max_depth: usize::MAX, nested_tests: 0, action: None }
    }

    fn error(&self) -> ScriptError {
        unsupported(quote(&format!("find {}", self.arguments.join(" "))))
    }

    fn peek(&self) -> Option<&str> {
        self.arguments.get(self.position).map(String::as_str)
    }

    fn next(&mut self) -> Result<&'a str, ScriptError> {
        let argument = self.arguments.get(self.position).ok_or_else(|| self.error())?;
        self.position += 1;
        Ok(argument)
    }

    fn parse(mut self) -> Result<FindOptions, ScriptError> {
        let mut starting_points = Vec::new();
        while let Some(argument) = self.peek().filter(|a| !a.starts_with(['-', '(', '!'])) {
            starting_points.push(argument.to_owned());
            self.position += 1;
        }
        if starting_points.is_empty() {
            starting_points.push(".".to_owned());
        }
        let test = self.any()?;
        if self.position < self.arguments.len() {
            return Err(self.error());
        }
        let action = self.action.unwrap_or(FindAction::Print('\n'));
        let (min_depth, max_depth) = (self.min_depth, self.max_depth);
        Ok(FindOptions { starting_points, min_depth, max_depth, test, action })
    }

    /// Tests joined by `-o`.
    fn any(&mut self) -> Result<FindTest, ScriptError> {
        let mut tests = vec![self.all()?];
        while matches!(self.peek(), Some("-o" | "-or")) {
            // An action in one alternative would not apply to the other.
            if self.action.is_some() {
                return Err(self.error());
            }
            self.position += 1;
            tests.push(self.all()?);
            if self.action.is_some() {
                return Err(self.error());
            }
        }
        Ok(FindTest::Any(tests))
    }

    /// Tests joined by `-a`, or by nothing.
    fn all(&mut self) -> Result<FindTest, ScriptError> {
        let mut tests = Vec::new();
        while let Some(argument) = self.peek().filter(|a| !matches!(*a, "-o" | "-or" | ")")) {
            if self.action.is_some() {
                return Err(self.error());
            }
            if matches!(argument, "-a" | "-and") {
                self.position += 1;
                continue;
            }
            tests.extend(self.primary()?);
        }
        Ok(FindTest::All(tests))
    }

    /// One test, or `None` for an option or action.
    fn primary(&mut self) -> Result<Option<FindTest>, ScriptError> {
        if self.nested_tests > MAX_NESTED_TESTS {
            return Err(self.error());
        }
        self.nested_tests += 1;
        let test = self.test_or_action();
        self.nested_tests -= 1;
        test
    }

    fn test_or_action(&mut self) -> Result<Option<FindTest>, ScriptError> {
        match self.next()? {
            "!" | "-not" => {
                let test = self.primary()?.ok_or_else(|| self.error())?;
                return Ok(Some(FindTest::Not(Box::new(test))));
            }
            "(" => {
                let test = self.any()?;
                if self.next()? != ")" || self.action.is_some() {
                    return Err(self.error());
                }
                return Ok(Some(test));
            }
            "-name" => return Ok(Some(FindTest::Name(pattern::compile_unquoted(self.next()?)?))),
            "-path" | "-wholename" => return Ok(Some(FindTest::Path(pattern::compile_unquoted(self.next()?)?))),
            "-type" => {
                return match self.next()? {
                    "f" => Ok(Some(FindTest::Type('f'))),
                    "d" => Ok(Some(FindTest::Type('d'))),
                    "l" => Ok(Some(FindTest::Type('l'))),
                    _ => Err(self.error()),
                };
            }
            "-maxdepth" => self.max_depth = self.next()?.parse().map_err(|_| self.error())?,
            "-mindepth" => self.min_depth = self.next()?.parse().map_err(|_| self.error())?,
            "-print" => self.action = Some(FindAction::Print('\n')),
            "-print0" => self.action = Some(FindAction::Print('\0')),
            "-exec" => self.action = Some(self.exec()?),
            _ => return Err(self.error()),
        }
        Ok(None)
    }

    /// `COMMAND … {} ;` or `COMMAND … {} +`
    fn exec(&mut self) -> Result<FindAction, ScriptError> {
        let mut command: Vec<String> = Vec::new();
        let once = loop {
            match self.next()? {
                ";" => break false,
                "+" if command.last().is_some_and(|w| w == "{}") => break true,
                word if word.contains("{}") && word != "{}" => return Err(self.error()),
                word => command.push(word.to_owned()),
            }
        };
        Ok(FindAction::Exec { command, once })
    }
}
