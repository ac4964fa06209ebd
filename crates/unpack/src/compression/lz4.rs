//! LZ4 frames that follow each other, with frames between them that are to be skipped.

use std::io::{self, ErrorKind, Read};

use lz4_flex::frame::{Error, FrameDecoder};

use crate::input::Source;

/// A reader of them.
pub(super) struct Lz4<'s, 'a> {
    decoder: FrameDecoder<&'s mut Source<'a>>,
}

impl<'s, 'a> Lz4<'s, 'a> {
    pub(super) fn new(source: &'s mut Source<'a>) -> Self {
        Self { decoder: FrameDecoder::new(source) }
    }
}

impl Read for Lz4<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.decoder.read(out) {
                Ok(0) if self.decoder.get_ref().has_ended() => {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                // A frame is over. Another one of either format may follow, or one to be skipped.
                Ok(0) => match self.decoder.get_mut().peek(4) {
                    [0x04, 0x22, 0x4d, 0x18]
                    | [0x02, 0x21, 0x4c, 0x18]
                    | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => {}
                    _ => return Ok(0),
                },
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
