//! A map whose entries have an end: keys and values in, values out until then. Knows which entry ends first.

use sp::Instant;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// A map with an end for each entry.
#[derive(Debug)]
pub(super) struct Expiring<K, V> {
    entries: HashMap<K, Entry<V>>,
    /// By end, then by age.
    order: BTreeMap<(Instant, u64), K>,
    inserted: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    place: (Instant, u64),
}

impl<K: Hash + Eq + Clone, V> Expiring<K, V> {
    pub(super) fn new() -> Self {
        Self { entries: HashMap::new(), order: BTreeMap::new(), inserted: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// Inserts or replaces.
    pub(super) fn insert(&mut self, key: K, value: V, until: Instant) {
        self.remove(&key);
        self.inserted += 1;
        let place = (until, self.inserted);
        self.order.insert(place, key.clone());
        self.entries.insert(key, Entry { value, place });
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        let entry = self.entries.remove(key)?;
        self.order.remove(&entry.place);
        Some(entry.value)
    }

    /// Drops what is over.
    pub(super) fn sweep(&mut self, now: Instant) {
        while let Some(first) = self.order.first_entry() {
            let (until, _) = *first.key();
            if now < until {
                return;
            }
            let key = first.remove();
            self.entries.remove(&key);
        }
    }

    /// Drops the entry that would be over first.
    pub(super) fn drop_first(&mut self) {
        if let Some((_, key)) = self.order.pop_first() {
            self.entries.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_end() {
        let at = |seconds| Instant::from_unix_seconds(seconds).unwrap();
        let mut map = Expiring::new();
        map.insert("late", 1, at(30));
        map.insert("soon", 2, at(10));
        map.insert("soon", 3, at(20));
        map.sweep(at(19));
        assert_eq!((map.len(), map.get(&"soon"), map.get(&"late")), (2, Some(&3), Some(&1)));
        map.sweep(at(20));
        assert_eq!((map.len(), map.get(&"soon")), (1, None));
        map.insert("sooner", 4, at(25));
        map.drop_first();
        assert_eq!(map.get(&"sooner"), None);
        assert_eq!((map.remove(&"late"), map.len()), (Some(1), 0));
        assert!(map.order.is_empty());
    }
}
