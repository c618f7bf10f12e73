//! `journalctl`: a unit's entries, one line each, oldest first. What the files hold, the host reads.

use super::{Call, grep, program};
use crate::kube_bench::shell::{Output, ScriptError, Stream, said, unknown};
use crate::source::node::{Journal, JournalQuery, SourceError, unit_name};

#[derive(Debug, Default, PartialEq, Eq)]
struct JournalctlOptions {
    query: JournalQuery,
    quiet: bool,
    /// Only the messages.
    bare: bool,
}

const EMPTY: &str = "-- No entries --\n";

pub(super) fn run(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    let mut asked = parse(call)?;
    if !asked.bare && asked.query.last.is_none() {
        asked.query.holding = call.reader.and_then(sought).filter(|text| stands_only_in_entries(text));
    }
    let folder = asked.query.folder.as_ref().map(|folder| folder.display().to_string());
    let journal = call.world.journal(&asked.query);
    let journal = match (journal.as_ref(), &folder) {
        (Ok(journal), _) => journal,
        (Err(trouble @ (SourceError::NotFound | SourceError::NotDirectory)), Some(folder)) => {
            let errors = format!("Failed to open {folder}: {}\n", said(folder, trouble)?);
            return Ok(Output::with_errors(errors, String::new(), 1));
        }
        (Err(trouble), _) => return Err(ScriptError::Failed(format!("the journal {trouble}"))),
    };
    let mut errors = journal.ignored.concat();
    if !asked.quiet && !journal.exists {
        errors.push_str("No journal files were found.\n");
    }
    let mut output = Output { chunks: vec![(Stream::Err, errors)], status: 0 };
    output.chunks.push((Stream::Out, lines(&asked, journal)?));
    Ok(output)
}

fn lines(asked: &JournalctlOptions, journal: &Journal) -> Result<String, ScriptError> {
    let mut text = String::new();
    if journal.entries.is_empty() && !asked.quiet {
        return Ok(EMPTY.to_owned());
    }
    let mut before = None;
    for entry in &journal.entries {
        if !asked.query.merge && !asked.quiet {
            if before.is_some_and(|boot| boot != entry.boot) {
                text.push_str(&entry.boot_line());
            }
            before = Some(entry.boot);
        }
        match &entry.message {
            Some(message) if asked.bare => {
                let message = str::from_utf8(message).ok().filter(|m| !m.contains('\0'));
                text.push_str(message.ok_or_else(|| unknown("a message that is no text"))?);
                text.push('\n');
            }
            Some(_) | None => text.extend(entry.short().filter(|_| !asked.bare)),
        }
    }
    Ok(text)
}

/// What the command behind it looks for in its lines, if it is a grep for a plain text. The other entries need not be kept.
fn sought(reader: &[String]) -> Option<String> {
    let (name, arguments) = reader.split_first()?;
    if program(name) == "grep" { grep::text_sought(arguments) } else { None }
}

/// Whether a text can stand in no line but an entry's.
fn stands_only_in_entries(text: &str) -> bool {
    !EMPTY.contains(text) && text.chars().any(|c| !"-- Boot 0123456789abcdef".contains(c))
}

fn parse(call: &Call<'_, '_>) -> Result<JournalctlOptions, ScriptError> {
    let strange = |what: &str| unknown(format!("journalctl {what}"));
    let mut asked = JournalctlOptions::default();
    let mut words = call.arguments.iter().peekable();
    while let Some(word) = words.next() {
        let (flag, joined) = match word.strip_prefix("--") {
            Some(long) => match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (long, None),
            },
            // Letters without a value may stand before one with it: `-qmu k3s`.
            None => {
                let letters = word.strip_prefix('-').ok_or_else(|| strange(word))?;
                let rest = letters.trim_start_matches(['q', 'm', 'l']);
                asked.quiet |= letters[..letters.len() - rest.len()].contains('q');
                asked.query.merge |= letters[..letters.len() - rest.len()].contains('m');
                let Some(letter) = rest.chars().next() else {
                    if letters.is_empty() {
                        return Err(strange(word));
                    }
                    continue;
                };
                let value = &rest[letter.len_utf8()..];
                (&rest[..letter.len_utf8()], Some(value.to_owned()).filter(|v| !v.is_empty()))
            }
        };
        let is_long = word.starts_with("--");
        match (is_long, flag) {
            (true, "quiet") if joined.is_none() => asked.quiet = true,
            (true, "merge") if joined.is_none() => asked.query.merge = true,
            // There is no pager here, lines are whole, and times are UTC anyway.
            (true, "no-pager" | "full" | "utc") if joined.is_none() => {}
            (true, "unit") | (false, "u") => {
                let unit = joined.or_else(|| words.next().cloned()).ok_or_else(|| strange(word))?;
                asked.query.units.push(unit_name(&unit).ok_or_else(|| strange(&format!("-u {unit}")))?);
            }
            (true, "directory") | (false, "D") => {
                let folder = joined.or_else(|| words.next().cloned()).ok_or_else(|| strange(word))?;
                if !folder.starts_with('/') {
                    return Err(strange(&format!("-D {folder}")));
                }
                asked.query.folder = Some(folder.into());
            }
            (true, "output") | (false, "o") => {
                let form = joined.or_else(|| words.next().cloned()).ok_or_else(|| strange(word))?;
                asked.bare = match form.as_str() {
                    "short" => false,
                    "cat" => {
                        asked.quiet = true;
                        true
                    }
                    other => return Err(strange(&format!("-o {other}"))),
                };
            }
            (true, "lines") | (false, "n") => {
                let count = joined.or_else(|| words.next_if(|next| is_number(next)).cloned());
                let count = count.unwrap_or_else(|| "10".to_owned());
                let number = count.parse().ok().filter(|_| is_number(&count));
                asked.query.last = Some(number.ok_or_else(|| strange(&format!("-n {count}")))?);
            }
            (true | false, _) => return Err(strange(word)),
        }
    }
    Ok(asked)
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
}
