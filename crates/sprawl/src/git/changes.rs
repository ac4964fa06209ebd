//! What differs between directories: the index and HEAD, or a commit and its parents.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use gix::bstr::ByteSlice;
use gix::hash::ObjectId;
use gix::index::entry::{Flags, Mode};
use gix::index::extension::Tree as CachedTree;

use super::commit::Commit;
use super::objects::{Objects, Reader};
use super::{Repository, tree};
use crate::problem::Problem;

/// A file that the new side has otherwise than every old side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Path below the top, `/` between parts.
    pub path: Vec<u8>,
    /// The blob on each old side, if the file is there.
    pub old: Vec<Option<ObjectId>>,
    /// The blob on the new side, if the file is there.
    pub new: Option<ObjectId>,
}

/// Every file in which the index differs from HEAD, in order of path: what `git commit` would record.
/// What one of the `merged` commits has is nothing new either.
///
/// Only directories that differ are looked at: git keeps the ids of unchanged ones in the index, and
/// writes them into a commit without looking at their files again.
///
/// # Errors
/// The index, HEAD or a tree in between cannot be read.
pub fn staged(repository: &Repository, merged: &[ObjectId]) -> Result<Vec<Change>, Problem> {
    let index = repository.index()?;
    let mut files: Vec<File<'_>> = Vec::with_capacity(index.entries().len());
    for entry in index.entries() {
        // `git add --intent-to-add` promises content that is not there yet.
        if entry.flags.contains(Flags::INTENT_TO_ADD) || entry.mode == Mode::COMMIT {
            continue;
        }
        let path: &[u8] = entry.path(&index);
        files.push(File { path, id: entry.id, whole: entry.mode == Mode::DIR });
    }
    // Conflicts have several entries for one path; the index is sorted unless it is damaged.
    files.sort_by_key(|file| file.path);
    let head = repository.head_commit()?.map(|commit| head_tree(repository, commit)).transpose()?;
    let mut old = vec![head.map(Directory::Tree)];
    old.extend(merged.iter().map(|commit| repository.tree_of(*commit).map(Directory::Tree)));
    let new = Directory::Index { files: &files, at: 0, cached: index.tree() };
    Comparing::new(repository.objects()).run(old, Some(new))
}

/// Compares trees of commits; keeps what it has read lately, because the tree of one commit is an old
/// side of the next.
#[derive(Debug)]
pub struct Comparing<'o, 'i> {
    objects: &'o Objects,
    reader: Reader,
    recent: HashMap<ObjectId, Rc<Nodes<'i>>>,
    /// Names that may still be looked at.
    left: usize,
}

/// Names that one comparison looks at, at most: trees that hold each other several times over have
/// more paths than can be counted.
const MOST: usize = 1 << 20;

/// Trees that are kept.
const RECENT: usize = 512;

impl<'o, 'i> Comparing<'o, 'i> {
    /// Has read nothing yet.
    pub fn new(objects: &'o Objects) -> Self {
        Self { objects, reader: Reader::default(), recent: HashMap::new(), left: MOST }
    }

    /// Every file that differs from each of the old trees, in order of path.
    ///
    /// # Errors
    /// A tree that cannot be read.
    pub fn trees(&mut self, old: &[ObjectId], new: ObjectId) -> Result<Vec<Change>, Problem> {
        let old = old.iter().map(|id| Some(Directory::Tree(*id))).collect();
        self.run(old, Some(Directory::Tree(new)))
    }

    fn run(
        &mut self,
        old: Vec<Option<Directory<'i>>>,
        new: Option<Directory<'i>>,
    ) -> Result<Vec<Change>, Problem> {
        let mut pending = vec![Pair { path: Vec::new(), depth: 0, old, new }];
        let mut changes = Vec::new();
        self.left = MOST;
        while let Some(pair) = pending.pop() {
            self.directory(&pair, &mut pending, &mut changes)?;
        }
        changes.sort_by(|a, b| (&a.path, a.new).cmp(&(&b.path, b.new)));
        Ok(changes)
    }

