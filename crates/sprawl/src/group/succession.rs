//! Succession: which secret took the place of which, as far as history tells.

use std::collections::{BTreeMap, BTreeSet};

use super::SecretGroup;
use crate::finding::{Finding, Origin};
use crate::timeline::SecretTimeline;

/// Finds out which secrets took the place of which: one was removed by the commit that brought the
/// other to the same slot of the same file.
pub(super) fn link(groups: &mut [SecretGroup]) {
    // By slot and commit: who came with it, and who left.
    let mut came: BTreeMap<(&str, &str), BTreeSet<usize>> = BTreeMap::new();
    let mut left: BTreeMap<(&str, &str), BTreeSet<usize>> = BTreeMap::new();
    let mut when: BTreeMap<usize, i64> = BTreeMap::new();
    for (number, group) in groups.iter().enumerate() {
        for finding in &group.occurrences {
            let Origin::Git(place) = &finding.location.origin else { continue };
            if let Some(commit) = &place.commit {
                came.entry((&finding.slot, commit)).or_default().insert(number);
            }
            if let Some(commit) = &place.removed_by {
                left.entry((&finding.slot, commit)).or_default().insert(number);
            }
        }
    }
    let mut follows: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (place, newer) in &came {
        for (new, old) in newer
            .iter()
            .flat_map(|new| left.get(place).into_iter().flatten().map(move |old| (*new, *old)))
        {
            if new != old && !place.0.is_empty() {
                follows.entry(new).or_default().insert(old);
                when.extend(time_of(&groups[new], place.1).map(|time| (new, time)));
            }
        }
    }
    let rotations: Vec<usize> = (0..groups.len()).map(|number| longest(&follows, number)).collect();
    let mut replaced: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    let mut replaced_at: BTreeMap<usize, i64> = BTreeMap::new();
    for (new, olds) in &follows {
        for old in olds {
            if let Some(time) = when.get(new) {
                let first = replaced_at.entry(*old).or_insert(*time);
                *first = (*first).min(*time);
            }
            replaced.entry(*old).or_default().insert(groups[*new].id.clone());
        }
    }
    for (number, group) in groups.iter_mut().enumerate() {
        let record = SecretTimeline {
            replaced_at: replaced_at.get(&number).copied(),
            rotations: rotations[number],
            rotated_at: when.get(&number).copied(),
            replaced_by: replaced.remove(&number).into_iter().flatten().collect(),
            ..(*group.record).clone()
        };
        group.record = record.into();
    }
}

/// Length of the longest chain of values before this one; a value that follows itself ends it.
fn longest(follows: &BTreeMap<usize, BTreeSet<usize>>, number: usize) -> usize {
    let mut depth = BTreeMap::from([(number, 0)]);
    let mut pending = vec![number];
    let mut most = 0;
    while let Some(at) = pending.pop() {
        for old in follows.get(&at).into_iter().flatten() {
            if let std::collections::btree_map::Entry::Vacant(entry) = depth.entry(*old) {
                entry.insert(0);
            } else {
                continue;
            }
            let steps = depth[&at] + 1;
            depth.insert(*old, steps);
            most = most.max(steps);
            pending.push(*old);
        }
    }
    most
}

fn time_of(group: &SecretGroup, commit: &str) -> Option<i64> {
    let places = group.occurrences.iter().filter_map(Finding::git);
    places.filter(|place| place.commit.as_deref() == Some(commit)).find_map(|place| place.seconds)
}
