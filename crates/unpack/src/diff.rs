//! Unified diffs: what they add, and where that stands in the new version of each file. Those of git with
//! renames, merges and colours, and those of `diff -u` (POSIX `diff`, "Diff -u Output Format").

mod header;

use header::{Hunk, Paths};

/// How much of a text is looked at to tell whether it is a diff: 64 KiB.
const LOOKED_AT: usize = 64 << 10;

/// A diff, taken apart.
#[derive(Debug, Default)]
pub struct Diff {
    /// The text around the changes: messages of commits, notes. It is no part of any file.
    pub outside: Piece,
    /// The new side of each file that is changed, in the order of the diff.
    pub files: Vec<File>,
    /// Files that are changed and of which the diff has no text: `Binary files differ`.
    pub binary: Vec<String>,
}

/// The new side of a file.
#[derive(Debug)]
pub struct File {
    /// Its path, without the prefix that git puts before it.
    pub path: String,
    /// What the diff shows of it.
    pub piece: Piece,
}

/// Lines of a file that follow each other, with gaps.
#[derive(Debug, Default)]
pub struct Piece {
    /// The lines, each with its end. An empty line stands for a gap.
    pub text: Vec<u8>,
    /// Where each of them is from.
    pub lines: Vec<Line>,
}

/// A line of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Where it begins in the text of the piece.
    pub start: usize,
    /// Its number in the new version of the file, from 1 on; in the diff, for what is of no file.
    pub number: usize,
    /// Whether the diff adds it; otherwise it was there before.
    pub is_added: bool,
}

impl Piece {
    /// The line in which an offset of the text lies.
    #[must_use]
    pub fn line_at(&self, offset: usize) -> Option<Line> {
        let after = self.lines.partition_point(|line| line.start <= offset);
        self.lines.get(after.checked_sub(1)?).copied()
    }

    fn add(&mut self, line: &[u8], number: usize, is_added: bool) {
        self.lines.push(Line { start: self.text.len(), number, is_added });
        self.text.extend_from_slice(line);
        self.text.push(b'\n');
    }
}

/// Whether a text is a diff: it begins as the output of a program that makes some, and a change comes
/// soon.
pub fn is_diff(text: &[u8]) -> bool {
    let head = &text[..text.len().min(LOOKED_AT)];
    let head = plain(head);
    let mut lines =
        head.split(|byte| *byte == b'\n').skip_while(|line| line.trim_ascii().is_empty());
    let Some(first) = lines.clone().next() else { return false };
    let begins = header::begins_diff(first);
    begins
        && (header::is_git(first)
            || lines.any(|line| header::is_git(line) || Hunk::parse(line).is_some()))
}

/// Takes a diff apart.
#[must_use]
pub fn parse(text: &[u8]) -> Diff {
    let text = plain(text);
    let mut diff = Diff::default();
    let mut paths = Paths::default();
    let mut hunk: Option<Hunk> = None;
    // The file whose hunks come, from the first of them on; none within, where its new side is none.
    let mut file: Option<Option<usize>> = None;
    let mut lines = text.split(|byte| *byte == b'\n').enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        if lines.peek().is_none() && line.is_empty() {
            break;
        }
        if let Some(open) = hunk.as_mut().filter(|hunk| !hunk.is_done()) {
            if let Some(taken) = open.take(line) {
                if let (Some(Some(at)), Some((text, is_added))) = (file, taken.content) {
                    diff.files[at].piece.add(text, taken.number, is_added);
                }
                continue;
            }
            hunk = None;
        }
        // What stands behind the last line of a file without an end of it.
        if line.starts_with(b"\\ ") && hunk.is_some() {
            continue;
        }
        if let Some(next) = Hunk::parse(line).filter(|_| paths.are_known()) {
            let at = *file.get_or_insert_with(|| {
                diff.files.push(File { path: paths.new_path()?, piece: Piece::default() });
                Some(diff.files.len() - 1)
            });
            if let Some(piece) = at.map(|at| &mut diff.files[at].piece)
                && !piece.lines.is_empty()
            {
                piece.add(b"", next.start.saturating_sub(1), false);
            }
            hunk = Some(next);
            continue;
        }
        let next = lines.peek().map(|next| next.1);
        if paths.take(line, next) {
            if header::is_git(line) || line.starts_with(b"--- ") {
                (hunk, file) = (None, None);
            }
            continue;
        }
        if header::is_binary(line) {
            diff.binary.extend(paths.new_path());
            // The changes of a binary file itself, in base85 (`git diff --binary`): no text.
            if line.starts_with(b"GIT binary patch") {
                while lines.next_if(|(_, line)| !header::is_git(line)).is_some() {}
            }
            continue;
        }
        diff.outside.add(line, index + 1, true);
    }
    diff
}

/// A text without the colours that git adds for terminals. Of one that begins without, nothing is taken.
fn plain(text: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    if text.trim_ascii_start().first() != Some(&0x1b) {
        return text.into();
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(0x1b, rest) {
        plain.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        // `ESC [ 1;32 m` and `ESC [ K` (ECMA-48, 8.3.117 and 8.3.41).
        if let Some(sequence) = rest.strip_prefix(b"[") {
            let is_parameter = |byte: &&u8| byte.is_ascii_digit() || **byte == b';';
            let length = sequence.iter().take_while(is_parameter).count();
            rest = sequence.get(length + 1..).unwrap_or_default();
        }
    }
    plain.extend_from_slice(rest);
    plain.into()
}

#[cfg(test)]
mod tests;
