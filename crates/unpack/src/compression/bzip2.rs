//! bzip2 streams that follow each other, as parallel compressors write them.

use std::io::{self, Read};

use bzip2::bufread::BzDecoder;

use crate::input::Source;

/// A reader of them.
pub(super) struct Bzip2<'s, 'a> {
    decoder: Option<BzDecoder<&'s mut Source<'a>>>,
}

impl<'s, 'a> Bzip2<'s, 'a> {
    pub(super) fn new(source: &'s mut Source<'a>) -> Self {
        Self { decoder: Some(BzDecoder::new(source)) }
    }
}

impl Read for Bzip2<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            let read = decoder.read(out)?;
            if read > 0 {
                return Ok(read);
            }
            let source = self.decoder.take().map(BzDecoder::into_inner);
            if let Some(source) = source.and_then(follows) {
                self.decoder = Some(BzDecoder::new(source));
            }
        }
        Ok(0)
    }
}

/// The source, if another stream begins where it stands.
fn follows<'s, 'a>(source: &'s mut Source<'a>) -> Option<&'s mut Source<'a>> {
    (source.peek(3) == b"BZh").then_some(source)
}
