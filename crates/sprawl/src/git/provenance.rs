//! Provenance of secrets in a history: which commit brought each of them to which path, which one removed
//! it, and which references reach it. Worked out after the scan, for what was found only.
//!
//! Every commit is compared with its parents, but only along the names that lead to a blob with a
//! secret in it. What a commit introduces, removes and moves is decided by [`crate::delta`]; a place to
//! which a secret was moved and the one it came from are one place, not two.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use gix::objs::Kind;

use super::catalogue::{NOWHERE, Number, Numbers};
use super::commit::{Commit as Parsed, Signature, tagger};
use super::commits::Commits;
use super::objects::{Objects, Reader};
use super::refs::{Tip, TipKind};
use super::tree;
use super::trees::{Link, Trees};
use crate::delta::{Delta, Effect};
use crate::finding::GitPlace;
use sprawl_detect::text::display_bytes;

/// A secret in an object. Secrets are known by their place in some list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sighting {
    /// The blob, commit or tag.
    pub object: Number,
    /// The secret.
    pub secret: u32,
}

/// One place of a secret.
#[derive(Debug, Clone)]
pub struct Occurrence {
    /// The secret.
    pub secret: u32,
    /// The object in which it is to be shown.
    pub object: Number,
    /// Its path, or a description where it has none.
    pub path: String,
    /// Everything that is known about the place.
    pub place: GitPlace,
}

/// A file that a commit has otherwise than every parent of it.
#[derive(Debug, Clone)]
pub struct BlobChange {
    /// Its path, `/` between parts.
    pub path: Vec<u8>,
    /// The blob in the commit, or [`NOWHERE`].
    pub new: Number,
    /// The blobs in its parents, or [`NOWHERE`].
    pub old: Vec<Number>,
}

/// Everything that provenance is worked out from.
pub struct History<'h> {
    /// To read the commits that are named.
    pub objects: &'h Objects,
    /// Ids of the objects by their numbers.
    pub catalogue: &'h dyn Numbers,
    /// All commits.
    pub commits: &'h Commits,
    /// The links to blobs with secrets.
    pub trees: &'h Trees,
    /// The ways in.
    pub tips: &'h [Tip],
    /// Blobs that some index holds, with their paths, in order.
    pub indexed: &'h [(gix::hash::ObjectId, Vec<u8>)],
}

/// Some reference leads to the commit.
const REACHABLE: u8 = 1;
/// HEAD does.
const AT_HEAD: u8 = 2;
/// The stash does.
const STASH: u8 = 4;
/// Notes do.
const NOTE: u8 = 8;

