//! `grep`: lines that match patterns, or that do not.

use super::arguments::{program_name, short_options};
use super::input::{file_error, lines, read_inputs};
use super::invocation::Invocation;
use crate::kube_bench::shell::budget::{check_line_operations, check_text_size};
use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::output::CommandOutput;
use crate::kube_bench::shell::posix_regex::{RegexOptions, compile, unsupported_regex};
use crate::text::quote;
use regex::Regex;

const USAGE: &str = "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n";

/// Maximum patterns of one command.
const MAX_PATTERNS: usize = 1000;

#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is one flag of the command")]
struct GrepOptions {
    invert: bool,
    extended: bool,
    fixed: bool,
    ignore_case: bool,
    only_matching: bool,
    quiet: bool,
    count: bool,
    word: bool,
    whole_line: bool,
    line_numbers: bool,
    no_messages: bool,
    no_file_name: bool,
    with_file_name: bool,
    max_count: Option<usize>,
    /// Lines to print after each selected line (`-A`).
    after: Option<usize>,
    patterns: Vec<String>,
    files: Vec<String>,
}

pub(super) fn run(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let Some(options) = parse(invocation.arguments)? else {
        return Ok(CommandOutput::with_errors(USAGE.to_owned(), String::new(), 2));
    };
    let patterns = options.patterns.iter().flat_map(|p| p.split('\n'));
    if patterns.clone().count() > MAX_PATTERNS {
        return Err(unsupported(format!("`grep` with more than {MAX_PATTERNS} patterns")));
    }
    let regexes: Vec<Regex> = patterns.map(|p| regex(&options, p)).collect::<Result<_, _>>()?;
    if options.only_matching && regexes.len() > 1 {
        return Err(unsupported("`grep -o` with several patterns"));
    }
    if options.after.is_some() && (options.only_matching || options.max_count.is_some()) {
        return Err(unsupported("`grep -A` with `-o` or `-m`"));
    }
    let files: Vec<&str> = options.files.iter().map(String::as_str).collect();
    let inputs = read_inputs(invocation, &files, "grep", file_error)?;
    let (mut text, mut matched) = (String::new(), false);
    for (name, input) in &inputs.texts {
        let show_name = (files.len() > 1 || options.with_file_name) && !options.no_file_name;
        let name = name.as_deref().unwrap_or("(standard input)");
        let prefix = if show_name { format!("{name}:") } else { String::new() };
        check_line_operations(input, regexes.len())?;
        matched |= search(&options, &regexes, input, &prefix, &mut text)?;
    }
    let errors = if options.no_messages { String::new() } else { inputs.errors.clone() };
    let failed = !inputs.errors.is_empty();
    let status = match (matched, failed) {
        (true, true) if options.quiet => 0,
        (_, true) => 2,
        (true, false) => 0,
        (false, false) => 1,
    };
    Ok(CommandOutput::with_errors(errors, if options.quiet { String::new() } else { text }, status))
}

/// The literal text without which a reading command, a `grep` of standard input, drops a line. What has no such line need not
/// be collected.
pub(super) fn required_by(reader: &[String]) -> Option<String> {
    let (name, arguments) = reader.split_first()?;
    if program_name(name) == "grep" { required_text(arguments) } else { None }
}

fn required_text(arguments: &[String]) -> Option<String> {
    let options = parse(arguments).ok()??;
    let literal = |pattern: &String| pattern.chars().all(|c| c.is_ascii_alphanumeric() || " _-/:=,".contains(c));
    let changes_lines = options.invert || options.ignore_case || options.line_numbers || options.after.is_some();
    let applies = !changes_lines && options.files.is_empty();
    match options.patterns.as_slice() {
        [pattern] if applies && !pattern.is_empty() && literal(pattern) => Some(pattern.clone()),
        _ => None,
    }
}

