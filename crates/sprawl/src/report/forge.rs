//! Addresses of files and commits on the forge that a remote names, so that a report can link to them.
//!
//! A forge is known by its host, by what its host is called (`gitlab.example.net`), or by a shape of path that
//! only it has. Of any other host nobody knows what its addresses look like, and there is no link.
//!
//! Sources: GitHub Docs, "Getting permanent links to files"; GitLab Docs, "Permalinks"; Bitbucket Cloud
//! documentation, "Hyperlink to source code in Bitbucket"; Bitbucket Data Center, the addresses of its file
//! browser; Azure Repos, "Copy permalink"; Gitea and Forgejo, "Permalink"; git.sr.ht, the addresses of its tree
//! view.

use std::collections::BTreeMap;

use crate::finding::{Finding, HIDDEN};
use crate::git::checkout::Checkout;
use crate::report::{is_present, place};
use sprawl_detect::score::Exposure;

/// Bytes of an address from which on browsers and forges cut or refuse it.
const LONGEST: usize = 2000;

/// A repository on its forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Home {
    kind: Kind,
    /// Its page, without a slash at the end.
    base: String,
}

/// What addresses of files look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Github,
    Gitlab,
    BitbucketCloud,
    BitbucketDataCenter,
    Azure,
    Gitea,
    Gogs,
    Sourcehut,
}

impl Home {
    /// The repository that a remote's address names; the address has no credentials any more, see
    /// [`Checkout::remote`].
    pub(super) fn of(remote: &str) -> Option<Self> {
        let (scheme, rest) = remote.split_once("://")?;
        let (authority, path) = rest.split_once('/')?;
        // Whatever was there before it: an address of a report is not trusted.
        let authority = authority.rsplit('@').next()?.to_ascii_lowercase();
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, port),
            _ => (&*authority, ""),
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if host.is_empty() || !host.chars().all(is_name) || !path.chars().all(is_plain) {
            return None;
        }
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let parts: Vec<&str> = path.split('/').collect();
        if parts.len() < 2 || parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
            return None;
        }
        let host = public_host(host);
        let is_web = matches!(scheme, "https" | "http");
        let web = match port {
            "" => host.to_owned(),
            port if is_web => format!("{host}:{port}"),
            // That of ssh says nothing about the pages.
            _ => host.to_owned(),
        };
        let site =
            if scheme == "http" { format!("http://{web}") } else { format!("https://{web}") };
        let kind = kind(host, port, &parts, is_web)?;
        let base = match kind {
            Kind::Azure => azure(host, &site, &parts)?,
            Kind::BitbucketDataCenter => data_center(&site, &parts)?,
            Kind::Gitlab => format!("{site}/{path}"),
            _ if parts.len() == 2 => format!("{site}/{path}"),
            _ => return None,
        };
        Some(Self { kind, base })
    }

    /// Its page.
    pub(super) fn page(&self) -> &str {
        &self.base
    }

    /// A file at a commit, and a line of it.
    pub(super) fn file(&self, commit: &str, path: &str, line: Option<usize>) -> Option<String> {
        if !is_commit(commit) || !is_path(path) {
            return None;
        }
        let base = &self.base;
        let file = encoded(path);
        let number = line.map(|line| line.to_string()).unwrap_or_default();
        let anchor =
            |sign: &str| if line.is_some() { format!("{sign}{number}") } else { String::new() };
        // A document that is shown as people read it has no lines.
        let raw = |query: &str| if is_document(path) { query.to_owned() } else { String::new() };
        let address = match self.kind {
            Kind::Github => {
                format!("{base}/blob/{commit}/{file}{}{}", raw("?plain=1"), anchor("#L"))
            }
            Kind::Gitlab => {
                format!("{base}/-/blob/{commit}/{file}{}{}", raw("?plain=1"), anchor("#L"))
            }
            Kind::BitbucketCloud => format!("{base}/src/{commit}/{file}{}", anchor("#lines-")),
            Kind::BitbucketDataCenter => format!("{base}/browse/{file}?at={commit}{}", anchor("#")),
            Kind::Azure => {
                let lines = match line {
                    Some(line) => format!(
                        "&line={line}&lineEnd={}&lineStartColumn=1&lineEndColumn=1",
                        line.saturating_add(1)
                    ),
                    None => String::new(),
                };
                format!("{base}?path=/{file}&version=GC{commit}{lines}&_a=contents")
            }
            Kind::Gitea => {
                format!(
                    "{base}/src/commit/{commit}/{file}{}{}",
                    raw("?display=source"),
                    anchor("#L")
                )
            }
            Kind::Gogs => format!("{base}/src/{commit}/{file}{}", anchor("#L")),
            Kind::Sourcehut => format!("{base}/tree/{commit}/item/{file}{}", anchor("#L")),
        };
        (address.len() <= LONGEST).then_some(address)
    }

    /// A commit.
    pub(super) fn commit(&self, commit: &str) -> Option<String> {
        if !is_commit(commit) {
            return None;
        }
        let word = match self.kind {
            Kind::Gitlab => "-/commit",
            Kind::BitbucketCloud | Kind::BitbucketDataCenter => "commits",
            _ => "commit",
        };
        Some(format!("{}/{word}/{commit}", self.base))
    }
}

