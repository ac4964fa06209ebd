//! The repositories of submodules: git keeps them in `modules`, below the repository that they are
//! part of; old versions of git, and people, put them into the work tree itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use gix::index::entry::Mode;

use super::environment::Environment;
use super::objects::Reader;
use super::{Repository, named_directory};
use crate::problem::Problem;
use sprawl_detect::text::{display_bytes, display_path};

/// A repository within another one.
#[derive(Debug)]
pub struct Submodule {
    /// Where it lies in the work tree; if it is not checked out, where git keeps it, from the top of
    /// the work tree or of the bare repository on.
    pub path: String,
    /// The repository itself.
    pub repository: Repository,
}

impl Repository {
    /// The repositories of all submodules that were ever fetched, and of theirs, in order of path.
    /// A submodule of the index that was never fetched is a problem.
    pub fn submodules(&self, problems: &mut Vec<Problem>) -> Vec<Submodule> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        self.add_submodules("", &mut seen, &mut found, problems);
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found
    }

    /// How many submodules the index names.
    pub fn submodule_count(&self) -> usize {
        self.index().map_or(0, |index| links(&index).len())
    }

    fn add_submodules(
        &self,
        prefix: &str,
        seen: &mut BTreeSet<PathBuf>,
        found: &mut Vec<Submodule>,
        problems: &mut Vec<Problem>,
    ) {
        // That an index cannot be read is said by whoever scans it.
        let index = self.index().ok();
        let links = index.as_ref().map(links).unwrap_or_default();
        let named = index.as_ref().map(|index| self.named_modules(index)).unwrap_or_default();
        let mut own: Vec<(Option<String>, PathBuf)> = Vec::new();
        for path in &links {
            let Some(top) = &self.work_tree else { continue };
            let Ok(below) = gix::path::from_byte_slice(path) else { continue };
            if let Ok((git_dir, _)) = named_directory(&top.join(below).join(".git")) {
                own.push((Some(display_bytes(path)), git_dir));
            }
        }
        // Those of which it is known where they are checked out go first.
        for (name, git_dir) in self.kept_modules() {
            own.push((named.get(&name).cloned(), git_dir));
        }
        let mut missing: BTreeSet<String> = links.iter().map(|path| display_bytes(path)).collect();
        for (path, git_dir) in own {
            if let Some(path) = &path {
                missing.remove(path);
            }
            let full = fs::canonicalize(&git_dir).unwrap_or_else(|_| git_dir.clone());
            if !seen.insert(full) {
                continue;
            }
            let repository = match Self::open((git_dir.clone(), None), &Environment::default()) {
                Ok(repository) => repository,
                Err(what) => {
                    problems.push(Problem::new(display_path(&git_dir), what));
                    continue;
                }
            };
            let path = path.unwrap_or_else(|| self.below(&git_dir));
            let path = if prefix.is_empty() { path } else { format!("{prefix}/{path}") };
            repository.add_submodules(&path, seen, found, problems);
            found.push(Submodule { path, repository });
        }
        for path in missing {
            let path = if prefix.is_empty() { path } else { format!("{prefix}/{path}") };
            let what = "the submodule was never fetched; `git submodule update --init --recursive` \
                        brings it";
            problems.push(Problem::new(path, what));
        }
    }

    /// The paths that `.gitmodules` gives to submodules, by their names. It is read from the index:
    /// there may be no work tree.
    fn named_modules(&self, index: &gix::index::File) -> BTreeMap<String, String> {
        let mut reader = Reader::default();
        let bytes = index
            .entry_by_path(".gitmodules".into())
            .and_then(|entry| self.objects.read(&entry.id, &mut reader).ok())
            .map_or(&[][..], |(_, bytes)| bytes);
        let options = gix::config::file::init::Options::default();
        let metadata = gix::config::file::Metadata::from(gix::config::Source::Local);
        // What git itself could not read names nothing.
        let file = Some(bytes).filter(|bytes| bytes.len() < LARGEST_LIST).and_then(|bytes| {
            gix::config::File::from_bytes_no_includes(bytes, metadata, options).ok()
        });
        let mut named = BTreeMap::new();
        for section in file.iter().filter_map(|f| f.sections_by_name("submodule")).flatten() {
            if let (Some(name), Some(path)) =
                (section.header().subsection_name(), section.value("path"))
            {
                named.insert(display_bytes(name), display_bytes(&path));
            }
        }
        named
    }

    /// Git directories below `modules` with the names of their submodules, whatever is in the index
    /// now.
    fn kept_modules(&self) -> Vec<(String, PathBuf)> {
        let mut kept = Vec::new();
        let roots = [self.git_dir.join("modules"), self.common_dir.join("modules")];
        let mut pending: Vec<(usize, PathBuf)> = roots.iter().cloned().enumerate().collect();
        while let Some((root, directory)) = pending.pop() {
            for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
                let path = entry.path();
                // A link could lead anywhere, and back.
                if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    continue;
                }
                if path.join("HEAD").is_file() && path.join("objects").is_dir() {
                    let name = path.strip_prefix(&roots[root]).unwrap_or(&path);
                    kept.push((display_path(name), path));
                } else if path.components().count() <= roots[root].components().count() + DEEPEST {
                    // Names of submodules may hold slashes.
                    pending.push((root, path));
                }
            }
        }
        kept.sort();
        kept.dedup();
        kept
    }

    /// Where a git directory lies, from the top of the work tree or of the repository on.
    fn below(&self, git_dir: &Path) -> String {
        let full = fs::canonicalize(git_dir).unwrap_or_else(|_| git_dir.to_owned());
        display_path(full.strip_prefix(self.top()).unwrap_or(&full))
    }
}

/// Paths of the submodules in an index.
fn links(index: &gix::index::File) -> BTreeSet<Vec<u8>> {
    let links = index.entries().iter().filter(|entry| entry.mode.contains(Mode::COMMIT));
    links.map(|entry| entry.path(index).to_vec()).collect()
}

/// A longer `.gitmodules` is none.
const LARGEST_LIST: usize = 1 << 20;

/// How many directories deep the name of a submodule may lie.
const DEEPEST: usize = 16;
