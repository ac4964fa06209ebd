//! Which directory git takes hooks from, as git itself says.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Error, failed};
use sprawl::files::place;

/// Where a repository's hooks are.
#[derive(Debug, Clone)]
pub(crate) struct Hooks {
    /// The work tree's top; the repository itself if it is bare.
    pub top: PathBuf,
    /// The directory that git runs hooks from.
    pub directory: PathBuf,
    /// The repository's own directory, shared by all its work trees.
    pub repository: PathBuf,
}

impl Hooks {
    /// Those of the repository around a directory.
    ///
    /// # Errors
    /// There is no repository, or no git.
    pub(crate) fn of(directory: &Path) -> Result<Self, Error> {
        let ask = |at: &Path, arguments: &[&str]| -> Result<PathBuf, Error> {
            Ok(at.join(git(at, arguments)?))
        };
        let repository = ask(directory, &["rev-parse", "--git-common-dir"])?;
        // A bare repository has no top.
        let top = ask(directory, &["rev-parse", "--show-toplevel"])
            .unwrap_or_else(|_| repository.clone());
        // Asked at the top: that is where a relative core.hooksPath begins.
        let directory = ask(&top, &["rev-parse", "--git-path", "hooks"])?;
        Ok(Self { top, directory, repository })
    }

    /// The directory with husky's scripts, if husky has the hooks: it lets git look in `.husky`
    /// (until version 8) or `.husky/_`.
    pub(super) fn husky(&self) -> Option<PathBuf> {
        let directory = match self.directory.file_name()?.to_str()? {
            "_" => self.directory.parent()?,
            _ => &self.directory,
        };
        (directory.file_name()? == ".husky").then(|| directory.to_owned())
    }

    /// The files of husky that a hook is in or would be in: of husky that has the hooks, or of a
    /// `.husky` in the tree that nobody has set up yet.
    pub(super) fn husky_files(&self, name: &str) -> impl Iterator<Item = PathBuf> {
        let waiting = Some(self.top.join(".husky")).filter(|directory| directory.is_dir());
        let mut all: Vec<PathBuf> = self.husky().into_iter().collect();
        all.extend(waiting.filter(|waiting| all.iter().all(|known| !is_same(known, waiting))));
        let name = name.to_owned();
        all.into_iter().map(move |directory| directory.join(&name))
    }

    /// A file of the tree, links resolved. One that leads out of the tree is none to write to.
    ///
    /// # Errors
    /// It leads out, or its directory is not there.
    pub(super) fn in_tree(&self, file: &Path) -> Result<PathBuf, Error> {
        let found = match std::fs::symlink_metadata(file) {
            Ok(_) => place::within(&self.top, file),
            Err(_) => {
                let directory = file.parent().unwrap_or(Path::new("."));
                place::within(&self.top, directory)
                    .map(|directory| directory.join(file.file_name().unwrap_or_default()))
            }
        };
        found.map_err(failed(file, "cannot be used"))
    }

    /// The first of these files that is there, from the top.
    pub(super) fn top_file(&self, names: &[&str]) -> Option<PathBuf> {
        names.iter().map(|name| self.top.join(name)).find(|file| file.is_file())
    }

    /// Whether the directory of hooks serves this repository alone.
    pub(super) fn must_be_own(&self) -> Result<(), Error> {
        let full = |path: &Path| {
            // The directory itself need not be there yet.
            let mut below = Vec::new();
            let mut at = path;
            loop {
                if let Ok(found) = at.canonicalize() {
                    return below.iter().rev().fold(found, |path, name| path.join(name));
                }
                let (Some(parent), Some(name)) = (at.parent(), at.file_name()) else {
                    return path.to_owned();
                };
                below.push(name.to_owned());
                at = parent;
            }
        };
        let directory = full(&self.directory);
        if directory.starts_with(full(&self.top)) || directory.starts_with(full(&self.repository)) {
            return Ok(());
        }
        Err(Error::Refused(format!(
            "core.hooksPath is {}, which other repositories share; \
             `sprawl hook install --global` works there",
            self.directory.display()
        )))
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// What git answers, without the line's end.
///
/// # Errors
/// What git says instead.
pub(super) fn git(directory: &Path, arguments: &[&str]) -> Result<String, Error> {
    let output =
        Command::new("git").current_dir(directory).args(arguments).output().map_err(|error| {
            Error::Refused(format!("git cannot be run: {error}; install it and try again"))
        })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Error::Refused(format!("git {}: {said}", arguments.join(" "))));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
