//! `awk` programs of one rule, `PATTERN { print … }`, with fields, strings, `NF` and `NR`.

use super::input::{file_error, lines, read_inputs};
use super::invocation::Invocation;
use crate::kube_bench::shell::budget::{check_line_operations, check_text_size};
use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::output::CommandOutput;
use crate::kube_bench::shell::posix_regex::{RegexOptions, compile};
use crate::text::quote;
use regex::Regex;

/// One rule; a rule without an action prints the line.
struct AwkRule {
    pattern: AwkPattern,
    /// The arguments of `print`, each a concatenation of terms.
    print: Vec<Vec<AwkTerm>>,
}

enum AwkPattern {
    Always,
    /// A term, or the whole line, matches a regular expression.
    Match {
        term: Option<AwkTerm>,
        regex: Regex,
        negated: bool,
    },
    Equals {
        term: AwkTerm,
        text: String,
        negated: bool,
    },
}

#[derive(Clone)]
enum AwkTerm {
    /// `$1`; `$0` is the whole line.
    Field(usize),
    /// `$NF`, `$(NF-1)`.
    FieldFromEnd(usize),
    Text(String),
    /// `NF`
    FieldCount,
    /// `NR`
    LineNumber,
}

enum FieldSeparator {
    Blanks,
    Char(char),
    Regex(Regex),
}

pub(super) fn run(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let mut separator = FieldSeparator::Blanks;
    let mut operands: Vec<&str> = Vec::new();
    let mut arguments = invocation.arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("-F") {
            Some("") => separator = FieldSeparator::parse(arguments.next().map_or("", String::as_str))?,
            Some(text) => separator = FieldSeparator::parse(text)?,
            None if argument.starts_with('-') && argument.len() > 1 => {
                return Err(unsupported(quote(&format!("awk {argument}"))));
            }
            None => operands.push(argument),
        }
    }
    let Some((program, files)) = operands.split_first() else {
        return Err(unsupported("`awk` without a program"));
    };
    let rule = AwkParser { program, rest: program }.rule()?;
    let inputs = read_inputs(invocation, files, "awk", file_error)?;
    if !inputs.errors.is_empty() || inputs.texts.len() > 1 || files.iter().any(|f| f.contains('=')) {
        return Err(unsupported("`awk` on several files, or on one that cannot be read"));
    }
    let terms = rule.print.iter().map(Vec::len).sum();
    inputs.texts.iter().try_for_each(|(_, input)| check_line_operations(input, terms))?;
    let mut text = String::new();
    for (index, line) in inputs.texts.iter().flat_map(|(_, input)| lines(input)).enumerate() {
        let record = AwkRecord { line, fields: separator.split(line), number: index + 1 };
        if record.matches(&rule.pattern) {
            check_text_size(line.len().saturating_mul(terms))?;
            let values: Vec<String> =
                rule.print.iter().map(|terms| terms.iter().map(|t| record.value(t)).collect::<String>()).collect();
            text.push_str(&values.join(" "));
            text.push('\n');
            check_text_size(text.len())?;
        }
    }
    Ok(CommandOutput::stdout_text(text, 0))
}

impl FieldSeparator {
    fn parse(text: &str) -> Result<Self, ScriptError> {
        let error = || unsupported(quote(&format!("awk -F {text}")));
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(' '), None) => Ok(Self::Blanks),
            (Some('\\' | 't'), None) | (None, _) => Err(error()),
            (Some(c), None) => Ok(Self::Char(c)),
            (Some('\\'), Some('t')) if text == "\\t" => Ok(Self::Char('\t')),
            (Some(_), Some(_)) if text.contains('\\') => Err(error()),
            (Some(_), Some(_)) => {
                compile(text, RegexOptions { extended: true, ignore_case: false, uses_extent: true }).map(Self::Regex)
            }
        }
    }

    fn split<'l>(&self, line: &'l str) -> Vec<&'l str> {
        match self {
            Self::Blanks => line.split([' ', '\t', '\n']).filter(|f| !f.is_empty()).collect(),
            Self::Char(_) | Self::Regex(_) if line.is_empty() => Vec::new(),
            Self::Char(c) => line.split(*c).collect(),
            Self::Regex(regex) => regex.split(line).collect(),
        }
    }
}

/// One line of input.
struct AwkRecord<'l> {
    line: &'l str,
    fields: Vec<&'l str>,
    number: usize,
}

impl AwkRecord<'_> {
    fn value(&self, term: &AwkTerm) -> String {
        match term {
            AwkTerm::Field(number) => self.field(*number),
            AwkTerm::FieldFromEnd(back) => self.field(self.fields.len().saturating_sub(*back)),
            AwkTerm::Text(text) => text.clone(),
            AwkTerm::FieldCount => self.fields.len().to_string(),
            AwkTerm::LineNumber => self.number.to_string(),
        }
    }

    fn field(&self, number: usize) -> String {
        match number.checked_sub(1) {
            Some(index) => self.fields.get(index).map_or("", |f| f).to_owned(),
            None => self.line.to_owned(),
        }
    }

    fn matches(&self, pattern: &AwkPattern) -> bool {
        match pattern {
            AwkPattern::Always => true,
            AwkPattern::Match { term, regex, negated } => {
                let text = term.as_ref().map_or_else(|| self.line.to_owned(), |t| self.value(t));
                regex.is_match(&text) != *negated
            }
            AwkPattern::Equals { term, text, negated } => (self.value(term) == *text) != *negated,
        }
    }
}

