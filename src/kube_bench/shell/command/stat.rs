//! `stat -c FORMAT`: mode, owner and name of files.

use super::invocation::Invocation;
use crate::kube_bench::shell::context::ShellContext;
use crate::kube_bench::shell::error::{ScriptError, errno_text, unsupported};
use crate::kube_bench::shell::output::CommandOutput;
use crate::source::node::{FileKind, Lstat};
use crate::text::quote;

#[derive(Default)]
struct StatOptions<'a> {
    format: Option<String>,
    follow: bool,
    files: Vec<&'a str>,
}

pub(super) fn run(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let options = parse(invocation.arguments)?;
    if options.files.is_empty() {
        let error = "stat: missing operand\nTry 'stat --help' for more information.\n";
        return Ok(CommandOutput::with_errors(error.to_owned(), String::new(), 1));
    }
    let format = options.format.ok_or_else(|| unsupported("`stat` without a format"))?;
    let context = invocation.context;
    let (mut text, mut errors) = (String::new(), String::new());
    for file in options.files {
        // The program escapes such names.
        if file.contains(|c: char| c == '\'' || c.is_control()) {
            return Err(unsupported("`stat` on a file name with a quote or control character"));
        }
        let path = context.path(file);
        let entry = context.source.lstat(&path).and_then(|entry| {
            if options.follow && entry.target.is_some() {
                let stat = context.source.stat(&path)?;
                return Ok(Lstat { stat, size: 0, target: None });
            }
            Ok(entry)
        });
        match entry {
            Ok(entry) => {
                text.push_str(&format_entry(context, &format, file, &entry)?);
                text.push('\n');
            }
            Err(error) => {
                errors.push_str(&format!("stat: cannot statx '{file}': {}\n", errno_text(file, &error)?));
            }
        }
    }
    let status = i32::from(!errors.is_empty());
    Ok(CommandOutput::with_errors(errors, text, status))
}

fn parse(arguments: &[String]) -> Result<StatOptions<'_>, ScriptError> {
    let mut options = StatOptions::default();
    let mut only_files = false;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let error = || unsupported(quote(&format!("stat {argument}")));
        match argument.strip_prefix('-').filter(|rest| !rest.is_empty() && !only_files) {
            None => options.files.push(argument.as_str()),
            Some("-") => only_files = true,
            Some("L" | "-dereference") => options.follow = true,
            Some("c" | "Lc" | "-format") => {
                options.follow |= argument == "-Lc";
                options.format = Some(arguments.next().ok_or_else(error)?.clone());
            }
            Some(rest) => match rest.strip_prefix("-format=").or_else(|| rest.strip_prefix('c')) {
                Some(text) => options.format = Some(text.to_owned()),
                None => return Err(error()),
            },
        }
    }
    Ok(options)
}

fn format_entry(context: &ShellContext<'_>, format: &str, file: &str, entry: &Lstat) -> Result<String, ScriptError> {
    let accounts = context.source.accounts();
    let stat = &entry.stat;
    let unknown = || "UNKNOWN".to_owned();
    let mut text = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some('%') => text.push('%'),
            Some('a') => text.push_str(&format!("{:o}", described(stat.mode, "mode", file)?)),
            Some('A') => text.push_str(&symbolic_mode(entry, file)?),
            Some('u') => text.push_str(&described(stat.uid, "owner", file)?.to_string()),
            Some('g') => text.push_str(&described(stat.gid, "group", file)?.to_string()),
            Some('U') => {
                let uid = described(stat.uid, "owner", file)?;
                text.push_str(&accounts.known_user(uid).unwrap_or_else(unknown));
            }
            Some('G') => {
                let gid = described(stat.gid, "group", file)?;
                text.push_str(&accounts.known_group(gid).unwrap_or_else(unknown));
            }
            Some('n') => text.push_str(file),
            other => return Err(unsupported(format!("`stat -c %{}`", other.unwrap_or(' ')))),
        }
    }
    Ok(text)
}

/// What a described host need not say.
fn described(value: Option<u32>, what: &str, file: &str) -> Result<u32, ScriptError> {
    value.ok_or_else(|| ScriptError::Failed(format!("the {what} of {} is not described", quote(file))))
}

/// The mode as `-rw-r--r--`.
fn symbolic_mode(entry: &Lstat, file: &str) -> Result<String, ScriptError> {
    let kind = match entry.stat.kind {
        FileKind::File => '-',
        FileKind::Directory => 'd',
        FileKind::Special if entry.target.is_some() => 'l',
        FileKind::Special => return Err(unsupported("`stat -c %A` on a special file")),
    };
    let mode = described(entry.stat.mode, "mode", file)?;
    if mode & 0o7000 != 0 {
        return Err(unsupported("`stat -c %A` on a file with setuid, setgid or sticky bit"));
    }
    let bit = |shift: u32, c: char| if mode & (1 << shift) == 0 { '-' } else { c };
    Ok(std::iter::once(kind).chain((0..9).map(|i| bit(8 - i, ['r', 'w', 'x'][i as usize % 3]))).collect())
}
