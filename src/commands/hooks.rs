//! What git tells the hooks `pre-push` and `pre-receive` on standard input (`githooks`), and what the
//! pre-commit framework tells all of them by its variables and the names of files.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::Error;
use crate::cli::git::Hook;
use sprawl::git::changes::{Change, is_within};
use sprawl::git::range::Range;
use sprawl::git::refs::TipKind;
use sprawl::git::{ObjectId, Repository};
use sprawl::source::repository::{AskedRange, NamedFiles};

/// The commits that are about to move: those that the new values of references lead to, and that are
/// not on the other side yet. `arguments` are those that git gave to the hook.
///
/// # Errors
/// Standard input is not what git writes.
pub(super) fn range(
    hook: Hook,
    arguments: &[PathBuf],
    repository: &Repository,
    mut input: impl Read,
) -> Result<AskedRange, Error> {
    let mut text = String::new();
    input
        .read_to_string(&mut text)
        .map_err(|error| Error::Input(format!("standard input could not be read: {error}")))?;
    let mut range = Range::default();
    if hook == Hook::PrePush && text.trim().is_empty() {
        range = from_framework(repository)?.unwrap_or_default();
    }
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let update = update(hook, line).ok_or_else(|| {
            Error::Input(format!("standard input is not what git passes to a hook: {line}"))
        })?;
        // Zeros stand for a reference that is not there: one that is deleted, or made.
        range.include.extend(Some(update.new).filter(|id| !id.is_null()));
        range.exclude.extend(Some(update.old).filter(|id| !id.is_null()));
        if !update.new.is_null() {
            range.references.push((update.name, update.new));
        }
    }
    let what = if hook == Hook::PrePush { "what the push adds" } else { "what is pushed" };
    let why = match range.include.len() {
        0 => format!("{what}: no reference gets a new value"),
        _ => what.to_owned(),
    };
    let mut problems = Vec::new();
    let tips = repository.tips(&mut problems);
    let known = tips.iter().filter(|tip| match hook {
        Hook::PrePush => tip.name.starts_with(&on_other_side(arguments)),
        Hook::PreReceive => tip.kind != TipKind::Stash,
        Hook::PreCommit | Hook::PreMergeCommit => false,
    });
    range.exclude.extend(known.map(|tip| tip.id));
    Ok(AskedRange { range, why })
}

/// What the pre-commit framework asks the hook `pre-commit` about when it runs between two references
/// (`pre-commit run --from-ref A --to-ref B`), as it does in continuous integration.
///
/// # Errors
/// A reference that is not in the clone.
pub(super) fn between_references(repository: &Repository) -> Result<Option<AskedRange>, Error> {
    let Some(mut range) = from_framework(repository)? else { return Ok(None) };
    if range.exclude.is_empty() {
        let mut problems = Vec::new();
        let other_side = on_other_side(&[]);
        let tips = repository.tips(&mut problems).into_iter();
        range.exclude.extend(tips.filter(|t| t.name.starts_with(&other_side)).map(|t| t.id));
    }
    let why = "the commits between the references that pre-commit names".to_owned();
    Ok(Some(AskedRange { range, why }))
}

/// Tells files given by name apart: framework's `--files` and `--all-files`, or a person's.
///
/// # Errors
/// A name that leads nowhere.
pub(super) fn named(
    paths: &[PathBuf],
    repository: &Repository,
    changes: &[Change],
) -> Result<NamedFiles, Error> {
    let mut named = NamedFiles::default();
    let top = repository.top();
    let mut index = None;
    for path in paths {
        let below = sprawl::git::below_top(&absolute(path), &top);
        let wanted = below.as_slice();
        let staged = !wanted.is_empty() && changes.iter().any(|c| is_within(&c.path, wanted));
        if staged {
            named.staged.extend(below.clone());
        }
        let is_link = path.is_symlink();
        if staged && (is_link || !path.is_dir()) {
            continue;
        }
        if path.exists() && !is_link {
            named.files.push(path.clone());
            continue;
        }
        // What git keeps of a link is where it leads.
        if index.is_none() {
            index = Some(repository.index()?);
        }
        let found = index
            .as_ref()
            .zip(below.as_ref())
            .and_then(|(index, below)| Some(index.entry_by_path(below.as_slice().into())?.id));
        match (found, below) {
            (Some(id), Some(path)) => {
                named.indexed.push(Change { path, old: Vec::new(), new: Some(id) });
            }
            _ if staged => {}
            _ if path.exists() => named.files.push(path.clone()),
            _ => {
                return Err(Error::Input(format!(
                    "{}: no such file or directory, nor in the index; nothing was scanned",
                    path.display()
                )));
            }
        }
    }
    if named.staged.is_empty() {
        // No file is called so: nothing stands for nothing here, not for everything.
        named.staged.push(b"\0".to_vec());
    }
    Ok(named)
}

/// A path from the root on, without links in its directory; the file itself need not be there.
fn absolute(path: &Path) -> PathBuf {
    let full = std::env::current_dir().unwrap_or_default().join(path);
    let (Some(directory), Some(name)) = (full.parent(), full.file_name()) else {
        return std::fs::canonicalize(&full).unwrap_or(full);
    };
    std::fs::canonicalize(directory).map_or_else(|_| full.clone(), |found| found.join(name))
}

/// The pre-commit framework reads standard input itself, and says in its environment what it read:
/// the two ends, or the branch alone when the other side has nothing yet.
fn from_framework(repository: &Repository) -> Result<Option<Range>, Error> {
    // Versions before 3 have the older names only.
    let either = |names: [&str; 2]| names.into_iter().find_map(variable);
    let new = either(["PRE_COMMIT_TO_REF", "PRE_COMMIT_SOURCE"]);
    let old = either(["PRE_COMMIT_FROM_REF", "PRE_COMMIT_ORIGIN"]);
    let Some(new) = new.or_else(|| variable("PRE_COMMIT_LOCAL_BRANCH")) else { return Ok(None) };
    let mut range = Range { include: vec![repository.revision(&new)?], ..Range::default() };
    if let Some(old) = old {
        range.exclude.push(repository.revision(&old)?);
    }
    Ok(Some(range))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Where git keeps what it knows of the remote that is pushed to; of all remotes if none is named.
fn on_other_side(arguments: &[PathBuf]) -> String {
    let told = variable("PRE_COMMIT_REMOTE_NAME");
    match arguments.first().and_then(|name| name.to_str()).or(told.as_deref()) {
        Some(name) if name != "." => format!("refs/remotes/{name}/"),
        _ => "refs/remotes/".to_owned(),
    }
}

struct Update {
    old: ObjectId,
    new: ObjectId,
    /// The reference on the other side.
    name: String,
}

/// `pre-push`: local reference, its value, remote reference, its value. `pre-receive`: old value, new
/// value, reference.
fn update(hook: Hook, line: &str) -> Option<Update> {
    let parts: Vec<&str> = line.split(' ').collect();
    let id = |at: usize| ObjectId::from_hex(parts.get(at)?.as_bytes()).ok();
    match (hook, parts.len()) {
        (Hook::PrePush, 4) => Some(Update { old: id(3)?, new: id(1)?, name: parts[2].to_owned() }),
        (Hook::PreReceive, 3) => {
            Some(Update { old: id(0)?, new: id(1)?, name: parts[2].to_owned() })
        }
        _ => None,
    }
}
