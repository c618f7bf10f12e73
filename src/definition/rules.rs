//! The rules by their names. Those that are compiled in stay text until they are wanted: a run needs one benchmark's.

use super::embedded;
use super::written::WrittenRule;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Every rule that is known.
#[derive(Debug, Default)]
pub(super) struct Rules {
    known: BTreeMap<Cow<'static, str>, Known>,
    /// Rules that are there and cannot be used.
    broken: BTreeSet<String>,
}

#[derive(Debug)]
enum Known {
    /// JSON; that it is a rule is tested.
    Text(&'static str),
    Read(Box<WrittenRule>),
}

impl Rules {
    /// Those that are compiled in.
    pub(super) fn compiled_in() -> Self {
        let rules = embedded::RULES.iter().map(|(id, text)| (Cow::Borrowed(*id), Known::Text(text)));
        Self { known: rules.collect(), broken: BTreeSet::new() }
    }

    /// A rule as it is written.
    pub(super) fn get(&self, id: &str) -> Option<Cow<'_, WrittenRule>> {
        match self.known.get(id)? {
            Known::Text(text) => serde_json::from_str(text).ok().map(Cow::Owned),
            Known::Read(rule) => Some(Cow::Borrowed(rule)),
        }
    }

    /// The names of all.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(|id| &**id)
    }

    /// Takes a rule in place of one of the same name.
    pub(super) fn put(&mut self, rule: WrittenRule) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::written::Params;

    #[test]
    fn every_rule_that_is_compiled_in_is_one() {
        let rules = Rules::compiled_in();
        assert_eq!(rules.names().count(), embedded::RULES.len(), "a name stands twice in the catalogue");
        for (id, text) in embedded::RULES {
            let rule: WrittenRule = serde_json::from_str(text).expect(id);
            assert_eq!(rule.id, *id);
            rule.build(&Params::new()).expect(id);
        }
    }
}
