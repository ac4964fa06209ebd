//! Values numbered by each thread as they come, and for all threads in their own order, so that nothing
//! depends on which thread saw what.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// The numbers that one thread has given.
#[derive(Debug)]
pub struct Numbering<T>(HashMap<T, u32>);

impl<T> Default for Numbering<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Hash + Ord + Clone> Numbering<T> {
    /// The number of a value, a new one if it has none yet.
    pub fn number<Q>(&mut self, value: &Q) -> u32
    where
        T: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = T> + ?Sized,
    {
        if let Some(number) = self.0.get(value) {
            return *number;
        }
        let next = self.0.len() as u32;
        self.0.insert(value.to_owned(), next);
        next
    }

    /// The values of all threads, in order, each once.
    pub fn values<'a>(threads: impl Iterator<Item = &'a Self>) -> Vec<T>
    where
        T: 'a,
    {
        let mut all: Vec<&T> = threads.flat_map(|thread| thread.0.keys()).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().cloned().collect()
    }

    /// For each number that was given here the place of its value in the list of all.
    pub fn places(&self, all: &[T]) -> Vec<u32> {
        let mut places = vec![0; self.0.len()];
        for (at, value) in (0..).zip(all) {
            if let Some(number) = self.0.get(value) {
                places[*number as usize] = at;
            }
        }
        places
    }
}
