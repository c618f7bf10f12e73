//! `grep`: lines that match, or that do not.

use super::{Call, letters, lines, plainly};
use crate::kube_bench::shell::budget::{room, work};
use crate::kube_bench::shell::posix_regex::{Reading, compile};
use crate::kube_bench::shell::{Output, ScriptError, unknown};
use regex::Regex;

const USAGE: &str = "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n";

/// Patterns of one command.
const MAX_PATTERNS: usize = 1000;

#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is one flag of the command")]
struct GrepOptions {
    invert: bool,
    extended: bool,
    fixed: bool,
    ignore_case: bool,
    only_match: bool,
    quiet: bool,
    count: bool,
    whole_word: bool,
    whole_line: bool,
    numbered: bool,
    silent: bool,
    no_name: bool,
    with_name: bool,
    most: Option<usize>,
    patterns: Vec<String>,
    files: Vec<String>,
}

pub(super) fn run(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    let Some(asked) = parse(call.arguments)? else {
        return Ok(Output::with_errors(USAGE.to_owned(), String::new(), 2));
    };
    let patterns = asked.patterns.iter().flat_map(|p| p.split('\n'));
    if patterns.clone().count() > MAX_PATTERNS {
        return Err(unknown(format!("grep of more than {MAX_PATTERNS} patterns")));
    }
    let patterns: Vec<Regex> = patterns.map(|p| regex(&asked, p)).collect::<Result<_, _>>()?;
    if asked.only_match && patterns.len() > 1 {
        return Err(unknown("grep -o of several patterns"));
    }
    let files: Vec<&str> = asked.files.iter().map(String::as_str).collect();
    let inputs = call.inputs(&files, "grep", plainly)?;
    let (mut text, mut matched) = (String::new(), false);
    for (name, input) in &inputs.texts {
        let named = (files.len() > 1 || asked.with_name) && !asked.no_name;
        let name = name.as_deref().unwrap_or("(standard input)");
        let prefix = if named { format!("{name}:") } else { String::new() };
        work(input, patterns.len())?;
        matched |= one(&asked, &patterns, input, &prefix, &mut text)?;
    }
    let errors = if asked.silent { String::new() } else { inputs.errors.clone() };
    let failed = !inputs.errors.is_empty();
    let status = match (matched, failed) {
        (true, true) if asked.quiet => 0,
        (_, true) => 2,
        (true, false) => 0,
        (false, false) => 1,
    };
    Ok(Output::with_errors(errors, if asked.quiet { String::new() } else { text }, status))
}

/// The plain text without which no line is printed, if these arguments of grep ask for such, of standard input.
pub(super) fn text_sought(arguments: &[String]) -> Option<String> {
    let asked = parse(arguments).ok()??;
    let plain = |pattern: &String| pattern.chars().all(|c| c.is_ascii_alphanumeric() || " _-/:=,".contains(c));
    let only = !(asked.invert || asked.ignore_case || asked.numbered) && asked.files.is_empty();
    match asked.patterns.as_slice() {
        [pattern] if only && !pattern.is_empty() && plain(pattern) => Some(pattern.clone()),
        _ => None,
    }
}

fn one(
    asked: &GrepOptions,
    patterns: &[Regex],
    input: &str,
    prefix: &str,
    text: &mut String,
) -> Result<bool, ScriptError> {
    let mut found = 0;
    for (index, line) in lines(input).enumerate() {
        if asked.most.is_some_and(|most| found >= most) {
            break;
        }
        if patterns.iter().any(|p| p.is_match(line)) == asked.invert {
            continue;
        }
        found += 1;
        if asked.count {
            continue;
        }
        let number = if asked.numbered { format!("{}:", index + 1) } else { String::new() };
        if !asked.only_match {
            text.push_str(&format!("{prefix}{number}{line}\n"));
        } else if !asked.invert {
            let matches = patterns.iter().flat_map(|p| p.find_iter(line)).filter(|m| !m.is_empty());
            for found in matches {
                text.push_str(&format!("{prefix}{number}{}\n", found.as_str()));
                room(text.len())?;
            }
        }
        room(text.len())?;
    }
    if asked.count {
        text.push_str(&format!("{prefix}{found}\n"));
    }
    Ok(found > 0)
}

fn regex(asked: &GrepOptions, pattern: &str) -> Result<Regex, ScriptError> {
    let reading = Reading {
        extended: asked.extended,
        ignore_case: asked.ignore_case,
        extent: asked.only_match || asked.whole_word,
    };
    let escaped;
    let pattern = if asked.fixed {
        let special = |c: char| matches!(c, '.' | '*' | '[' | ']' | '^' | '$' | '\\');
        escaped = pattern.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect::<String>();
        &escaped
    } else {
        pattern
    };
    let reading = Reading { extended: reading.extended && !asked.fixed, ..reading };
    let regex = compile(pattern, reading)?;
    if !asked.whole_word && !asked.whole_line {
        return Ok(regex);
    }
    if asked.only_match {
        return Err(unknown("grep -o with -w or -x"));
    }
    let around = if asked.whole_line { ("^(?:", ")$") } else { (r"(?:^|\W)(?:", r")(?:\W|$)") };
    let case = if asked.ignore_case { "(?i)" } else { "" };
    Regex::new(&format!("{case}{}{}{}", around.0, regex.as_str(), around.1))
        .map_err(|_| unknown(format!("the regular expression {pattern}")))
}

/// None where no pattern is given.
fn parse(arguments: &[String]) -> Result<Option<GrepOptions>, ScriptError> {
    let mut asked = GrepOptions::default();
    let mut operands: Vec<String> = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            operands.extend(words.by_ref().cloned());
            break;
        }
        let Some(flags) = letters(word) else {
            if word.starts_with("--") {
                return Err(unknown(format!("grep {word}")));
            }
            operands.push(word.clone());
            continue;
        };
        let mut flags = flags;
        while let Some(flag) = flags.next() {
            match flag {
                'v' => asked.invert = true,
                'E' => asked.extended = true,
                'G' => asked.extended = false,
                'F' => asked.fixed = true,
                'i' | 'y' => asked.ignore_case = true,
                'o' => asked.only_match = true,
                'q' => asked.quiet = true,
                'c' => asked.count = true,
                'w' => asked.whole_word = true,
                'x' => asked.whole_line = true,
                'n' => asked.numbered = true,
                's' => asked.silent = true,
                'h' => asked.no_name = true,
                'H' => asked.with_name = true,
                'e' | 'm' => {
                    let rest = flags.as_str();
                    let value = if rest.is_empty() { words.next().cloned() } else { Some(rest.to_owned()) };
                    let value = value.ok_or_else(|| unknown(format!("grep -{flag} with nothing behind it")))?;
                    if flag == 'e' {
                        asked.patterns.push(value);
                    } else {
                        asked.most = Some(value.parse().map_err(|_| unknown(format!("grep -m {value}")))?);
                    }
                    break;
                }
                other => return Err(unknown(format!("grep -{other}"))),
            }
        }
    }
    if asked.patterns.is_empty() {
        if operands.is_empty() {
            return Ok(None);
        }
        asked.patterns.push(operands.remove(0));
    }
    asked.files = operands;
    Ok(Some(asked))
}
