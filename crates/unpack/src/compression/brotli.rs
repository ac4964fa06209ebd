//! Brotli (RFC 7932).

use std::io::Read;

use brotli_decompressor::Decompressor;

use crate::input::Source;

/// Bytes that the decoder reads at once.
const BUFFER: usize = 32 << 10;

/// A reader of a stream. Its window has at most 16 MiB, as long as large windows, which are no part of
/// the RFC, are not asked for.
pub(super) fn brotli<'s>(source: &'s mut Source<'_>) -> Box<dyn Read + 's> {
    Box::new(Decompressor::new(source, BUFFER))
}
