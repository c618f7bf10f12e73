//! `sed`: the commands `s`, `p`, `d` and `q`, with addresses.

use super::arguments::short_options;
use super::input::read_inputs;
use super::invocation::Invocation;
use crate::kube_bench::shell::budget::{check_line_operations, check_text_size};
use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::output::CommandOutput;
use crate::kube_bench::shell::posix_regex::{RegexOptions, compile};
use crate::text::quote;
use regex::{Captures, Regex};

struct SedCommand {
    /// The lines it applies to: one address, or a range; all without.
    address: Option<(SedAddress, Option<SedAddress>)>,
    negated: bool,
    action: SedAction,
    /// Whether the current line is inside the range.
    in_range: bool,
}

enum SedAddress {
    Line(usize),
    Last,
    Match(Regex),
}

enum SedAction {
    Print,
    Delete,
    Quit,
    Substitute(SedSubstitution),
}

/// `s/regex/replacement/flags`
struct SedSubstitution {
    regex: Regex,
    replacement: Vec<SedReplacement>,
    global: bool,
    /// The first match that is replaced, counted from 1.
    nth: usize,
    print: bool,
}

enum SedReplacement {
    Text(String),
    /// `\1`; 0 is the whole match.
    Group(usize),
}

pub(super) fn run(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let options = parse_options(invocation.arguments)?;
    let mut commands = Vec::new();
    for script in &options.scripts {
        commands.extend(SedParser { script, rest: script, extended: options.extended }.commands()?);
    }
    let describe = |file: &str, error: &str| format!("can't read {file}: {error}");
    let mut inputs = read_inputs(invocation, &options.files, "sed", describe)?;
    if inputs.errors.contains("Is a directory") {
        return Err(unsupported("`sed` on a directory"));
    }
    if inputs.texts.len() > 1 {
        return Err(unsupported("`sed` on several files"));
    }
    let input = inputs.texts.pop().map(|(_, text)| text).unwrap_or_default();
    let status = if inputs.errors.is_empty() { 0 } else { 2 };
    check_line_operations(&input, commands.len())?;
    Ok(CommandOutput::with_errors(inputs.errors, edit(&mut commands, &input, options.quiet)?, status))
}

#[derive(Default)]
struct SedOptions<'a> {
    quiet: bool,
    extended: bool,
    scripts: Vec<&'a str>,
    files: Vec<&'a str>,
}

fn parse_options(arguments: &[String]) -> Result<SedOptions<'_>, ScriptError> {
    let mut options = SedOptions::default();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let error = || unsupported(quote(&format!("sed {argument}")));
        let Some(flags) = short_options(argument) else {
            if argument.starts_with("--") {
                return Err(error());
            }
            options.files.push(argument);
            continue;
        };
        for flag in flags.clone() {
            match flag {
                'n' => options.quiet = true,
                'E' | 'r' => options.extended = true,
                'e' if flags.as_str().ends_with('e') => {
                    options.scripts.push(arguments.next().ok_or_else(|| unsupported("`sed -e` without a script"))?);
                }
                _ => return Err(error()),
            }
        }
    }
    if options.scripts.is_empty() {
        if options.files.is_empty() {
            return Err(unsupported("`sed` without a script"));
        }
        options.scripts.push(options.files.remove(0));
    }
    Ok(options)
}

fn edit(commands: &mut [SedCommand], input: &str, quiet: bool) -> Result<String, ScriptError> {
    let lines: Vec<&str> = input.split_inclusive('\n').collect();
    let mut out = String::new();
    for (index, whole) in lines.iter().enumerate() {
        let line = whole.strip_suffix('\n').unwrap_or(whole);
        let edited = edit_line(commands, line, index + 1, index + 1 == lines.len(), quiet)?;
        for (printed, text) in edited.prints.iter().enumerate() {
            // Copies of a last line without a line end are separated, but the last copy has none either.
            if printed > 0 && out.ends_with(|c| c != '\n') {
                out.push('\n');
            }
            out.push_str(text);
            out.push('\n');
            check_text_size(out.len())?;
        }
        if !edited.prints.is_empty() && !whole.ends_with('\n') {
            out.pop();
        }
        if edited.quit {
            break;
        }
    }
    Ok(out)
}

/// What the commands make of one line.
struct EditedLine {
    prints: Vec<String>,
    quit: bool,
}

