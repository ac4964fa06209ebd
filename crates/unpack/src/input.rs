//! The bytes of a container or member, as they are handed around: in memory, or as a stream with its
//! first bytes in memory. A container is read from a `Source`, which makes both look alike and still
//! lends slices where there are some.

use std::io::{self, BufRead, ErrorKind, Read};

/// The bytes of a container or member.
pub enum Input<'a> {
    /// All of them.
    Bytes(&'a [u8]),
    /// The first ones, and a reader of those that follow.
    Stream {
        /// The first bytes, at most [`HEAD`]; all of them if there are fewer.
        head: &'a [u8],
        /// The bytes after the head.
        rest: &'a mut dyn Read,
    },
}

/// Bytes at the head of a stream that are held in memory: 8 MiB. A member of up to this length is handed over
/// as a whole. Less in the tests, so that their members need not be as long.
pub const HEAD: usize = if cfg!(test) { 64 << 10 } else { 8 << 20 };

impl Input<'_> {
    /// The bytes that are in memory.
    pub fn head(&self) -> &[u8] {
        match self {
            Input::Bytes(bytes) => bytes,
            Input::Stream { head, .. } => head,
        }
    }

    /// The same bytes, lent for a while: after that they are here again, but for what was read of the
    /// reader.
    pub fn lend(&mut self) -> Input<'_> {
        match self {
            Input::Bytes(bytes) => Input::Bytes(bytes),
            Input::Stream { head, rest } => Input::Stream { head, rest: &mut **rest },
        }
    }
}

/// The bytes of a container, read from the front to the back.
pub(crate) struct Source<'a> {
    /// Bytes in memory that come next.
    bytes: &'a [u8],
    /// What follows them.
    rest: Option<&'a mut dyn Read>,
    /// What was read of `rest`, from `at` on not yet taken.
    buffer: Vec<u8>,
    at: usize,
    taken: u64,
    is_at_end: bool,
    has_failed: bool,
    is_touched: bool,
}

/// Bytes that are read of a stream at once.
const READ: usize = 64 << 10;

impl<'a> Source<'a> {
    pub(crate) fn new(input: Input<'a>) -> Self {
        let (bytes, rest) = match input {
            Input::Bytes(bytes) => (bytes, None),
            Input::Stream { head, rest } => (head, Some(rest)),
        };
        Self {
            bytes,
            rest,
            buffer: Vec::new(),
            at: 0,
            taken: 0,
            is_at_end: false,
            has_failed: false,
            is_touched: false,
        }
    }

