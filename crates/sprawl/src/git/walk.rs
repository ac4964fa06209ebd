//! Reads every object of a repository once, with all threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use gix::objs::Kind;
use gix::odb::pack::data::entry::Header;
use gix::zlib::Inflate;

use super::catalogue::{Catalogue, Number};
use super::delta;
use super::forest::{DeltaForest, Root};
use super::objects::{LARGEST, Objects, ReadError, Reader, inflate};
use crate::problem::Problem;
use crate::threads::Pool;
use sprawl_detect::version::Shared;

/// Who looks at the objects. Called from all threads at once.
pub trait Visitor: Sync {
    /// What is remembered of an object while those made from it are visited.
    type Kept: Default;

    /// Bytes of memory that this takes.
    fn size_of(kept: &Self::Kept) -> usize;

    /// Whether objects of this kind are to be visited.
    fn wants(&self, kind: Kind) -> bool;

    /// Looks at an object. `made_from` is what was kept of an earlier version of it, and what the two
    /// share; `keep` is given if something is made from this one.
    fn visit(
        &self,
        object: &Object<'_>,
        made_from: Option<(&Self::Kept, &[Shared])>,
        keep: Option<&mut Self::Kept>,
    );

    /// Whether a whole object of this pack and all that is made from it are to be visited.
    fn wants_family(&self, _pack: usize, _root: &Root) -> bool {
        true
    }

    /// Begins with such an object.
    fn begins(&self, _pack: usize, _root: &Root) {}

    /// Has visited it and all that is made from it, on the same thread; `is_whole` unless some of that is
    /// read later.
    fn ends(&self, _pack: usize, _root: &Root, _is_whole: bool) {}

    /// Takes note of what cannot be read, or is not what its id says.
    fn problem(&self, problem: Problem);
}

/// An object, decoded.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    /// Its number in the catalogue.
    pub number: Number,
    /// What it is.
    pub kind: Kind,
    /// Its content.
    pub bytes: &'a [u8],
    /// Whether it is visited only for what is made from it: it has another number, too.
    pub copy: bool,
}

/// Everything that is to be walked.
#[derive(Debug)]
pub struct Walk<'o> {
    pool: &'o Pool,
    objects: &'o Objects,
    catalogue: &'o Catalogue<'o>,
    forests: Vec<DeltaForest>,
    /// Kinds of the loose objects, once they are known.
    loose_kinds: Vec<OnceLock<Kind>>,
    /// Bytes of objects whose descendants are still to come, on all threads.
    held: AtomicUsize,
    /// Taken while a large object is decoded and looked at: memory is for one of them.
    large: Mutex<()>,
}

impl<'o> Walk<'o> {
    /// Works out the order.
    pub fn new(pool: &'o Pool, objects: &'o Objects, catalogue: &'o Catalogue<'o>) -> Self {
        let forests = pool.scope(|_| {
            (0..catalogue.packs().len()).map(|pack| DeltaForest::new(catalogue, pack)).collect()
        });
        let loose_kinds = catalogue.loose().iter().map(|_| OnceLock::new()).collect();
        let (held, large) = (AtomicUsize::new(0), Mutex::new(()));
        Self { pool, objects, catalogue, forests, loose_kinds, held, large }
    }

    /// Visits every wanted object. What cannot be read becomes a problem; everything else is visited
    /// all the same.
    pub fn run<V: Visitor>(&self, visitor: &V) {
        let mut tasks = Vec::new();
        for (pack, forest) in self.forests.iter().enumerate() {
            let wanted = forest.roots.iter().filter(|root| visitor.wants(root.kind));
            let wanted = wanted.filter(|root| visitor.wants_family(pack, root));
            tasks.extend(wanted.map(|root| (pack, *root)));
        }
        // The most work first, so that the threads end together.
        tasks.sort_by_key(|(pack, root)| (std::cmp::Reverse(root.cost), *pack, root.rank));
        let strays: Vec<(usize, u32)> = self
            .forests
            .iter()
            .enumerate()
            .flat_map(|(pack, forest)| forest.strays.iter().map(move |position| (pack, *position)))
            .collect();
        let left = Mutex::new(strays);
        let (next_task, next_loose) = (AtomicUsize::new(0), AtomicUsize::new(0));
        self.pool.scope(|scope| {
            for _ in 0..self.pool.threads() {
                scope.spawn(|_| {
                    let mut climber = DeltaWalker::new(self, visitor);
                    while let Some((pack, root)) = tasks.get(next(&next_task, 1)) {
                        let left = climber.left.len();
                        visitor.begins(*pack, root);
                        climber.root(*pack, root);
                        visitor.ends(*pack, root, climber.left.len() == left);
                    }
                    let mut reader = Reader::default();
                    loop {
                        let from = next(&next_loose, LOOSE_BATCH);
                        if from >= self.catalogue.loose().len() {
                            break;
                        }
                        self.loose(visitor, from, &mut reader);
                    }
                    left.lock().unwrap_or_else(PoisonError::into_inner).append(&mut climber.left);
                });
            }
        });
        let left = left.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.one_by_one(visitor, &left);
    }