struct AwkParser<'t> {
    program: &'t str,
    rest: &'t str,
}

impl AwkParser<'_> {
    fn error(&self) -> ScriptError {
        unsupported(format!("the `awk` program {}", quote(self.program)))
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n']);
    }

    /// Skips blanks, and the text if it follows.
    fn take(&mut self, text: &str) -> bool {
        self.skip_blanks();
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn rule(mut self) -> Result<AwkRule, ScriptError> {
        let whole_line = || vec![vec![AwkTerm::Field(0)]];
        let pattern = self.pattern()?;
        self.skip_blanks();
        if self.rest.is_empty() {
            return match pattern {
                AwkPattern::Always => Err(self.error()),
                AwkPattern::Match { .. } | AwkPattern::Equals { .. } => Ok(AwkRule { pattern, print: whole_line() }),
            };
        }
        let print = self.print()?;
        self.skip_blanks();
        let has_no_arguments = print.len() == 1 && print[0].is_empty();
        if !self.rest.is_empty() || (!has_no_arguments && print.iter().any(Vec::is_empty)) {
            return Err(self.error());
        }
        Ok(AwkRule { pattern, print: if has_no_arguments { whole_line() } else { print } })
    }

    /// `{ print A, B }`
    fn print(&mut self) -> Result<Vec<Vec<AwkTerm>>, ScriptError> {
        // `printf` is not `print`.
        if !self.take("{") || !self.take("print") || self.rest.starts_with('f') {
            return Err(self.error());
        }
        let mut arguments = Vec::new();
        let mut terms = Vec::new();
        loop {
            self.skip_blanks();
            if self.take(";") || self.rest.starts_with('}') {
                break;
            }
            if self.take(",") {
                arguments.push(std::mem::take(&mut terms));
                continue;
            }
            terms.push(self.term()?);
        }
        arguments.push(terms);
        if self.take("}") { Ok(arguments) } else { Err(self.error()) }
    }

    fn pattern(&mut self) -> Result<AwkPattern, ScriptError> {
        self.skip_blanks();
        if self.rest.starts_with('{') {
            return Ok(AwkPattern::Always);
        }
        if self.rest.starts_with('/') || self.rest.starts_with("!/") {
            let negated = self.take("!");
            return Ok(AwkPattern::Match { term: None, regex: self.regex()?, negated });
        }
        let term = self.term()?;
        for (operator, negated) in [("==", false), ("!=", true)] {
            if self.take(operator) {
                self.skip_blanks();
                let text = if self.rest.starts_with('"') {
                    self.string()?
                } else if matches!(term, AwkTerm::LineNumber | AwkTerm::FieldCount) {
                    // Fields compare as numbers, which may be written in several ways; counts have one way.
                    self.number()?.to_string()
                } else {
                    return Err(self.error());
                };
                return Ok(AwkPattern::Equals { term, text, negated });
            }
        }
        for (operator, negated) in [("!~", true), ("~", false)] {
            if self.take(operator) {
                self.skip_blanks();
                return Ok(AwkPattern::Match { term: Some(term), regex: self.regex()?, negated });
            }
        }
        Err(self.error())
    }

    fn regex(&mut self) -> Result<Regex, ScriptError> {
        if !self.take("/") {
            return Err(self.error());
        }
        let end = self.rest.find('/').ok_or_else(|| self.error())?;
        let pattern = &self.rest[..end];
        if pattern.is_empty() || pattern.ends_with('\\') || pattern.contains('{') {
            return Err(self.error());
        }
        let regex = compile(pattern, RegexOptions { extended: true, ignore_case: false, uses_extent: false })?;
        self.rest = &self.rest[end + 1..];
        Ok(regex)
    }

    fn number(&mut self) -> Result<usize, ScriptError> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let number = self.rest[..end].parse().map_err(|_| self.error())?;
        self.rest = &self.rest[end..];
        Ok(number)
    }

    fn string(&mut self) -> Result<String, ScriptError> {
        let inner = self.rest.strip_prefix('"').ok_or_else(|| self.error())?;
        let end = inner.find('"').ok_or_else(|| self.error())?;
        if inner[..end].contains('\\') {
            return Err(self.error());
        }
        self.rest = &inner[end + 1..];
        Ok(inner[..end].to_owned())
    }

    fn term(&mut self) -> Result<AwkTerm, ScriptError> {
        self.skip_blanks();
        if self.rest.starts_with('"') {
            return self.string().map(AwkTerm::Text);
        }
        if self.take("$NF") {
            return Ok(AwkTerm::FieldFromEnd(0));
        }
        if self.take("$(NF-") {
            let back = self.number()?;
            return if self.take(")") { Ok(AwkTerm::FieldFromEnd(back)) } else { Err(self.error()) };
        }
        if self.take("$") {
            return self.number().map(AwkTerm::Field);
        }
        for (name, term) in [("NF", AwkTerm::FieldCount), ("NR", AwkTerm::LineNumber)] {
            if let Some(rest) = self.rest.strip_prefix(name)
                && !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            {
                self.rest = rest;
                return Ok(term);
            }
        }
        Err(self.error())
    }
}
