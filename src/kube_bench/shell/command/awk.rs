//! `awk` programs of one rule: `PATTERN { print … }`, with fields, texts and the number of fields.

use super::Call;
use crate::kube_bench::shell::budget::{room, work};
use crate::kube_bench::shell::posix_regex::{Reading, compile};
use crate::kube_bench::shell::{Output, ScriptError, unknown};
use regex::Regex;

enum Pattern {
    Always,
    Match { field: Option<Term>, pattern: Regex, negated: bool },
    Equals { term: Term, text: String, negated: bool },
}

#[derive(Clone)]
enum Term {
    /// `$0` is the whole line.
    Field(usize),
    /// `$NF`, `$(NF-1)`.
    FromLast(usize),
    Text(String),
    Fields,
    Lines,
}

enum Separator {
    Blanks,
    Letter(char),
    Pattern(Regex),
}

pub(super) fn run(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    let mut separator = Separator::Blanks;
    let mut operands: Vec<&str> = Vec::new();
    let mut words = call.arguments.iter();
    while let Some(word) = words.next() {
        match word.strip_prefix("-F") {
            Some("") => separator = read_separator(words.next().map_or("", String::as_str))?,
            Some(text) => separator = read_separator(text)?,
            None if word.starts_with('-') && word.len() > 1 => return Err(unknown(format!("awk {word}"))),
            None => operands.push(word),
        }
    }
    let Some((program, files)) = operands.split_first() else {
        return Err(unknown("awk without a program"));
    };
    let (pattern, prints) = AwkParser { text: program, rest: program }.rule()?;
    let inputs = call.inputs(files, "awk", super::plainly)?;
    if !inputs.errors.is_empty() || inputs.texts.len() > 1 || files.iter().any(|f| f.contains('=')) {
        return Err(unknown("awk of several files, or of one that cannot be read"));
    }
    let terms = prints.iter().map(Vec::len).sum();
    inputs.texts.iter().try_for_each(|(_, input)| work(input, terms))?;
    let mut text = String::new();
    for (index, line) in inputs.texts.iter().flat_map(|(_, input)| super::lines(input)).enumerate() {
        let record = Record { line, fields: separator.split(line), number: index + 1 };
        if record.matches(&pattern) {
            room(line.len().saturating_mul(terms))?;
            let parts: Vec<String> =
                prints.iter().map(|terms| terms.iter().map(|t| record.value(t)).collect::<String>()).collect();
            text.push_str(&parts.join(" "));
            text.push('\n');
            room(text.len())?;
        }
    }
    Ok(Output::of(text, 0))
}

fn read_separator(text: &str) -> Result<Separator, ScriptError> {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(' '), None) => Ok(Separator::Blanks),
        (Some('\\' | 't'), None) | (None, _) => Err(unknown("awk with such a separator")),
        (Some(letter), None) => Ok(Separator::Letter(letter)),
        (Some('\\'), Some('t')) if text == "\\t" => Ok(Separator::Letter('\t')),
        (Some(_), Some(_)) if text.contains('\\') => Err(unknown("awk with such a separator")),
        (Some(_), Some(_)) => {
            compile(text, Reading { extended: true, ignore_case: false, extent: true }).map(Separator::Pattern)
        }
    }
}

impl Separator {
    fn split<'l>(&self, line: &'l str) -> Vec<&'l str> {
        match self {
            Self::Blanks => line.split([' ', '\t', '\n']).filter(|f| !f.is_empty()).collect(),
            _ if line.is_empty() => Vec::new(),
            Self::Letter(letter) => line.split(*letter).collect(),
            Self::Pattern(pattern) => pattern.split(line).collect(),
        }
    }
}

struct Record<'l> {
    line: &'l str,
    fields: Vec<&'l str>,
    number: usize,
}

impl Record<'_> {
    fn value(&self, term: &Term) -> String {
        let field = |index: Option<usize>| index.and_then(|i| self.fields.get(i)).map_or("", |f| f).to_owned();
        match term {
            Term::Field(0) => self.line.to_owned(),
            Term::Field(number) => field(number.checked_sub(1)),
            Term::FromLast(_) if self.fields.is_empty() => self.line.to_owned(),
            Term::FromLast(back) => match self.fields.len().checked_sub(*back) {
                Some(0) | None => self.line.to_owned(),
                Some(number) => field(number.checked_sub(1)),
            },
            Term::Text(text) => text.clone(),
            Term::Fields => self.fields.len().to_string(),
            Term::Lines => self.number.to_string(),
        }
    }

    fn matches(&self, pattern: &Pattern) -> bool {
        match pattern {
            Pattern::Always => true,
            Pattern::Match { field, pattern, negated } => {
                let text = field.as_ref().map_or_else(|| self.line.to_owned(), |t| self.value(t));
                pattern.is_match(&text) != *negated
            }
            Pattern::Equals { term, text, negated } => (self.value(term) == *text) != *negated,
        }
    }
}

