//! `journalctl`: the entries of units, one line each, oldest first. The node source reads the journal files.

use super::grep;
use super::invocation::Invocation;
use crate::kube_bench::shell::error::{ScriptError, errno_text, unsupported};
use crate::kube_bench::shell::output::{CommandOutput, Stream};
use crate::source::node::{Journal, JournalQuery, SourceError, unit_name};
use crate::text::quote;
use std::iter::Peekable;
use std::slice::Iter;

#[derive(Debug, Default, PartialEq, Eq)]
struct JournalctlOptions {
    query: JournalQuery,
    quiet: bool,
    /// Whether only messages are printed (`-o cat`).
    messages_only: bool,
}

const NO_ENTRIES: &str = "-- No entries --\n";

pub(super) fn run(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let mut options = parse(invocation.arguments)?;
    if !options.messages_only && options.query.last.is_none() {
        options.query.containing =
            invocation.reader.and_then(grep::required_by).filter(|text| is_only_in_entries(text));
    }
    let directory = options.query.folder.as_ref().map(|directory| directory.display().to_string());
    let result = invocation.context.journal(&options.query);
    let journal = match (result.as_ref(), &directory) {
        (Ok(journal), _) => journal,
        (Err(error @ (SourceError::NotFound | SourceError::NotDirectory)), Some(directory)) => {
            let errors = format!("Failed to open {directory}: {}\n", errno_text(directory, error)?);
            return Ok(CommandOutput::with_errors(errors, String::new(), 1));
        }
        (Err(error), _) => return Err(ScriptError::Failed(format!("the journal {error}"))),
    };
    let mut errors = journal.ignored.concat();
    if !options.quiet && !journal.exists {
        errors.push_str("No journal files were found.\n");
    }
    let mut output = CommandOutput { chunks: vec![(Stream::Stderr, errors)], status: 0 };
    output.chunks.push((Stream::Stdout, entry_lines(&options, journal)?));
    Ok(output)
}

fn entry_lines(options: &JournalctlOptions, journal: &Journal) -> Result<String, ScriptError> {
    let mut text = String::new();
    if journal.entries.is_empty() && !options.quiet {
        return Ok(NO_ENTRIES.to_owned());
    }
    let mut last_boot = None;
    for entry in &journal.entries {
        if !options.query.merge && !options.quiet {
            if last_boot.is_some_and(|boot| boot != entry.boot) {
                text.push_str(&entry.boot_line());
            }
            last_boot = Some(entry.boot);
        }
        match &entry.message {
            Some(message) if options.messages_only => {
                let message = str::from_utf8(message).ok().filter(|m| !m.contains('\0'));
                text.push_str(message.ok_or_else(|| unsupported("a journal message that is not UTF-8 text"))?);
                text.push('\n');
            }
            Some(_) | None => text.extend(entry.short().filter(|_| !options.messages_only)),
        }
    }
    Ok(text)
}

/// Whether a text can appear in entries only, not in the lines that `journalctl` adds.
fn is_only_in_entries(text: &str) -> bool {
    !NO_ENTRIES.contains(text) && text.chars().any(|c| !"-- Boot 0123456789abcdef".contains(c))
}

fn error(what: &str) -> ScriptError {
    unsupported(quote(&format!("journalctl {what}")))
}

fn parse(arguments: &[String]) -> Result<JournalctlOptions, ScriptError> {
    let mut options = JournalctlOptions::default();
    let mut arguments = arguments.iter().peekable();
    while let Some(argument) = arguments.next() {
        let (name, value) = match argument.strip_prefix("--") {
            Some(long) => match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (long, None),
            },
            None => match options.add_short_flags(argument)? {
                Some(option) => option,
                None => continue,
            },
        };
        let name = match (argument.starts_with("--"), name) {
            (true, long) => long,
            (false, "u") => "unit",
            (false, "D") => "directory",
            (false, "o") => "output",
            (false, "n") => "lines",
            (false, _) => return Err(error(argument)),
        };
        options.add(argument, name, value, &mut arguments)?;
    }
    Ok(options)
}

impl JournalctlOptions {
    /// Takes the flags of a short option group such as `-qmu k3s`; returns the option that ends it, with its attached value.
    fn add_short_flags<'a>(&mut self, argument: &'a str) -> Result<Option<(&'a str, Option<String>)>, ScriptError> {
        let group = argument.strip_prefix('-').filter(|g| !g.is_empty()).ok_or_else(|| error(argument))?;
        let rest = group.trim_start_matches(['q', 'm', 'l']);
        let flags = &group[..group.len() - rest.len()];
        self.quiet |= flags.contains('q');
        self.query.merge |= flags.contains('m');
        Ok(rest.chars().next().map(|c| {
            let (name, value) = rest.split_at(c.len_utf8());
            (name, Some(value.to_owned()).filter(|v| !v.is_empty()))
        }))
    }

    /// Takes one option by its long name.
    fn add(
        &mut self,
        argument: &str,
        name: &str,
        attached: Option<String>,
        arguments: &mut Peekable<Iter<'_, String>>,
    ) -> Result<(), ScriptError> {
        match name {
            "quiet" if attached.is_none() => self.quiet = true,
            "merge" if attached.is_none() => self.query.merge = true,
            // There is no pager, lines are never shortened, and times are UTC anyway.
            "no-pager" | "full" | "utc" if attached.is_none() => {}
            "unit" => {
                let unit = attached.or_else(|| arguments.next().cloned()).ok_or_else(|| error(argument))?;
                self.query.units.push(unit_name(&unit).ok_or_else(|| error(&format!("-u {unit}")))?);
            }
            "directory" => {
                let directory = attached.or_else(|| arguments.next().cloned()).ok_or_else(|| error(argument))?;
                if !directory.starts_with('/') {
                    return Err(error(&format!("-D {directory}")));
                }
                self.query.folder = Some(directory.into());
            }
            "output" => {
                let format = attached.or_else(|| arguments.next().cloned()).ok_or_else(|| error(argument))?;
                self.messages_only = match format.as_str() {
                    "short" => false,
                    "cat" => {
                        self.quiet = true;
                        true
                    }
                    other => return Err(error(&format!("-o {other}"))),
                };
            }
            "lines" => {
                let count = attached.or_else(|| arguments.next_if(|next| is_number(next)).cloned());
                let count = count.unwrap_or_else(|| "10".to_owned());
                let number = count.parse().ok().filter(|_| is_number(&count));
                self.query.last = Some(number.ok_or_else(|| error(&format!("-n {count}")))?);
            }
            _ => return Err(error(argument)),
        }
        Ok(())
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
