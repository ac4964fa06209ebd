//! A part of history: the commits that some tips lead to and others do not.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use gix::hash::ObjectId;
use gix::objs::Kind;

use super::Repository;
use super::commit::{Commit as Parsed, tag_target};
use super::objects::{Objects, ReadError, Reader};
use super::references::{References, Target};
use super::tree;
use crate::problem::Problem;

/// Which commits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Range {
    /// Commits and tags that lead to what is wanted.
    pub include: Vec<ObjectId>,
    /// Commits and tags that lead to what is not.
    pub exclude: Vec<ObjectId>,
    /// References that are to have a new value, by their full names, with that value.
    pub references: Vec<(String, ObjectId)>,
}

/// A commit of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeCommit {
    /// Its id.
    pub id: ObjectId,
    /// Its tree.
    pub tree: ObjectId,
    /// Its parents, in the range or not.
    pub parents: Vec<ObjectId>,
    /// When it was made, Unix seconds.
    pub committed: i64,
}

/// What a range holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// Commits, parents before children.
    pub commits: Vec<RangeCommit>,
    /// Tag objects on the way to them.
    pub tags: Vec<ObjectId>,
    /// Blobs and trees that the range leads to without a commit: a tag may name any object.
    pub loose: Vec<(Kind, ObjectId)>,
}

impl Content {
    /// Whether there is nothing to look at.
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty() && self.tags.is_empty() && self.loose.is_empty()
    }
}

impl Repository {
    /// Follows a range to its ends.
    ///
    /// # Errors
    /// A commit that should be there is not, because the clone is shallow or damaged: without it
    /// nobody can say what the range adds.
    pub fn commits_in(&self, range: &Range) -> Result<Content, Problem> {
        let mut walk = Walking {
            objects: self.objects(),
            reader: Reader::default(),
            seen: BTreeMap::new(),
            queue: BinaryHeap::new(),
            wanted: 0,
            tags: Vec::new(),
            loose: Vec::new(),
            known: BTreeSet::new(),
        };
        for id in &range.exclude {
            walk.enter(*id, false)?;
        }
        for id in &range.include {
            walk.enter(*id, true)?;
        }
        let shallow = self.shallow_ends();
        walk.run(&shallow)?;
        Ok(walk.content())
    }

    /// Whether one commit builds on another; not if what lies between them is not there.
    pub fn builds_on(&self, new: ObjectId, old: ObjectId) -> bool {
        let range = Range { include: vec![old], exclude: vec![new], ..Range::default() };
        new == old || self.commits_in(&range).is_ok_and(|content| content.commits.is_empty())
    }

    /// The parents of a commit; none if it cannot be read.
    pub fn parents(&self, commit: ObjectId) -> Vec<ObjectId> {
        let mut reader = Reader::default();
        let Ok((Kind::Commit, bytes)) = self.objects().read(&commit, &mut reader) else {
            return Vec::new();
        };
        Parsed::parse(bytes).map(|commit| commit.parents).unwrap_or_default()
    }

    /// The tree of a commit, or of what a tag leads to.
    pub fn tree_of(&self, mut id: ObjectId) -> Option<ObjectId> {
        let mut reader = Reader::default();
        for _ in 0..MOST_TAGS {
            let (kind, bytes) = self.objects().read(&id, &mut reader).ok()?;
            match kind {
                Kind::Commit => return Parsed::parse(bytes).map(|commit| commit.tree),
                Kind::Tag => id = tag_target(bytes)?,
                Kind::Tree => return Some(id),
                Kind::Blob => return None,
            }
        }
        None
    }

    /// The blob at a path below a tree.
    pub fn blob_at(&self, tree: ObjectId, path: &[u8]) -> Option<ObjectId> {
        let mut reader = Reader::default();
        let mut names = path.split(|b| *b == b'/').peekable();
        let mut tree = tree;
        while let Some(name) = names.next() {
            let wanted = if names.peek().is_some() { tree::Kind::Tree } else { tree::Kind::Blob };
            let (_, bytes) = self.objects().read(&tree, &mut reader).ok()?;
            let entry = tree::entries(bytes, self.objects().hash().len_in_bytes())
                .map_while(Result::ok)
                .find(|entry| entry.name == name && entry.kind == wanted)?;
            tree = ObjectId::from_bytes_or_panic(entry.id);
        }
        Some(tree)
    }

