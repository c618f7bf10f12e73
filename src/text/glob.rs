//! File name patterns as the shell, `find` and the rules have them: `*`, `?`, `[…]`, and in rules `{a,b}`. A slash is a letter
//! like any other; whoever matches path by path splits first.

/// Patterns that one with braces stands for at most.
const MAX_ALTERNATIVES: usize = 64;

/// A letter, and whether it is quoted and stands for itself.
type Letter = (char, bool);

/// A pattern that was understood.
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
    Itself(char),
    /// `[…]`: whether it is negated, and ranges of letters.
    Class(bool, Vec<(char, char)>),
}

impl Glob {
    /// A pattern of a rule: with braces, and a backslash before what is meant itself.
    pub(crate) fn rule(text: &str) -> Result<Self, String> {
        let mut letters = Vec::new();
        let mut rest = text.chars();
        while let Some(letter) = rest.next() {
            letters.push(match letter {
                '\\' => (rest.next().ok_or("a pattern ends with a backslash")?, true),
                other => (other, false),
            });
        }
        let mut written = Vec::new();
        spread(&letters, &mut written)?;
        Ok(Self { alternatives: written.iter().map(|letters| tokens(letters)).collect::<Result<_, _>>()? })
    }

    /// A pattern of letters; braces mean nothing.
    pub(crate) fn quoted(letters: &[Letter]) -> Result<Self, String> {
        Ok(Self { alternatives: vec![tokens(letters)?] })
    }

    /// Whether the whole text is so.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.alternatives.iter().any(|tokens| matches(tokens, text))
    }
}

/// A pattern for each choice in the first braces, and of each again.
fn spread(letters: &[Letter], written: &mut Vec<Vec<Letter>>) -> Result<(), String> {
    let Some(open) = letters.iter().position(|l| *l == ('{', false)) else {
        if letters.contains(&('}', false)) {
            return Err("a pattern closes a brace that it does not open".to_owned());
        }
        if written.len() >= MAX_ALTERNATIVES {
            return Err(format!("a pattern stands for more than {MAX_ALTERNATIVES} others"));
        }
        written.push(letters.to_vec());
        return Ok(());
    };
    let (mut depth, mut starts, mut close) = (0, vec![open + 1], None);
    for (index, letter) in letters.iter().enumerate().skip(open) {
        match letter {
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
    let close = close.ok_or("a pattern opens a brace that it does not close")?;
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([close]);
    for (start, end) in starts.iter().zip(ends) {
        spread(&[&letters[..open], &letters[*start..end], &letters[close + 1..]].concat(), written)?;
    }
    Ok(())
}

fn tokens(letters: &[Letter]) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = letters;
    while let [(letter, quoted), after @ ..] = rest {
        rest = after;
        match letter {
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
            other => tokens.push(Token::Itself(*other)),
        }
    }
    Ok(tokens)
}

/// What stands behind a `[`, and the rest. A `]` at the beginning stands for itself.
fn class(letters: &[Letter]) -> Result<(Token, &[Letter]), String> {
    let negated = matches!(letters.first(), Some(('!' | '^', false)));
    let mut rest = &letters[usize::from(negated)..];
    let mut ranges = Vec::new();
    loop {
        match rest {
            [] => return Err("a pattern opens a bracket that it does not close".to_owned()),
            [(']', false), after @ ..] if !ranges.is_empty() => return Ok((Token::Class(negated, ranges), after)),
            [('[', false), (':' | '.' | '=', _), ..] => {
                return Err("a pattern has a class of letters by name".to_owned());
            }
            [(first, _), ('-', false), (last, false), after @ ..] if *last != ']' => {
                if first > last {
                    return Err(format!("a pattern has the range {first}-{last}, which is empty"));
                }
                ranges.push((*first, *last));
                rest = after;
            }
            [(letter, _), after @ ..] => {
                ranges.push((*letter, *letter));
                rest = after;
            }
        }
    }
}

/// Goes back to the last star only: what an earlier one could take more, the last one can as well.
fn matches(tokens: &[Token], text: &str) -> bool {
    let (mut at, mut rest) = (0, text.chars());
    let mut star: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        let mut here = rest.clone();
        let next = here.next();
        let takes = match (tokens.get(at), next) {
            (Some(Token::Any), _) => {
                at += 1;
                star = Some((at, rest.clone()));
                continue;
            }
            (None, None) => return true,
            (Some(Token::One), Some(_)) => true,
            (Some(Token::Itself(letter)), Some(c)) => *letter == c,
            (Some(Token::Class(negated, ranges)), Some(c)) => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)) != *negated
            }
            (Some(_), None) => return false,
            (None, Some(_)) => false,
        };
        if takes {
            at += 1;
            rest = here;
            continue;
        }
        match &mut star {
            None => return false,
            Some((behind, from)) => {
                if from.next().is_none() {
                    return false;
                }
                at = *behind;
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
    fn what_is_quoted_stands_for_itself() {
        let quoted = Glob::quoted(&[('*', true), ('{', false), ('*', false)]).expect("a pattern");
        assert!(quoted.is_match("*{x") && !quoted.is_match("a{x"));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        let many = "{a,b}".repeat(7);
        for bad in ["[a", "[", "a{b", "a}", "\\", "[b-a]", "[[:alpha:]]", many.as_str()] {
            assert!(Glob::rule(bad).is_err(), "{bad}");
        }
    }
}
