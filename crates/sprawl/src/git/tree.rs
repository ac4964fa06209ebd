//! Tree objects: the names in one directory.

/// One name in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'t> {
    /// What it names.
    pub kind: Kind,
    /// The name, without slashes in any tree that git made.
    pub name: &'t [u8],
    /// The object's id, as many bytes as the repository's hash has.
    pub id: &'t [u8],
}

/// What a name in a tree stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file, or a symbolic link's target.
    Blob,
    /// A directory.
    Tree,
    /// A commit of another repository.
    Submodule,
}

/// Directories nested deeper than this are not followed: no checkout holds them.
pub const DEEPEST: usize = 2048;

/// The entries of a tree in order. Ends early, with an error, where the tree is damaged.
pub fn entries(tree: &[u8], id_length: usize) -> impl Iterator<Item = Result<Entry<'_>, Damaged>> {
    let mut rest = tree;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let next = entry(&mut rest, id_length);
        if next.is_none() {
            rest = &[];
        }
        Some(next.ok_or(Damaged))
    })
}

/// A tree whose entries cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tree is damaged")]
pub struct Damaged;

/// Reads one entry: the mode in octal, a space, the name, a zero, the id.
pub(super) fn entry<'t>(rest: &mut &'t [u8], id_length: usize) -> Option<Entry<'t>> {
    let space = rest.iter().take(8).position(|b| *b == b' ')?;
    let kind = match &rest[..space] {
        b"40000" | b"040000" => Kind::Tree,
        b"160000" => Kind::Submodule,
        mode if mode.iter().all(|b| matches!(b, b'0'..=b'7')) && !mode.is_empty() => Kind::Blob,
        _ => return None,
    };
    let after = &rest[space + 1..];
    let zero = memchr::memchr(0, after)?;
    let id = after.get(zero + 1..zero + 1 + id_length)?;
    *rest = &after[zero + 1 + id_length..];
    Some(Entry { kind, name: &after[..zero], id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_git_writes() {
        let mut tree = b"100644 a b\0".to_vec();
        tree.extend([1; 20]);
        tree.extend(b"40000 dir\0");
        tree.extend([2; 20]);
        tree.extend(b"160000 sub\0");
        tree.extend([3; 20]);
        let all: Vec<_> = entries(&tree, 20).map(Result::unwrap).collect();
        let expected = [
            Entry { kind: Kind::Blob, name: b"a b", id: &[1; 20] },
            Entry { kind: Kind::Tree, name: b"dir", id: &[2; 20] },
            Entry { kind: Kind::Submodule, name: b"sub", id: &[3; 20] },
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn damage_ends_the_list() {
        for broken in [&b"100644 name"[..], b"100644", b"9 a\0", b" a\0", b"100644 a\0short"] {
            let all: Vec<_> = entries(broken, 20).collect();
            assert_eq!(all, [Err(Damaged)]);
        }
    }
}
