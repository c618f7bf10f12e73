//! A set of nodes by their number, one bit each.

/// A set of nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NodeSet(Vec<u64>);

impl NodeSet {
    pub(super) fn insert(&mut self, node: usize) {
        let word = node / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (node % 64);
    }

    pub(super) fn remove(&mut self, node: usize) {
        if let Some(word) = self.0.get_mut(node / 64) {
            *word &= !(1 << (node % 64));
        }
    }

    pub(super) fn contains(&self, node: usize) -> bool {
        self.0.get(node / 64).is_some_and(|word| word & (1 << (node % 64)) != 0)
    }

    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The number of nodes that are in both.
    pub(super) fn common(&self, other: &Self) -> usize {
        self.0.iter().zip(&other.0).map(|(a, b)| (a & b).count_ones() as usize).sum()
    }

    /// Adds all nodes of another set.
    pub(super) fn add(&mut self, other: &Self) {
        if other.0.len() > self.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }

    /// Removes all nodes of another set.
    pub(super) fn subtract(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= !b);
    }

    /// The nodes, in ascending order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(index, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros() as usize;
                    rest &= rest - 1;
                    index * 64 + bit
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(nodes: &[usize]) -> NodeSet {
        let mut set = NodeSet::default();
        nodes.iter().for_each(|node| set.insert(*node));
        set
    }

    #[test]
    fn sets_behave_as_sets() {
        let (mut a, b) = (set(&[0, 63, 64, 9999]), set(&[63, 64, 70]));
        assert_eq!(a.iter().collect::<Vec<_>>(), [0, 63, 64, 9999]);
        assert_eq!((a.len(), b.len(), a.common(&b), b.common(&a)), (4, 3, 2, 2));
        a.subtract(&b);
        assert_eq!(a.iter().collect::<Vec<_>>(), [0, 9999]);
        a.remove(9999);
        a.remove(123_456);
        assert!(a.contains(0) && !a.contains(9999) && !a.contains(123_456) && !a.is_empty());
        a.add(&b);
        assert_eq!(a.iter().collect::<Vec<_>>(), [0, 63, 64, 70]);
        assert!(set(&[]).is_empty());
    }
}