    /// What a revision means: a name, an id, `HEAD~2`, `main@{1}`.
    ///
    /// # Errors
    /// It means nothing, or several things.
    pub fn revision(&self, text: &str) -> Result<ObjectId, Problem> {
        if let Ok(id) = ObjectId::from_hex(text.as_bytes())
            && self.objects().has(&id)
        {
            return Ok(id);
        }
        let fail = |what: String| Problem::new(text, what);
        let options =
            gix::open::Options::isolated().with(gix::sec::Trust::Full).open_path_as_is(true);
        let repository = gix::open_opts(self.git_dir.clone(), options)
            .map_err(|error| fail(format!("cannot be looked up: {error}")))?;
        let spelled = self.with_id(text)?;
        let found = repository.rev_parse_single(&*spelled);
        found.map(gix::Id::detach).map_err(|_| {
            fail("is not a revision of this repository; `git fetch` may bring it".into())
        })
    }

    /// Puts the id in place of the name at the start of a revision, where references are in tables,
    /// which gix does not read.
    fn with_id<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, Problem> {
        let References::Tables(_) = &self.references else { return Ok(Cow::Borrowed(text)) };
        let end = text.find(['~', '^', '@', ':']).unwrap_or(text.len());
        let (name, rest) = match text.strip_prefix('@') {
            Some(rest) if !rest.starts_with('{') => ("HEAD", rest),
            _ => text.split_at(end),
        };
        if rest.starts_with("@{") {
            let what = "asks for a log of references in tables, which sprawl does not read; name \
                        the commit";
            return Err(Problem::new(text, what));
        }
        // The order in which git looks for short names.
        for (before, after) in [
            ("", ""),
            ("refs/", ""),
            ("refs/tags/", ""),
            ("refs/heads/", ""),
            ("refs/remotes/", ""),
            ("refs/remotes/", "/HEAD"),
        ] {
            let full = format!("{before}{name}{after}");
            let found = self.references.resolve(full.as_bytes());
            if let Some(id) = found.map_err(|what| Problem::new(text, what))? {
                return Ok(Cow::Owned(format!("{id}{rest}")));
            }
        }
        Ok(Cow::Borrowed(text))
    }

    /// The branch that others leave from: what the remote calls its HEAD, or else a branch with one of
    /// the usual names.
    ///
    /// # Errors
    /// There is no such branch.
    pub fn main_branch(&self) -> Result<ObjectId, Problem> {
        self.main_branch_of("origin").map(|(_, id)| id).ok_or_else(|| {
            let what = "it is not known which branch is the main one; name both ends: --range A..B";
            Problem::new("refs/remotes/origin/HEAD", what)
        })
    }

    /// The branch that others leave from at a remote, by its full name, and its last commit.
    pub fn main_branch_of(&self, remote: &str) -> Option<(String, ObjectId)> {
        let head = format!("refs/remotes/{remote}/HEAD");
        let named = match self.references.find(head.as_bytes()) {
            Ok(Some(Target::Symbolic(name))) => String::from_utf8(name).ok(),
            _ => None,
        };
        let usual = ["main", "master"];
        let usual = usual.map(|name| format!("refs/remotes/{remote}/{name}")).into_iter();
        let names = named.into_iter().chain([head]).chain(usual);
        let own = ["refs/heads/main", "refs/heads/master"].map(str::to_owned);
        names.chain(own).find_map(|name| Some((name.clone(), self.reference(&name)?)))
    }

    /// What a reference with exactly this name leads to, if it is there.
    pub fn reference(&self, name: &str) -> Option<ObjectId> {
        self.references.resolve(name.as_bytes()).ok()?
    }

    /// The two ends of `A..B`; an end that is left out is HEAD. Three dots mean the same: what B adds.
    ///
    /// # Errors
    /// It is no range, or one of its ends is no revision.
    pub fn range(&self, text: &str) -> Result<Range, Problem> {
        let Some((from, to)) = text.split_once("...").or_else(|| text.split_once("..")) else {
            let what = "is not a range; write A..B, or use --since A for everything after A";
            return Err(Problem::new(text, what));
        };
        let end = |name: &str| self.revision(if name.is_empty() { "HEAD" } else { name });
        Ok(Range { include: vec![end(to)?], exclude: vec![end(from)?], ..Range::default() })
    }
}

/// What is known of a commit.
struct Known {
    commit: RangeCommit,
    wanted: bool,
    /// Whether its parents are still to be looked at.
    waiting: bool,
}

struct Walking<'o> {
    objects: &'o Objects,
    reader: Reader,
    seen: BTreeMap<ObjectId, Known>,
    /// The latest first: what leads away from the range must be found before what is in it is left.
    queue: BinaryHeap<(i64, ObjectId)>,
    /// How many in the queue are wanted.
    wanted: usize,
    tags: Vec<ObjectId>,
    loose: Vec<(Kind, ObjectId)>,
    /// Blobs and trees that what is not wanted leads to.
    known: BTreeSet<ObjectId>,
}