    fn loose<V: Visitor>(&self, visitor: &V, from: usize, reader: &mut Reader) {
        let all = self.catalogue.loose();
        let to = all.len().min(from + LOOSE_BATCH);
        for (index, loose) in all[from..to].iter().enumerate() {
            let number = self.catalogue.first_loose() + (from + index) as Number;
            let known = &self.loose_kinds[from + index];
            if known.get().is_some_and(|kind| !visitor.wants(*kind)) {
                continue;
            }
            let copy = self.catalogue.is_copy(number);
            match reader.loose_file(&loose.file, |kind| visitor.wants(kind)) {
                Ok((kind, bytes)) => {
                    known.get_or_init(|| kind);
                    let Some(bytes) = bytes else { continue };
                    let mismatch = self.objects.mismatch(&loose.id, kind, bytes);
                    // A copy need not be looked at, unless it is none.
                    if !copy || mismatch.is_some() {
                        let object = Object { number, kind, bytes, copy: false };
                        visitor.visit(&object, None, None);
                    }
                    mismatch.into_iter().for_each(|problem| visitor.problem(problem));
                }
                Err(error) => visitor.problem(error.problem(&loose.id)),
            }
        }
    }

    /// Reads what the walk could not, each object with all that it is made from.
    fn one_by_one<V: Visitor>(&self, visitor: &V, left: &[(usize, u32)]) {
        let next_left = AtomicUsize::new(0);
        self.pool.scope(|scope| {
            for _ in 0..self.pool.threads() {
                scope.spawn(|_| {
                    let mut reader = Reader::default();
                    while let Some((pack, position)) = left.get(next(&next_left, 1)) {
                        // What is left is damaged, or large.
                        let _one = self.large.lock().unwrap_or_else(PoisonError::into_inner);
                        let number = self.catalogue.first_of_pack(*pack) + position;
                        let id = self.catalogue.id(number);
                        match self.objects.read(&id, &mut reader) {
                            Ok((kind, bytes)) if visitor.wants(kind) => {
                                let copy = self.catalogue.is_copy(number);
                                let object = Object { number, kind, bytes, copy };
                                visitor.visit(&object, None, None);
                            }
                            Ok(_) => {}
                            Err(error) => visitor.problem(error.problem(&id)),
                        }
                    }
                });
            }
        });
    }
}

fn next(counter: &AtomicUsize, step: usize) -> usize {
    counter.fetch_add(step, Ordering::Relaxed)
}

/// Loose objects handed to a thread at once.
const LOOSE_BATCH: usize = 64;

/// Bytes of the largest pack of which every object's id is checked. In larger ones that would take
/// longer than all the rest; git made the ids itself when it received the pack, and what is in it is
/// scanned whatever it is called.
const CHECKED_PACK: usize = 4 << 20;

/// Memory that all threads together hold for objects whose descendants are still to come, in bytes;
/// what needs more is read one by one.
const HELD: usize = 100 << 20;

/// Objects from this size on are looked at one at a time, and their memory is given back, in bytes.
const LARGE: usize = 8 << 20;

/// Walk over the delta trees of one thread.
struct DeltaWalker<'w, V: Visitor> {
    walk: &'w Walk<'w>,
    visitor: &'w V,
    inflate: Inflate,
    delta: Vec<u8>,
    shared: Vec<Shared>,
    /// Buffers that are free.
    buffers: Vec<Vec<u8>>,
    stack: Vec<PendingObject<V::Kept>>,
    /// What could not be decoded, and what is made from it: pack and position.
    left: Vec<(usize, u32)>,
}

/// An object whose descendants are being visited.
struct PendingObject<K> {
    rank: u32,
    bytes: Vec<u8>,
    kept: K,
    /// Bytes of both.
    size: usize,
    next_child: usize,
}

impl<'w, V: Visitor> DeltaWalker<'w, V> {
    fn new(walk: &'w Walk<'w>, visitor: &'w V) -> Self {
        Self {
            walk,
            visitor,
            inflate: Inflate::default(),
            delta: Vec::new(),
            shared: Vec::new(),
            buffers: Vec::new(),
            stack: Vec::new(),
            left: Vec::new(),
        }
    }

    fn root(&mut self, pack: usize, root: &Root) {
        self.step(pack, root.kind, root.rank, None);
        while let Some(top) = self.stack.last_mut() {
            let children = self.walk.forests[pack].children(top.rank);
            let Some(child) = children.get(top.next_child).copied() else {
                self.pop();
                continue;
            };
            top.next_child += 1;
            if self.walk.forests[pack].is_pruned(child) {
                continue;
            }
            // The last child, which has the most descendants, needs its base no longer than itself.
            if top.next_child == children.len() {
                if let Some(base) = self.stack.pop() {
                    self.walk.held.fetch_sub(base.size, Ordering::Relaxed);
                    self.step(pack, root.kind, child, Some(&base));
                    self.free(base.bytes);
                }
            } else if let Some(base) = self.stack.pop() {
                let depth = self.stack.len();
                self.step(pack, root.kind, child, Some(&base));
                self.stack.insert(depth, base);
            }
        }
    }

