//! `sed`: the commands `s`, `p`, `d` and `q`, each perhaps with an address.

use super::{Call, letters};
use crate::kube_bench::shell::budget::{room, work};
use crate::kube_bench::shell::posix_regex::{Reading, compile};
use crate::kube_bench::shell::{Output, ScriptError, unknown};
use regex::{Captures, Regex};

struct Command {
    address: Option<(Address, Option<Address>)>,
    negated: bool,
    action: Action,
    /// Whether it is inside of its range.
    inside: bool,
}

enum Address {
    Line(usize),
    Last,
    Match(Regex),
}

enum Action {
    Print,
    Delete,
    Quit,
    Substitute { pattern: Regex, with: Vec<SedToken>, every: bool, nth: usize, print: bool },
}

enum SedToken {
    Text(String),
    Group(usize),
}

pub(super) fn run(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    let (mut quiet, mut extended) = (false, false);
    let mut scripts: Vec<&str> = Vec::new();
    let mut operands: Vec<&str> = Vec::new();
    let mut words = call.arguments.iter();
    while let Some(word) = words.next() {
        let Some(flags) = letters(word) else {
            if word.starts_with("--") {
                return Err(unknown(format!("sed {word}")));
            }
            operands.push(word);
            continue;
        };
        for flag in flags.clone() {
            match flag {
                'n' => quiet = true,
                'E' | 'r' => extended = true,
                'e' if flags.as_str().ends_with('e') => {
                    scripts.push(words.next().ok_or_else(|| unknown("sed -e with nothing behind it"))?);
                }
                _ => return Err(unknown(format!("sed {word}"))),
            }
        }
    }
    if scripts.is_empty() {
        if operands.is_empty() {
            return Err(unknown("sed without a script"));
        }
        scripts.push(operands.remove(0));
    }
    let mut commands = Vec::new();
    for script in scripts {
        commands.extend(SedParser { text: script, rest: script, extended }.commands()?);
    }
    let inputs = call.inputs(&operands, "sed", |file, error| format!("can't read {file}: {error}"))?;
    if inputs.errors.contains("Is a directory") {
        return Err(unknown("sed of a directory"));
    }
    let input: String = match inputs.texts.as_slice() {
        [] => String::new(),
        [(_, one)] => one.clone(),
        _ => return Err(unknown("sed of several files")),
    };
    let status = if inputs.errors.is_empty() { 0 } else { 2 };
    work(&input, commands.len())?;
    Ok(Output::with_errors(inputs.errors, edit(&mut commands, &input, quiet)?, status))
}

fn edit(commands: &mut [Command], input: &str, quiet: bool) -> Result<String, ScriptError> {
    let lines: Vec<&str> = input.split_inclusive('\n').collect();
    let mut out = String::new();
    for (index, whole) in lines.iter().enumerate() {
        let mut line = whole.trim_end_matches('\n').to_owned();
        if let Some(stripped) = whole.strip_suffix('\n') {
            stripped.clone_into(&mut line);
        }
        let (mut printed, mut deleted, mut quits) = (0, false, false);
        let mut early = Vec::new();
        for command in commands.iter_mut() {
            if command.applies(index + 1, index + 1 == lines.len(), &line) == command.negated {
                continue;
            }
            match &command.action {
                Action::Print => early.push(line.clone()),
                Action::Delete => {
                    deleted = true;
                    break;
                }
                Action::Quit => {
                    quits = true;
                    break;
                }
                Action::Substitute { pattern, with, every, nth, print } => {
                    if let Some(new) = substitute(pattern, with, *every, *nth, &line)? {
                        line = new;
                        if *print {
                            early.push(line.clone());
                        }
                    }
                }
            }
        }
        if !quiet && !deleted {
            early.push(line);
        }
        for text in early {
            // A line end that the file's last line lacks is lacking in its last copy too.
            if printed > 0 && out.ends_with(|c| c != '\n') {
                out.push('\n');
            }
            out.push_str(&text);
            out.push('\n');
            room(out.len())?;
            printed += 1;
        }
        if printed > 0 && !whole.ends_with('\n') {
            out.pop();
        }
        if quits {
            break;
        }
    }
    Ok(out)
}

impl Command {
    fn applies(&mut self, number: usize, last: bool, line: &str) -> bool {
        let at = |address: &Address| match address {
            Address::Line(n) => *n == number,
            Address::Last => last,
            Address::Match(pattern) => pattern.is_match(line),
        };
        match &self.address {
            None => true,
            Some((one, None)) => at(one),
            Some((_, Some(to))) if self.inside => {
                let ends = match to {
                    Address::Line(n) => number >= *n,
                    Address::Last | Address::Match(_) => at(to),
                };
                self.inside = !ends;
                // A range that should have ended before does not hold any more.
                !matches!(to, Address::Line(n) if number > *n)
            }
            Some((from, Some(to))) => {
                let begins = at(from);
                self.inside =
                    begins && !matches!(to, Address::Line(n) if *n <= number) && !(matches!(to, Address::Last) && last);
                begins
            }
        }
    }
}

fn substitute(
    pattern: &Regex,
    with: &[SedToken],
    every: bool,
    nth: usize,
    line: &str,
) -> Result<Option<String>, ScriptError> {
    let mut out = String::new();
    let mut from = 0;
    let mut found = false;
    for (index, captures) in pattern.captures_iter(line).enumerate() {
        if index + 1 < nth {
            continue;
        }
        let Some(whole) = captures.get(0) else { continue };
        out.push_str(&line[from..whole.start()]);
        replacement(with, &captures, &mut out)?;
        from = whole.end();
        found = true;
        if !every {
            break;
        }
    }
    out.push_str(&line[from..]);
    Ok(found.then_some(out))
}