/// Repositories of a report with their homes, by name.
#[derive(Debug)]
pub(super) struct Homes<'r> {
    all: BTreeMap<&'r str, Vec<(&'r Checkout, Option<Home>)>>,
}

impl<'r> Homes<'r> {
    pub(super) fn of(checkouts: &'r [Checkout]) -> Self {
        let mut all: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for checkout in checkouts {
            let home = checkout.remote.as_deref().and_then(Home::of);
            all.entry(&*checkout.repository).or_default().push((checkout, home));
        }
        Self { all }
    }

    /// The repository of an occurrence; nothing if several go by its name.
    fn home(&self, finding: &Finding) -> Option<(&Checkout, &Home)> {
        let path = &finding.location.path;
        let named = self.all.get(&*finding.repository)?.iter();
        let mut found = named.filter(|(checkout, _)| path.starts_with(&checkout.below));
        let (checkout, home) = found.next()?;
        let home = home.as_ref()?;
        found.all(|(_, other)| other.as_ref() == Some(home)).then_some((*checkout, home))
    }

    /// The file of an occurrence, at the commit in which the secret stands on that line.
    pub(super) fn file(&self, finding: &Finding) -> Option<String> {
        let (checkout, home) = self.home(finding)?;
        let opened = place::opened(finding);
        let path = opened.path.strip_prefix(&*checkout.below)?;
        let line = place::member(finding).is_none().then_some(opened.line);
        let head = checkout.revision.as_deref();
        match finding.git() {
            // What git does not have is on no forge, nor is what no commit has yet.
            None if finding.exposure == Exposure::LocalUntracked => None,
            None if finding.location.origin != crate::finding::Origin::File => None,
            None => home.file(head?, path, line),
            Some(git) if !matches!(git.reach, "reachable" | "history-only") => None,
            // The line is that of the commit which brought it, unless it was moved after that.
            Some(git) if git.paths.len() < 2 => home.file(git.commit.as_deref()?, path, line),
            Some(_) if is_present(finding) => home.file(head?, path, None),
            Some(_) => None,
        }
    }

    /// The commit that brought an occurrence.
    pub(super) fn commit(&self, finding: &Finding) -> Option<String> {
        let git = finding.git()?;
        if !matches!(git.reach, "reachable" | "history-only" | "message") {
            return None;
        }
        self.home(finding)?.1.commit(git.commit.as_deref()?)
    }
}

/// Hosts for ssh through a firewall are not those of the pages (documentation of GitHub, GitLab and Bitbucket
/// on ssh over port 443).
fn public_host(host: &str) -> &str {
    match host {
        "ssh.github.com" | "www.github.com" => "github.com",
        "altssh.gitlab.com" => "gitlab.com",
        "altssh.bitbucket.org" => "bitbucket.org",
        host => host,
    }
}