    fn directory(
        &mut self,
        pair: &Pair<'i>,
        pending: &mut Vec<Pair<'i>>,
        changes: &mut Vec<Change>,
    ) -> Result<(), Problem> {
        let id = |side: &Option<Directory<'_>>| side.as_ref().and_then(Directory::id);
        let new_id = id(&pair.new);
        if new_id.is_some() && pair.old.iter().any(|old| id(old) == new_id) {
            return Ok(());
        }
        if pair.depth > tree::DEEPEST {
            let what = "is nested too deeply; nothing was scanned";
            return Err(Problem::new(pair.path.as_bstr().to_string(), what));
        }
        let too_many = || {
            let what = "is left out with all that was changed: there are more than a million paths";
            Problem::over_budget(pair.path.as_bstr().to_string(), what, "number of paths")
        };
        let new = pair.new.map_or_else(|| Ok(Rc::default()), |side| self.nodes(side))?;
        let mut old: Vec<Rc<Nodes<'i>>> = Vec::with_capacity(pair.old.len());
        for side in &pair.old {
            old.push(side.map_or_else(|| Ok(Rc::default()), |side| self.nodes(side))?);
        }
        let names = new.len() + old.first().map_or(0, |old| old.len());
        self.left = self.left.checked_sub(names).ok_or_else(too_many)?;
        for (name, nodes) in new.iter() {
            let before: Vec<&[Node<'i>]> = old.iter().map(|old| of_name(old, name)).collect();
            if !before.contains(&nodes.as_slice()) {
                compare_name(pair, name, &before, nodes, pending, changes);
            }
        }
        // What is gone from the new side was on every old one.
        if let Some((first, others)) = old.split_first() {
            for (name, nodes) in first.iter().filter(|(name, _)| !new.contains_key(*name)) {
                if others.iter().all(|old| old.contains_key(name)) {
                    let mut before = vec![nodes.as_slice()];
                    before.extend(others.iter().map(|old| of_name(old, name)));
                    compare_name(pair, name, &before, &[], pending, changes);
                }
            }
        }
        Ok(())
    }

    fn nodes(&mut self, directory: Directory<'i>) -> Result<Rc<Nodes<'i>>, Problem> {
        let id = match directory {
            Directory::Tree(id) => id,
            Directory::Index { files, at, cached } => return Ok(Rc::new(below(files, at, cached))),
        };
        if let Some(nodes) = self.recent.get(&id) {
            return Ok(Rc::clone(nodes));
        }
        let nodes = Rc::new(self.tree(id)?);
        if self.recent.len() >= RECENT {
            self.recent.clear();
        }
        self.recent.insert(id, Rc::clone(&nodes));
        Ok(nodes)
    }

    fn tree(&mut self, id: ObjectId) -> Result<Nodes<'i>, Problem> {
        let mut nodes = Nodes::new();
        if id == ObjectId::empty_tree(self.objects.hash()) {
            return Ok(nodes);
        }
        let fail = |what: String| Problem::new(id.to_string(), what);
        let (_, bytes) = self
            .objects
            .read(&id, &mut self.reader)
            .map_err(|error| fail(format!("a directory {error}")))?;
        for entry in tree::entries(bytes, self.objects.hash().len_in_bytes()) {
            let entry = entry.map_err(|error| fail(error.to_string()))?;
            let id = ObjectId::from_bytes_or_panic(entry.id);
            let node = match entry.kind {
                tree::Kind::Blob => Node::Blob(id),
                tree::Kind::Tree => Node::Directory(Directory::Tree(id)),
                tree::Kind::Submodule => continue,
            };
            nodes.entry(entry.name.into()).or_default().push(node);
        }
        Ok(nodes)
    }
}

fn head_tree(repository: &Repository, commit: ObjectId) -> Result<ObjectId, Problem> {
    let mut reader = Reader::default();
    let fail = |what: String| Problem::new(commit.to_string(), what);
    let (_, bytes) = repository
        .objects()
        .read(&commit, &mut reader)
        .map_err(|error| fail(format!("the commit at HEAD {error}")))?;
    let commit = Commit::parse(bytes).ok_or_else(|| fail("HEAD is not a commit".to_owned()))?;
    Ok(commit.tree)
}

/// An entry of the index.
#[derive(Debug, Clone, Copy)]
struct File<'i> {
    path: &'i [u8],
    id: ObjectId,
    /// A whole directory outside the sparse checkout; its path ends with a slash.
    whole: bool,
}

/// One side of the comparison.
#[derive(Debug, Clone, Copy)]
enum Directory<'i> {
    /// A tree object.
    Tree(ObjectId),
    /// The part of the index below a path of `at` bytes.
    Index { files: &'i [File<'i>], at: usize, cached: Option<&'i CachedTree> },
}

