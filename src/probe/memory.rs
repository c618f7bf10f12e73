//! What was found out once and is not looked for again. Looks at nothing itself.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Answers by what was asked.
pub(super) struct Memory<K, V>(RefCell<BTreeMap<K, V>>);

impl<K, V> Default for Memory<K, V> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<K: Ord + Clone, V: Clone> Memory<K, V> {
    /// The answer that is known, or else what `look` finds. That may ask this memory for other things.
    pub(super) fn of(&self, key: &K, look: impl FnOnce() -> V) -> V {
        if let Some(known) = self.0.borrow().get(key) {
            return known.clone();
        }
        let found = look();
        self.0.borrow_mut().insert(key.clone(), found.clone());
        found
    }
}