/// Appends what one input contributes; returns whether a line was selected.
fn search(
    options: &GrepOptions,
    regexes: &[Regex],
    input: &str,
    prefix: &str,
    text: &mut String,
) -> Result<bool, ScriptError> {
    let mut selected = 0;
    // Lines of context to come, and whether a line was left out since the last that was printed.
    let (mut context, mut has_gap) = (0, true);
    for (index, line) in lines(input).enumerate() {
        if options.max_count.is_some_and(|max| selected >= max) {
            break;
        }
        if regexes.iter().any(|r| r.is_match(line)) == options.invert {
            if context > 0 && !options.count {
                context -= 1;
                let number = if options.line_numbers { format!("{}-", index + 1) } else { String::new() };
                let name = prefix.strip_suffix(':').map(|name| format!("{name}-")).unwrap_or_default();
                text.push_str(&format!("{name}{number}{line}\n"));
                check_text_size(text.len())?;
            } else {
                has_gap = true;
            }
            continue;
        }
        selected += 1;
        if options.count {
            continue;
        }
        if let Some(after) = options.after {
            if has_gap && !text.is_empty() {
                text.push_str("--\n");
            }
            (context, has_gap) = (after, false);
        }
        let number = if options.line_numbers { format!("{}:", index + 1) } else { String::new() };
        if !options.only_matching {
            text.push_str(&format!("{prefix}{number}{line}\n"));
        } else if !options.invert {
            let matches = regexes.iter().flat_map(|r| r.find_iter(line)).filter(|m| !m.is_empty());
            for found in matches {
                text.push_str(&format!("{prefix}{number}{}\n", found.as_str()));
                check_text_size(text.len())?;
            }
        }
        check_text_size(text.len())?;
    }
    if options.count {
        text.push_str(&format!("{prefix}{selected}\n"));
    }
    Ok(selected > 0)
}

/// Compiles one pattern, with what `-F`, `-w` and `-x` add to it.
fn regex(options: &GrepOptions, pattern: &str) -> Result<Regex, ScriptError> {
    let regex_options = RegexOptions {
        extended: options.extended && !options.fixed,
        ignore_case: options.ignore_case,
        uses_extent: options.only_matching || options.word,
    };
    let regex = if options.fixed {
        let special = |c: char| matches!(c, '.' | '*' | '[' | ']' | '^' | '$' | '\\');
        let escaped: String = pattern.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect();
        compile(&escaped, regex_options)?
    } else {
        compile(pattern, regex_options)?
    };
    if !options.word && !options.whole_line {
        return Ok(regex);
    }
    if options.only_matching {
        return Err(unsupported("`grep -o` with `-w` or `-x`"));
    }
    let (before, after) = if options.whole_line { ("^(?:", ")$") } else { (r"(?:^|\W)(?:", r")(?:\W|$)") };
    let case = if options.ignore_case { "(?i)" } else { "" };
    Regex::new(&format!("{case}{before}{}{after}", regex.as_str())).map_err(|_| unsupported_regex(pattern))
}

/// Parses the arguments; `None` if there is no pattern.
fn parse(arguments: &[String]) -> Result<Option<GrepOptions>, ScriptError> {
    let mut options = GrepOptions::default();
    let mut operands: Vec<String> = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            operands.extend(arguments.by_ref().cloned());
            break;
        }
        let Some(mut flags) = short_options(argument) else {
            if argument.starts_with("--") {
                return Err(unsupported(quote(&format!("grep {argument}"))));
            }
            operands.push(argument.clone());
            continue;
        };
        while let Some(flag) = flags.next() {
            match flag {
                'v' => options.invert = true,
                'E' => options.extended = true,
                'G' => options.extended = false,
                'F' => options.fixed = true,
                'i' | 'y' => options.ignore_case = true,
                'o' => options.only_matching = true,
                'q' => options.quiet = true,
                'c' => options.count = true,
                'w' => options.word = true,
                'x' => options.whole_line = true,
                'n' => options.line_numbers = true,
                's' => options.no_messages = true,
                'h' => options.no_file_name = true,
                'H' => options.with_file_name = true,
                'e' | 'm' | 'A' => {
                    let rest = flags.as_str();
                    let value = if rest.is_empty() { arguments.next().cloned() } else { Some(rest.to_owned()) };
                    let value = value.ok_or_else(|| unsupported(format!("`grep -{flag}` without a value")))?;
                    if flag == 'e' {
                        options.patterns.push(value);
                    } else {
                        let number = value.parse().map_err(|_| unsupported(quote(&format!("grep -{flag} {value}"))))?;
                        *(if flag == 'm' { &mut options.max_count } else { &mut options.after }) = Some(number);
                    }
                    break;
                }
                other => return Err(unsupported(format!("`grep -{other}`"))),
            }
        }
    }
    if options.patterns.is_empty() {
        if operands.is_empty() {
            return Ok(None);
        }
        options.patterns.push(operands.remove(0));
    }
    options.files = operands;
    Ok(Some(options))
}
