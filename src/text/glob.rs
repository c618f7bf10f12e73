//! File name patterns of the shell, `find` and the rules: `*`, `?`, `[…]`, and in rules `{a,b}`. A slash is an ordinary
//! character: to match a path component by component, split it first.

/// Alternatives that the braces of one pattern may expand to.
const MAX_ALTERNATIVES: usize = 64;

/// A character, and whether it is quoted: a quoted one matches itself only.
type PatternChar = (char, bool);

/// A parsed pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob {
    alternatives: Vec<Vec<Token>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// `*`
    Any,
    /// `?`
    One,
    Literal(char),
    /// `[…]`: whether it is negated, and its ranges of characters.
    Class(bool, Vec<(char, char)>),
}

impl Glob {
    /// A pattern of a rule: with braces; a backslash quotes the next character.
    pub(crate) fn rule(text: &str) -> Result<Self, String> {
        let mut chars = Vec::new();
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            chars.push(match c {
                '\\' => (rest.next().ok_or("it ends with a backslash; write two for a literal one")?, true),
                other => (other, false),
            });
        }
        let mut expanded = Vec::new();
        expand_braces(&chars, &mut expanded)?;
        Ok(Self { alternatives: expanded.iter().map(|chars| tokens(chars)).collect::<Result<_, _>>()? })
    }

    /// A pattern whose characters are quoted or not already; braces are ordinary characters.
    pub(crate) fn quoted(pattern: &[PatternChar]) -> Result<Self, String> {
        Ok(Self { alternatives: vec![tokens(pattern)?] })
    }

    /// Whether the pattern matches the whole text.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.alternatives.iter().any(|tokens| matches(tokens, text))
    }
}

/// Adds a pattern for each alternative in the braces, nested ones included.
fn expand_braces(chars: &[PatternChar], expanded: &mut Vec<Vec<PatternChar>>) -> Result<(), String> {
    let Some(open) = chars.iter().position(|c| *c == ('{', false)) else {
        if chars.contains(&('}', false)) {
            return Err("unmatched `}`; write \\} for a literal one".to_owned());
        }
        if expanded.len() >= MAX_ALTERNATIVES {
            return Err(format!("its braces expand to more than {MAX_ALTERNATIVES} patterns; write several patterns"));
        }
        expanded.push(chars.to_vec());
        return Ok(());
    };
    let (mut depth, mut starts, mut close) = (0, vec![open + 1], None);
    for (index, c) in chars.iter().enumerate().skip(open) {
        match c {
            ('{', false) => depth += 1,
            ('}', false) => depth -= 1,
            (',', false) if depth == 1 => starts.push(index + 1),
            _ => {}
        }
        if depth == 0 {
            close = Some(index);
            break;
        }
    }
    let close = close.ok_or("unclosed `{`; write \\{ for a literal one")?;
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([close]);
    for (start, end) in starts.iter().zip(ends) {
        expand_braces(&[&chars[..open], &chars[*start..end], &chars[close + 1..]].concat(), expanded)?;
    }
    Ok(())
}

fn tokens(chars: &[PatternChar]) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = chars;
    while let [(c, quoted), after @ ..] = rest {
        rest = after;
        match c {
            '*' if !quoted => {
                if tokens.last() != Some(&Token::Any) {
                    tokens.push(Token::Any);
                }
            }
            '?' if !quoted => tokens.push(Token::One),
            '[' if !quoted => {
                let (class, after) = class(rest)?;
                tokens.push(class);
                rest = after;
            }
            other => tokens.push(Token::Literal(*other)),
        }
    }
    Ok(tokens)
}

/// The class after a `[`, and what follows it. A `]` at the beginning is an ordinary character.
fn class(chars: &[PatternChar]) -> Result<(Token, &[PatternChar]), String> {
    let negated = matches!(chars.first(), Some(('!' | '^', false)));
    let mut rest = &chars[usize::from(negated)..];
    let mut ranges = Vec::new();
    loop {
        match rest {
            [] => return Err("unclosed `[`".to_owned()),
            [(']', false), after @ ..] if !ranges.is_empty() => return Ok((Token::Class(negated, ranges), after)),
            [('[', false), (':' | '.' | '=', _), ..] => {
                return Err("named classes such as [:alpha:] are not supported".to_owned());
            }
            [(first, _), ('-', false), (last, false), after @ ..] if *last != ']' => {
                if first > last {
                    return Err(format!("the range {first}-{last} is empty"));
                }
                ranges.push((*first, *last));
                rest = after;
            }
            [(c, _), after @ ..] => {
                ranges.push((*c, *c));
                rest = after;
            }
        }
    }
}

/// Backtracks to the last `*` only: whatever an earlier one could match in addition, the last one can match as well.
fn matches(tokens: &[Token], text: &str) -> bool {
    let (mut at, mut rest) = (0, text.chars());
    let mut star: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        let mut here = rest.clone();
        let next = here.next();
        let matched = match (tokens.get(at), next) {
            (Some(Token::Any), _) => {
                at += 1;
                star = Some((at, rest.clone()));
                continue;
            }
            (None, None) => return true,
            (Some(Token::One), Some(_)) => true,
            (Some(Token::Literal(literal)), Some(c)) => *literal == c,
            (Some(Token::Class(negated, ranges)), Some(c)) => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)) != *negated
            }
            (Some(_), None) => return false,
            (None, Some(_)) => false,
        };
        if matched {
            at += 1;
            rest = here;
            continue;
        }
        match &mut star {
            None => return false,
            Some((after, from)) => {
                if from.next().is_none() {
                    return false;
                }
                at = *after;
                rest = from.clone();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        let cases = [
            ("*.crt", "a.crt", true),
            ("*.crt", ".crt", true),
            ("*.crt", "a.crt.old", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a", "", false),
            ("**a**b*", "xaxxbx", true),
            ("*a*b", "abab", true),
            ("*aab", "aaaab", true),
            ("?.crt", "é.crt", true),
            ("?", "", false),
            ("*/pki/*", "/etc/pki/a/b", true),
            ("[a-c]x", "bx", true),
            ("[a-c]x", "dx", false),
            ("[!a-c]x", "dx", true),
            ("[^a-c]x", "ax", false),
            ("[]a]", "]", true),
            ("[a-]", "-", true),
            ("[-a]", "-", true),
            ("{a,b*}.key", "bcd.key", true),
            ("{a,b*}.key", "c.key", false),
            ("x{1,{2,3}}", "x3", true),
            ("x{,y}", "x", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("\\{a\\}", "{a}", true),
            ("a,b", "a,b", true),
            ("a\nb*", "a\nbc", true),
        ];
        for (pattern, text, expected) in cases {
            let read = Glob::rule(pattern).unwrap_or_else(|e| panic!("{pattern}: {e}"));
            assert_eq!(read.is_match(text), expected, "{pattern} {text}");
        }
        let hard = Glob::rule(&"a*".repeat(50)).expect("a pattern");
        assert!(!hard.is_match(&("a".repeat(49) + "b")));
    }

    #[test]
    fn quoted_characters_match_themselves() {
        let quoted = Glob::quoted(&[('*', true), ('{', false), ('*', false)]).expect("a pattern");
        assert!(quoted.is_match("*{x") && !quoted.is_match("a{x"));
    }

    #[test]
    fn malformed_patterns_are_refused() {
        let many = "{a,b}".repeat(7);
        for bad in ["[a", "[", "a{b", "a}", "\\", "[b-a]", "[[:alpha:]]", many.as_str()] {
            assert!(Glob::rule(bad).is_err(), "{bad}");
        }
    }
}
