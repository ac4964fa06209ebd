//! LZMA in its four wrappers: xz, lzma, lzip, and members of zip archives.

use std::io::{self, BufRead, ErrorKind, Read};

use lzma_rust2::{Action, LzipStream, LzmaStream, Status, StreamResult, XzStream};

use crate::input::Source;

/// The limit of the window, as the decoders take it.
const WINDOW_KIB: u32 = (super::WINDOW >> 10) as u32 + 1024;

/// A reader of xz streams that follow each other.
pub(super) fn xz<'s>(source: &'s mut Source<'_>) -> Box<dyn Read + 's> {
    // The flags of the first block, behind the header of the stream and the length of its own, say how
    // many filters there are. One that is fed by hand takes two; what fails takes some bytes with it
    // then.
    match source.peek(14) {
        [.., flags] if flags & 3 > 1 => {
            Box::new(lzma_rust2::XzReader::new_mem_limit(source, true, WINDOW_KIB))
        }
        _ => Box::new(Fed::new(source, XzStream::new_mem_limit(true, WINDOW_KIB))),
    }
}

/// A reader of a file as XZ Utils wrote it before xz.
pub(super) fn lzma<'s, 'a>(source: &'s mut Source<'a>) -> Fed<'s, 'a, LzmaStream> {
    Fed::new(source, LzmaStream::new_mem_limit(WINDOW_KIB, None))
}

/// A reader of lzip members that follow each other.
pub(super) fn lzip<'s, 'a>(source: &'s mut Source<'a>) -> Fed<'s, 'a, LzipStream> {
    Fed::new(source, LzipStream::new_mem_limit(true, WINDOW_KIB))
}

/// A reader of a member of a zip archive: version, length and content of the properties come before the
/// stream (APPNOTE 5.8.8).
pub(super) fn zip_lzma<'s>(source: &'s mut Source<'_>, size: u64) -> Box<dyn Read + 's> {
    let Some([_, _, 5, 0, properties, window @ ..]) = source.array::<9>() else {
        return Box::new(Refused(ErrorKind::InvalidData));
    };
    let window = u32::from_le_bytes(window);
    match lzma_rust2::lzma_get_memory_usage_by_props(window, properties) {
        Ok(need) if need > WINDOW_KIB => return Box::new(Refused(super::OVER_BUDGET)),
        Ok(_) => {}
        Err(_) => return Box::new(Refused(ErrorKind::InvalidData)),
    }
    match LzmaStream::new_with_props(size, properties, window, None) {
        Ok(stream) => Box::new(Fed::new(source, stream)),
        Err(_) => Box::new(Refused(ErrorKind::InvalidData)),
    }
}

/// What stands for a stream whose header is refused.
struct Refused(ErrorKind);

impl Read for Refused {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(self.0.into())
    }
}

/// A decoder that is fed by hand.
pub(super) trait Feed {
    fn feed(&mut self, input: &[u8], out: &mut [u8], action: Action) -> io::Result<StreamResult>;
    /// Bytes that it brought forth, also in a call that failed.
    fn made(&self) -> u64;
}

macro_rules! feed {
    ($($stream:ty),*) => {$(
        impl Feed for $stream {
            fn feed(&mut self, input: &[u8], out: &mut [u8], action: Action) -> io::Result<StreamResult> {
                self.process(input, out, action)
            }

            fn made(&self) -> u64 {
                self.total_out()
            }
        }
    )*};
}

feed!(XzStream, LzmaStream, LzipStream);

/// A reader that feeds such a decoder.
pub(super) struct Fed<'s, 'a, F> {
    source: &'s mut Source<'a>,
    stream: F,
    fault: Option<ErrorKind>,
    is_done: bool,
}

/// Bytes that are fed at once: what a decoder that fails took of them is lost.
const FEED: usize = 64 << 10;

impl<'s, 'a, F: Feed> Fed<'s, 'a, F> {
    fn new(source: &'s mut Source<'a>, stream: F) -> Self {
        Self { source, stream, fault: None, is_done: false }
    }

    /// What is brought forth next. A fault is kept for the next call if something was brought forth
    /// before it.
    fn step(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let input = self.source.fill_buf()?;
        let input = &input[..input.len().min(FEED)];
        let action = if input.is_empty() { Action::Finish } else { Action::Run };
        let (before, is_end) = (self.stream.made(), input.is_empty());
        match self.stream.feed(input, out, action) {
            Ok(result) => {
                self.source.consume(result.bytes_consumed);
                self.is_done = result.status == Status::StreamEnd;
                let is_stuck = result.bytes_consumed + result.bytes_produced == 0;
                if is_stuck && is_end && !self.is_done {
                    self.fault = Some(ErrorKind::UnexpectedEof);
                } else if is_stuck && !self.is_done {
                    self.fault = Some(ErrorKind::InvalidData);
                }
                Ok(result.bytes_produced)
            }
            Err(error) => {
                self.fault = Some(error.kind());
                Ok((self.stream.made() - before) as usize)
            }
        }
    }
}

impl<F: Feed> Read for Fed<'_, '_, F> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(fault) = self.fault {
                return Err(fault.into());
            }
            if self.is_done {
                return Ok(0);
            }
            let made = self.step(out)?;
            if made > 0 {
                return Ok(made);
            }
        }
    }
}
