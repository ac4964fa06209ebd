//! DEFLATE and what wraps it: gzip and zlib.

use std::io::{self, BufRead, Read};
use std::ops::Range;

use sirocco::{Format, inflate};

use crate::buffers::{Buffers, Inflater};
use crate::input::Source;

/// A reader of one stream, or of gzip members that follow each other.
pub(super) struct Inflate<'s, 'a> {
    source: &'s mut Source<'a>,
    buffers: &'s Buffers,
    /// Taken back at the end only.
    inflater: Option<Inflater>,
    /// Bytes of the window that are filled.
    filled: usize,
    /// What of it is not yet handed out.
    pending: Range<usize>,
    is_full: bool,
    is_done: bool,
    fault: Option<inflate::Error>,
}

impl<'s, 'a> Inflate<'s, 'a> {
    pub(super) fn new(format: Format, source: &'s mut Source<'a>, buffers: &'s Buffers) -> Self {
        Self {
            source,
            buffers,
            inflater: Some(buffers.inflater(format)),
            filled: 0,
            pending: 0..0,
            is_full: false,
            is_done: false,
            fault: None,
        }
    }

    /// Decodes until something is pending. Says whether there is.
    fn fill(&mut self) -> io::Result<bool> {
        while self.pending.is_empty() {
            let Some(Inflater { decoder, before, window }) = &mut self.inflater else {
                return Ok(false);
            };
            if let Some(fault) = self.fault {
                return Err(fault.into());
            }
            if self.is_done {
                if decoder.format() != Format::Gzip || !follows(self.source) {
                    return Ok(false);
                }
                (self.is_done, self.filled) = (false, 0);
            }
            if self.is_full {
                self.filled -= decoder.make_room(window);
            }
            let input = self.source.fill_buf()?;
            let is_end = input.is_empty();
            before.clone_from(decoder);
            let made = match decoder.decompress(input, window, is_end) {
                Ok(progress) => {
                    let made = progress.output.len();
                    (self.is_done, self.is_full) = (progress.done, progress.full);
                    let consumed = progress.consumed;
                    self.source.consume(consumed);
                    made
                }
                Err(fault) => {
                    self.fault = Some(fault);
                    if is_end { 0 } else { made_before_fault(before, input, window) }
                }
            };
            self.pending = self.filled..self.filled + made;
            self.filled += made;
        }
        Ok(true)
    }
}

/// Whether another gzip member follows, perhaps after zeros that fill a block of a tape.
fn follows(source: &mut Source<'_>) -> bool {
    source.skip_zeros();
    source.peek(2) == [0x1f, 0x8b]
}

/// Bytes that a decoder writes before it meets a fault in its input: it does not say so itself.
fn made_before_fault(before: &inflate::Decoder, input: &[u8], window: &mut [u8]) -> usize {
    let mut decoder = before.clone();
    let (mut made, mut at, mut step) = (0, 0, 4096);
    while at < input.len() {
        let here = decoder.clone();
        match decoder.decompress(&input[at..input.len().min(at + step)], window, false) {
            Ok(progress) if progress.consumed > 0 && !progress.full => {
                made += progress.output.len();
                at += progress.consumed;
            }
            Ok(progress) => return made + progress.output.len(),
            Err(_) if step == 1 => break,
            Err(_) => (decoder, step) = (here, step / 16),
        }
    }
    made
}

impl Read for Inflate<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if !self.fill()? {
            return Ok(0);
        }
        let window = self.inflater.as_ref().map_or(&[][..], |inflater| &inflater.window);
        let pending = &window[self.pending.clone()];
        let count = pending.len().min(out.len());
        out[..count].copy_from_slice(&pending[..count]);
        self.pending.start += count;
        Ok(count)
    }
}

impl Drop for Inflate<'_, '_> {
    fn drop(&mut self) {
        if let Some(inflater) = self.inflater.take() {
            self.buffers.keep_inflater(inflater);
        }
    }
}
