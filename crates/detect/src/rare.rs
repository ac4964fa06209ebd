//! What most of very many values have not: a pointer, and memory only where there is something.
//!
//! A scan keeps every finding until the report is written, and a tree decides how many there are. So
//! the size of a finding is that of what each of them has, not of all that one of them may have.

use std::fmt;
use std::ops::{Deref, DerefMut};

/// A type of which one value means that there is nothing.
pub trait Nothing: Default + PartialEq + 'static {
    /// That value; the same as the default.
    fn nothing() -> &'static Self;
}

impl<T: PartialEq + 'static> Nothing for Vec<T> {
    fn nothing() -> &'static Self {
        const { &Vec::new() }
    }
}

/// A value that is nothing in most cases, which takes no memory then. Reads like the value; what is
/// written through it is there afterwards, so writers that may have nothing to say ask
/// [`Rare::get_mut`] first.
#[derive(Clone, PartialEq, Eq)]
pub struct Rare<T>(Option<Box<T>>);

impl<T> Rare<T> {
    /// The value, if it was ever written.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.0.as_deref_mut()
    }
}

impl<T> Default for Rare<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Nothing> From<T> for Rare<T> {
    fn from(value: T) -> Self {
        Self((value != *T::nothing()).then(|| Box::new(value)))
    }
}

impl<T: Nothing> Deref for Rare<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0 {
            Some(value) => value,
            None => T::nothing(),
        }
    }
}

impl<T: Nothing> DerefMut for Rare<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }
}

impl<T: Nothing + fmt::Debug> fmt::Debug for Rare<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_takes_no_memory_and_reads_like_the_default() {
        let mut list: Rare<Vec<u8>> = Vec::new().into();
        assert_eq!(size_of::<Rare<Vec<u8>>>(), size_of::<usize>());
        assert!(list.is_empty() && list.get_mut().is_none());
        list.push(7);
        assert_eq!(*list, [7]);
        assert!(list.get_mut().is_some());
        assert_eq!(list, Rare::from(vec![7]));
    }
}
