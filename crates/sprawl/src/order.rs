//! Order among very many values that are dear to compare or to move.

use std::cmp::Ordering;

/// Sorts in place by keys that are made once, and where those are equal, by comparing; what is equal
/// then, too, stays in order. Each value is moved once or twice.
pub(crate) fn sort_by_key_then<T, K: Ord>(
    items: &mut [T],
    key: impl Fn(&T) -> K,
    compare: impl Fn(&T, &T) -> Ordering,
) {
    let mut order: Vec<(K, usize)> =
        items.iter().enumerate().map(|(at, item)| (key(item), at)).collect();
    order.sort_unstable_by(|(a, first), (b, second)| {
        let rest = || compare(&items[*first], &items[*second]).then(first.cmp(second));
        a.cmp(b).then_with(rest)
    });
    for at in 0..order.len() {
        let mut from = order[at].1;
        // What stood there has been swapped away.
        while from < at {
            from = order[from].1;
        }
        order[at].1 = from;
        items.swap(at, from);
    }
}

/// The first bytes of a text as a number: of two texts, the lesser one has no greater number.
pub(crate) fn beginning(text: &[u8]) -> u64 {
    let mut first = [0; 8];
    let length = text.len().min(first.len());
    first[..length].copy_from_slice(&text[..length]);
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_a_stable_sort(
            items in proptest::collection::vec(("[ab\0]{0,10}", 0..3, 0..1000), 0..60),
        ) {
            let compare = |a: &(String, i32, i32), b: &(String, i32, i32)| {
                (&a.0, a.1).cmp(&(&b.0, b.1))
            };
            let mut expected = items.clone();
            expected.sort_by(compare);
            let mut sorted = items;
            sort_by_key_then(&mut sorted, |item| beginning(item.0.as_bytes()), compare);
            prop_assert_eq!(sorted, expected);
        }
    }
}
