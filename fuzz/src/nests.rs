//! Containers that are opened within a budget, whatever their bytes are.


use sprawl_unpack::budget::{Budget, Limits};
use sprawl_unpack::buffers::Buffers;
use sprawl_unpack::input::Input;
use sprawl_unpack::nest::{Member, Visitor, open};
use sprawl_unpack::unread::Unread;

/// The place of a format's signature, and the signature.
pub type Signature = (usize, &'static [u8]);

/// The given bytes as one of these formats: the first byte chooses the signature that is written over the
/// others, so that nearly all of what the fuzzer makes reaches a reader of the family.
pub fn signed(signatures: &[Signature], data: &[u8]) -> Vec<u8> {
    let Some((choice, rest)) = data.split_first() else { return Vec::new() };
    let mut bytes = rest.to_vec();
    let (at, signature) = signatures[usize::from(*choice) % signatures.len()];
    if let Some(place) = bytes.get_mut(at..at + signature.len()) {
        place.copy_from_slice(signature);
    }
    bytes
}

/// Opens a container from memory, and from a stream of which nothing is in memory but the first bytes.
///
/// # Panics
///
/// If more comes out than the budget allows.
pub fn assert_within_budget(name: &str, data: &[u8]) {
    let limits = Limits { bytes: 4 << 20, entries: 1000, ..Limits::default() };
    let buffers = Buffers::default();
    let (head, mut rest) = data.split_at(data.len() / 2);
    let inputs = [Input::Bytes(data), Input::Stream { head, rest: &mut rest }];
    for input in inputs {
        let mut count = Count::default();
        open(name, input, &buffers, &Budget::new(limits), &mut count);
        // Bytes that are stored are handed over once for each level, and again where they are damaged.
        assert!(count.bytes <= limits.bytes + 32 * data.len() as u64, "{} bytes came out", count.bytes);
        assert!(count.members <= 2 * limits.entries + 2, "{} members came out", count.members);
    }
}

/// Counts what it is handed.
#[derive(Default)]
struct Count {
    members: u64,
    bytes: u64,
}

impl Visitor for Count {
    fn member(&mut self, member: Member<'_>, _: &Budget) {
        self.members += 1;
        self.bytes += member.input.head().len() as u64;
        if let Input::Stream { rest, .. } = member.input {
            let mut piece = [0; 4096];
            while let Ok(read @ 1..) = rest.read(&mut piece) {
                self.bytes += read as u64;
            }
        }
    }

    fn unread(&mut self, _: Unread) {}
}