    fn pop(&mut self) {
        if let Some(top) = self.stack.pop() {
            self.walk.held.fetch_sub(top.size, Ordering::Relaxed);
            self.free(top.bytes);
        }
    }

    /// Keeps a buffer for the next object, if it is none of the large.
    fn free(&mut self, bytes: Vec<u8>) {
        if bytes.capacity() < LARGE {
            self.buffers.push(bytes);
        }
    }

    /// Waits until no other thread has a large object at hand.
    fn wait_for_large(&self, size: u64) -> Option<MutexGuard<'w, ()>> {
        let walk = self.walk;
        (size >= LARGE as u64).then(|| walk.large.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Decodes and visits one object, and puts it on the stack if others are made from it.
    fn step(&mut self, pack: usize, kind: Kind, rank: u32, base: Option<&PendingObject<V::Kept>>) {
        let mut bytes = self.buffers.pop().unwrap_or_default();
        let from = base.map(|base| base.bytes.as_slice());
        let Ok(waited) = self.decode(pack, rank, from, &mut bytes) else {
            // Another copy may be whole. Where there is none, reading it says so again.
            self.free(bytes);
            return self.leave(pack, rank);
        };
        let forest = &self.walk.forests[pack];
        let number = self.walk.catalogue.first_of_pack(pack) + forest.place(rank).2;
        let mut copy = self.walk.catalogue.is_copy(number);
        if copy || self.walk.catalogue.packs()[pack].size() <= CHECKED_PACK {
            let id = self.walk.catalogue.id(number);
            if let Some(problem) = self.walk.objects.mismatch(&id, kind, &bytes) {
                copy = false;
                self.visitor.problem(problem);
            }
        }
        let has_children = !forest.children(rank).is_empty();
        let size = bytes.len();
        let mut fits = has_children && self.hold(size);
        let mut kept = V::Kept::default();
        self.visitor.visit(
            &Object { number, kind, bytes: &bytes, copy },
            base.map(|base| (&base.kept, self.shared.as_slice())),
            fits.then_some(&mut kept),
        );
        drop(waited);
        let noted = V::size_of(&kept);
        if fits && !self.hold(noted) {
            self.walk.held.fetch_sub(size, Ordering::Relaxed);
            fits = false;
        }
        if fits {
            self.stack.push(PendingObject { rank, bytes, kept, size: size + noted, next_child: 0 });
            return;
        }
        self.free(bytes);
        if has_children {
            for child in forest.children(rank) {
                self.leave(pack, *child);
            }
        }
    }

    /// Takes so many bytes of the memory for what is held, if there are.
    fn hold(&self, bytes: usize) -> bool {
        let before = self.walk.held.fetch_add(bytes, Ordering::Relaxed);
        let fits = before + bytes <= HELD;
        if !fits {
            self.walk.held.fetch_sub(bytes, Ordering::Relaxed);
        }
        fits
    }

    fn decode(
        &mut self,
        pack: usize,
        rank: u32,
        base: Option<&[u8]>,
        out: &mut Vec<u8>,
    ) -> Result<Option<MutexGuard<'w, ()>>, ReadError> {
        let file = self.walk.catalogue.packs()[pack];
        let (offset, next, position) = self.walk.forests[pack].place(rank);
        let entry = file.entry(offset).map_err(ReadError::Damaged)?;
        let compressed = file.compressed(entry.data_offset, next);
        if let Some(checksum) = file.checksum(position)
            && crc32fast::hash(file.bytes(offset, next)) != checksum
        {
            let what = "is damaged: its bytes do not have the checksum that the index has for them";
            self.visitor.problem(Problem::new(file.id(position).to_string(), what));
        }
        let size = entry.decompressed_size;
        let unfolding = self.walk.objects.unfolding();
        match (entry.header, base) {
            (Header::OfsDelta { .. } | Header::RefDelta { .. }, Some(base)) => {
                let mut buffer = std::mem::take(&mut self.delta);
                let delta = inflate(&mut self.inflate, compressed, size, &mut buffer)?;
                let size = delta::result_size(delta)?;
                unfolding.note(size, compressed.length, true)?;
                let waited = self.wait_for_large(size);
                delta::apply(base, delta, LARGEST, out, &mut self.shared)?;
                self.delta = buffer;
                Ok(waited)
            }
            _ => {
                unfolding.note(size, compressed.length, false)?;
                let waited = self.wait_for_large(size);
                let length = inflate(&mut self.inflate, compressed, size, out)?.len();
                out.truncate(length);
                Ok(waited)
            }
        }
    }

    /// Leaves an object and its descendants to be read one by one, as far as they are to be visited.
    fn leave(&mut self, pack: usize, rank: u32) {
        let forest = &self.walk.forests[pack];
        if forest.is_pruned(rank) {
            return;
        }
        let mut pending = vec![rank];
        while let Some(rank) = pending.pop() {
            self.left.push((pack, forest.place(rank).2));
            pending.extend(forest.children(rank).iter().filter(|child| !forest.is_pruned(**child)));
        }
    }
}
