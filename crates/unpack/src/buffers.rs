//! Buffers that are kept from one member, and from one file, to the next: allocating and clearing
//! them for each of thousands of small members would take longer than reading those.

use std::cell::RefCell;

use sirocco::{Format, inflate};

/// The buffers that are not in use.
#[derive(Default)]
pub struct Buffers {
    heads: RefCell<Vec<Vec<u8>>>,
    inflaters: RefCell<Vec<Inflater>>,
}

/// A decoder of DEFLATE with what it writes to.
pub(crate) struct Inflater {
    pub(crate) decoder: Box<inflate::Decoder>,
    /// The decoder as it was before it was called, to find out how far it came before a fault.
    pub(crate) before: Box<inflate::Decoder>,
    pub(crate) window: Vec<u8>,
}

/// What decoders write to, 32 KiB of which are history (RFC 1951): larger ones are not faster.
const WINDOW: usize = 256 << 10;

/// Buffers of a kind that are kept; more are in use only where containers are stacked deeply.
const KEPT: usize = 8;

/// Room of a buffer that is kept: what a head may have grown to.
const LARGE: usize = 2 * crate::input::HEAD;

impl std::fmt::Debug for Buffers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What is in them is a stranger's.
        f.debug_struct("Buffers").finish_non_exhaustive()
    }
}

impl Buffers {
    /// An empty buffer, with room from its last use.
    pub(crate) fn head(&self) -> Vec<u8> {
        self.heads.borrow_mut().pop().unwrap_or_default()
    }

    /// Takes a buffer back.
    pub(crate) fn keep_head(&self, mut buffer: Vec<u8>) {
        let mut heads = self.heads.borrow_mut();
        if heads.len() < KEPT && buffer.capacity() <= LARGE {
            buffer.clear();
            heads.push(buffer);
        }
    }

    /// A decoder at the start of a stream.
    pub(crate) fn inflater(&self, format: Format) -> Inflater {
        let mut kept = self.inflaters.borrow_mut();
        let at = kept.iter().position(|inflater| inflater.decoder.format() == format);
        at.map(|at| kept.swap_remove(at)).unwrap_or_else(|| Inflater {
            decoder: Box::new(inflate::Decoder::new(format)),
            before: Box::new(inflate::Decoder::new(format)),
            window: vec![0; WINDOW],
        })
    }

    /// Takes a decoder back.
    pub(crate) fn keep_inflater(&self, mut inflater: Inflater) {
        let mut kept = self.inflaters.borrow_mut();
        if kept.len() < KEPT {
            inflater.decoder.reset();
            kept.push(inflater);
        }
    }
}
