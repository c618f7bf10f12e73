//! The selectors of Calico, which are expressions. Of the language only conjunctions are read.

/// Bytes of an expression. Real ones have a few hundred.
const MAX_BYTES: usize = 16 << 10;

/// Terms that must all hold; without terms, everything is selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expression<'t>(Vec<Term<'t>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term<'t> {
    Has(&'t str),
    Equals(&'t str, &'t str),
}

impl<'t> Expression<'t> {
    /// Reads `all()`, `has(KEY)` and `KEY == 'VALUE'`, joined by `&&`; an empty text is `all()`. `None` for anything else.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let mut rest = text.trim();
        let mut terms = Vec::new();
        if text.len() > MAX_BYTES {
            return None;
        }
        if rest.is_empty() {
            return Some(Self(terms));
        }
        loop {
            let (term, behind) = term(rest)?;
            terms.extend(term);
            rest = behind.trim_start();
            if rest.is_empty() {
                return Some(Self(terms));
            }
            rest = rest.strip_prefix("&&")?.trim_start();
        }
    }

    /// Whether it has no condition.
    pub(super) const fn is_all(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys of the labels that it asks for.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'t str> {
        self.0.iter().map(|term| match term {
            Term::Has(key) | Term::Equals(key, _) => *key,
        })
    }

    /// Whether it selects an object whose labels this function looks up.
    pub(super) fn matches<'l>(&self, label: &dyn Fn(&str) -> Option<&'l str>) -> bool {
        self.0.iter().all(|term| match term {
            Term::Has(key) => label(key).is_some(),
            Term::Equals(key, value) => label(key) == Some(*value),
        })
    }
}

/// The first term of a text, with what follows it. `all()` has no condition.
fn term(text: &str) -> Option<(Option<Term<'_>>, &str)> {
    let (word, rest) = word(text)?;
    let rest = rest.trim_start();
    if let Some(inside) = rest.strip_prefix('(') {
        let inside = inside.trim_start();
        return match word {
            "all" => Some((None, inside.strip_prefix(')')?)),
            "has" => {
                let (key, rest) = self::word(inside)?;
                Some((Some(Term::Has(key)), rest.trim_start().strip_prefix(')')?))
            }
            _ => None,
        };
    }
    let value = rest.strip_prefix("==")?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let (value, rest) = value.strip_prefix(quote)?.split_once(quote)?;
    Some((Some(Term::Equals(word, value)), rest))
}

/// The key or name that a text begins with.
fn word(text: &str) -> Option<(&str, &str)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_./-".contains(c);
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    text.split_at_checked(end).filter(|(word, _)| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conjunctions_are_read_and_nothing_else() {
        let labels = |key: &str| match key {
            "app" => Some("cart"),
            "projectcalico.org/namespace" => Some("shop"),
            _ => None,
        };
        let cases = [
            ("", Some(true)),
            ("  all()  ", Some(true)),
            ("all( )", Some(true)),
            ("has(app)", Some(true)),
            ("has( tier )", Some(false)),
            ("app == 'cart'", Some(true)),
            ("app==\"cart\"", Some(true)),
            ("app == 'Cart'", Some(false)),
            ("app == 'it && that'", Some(false)),
            ("app == 'cart' && has(app) && all() && projectcalico.org/namespace == 'shop'", Some(true)),
            ("app == 'cart' && has(tier)", Some(false)),
            ("app != 'cart'", None),
            ("app in {'cart'}", None),
            ("!has(app)", None),
            ("has(app) || has(tier)", None),
            ("(has(app))", None),
            ("global()", None),
            ("app == cart", None),
            ("app == 'cart", None),
            ("has(app) &&", None),
            ("has(app) has(tier)", None),
            ("app == 'cart'x", None),
            ("has()", None),
            ("= 'cart'", None),
            ("ü == 'x'", None),
        ];
        for (text, expected) in cases {
            let expression = Expression::parse(text);
            assert_eq!(expression.map(|expression| expression.matches(&labels)), expected, "{text}");
        }
        assert_eq!(Expression::parse(&"has(a) && ".repeat(10_000)), None);
        assert!(Expression::parse("all()").is_some_and(|expression| expression.is_all()));
        assert!(Expression::parse("has(a)").is_some_and(|expression| !expression.is_all()));
    }
}
