//! The order in which a pack is decoded best: every object right after the one it is made from.
//!
//! Deltas form trees, with whole objects at the roots. Walking each tree in depth decodes every
//! object once, where looking objects up one by one decodes their bases again and again.

use gix::objs::Kind;
use gix::odb::pack::data::entry::Header;
use rayon::prelude::*;

use super::catalogue::Catalogue;
use super::pack::Pack;

/// The trees of deltas in one pack. Its objects are known by their rank: their place in the order of
/// their offsets.
#[derive(Debug)]
pub struct DeltaForest {
    /// Offset of each object, and its position in the index.
    places: Vec<(u64, u32)>,
    /// For each object, where its children begin in `children`; one more for the end.
    starts: Vec<u32>,
    children: Vec<u32>,
    /// Whole objects that are to be visited or have such descendants.
    pub roots: Vec<Root>,
    /// Positions of objects that hang on nothing in this pack: damaged, or made from objects that
    /// are elsewhere.
    pub strays: Vec<u32>,
    /// Nothing from here down is to be visited; empty if that is nowhere so.
    pruned: Vec<bool>,
}

/// A whole object with all that is made from it.
#[derive(Debug, Clone, Copy)]
pub struct Root {
    /// Its rank.
    pub rank: u32,
    /// What all of them are.
    pub kind: Kind,
    /// Roughly how much work they are: bytes in the pack.
    pub cost: u64,
}

#[derive(Clone, Copy)]
enum Stem {
    Whole(Kind),
    Delta(u32),
    Stray,
}

impl DeltaForest {
    /// Reads all headers of a pack. Runs on the current thread pool.
    pub fn new(catalogue: &Catalogue<'_>, number: usize) -> Self {
        let pack = catalogue.packs()[number];
        let mut places: Vec<(u64, u32)> =
            (0..pack.len() as u32).into_par_iter().map(|at| (pack.offset(at), at)).collect();
        places.par_sort_unstable();
        let stems: Vec<Stem> = places
            .par_iter()
            .with_min_len(1024)
            .map(|(offset, _)| stem(pack, &places, *offset))
            .collect();
        let mut forest = Self {
            starts: vec![0; places.len() + 1],
            children: Vec::new(),
            roots: Vec::new(),
            strays: Vec::new(),
            pruned: Vec::new(),
            places,
        };
        forest.link(&stems);
        forest.weigh(&stems, catalogue, number);
        forest
    }

    /// Where an object begins, where the next one does, and its position in the index.
    pub fn place(&self, rank: u32) -> (u64, Option<u64>, u32) {
        let (offset, position) = self.places[rank as usize];
        let next = self.places.get(rank as usize + 1).map(|(offset, _)| *offset);
        (offset, next, position)
    }

    /// What is made from an object, the most work last.
    pub fn children(&self, rank: u32) -> &[u32] {
        let rank = rank as usize;
        &self.children[self.starts[rank] as usize..self.starts[rank + 1] as usize]
    }

    /// Whether neither this object nor anything made from it is to be visited.
    pub fn is_pruned(&self, rank: u32) -> bool {
        !self.pruned.is_empty() && self.pruned[rank as usize]
    }

    fn link(&mut self, stems: &[Stem]) {
        for stem in stems {
            if let Stem::Delta(base) = stem {
                self.starts[*base as usize + 1] += 1;
            }
        }
        for rank in 0..self.places.len() {
            self.starts[rank + 1] += self.starts[rank];
        }
        let mut free = self.starts.clone();
        self.children = vec![0; free[self.places.len()] as usize];
        for (rank, stem) in (0..).zip(stems) {
            if let Stem::Delta(base) = stem {
                let slot = &mut free[*base as usize];
                self.children[*slot as usize] = rank;
                *slot += 1;
            }
        }
    }

    /// Adds up the work below every object, sorts children by it, and finds roots and strays.
    fn weigh(&mut self, stems: &[Stem], catalogue: &Catalogue<'_>, number: usize) {
        let first = catalogue.first_of_pack(number);
        let count = self.places.len();
        let mut costs: Vec<u64> = vec![0; count];
        let mut reached = vec![false; count];
        let mut pruned = vec![false; count];
        let mut order = Vec::new();
        for (rank, stem) in (0..count as u32).zip(stems) {
            let Stem::Whole(kind) = stem else { continue };
            order.clear();
            order.push(rank);
            let mut next = 0;
            while next < order.len() {
                let at = order[next];
                reached[at as usize] = true;
                order.extend_from_slice(self.children(at));
                next += 1;
            }
            // Children come after their parents in this order.
            for at in order.iter().rev() {
                let (offset, end, position) = self.place(*at);
                let bytes = end.map_or(0, |end| end - offset);
                let (from, to) =
                    (self.starts[*at as usize] as usize, self.starts[*at as usize + 1] as usize);
                self.children[from..to].sort_by_key(|child| costs[*child as usize]);
                let below = &self.children[from..to];
                costs[*at as usize] =
                    bytes + EACH + below.iter().map(|child| costs[*child as usize]).sum::<u64>();
                pruned[*at as usize] = catalogue.is_copy(first + position)
                    && below.iter().all(|child| pruned[*child as usize]);
            }
            if !pruned[rank as usize] {
                self.roots.push(Root { rank, kind: *kind, cost: costs[rank as usize] });
            }
        }
        self.strays = (0..count).filter(|at| !reached[*at]).map(|at| self.places[at].1).collect();
        if pruned.contains(&true) {
            self.pruned = pruned;
        }
    }
}

/// Work of an object of no size, in bytes.
const EACH: u64 = 200;

fn stem(pack: &Pack, places: &[(u64, u32)], offset: u64) -> Stem {
    let rank_of = |offset: u64| {
        places
            .binary_search_by_key(&offset, |place| place.0)
            .map_or(Stem::Stray, |rank| Stem::Delta(rank as u32))
    };
    let Ok(entry) = pack.entry(offset) else { return Stem::Stray };
    match entry.header {
        Header::OfsDelta { base_distance } => {
            Header::verified_base_pack_offset(offset, base_distance).map_or(Stem::Stray, rank_of)
        }
        Header::RefDelta { base_id } => pack.find(&base_id).map_or(Stem::Stray, rank_of),
        whole => whole.as_kind().map_or(Stem::Stray, Stem::Whole),
    }
}
