//! Rules by id. Those that are compiled in are parsed when they are used: a run needs those of one benchmark.

use super::embedded::{self, RuleSource};
use super::raw::RawRule;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Every rule that is defined.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    has_compiled_in: bool,
    /// Those of files, which replace compiled-in ones of the same id.
    from_files: BTreeMap<String, RawRule>,
    /// Ids of rules that have errors.
    broken: BTreeSet<String>,
}

impl Rules {
    /// The rules that are compiled in.
    pub(super) fn compiled_in() -> Self {
        Self { has_compiled_in: true, ..Self::default() }
    }

    /// The rule of an id.
    pub(super) fn get(&self, id: &str) -> Option<Cow<'_, RawRule>> {
        if let Some(rule) = self.from_files.get(id) {
            return Some(Cow::Borrowed(rule));
        }
        let index = embedded::RULES.binary_search_by_key(&id, |source| source.id).ok()?;
        (self.has_compiled_in && !self.is_broken(id)).then(|| read(&embedded::RULES[index]).ok().map(Cow::Owned))?
    }

    /// The ids of all rules, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let compiled_in = embedded::RULES.iter().filter(|_| self.has_compiled_in).map(|source| source.id);
        let names: BTreeSet<&str> = compiled_in.chain(self.from_files.keys().map(String::as_str)).collect();
        names.into_iter().filter(|id| self.from_files.contains_key(*id) || !self.is_broken(id))
    }

    /// Adds a rule, or replaces the one of the same id.
    pub(super) fn put(&mut self, rule: RawRule) {
        self.from_files.insert(rule.id.clone(), rule);
    }

    /// Adds the id of a rule that has errors.
    pub(super) fn put_broken(&mut self, id: &str) {
        self.from_files.remove(id);
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
        assert_eq!(rules.names().count(), embedded::RULES.len());
        assert!(embedded::RULES.is_sorted_by(|one, next| one.id < next.id), "duplicate id, or not sorted");
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
