//! `stat -c FORMAT`: mode, owner and name of files.

use super::Call;
use crate::kube_bench::shell::{Output, ScriptError, said, unknown};
use crate::source::node::{FileKind, Lstat};

pub(super) fn run(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    let mut format = None;
    let mut follow = false;
    let mut files = Vec::new();
    let mut words = call.arguments.iter();
    let mut only_files = false;
    while let Some(word) = words.next() {
        let strange = || unknown(format!("stat {word}"));
        match word.strip_prefix('-').filter(|rest| !rest.is_empty() && !only_files) {
            None => files.push(word),
            Some("-") => only_files = true,
            Some("L" | "-dereference") => follow = true,
            Some("c" | "Lc" | "-format") => {
                follow |= word == "-Lc";
                format = Some(words.next().ok_or_else(strange)?.clone());
            }
            Some(rest) => match rest.strip_prefix("-format=").or_else(|| rest.strip_prefix('c')) {
                Some(text) => format = Some(text.to_owned()),
                None => return Err(strange()),
            },
        }
    }
    if files.is_empty() {
        let error = "stat: missing operand\nTry 'stat --help' for more information.\n";
        return Ok(Output::with_errors(error.to_owned(), String::new(), 1));
    }
    let format = format.ok_or_else(|| unknown("stat without a format"))?;
    let (mut text, mut errors) = (String::new(), String::new());
    for file in files {
        if file.contains(|c: char| c == '\'' || c.is_control()) {
            return Err(unknown("stat of a file with such a name"));
        }
        let place = call.world.place(file);
        let seen = call.world.host.lstat(&place).and_then(|entry| {
            if follow && entry.target.is_some() {
                let stat = call.world.host.stat(&place)?;
                return Ok(Lstat { stat, size: 0, target: None });
            }
            Ok(entry)
        });
        match seen {
            Ok(entry) => {
                text.push_str(&line(call, &format, file, &entry)?);
                text.push('\n');
            }
            Err(trouble) => {
                errors.push_str(&format!("stat: cannot statx '{file}': {}\n", said(file, &trouble)?));
            }
        }
    }
    let status = i32::from(!errors.is_empty());
    Ok(Output::with_errors(errors, text, status))
}

fn line(call: &Call<'_, '_>, format: &str, file: &str, entry: &Lstat) -> Result<String, ScriptError> {
    let accounts = call.world.host.accounts();
    let stat = &entry.stat;
    let nobody = || "UNKNOWN".to_owned();
    let mut text = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        match letters.next() {
            Some('%') => text.push('%'),
            Some('a') => text.push_str(&format!("{:o}", stat.mode)),
            Some('A') => text.push_str(&symbolic(entry)?),
            Some('u') => text.push_str(&stat.uid.to_string()),
            Some('g') => text.push_str(&stat.gid.to_string()),
            Some('U') => text.push_str(&accounts.known_user(stat.uid).unwrap_or_else(nobody)),
            Some('G') => text.push_str(&accounts.known_group(stat.gid).unwrap_or_else(nobody)),
            Some('n') => text.push_str(file),
            other => return Err(unknown(format!("stat -c %{}", other.unwrap_or(' ')))),
        }
    }
    Ok(text)
}

/// `-rw-r--r--`.
fn symbolic(entry: &Lstat) -> Result<String, ScriptError> {
    let kind = match entry.stat.kind {
        FileKind::File => '-',
        FileKind::Directory => 'd',
        FileKind::Special if entry.target.is_some() => 'l',
        FileKind::Special => return Err(unknown("stat -c %A of a device")),
    };
    let mode = entry.stat.mode;
    if mode & 0o7000 != 0 {
        return Err(unknown("stat -c %A of a file with set-id bits"));
    }
    let bit = |shift: u32, letter: char| if mode & (1 << shift) == 0 { '-' } else { letter };
    Ok(std::iter::once(kind).chain((0..9).map(|i| bit(8 - i, ['r', 'w', 'x'][i as usize % 3]))).collect())
}
