//! Containers of all kinds that are opened: within the budget, and the same from memory as from a stream
//! of which nothing is in memory but the first bytes.
#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use sprawl_unpack::budget::{Budget, Limits};
use sprawl_unpack::buffers::Buffers;
use sprawl_unpack::input::Input;
use sprawl_unpack::nest::{Member, Visitor, open};
use sprawl_unpack::unread::Unread;

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

fuzz_target!(|data: &[u8]| {
    let limits = Limits { bytes: 4 << 20, entries: 1000, ..Limits::default() };
    let buffers = Buffers::default();
    let (head, mut rest) = data.split_at(data.len() / 2);
    let inputs = [Input::Bytes(data), Input::Stream { head, rest: &mut rest }];
    for input in inputs {
        let mut count = Count::default();
        open("fuzz.br", input, &buffers, &Budget::new(limits), &mut count);
        // Bytes that are stored are handed over once for each level, and again where they are damaged.
        assert!(count.bytes <= limits.bytes + 32 * data.len() as u64);
    }
});
