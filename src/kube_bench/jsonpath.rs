//! Kubernetes' JSONPath templates, as far as definition files use them: text, fields, indices, slices, `[*]`, `range`. Pure.

use serde_json::Value as Json;

/// How deep `range` may stand in `range`.
const MAX_DEPTH: usize = 16;
/// Bytes that one template may render.
const MAX_TEXT: usize = 1 << 20;
/// Elements that the ranges of one template may go through, all together.
const MAX_TURNS: usize = 100_000;

/// A document; in JSON every number is a float to the programs of that language.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document {
    value: Json,
    floats: bool,
}

/// Reads a document: JSON, or YAML if it is no JSON.
pub(crate) fn document(text: &str) -> Result<Document, String> {
    if let Ok(value) = serde_json::from_str(text) {
        return Ok(Document { value, floats: true });
    }
    let options = serde_saphyr::options! { with_snippet: false };
    let value: Json = serde_saphyr::from_str_with_options(text, options)
        .map_err(|e| e.to_string().lines().next().unwrap_or_default().to_owned())?;
    Ok(Document { value, floats: false })
}

/// A template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath(Vec<JsonPathToken>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum JsonPathToken {
    Text(String),
    Path(Vec<Step>),
    Range(Vec<Step>, Vec<Self>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// Back to the document itself.
    PathRoot,
    Field(String),
    /// `*` or `[*]`.
    All,
    Index(i64),
    Slice(Option<i64>, Option<i64>),
}

impl JsonPath {
    /// Reads a template. The error names what is not known.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parser = JsonPathParser { rest: text };
        let pieces = parser.pieces(0)?;
        if !parser.rest.is_empty() {
            return Err("{end} without {range}".to_owned());
        }
        Ok(Self(pieces))
    }

    /// The text for a document. What is missing renders empty.
    pub(crate) fn render(&self, document: &Document) -> Result<String, String> {
        let mut rendering = Rendering { document, out: String::new(), turns: 0 };
        rendering.render(&self.0, &document.value)?;
        Ok(rendering.out)
    }
}

/// What has been rendered of a template.
struct Rendering<'d> {
    document: &'d Document,
    out: String,
    turns: usize,
}

impl Rendering<'_> {
    fn render(&mut self, pieces: &[JsonPathToken], current: &Json) -> Result<(), String> {
        for piece in pieces {
            match piece {
                JsonPathToken::Text(text) => self.out.push_str(text),
                JsonPathToken::Path(steps) => {
                    let found = follow(steps, &self.document.value, current)?;
                    let texts: Vec<String> = found.into_iter().map(|v| show(v, self.document.floats)).collect();
                    self.out.push_str(&texts.join(" "));
                }
                JsonPathToken::Range(steps, inner) => {
                    let document = self.document;
                    for value in follow(steps, &document.value, current)? {
                        self.turns += 1;
                        self.render(inner, value)?;
                    }
                }
            }
            if self.out.len() > MAX_TEXT {
                return Err(format!("it renders more than {MAX_TEXT} bytes"));
            }
            if self.turns > MAX_TURNS {
                return Err(format!("its ranges go through more than {MAX_TURNS} elements"));
            }
        }
        Ok(())
    }
}

fn follow<'d>(steps: &[Step], root: &'d Json, current: &'d Json) -> Result<Vec<&'d Json>, String> {
    let mut values = vec![current];
    for step in steps {
        let mut next = Vec::new();
        for value in values {
            match (step, value) {
                (Step::PathRoot, _) => next.push(root),
                (_, Json::Null) => {}
                (Step::Field(name), value) => next.extend(value.get(name)),
                (Step::All, Json::Array(items)) => next.extend(items),
                (Step::All, Json::Object(map)) => next.extend(map.values()),
                (Step::All, _) => {}
                (Step::Index(index), Json::Array(items)) => {
                    let at = if *index < 0 { items.len() as i64 + index } else { *index };
                    let item = usize::try_from(at).ok().and_then(|i| items.get(i));
                    next.push(item.ok_or_else(|| format!("there is no element {index} of {}", items.len()))?);
                }
                (Step::Slice(from, to), Json::Array(items)) => next.extend(slice(items, *from, *to)?),
                (Step::Index(_) | Step::Slice(..), _) => return Err("what has an index is no list".to_owned()),
            }
        }
        values = next;
    }
    Ok(values)
}

fn slice(items: &[Json], from: Option<i64>, to: Option<i64>) -> Result<&[Json], String> {
    let length = items.len() as i64;
    let place = |number: i64| if number < 0 { number + length } else { number };
    let from = from.map_or(0, place);
    let to = to.map_or(length, place).min(length);
    if from == to {
        return Ok(&[]);
    }
    let range = usize::try_from(from).ok().zip(usize::try_from(to).ok());
    range
        .and_then(|(from, to)| items.get(from..to))
        .ok_or_else(|| format!("a list of {length} has no elements from {from} to {to}"))
}

