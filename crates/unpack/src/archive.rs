//! Readers of archives and compressed files: each takes the bytes of a container and hands over what is
//! in it. What becomes of that, a nest decides.

mod ar;
mod asar;
mod compressed;
mod cpio;
mod crx;
mod rpm;
mod sevenz;
mod tally;
mod tar;
mod zip;

use std::io::Read;

use crate::budget::Budget;
use crate::buffers::Buffers;
use crate::compression::Method;
use crate::input::{HEAD, Input, Source};
use crate::unread::Reason;

/// What takes the members of one container.
pub(crate) trait Members {
    /// Takes a member with a name. Says whether more are taken: if not, the budget is spent.
    fn member(&mut self, name: &[u8], input: Input<'_>) -> bool;

    /// Takes bytes without a name: the content of a compressed file, or what stands between members.
    fn content(&mut self, input: Input<'_>);

    /// Takes note of a symbolic link, which has no content of its own.
    fn link(&mut self, _name: &[u8], _target: &[u8]) {}

    /// Takes note of what was not read, in words that follow the kind of the container: `3 of 12
    /// members`.
    fn unread(&mut self, reason: Reason, what: &str);
}

/// What readers need beside the container.
#[derive(Clone, Copy)]
pub(crate) struct Context<'c> {
    pub(crate) budget: &'c Budget,
    pub(crate) buffers: &'c Buffers,
}

/// A reader of a format.
#[derive(Clone, Copy)]
pub(crate) enum Reader {
    /// Of one with members.
    Archive(fn(&mut Source<'_>, Context<'_>, &mut dyn Members)),
    /// Of one with a single content.
    Compressed(Method),
}

impl Reader {
    /// The reader for a kind of container, if it is one that is opened.
    pub(crate) fn new(kind: &str) -> Option<Self> {
        Some(match kind {
            "zip archive" => Reader::Archive(zip::read),
            "tar archive" => Reader::Archive(tar::read),
            "7z archive" => Reader::Archive(sevenz::read),
            "ar archive" | "Debian package" => Reader::Archive(ar::read),
            "cpio archive" => Reader::Archive(cpio::read),
            "asar archive" => Reader::Archive(asar::read),
            "RPM package" => Reader::Archive(|source, _, members| rpm::read(source, members)),
            "Chrome extension" => Reader::Archive(|source, _, members| crx::read(source, members)),
            "gzip file" => Reader::Compressed(Method::Gzip),
            "zlib file" => Reader::Compressed(Method::Zlib),
            "bzip2 file" => Reader::Compressed(Method::Bzip2),
            "xz file" => Reader::Compressed(Method::Xz),
            "lzma file" => Reader::Compressed(Method::Lzma),
            "lzip file" => Reader::Compressed(Method::Lzip),
            "zstd file" => Reader::Compressed(Method::Zstd),
            "lz4 file" => Reader::Compressed(Method::Lz4),
            _ => return None,
        })
    }

    /// Hands over what is in a container.
    pub(crate) fn read(
        self,
        source: &mut Source<'_>,
        context: Context<'_>,
        members: &mut dyn Members,
    ) {
        match self {
            Reader::Archive(read) => read(source, context, members),
            Reader::Compressed(method) => compressed::read(method, source, context, members),
        }
    }
}

/// The reader for a format without a signature, with its kind: the name of the file says that it is
/// one, if the bytes are no text.
pub(crate) fn by_name(name: &str, head: &[u8]) -> Option<(&'static str, Reader)> {
    let is_brotli =
        name.len() > 3 && name.as_bytes()[name.len() - 3..].eq_ignore_ascii_case(b".br");
    let start = &head[..head.len().min(512)];
    let is_text = || start.utf8_chunks().all(|chunk| chunk.invalid().is_empty());
    (is_brotli && (start.contains(&0) || !is_text()))
        .then_some(("brotli file", Reader::Compressed(Method::Brotli)))
}

impl Context<'_> {
    /// Reads the head of something, and hands on what is there: in memory as a whole, if it is short
    /// enough. Says what the taker says; nothing is taken if the first byte cannot be read.
    pub(crate) fn peek<T>(
        self,
        mut reader: &mut dyn Read,
        take: impl FnOnce(Input<'_>) -> T,
    ) -> Option<T> {
        let mut head = self.buffers.head();
        let read = Read::take(&mut reader, HEAD as u64).read_to_end(&mut head);
        let taken = match read {
            Err(_) if head.is_empty() => None,
            Ok(count) if count < HEAD => Some(take(Input::Bytes(&head))),
            // A reader that failed does so again, so that the taker knows that this is not all.
            _ => Some(take(Input::Stream { head: &head, rest: reader })),
        };
        self.buffers.keep_head(head);
        taken
    }
}

/// Hands over a member that lies in the source as it is, without copying it if it is in memory. Says
/// how many bytes of it there were, and whether more members are taken.
pub(crate) fn stored(
    name: &[u8],
    size: u64,
    source: &mut Source<'_>,
    context: Context<'_>,
    members: &mut dyn Members,
) -> (u64, bool) {
    let in_memory = source.whole().map_or(size, |bytes| size.min(bytes.len() as u64));
    if let Some(bytes) = usize::try_from(in_memory).ok().and_then(|size| source.slice(size)) {
        let more = members.member(name, Input::Bytes(bytes));
        return (in_memory, more);
    }
    let start = source.taken();
    let mut limited = source.take(size);
    let more = context.peek(&mut limited, |input| members.member(name, input));
    let left = size - (source.taken() - start);
    source.skip(left);
    (source.taken() - start, more.unwrap_or(true))
}

/// Hands over what is left of a source, if it is more than zeros that fill a block.
fn trailer(source: &mut Source<'_>, members: &mut dyn Members) {
    source.skip_zeros();
    if let Some(input) = source.remainder() {
        members.content(input);
    }
}

/// How far something was read, in words.
fn after(reason: Reason, bytes: u64) -> String {
    let how = match reason {
        Reason::Truncated => "cut short",
        Reason::OverBudget => "left",
        _ => "unreadable",
    };
    match bytes {
        0..10_000 => format!("{how} after {bytes} bytes"),
        10_000..10_000_000 => format!("{how} after {} KiB", bytes >> 10),
        _ => format!("{how} after {} MiB", bytes >> 20),
    }
}

/// The share of a member that is there, in words.
fn cut_short(there: u64, size: u64) -> String {
    let percent = u128::from(there) * 100 / u128::from(size.max(1));
    format!("cut short at {percent} %")
}
