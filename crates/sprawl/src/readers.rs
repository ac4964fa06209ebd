//! Readers of credentials: the places that use a value by a name that it is assigned to.
//!
//! ```text
//!  files of the tree ---> bindings ---> names of one repository ---> readers of a secret
//!   by kind of file       takes, gives    scopes, nearest wins         in order
//! ```
//!
//! A second pass over the tree, made only when something was found. Programs, settings and descriptions of
//! deployments are read; each kind is one file here and one line in `forms`. Names are followed within the
//! repository of the value.

mod actions;
mod ci;
mod code;
mod compose;
mod dockerfile;
mod dotenv;
mod expand;
mod expression;
mod forms;
mod helm;
mod jenkins;
mod key_files;
mod kubernetes;
mod languages;
mod lexer;
mod model;
mod secret_manager;
mod settings;
mod shell;
mod source;
mod systemd;
mod terraform;
mod trace;
mod tree;
mod yaml;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::sync::{Mutex, PoisonError};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use self::key_files::KeyFiles;
use self::model::{Given, Home, Name, Space};
use self::source::Source;
use self::trace::{Names, Placed};
use self::tree::Tree;
use crate::files::read;
use crate::finding::reader::{Readers, Searched};
use crate::finding::{Finding, Secret};
use crate::source::tree::TreeFile;
use crate::threads::Pool;
use sprawl_detect::text;

/// Size of a file in which names are looked for, at most: 4 MiB. Code that people write is shorter.
const LARGEST: u64 = 4 << 20;

/// The readers of everything that was found.
#[derive(Debug, Default)]
pub struct Found {
    /// By secret.
    pub readers: BTreeMap<Secret, Readers>,
    /// What was looked at.
    pub searched: Searched,
}

/// Looks for the readers of what was found in the files of the trees at hand.
///
/// # Errors
/// The system gives no threads.
pub fn find(findings: &[Finding], files: &[TreeFile], threads: usize) -> Result<Found, String> {
    let mut found = Found::default();
    let mut wanted: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| !finding.below.is_empty()) {
        wanted.entry(&finding.repository).or_default().push(finding);
    }
    if wanted.is_empty() || files.is_empty() {
        return Ok(found);
    }
    let pool = Pool::new(threads)?;
    let mut by_repository: BTreeMap<&str, Vec<&TreeFile>> = BTreeMap::new();
    for file in files {
        by_repository.entry(&file.repository).or_default().push(file);
    }
    for (repository, findings) in wanted {
        if let Some(own) = by_repository.get(repository) {
            in_repository(repository, &findings, own, &pool, &mut found);
        }
    }
    Ok(found)
}

fn in_repository(
    repository: &str,
    findings: &[&Finding],
    files: &[&TreeFile],
    pool: &Pool,
    found: &mut Found,
) {
    let mut tree = Tree::new(repository, files.iter().map(|file| file.below.clone()));
    for file in files.iter().filter(|file| tree::is_manifest(split_name(&file.below))) {
        if let Ok(bytes) = read::bytes(&file.full, read::SETTINGS) {
            tree.note_name(&file.below, &String::from_utf8_lossy(&bytes));
        }
    }
    let sizes: BTreeMap<&str, u64> = {
        let wanted: BTreeSet<&str> = findings.iter().map(|finding| &*finding.below).collect();
        let known = files.iter().filter(|file| wanted.contains(file.below.as_str()));
        known
            .filter_map(|file| Some((file.below.as_str(), fs::metadata(&file.full).ok()?.len())))
            .collect()
    };
    let is_key = |finding: &Finding| {
        let size = sizes.get(&*finding.below);
        size.is_some_and(|size| forms::is_key(&finding.below, *size, finding.secret.reveal()))
    };
    let keys: BTreeSet<&str> =
        findings.iter().filter(|finding| is_key(finding)).map(|finding| &*finding.below).collect();
    let key_files = KeyFiles::new(keys.iter().map(|path| (*path).to_owned()).collect());
    let searched = Mutex::new(Searched::default());
    let note = |change: &dyn Fn(&mut Searched)| {
        change(&mut searched.lock().unwrap_or_else(PoisonError::into_inner));
    };
    let placed = pool.install(|| {
        let read_one = |file: &&TreeFile| -> Vec<Placed> {
            if !forms::may_be_read(&file.below) {
                return Vec::new();
            }
            let bytes = match read::bytes(&file.full, LARGEST) {
                Ok(bytes) => bytes,
                Err(error) => {
                    note(&|all| match error.kind() {
                        ErrorKind::FileTooLarge => all.too_large += 1,
                        _ => all.unread += 1,
                    });
                    return Vec::new();
                }
            };
            note(&|all| all.files += 1);
            let decoded = text::decoded(&bytes);
            let text = String::from_utf8_lossy(&decoded);
            let source = Source::new(&tree, &file.below, &text);
            let bindings = forms::read(&source, &key_files).into_iter();
            bindings.map(|binding| Placed { path: file.below.clone(), binding }).collect()
        };
        files.par_iter().map(read_one).collect::<Vec<_>>()
    });
    found.searched.add(searched.into_inner().unwrap_or_else(PoisonError::into_inner));
    let names = Names::new(&tree, placed.into_iter().flatten().collect());
    let shown: BTreeMap<&str, &str> =
        files.iter().map(|file| (file.below.as_str(), file.path.as_str())).collect();
    let mut starts: BTreeMap<&Secret, BTreeSet<(Option<usize>, Given)>> = BTreeMap::new();
    for finding in findings {
        starts.entry(&finding.secret).or_default().extend(start(
            &names,
            &tree,
            finding,
            keys.contains(&*finding.below),
        ));
    }
    for (secret, starts) in starts {
        let mut readers = names.readers(starts.into_iter().collect());
        for place in &mut readers.places {
            if let Some(path) = shown.get(place.path.as_str()) {
                place.path = (*path).to_owned();
            }
        }
        if readers != Readers::default() {
            found.readers.entry(secret.clone()).or_default().add(readers);
        }
    }
}

fn split_name(path: &str) -> &str {
    tree::split(path).1
}

/// The names that a value has at its place.
fn start(
    names: &Names<'_>,
    tree: &Tree,
    finding: &Finding,
    is_key: bool,
) -> Vec<(Option<usize>, Given)> {
    let path = &*finding.below;
    if finding.layers.member > 0 {
        return Vec::new();
    }
    let location = &finding.location;
    let given = names.given_at(path, location.line, location.end_line);
    if !given.is_empty() {
        return given.into_iter().map(|(at, given)| (Some(at), given)).collect();
    }
    // A file of variables that is in history alone.
    if !tree.has(path)
        && forms::is_of_variables(path)
        && let Some(name) = finding.name().filter(|name| expand::is_variable(name))
    {
        let home = Home::Directory(tree.home(path).to_owned());
        let variable = Given { name: Name::variable(name), home: home.clone() };
        let within = Given { name: Name::new(Space::File, path).within(name), home };
        return vec![(None, variable), (None, within)];
    }
    if is_key {
        let home = Home::Directory(String::new());
        return vec![(None, Given { name: Name::new(Space::File, path), home })];
    }
    Vec::new()
}

/// Puts the readers of each secret beside it.
pub fn assign(found: Found, groups: &mut [crate::group::SecretGroup]) -> Searched {
    let Found { mut readers, searched } = found;
    for group in groups {
        if let Some(own) = readers.remove(&group.secret) {
            *group.readers = own;
        }
    }
    searched
}
