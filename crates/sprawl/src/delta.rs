//! What a change does to secrets: which places gain one, and which of these it only moved there.
//!
//! One rule for all questions of what is new: the index against HEAD, the commits of a range or of a whole
//! history against their parents, a scan against the baseline. A secret is known by its value, and a
//! place is a file: the line within it does not matter. Where it cannot be known
//! whether a secret is new, it is.
//!
//! * A place gains a secret that it has after the change and had on no side before it. A merge has
//!   several sides before it, one for each parent.
//! * A place loses a secret that it had on every side before and does not have after.
//! * A place that gained a secret and one that lost it are a move. Each lost place explains one gained
//!   place, so that a secret that is copied as it moves is new in all its places but one. Which one
//!   that is can only be guessed: the one of the same file name, or else the first.

use std::collections::{BTreeMap, VecDeque};

/// What a change does to a secret at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It is there now and was not before.
    Gained,
    /// It was there before and is not any more.
    Lost,
}

impl Effect {
    /// The effect by whether each side before the change had the secret there, and whether it is there
    /// after it. None if nothing changed, or the sides before disagree.
    pub fn of(before: impl IntoIterator<Item = bool>, after: bool) -> Option<Self> {
        let mut before = before.into_iter().peekable();
        if after {
            (!before.any(|had| had)).then_some(Self::Gained)
        } else {
            (before.peek().is_some() && before.all(|had| had)).then_some(Self::Lost)
        }
    }
}

/// Places that a change took secrets from, and places that it brought them to; each list in order of
/// path, so that all callers take the same places for moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta<L, G = L> {
    /// Places that lost a secret.
    pub lost: Vec<L>,
    /// Places that gained one.
    pub gained: Vec<G>,
}

impl<L, G> Default for Delta<L, G> {
    fn default() -> Self {
        Self { lost: Vec::new(), gained: Vec::new() }
    }
}

impl<L, G> Delta<L, G> {
    /// Takes the moves out and returns them: what is left was gained from nowhere, or lost for good.
    /// `lost` and `gained` give the secret and the file name of a place.
    pub fn take_moves<S: Ord, N: Ord>(
        &mut self,
        lost: impl Fn(&L) -> (S, N),
        gained: impl Fn(&G) -> (S, N),
    ) -> Vec<(L, G)> {
        let mut moves = self.take_pairs(&lost, &gained);
        moves.extend(self.take_pairs(|place| lost(place).0, |place| gained(place).0));
        moves
    }

