//! Zstandard frames that follow each other, with frames between them that are to be skipped.

use std::io::{self, ErrorKind, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use crate::input::Source;

/// A reader of them.
pub(super) struct Zstd<'s, 'a> {
    source: &'s mut Source<'a>,
    decoder: FrameDecoder,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    /// Before a frame.
    Between,
    /// Within one.
    Within,
    /// At the end of the last one, or where a fault is.
    Over(Option<ErrorKind>),
}

/// A last block without content, and a checksum (RFC 8878, 3.1.1.2): it ends a frame that was cut short,
/// so that the decoder gives away what it has kept for its window.
const LAST_BLOCK: &[u8] = &[1, 0, 0, 0, 0, 0, 0];

impl<'s, 'a> Zstd<'s, 'a> {
    pub(super) fn new(source: &'s mut Source<'a>) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(super::WINDOW as u64);
        Self { source, decoder, state: State::Between }
    }

    /// Reads the header of the next frame.
    fn begin(&mut self) -> State {
        use FrameDecoderError::{ReadFrameHeaderError as Header, WindowSizeTooBig};
        match self.decoder.reset(&mut *self.source) {
            Ok(()) => State::Within,
            Err(Header(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                if self.source.skip(u64::from(length)) < u64::from(length) {
                    State::Over(Some(ErrorKind::UnexpectedEof))
                } else {
                    self.next()
                }
            }
            Err(WindowSizeTooBig { .. }) => State::Over(Some(super::OVER_BUDGET)),
            Err(FrameDecoderError::DictNotProvided { .. }) => {
                State::Over(Some(ErrorKind::Unsupported))
            }
            Err(_) => State::Over(Some(ErrorKind::InvalidData)),
        }
    }

    /// Whether another frame follows, or one to be skipped.
    fn next(&mut self) -> State {
        let next = self.source.peek(4);
        if matches!(next, [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18]) {
            State::Between
        } else {
            State::Over(self.source.has_failed().then_some(ErrorKind::BrokenPipe))
        }
    }

    /// What follows a frame that was read: its checksum may say that it is damaged.
    fn end(&mut self) -> State {
        let stored = self.decoder.get_checksum_from_data();
        if stored.is_some() && stored != self.decoder.get_calculated_checksum() {
            return State::Over(Some(ErrorKind::InvalidData));
        }
        self.next()
    }
}

impl Read for Zstd<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.state {
                State::Between => self.state = self.begin(),
                State::Within if self.decoder.can_collect() > 0 => return self.decoder.read(out),
                State::Within if self.decoder.is_finished() => self.state = self.end(),
                State::Within => {
                    let one = BlockDecodingStrategy::UptoBlocks(1);
                    if self.decoder.decode_blocks(&mut *self.source, one).is_err() {
                        let one = BlockDecodingStrategy::UptoBlocks(1);
                        let _ = self.decoder.decode_blocks(LAST_BLOCK, one);
                        self.state = State::Over(Some(ErrorKind::InvalidData));
                    }
                }
                State::Over(_) if self.decoder.can_collect() > 0 => return self.decoder.read(out),
                State::Over(Some(fault)) => return Err(fault.into()),
                State::Over(None) => return Ok(0),
            }
        }
    }
}
