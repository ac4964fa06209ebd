//! Repositories of several reports that go by one name, as they do where all are checked out to the
//! same directory: on build servers and in containers. Their remotes tell them apart.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::read::Content;
use crate::git::names;

/// Renames repositories that have one name and different remotes: to the shortest ends of the
/// remotes' addresses that no other repository is called by. What has no remote keeps its name.
pub fn tell_apart(contents: &mut [Content]) {
    let mut homes: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for checkout in contents.iter().flat_map(|content| &content.checkouts) {
        let known = homes.entry(checkout.repository.clone()).or_default();
        known.extend(checkout.remote.as_deref().map(home));
    }
    let shared = || homes.iter().filter(|(_, homes)| homes.len() > 1);
    if shared().next().is_none() {
        return;
    }
    // The names that there are stay taken, so that no new one is an old one.
    let taken = homes.keys().map(PathBuf::from);
    let tops: Vec<PathBuf> = shared().flat_map(|(_, homes)| homes.clone()).chain(taken).collect();
    let new: BTreeMap<&PathBuf, Arc<str>> = tops.iter().zip(names::distinct(&tops)).collect();
    for content in contents {
        let mut renamed: Vec<(String, Arc<str>)> = content
            .checkouts
            .iter()
            .filter(|checkout| homes.get(&checkout.repository).is_some_and(|all| all.len() > 1))
            .filter_map(|checkout| {
                let name = new.get(&home(checkout.remote.as_deref()?))?;
                Some((checkout.repository.clone(), Arc::clone(name)))
            })
            .collect();
        // Those within others first: what is left of their names goes with the outer ones.
        renamed.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        for (old, new) in renamed {
            content.rename(&old, &new);
        }
    }
}

/// What the addresses of one repository have in common, however it is fetched: host and path.
fn home(remote: &str) -> PathBuf {
    let rest = remote.split_once("://").map_or(remote, |(_, rest)| rest).trim_end_matches('/');
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let path = path.strip_suffix(".git").unwrap_or(path);
    PathBuf::from(format!("{}/{path}", host.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::checkout::Checkout;

    fn of(repositories: &[(&str, Option<&str>)]) -> Content {
        let checkouts = repositories.iter().map(|(name, remote)| Checkout {
            repository: (*name).to_owned(),
            below: String::new(),
            remote: remote.map(str::to_owned),
            revision: None,
            branch: None,
        });
        Content { checkouts: checkouts.collect(), ..Content::default() }
    }

    fn names_of(mut contents: Vec<Content>) -> Vec<String> {
        tell_apart(&mut contents);
        contents.into_iter().flat_map(|c| c.checkouts).map(|c| c.repository).collect()
    }

    #[test]
    fn only_different_remotes_make_different_names() {
        let (a, b) = (Some("https://example.net/x/a.git"), Some("https://example.net/x/b.git"));
        assert_eq!(names_of(vec![of(&[("s", a)]), of(&[("s", b)])]), ["a", "b"]);
        assert_eq!(names_of(vec![of(&[("s", a)]), of(&[("t", b)])]), ["s", "t"]);
        assert_eq!(names_of(vec![of(&[("s", a)]), of(&[("s", None)])]), ["s", "s"]);
        for same in ["ssh://example.net:22/x/a", "https://EXAMPLE.net/x/a.git/"] {
            assert_eq!(names_of(vec![of(&[("s", a)]), of(&[("s", Some(same))])]), ["s", "s"]);
        }
    }

    #[test]
    fn new_names_are_nobody_elses() {
        let (a, b) = (Some("https://example.net/x/a.git"), Some("https://example.net/y/a.git"));
        assert_eq!(names_of(vec![of(&[("s", a)]), of(&[("s", b)])]), ["x/a", "y/a"]);
        let (c, s) = (Some("https://example.net/x/c"), Some("https://example.net/x/s"));
        let all = vec![of(&[("s", s)]), of(&[("s", c)]), of(&[("c", None), ("s", None)])];
        assert_eq!(names_of(all), ["x/s", "x/c", "c", "s"]);
    }

    #[test]
    fn repositories_within_others_go_with_them() {
        let (a, b) = (Some("https://example.net/a"), Some("https://example.net/b"));
        let lib = Some("https://example.net/lib");
        let all = vec![of(&[("s", a), ("s/lib", lib)]), of(&[("s", b), ("s/lib", lib), ("st", a)])];
        assert_eq!(names_of(all), ["a", "a/lib", "b", "b/lib", "st"]);
        let all = vec![of(&[("s", a), ("s/v", lib)]), of(&[("s", b), ("s/v", a)])];
        assert_eq!(names_of(all), ["a", "lib", "b", "a"]);
    }
}
