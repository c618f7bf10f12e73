//! Maps and sets by hash. The standard library's hasher takes a fourteenth of a small run's instructions; this one a third
//! of that. It is seeded anew in every process, so that names on the machine cannot be chosen to collide.

use foldhash::fast::RandomState;

/// A map without order.
pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;
/// A map in the order in which things were put in.
pub(crate) type IndexMap<K, V> = indexmap::IndexMap<K, V, RandomState>;
/// A set in the order in which things were put in.
pub(crate) type IndexSet<T> = indexmap::IndexSet<T, RandomState>;