impl History<'_> {
    /// The places of all secrets seen in blobs, and whether every path was followed; `sightings` are
    /// in order.
    pub fn places(&self, sightings: &[Sighting]) -> (Vec<Occurrence>, bool) {
        let marks = self.marks();
        let mut placing = Placing::new(self, sightings, &marks);
        placing.compare_commits();
        let tips = placing.trees_at_tips();
        placing.loose_ends();
        let mut all = placing.occurrences(&tips);
        placing.unplaced(&mut all);
        (all, placing.steps < placing.most_steps && placing.paths.len() < placing.most_paths)
    }

    /// The places of secrets that a part of history adds: `changes` are those of every commit, in
    /// order. `at_tip` gives the blob at a path at the end of the range.
    pub fn places_added(
        &self,
        sightings: &[Sighting],
        changes: &[Vec<BlobChange>],
        mut at_tip: impl FnMut(&[u8]) -> Option<Number>,
    ) -> Vec<Occurrence> {
        let marks = vec![AT_HEAD | REACHABLE; changes.len()];
        let mut placing = Placing::new(self, sightings, &marks);
        for (commit, changes) in (0..).zip(changes) {
            for change in changes {
                if let Some(path) = placing.paths.number(&change.path, self.trees) {
                    placing.compare_blobs(commit, path, change.new, &change.old);
                }
            }
            placing.join_moves();
        }
        placing.without_old();
        for track in 0..placing.tracks.len() {
            let path = placing.paths.whole(placing.tracks[track].path, self.trees);
            let blob = at_tip(&path);
            if let Some(blob) = blob.filter(|b| placing.holds(*b, placing.tracks[track].secret)) {
                placing.tracks[track].at_head = Some(blob);
                placing.tracks[track].at_tip = true;
            }
        }
        placing.occurrences(&[])
    }

    /// The places of secrets seen in the messages of commits and tags.
    pub fn messages(&self, sightings: &[Sighting]) -> Vec<Occurrence> {
        let mut reader = Reader::default();
        let mut all = Vec::new();
        for sighting in sightings {
            let id = self.catalogue.id(sighting.object);
            let mut place =
                GitPlace { object: id.to_string(), reach: "message", ..GitPlace::default() };
            let Ok((kind, bytes)) = self.objects.read(&id, &mut reader) else { continue };
            let what = match kind {
                Kind::Commit => {
                    place.commit = Some(id.to_string());
                    if let Some(commit) = Parsed::parse(bytes) {
                        sign(&mut place, commit.author);
                    }
                    "commit"
                }
                _ => {
                    sign(&mut place, tagger(bytes));
                    let target = self.commits.peel(sighting.object);
                    place.commit = (self.commits.index(target).is_some())
                        .then(|| self.catalogue.id(target).to_string());
                    "tag"
                }
            };
            let path = format!("<{what} {}>", id.to_hex_with_len(SHORT));
            let (object, secret) = (sighting.object, sighting.secret);
            all.push(Occurrence { secret, object, path, place });
        }
        all
    }

    /// How each commit can be reached, but for whether it is at HEAD.
    pub fn reaches(&self) -> Vec<&'static str> {
        let reach = |marks: &u8| match *marks {
            marks if marks & REACHABLE != 0 => "history-only",
            marks if marks & STASH != 0 => "stash",
            marks if marks & NOTE != 0 => "note",
            _ => "unreachable",
        };
        self.marks().iter().map(reach).collect()
    }

    /// A place that a commit brought: which commit, by whom, and when.
    pub fn brought_by(&self, commit: u32, reader: &mut Reader) -> GitPlace {
        let id = self.catalogue.id(self.commits.all()[commit as usize].number);
        let mut place = GitPlace { commit: Some(id.to_string()), ..GitPlace::default() };
        if let Ok((_, bytes)) = self.objects.read(&id, reader)
            && let Some(parsed) = Parsed::parse(bytes)
        {
            sign(&mut place, parsed.author);
        }
        place
    }

    /// The tree at HEAD.
    pub fn head_tree(&self) -> Option<Number> {
        let (_, number) = self.targets().find(|(tip, _)| tip.kind == TipKind::Head)?;
        Some(self.tree_of(number))
    }

    /// Who reaches each commit.
    fn marks(&self) -> Vec<u8> {
        let mut marks = vec![0; self.commits.all().len()];
        for (tip, number) in self.targets() {
            if let Some(commit) = self.commits.index(number) {
                marks[commit as usize] |= match tip.kind {
                    TipKind::Head => AT_HEAD | REACHABLE,
                    TipKind::Branch | TipKind::Tag | TipKind::Other => REACHABLE,
                    TipKind::Stash => STASH,
                    TipKind::Note => NOTE,
                };
            }
        }
        for (at, commit) in self.commits.all().iter().enumerate().rev() {
            for parent in &commit.parents {
                marks[*parent as usize] |= marks[at];
            }
        }
        marks
    }

    /// The tips with what they lead to, tags followed.
    fn targets(&self) -> impl Iterator<Item = (&Tip, Number)> {
        self.tips.iter().filter_map(|tip| {
            let number = self.commits.peel(self.catalogue.number(&tip.id)?);
            (number != NOWHERE).then_some((tip, number))
        })
    }

    /// The tree of a commit, or the tree itself.
    fn tree_of(&self, number: Number) -> Number {
        match self.commits.index(number) {
            Some(commit) => self.commits.all()[commit as usize].tree,
            None => number,
        }
    }
}

/// Directories that are looked into whatever the size of a history, and for each of its objects.
/// Histories of all sizes stay far below: git's own needs less than one for an object.
const STEPS: u64 = 1 << 22;
const STEPS_PER_OBJECT: u64 = 64;

/// Paths of files with secrets that are followed, besides one for each object.
const PATHS: usize = 20_000;

/// Hexadecimal digits of an id that are shown where no path is.
pub(crate) const SHORT: usize = 12;