    /// All bytes that are left, if they are in memory.
    pub(crate) fn whole(&self) -> Option<&'a [u8]> {
        self.rest.is_none().then_some(self.bytes)
    }

    /// So many of the next bytes as there are, without taking them. Only for a few.
    pub(crate) fn peek(&mut self, count: usize) -> &[u8] {
        if self.bytes.len() >= count || self.rest.is_none() {
            return &self.bytes[..self.bytes.len().min(count)];
        }
        self.buffer.drain(..self.at);
        self.at = 0;
        self.buffer.splice(..0, std::mem::take(&mut self.bytes).iter().copied());
        while self.buffer.len() < count {
            let mut piece = [0; 64];
            match self.more(&mut piece[..count.min(64)]) {
                Ok(read @ 1..) => self.buffer.extend_from_slice(&piece[..read]),
                _ => break,
            }
        }
        &self.buffer[..self.buffer.len().min(count)]
    }

    /// The next bytes, if so many are in memory.
    pub(crate) fn slice(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, left) = self.bytes.split_at_checked(count)?;
        self.bytes = left;
        self.taken += count as u64;
        Some(taken)
    }

    /// Fills as much of a buffer as there are bytes.
    pub(crate) fn fill(&mut self, out: &mut [u8]) -> usize {
        let mut filled = 0;
        while filled < out.len() {
            match self.read(&mut out[filled..]) {
                Ok(0) | Err(_) => break,
                Ok(read) => filled += read,
            }
        }
        filled
    }

    /// The next bytes, if there are so many.
    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut array = [0; N];
        (self.fill(&mut array) == N).then_some(array)
    }

    /// So many of the next bytes as there are, in memory of their own.
    pub(crate) fn copy(&mut self, count: usize) -> Vec<u8> {
        let mut copy = Vec::new();
        // What could not be read is noted here.
        let _ = Read::take(self, count as u64).read_to_end(&mut copy);
        copy
    }

    /// Goes forward. Says how many bytes there were.
    pub(crate) fn skip(&mut self, count: u64) -> u64 {
        let mut left = count;
        while left > 0 {
            let Ok(there) = self.fill_buf() else { break };
            let step = usize::try_from(left).unwrap_or(usize::MAX).min(there.len());
            if step == 0 {
                break;
            }
            self.consume(step);
            left -= step as u64;
        }
        count - left
    }

    /// Goes forward to the next byte that is not zero.
    pub(crate) fn skip_zeros(&mut self) {
        while let Ok(there) = self.fill_buf() {
            let zeros = there.iter().position(|byte| *byte != 0);
            let (count, is_all) =
                (zeros.unwrap_or(there.len()), zeros.is_none() && !there.is_empty());
            self.consume(count);
            if !is_all {
                break;
            }
        }
    }

    /// Bytes that were taken.
    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }

    /// Whether nothing follows, or what follows cannot be read.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.fill_buf().map_or(true, <[u8]>::is_empty)
    }

    /// Whether reading what follows failed: the fault lies with what the bytes came out of, and is named
    /// there.
    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// Whether somebody asked for more bytes than there are.
    pub(crate) fn has_ended(&self) -> bool {
        self.is_at_end
    }

    /// Whether something was read of what was not in memory.
    pub(crate) fn is_touched(&self) -> bool {
        self.is_touched
    }

    /// Everything that is left, to be handed on.
    pub(crate) fn remainder(&mut self) -> Option<Input<'_>> {
        if self.is_at_end() {
            return None;
        }
        let at = std::mem::replace(&mut self.at, self.buffer.len());
        let bytes = std::mem::take(&mut self.bytes);
        self.taken += (bytes.len() + self.buffer.len() - at) as u64;
        Some(match &mut self.rest {
            Some(rest) => {
                let head = if bytes.is_empty() { &self.buffer[at..] } else { bytes };
                Input::Stream { head, rest: &mut **rest }
            }
            None => Input::Bytes(bytes),
        })
    }

    fn more(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(rest) = &mut self.rest else {
            self.is_at_end = true;
            return Ok(0);
        };
        if self.has_failed {
            return Err(ErrorKind::BrokenPipe.into());
        }
        self.is_touched = true;
        loop {
            match rest.read(out) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(read) => {
                    self.is_at_end |= read == 0;
                    return Ok(read);
                }
                Err(error) => {
                    self.has_failed = true;
                    return Err(error);
                }
            }
        }
    }
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if !self.bytes.is_empty() {
            return Ok(self.bytes);
        }
        if self.at == self.buffer.len() {
            if self.rest.is_none() {
                self.is_at_end = true;
                return Ok(&[]);
            }
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.resize(READ, 0);
            let read = self.more(&mut buffer);
            buffer.truncate(*read.as_ref().unwrap_or(&0));
            (self.buffer, self.at) = (buffer, 0);
            read?;
        }
        Ok(&self.buffer[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.taken += count as u64;
        if self.bytes.is_empty() {
            self.at += count;
        } else {
            self.bytes = &self.bytes[count..];
        }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.bytes.is_empty() && self.at == self.buffer.len() && out.len() >= READ {
            let read = self.more(out)?;
            self.taken += read as u64;
            return Ok(read);
        }
        let there = self.fill_buf()?;
        let count = there.len().min(out.len());
        out[..count].copy_from_slice(&there[..count]);
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_stream_are_read_alike() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
        for split in [0, 1, 511, 70_000, bytes.len()] {
            let (head, mut rest) = bytes.split_at(split);
            let mut source = Source::new(Input::Stream { head, rest: &mut rest });
            assert_eq!(source.array::<3>(), Some([0, 1, 2]));
            assert_eq!(source.skip(100_000), 100_000);
            assert_eq!(source.taken(), 100_003);
            assert_eq!(source.peek(4), &bytes[100_003..100_007]);
            assert_eq!(source.copy(5), bytes[100_003..100_008]);
            let mut left = Vec::new();
            let Some(remainder) = source.remainder() else { panic!("bytes are left") };
            Source::new(remainder).read_to_end(&mut left).unwrap();
            assert!(left == bytes[100_008..]);
        }
    }

    #[test]
    fn what_fails_below_is_told_from_an_end() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(ErrorKind::InvalidData.into())
            }
        }
        let mut failing = Failing;
        let mut source = Source::new(Input::Stream { head: b"ab", rest: &mut failing });
        assert_eq!(source.array::<3>(), None);
        assert!(source.has_failed() && !source.has_ended());
        let mut source = Source::new(Input::Bytes(b"ab"));
        assert_eq!(source.array::<3>(), None);
        assert!(source.has_ended() && !source.has_failed());
    }
}
