//! The lines of a diff that are no content: which files come, and which lines of them.

/// A change in a place, and how much of it is still to come.
#[derive(Debug)]
pub(super) struct Hunk {
    /// Lines of each old version; one, or several in the diff of a merge.
    old: Vec<usize>,
    /// Lines of the new version.
    new: usize,
    /// The number of the first of these.
    pub(super) start: usize,
    /// The number of the next line.
    number: usize,
}

/// A line of a hunk.
pub(super) struct Taken<'a> {
    /// Its number in the new version.
    pub(super) number: usize,
    /// It, and whether it is added; none of one that the new version does not have.
    pub(super) content: Option<(&'a [u8], bool)>,
}

impl Hunk {
    /// Reads `@@ -1,2 +3,4 @@`; with one more sign, and one more old side, for each further parent of a
    /// merge.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let signs = line.iter().take_while(|byte| **byte == b'@').count();
        let parents = signs.checked_sub(1).filter(|parents| *parents > 0)?;
        let text = std::str::from_utf8(line.get(signs..line.len().min(400))?).ok();
        // What follows the signs at the end is a line of the file, in any encoding.
        let text = text.or_else(|| {
            let end = memchr::memmem::find(&line[signs..], b"@@")?;
            std::str::from_utf8(&line[signs..signs + end]).ok()
        })?;
        let mut words = text.split(' ').skip(1);
        let range = |word: Option<&str>, sign: char| {
            let (start, count) = word?
                .strip_prefix(sign)
                .map(|range| range.split_once(',').unwrap_or((range, "1")))?;
            Some((start.parse::<usize>().ok()?, count.parse::<usize>().ok()?))
        };
        let mut old = Vec::new();
        for _ in 0..parents {
            old.push(range(words.next(), '-')?.1);
        }
        let (start, new) = range(words.next(), '+')?;
        words.next().filter(|end| end.starts_with("@@"))?;
        Some(Self { old, new, start, number: start.max(1) })
    }

    /// Whether all lines of it have come.
    pub(super) fn is_done(&self) -> bool {
        self.new == 0 && self.old.iter().all(|count| *count == 0)
    }

    /// Takes the next line; none if it is no line of a hunk.
    pub(super) fn take<'a>(&mut self, line: &'a [u8]) -> Option<Taken<'a>> {
        let number = self.number;
        if line.starts_with(b"\\") {
            return Some(Taken { number, content: None });
        }
        // Programs that take white space from the ends of lines leave nothing of an empty one.
        let signs = self.old.len().min(line.len());
        let (signs, text) = line.split_at(signs);
        if signs.iter().any(|sign| !matches!(sign, b' ' | b'+' | b'-')) && !is_blank(line) {
            return None;
        }
        let is_removed = signs.contains(&b'-');
        for (index, count) in self.old.iter_mut().enumerate() {
            let sign = signs.get(index).copied().unwrap_or(b' ');
            let is_there = if is_removed { sign == b'-' } else { sign != b'+' };
            *count = count.saturating_sub(usize::from(is_there));
        }
        if is_removed {
            return Some(Taken { number, content: None });
        }
        self.new = self.new.saturating_sub(1);
        self.number = self.number.saturating_add(1);
        Some(Taken { number, content: Some((text, signs.contains(&b'+'))) })
    }
}

fn is_blank(line: &[u8]) -> bool {
    line.is_empty() || line == b"\r"
}

/// The paths of the file that is changed.
#[derive(Debug, Default)]
pub(super) struct Paths {
    /// As `---` and `+++` name them, with their prefixes.
    old: Option<String>,
    new: Option<String>,
    /// The new path that a line of its own names, without prefix: `rename to`.
    named: Option<String>,
    is_git: bool,
}

impl Paths {
    /// Whether the lines before a hunk were there.
    pub(super) fn are_known(&self) -> bool {
        self.new.is_some()
    }

    /// Takes a line of a header. Says whether it is one.
    pub(super) fn take(&mut self, line: &[u8], next: Option<&[u8]>) -> bool {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if is_git(line) {
            *self = Self { is_git: true, ..Self::default() };
            self.take_git(line);
            return true;
        }
        if let Some(path) = line
            .strip_prefix(b"--- ")
            .filter(|_| next.is_some_and(|next| next.starts_with(b"+++ ")))
        {
            if !self.is_git {
                *self = Self::default();
            }
            self.old = Some(path_of(path));
            return true;
        }
        if let Some(path) = line.strip_prefix(b"+++ ").filter(|_| self.old.is_some()) {
            self.new = Some(path_of(path));
            return true;
        }
        if let Some(path) = after_any(line, &[b"rename to ", b"copy to "]).filter(|_| self.is_git) {
            self.named = Some(path_of(path));
            return true;
        }
        const OTHERS: [&[u8]; 12] = [
            b"index ",
            b"old mode ",
            b"new mode ",
            b"mode ",
            b"new file mode ",
            b"deleted file mode ",
            b"similarity index ",
            b"dissimilarity index ",
            b"rename from ",
            b"copy from ",
            b"Index: ",
            b"=======",
        ];
        let is_other = after_any(line, &OTHERS).is_some();
        is_other && (self.is_git || line.starts_with(b"Index: ") || line.starts_with(b"======="))
            || line.starts_with(b"diff ")
    }

