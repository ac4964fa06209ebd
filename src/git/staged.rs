//! What `git commit` would record: the index against the tree of HEAD, without the working tree.

use std::collections::BTreeMap;

use gix::bstr::ByteSlice;
use gix::hash::ObjectId;
use gix::index::entry::{Flags, Mode};
use gix::index::extension::Tree as CachedTree;

use super::commit::Commit;
use super::objects::Reader;
use super::{Repository, tree};
use crate::problem::Problem;

/// A file that the index has otherwise than HEAD does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Path below the top of the work tree, `/` between parts.
    pub path: Vec<u8>,
    /// The blob in HEAD's tree, if the file is there.
    pub old: Option<ObjectId>,
    /// The blob in the index, if the file is there.
    pub new: Option<ObjectId>,
}

/// Every file in which the index differs from HEAD, in order of path.
///
/// Only directories that differ are looked at: git keeps the ids of unchanged ones in the index, and
/// writes them into a commit without looking at their files again.
///
/// # Errors
/// The index, HEAD or a tree in between cannot be read.
pub fn changes(repository: &Repository) -> Result<Vec<Change>, Problem> {
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
    let mut comparison = Comparison {
        repository,
        reader: Reader::default(),
        pending: Vec::new(),
        changes: Vec::new(),
    };
    let new = Directory::Index { files: &files, at: 0, cached: index.tree() };
    comparison.pending.push(Pair {
        path: Vec::new(),
        depth: 0,
        old: head.map(Directory::Tree),
        new: Some(new),
    });
    while let Some(pair) = comparison.pending.pop() {
        comparison.directory(&pair)?;
    }
    let mut changes = comparison.changes;
    changes.sort_by(|a, b| (&a.path, a.new).cmp(&(&b.path, b.new)));
    Ok(changes)
}

fn head_tree(repository: &Repository, commit: ObjectId) -> Result<ObjectId, Problem> {
    let mut reader = Reader::default();
    let fail = |what: String| Problem::new(commit.to_string(), what);
    let (_, bytes) = repository
        .objects()
        .read(&commit, &mut reader)
        .map_err(|error| fail(format!("the commit at HEAD {error}")))?;
    let commit = Commit::parse(bytes).ok_or_else(|| fail("HEAD is no commit".to_owned()))?;
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
#[derive(Clone, Copy)]
enum Directory<'i> {
    /// A tree object.
    Tree(ObjectId),
    /// The part of the index below a path of `at` bytes.
    Index { files: &'i [File<'i>], at: usize, cached: Option<&'i CachedTree> },
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

#[derive(Clone, Copy)]
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

type Nodes<'i> = BTreeMap<Vec<u8>, Vec<Node<'i>>>;

/// A directory of either side that may differ.
struct Pair<'i> {
    path: Vec<u8>,
    depth: usize,
    old: Option<Directory<'i>>,
    new: Option<Directory<'i>>,
}

struct Comparison<'r, 'i> {
    repository: &'r Repository,
    reader: Reader,
    pending: Vec<Pair<'i>>,
    changes: Vec<Change>,
}

impl<'i> Comparison<'_, 'i> {
    fn directory(&mut self, pair: &Pair<'i>) -> Result<(), Problem> {
        let id = |side: &Option<Directory<'_>>| side.as_ref().and_then(Directory::id);
        if id(&pair.old).is_some() && id(&pair.old) == id(&pair.new) {
            return Ok(());
        }
        if pair.depth > tree::DEEPEST {
            let what = "is nested too deep; nothing was scanned";
            return Err(Problem::new(pair.path.as_bstr().to_string(), what));
        }
        let mut old = pair.old.map_or(Ok(Nodes::new()), |side| self.nodes(side))?;
        let new = pair.new.map_or(Ok(Nodes::new()), |side| self.nodes(side))?;
        for (name, nodes) in new {
            let before = old.remove(&name).unwrap_or_default();
            self.name(pair, &name, &before, &nodes);
        }
        for (name, before) in old {
            self.name(pair, &name, &before, &[]);
        }
        Ok(())
    }

    fn name(&mut self, parent: &Pair<'i>, name: &[u8], old: &[Node<'i>], new: &[Node<'i>]) {
        let mut path = parent.path.clone();
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(name);
        let old_blob = old.iter().find_map(Node::blob);
        for new in new.iter().filter_map(Node::blob).filter(|new| old_blob != Some(*new)) {
            self.changes.push(Change { path: path.clone(), old: old_blob, new: Some(new) });
        }
        if old_blob.is_some() && !new.iter().any(|node| node.blob().is_some()) {
            self.changes.push(Change { path: path.clone(), old: old_blob, new: None });
        }
        let (old, new) =
            (old.iter().find_map(Node::directory), new.iter().find_map(Node::directory));
        if old.is_some() || new.is_some() {
            self.pending.push(Pair { path, depth: parent.depth + 1, old, new });
        }
    }

    fn nodes(&mut self, directory: Directory<'i>) -> Result<Nodes<'i>, Problem> {
        match directory {
            Directory::Tree(id) => self.tree(id),
            Directory::Index { files, at, cached } => Ok(below(files, at, cached)),
        }
    }

    fn tree(&mut self, id: ObjectId) -> Result<Nodes<'i>, Problem> {
        let mut nodes = Nodes::new();
        let objects = self.repository.objects();
        if id == ObjectId::empty_tree(objects.hash()) {
            return Ok(nodes);
        }
        let fail = |what: String| Problem::new(id.to_string(), what);
        let (_, bytes) = objects
            .read(&id, &mut self.reader)
            .map_err(|error| fail(format!("a directory of HEAD {error}")))?;
        for entry in tree::entries(bytes, objects.hash().len_in_bytes()) {
            let entry = entry.map_err(|error| fail(error.to_string()))?;
            let id = ObjectId::from_bytes_or_panic(entry.id);
            let node = match entry.kind {
                tree::Kind::Blob => Node::Blob(id),
                tree::Kind::Tree => Node::Directory(Directory::Tree(id)),
                tree::Kind::Submodule => continue,
            };
            nodes.entry(entry.name.to_owned()).or_default().push(node);
        }
        Ok(nodes)
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
            nodes.entry(name.to_owned()).or_default().extend(blobs);
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
        nodes.entry(name.to_owned()).or_default().push(Node::Directory(node));
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
