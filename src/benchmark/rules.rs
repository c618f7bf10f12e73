//! Rules by id. Those that are compiled in are parsed when they are used: a run needs those of one benchmark.

use super::embedded::{self, RuleSource};
use super::raw::RawRule;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Every rule that is defined.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    rules: BTreeMap<Cow<'static, str>, RuleEntry>,
    /// Ids of rules that have errors.
    broken: BTreeSet<String>,
}

#[derive(Debug, Clone)]
enum RuleEntry {
    CompiledIn(&'static RuleSource),
    FromFile(Box<RawRule>),
}

impl Rules {
    /// The rules that are compiled in.
    pub(super) fn compiled_in() -> Self {
        let rules = embedded::RULES.iter().map(|source| (Cow::Borrowed(source.id), RuleEntry::CompiledIn(source)));
        Self { rules: rules.collect(), broken: BTreeSet::new() }
    }

    /// The rule of an id.
    pub(super) fn get(&self, id: &str) -> Option<Cow<'_, RawRule>> {
        match self.rules.get(id)? {
            RuleEntry::CompiledIn(source) => read(source).ok().map(Cow::Owned),
            RuleEntry::FromFile(rule) => Some(Cow::Borrowed(rule)),
        }
    }

    /// The ids of all rules.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.rules.keys().map(|id| &**id)
    }

    /// Adds a rule, or replaces the one of the same id.
    pub(super) fn put(&mut self, rule: RawRule) {
        self.rules.insert(Cow::Owned(rule.id.clone()), RuleEntry::FromFile(Box::new(rule)));
    }

    /// Adds the id of a rule that has errors.
    pub(super) fn put_broken(&mut self, id: &str) {
        self.rules.remove(id);
        self.broken.insert(id.to_owned());
    }

    /// Whether a rule is defined but has errors.
    pub(super) fn is_broken(&self, id: &str) -> bool {
        self.broken.contains(id)
    }
}

/// Parses a rule that is compiled in. A test parses them all.
fn read(source: &RuleSource) -> serde_json::Result<RawRule> {
    let mut rule: RawRule = serde_json::from_str(source.json)?;
    source.texts.put_into(&mut rule);
    Ok(rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::benchmark::raw::Params;

    #[test]
    fn every_rule_that_is_compiled_in_is_valid() {
        let rules = Rules::compiled_in();
        assert_eq!(rules.names().count(), embedded::RULES.len(), "duplicate id in the catalog");
        for source in embedded::RULES {
            let rule = read(source).expect(source.id);
            assert_eq!(rule.id, source.id);
            rule.build(&Params::new()).expect(source.id);
            assert!(
                [&rule.title, &rule.rationale, &rule.remediation].iter().all(|text| !text.is_empty()),
                "{}",
                rule.id
            );
        }
    }
}