impl Walking<'_> {
    /// Starts at a commit, or at what a tag leads to.
    fn enter(&mut self, mut id: ObjectId, wanted: bool) -> Result<(), Problem> {
        for _ in 0..MOST_TAGS {
            let (kind, bytes) = match self.objects.read(&id, &mut self.reader) {
                Ok(object) => object,
                // What is not there leads to nothing that is.
                Err(ReadError::Missing) if !wanted => return Ok(()),
                Err(error) => return Err(error.problem(&id)),
            };
            match kind {
                Kind::Commit => return self.visit(id, wanted),
                Kind::Tag => {
                    let next = tag_target(bytes);
                    if wanted {
                        self.tags.push(id);
                    }
                    let damaged = || Problem::new(id.to_string(), "is a damaged tag");
                    id = next.ok_or_else(damaged)?;
                }
                Kind::Blob | Kind::Tree if !wanted => {
                    self.known.insert(id);
                    return Ok(());
                }
                Kind::Blob | Kind::Tree => {
                    if !self.known.contains(&id) {
                        self.loose.push((kind, id));
                    }
                    return Ok(());
                }
            }
        }
        let what = "is a tag of tags of tags; nothing was scanned";
        if wanted { Err(Problem::new(id.to_string(), what)) } else { Ok(()) }
    }

    fn visit(&mut self, id: ObjectId, wanted: bool) -> Result<(), Problem> {
        if let Some(known) = self.seen.get_mut(&id) {
            if known.wanted && !wanted {
                known.wanted = false;
                if known.waiting {
                    self.wanted -= 1;
                } else {
                    // It is followed once more, to take back what it led to.
                    known.waiting = true;
                    self.queue.push((known.commit.committed, id));
                }
            }
            return Ok(());
        }
        let fail = |what: String| Problem::new(id.to_string(), what);
        let (_, bytes) =
            self.objects.read(&id, &mut self.reader).map_err(|error| error.problem(&id))?;
        let parsed = Parsed::parse(bytes).ok_or_else(|| fail("is not a commit".to_owned()))?;
        let commit = RangeCommit {
            id,
            tree: parsed.tree,
            parents: parsed.parents,
            committed: parsed.committed,
        };
        self.queue.push((commit.committed, id));
        self.wanted += usize::from(wanted);
        self.seen.insert(id, Known { commit, wanted, waiting: true });
        Ok(())
    }

    fn run(&mut self, shallow: &[ObjectId]) -> Result<(), Problem> {
        // Clocks go wrong: a few more steps than needed find what came with a wrong time.
        let mut patience = PATIENCE;
        while let Some((_, id)) = self.queue.pop() {
            let Some(known) = self.seen.get_mut(&id) else { continue };
            known.waiting = false;
            let (wanted, parents) = (known.wanted, known.commit.parents.clone());
            self.wanted -= usize::from(wanted);
            if !wanted && self.wanted == 0 {
                patience -= 1;
                if patience == 0 {
                    break;
                }
            }
            let ends = shallow.contains(&id);
            for parent in parents {
                match self.visit(parent, wanted) {
                    Ok(()) => {}
                    Err(_) if !wanted => {}
                    Err(_) if ends => {
                        let what = "the clone is shallow and ends within the range, so that nobody \
                                    can say what the range adds; `git fetch --unshallow` brings \
                                    the rest (in continuous integration: fetch with full depth)";
                        return Err(Problem::new(id.to_string(), what));
                    }
                    Err(problem) => return Err(problem),
                }
            }
        }
        Ok(())
    }

    fn content(self) -> Content {
        let mut tags = self.tags;
        tags.sort();
        tags.dedup();
        let mut loose = self.loose;
        loose.sort_by_key(|(_, id)| *id);
        loose.dedup();
        let mut wanted: BTreeMap<ObjectId, RangeCommit> = self
            .seen
            .into_iter()
            .filter(|(_, known)| known.wanted)
            .map(|(id, known)| (id, known.commit))
            .collect();
        let mut order: Vec<(i64, ObjectId)> =
            wanted.values().map(|commit| (commit.committed, commit.id)).collect();
        order.sort();
        let mut commits = Vec::with_capacity(order.len());
        let mut begun = BTreeSet::new();
        for (_, id) in order {
            // Parents first, whatever the clocks said.
            let mut stack = vec![(id, false)];
            while let Some((id, parents_done)) = stack.pop() {
                if parents_done {
                    commits.extend(wanted.remove(&id));
                } else if let Some(commit) = wanted.get(&id).filter(|_| begun.insert(id)) {
                    stack.push((id, true));
                    stack.extend(commit.parents.iter().map(|parent| (*parent, false)));
                }
            }
        }
        Content { commits, tags, loose }
    }
}

/// Tags of tags that are followed.
const MOST_TAGS: usize = 64;

/// Steps taken after the range seems to be complete.
const PATIENCE: usize = 64;
