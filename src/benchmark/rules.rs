//! The rules by their names. Those that are compiled in stay text until they are wanted: a run needs one benchmark's.

use super::Text;
use super::embedded::{self, RuleSource};
use super::raw::RawRule;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Every rule that is known.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    known: BTreeMap<Cow<'static, str>, Known>,
    /// Rules that are there and cannot be used.
    broken: BTreeSet<String>,
}

#[derive(Debug, Clone)]
enum Known {
    CompiledIn(&'static RuleSource),
    Read(Box<RawRule>),
}

impl Rules {
    /// Those that are compiled in.
    pub(super) fn compiled_in() -> Self {
        let rules = embedded::RULES.iter().map(|source| (Cow::Borrowed(source.id), Known::CompiledIn(source)));
        Self { known: rules.collect(), broken: BTreeSet::new() }
    }

    /// A rule as it is written.
    pub(super) fn get(&self, id: &str) -> Option<Cow<'_, RawRule>> {
        match self.known.get(id)? {
            Known::CompiledIn(source) => read(source).ok().map(Cow::Owned),
            Known::Read(rule) => Some(Cow::Borrowed(rule)),
        }
    }

    /// The names of all.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(|id| &**id)
    }

    /// Takes a rule in place of one of the same name.
    pub(super) fn put(&mut self, rule: RawRule) {
        self.known.insert(Cow::Owned(rule.id.clone()), Known::Read(Box::new(rule)));
    }

    /// Keeps the name alone of a rule that cannot be used.
    pub(super) fn put_broken(&mut self, id: &str) {
        self.known.remove(id);
        self.broken.insert(id.to_owned());
    }

    /// Whether a rule is there and cannot be used.
    pub(super) fn is_broken(&self, id: &str) -> bool {
        self.broken.contains(id)
    }
}

/// A rule that is compiled in. That each can be read is tested.
fn read(source: &RuleSource) -> serde_json::Result<RawRule> {
    let mut rule: RawRule = serde_json::from_str(source.json)?;
    let texts = &source.texts;
    (rule.title, rule.why, rule.fix) = (texts.title.into(), texts.why.into(), texts.fix.into());
    (rule.impact, rule.steps) = (texts.impact.map(Text::Borrowed), texts.steps.map(Text::Borrowed));
    Ok(rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::benchmark::raw::Params;

    #[test]
    fn every_rule_that_is_compiled_in_is_one() {
        let rules = Rules::compiled_in();
        assert_eq!(rules.names().count(), embedded::RULES.len(), "a name stands twice in the catalogue");
        for source in embedded::RULES {
            let rule = read(source).expect(source.id);
            assert_eq!(rule.id, source.id);
            rule.build(&Params::new()).expect(source.id);
            assert!([&rule.title, &rule.why, &rule.fix].iter().all(|text| !text.is_empty()), "{}", rule.id);
        }
    }
}
