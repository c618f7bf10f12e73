//! A cache for answers that are the same during a run.

use foldhash::fast::RandomState;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;

/// Values by key. With the hasher of std a whole run takes 3 % longer.
pub(super) struct Cache<K, V>(RefCell<HashMap<K, V, RandomState>>);

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Cache<K, V> {
    /// The value of a key, if it is known.
    pub(super) fn get(&self, key: &K) -> Option<V> {
        self.0.borrow().get(key).cloned()
    }

    /// The value of a key. `read` is called if it is unknown, and may use this cache.
    pub(super) fn get_or_read(&self, key: &K, read: impl FnOnce() -> V) -> V {
        if let Some(known) = self.get(key) {
            return known;
        }
        let value = read();
        self.insert(key.clone(), value.clone());
        value
    }

    /// Sets the value of a key.
    pub(super) fn insert(&self, key: K, value: V) {
        self.0.borrow_mut().insert(key, value);
    }

    /// Sets the value of a key that has none.
    pub(super) fn insert_if_unknown(&self, key: &K, value: V) {
        self.0.borrow_mut().entry(key.clone()).or_insert(value);
    }

    /// Whether the value of a key is known.
    pub(super) fn contains(&self, key: &K) -> bool {
        self.0.borrow().contains_key(key)
    }

    /// Whether no value is known.
    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }
}
