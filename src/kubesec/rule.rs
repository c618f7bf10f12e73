//! What a rule is: what it is called, which kinds it applies to, and what it is worth.

use super::object::Object;

/// A rule of kubesec.
pub(super) struct Rule {
    pub(super) id: &'static str,
    /// What it looks at, as kubesec writes it.
    pub(super) selector: &'static str,
    /// Why it matters, in one sentence.
    pub(super) reason: &'static str,
    pub(super) kinds: &'static [&'static str],
    /// Added to the score if it matches.
    pub(super) points: i64,
    /// Shown in the list of rules and used for nothing.
    pub(super) weight: u32,
    pub(super) matches: fn(Object<'_>) -> bool,
}

impl Rule {
    pub(super) fn applies_to(&self, kind: &str) -> bool {
        self.kinds.contains(&kind)
    }
}