/// One secret at one path, through all of history.
#[derive(Debug)]
struct Track {
    secret: u32,
    path: u32,
    /// The first commit that brought it, a reachable one before others, and the blob.
    first: Option<(u32, Number)>,
    /// The last one, and the blob.
    last: Option<(u32, Number)>,
    /// Marks of all commits that brought it.
    marks: u8,
    /// Whether it came from nowhere at least once, or from a place that had.
    fresh: bool,
    /// Whether it went away without moving elsewhere, and whether it came back after that.
    left: bool,
    returned: bool,
    /// The last commit that took it away, one that HEAD reaches before others.
    gone: Option<(bool, u32)>,
    /// A blob that holds it, for tracks that no commit brought.
    blob: Number,
    /// The blob in HEAD's tree.
    at_head: Option<Number>,
    /// Whether the tree at the tip of some reference holds it.
    at_tip: bool,
    /// Another track that is the same place, by a move; itself if there is none.
    same_as: u32,
}

struct Placing<'p> {
    history: &'p History<'p>,
    sightings: &'p [Sighting],
    marks: &'p [u8],
    paths: Paths,
    tracks: Vec<Track>,
    /// Tracks by secret and path.
    by_path: HashMap<(u32, u32), u32>,
    /// Blobs that have a path.
    placed: BTreeSet<Number>,
    /// Tracks that the commit at hand took a secret from, and those that it brought one to.
    delta: Delta<u32>,
    /// Roots of the tracks that are not reported.
    left_out: BTreeSet<u32>,
    /// Directories looked into so far, and how many at most: a few trees that hold each other several
    /// times over have more paths than can be counted.
    steps: u64,
    most_steps: u64,
    /// Paths of files with secrets at most.
    most_paths: usize,
}

/// A directory in which a commit may differ from its parents.
struct Pair {
    path: u32,
    depth: usize,
    new: Number,
    /// Where the parents' directories begin in the list of them; they are the last ones.
    old: usize,
}

impl<'p> Placing<'p> {
    fn new(history: &'p History<'p>, sightings: &'p [Sighting], marks: &'p [u8]) -> Self {
        let objects = history.commits.all().len() + history.trees.len();
        Self {
            history,
            sightings,
            marks,
            paths: Paths::new(),
            tracks: Vec::new(),
            by_path: HashMap::new(),
            placed: BTreeSet::new(),
            delta: Delta::default(),
            left_out: BTreeSet::new(),
            steps: 0,
            most_steps: STEPS + STEPS_PER_OBJECT * objects as u64,
            most_paths: PATHS + objects,
        }
    }

    /// Whether one more directory may be looked into.
    fn may_go_on(&mut self) -> bool {
        let may = self.steps < self.most_steps && self.paths.len() < self.most_paths;
        self.steps += u64::from(may);
        may
    }