/// Hosts that are a forge whose name they do not have.
const HOSTS: &[(&str, Kind)] = &[
    ("github.com", Kind::Github),
    ("gitee.com", Kind::Github),
    ("gitlab.com", Kind::Gitlab),
    ("salsa.debian.org", Kind::Gitlab),
    ("invent.kde.org", Kind::Gitlab),
    ("framagit.org", Kind::Gitlab),
    ("bitbucket.org", Kind::BitbucketCloud),
    ("dev.azure.com", Kind::Azure),
    ("ssh.dev.azure.com", Kind::Azure),
    ("codeberg.org", Kind::Gitea),
    ("gitea.com", Kind::Gitea),
    ("git.sr.ht", Kind::Sourcehut),
];

/// Words in the names of hosts that people run themselves.
const WORDS: &[(&str, Kind)] = &[
    ("github", Kind::Github),
    ("gitlab", Kind::Gitlab),
    ("bitbucket", Kind::BitbucketDataCenter),
    ("stash", Kind::BitbucketDataCenter),
    ("gitea", Kind::Gitea),
    ("forgejo", Kind::Gitea),
    ("codeberg", Kind::Gitea),
    ("gogs", Kind::Gogs),
    ("sourcehut", Kind::Sourcehut),
    ("srht", Kind::Sourcehut),
];

/// The port at which Bitbucket Data Center serves ssh (its documentation, "Enable SSH access").
const DATA_CENTER_SSH: &str = "7999";

fn kind(host: &str, port: &str, parts: &[&str], is_web: bool) -> Option<Kind> {
    if let Some((_, kind)) = HOSTS.iter().find(|(known, _)| *known == host) {
        return Some(*kind);
    }
    if host.ends_with(".visualstudio.com") || parts.contains(&"_git") {
        return Some(Kind::Azure);
    }
    if host.ends_with(".ghe.com") {
        return Some(Kind::Github);
    }
    let is_data_center = if is_web { parts.contains(&"scm") } else { port == DATA_CENTER_SSH };
    if is_data_center && parts.len() >= 2 {
        return Some(Kind::BitbucketDataCenter);
    }
    // A word of a label: `gitlab`, `gitlab-dev`, and not what merely contains it.
    let words = || host.split(['.', '-']);
    WORDS.iter().find(|(word, _)| words().any(|label| label == *word)).map(|(_, kind)| *kind)
}

/// `https://dev.azure.com/ORGANIZATION/PROJECT/_git/REPOSITORY`, or the same on a server of one's own.
fn azure(host: &str, site: &str, parts: &[&str]) -> Option<String> {
    let is_service = host == "ssh.dev.azure.com" || host == "vs-ssh.visualstudio.com";
    match parts {
        ["v3", organization, project, repository] if is_service => {
            Some(format!("https://dev.azure.com/{organization}/{project}/_git/{repository}"))
        }
        _ if is_service => None,
        [.., "_git", _] => Some(format!("{site}/{}", parts.join("/"))),
        _ => None,
    }
}

/// `https://HOST/projects/PROJECT/repos/REPOSITORY`, and `users` for `~NAME`.
fn data_center(site: &str, parts: &[&str]) -> Option<String> {
    let (context, project, repository) = match parts {
        [context @ .., "scm", project, repository] => (context, *project, *repository),
        [project, repository] => (&[][..], *project, *repository),
        _ => return None,
    };
    let context: String = context.iter().map(|part| format!("/{part}")).collect();
    Some(match project.strip_prefix('~') {
        Some(user) => format!("{site}{context}/users/{user}/repos/{repository}"),
        None => format!("{site}{context}/projects/{project}/repos/{repository}"),
    })
}

/// What may stand in an address as it is.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~/+%".contains(c)
}

