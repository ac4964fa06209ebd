//! DEFLATE and what wraps it: gzip and zlib.

use std::io::{self, BufRead, Read};
use std::ops::Range;

use sirocco::{Format, inflate};

use crate::input::{Buffers, Source};

/// A reader of one stream, or of gzip members that follow each other.
pub(super) struct Inflate<'s, 'a> {
    source: &'s mut Source<'a>,
    buffers: &'s Buffers,
    decoder: Box<inflate::Decoder>,
    /// The decoder as it was before it was called, to find out how far it came before a fault.
    before: Box<inflate::Decoder>,
    /// What was brought forth last: the decoder copies from it.
    window: Vec<u8>,
    /// Bytes of the window that are filled.
    filled: usize,
    /// What of it is not yet handed out.
    pending: Range<usize>,
    is_full: bool,
    is_done: bool,
    fault: Option<inflate::Error>,
}

/// What the decoder writes to, 32 KiB of which are history (RFC 1951): larger ones are not faster.
const WINDOW: usize = 256 << 10;

impl<'s, 'a> Inflate<'s, 'a> {
    pub(super) fn new(format: Format, source: &'s mut Source<'a>, buffers: &'s Buffers) -> Self {
        let mut window = buffers.take();
        window.resize(window.len().max(WINDOW), 0);
        window.truncate(WINDOW);
        Self {
            source,
            buffers,
            decoder: Box::new(inflate::Decoder::new(format)),
            before: Box::new(inflate::Decoder::new(format)),
            window,
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
            if let Some(fault) = self.fault {
                return Err(fault.into());
            }
            if self.is_done && !self.begins_again() {
                return Ok(false);
            }
            if self.is_full {
                self.filled -= self.decoder.make_room(&mut self.window);
            }
            let input = self.source.fill_buf()?;
            let is_end = input.is_empty();
            self.before.clone_from(&self.decoder);
            let made = match self.decoder.decompress(input, &mut self.window, is_end) {
                Ok(progress) => {
                    let made = progress.output.len();
                    (self.is_done, self.is_full) = (progress.done, progress.full);
                    let consumed = progress.consumed;
                    self.source.consume(consumed);
                    made
                }
                Err(fault) => {
                    self.fault = Some(fault);
                    if is_end { 0 } else { made_before_fault(&self.before, input, &mut self.window) }
                }
            };
            self.pending = self.filled..self.filled + made;
            self.filled += made;
        }
        Ok(true)
    }

    /// Whether another gzip member follows the one that is done, perhaps after zeros that fill a block
    /// of a tape.
    fn begins_again(&mut self) -> bool {
        if self.decoder.format() != Format::Gzip {
            return false;
        }
        self.source.skip_zeros();
        let begins = matches!(self.source.fill_buf(), Ok([0x1f, 0x8b, ..] | [0x1f]));
        (self.is_done, self.filled) = (!begins, 0);
        begins
    }
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
        let count = self.pending.len().min(out.len());
        let from = self.pending.start;
        out[..count].copy_from_slice(&self.window[from..from + count]);
        self.pending.start += count;
        Ok(count)
    }
}

impl Drop for Inflate<'_, '_> {
    fn drop(&mut self) {
        self.buffers.give(std::mem::take(&mut self.window));
    }
}
