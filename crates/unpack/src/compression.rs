//! Compressed streams: one reader for all methods. It pays for what it brings forth out of the budget,
//! stays at its first fault, and says afterwards what that was.

mod brotli;
mod bzip2;
mod deflate;
mod lz4;
mod lzma;
mod zstd;

use std::io::{self, ErrorKind, Read};

use crate::budget::Budget;
use crate::buffers::Buffers;
use crate::input::Source;
use crate::unread::Reason;

/// How bytes are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// Not at all: nothing is brought forth.
    Stored,
    /// Members that follow each other (RFC 1952).
    Gzip,
    /// RFC 1950.
    Zlib,
    /// RFC 1951, without a wrapper.
    Deflate,
    /// Streams that follow each other.
    Bzip2,
    /// Streams that follow each other (`xz-file-format.txt`).
    Xz,
    /// The older format of XZ Utils (`lzma-file-format.txt`).
    Lzma,
    /// LZMA with a header as members of zip archives have it (APPNOTE 5.8.8), and the size of what comes
    /// out.
    ZipLzma(u64),
    /// Members that follow each other (RFC draft `lzip`).
    Lzip,
    /// Frames that follow each other (RFC 8878).
    Zstd,
    /// Frames that follow each other (`lz4_Frame_format.md`).
    Lz4,
    /// RFC 7932; it has no signature.
    Brotli,
}

/// Memory that a decoder may take for its window: what the highest levels of xz and zstd ask for. More
/// than that is over budget.
pub(crate) const WINDOW: usize = 128 << 20;

/// A reader of what a compressed stream holds.
pub(crate) struct Decompressor<'s> {
    decoder: Box<dyn Read + 's>,
    budget: &'s Budget,
    is_free: bool,
    outcome: Outcome,
}

/// What came of decompressing.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Outcome {
    /// Bytes that were brought forth.
    pub(crate) bytes: u64,
    /// Whether the stream was read to its end.
    pub(crate) is_done: bool,
    fault: Option<ErrorKind>,
}

impl<'s> Decompressor<'s> {
    /// Begins to read a stream where the source stands. Afterwards the source stands behind it, if it
    /// was read to its end.
    pub(crate) fn new(
        method: Method,
        source: &'s mut Source<'_>,
        budget: &'s Budget,
        buffers: &'s Buffers,
    ) -> Self {
        use sirocco::Format;
        let decoder: Box<dyn Read + 's> = match method {
            Method::Stored => Box::new(source),
            Method::Gzip => Box::new(deflate::Inflate::new(Format::Gzip, source, buffers)),
            Method::Zlib => Box::new(deflate::Inflate::new(Format::Zlib, source, buffers)),
            Method::Deflate => Box::new(deflate::Inflate::new(Format::Deflate, source, buffers)),
            Method::Bzip2 => Box::new(bzip2::Bzip2::new(source)),
            Method::Xz => Box::new(lzma::xz(source)),
            Method::Lzma => Box::new(lzma::lzma(source)),
            Method::ZipLzma(size) => lzma::zip_lzma(source, size),
            Method::Lzip => Box::new(lzma::lzip(source)),
            Method::Zstd => Box::new(zstd::Zstd::new(source)),
            Method::Lz4 => Box::new(lz4::Lz4::new(source)),
            Method::Brotli => brotli::brotli(source),
        };
        let is_free = method == Method::Stored;
        Self { decoder, budget, is_free, outcome: Outcome::default() }
    }

    /// Reads what somebody else decompresses, and pays for it.
    pub(crate) fn paid(reader: &'s mut dyn Read, budget: &'s Budget) -> Self {
        Self { decoder: Box::new(reader), budget, is_free: false, outcome: Outcome::default() }
    }

    /// What came of it, with the source free again.
    pub(crate) fn outcome(self) -> Outcome {
        self.outcome
    }
}

impl Read for Decompressor<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if let Some(fault) = self.outcome.fault {
            return Err(fault.into());
        }
        if self.outcome.is_done || out.is_empty() {
            return Ok(0);
        }
        let read = loop {
            match self.decoder.read(out) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(read) if !self.is_free && !self.budget.spend(read) => {
                    break Err(OVER_BUDGET.into());
                }
                read => break read,
            }
        };
        match &read {
            Ok(read) => {
                self.outcome.bytes += *read as u64;
                self.outcome.is_done = *read == 0;
            }
            Err(error) => self.outcome.fault = Some(error.kind()),
        }
        read
    }
}

/// What readers of this crate answer where the budget does not suffice.
const OVER_BUDGET: ErrorKind = ErrorKind::OutOfMemory;

impl Outcome {
    /// Why the stream was not read to its end; nothing if it was, or if that is to be said of what its
    /// source came out of.
    pub(crate) fn reason(self, source: &Source<'_>) -> Option<Reason> {
        Some(match self.fault? {
            OVER_BUDGET => Reason::OverBudget,
            _ if source.has_failed() => return None,
            ErrorKind::Unsupported => Reason::Unsupported,
            _ if source.has_ended() => Reason::Truncated,
            _ => Reason::Damaged,
        })
    }

    /// Whether the budget did not suffice.
    pub(crate) fn is_over_budget(self) -> bool {
        self.fault == Some(OVER_BUDGET)
    }
}