    fn secrets(&self, blob: Number) -> &'p [Sighting] {
        let sightings = self.sightings;
        let first = sightings.partition_point(|s| s.object < blob);
        let count = sightings[first..].partition_point(|s| s.object == blob);
        &sightings[first..first + count]
    }

    fn holds(&self, blob: Number, secret: u32) -> bool {
        self.sightings.binary_search(&Sighting { object: blob, secret }).is_ok()
    }

    fn compare_commits(&mut self) {
        let (mut pairs, mut old) = (Vec::new(), Vec::new());
        let commits = self.history.commits.all();
        for (at, commit) in (0..).zip(commits) {
            // A missing tree cannot be compared.
            if commit.tree == NOWHERE {
                continue;
            }
            let parents = commit.parents.iter().map(|parent| commits[*parent as usize].tree);
            old.extend(parents.filter(|tree| *tree != NOWHERE));
            pairs.push(Pair { path: Paths::TOP, depth: 0, new: commit.tree, old: 0 });
            while let Some(pair) = pairs.pop() {
                self.compare(at, &pair, &mut pairs, &mut old);
            }
            old.clear();
            self.join_moves();
        }
    }

    /// Compares one directory of a commit with those of its parents. `old` holds the parents'
    /// directories of all pairs that are still to come, one after another.
    fn compare(&mut self, commit: u32, pair: &Pair, pairs: &mut Vec<Pair>, old: &mut Vec<Number>) {
        let parents: Vec<Number> = old.split_off(pair.old);
        if !self.may_go_on() {
            return;
        }
        if parents.contains(&pair.new) || pair.depth > tree::DEEPEST {
            return;
        }
        let trees = self.history.trees;
        let links = |tree: Number| -> &'p [Link] { trees.links(tree) };
        let mut new = links(pair.new);
        let mut olds: Vec<&[Link]> = parents.iter().map(|parent| links(*parent)).collect();
        // The names of all sides are in the same order.
        loop {
            let heads = olds.iter().chain([&new]).filter_map(|side| side.first());
            let Some(least) = heads.copied().min_by_key(|link| link.key()) else { break };
            let take = |side: &mut &'p [Link]| match side.split_first() {
                Some((link, rest)) if link.key() == least.key() => {
                    *side = rest;
                    link.target
                }
                _ => NOWHERE,
            };
            let here = take(&mut new);
            let start = old.len();
            old.extend(olds.iter_mut().map(take));
            if old[start..].contains(&here) {
                old.truncate(start);
                continue;
            }
            let path = self.paths.below(pair.path, least.name());
            if least.is_blob() {
                let before = old.split_off(start);
                self.compare_blobs(commit, path, here, &before);
            } else {
                pairs.push(Pair { path, depth: pair.depth + 1, new: here, old: start });
            }
        }
    }

    fn compare_blobs(&mut self, commit: u32, path: u32, new: Number, old: &[Number]) {
        self.placed.insert(new);
        for Sighting { secret, .. } in self.secrets(new) {
            let before = old.iter().map(|old| self.holds(*old, *secret));
            if Effect::of(before, true) != Some(Effect::Gained) {
                continue;
            }
            let at = self.track(*secret, path, new);
            self.delta.gained.push(at);
            let marks = self.marks[commit as usize];
            let track = &mut self.tracks[at as usize];
            let known = track.marks & REACHABLE != 0;
            if track.first.is_none() || (!known && marks & REACHABLE != 0) {
                track.first = Some((commit, new));
            }
            track.last = Some((commit, new));
            track.marks |= marks;
        }
        let Some((first, others)) = old.split_first() else { return };
        for Sighting { secret, .. } in self.secrets(*first) {
            let others = others.iter().map(|old| self.holds(*old, *secret));
            let before = std::iter::once(true).chain(others);
            if Effect::of(before, self.holds(new, *secret)) != Some(Effect::Lost) {
                continue;
            }
            let at = self.track(*secret, path, *first);
            self.delta.lost.push(at);
            let by_head = self.marks[commit as usize] & AT_HEAD != 0;
            let track = &mut self.tracks[at as usize];
            if track.gone.is_none_or(|(before, _)| by_head >= before) {
                track.gone = Some((by_head, commit));
            }
        }
    }

    fn track(&mut self, secret: u32, path: u32, blob: Number) -> u32 {
        let next = self.tracks.len() as u32;
        *self.by_path.entry((secret, path)).or_insert_with(|| {
            self.tracks.push(Track {
                secret,
                path,
                first: None,
                last: None,
                marks: 0,
                fresh: false,
                left: false,
                returned: false,
                gone: None,
                blob,
                at_head: None,
                at_tip: false,
                same_as: next,
            });
            next
        })
    }

    /// Joins the places that one commit took a secret from with those that it moved it to.
    fn join_moves(&mut self) {
        let mut delta = std::mem::take(&mut self.delta);
        if !delta.lost.is_empty() && !delta.gained.is_empty() {
            let path =
                |at: &u32| self.paths.whole(self.tracks[*at as usize].path, self.history.trees);
            delta.lost.sort_by_cached_key(path);
            delta.gained.sort_by_cached_key(path);
        }
        let secret_and_name = |at: &u32| {
            let Track { secret, path, .. } = self.tracks[*at as usize];
            (secret, self.paths.name(path))
        };
        for (left, arrived) in delta.take_moves(secret_and_name, secret_and_name) {
            self.tracks[arrived as usize].fresh |= self.tracks[left as usize].fresh;
            let (a, b) = (self.root(left), self.root(arrived));
            self.tracks[a.max(b) as usize].same_as = a.min(b);
        }
        for at in delta.lost.drain(..) {
            self.tracks[at as usize].left = true;
        }
        for at in delta.gained.drain(..) {
            let track = &mut self.tracks[at as usize];
            track.fresh = true;
            track.returned |= track.left;
        }
        // The memory is used again for the next commit.
        self.delta = delta;
    }

    /// Leaves out what was only moved from where it had been before.
    fn without_old(&mut self) {
        let all = 0..self.tracks.len() as u32;
        let is_fresh = |at: &u32| self.tracks[*at as usize].fresh;
        let fresh: BTreeSet<u32> = all.clone().filter(is_fresh).map(|at| self.root(at)).collect();
        self.left_out = all.filter(|at| !fresh.contains(&self.root(*at))).collect();
    }

    /// First of all tracks that a track was joined with; it represents them.
    fn root(&self, mut track: u32) -> u32 {
        while self.tracks[track as usize].same_as != track {
            track = self.tracks[track as usize].same_as;
        }
        track
    }

    /// Looks at what is at the tips now. Returns what branches and tags hold.
    fn trees_at_tips(&mut self) -> Vec<(TipKind, Vec<u32>)> {
        let mut seen: BTreeMap<Number, Vec<u32>> = BTreeMap::new();
        let mut tips = Vec::new();
        let targets: Vec<(TipKind, Number)> =
            self.history.targets().map(|(tip, number)| (tip.kind, number)).collect();
        for (kind, number) in targets {
            let tree = self.history.tree_of(number);
            let tracks = match seen.get(&tree) {
                Some(tracks) => tracks.clone(),
                None => {
                    let tracks = self.tracks_in(tree);
                    seen.insert(tree, tracks.clone());
                    tracks
                }
            };
            if matches!(kind, TipKind::Stash | TipKind::Note) {
                continue;
            }
            for track in &tracks {
                self.tracks[*track as usize].at_tip = true;
                self.tracks[*track as usize].marks |= REACHABLE;
            }
            tips.push((kind, tracks));
        }
        let head = self.history.targets().find(|(tip, _)| tip.kind == TipKind::Head);
        if let Some((_, number)) = head {
            let mut found = Vec::new();
            self.blobs_below(self.history.tree_of(number), |path, blob| found.push((path, blob)));
            for (path, blob) in found {
                for Sighting { secret, .. } in self.secrets(blob) {
                    let at = self.track(*secret, path, blob);
                    self.tracks[at as usize].at_head = Some(blob);
                }
            }
        }
        tips
    }

    fn tracks_in(&mut self, tree: Number) -> Vec<u32> {
        let mut found = Vec::new();
        self.blobs_below(tree, |path, blob| found.push((path, blob)));
        let mut tracks = Vec::new();
        for (path, blob) in found {
            self.placed.insert(blob);
            for Sighting { secret, .. } in self.secrets(blob) {
                tracks.push(self.track(*secret, path, blob));
            }
        }
        tracks.sort_unstable();
        tracks.dedup();
        tracks
    }

    fn blobs_below(&mut self, tree: Number, mut each: impl FnMut(u32, Number)) {
        let mut pending = vec![(Paths::TOP, tree, 0)];
        while let Some((path, tree, depth)) = pending.pop() {
            if !self.may_go_on() {
                return;
            }
            for link in self.history.trees.links(tree) {
                if link.is_telling() {
                    continue;
                }
                let path = self.paths.below(path, link.name());
                if link.is_blob() {
                    each(path, link.target);
                } else if depth < tree::DEEPEST {
                    pending.push((path, link.target, depth + 1));
                }
            }
        }
    }

    /// Trees that no commit holds, like those of a commit that was never finished.
    fn loose_ends(&mut self) {
        let trees = self.history.trees;
        if self.sightings.iter().all(|sighting| self.placed.contains(&sighting.object)) {
            return;
        }
        let mut held: BTreeSet<Number> =
            self.history.commits.all().iter().map(|commit| commit.tree).collect();
        for number in trees.numbers() {
            held.extend(trees.links(number).iter().map(|link| link.target));
        }
        let free: Vec<Number> = trees.numbers().filter(|number| !held.contains(number)).collect();
        for tree in free {
            let mut found = Vec::new();
            self.blobs_below(tree, |path, blob| found.push((path, blob)));
            for (path, blob) in found {
                if self.placed.contains(&blob) || self.is_indexed(blob) {
                    continue;
                }
                for Sighting { secret, .. } in self.secrets(blob) {
                    self.track(*secret, path, blob);
                }
                self.placed.insert(blob);
            }
        }
    }

    fn is_indexed(&self, blob: Number) -> bool {
        let id = self.history.catalogue.id(blob);
        self.history.indexed.binary_search_by(|(there, _)| there.cmp(&id)).is_ok()
    }

    fn occurrences(&self, tips: &[(TipKind, Vec<u32>)]) -> Vec<Occurrence> {
        let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for track in 0..self.tracks.len() as u32 {
            let root = self.root(track);
            if !self.left_out.contains(&root) {
                groups.entry(root).or_default().push(track);
            }
        }
        let mut counts: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
        for (kind, tracks) in tips {
            let roots: BTreeSet<u32> = tracks.iter().map(|track| self.root(*track)).collect();
            for root in roots {
                let (branches, tags) = counts.entry(root).or_default();
                match kind {
                    TipKind::Branch => *branches += 1,
                    TipKind::Tag => *tags += 1,
                    _ => {}
                }
            }
        }
        let mut reader = Reader::default();
        let mut all = Vec::new();
        for (root, tracks) in groups {
            let count = counts.get(&root).copied().unwrap_or_default();
            self.group(&tracks, count, &mut reader, &mut all);
        }
        all
    }

    /// The occurrences of one place that may have moved: one for each path that HEAD has it at, or
    /// else one where it was last.
    fn group(
        &self,
        tracks: &[u32],
        (branches, tags): (usize, usize),
        reader: &mut Reader,
        all: &mut Vec<Occurrence>,
    ) {
        let tracks: Vec<&Track> = tracks.iter().map(|at| &self.tracks[*at as usize]).collect();
        let mut paths: Vec<String> = tracks.iter().map(|track| self.shown(track.path)).collect();
        paths.sort();
        paths.dedup();
        let marks = tracks.iter().fold(0, |marks, track| marks | track.marks);
        let reach = if tracks.iter().any(|track| track.at_tip) {
            "reachable"
        } else if marks & REACHABLE != 0 {
            "history-only"
        } else if marks & STASH != 0 {
            "stash"
        } else if marks & NOTE != 0 {
            "note"
        } else {
            "unreachable"
        };
        let is_reachable =
            |commit: &u32| self.marks[*commit as usize] & REACHABLE == marks & REACHABLE;
        let first = tracks
            .iter()
            .filter_map(|track| track.first)
            .filter(|(commit, _)| is_reachable(commit))
            .min()
            .or_else(|| tracks.iter().filter_map(|track| track.first).min());
        let mut place = GitPlace { reach, paths, branches, tags, ..GitPlace::default() };
        if let Some((commit, _)) = first {
            self.sign(&mut place, commit, reader);
        }
        place.returned = tracks.iter().any(|track| track.returned);
        if let Some((commit, _)) = tracks.iter().filter_map(|track| track.last).max() {
            place.last_author = self.signed(commit, reader).author;
        }
        let mut show = |track: &Track, object: Number, place: GitPlace| {
            let path = match reach {
                "note" => format!("<note on {}>", short_note(&self.shown(track.path))),
                _ => self.shown(track.path),
            };
            let object_id = self.history.catalogue.id(object).to_string();
            let place = GitPlace { object: object_id, ..place };
            all.push(Occurrence { secret: track.secret, object, path, place });
        };
        let mut at_head = false;
        for track in &tracks {
            if let Some(blob) = track.at_head {
                at_head = true;
                show(track, blob, GitPlace { at_head: true, ..place.clone() });
            }
        }
        if at_head {
            return;
        }
        let Some(track) = tracks.iter().max_by_key(|track| (track.at_tip, track.last, track.path))
        else {
            return;
        };
        let gone = tracks.iter().filter_map(|track| track.gone).max();
        if let Some((by_head, commit)) = gone
            && (by_head || !track.at_tip)
        {
            let number = self.history.commits.all()[commit as usize].number;
            place.removed_by = Some(self.history.catalogue.id(number).to_string());
            let removal = self.signed(commit, reader);
            place.removed_at = removal.seconds;
            place.removed_author = removal.author;
        }
        let shown = if tracks.len() == 1 { first } else { track.last };
        let blob = shown.map_or(track.blob, |(_, blob)| blob);
        show(track, blob, place);
    }

    /// Blobs that are in no tree: in an index, or nowhere at all.
    fn unplaced(&self, all: &mut Vec<Occurrence>) {
        let mut by_tip: BTreeMap<Number, (usize, usize)> = BTreeMap::new();
        for (tip, number) in self.history.targets() {
            let (branches, tags) = by_tip.entry(number).or_default();
            match tip.kind {
                TipKind::Branch => *branches += 1,
                TipKind::Tag => *tags += 1,
                _ => {}
            }
        }
        for Sighting { object, secret } in self.sightings {
            let (object, secret) = (*object, *secret);
            if self.placed.contains(&object) {
                continue;
            }
            let id = self.history.catalogue.id(object);
            let indexed = self.history.indexed;
            let first = indexed.partition_point(|(there, _)| *there < id);
            let mut paths: Vec<String> = indexed[first..]
                .iter()
                .take_while(|(there, _)| *there == id)
                .map(|(_, path)| display_bytes(path))
                .collect();
            let at_tip = by_tip.get(&object);
            let reach = match (at_tip, paths.is_empty()) {
                (Some(_), _) => "reachable",
                (None, false) => "index",
                (None, true) => "unreachable",
            };
            if paths.is_empty() {
                paths.push(format!("<blob {}>", id.to_hex_with_len(SHORT)));
            }
            for path in &paths {
                let (branches, tags) = at_tip.copied().unwrap_or_default();
                let place = GitPlace {
                    object: id.to_string(),
                    reach,
                    paths: paths.clone(),
                    branches,
                    tags,
                    ..GitPlace::default()
                };
                all.push(Occurrence { secret, object, path: path.clone(), place });
            }
        }
    }

    fn sign(&self, place: &mut GitPlace, commit: u32, reader: &mut Reader) {
        let GitPlace { commit, author, date, seconds, .. } =
            self.history.brought_by(commit, reader);
        place.commit = commit;
        if author.is_some() {
            (place.author, place.date, place.seconds) = (author, date, seconds);
        }
    }

    /// Who wrote a commit, and when.
    fn signed(&self, commit: u32, reader: &mut Reader) -> GitPlace {
        let mut place = GitPlace::default();
        self.sign(&mut place, commit, reader);
        place
    }

    fn shown(&self, path: u32) -> String {
        display_bytes(&self.paths.whole(path, self.history.trees))
    }
}