/// A value as Go prints it.
fn show(value: &Json, floats: bool) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(b) => b.to_string(),
        Json::String(text) => text.clone(),
        Json::Number(number) => match number.as_f64() {
            Some(float) if floats || !(number.is_i64() || number.is_u64()) => shortest(float),
            Some(_) | None => number.to_string(),
        },
        Json::Array(_) | Json::Object(_) => value.to_string(),
    }
}

/// Go's `%v` of a float: with an exponent from a million on.
fn shortest(float: f64) -> String {
    let text = format!("{float:e}");
    let Some((digits, exponent)) = text.split_once('e') else {
        return text;
    };
    match exponent.parse::<i32>() {
        Ok(exponent) if float != 0.0 && !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        Ok(_) | Err(_) => format!("{float}"),
    }
}

struct JsonPathParser<'t> {
    rest: &'t str,
}

impl JsonPathParser<'_> {
    /// Pieces up to the end of the text, or to the `{end}` of a range.
    fn pieces(&mut self, depth: usize) -> Result<Vec<JsonPathToken>, String> {
        if depth > MAX_DEPTH {
            return Err("too many ranges in ranges".to_owned());
        }
        let mut pieces = Vec::new();
        loop {
            let Some(at) = self.rest.find('{') else {
                if depth > 0 {
                    return Err("{range} without {end}".to_owned());
                }
                pieces.push(JsonPathToken::Text(std::mem::take(&mut self.rest).to_owned()));
                return Ok(pieces);
            };
            pieces.push(JsonPathToken::Text(self.rest[..at].to_owned()));
            self.rest = self.rest[at + 1..].trim_start();
            if let Some(rest) = self.rest.strip_prefix("end") {
                self.rest = rest;
                self.close()?;
                return if depth > 0 { Ok(pieces) } else { Err("{end} without {range}".to_owned()) };
            }
            if let Some(rest) = self.rest.strip_prefix("range ") {
                self.rest = rest;
                let steps = self.steps()?;
                self.close()?;
                pieces.push(JsonPathToken::Range(steps, self.pieces(depth + 1)?));
                continue;
            }
            self.action(&mut pieces)?;
        }
    }

    /// What stands between braces: texts in quotes and a path, side by side.
    fn action(&mut self, pieces: &mut Vec<JsonPathToken>) -> Result<(), String> {
        let mut any = false;
        loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix('}') {
                self.rest = rest;
                if !any {
                    pieces.push(JsonPathToken::Path(Vec::new()));
                }
                return Ok(());
            }
            if self.rest.is_empty() {
                return Err("a brace is not closed".to_owned());
            }
            any = true;
            if self.rest.starts_with(['\'', '"']) {
                let text = self.quoted()?;
                pieces.push(JsonPathToken::Text(text));
            } else {
                let before = self.rest.len();
                let steps = self.steps()?;
                if self.rest.len() == before {
                    return Err(format!("`{}` is not known", self.rest));
                }
                pieces.push(JsonPathToken::Path(steps));
            }
        }
    }

    fn close(&mut self) -> Result<(), String> {
        self.rest = self.rest.trim_start().strip_prefix('}').ok_or("a brace is not closed")?;
        Ok(())
    }

    fn quoted(&mut self) -> Result<String, String> {
        let mut letters = self.rest.chars();
        let quote = letters.next().ok_or("a quote is not closed")?;
        let mut text = String::new();
        loop {
            match letters.next().ok_or("a quote is not closed")? {
                c if c == quote => break,
                '\\' => text.push(match letters.next().ok_or("a quote is not closed")? {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    other => other,
                }),
                other => text.push(other),
            }
        }
        self.rest = letters.as_str();
        Ok(text)
    }

    fn steps(&mut self) -> Result<Vec<Step>, String> {
        self.rest = self.rest.trim_start();
        let mut steps = Vec::new();
        if let Some(rest) = self.rest.strip_prefix('$') {
            self.rest = rest;
            steps.push(Step::PathRoot);
        } else if let Some(rest) = self.rest.strip_prefix('@') {
            self.rest = rest;
        }
        loop {
            if self.rest.starts_with("..") {
                return Err("`..` is not known".to_owned());
            } else if let Some(rest) = self.rest.strip_prefix('.') {
                self.rest = rest;
                steps.extend(self.field()?);
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                self.rest = rest;
                steps.push(self.bracket()?);
            } else {
                return Ok(steps);
            }
        }
    }

    /// A name behind a dot; a backslash keeps what would end it.
    fn field(&mut self) -> Result<Option<Step>, String> {
        let mut name = String::new();
        let mut letters = self.rest.char_indices();
        let mut end = self.rest.len();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => name.extend(letters.next().map(|(_, c)| c)),
                '.' | '[' | '}' | ' ' | '\'' | '"' | ',' | '(' | ')' | '|' => {
                    end = at;
                    break;
                }
                other => name.push(other),
            }
        }
        self.rest = &self.rest[end..];
        Ok(match name.as_str() {
            "" => None,
            "*" => Some(Step::All),
            _ => Some(Step::Field(name)),
        })
    }

    /// What stands in `[…]`, of which the opening bracket is read.
    fn bracket(&mut self) -> Result<Step, String> {
        if self.rest.starts_with(['\'', '"']) {
            let name = self.quoted()?;
            self.rest = self.rest.strip_prefix(']').ok_or("a bracket is not closed")?;
            return Ok(Step::Field(name));
        }
        let (inner, rest) = self.rest.split_once(']').ok_or("a bracket is not closed")?;
        self.rest = rest;
        let number = |text: &str| text.parse::<i64>().map_err(|_| format!("`[{inner}]` is not known"));
        let end = |text: &str| if text.is_empty() { Ok(None) } else { number(text).map(Some) };
        match inner.trim() {
            "*" => Ok(Step::All),
            inner => match inner.split_once(':') {
                Some((from, to)) => Ok(Step::Slice(end(from)?, end(to)?)),
                None => number(inner).map(Step::Index),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YAML: &str = "\
authentication:
  anonymous: {enabled: false}
  x509: {clientCAFile: /etc/ca.crt}
tlsCipherSuites: [A, B]
count: 1000000
empty: ''
nothing: null
'with.dot': 5
users:
  - {name: a, groups: [g, h]}
  - {name: b}
";

    #[test]
    fn templates_render_what_they_name() {
        let yaml = document(YAML).expect("yaml");
        let cases = [
            ("{.authentication.anonymous.enabled}", "false"),
            ("{.authentication['x509'].clientCAFile}", "/etc/ca.crt"),
            ("{['authentication']['anonymous']['enabled']}", "false"),
            ("{$.count}", "1000000"),
            ("{ .count }", "1000000"),
            ("{.missing.deeper}", ""),
            ("{.empty}", ""),
            ("{.nothing}", "null"),
            ("{.nothing.deeper}", ""),
            ("{.with\\.dot}", "5"),
            ("{.tlsCipherSuites}", "[\"A\",\"B\"]"),
            ("{.tlsCipherSuites[*]}", "A B"),
            ("{.tlsCipherSuites[:]}", "A B"),
            ("{.tlsCipherSuites[0]}", "A"),
            ("{.tlsCipherSuites[-1]}", "B"),
            ("{.tlsCipherSuites[1:]}", "B"),
            ("{.tlsCipherSuites[:1]}", "A"),
            ("{range .tlsCipherSuites[:]}{}{','}{end}", "A,B,"),
            ("{range .users[*]}{.name}{\"\\n\"}{end}", "a\nb\n"),
            ("{range .users[*]}{.name}={range .groups[*]}{@}{end};{end}", "a=gh;b=;"),
            ("{range .missing[*]}{.name}{end}", ""),
            ("{.users[*].name}", "a b"),
            ("{.authentication.anonymous.*}", "false"),
            ("count is {.count}!", "count is 1000000!"),
            (".authentication.anonymous.enabled", ".authentication.anonymous.enabled"),
            ("", ""),
            ("{'text'}", "text"),
        ];
        for (template, text) in cases {
            let template = JsonPath::parse(template).expect(template);
            assert_eq!(template.render(&yaml).as_deref(), Ok(text), "{template:?}");
        }
    }

    #[test]
    fn what_cannot_be_followed_is_an_error() {
        let yaml = document(YAML).expect("yaml");
        for template in ["{.a", "{range .a[*]}", "{end}", "{..a}", "{.a[?(@.b==1)]}", "{a}", "{.a[x]}", "{.a['b}"] {
            assert!(JsonPath::parse(template).is_err(), "{template}");
        }
        let list = document(&format!("a: [{}]", "1,".repeat(400))).expect("a list");
        let endless = "{range $.a[*]}".repeat(16) + &"{end}".repeat(16);
        assert!(JsonPath::parse(&endless).expect("a template").render(&list).is_err());
        for template in ["{.tlsCipherSuites[2]}", "{.count[0]}", "{.tlsCipherSuites[5:6]}"] {
            assert!(JsonPath::parse(template).expect(template).render(&yaml).is_err(), "{template}");
        }
    }

    #[test]
    fn a_document_is_json_or_yaml() {
        let render = |text: &str| JsonPath::parse("{.a}").and_then(|t| t.render(&document(text)?));
        assert_eq!(render("{\"a\": 1.5}").as_deref(), Ok("1.5"));
        assert_eq!(render("{\"a\": 8080}").as_deref(), Ok("8080"));
        assert_eq!(render("{\"a\": 100000}").as_deref(), Ok("100000"));
        assert_eq!(render("{\"a\": 1000000}").as_deref(), Ok("1e+06"));
        assert_eq!(render("{\"a\": 1234567}").as_deref(), Ok("1.234567e+06"));
        assert_eq!(render("{\"a\": 0.00001}").as_deref(), Ok("1e-05"));
        assert_eq!(render("a: 0x10").as_deref(), Ok("16"));
        assert_eq!(render("a: 'true'").as_deref(), Ok("true"));
        assert!(render("cat: /x: No such file or directory").is_err());
        assert!(render("{\"a\": ").is_err());
    }
}