    /// The path of the new version; none where the file is deleted.
    pub(super) fn new_path(&self) -> Option<String> {
        if self.named.is_some() {
            return self.named.clone();
        }
        let new = self.new.as_deref()?;
        if new == "/dev/null" {
            return None;
        }
        let old = self.old.as_deref().unwrap_or_default();
        Some(without_prefix(old, new).to_owned())
    }

    /// Takes the paths of `diff --git a/x b/x`, for changes that have no others. Where one of them has
    /// spaces, only equal ones can be told apart.
    fn take_git(&mut self, line: &[u8]) {
        if let Some(path) = after_any(line, &[b"diff --cc ", b"diff --combined "]) {
            self.named = Some(path_of(path));
            return;
        }
        let Some(both) = line.strip_prefix(b"diff --git ") else { return };
        let both = String::from_utf8_lossy(both).into_owned();
        if both.starts_with('"') {
            let (old, rest) = unquoted(&both);
            (self.old, self.new) = (Some(old), Some(path_of(rest.trim_start().as_bytes())));
            return;
        }
        let halves = both.match_indices(' ').map(|(at, _)| (&both[..at], &both[at + 1..]));
        let tail = |path: &str| path.split_once('/').map(|(_, tail)| tail.to_owned());
        // Paths are no longer than the system allows; a line of spaces must not take long.
        let equal = halves
            .take(1000)
            .find(|(old, new)| old == new || tail(old).is_some() && tail(old) == tail(new));
        if let Some((old, new)) = equal {
            (self.old, self.new) = (Some(old.to_owned()), Some(path_of(new.as_bytes())));
        }
    }
}

/// Whether a line begins the changes of a file in a diff of git.
pub(super) fn is_git(line: &[u8]) -> bool {
    after_any(line, &[b"diff --git ", b"diff --cc ", b"diff --combined "]).is_some()
}

/// Whether a line says that there is no text of a change.
pub(super) fn is_binary(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    line == b"GIT binary patch"
        || (line.starts_with(b"Binary files ") || line.starts_with(b"Files "))
            && line.ends_with(b" differ")
}

/// Whether a text that is a diff may begin with this line: the diff itself, a commit, a patch in a mail.
pub(super) fn begins_diff(line: &[u8]) -> bool {
    const LINES: [&[u8]; 7] =
        [b"diff ", b"--- ", b"Index: ", b"Only in ", b"commit ", b"From ", b"Binary files "];
    let Some(rest) = after_any(line, &LINES) else { return false };
    let needs_id = line.starts_with(b"commit ") || line.starts_with(b"From ");
    !needs_id || rest.len() >= 40 && rest[..40].iter().all(u8::is_ascii_hexdigit)
}

/// The path that a line names: in quotes, or up to the tab before its time.
fn path_of(text: &[u8]) -> String {
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let text = String::from_utf8_lossy(text);
    if text.starts_with('"') {
        return unquoted(&text).0;
    }
    text.split('\t').next().unwrap_or_default().to_owned()
}

/// A path in quotes, with the escapes of C for its bytes (`core.quotePath`), and what follows it.
fn unquoted(text: &str) -> (String, &str) {
    let mut path = Vec::new();
    let mut bytes = text.bytes().enumerate().skip(1).peekable();
    while let Some((at, byte)) = bytes.next() {
        if byte == b'"' {
            return (String::from_utf8_lossy(&path).into_owned(), &text[at + 1..]);
        }
        if byte != b'\\' {
            path.push(byte);
            continue;
        }
        let Some((_, escaped)) = bytes.next() else { break };
        path.push(match escaped {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            b'0'..=b'7' => {
                let mut value = u32::from(escaped - b'0');
                for _ in 0..2 {
                    let is_digit = |next: &(usize, u8)| matches!(next.1, b'0'..=b'7');
                    let Some((_, digit)) = bytes.next_if(is_digit) else { break };
                    value = value << 3 | u32::from(digit - b'0');
                }
                value as u8
            }
            other => other,
        });
    }
    (String::from_utf8_lossy(&path).into_owned(), "")
}

/// The new path without the prefix of git: `a/` and `b/`, or letters that say what is compared
/// (`diff.mnemonicPrefix`). Equal ones are directories of that name (`diff.noprefix`).
fn without_prefix<'a>(old: &str, new: &'a str) -> &'a str {
    let prefix = |path: &str| match path.as_bytes() {
        [letter @ (b'a' | b'b' | b'i' | b'w' | b'c' | b'o'), b'/', ..] => Some(*letter),
        _ => None,
    };
    let is_prefixed = match (prefix(old), prefix(new)) {
        (Some(old), Some(new)) => old != new,
        (None, Some(_)) => old == "/dev/null",
        _ => false,
    };
    if is_prefixed { &new[2..] } else { new }
}

/// What follows the first of these that a line begins with.
fn after_any<'a>(line: &'a [u8], any: &[&[u8]]) -> Option<&'a [u8]> {
    any.iter().find_map(|start| line.strip_prefix(*start))
}