    /// Takes out pairs of places with the same key: the first that lost goes with the first that gained,
    /// the second with the second. For callers that know more of places than their names, such as the baseline.
    pub fn take_pairs<K: Ord>(
        &mut self,
        lost: impl Fn(&L) -> K,
        gained: impl Fn(&G) -> K,
    ) -> Vec<(L, G)> {
        if self.lost.is_empty() || self.gained.is_empty() {
            return Vec::new();
        }
        let mut waiting: BTreeMap<K, VecDeque<usize>> = BTreeMap::new();
        for (at, place) in self.lost.iter().enumerate() {
            waiting.entry(lost(place)).or_default().push_back(at);
        }
        let mut left: Vec<Option<L>> = self.lost.drain(..).map(Some).collect();
        let mut pairs = Vec::new();
        for place in std::mem::take(&mut self.gained) {
            let origin = waiting.get_mut(&gained(&place)).and_then(VecDeque::pop_front);
            match origin.and_then(|at| left[at].take()) {
                Some(origin) => pairs.push((origin, place)),
                None => self.gained.push(place),
            }
        }
        self.lost.extend(left.into_iter().flatten());
        pairs
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// `secret path`.
    type Place = (u8, &'static str);

    fn key(place: &Place) -> (u8, &'static str) {
        (place.0, place.1.rsplit('/').next().unwrap_or(place.1))
    }

    fn left(gained: &[&'static str], lost: &[&'static str]) -> Vec<&'static str> {
        let places = |paths: &[&'static str]| paths.iter().map(|path| (0, *path)).collect();
        let mut delta: Delta<Place> = Delta { lost: places(lost), gained: places(gained) };
        delta.take_moves(key, key);
        delta.gained.into_iter().map(|(_, path)| path).collect()
    }

    #[test]
    fn a_move_takes_one_file_out() {
        assert_eq!(left(&["b"], &["a"]), [""; 0]);
        assert_eq!(left(&["b"], &[]), ["b"]);
        assert_eq!(left(&["b", "x/a"], &["a"]), ["b"]);
        assert_eq!(left(&["b", "c"], &["a"]), ["c"]);
        assert_eq!(left(&["b"], &["a", "c"]), [""; 0]);
        // Names go before the order.
        assert_eq!(left(&["d/x", "e", "f"], &["a", "b/x"]), ["f"]);
    }

    #[test]
    fn every_side_of_a_merge_counts() {
        use Effect::{Gained, Lost};
        let effect = |before: &[bool], after| Effect::of(before.iter().copied(), after);
        assert_eq!(effect(&[], true), Some(Gained), "a first commit");
        assert_eq!(effect(&[], false), None);
        assert_eq!(effect(&[false, false], true), Some(Gained));
        assert_eq!(effect(&[false, true], true), None, "a parent had it");
        assert_eq!(effect(&[true, true], false), Some(Lost));
        assert_eq!(effect(&[true, false], false), None, "one parent had taken it away already");
    }

    const PATHS: &[&str] = &["a", "b", "c", "x/a", "x/b", "y/a", "y/c"];

    fn states() -> impl Strategy<Value = BTreeSet<Place>> {
        let place = (0..3_u8, 0..PATHS.len()).prop_map(|(secret, path)| (secret, PATHS[path]));
        proptest::collection::btree_set(place, 0..16)
    }

    fn delta(before: &BTreeSet<Place>, after: &BTreeSet<Place>) -> Delta<Place> {
        let mut delta = Delta::default();
        for place in before | after {
            match Effect::of([before.contains(&place)], after.contains(&place)) {
                Some(Effect::Gained) => delta.gained.push(place),
                Some(Effect::Lost) => delta.lost.push(place),
                None => {}
            }
        }
        delta
    }

    proptest! {
        #[test]
        fn a_secret_is_new_as_often_as_its_places_became_more(
            before in states(), after in states(),
        ) {
            let whole = delta(&before, &after);
            let mut delta = whole.clone();
            let moves = delta.take_moves(key, key);
            for secret in 0..3 {
                let count = |places: &[Place]| places.iter().filter(|p| p.0 == secret).count();
                let (gained, lost) = (count(&whole.gained), count(&whole.lost));
                prop_assert_eq!(count(&delta.gained), gained.saturating_sub(lost));
                prop_assert_eq!(count(&delta.lost), lost.saturating_sub(gained));
            }
            // No place is made up, dropped or used twice, and every order is kept.
            let mut all: Vec<Place> = moves.iter().map(|(_, to)| *to).chain(delta.gained.clone()).collect();
            all.sort_unstable();
            prop_assert_eq!(&all, &whole.gained);
            prop_assert!(delta.gained.is_sorted() && delta.lost.is_sorted());
            let mut all: Vec<Place> = moves.iter().map(|(from, _)| *from).chain(delta.lost.clone()).collect();
            all.sort_unstable();
            prop_assert_eq!(&all, &whole.lost);
            prop_assert!(moves.iter().all(|(from, to)| from.0 == to.0));
            // No file name is passed over: what is left on both sides has other names.
            let crossed = |(from, to): &&(Place, Place)| key(from) != key(to);
            for (from, to) in moves.iter().filter(crossed) {
                prop_assert!(delta.gained.iter().all(|place| key(place) != key(from)));
                prop_assert!(delta.lost.iter().all(|place| key(place) != key(to)));
            }
            // What did not change is nothing new.
            prop_assert!(delta.gained.iter().all(|place| !before.contains(place)));
        }
    }
}
