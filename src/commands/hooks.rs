//! What git tells the hooks `pre-push` and `pre-receive` on standard input (`githooks`).

use std::io::Read;
use std::path::PathBuf;

use super::Error;
use crate::cli::git::Hook;
use crate::git::range::Range;
use crate::git::refs::TipKind;
use crate::git::{ObjectId, Repository};

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
) -> Result<Range, Error> {
    let mut text = String::new();
    input
        .read_to_string(&mut text)
        .map_err(|error| Error::Input(format!("standard input could not be read: {error}")))?;
    let mut range = Range::default();
    if hook == Hook::PrePush && text.trim().is_empty() {
        range = from_framework(repository)?;
    }
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let update = update(hook, line).ok_or_else(|| {
            Error::Input(format!("standard input is not what git tells a hook: {line}"))
        })?;
        // Zeros stand for a reference that is not there: one that is deleted, or made.
        range.include.extend(Some(update.new).filter(|id| !id.is_null()));
        range.exclude.extend(Some(update.old).filter(|id| !id.is_null()));
        if !update.new.is_null() {
            range.references.push((update.name, update.new));
        }
    }
    let mut problems = Vec::new();
    let tips = repository.tips(&mut problems);
    let known = tips.iter().filter(|tip| match hook {
        Hook::PrePush => tip.name.starts_with(&on_other_side(arguments)),
        Hook::PreReceive => tip.kind != TipKind::Stash,
        Hook::PreCommit => false,
    });
    range.exclude.extend(known.map(|tip| tip.id));
    Ok(range)
}

/// The pre-commit framework reads standard input itself, and says in its environment what it read:
/// the two ends, or the branch alone when the other side has nothing yet.
fn from_framework(repository: &Repository) -> Result<Range, Error> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let mut range = Range::default();
    let new = variable("PRE_COMMIT_TO_REF").or_else(|| variable("PRE_COMMIT_LOCAL_BRANCH"));
    if let Some(new) = new {
        range.include.push(repository.revision(&new)?);
        if let Some(old) = variable("PRE_COMMIT_FROM_REF") {
            range.exclude.push(repository.revision(&old)?);
        }
    }
    Ok(range)
}

/// Where git keeps what it knows of the remote that is pushed to; of all remotes if none is named.
fn on_other_side(arguments: &[PathBuf]) -> String {
    match arguments.first().and_then(|name| name.to_str()) {
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