/// Notes are filed under the id of what they are on, split into directories.
fn short_note(path: &str) -> String {
    path.chars().filter(|c| *c != '/').take(SHORT).collect()
}

fn sign(place: &mut GitPlace, author: Signature<'_>) {
    if author == Signature::default() {
        return;
    }
    place.author = Some(display_bytes(author.who));
    place.seconds = Some(author.seconds);
    let time = jiff::Timestamp::from_second(author.seconds).ok();
    let zone = jiff::tz::Offset::from_seconds(author.offset).ok().map(jiff::tz::TimeZone::fixed);
    place.date = time
        .zip(zone)
        .map(|(time, zone)| time.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
}

/// Paths as numbers: each is a name below another path.
struct Paths {
    /// Path above, and name.
    steps: Vec<(u32, u32)>,
    numbers: HashMap<(u32, u32), u32>,
}

impl Paths {
    /// The top of the tree.
    const TOP: u32 = 0;

    fn new() -> Self {
        Self { steps: vec![(Self::TOP, 0)], numbers: HashMap::new() }
    }

    /// How many there are.
    fn len(&self) -> usize {
        self.steps.len()
    }

    fn below(&mut self, path: u32, name: u32) -> u32 {
        let next = self.steps.len() as u32;
        *self.numbers.entry((path, name)).or_insert_with(|| {
            self.steps.push((path, name));
            next
        })
    }

    /// The number of a path whose names are all known.
    fn number(&mut self, path: &[u8], trees: &Trees) -> Option<u32> {
        path.split(|b| *b == b'/')
            .try_fold(Self::TOP, |above, name| Some(self.below(above, trees.number_of(name)?)))
    }

    fn name(&self, path: u32) -> u32 {
        self.steps[path as usize].1
    }

    fn whole(&self, mut path: u32, trees: &Trees) -> Vec<u8> {
        let mut names = Vec::new();
        while path != Self::TOP {
            let (above, name) = self.steps[path as usize];
            names.push(trees.name(name));
            path = above;
        }
        names.reverse();
        names.join(&b'/')
    }
}