fn replacement(with: &[SedToken], captures: &Captures<'_>, out: &mut String) -> Result<(), ScriptError> {
    for piece in with {
        match piece {
            SedToken::Text(text) => out.push_str(text),
            SedToken::Group(number) => out.push_str(captures.get(*number).map_or("", |m| m.as_str())),
        }
        room(out.len())?;
    }
    Ok(())
}

struct SedParser<'t> {
    text: &'t str,
    rest: &'t str,
    extended: bool,
}

impl SedParser<'_> {
    fn strange(&self) -> ScriptError {
        unknown(format!("the sed script {}", self.text))
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.rest.chars().next()?;
        self.rest = &self.rest[letter.len_utf8()..];
        Some(letter)
    }

    fn commands(mut self) -> Result<Vec<Command>, ScriptError> {
        let mut commands = Vec::new();
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\n', ';']);
            if self.rest.is_empty() {
                return Ok(commands);
            }
            commands.push(self.command()?);
            self.rest = self.rest.trim_start_matches([' ', '\t']);
            if !self.rest.is_empty() && !self.rest.starts_with([';', '\n']) {
                return Err(self.strange());
            }
        }
    }

    fn command(&mut self) -> Result<Command, ScriptError> {
        let mut address = None;
        if let Some(from) = self.address()? {
            let to = if self.rest.starts_with(',') {
                self.next();
                Some(self.address()?.ok_or_else(|| self.strange())?)
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
            Some('p') => Action::Print,
            Some('d') => Action::Delete,
            Some('q') => Action::Quit,
            Some('s') => self.substitution()?,
            _ => return Err(self.strange()),
        };
        Ok(Command { address, negated, action, inside: false })
    }

    fn address(&mut self) -> Result<Option<Address>, ScriptError> {
        let digits = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        if digits > 0 {
            let number: usize = self.rest[..digits].parse().map_err(|_| self.strange())?;
            self.rest = &self.rest[digits..];
            return if number == 0 { Err(self.strange()) } else { Ok(Some(Address::Line(number))) };
        }
        match self.rest.chars().next() {
            Some('$') => {
                self.next();
                Ok(Some(Address::Last))
            }
            Some('/') => {
                self.next();
                let pattern = self.until('/')?;
                if pattern.is_empty() {
                    return Err(self.strange());
                }
                let reading = Reading { extended: self.extended, ignore_case: false, extent: false };
                Ok(Some(Address::Match(compile(&pattern, reading)?)))
            }
            _ => Ok(None),
        }
    }

    /// The text up to a delimiter; one behind a backslash is a plain letter.
    fn until(&mut self, delimiter: char) -> Result<String, ScriptError> {
        let mut text = String::new();
        loop {
            match self.next().ok_or_else(|| self.strange())? {
                c if c == delimiter => return Ok(text),
                '\\' => match self.next().ok_or_else(|| self.strange())? {
                    c if c == delimiter && !matches!(c, '|' | '.' | '*' | '+' | '?' | '(' | ')' | '^' | '$') => {
                        text.push(c)
                    }
                    c if c == delimiter => return Err(self.strange()),
                    other => text.extend(['\\', other]),
                },
                // In a bracket a delimiter stands for itself with some programs, and ends the pattern with others.
                '[' => {
                    let inner = self.rest.find(']').map_or("", |end| &self.rest[..end]);
                    if inner.contains(delimiter) {
                        return Err(self.strange());
                    }
                    text.push('[');
                }
                other => text.push(other),
            }
        }
    }

    fn substitution(&mut self) -> Result<Action, ScriptError> {
        let delimiter =
            self.next().filter(|c| !matches!(c, '\\' | '\n') && c.is_ascii()).ok_or_else(|| self.strange())?;
        let pattern = self.until(delimiter)?;
        let with = self.replacement(delimiter)?;
        let (mut every, mut print, mut ignore_case, mut nth) = (false, false, false, 1);
        while let Some(letter) = self.rest.chars().next() {
            match letter {
                'g' => every = true,
                'p' => print = true,
                'i' | 'I' => ignore_case = true,
                '1'..='9' => nth = letter.to_digit(10).unwrap_or(1) as usize,
                ' ' | ';' | '\n' => break,
                _ => return Err(self.strange()),
            }
            self.next();
        }
        if pattern.is_empty() {
            return Err(self.strange());
        }
        let pattern = compile(&pattern, Reading { extended: self.extended, ignore_case, extent: true })?;
        Ok(Action::Substitute { pattern, with, every, nth, print })
    }

    fn replacement(&mut self, delimiter: char) -> Result<Vec<SedToken>, ScriptError> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        loop {
            let group = match self.next().ok_or_else(|| self.strange())? {
                c if c == delimiter => break,
                '&' => 0,
                '\\' => match self.next().ok_or_else(|| self.strange())? {
                    'n' if delimiter != 'n' => {
                        text.push('\n');
                        continue;
                    }
                    't' if delimiter != 't' => {
                        text.push('\t');
                        continue;
                    }
                    digit @ '1'..='9' => digit.to_digit(10).unwrap_or_default() as usize,
                    c if c.is_ascii_alphanumeric() => return Err(self.strange()),
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
            pieces.push(SedToken::Text(std::mem::take(&mut text)));
            pieces.push(SedToken::Group(group));
        }
        pieces.push(SedToken::Text(text));
        Ok(pieces)
    }
}