impl PartialEq for Directory<'_> {
    /// Whether both are known to be the same.
    fn eq(&self, other: &Self) -> bool {
        self.id().is_some() && self.id() == other.id()
    }
}

impl Directory<'_> {
    /// The id of the tree, where it is known.
    fn id(&self) -> Option<ObjectId> {
        match self {
            Self::Tree(id) => Some(*id),
            Self::Index { cached, .. } => cached.filter(|c| c.num_entries.is_some()).map(|c| c.id),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Node<'i> {
    Blob(ObjectId),
    Directory(Directory<'i>),
}

impl<'i> Node<'i> {
    fn blob(&self) -> Option<ObjectId> {
        if let Self::Blob(id) = self { Some(*id) } else { None }
    }

    fn directory(&self) -> Option<Directory<'i>> {
        if let Self::Directory(directory) = self { Some(*directory) } else { None }
    }
}

type Nodes<'i> = BTreeMap<Box<[u8]>, Vec<Node<'i>>>;

/// A directory that may differ.
struct Pair<'i> {
    path: Vec<u8>,
    depth: usize,
    old: Vec<Option<Directory<'i>>>,
    new: Option<Directory<'i>>,
}

fn of_name<'n, 'i>(nodes: &'n Nodes<'i>, name: &[u8]) -> &'n [Node<'i>] {
    nodes.get(name).map(Vec::as_slice).unwrap_or_default()
}

fn compare_name<'i>(
    parent: &Pair<'i>,
    name: &[u8],
    old: &[&[Node<'i>]],
    new: &[Node<'i>],
    pending: &mut Vec<Pair<'i>>,
    changes: &mut Vec<Change>,
) {
    let mut path = parent.path.clone();
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    let old_blobs: Vec<Option<ObjectId>> =
        old.iter().map(|nodes| nodes.iter().find_map(Node::blob)).collect();
    let mut change = |new: Option<ObjectId>| {
        changes.push(Change { path: path.clone(), old: old_blobs.clone(), new });
    };
    let new_blobs = || new.iter().filter_map(Node::blob);
    for new in new_blobs().filter(|new| !old_blobs.contains(&Some(*new))) {
        change(Some(new));
    }
    if !old_blobs.is_empty() && !old_blobs.contains(&None) && new_blobs().next().is_none() {
        change(None);
    }
    let old: Vec<Option<Directory<'i>>> =
        old.iter().map(|nodes| nodes.iter().find_map(Node::directory)).collect();
    let new = new.iter().find_map(Node::directory);
    if new.is_some() || (!old.is_empty() && old.iter().all(Option::is_some)) {
        pending.push(Pair { path, depth: parent.depth + 1, old, new });
    }
}

/// Splits entries of the index that share a directory by the next part of their paths.
fn below<'i>(files: &'i [File<'i>], at: usize, cached: Option<&'i CachedTree>) -> Nodes<'i> {
    fn next<'i>(file: &File<'i>, at: usize) -> (&'i [u8], bool) {
        let rest = &file.path[at..];
        match memchr::memchr(b'/', rest) {
            Some(slash) => (&rest[..slash], true),
            None => (rest, false),
        }
    }
    let mut nodes = Nodes::new();
    for group in files.chunk_by(|a, b| next(a, at) == next(b, at)) {
        let (name, nested) = next(&group[0], at);
        let start = at + name.len() + 1;
        let node = if !nested {
            // Every side of a conflict is looked at.
            let blobs = group.iter().map(|file| Node::Blob(file.id));
            nodes.entry(name.into()).or_default().extend(blobs);
            continue;
        } else if let [File { whole: true, id, path }] = group
            && path.len() == start
        {
            Directory::Tree(*id)
        } else {
            let cached =
                cached.filter(|cached| cached.num_entries.is_some() || !cached.children.is_empty());
            let child = cached.and_then(|c| c.children.iter().find(|c| c.name.as_slice() == name));
            Directory::Index { files: group, at: start, cached: child }
        };
        nodes.entry(name.into()).or_default().push(Node::Directory(node));
    }
    nodes
}

/// Whether a path is one of these or lies below one; everything does when there are none.
pub fn is_within(path: &[u8], wanted: &[Vec<u8>]) -> bool {
    wanted.is_empty()
        || wanted.iter().any(|w| {
            w.is_empty()
                || path.strip_prefix(w.as_slice()).is_some_and(|r| r.is_empty() || r[0] == b'/')
        })
}