struct AwkParser<'t> {
    text: &'t str,
    rest: &'t str,
}

impl AwkParser<'_> {
    fn strange(&self) -> ScriptError {
        unknown(format!("the awk program {}", self.text))
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n']);
    }

    fn take(&mut self, text: &str) -> bool {
        self.blanks();
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// The condition, and what is printed: expressions, each of terms that stand side by side.
    fn rule(mut self) -> Result<(Pattern, Vec<Vec<Term>>), ScriptError> {
        let pattern = self.pattern()?;
        let mut prints = Vec::new();
        self.blanks();
        if self.rest.is_empty() {
            return match pattern {
                Pattern::Always => Err(self.strange()),
                Pattern::Match { .. } | Pattern::Equals { .. } => Ok((pattern, vec![vec![Term::Field(0)]])),
            };
        }
        if !self.take("{") || !self.take("print") || self.rest.starts_with('f') {
            return Err(self.strange());
        }
        let mut terms = Vec::new();
        loop {
            self.blanks();
            if self.take(";") || self.rest.starts_with('}') {
                break;
            }
            if self.take(",") {
                prints.push(std::mem::take(&mut terms));
                continue;
            }
            terms.push(self.term()?);
        }
        prints.push(terms);
        if !self.take("}") {
            return Err(self.strange());
        }
        self.blanks();
        let nothing = prints.len() == 1 && prints[0].is_empty();
        if !self.rest.is_empty() || (!nothing && prints.iter().any(Vec::is_empty)) {
            return Err(self.strange());
        }
        Ok((pattern, if nothing { vec![vec![Term::Field(0)]] } else { prints }))
    }

    fn pattern(&mut self) -> Result<Pattern, ScriptError> {
        self.blanks();
        if self.rest.starts_with('{') {
            return Ok(Pattern::Always);
        }
        if self.rest.starts_with('/') || self.rest.starts_with("!/") {
            let negated = self.take("!");
            return Ok(Pattern::Match { field: None, pattern: self.regex()?, negated });
        }
        let term = self.term()?;
        for (sign, negated) in [("==", false), ("!=", true)] {
            if self.take(sign) {
                self.blanks();
                let text = if self.rest.starts_with('"') {
                    self.string()?
                } else if matches!(term, Term::Lines | Term::Fields) {
                    // Only of whole numbers is the text the number.
                    self.number()?.to_string()
                } else {
                    return Err(self.strange());
                };
                return Ok(Pattern::Equals { term, text, negated });
            }
        }
        for (sign, negated) in [("!~", true), ("~", false)] {
            if self.take(sign) {
                self.blanks();
                return Ok(Pattern::Match { field: Some(term), pattern: self.regex()?, negated });
            }
        }
        Err(self.strange())
    }

    fn regex(&mut self) -> Result<Regex, ScriptError> {
        if !self.take("/") {
            return Err(self.strange());
        }
        let end = self.rest.find('/').ok_or_else(|| self.strange())?;
        let pattern = &self.rest[..end];
        if pattern.is_empty() || pattern.ends_with('\\') || pattern.contains('{') {
            return Err(self.strange());
        }
        let compiled = compile(pattern, Reading { extended: true, ignore_case: false, extent: false })?;
        self.rest = &self.rest[end + 1..];
        Ok(compiled)
    }

    fn number(&mut self) -> Result<usize, ScriptError> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let number = self.rest[..end].parse().map_err(|_| self.strange())?;
        self.rest = &self.rest[end..];
        Ok(number)
    }

    fn string(&mut self) -> Result<String, ScriptError> {
        let inner = self.rest.strip_prefix('"').ok_or_else(|| self.strange())?;
        let end = inner.find('"').ok_or_else(|| self.strange())?;
        if inner[..end].contains('\\') {
            return Err(self.strange());
        }
        self.rest = &inner[end + 1..];
        Ok(inner[..end].to_owned())
    }

    fn term(&mut self) -> Result<Term, ScriptError> {
        self.blanks();
        if self.rest.starts_with('"') {
            return self.string().map(Term::Text);
        }
        if self.take("$NF") {
            return Ok(Term::FromLast(0));
        }
        if self.take("$(NF-") {
            let back = self.number()?;
            return if self.take(")") { Ok(Term::FromLast(back)) } else { Err(self.strange()) };
        }
        if self.take("$") {
            return self.number().map(Term::Field);
        }
        for (name, term) in [("NF", Term::Fields), ("NR", Term::Lines)] {
            if let Some(rest) = self.rest.strip_prefix(name)
                && !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            {
                self.rest = rest;
                return Ok(term);
            }
        }
        Err(self.strange())
    }
}