fn edit_line(
    commands: &mut [SedCommand],
    line: &str,
    number: usize,
    is_last: bool,
    quiet: bool,
) -> Result<EditedLine, ScriptError> {
    let mut line = line.to_owned();
    let mut edited = EditedLine { prints: Vec::new(), quit: false };
    for command in commands {
        if command.applies(number, is_last, &line) == command.negated {
            continue;
        }
        match &command.action {
            SedAction::Print => edited.prints.push(line.clone()),
            SedAction::Delete => return Ok(edited),
            SedAction::Quit => {
                edited.quit = true;
                break;
            }
            SedAction::Substitute(substitution) => {
                if let Some(new) = substitution.apply(&line)? {
                    line = new;
                    if substitution.print {
                        edited.prints.push(line.clone());
                    }
                }
            }
        }
    }
    if !quiet {
        edited.prints.push(line);
    }
    Ok(edited)
}

impl SedCommand {
    fn applies(&mut self, number: usize, is_last: bool, line: &str) -> bool {
        let at = |address: &SedAddress| match address {
            SedAddress::Line(n) => *n == number,
            SedAddress::Last => is_last,
            SedAddress::Match(regex) => regex.is_match(line),
        };
        match &self.address {
            None => true,
            Some((one, None)) => at(one),
            Some((_, Some(to))) if self.in_range => {
                let ends = match to {
                    SedAddress::Line(n) => number >= *n,
                    SedAddress::Last | SedAddress::Match(_) => at(to),
                };
                self.in_range = !ends;
                // The end may have been passed on a line that an earlier command skipped.
                !matches!(to, SedAddress::Line(n) if number > *n)
            }
            Some((from, Some(to))) => {
                let begins = at(from);
                let ends_here = match to {
                    SedAddress::Line(n) => *n <= number,
                    SedAddress::Last => is_last,
                    SedAddress::Match(_) => false,
                };
                self.in_range = begins && !ends_here;
                begins
            }
        }
    }
}

impl SedSubstitution {
    /// The line after the substitution, or `None` if nothing matched.
    fn apply(&self, line: &str) -> Result<Option<String>, ScriptError> {
        let mut out = String::new();
        let mut copied = 0;
        let mut found = false;
        for (index, captures) in self.regex.captures_iter(line).enumerate() {
            if index + 1 < self.nth {
                continue;
            }
            let Some(whole) = captures.get(0) else { continue };
            out.push_str(&line[copied..whole.start()]);
            self.push_replacement(&captures, &mut out)?;
            copied = whole.end();
            found = true;
            if !self.global {
                break;
            }
        }
        out.push_str(&line[copied..]);
        Ok(found.then_some(out))
    }

    fn push_replacement(&self, captures: &Captures<'_>, out: &mut String) -> Result<(), ScriptError> {
        for part in &self.replacement {
            match part {
                SedReplacement::Text(text) => out.push_str(text),
                SedReplacement::Group(number) => out.push_str(captures.get(*number).map_or("", |m| m.as_str())),
            }
            check_text_size(out.len())?;
        }
        Ok(())
    }
}

struct SedParser<'t> {
    script: &'t str,
    rest: &'t str,
    extended: bool,
}

