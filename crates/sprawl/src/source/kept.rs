//! What was read of standard input, which can be read once only: a second look at it needs a copy.

use std::io::{self, BufRead, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that are kept at most: 16 MiB. Longer input is not looked at again.
const MOST: usize = 16 << 20;

/// A copy of what was read; nothing if it was too long. Copies of this share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept(Arc<Mutex<Option<Vec<u8>>>>);

impl Kept {
    /// A reader that leaves a copy here.
    pub(super) fn copying<R: Read>(&self, input: R) -> Copying<'_, R> {
        self.set(Some(Vec::new()));
        Copying { input, kept: self }
    }

    /// What was kept; it is given away.
    pub(super) fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }

    fn set(&self, bytes: Option<Vec<u8>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
    }

    fn add(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.as_mut() {
            Some(all) if all.len() + bytes.len() <= MOST => all.extend_from_slice(bytes),
            _ => *kept = None,
        }
    }
}

/// A reader that copies what it reads.
pub(super) struct Copying<'k, R> {
    input: R,
    kept: &'k Kept,
}

impl<R: Read> Read for Copying<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.kept.add(&buffer[..read]);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Copying<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Ok(buffer) = self.input.fill_buf() {
            self.kept.add(&buffer[..amount.min(buffer.len())]);
        }
        self.input.consume(amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_kept_unless_it_is_too_long() {
        let kept = Kept::default();
        let mut text = String::new();
        kept.copying(&b"some text"[..]).read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), kept.take().as_slice()), ("some text", &b"some text"[..]));
        let mut line = Vec::new();
        kept.copying(&b"one\ntwo"[..]).read_until(b'\n', &mut line).unwrap();
        assert_eq!(kept.take(), b"one\n");
        let long = vec![b'a'; MOST + 1];
        io::copy(&mut kept.copying(&long[..]), &mut io::sink()).unwrap();
        assert!(kept.take().is_empty());
    }
}
