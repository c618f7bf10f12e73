//! What was found out once and is not looked for again. Looks at nothing itself.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;

/// AuditAnswers by what was asked. Hashed, for paths are compared name by name, which is slow.
pub(super) struct Cache<K, V>(RefCell<HashMap<K, V>>);

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Cache<K, V> {
    /// The answer that is known, or else what `look` finds. That may ask this memory for other things.
    pub(super) fn of(&self, key: &K, look: impl FnOnce() -> V) -> V {
        if let Some(known) = self.0.borrow().get(key) {
            return known.clone();
        }
        let found = look();
        self.keep(key.clone(), found.clone());
        found
    }

    /// Keeps an answer that came along with another.
    pub(super) fn keep(&self, key: K, value: V) {
        self.0.borrow_mut().insert(key, value);
    }
}
