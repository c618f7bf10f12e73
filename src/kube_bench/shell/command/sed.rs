//! `sed`: lines edited by a script.

use super::arguments::short_options;
use super::input::read_inputs;
use super::invocation::Invocation;
use super::sed_script::{self, SedAction, SedAddress, SedCommand, SedReplacement, SedSubstitution};
use crate::kube_bench::shell::budget::{check_line_operations, check_text_size};
use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::output::CommandOutput;
use crate::text::quote;
use regex::Captures;

pub(super) fn run(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let options = parse_options(invocation.arguments)?;
    let mut commands = Vec::new();
    for script in &options.scripts {
        commands.extend(sed_script::parse(script, options.extended)?);
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
