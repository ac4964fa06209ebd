//! Commit and tag objects, read as far as a scan needs them: links, author, message.

use gix::hash::ObjectId;

/// A commit, borrowed from its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit<'c> {
    /// Its tree.
    pub tree: ObjectId,
    /// What it was made from, in order.
    pub parents: Vec<ObjectId>,
    /// Who wrote it, and when.
    pub author: Signature<'c>,
    /// When it was made, Unix seconds.
    pub committed: i64,
}

/// A name with a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signature<'c> {
    /// `Name <email>`.
    pub who: &'c [u8],
    /// Unix seconds.
    pub seconds: i64,
    /// Seconds east of Greenwich.
    pub offset: i32,
}

impl<'c> Commit<'c> {
    /// Reads a commit; `None` if it has no tree to speak of.
    pub fn parse(bytes: &'c [u8]) -> Option<Self> {
        let mut headers = headers(bytes);
        let (name, tree) = headers.next()?;
        if name != b"tree" {
            return None;
        }
        let mut commit = Self {
            tree: ObjectId::from_hex(tree).ok()?,
            parents: Vec::new(),
            author: Signature::default(),
            committed: 0,
        };
        for (name, value) in headers {
            match name {
                b"parent" => commit.parents.push(ObjectId::from_hex(value).ok()?),
                b"author" => commit.author = Signature::parse(value),
                b"committer" => commit.committed = Signature::parse(value).seconds,
                _ => {}
            }
        }
        Some(commit)
    }
}

/// What a tag object points at: the `object` of its header.
pub fn tag_target(bytes: &[u8]) -> Option<ObjectId> {
    headers(bytes)
        .find(|(name, _)| *name == b"object")
        .and_then(|(_, id)| ObjectId::from_hex(id).ok())
}

/// Who made a tag object, and when; empty for tags of old that do not say.
pub fn tagger(bytes: &[u8]) -> Signature<'_> {
    headers(bytes)
        .find(|(name, _)| *name == b"tagger")
        .map(|(_, who)| Signature::parse(who))
        .unwrap_or_default()
}

/// The message of a commit or tag: everything after the first empty line.
pub fn message(bytes: &[u8]) -> &[u8] {
    match memchr::memmem::find(bytes, b"\n\n") {
        Some(at) => &bytes[at + 2..],
        None => &[],
    }
}

/// The headers of a commit or tag that people and programs write: names, addresses, tags that were
/// merged, and whatever tools add. Left out are ids, which say nothing, and the bodies of signatures.
pub fn written_headers(bytes: &[u8], into: &mut Vec<u8>) {
    into.clear();
    let end = memchr::memmem::find(bytes, b"\n\n").map_or(bytes.len(), |at| at + 1);
    let mut signature = false;
    for line in bytes[..end].split_inclusive(|b| *b == b'\n') {
        let text = line.trim_ascii();
        if text.ends_with(b"SIGNATURE-----") {
            signature = memchr::memmem::find(text, b"-----BEGIN ").is_some();
        }
        // The first line of a tag that was merged is its id, too.
        let text = text.strip_prefix(b"mergetag ").unwrap_or(text);
        let first = text.iter().position(|b| *b == b' ').unwrap_or(text.len());
        let (name, value) = text.split_at(first);
        let is_id = matches!(name, b"tree" | b"parent" | b"object")
            && ObjectId::from_hex(value.trim_ascii()).is_ok();
        let is_body = signature && !text.is_empty() && text.iter().all(is_base64);
        if !is_id && !is_body {
            into.extend_from_slice(line);
        }
    }
}

fn is_base64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

impl<'c> Signature<'c> {
    /// Reads `Name <email> 1700000000 +0100`. What is missing or odd is left empty or zero.
    fn parse(line: &'c [u8]) -> Self {
        let Some(close) = line.iter().rposition(|b| *b == b'>') else {
            return Self { who: line, seconds: 0, offset: 0 };
        };
        let mut numbers = std::str::from_utf8(&line[close + 1..]).unwrap_or("").split_whitespace();
        let seconds = numbers.next().and_then(|n| n.parse().ok()).unwrap_or(0);
        let offset = numbers.next().and_then(|n| n.parse::<i32>().ok()).unwrap_or(0);
        // +0130 is one hour and thirty minutes.
        let offset = (offset / 100) * 3600 + (offset % 100) * 60;
        Self { who: line[..=close].trim_ascii(), seconds, offset }
    }
}

/// Header lines as name and value, up to the empty line; continued lines (signatures) are left out.
fn headers(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    bytes
        .split(|b| *b == b'\n')
        .take_while(|line| !line.is_empty())
        .filter(|line| line[0] != b' ')
        .filter_map(|line| {
            let space = line.iter().position(|b| *b == b' ')?;
            Some((&line[..space], &line[space + 1..]))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_commits() {
        let (tree, parent) = ("a".repeat(40), "b".repeat(40));
        let text = format!(
            "tree {tree}\nparent {parent}\nauthor A B <a@b> 1700000000 -0130\n\
             committer C <c@d> 1700000001 +0000\ngpgsig -----BEGIN\n xyz\n\nsubject\n\nparent no\n"
        );
        let commit = Commit::parse(text.as_bytes()).expect("a commit");
        assert_eq!(commit.tree.to_string(), tree);
        assert_eq!(commit.parents.len(), 1);
        assert_eq!(commit.author.who, b"A B <a@b>");
        assert_eq!((commit.author.seconds, commit.author.offset), (1_700_000_000, -5400));
        assert_eq!(commit.committed, 1_700_000_001);
    }

    #[test]
    fn headers_that_somebody_wrote() {
        let id = "a".repeat(40);
        let text = format!(
            "tree {id}\nparent {id}\nauthor A B <a@b> 1700000000 +0000\nmergetag object {id}\n \
             type commit\n tag v1\n \n released with love\ngpgsig -----BEGIN PGP SIGNATURE-----\n \
             Comment: mine\n \n wsBcBAABCAAQ\n =abcd\n -----END PGP SIGNATURE-----\nnote x\n\nsubject\n"
        );
        let mut headers = Vec::new();
        written_headers(text.as_bytes(), &mut headers);
        let headers = String::from_utf8(headers).expect("text");
        for kept in ["author A B <a@b>", "tag v1", "released with love", "Comment: mine", "note x"]
        {
            assert!(headers.contains(kept), "{headers}");
        }
        for left_out in ["tree a", "parent a", "object a", "wsBcBAABCAAQ", "=abcd", "subject"] {
            assert!(!headers.contains(left_out), "{headers}");
        }
        written_headers(b"", &mut Vec::new());
    }

    #[test]
    fn odd_commits_do_no_harm() {
        assert_eq!(Commit::parse(b""), None);
        assert_eq!(Commit::parse(b"tree x\n\n"), None);
        let text = format!("tree {}\nauthor nobody\n\n", "a".repeat(40));
        assert_eq!(Commit::parse(text.as_bytes()).expect("a commit").author.who, b"nobody");
    }
}
