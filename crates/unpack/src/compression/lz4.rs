//! LZ4 frames that follow each other, with frames between them that are to be skipped.

use std::io::{self, ErrorKind, Read};

use lz4_flex::frame::{Error, FrameDecoder};

use crate::input::Source;

/// A reader of them.
pub(super) struct Lz4<'s, 'a> {
    decoder: FrameDecoder<&'s mut Source<'a>>,
    /// Whether the frame is one of the older format, which ends where the file does.
    is_legacy: bool,
}

/// What a frame of the older format begins with.
const LEGACY: [u8; 4] = [0x02, 0x21, 0x4c, 0x18];

impl<'s, 'a> Lz4<'s, 'a> {
    pub(super) fn new(source: &'s mut Source<'a>) -> Self {
        let is_legacy = source.peek(4) == LEGACY;
        Self { decoder: FrameDecoder::new(source), is_legacy }
    }
}

impl Read for Lz4<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.decoder.read(out) {
                Ok(0) if self.decoder.get_ref().has_ended() => {
                    return if self.is_legacy {
                        Ok(0)
                    } else {
                        Err(ErrorKind::UnexpectedEof.into())
                    };
                }
                // A frame is over. Another one of either format may follow, or one to be skipped.
                Ok(0) => {
                    let next = self.decoder.get_mut().peek(4);
                    self.is_legacy = next == LEGACY;
                    let is_frame =
                        matches!(next, [0x04, 0x22, 0x4d, 0x18] | [0x50..=0x5f, 0x2a, 0x4d, 0x18]);
                    if !is_frame && !self.is_legacy {
                        return Ok(0);
                    }
                }
                Err(error) => match skipped(&error) {
                    Some(length) => {
                        if self.decoder.get_mut().skip(length) < length {
                            return Err(ErrorKind::UnexpectedEof.into());
                        }
                        if self.decoder.get_mut().is_at_end() {
                            return Ok(0);
                        }
                    }
                    None => return Err(error),
                },
                read => return read,
            }
        }
    }
}

/// The length of a frame that is to be skipped.
fn skipped(error: &io::Error) -> Option<u64> {
    match error.get_ref()?.downcast_ref() {
        Some(Error::SkippableFrame(length)) => Some(u64::from(*length)),
        _ => None,
    }
}