fn is_commit(commit: &str) -> bool {
    matches!(commit.len(), 40 | 64) && commit.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a path is that of a file in a repository, and shown as it is: bytes that are no text are written
/// out, and so are secrets.
fn is_path(path: &str) -> bool {
    !path.is_empty()
        && !path.starts_with('<')
        && !path.contains("\\x")
        && !path.contains(HIDDEN)
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Whether forges show a file as a page and not as lines.
fn is_document(path: &str) -> bool {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    matches!(
        extension.as_deref(),
        Some("md" | "markdown" | "rst" | "adoc" | "asciidoc" | "org" | "textile" | "ipynb")
    )
}

/// A path in any part of an address: everything that has a meaning there is percent-encoded (RFC 3986,
/// section 2.3).
fn encoded(path: &str) -> String {
    let mut address = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    /// The address of line 7 of `src/a b.rs`, with `C` for the commit.
    fn file(remote: &str) -> String {
        let home = Home::of(remote);
        let address = home.and_then(|home| home.file(COMMIT, "src/a b.rs", Some(7)));
        address.unwrap_or_default().replace(COMMIT, "C")
    }

    fn commit(remote: &str) -> String {
        let address = Home::of(remote).and_then(|home| home.commit(COMMIT));
        address.unwrap_or_default().replace(COMMIT, "C")
    }

    #[test]
    fn every_forge_has_its_addresses() {
        for (remote, page, of_file, of_commit) in [
            (
                "https://github.com/o/r.git",
                "https://github.com/o/r",
                "/blob/C/src/a%20b.rs#L7",
                "/commit/C",
            ),
            (
                "ssh://ssh.github.com:443/o/r.git",
                "https://github.com/o/r",
                "/blob/C/src/a%20b.rs#L7",
                "/commit/C",
            ),
            (
                "ssh://github.example.net/o/r",
                "https://github.example.net/o/r",
                "/blob/C/src/a%20b.rs#L7",
                "/commit/C",
            ),
            (
                "https://acme.ghe.com/o/r",
                "https://acme.ghe.com/o/r",
                "/blob/C/src/a%20b.rs#L7",
                "/commit/C",
            ),
            (
                "https://gitlab.com/group/sub/r.git",
                "https://gitlab.com/group/sub/r",
                "/-/blob/C/src/a%20b.rs#L7",
                "/-/commit/C",
            ),
            (
                "http://gitlab.intra:8080/group/r.git",
                "http://gitlab.intra:8080/group/r",
                "/-/blob/C/src/a%20b.rs#L7",
                "/-/commit/C",
            ),
            (
                "ssh://gitlab-dev.example.net:2222/g/r",
                "https://gitlab-dev.example.net/g/r",
                "/-/blob/C/src/a%20b.rs#L7",
                "/-/commit/C",
            ),
            (
                "https://salsa.debian.org/team/r.git",
                "https://salsa.debian.org/team/r",
                "/-/blob/C/src/a%20b.rs#L7",
                "/-/commit/C",
            ),
            (
                "ssh://bitbucket.org/w/r.git",
                "https://bitbucket.org/w/r",
                "/src/C/src/a%20b.rs#lines-7",
                "/commits/C",
            ),
            (
                "https://bitbucket.example.net/scm/prj/r.git",
                "https://bitbucket.example.net/projects/prj/repos/r",
                "/browse/src/a%20b.rs?at=C#7",
                "/commits/C",
            ),
            (
                "https://code.example.net/context/scm/~ann/r.git",
                "https://code.example.net/context/users/ann/repos/r",
                "/browse/src/a%20b.rs?at=C#7",
                "/commits/C",
            ),
            (
                "ssh://code.example.net:7999/prj/r.git",
                "https://code.example.net/projects/prj/repos/r",
                "/browse/src/a%20b.rs?at=C#7",
                "/commits/C",
            ),
            (
                "https://dev.azure.com/org/My%20Project/_git/r",
                "https://dev.azure.com/org/My%20Project/_git/r",
                "?path=/src/a%20b.rs&version=GCC&line=7&lineEnd=8&lineStartColumn=1&lineEndColumn=1&_a=contents",
                "/commit/C",
            ),
            (
                "ssh://ssh.dev.azure.com/v3/org/project/r",
                "https://dev.azure.com/org/project/_git/r",
                "?path=/src/a%20b.rs&version=GCC&line=7&lineEnd=8&lineStartColumn=1&lineEndColumn=1&_a=contents",
                "/commit/C",
            ),
            (
                "https://org.visualstudio.com/DefaultCollection/project/_git/r",
                "https://org.visualstudio.com/DefaultCollection/project/_git/r",
                "?path=/src/a%20b.rs&version=GCC&line=7&lineEnd=8&lineStartColumn=1&lineEndColumn=1&_a=contents",
                "/commit/C",
            ),
            (
                "https://codeberg.org/o/r.git",
                "https://codeberg.org/o/r",
                "/src/commit/C/src/a%20b.rs#L7",
                "/commit/C",
            ),
            (
                "https://forgejo.example.net/o/r",
                "https://forgejo.example.net/o/r",
                "/src/commit/C/src/a%20b.rs#L7",
                "/commit/C",
            ),
            (
                "https://gitea.example.net:3000/o/r.git",
                "https://gitea.example.net:3000/o/r",
                "/src/commit/C/src/a%20b.rs#L7",
                "/commit/C",
            ),
            (
                "https://gogs.example.net/o/r.git",
                "https://gogs.example.net/o/r",
                "/src/C/src/a%20b.rs#L7",
                "/commit/C",
            ),
            (
                "https://git.sr.ht/~ann/r",
                "https://git.sr.ht/~ann/r",
                "/tree/C/item/src/a%20b.rs#L7",
                "/commit/C",
            ),
        ] {
            assert_eq!(Home::of(remote).unwrap().page(), page, "{remote}");
            assert_eq!(file(remote), format!("{page}{of_file}"), "{remote}");
            assert_eq!(commit(remote), format!("{page}{of_commit}"), "{remote}");
        }
    }

    #[test]
    fn what_is_no_known_forge_has_no_links() {
        for remote in [
            "https://git.example.net/o/r.git",
            "https://notgithub.example.net/o/r",
            "https://github.com.evil.example/../r",
            "https://github.com/o",
            "https://github.com/o/r/wiki",
            "https://github.com/o/..",
            "https://dev.azure.com/org/project",
            "ssh://ssh.dev.azure.com/org/project",
            "git://example.net/r",
            "https://example.net",
            "javascript:alert(1)//github.com/o/r",
            "https://github.com/o/r\"onmouseover=x",
            "",
        ] {
            assert_eq!(file(remote), "", "{remote}");
        }
    }

    #[test]
    fn credentials_of_a_remote_are_in_no_link() {
        // A report that was read back may have what no scan writes.
        for remote in ["https://u:word@github.com/o/r", "https://word@gitlab.com/o/r.git"] {
            assert!(!file(remote).contains("word"), "{remote}");
            assert!(!commit(remote).contains("word"), "{remote}");
        }
    }

    #[test]
    fn only_files_at_commits_have_addresses() {
        let home = Home::of("https://github.com/o/r").unwrap();
        for path in ["", "../a", "a//b", "/etc/passwd", "<note on 1>", "a\\xff", "a/****.env"] {
            assert_eq!(home.file(COMMIT, path, Some(1)), None, "{path}");
        }
        for commit in ["", "main", "012345678", "../../../../../../../../../../../../../e"] {
            assert_eq!(home.file(commit, "a", Some(1)), None, "{commit}");
            assert_eq!(home.commit(commit), None, "{commit}");
        }
        assert_eq!(home.file(COMMIT, &"a".repeat(3000), None), None);
        let end = |path| home.file(COMMIT, path, Some(2)).unwrap().replace(COMMIT, "C");
        assert_eq!(end("a?b#c&d.rs"), "https://github.com/o/r/blob/C/a%3Fb%23c%26d.rs#L2");
        assert_eq!(end("README.md"), "https://github.com/o/r/blob/C/README.md?plain=1#L2");
    }
}
