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
            Method::Xz => lzma::xz(source),
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

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;
    use crate::input::Input;
    use crate::samples::{Found, gzip, noise, opened, streamed, zlib};

    /// A text that compresses, and not into one block of the same.
    fn text() -> Vec<u8> {
        let words = noise(6000);
        words.iter().flat_map(|byte| format!("TOKEN_{byte}=x\n").into_bytes()).collect()
    }

    /// Files of all methods that have a signature; with each, whether it can say that it is whole, and
    /// whether it can follow another one.
    fn files(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>, bool)> {
        use lzma_rust2::{LzipOptions, LzipWriter, LzmaOptions, LzmaWriter, XzOptions, XzWriter};
        let mut bzip2 = Vec::new();
        let best = ::bzip2::Compression::best();
        ::bzip2::read::BzEncoder::new(bytes, best).read_to_end(&mut bzip2).unwrap();
        let mut xz = XzWriter::new(Vec::new(), XzOptions::with_preset(1)).unwrap();
        xz.write_all(bytes).unwrap();
        let options = LzmaOptions::with_preset(1);
        let mut lzma = LzmaWriter::new_use_header(Vec::new(), &options, None).unwrap();
        lzma.write_all(bytes).unwrap();
        let mut lzip = LzipWriter::new(Vec::new(), LzipOptions::with_preset(1));
        lzip.write_all(bytes).unwrap();
        let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
        lz4.write_all(bytes).unwrap();
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        vec![
            ("gzip file", gzip(bytes), true),
            ("zlib file", zlib(bytes), false),
            ("bzip2 file", bzip2, true),
            ("xz file", xz.finish().unwrap(), true),
            ("lzma file", lzma.finish().unwrap(), false),
            ("lzip file", lzip.finish().unwrap(), true),
            ("zstd file", ruzstd::encoding::compress_to_vec(bytes, level), true),
            ("lz4 file", lz4.finish().unwrap(), true),
        ]
    }

    fn both(bytes: &[u8]) -> [Found; 2] {
        [opened(bytes), streamed(bytes)]
    }

    #[test]
    fn every_method_gives_back_what_was_compressed() {
        let text = text();
        for (kind, file, follows) in files(&text) {
            assert_eq!(crate::container::container(&file).map(|found| found.kind), Some(kind));
            for found in both(&file) {
                assert!(found.at("") == Some(&text[..]), "{kind}");
                assert!(found.unread.is_empty(), "{:?}", found.unread);
            }
            if follows {
                for found in both(&[&file[..], &file].concat()) {
                    assert!(found.at("") == Some(&[&text[..], &text].concat()[..]), "{kind}");
                    assert!(found.unread.is_empty(), "{:?}", found.unread);
                }
            }
        }
    }

    #[test]
    fn frames_between_others_are_passed_over() {
        for (kind, file, _) in files(b"TOKEN=1\n") {
            if matches!(kind, "zstd file" | "lz4 file") {
                let skipped = b"\x50\x2a\x4d\x18\x03\0\0\0abc";
                for found in both(&[&skipped[..], &file, skipped, &file, skipped].concat()) {
                    assert_eq!(found.at(""), Some(&b"TOKEN=1\nTOKEN=1\n"[..]), "{kind}");
                    assert!(found.unread.is_empty(), "{kind} {:?}", found.unread);
                }
            }
        }
    }

    #[test]
    fn frames_of_lz4_may_have_no_end() {
        // The older format: a length, and a block of seven literals.
        let legacy = b"\x02\x21\x4c\x18\x08\0\0\0\x70TOKEN=1";
        for found in both(legacy) {
            assert_eq!(found.at(""), Some(&b"TOKEN=1"[..]), "{found:?}");
            assert!(found.unread.is_empty());
        }
    }

    #[test]
    fn xz_may_have_several_filters() {
        let mut options = lzma_rust2::XzOptions::with_preset(1);
        let delta = lzma_rust2::FilterConfig::new_delta(4);
        options.filters = vec![delta.clone(), delta];
        let mut xz = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
        xz.write_all(&text()).unwrap();
        let found = opened(&xz.finish().unwrap());
        assert!(found.at("") == Some(&text()[..]) && found.unread.is_empty());
    }

    #[test]
    fn cut_short_they_give_what_they_can() {
        let text = text();
        for (kind, file, _) in files(&text) {
            for share in [1, 3, 6, 9] {
                let cut = file.len() * share / 10;
                for found in both(&file[..cut]) {
                    let there = found.at("").unwrap_or_default();
                    assert!(text.starts_with(there), "{kind}");
                    let reasons: Vec<Reason> =
                        found.unread.iter().map(|unread| unread.reason).collect();
                    assert_eq!(reasons, [Reason::Truncated], "{kind} {cut}");
                    // The others have blocks that are longer than this text.
                    if matches!(
                        kind,
                        "gzip file" | "zlib file" | "xz file" | "lzma file" | "lzip file"
                    ) {
                        assert!(
                            there.len() > text.len() * share / 10 * 8 / 10,
                            "{kind}: {}",
                            there.len()
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_window_that_is_too_large_is_over_budget() {
        // An LZMA stream with a dictionary of 1.5 GiB, and a zstd frame with a window of 2 GiB.
        let lzma = b"\x5d\0\0\0\x60\xff\xff\xff\xff\xff\xff\xff\xff\0\x20\x20\x20\x20\x20";
        let zstd = b"\x28\xb5\x2f\xfd\0\xa8\x09\0\0a";
        for file in [&lzma[..], zstd] {
            let found = opened(file);
            assert!(!found.is_opened);
            assert_eq!(found.unread[0].reason, Reason::OverBudget, "{:?}", found.unread);
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        #[test]
        fn any_change_is_survived(at in 0.0..1.0, byte: u8) {
            let at: f64 = at;
            for (_, mut file, _) in files(&noise(400)) {
                let at = (file.len() as f64 * at) as usize;
                file[at] = byte;
                both(&file);
            }
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
            use Method::*;
            let (buffers, budget) = (Buffers::default(), Budget::new(crate::budget::Limits::default()));
            for method in [Gzip, Zlib, Deflate, Bzip2, Xz, Lzma, ZipLzma(9), Lzip, Zstd, Lz4, Brotli] {
                let mut source = Source::new(Input::Bytes(&bytes));
                let mut reader = Decompressor::new(method, &mut source, &budget, &buffers);
                let _ = std::io::copy(&mut reader, &mut std::io::sink());
            }
        }
    }
}