impl SedParser<'_> {
    fn error(&self) -> ScriptError {
        unsupported(format!("the `sed` script {}", quote(self.script)))
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn commands(mut self) -> Result<Vec<SedCommand>, ScriptError> {
        let mut commands = Vec::new();
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\n', ';']);
            if self.rest.is_empty() {
                return Ok(commands);
            }
            commands.push(self.command()?);
            self.rest = self.rest.trim_start_matches([' ', '\t']);
            if !self.rest.is_empty() && !self.rest.starts_with([';', '\n']) {
                return Err(self.error());
            }
        }
    }

    fn command(&mut self) -> Result<SedCommand, ScriptError> {
        let mut address = None;
        if let Some(from) = self.address()? {
            let to = if self.rest.starts_with(',') {
                self.next();
                Some(self.address()?.ok_or_else(|| self.error())?)
            } else {
                None
            };
            address = Some((from, to));
        }
        self.rest = self.rest.trim_start_matches(' ');
        let negated = self.rest.starts_with('!');
        if negated {
            self.next();
        }
        let action = match self.next() {
            Some('p') => SedAction::Print,
            Some('d') => SedAction::Delete,
            Some('q') => SedAction::Quit,
            Some('s') => SedAction::Substitute(self.substitution()?),
            _ => return Err(self.error()),
        };
        Ok(SedCommand { address, negated, action, in_range: false })
    }

    fn address(&mut self) -> Result<Option<SedAddress>, ScriptError> {
        let digits = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        if digits > 0 {
            let number: usize = self.rest[..digits].parse().map_err(|_| self.error())?;
            self.rest = &self.rest[digits..];
            return if number == 0 { Err(self.error()) } else { Ok(Some(SedAddress::Line(number))) };
        }
        match self.rest.chars().next() {
            Some('$') => {
                self.next();
                Ok(Some(SedAddress::Last))
            }
            Some('/') => {
                self.next();
                let pattern = self.until('/')?;
                if pattern.is_empty() {
                    return Err(self.error());
                }
                let options = RegexOptions { extended: self.extended, ignore_case: false, uses_extent: false };
                Ok(Some(SedAddress::Match(compile(&pattern, options)?)))
            }
            _ => Ok(None),
        }
    }

    /// The text up to the delimiter; an escaped delimiter is a literal.
    fn until(&mut self, delimiter: char) -> Result<String, ScriptError> {
        let mut text = String::new();
        loop {
            match self.next().ok_or_else(|| self.error())? {
                c if c == delimiter => return Ok(text),
                '\\' => match self.next().ok_or_else(|| self.error())? {
                    c if c == delimiter && !matches!(c, '|' | '.' | '*' | '+' | '?' | '(' | ')' | '^' | '$') => {
                        text.push(c)
                    }
                    c if c == delimiter => return Err(self.error()),
                    other => text.extend(['\\', other]),
                },
                // Programs differ in whether a delimiter in a bracket expression ends the pattern.
                '[' => {
                    let inner = self.rest.find(']').map_or("", |end| &self.rest[..end]);
                    if inner.contains(delimiter) {
                        return Err(self.error());
                    }
                    text.push('[');
                }
                other => text.push(other),
            }
        }
    }

    fn substitution(&mut self) -> Result<SedSubstitution, ScriptError> {
        let delimiter =
            self.next().filter(|c| !matches!(c, '\\' | '\n') && c.is_ascii()).ok_or_else(|| self.error())?;
        let pattern = self.until(delimiter)?;
        let replacement = self.replacement(delimiter)?;
        let (mut global, mut print, mut ignore_case, mut nth) = (false, false, false, 1);
        while let Some(flag) = self.rest.chars().next() {
            match flag {
                'g' => global = true,
                'p' => print = true,
                'i' | 'I' => ignore_case = true,
                '1'..='9' => nth = flag.to_digit(10).unwrap_or(1) as usize,
                ' ' | ';' | '\n' => break,
                _ => return Err(self.error()),
            }
            self.next();
        }
        if pattern.is_empty() {
            return Err(self.error());
        }
        let regex = compile(&pattern, RegexOptions { extended: self.extended, ignore_case, uses_extent: true })?;
        Ok(SedSubstitution { regex, replacement, global, nth, print })
    }

    fn replacement(&mut self, delimiter: char) -> Result<Vec<SedReplacement>, ScriptError> {
        let mut parts = Vec::new();
        let mut text = String::new();
        loop {
            let group = match self.next().ok_or_else(|| self.error())? {
                c if c == delimiter => break,
                '&' => 0,
                '\\' => match self.next().ok_or_else(|| self.error())? {
                    'n' if delimiter != 'n' => {
                        text.push('\n');
                        continue;
                    }
                    't' if delimiter != 't' => {
                        text.push('\t');
                        continue;
                    }
                    digit @ '1'..='9' => digit.to_digit(10).unwrap_or_default() as usize,
                    c if c.is_ascii_alphanumeric() => return Err(self.error()),
                    c => {
                        text.push(c);
                        continue;
                    }
                },
                other => {
                    text.push(other);
                    continue;
                }
            };
            parts.push(SedReplacement::Text(std::mem::take(&mut text)));
            parts.push(SedReplacement::Group(group));
        }
        parts.push(SedReplacement::Text(text));
        Ok(parts)
    }
}
