//! A nest of containers, read from the outside in: each member is handed over once, and what cannot be
//! read is named.

use std::io::Read;

use crate::archive::{self, Context, Members, Reader};
use crate::budget::Budget;
use crate::buffers::Buffers;
use crate::container::{by_tail, container};
use crate::document::{self, Document, Sink, document};
use crate::input::{HEAD, Input, Source};
use crate::unread::{Reason, Unread};

/// A member that is no container, or one whose bytes are to be looked at as they are.
pub struct Member<'a> {
    /// Its path below the outermost container: `inner.zip!app/.env`. Compressed files add nothing to it,
    /// so that it is empty for what is in one, and for bytes of a container that belong to no member.
    pub path: &'a str,
    /// Its bytes. A reader that fails stands for a member that is cut short or damaged, or for the end of
    /// the budget; the nest names that itself.
    pub input: Input<'a>,
}

/// What takes the members of a nest.
pub trait Visitor {
    /// Takes a member. What it brings forth by itself, decoded segments of a text, is counted in the
    /// same budget.
    fn member(&mut self, member: Member<'_>, budget: &Budget);

    /// Takes note of a symbolic link in the outermost container: images of containers name layers by
    /// them.
    fn link(&mut self, _name: &str, _target: &str) {}

    /// Takes note of what was not read; its place is a path as of a member, empty for the outermost
    /// container itself.
    fn unread(&mut self, unread: Unread);
}

/// Opens a container and everything in it. Says whether its members stand for its bytes: if not, they
/// are to be looked at as they are, and nothing was read of its stream. What is to be said of a container
/// that is not opened was said to the visitor.
///
/// The name is that of the file: some formats have no other sign.
pub fn open(
    name: &str,
    mut input: Input<'_>,
    buffers: &Buffers,
    budget: &Budget,
    visitor: &mut dyn Visitor,
) -> bool {
    let context = Context { budget, buffers };
    let mut nest =
        Nest { context, visitor, path: String::new(), level: None, unread: Vec::new(), last: None };
    let is_opened = nest.open(name, &mut input);
    nest.end();
    is_opened
}

/// Whether there is something to open in these bytes, or to be said of them.
pub fn is_known(bytes: &[u8]) -> bool {
    document(bytes).is_some() || container(bytes).is_some()
}

/// Whether something to open, or to be said of, ends in these bytes, whatever it begins with.
pub fn has_known_end(end: &[u8]) -> bool {
    by_tail(end).is_some()
}

/// What is open.
struct Nest<'n> {
    context: Context<'n>,
    visitor: &'n mut dyn Visitor,
    /// Path of the container that is open, or of the member that is read.
    path: String,
    level: Option<Level>,
    /// How often each kind was not read for each reason.
    unread: Vec<(Reason, &'static str, u64)>,
    /// What was named last: each fault of a container is named once.
    last: Option<(Reason, &'static str, String)>,
}

/// A container that is open.
#[derive(Clone, Copy)]
struct Level {
    kind: &'static str,
    has_members: bool,
    is_faulty: bool,
}

/// Bytes of a document that comes as a stream: more would take too much memory.
const LENGTH: usize = 8 * HEAD;

/// Places that are named for a kind and reason; those after them are counted. A container of a hundred
/// thousand others must not make as many lines.
const PLACES: u64 = 16;

impl Nest<'_> {
    /// Opens what stands at the path. Says whether its members stand for its bytes.
    fn open(&mut self, name: &str, input: &mut Input<'_>) -> bool {
        if let Some(document) = document(input.head()) {
            return self.open_document(document, input);
        }
        let Some((kind, reader)) = self.reader(name, input) else { return false };
        let mut source = Source::new(input.lend());
        let level = self.deeper(kind, |nest| reader.read(&mut source, nest.context, nest));
        level.is_some_and(|level| level.has_members || !level.is_faulty || source.is_touched())
    }

    /// Reads a container, one level deeper than the one that it is in. None if that is too deep, which
    /// is named.
    fn deeper(&mut self, kind: &'static str, read: impl FnOnce(&mut Self)) -> Option<Level> {
        if !self.context.budget.enter() {
            self.name_unread(Reason::OverBudget, kind, &format!("{kind}, in too many others"));
            return None;
        }
        let outer = self.level.replace(Level { kind, has_members: false, is_faulty: false });
        read(self);
        self.context.budget.leave();
        std::mem::replace(&mut self.level, outer)
    }

    /// Reads a document. Says whether its members stand for its bytes.
    fn open_document(&mut self, document: Document, input: &mut Input<'_>) -> bool {
        match input {
            Input::Bytes(bytes) => self.read_document(document, bytes),
            // What the others hold is text, of which their own bytes show most.
            Input::Stream { .. } if !document.is_replaced() => false,
            Input::Stream { head, rest } => {
                self.read_document_in_stream(document, head, *rest);
                true
            }
        }
    }

    /// Reads a document whose reader needs all of it. What is too long for that, or cannot be read, is
    /// handed over as it is.
    fn read_document_in_stream(&mut self, document: Document, head: &[u8], rest: &mut dyn Read) {
        let mut bytes = head.to_vec();
        let room = LENGTH.saturating_sub(head.len()) as u64;
        // A fault is that of what the stream comes out of, and is named there.
        let _ = Read::take(&mut *rest, room).read_to_end(&mut bytes);
        let input = if bytes.len() >= LENGTH {
            let kind = document.kind();
            let detail = format!("{kind}, longer than {} MiB in a stream", LENGTH >> 20);
            self.name_unread(Reason::OverBudget, kind, &detail);
            Input::Stream { head: &bytes, rest }
        } else if !self.read_document(document, &bytes) {
            Input::Bytes(&bytes)
        } else {
            return;
        };
        self.visitor.member(Member { path: &self.path, input }, self.context.budget);
    }

    fn read_document(&mut self, document: Document, bytes: &[u8]) -> bool {
        let is_replaced = document.is_replaced();
        let level = self.deeper(document.kind(), |nest| {
            let budget = nest.context.budget;
            document::read(document, bytes, budget, &mut DocumentSink { nest, is_replaced });
        });
        is_replaced && level.is_some_and(|level| level.has_members || !level.is_faulty)
    }

    /// The reader for a container, with its kind; names it if there is none.
    fn reader(&mut self, name: &str, input: &Input<'_>) -> Option<(&'static str, Reader)> {
        let Some(container) = container(input.head()) else {
            return archive::by_name(name, input.head());
        };
        let reader = Reader::new(container.kind);
        if reader.is_none() {
            self.name_unread(container.reason, container.kind, container.kind);
        }
        Some((container.kind, reader?))
    }

    fn hand_over(&mut self, name: &str, mut input: Input<'_>) {
        if let Some(level) = &mut self.level {
            level.has_members = true;
        }
        if !self.open(name, &mut input) {
            let member = Member { path: &self.path, input: input.lend() };
            self.visitor.member(member, self.context.budget);
        }
    }

    fn name_unread(&mut self, reason: Reason, kind: &'static str, detail: &str) {
        let is_same = |(r, k, path): &(Reason, &str, String)| {
            (*r, *k, path.as_str()) == (reason, kind, self.path.as_str())
        };
        if self.last.as_ref().is_some_and(is_same) {
            return;
        }
        self.last = Some((reason, kind, self.path.clone()));
        let known = self.unread.iter().position(|(r, k, _)| *r == reason && *k == kind);
        let at = known.unwrap_or(self.unread.len());
        if known.is_none() {
            self.unread.push((reason, kind, 0));
        }
        let (.., count) = &mut self.unread[at];
        *count += 1;
        if *count <= PLACES {
            let (place, detail) = (self.path.clone(), detail.to_owned());
            self.visitor.unread(Unread { place, reason, detail });
        }
    }

    /// Names what was counted only.
    fn end(&mut self) {
        for (reason, kind, count) in std::mem::take(&mut self.unread) {
            if let Some(more @ 1..) = count.checked_sub(PLACES) {
                let detail = format!("{kind}, {more} more");
                self.visitor.unread(Unread { place: String::new(), reason, detail });
            }
        }
    }

    fn named_member(&mut self, name: &str, input: Input<'_>) {
        let outer = self.path.len();
        if outer > 0 {
            self.path.push('!');
        }
        self.path.push_str(name);
        self.hand_over(name, input);
        self.path.truncate(outer);
    }
}

/// Takes what a document holds.
struct DocumentSink<'s, 'n> {
    nest: &'s mut Nest<'n>,
    is_replaced: bool,
}

impl Sink for DocumentSink<'_, '_> {
    fn member(&mut self, name: &str, bytes: &[u8], _budget: &Budget) {
        self.nest.named_member(name, Input::Bytes(bytes));
    }

    fn unread(&mut self, reason: Reason, detail: &str) {
        // Where the bytes are looked at as well, only what is encrypted is hidden from that.
        if (self.is_replaced || reason == Reason::Encrypted)
            && let Some(level) = &mut self.nest.level
        {
            level.is_faulty = true;
            let kind = level.kind;
            self.nest.name_unread(reason, kind, detail);
        }
    }
}

impl Members for Nest<'_> {
    fn member(&mut self, name: &[u8], input: Input<'_>) -> bool {
        if !self.context.budget.enter_member() {
            return false;
        }
        self.named_member(&String::from_utf8_lossy(name), input);
        true
    }

    fn link(&mut self, name: &[u8], target: &[u8]) {
        if self.path.is_empty() {
            let [name, target] = [name, target].map(String::from_utf8_lossy);
            self.visitor.link(&name, &target);
        }
    }

    fn content(&mut self, input: Input<'_>) {
        self.hand_over("", input);
    }

    fn unread(&mut self, reason: Reason, what: &str) {
        if let Some(level) = &mut self.level {
            level.is_faulty = true;
            let kind = level.kind;
            self.name_unread(reason, kind, &format!("{kind}, {what}"));
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::budget::Limits;
    use crate::samples::{Zip, gzip, noise, opened, streamed, tar, within};

    const TEXT: &[u8] = b"export TOKEN=1\n";

    #[test]
    fn nests_are_opened_from_the_outside_in() {
        let inner = Zip::default().deflated("app/.env", TEXT).end();
        let middle = gzip(&tar(&[("x/inner.zip", &inner), ("plain", TEXT)]));
        let outer = Zip::default().stored("m.tgz", &middle).deflated("copy.zip", &inner).end();
        for found in [opened(&outer), streamed(&outer)] {
            let paths = ["m.tgz!x/inner.zip!app/.env", "m.tgz!plain", "copy.zip!app/.env"];
            assert_eq!(found.paths(), paths);
            assert!(found.unread.is_empty());
        }
    }

    #[test]
    fn what_is_no_container_is_left_to_the_caller() {
        for bytes in [TEXT, b"", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"] {
            let found = opened(bytes);
            assert!(!found.is_opened && found.members.is_empty() && found.unread.is_empty());
        }
        let rar = b"Rar!\x1a\x07\0 and so on";
        let found = opened(rar);
        assert!(!found.is_opened);
        assert_eq!(found.reasons(), [(Reason::Unsupported, "rar archive")]);
        let found = opened(&tar(&[("a.rar", rar)]));
        assert_eq!(found.at("a.rar"), Some(&rar[..]));
        assert_eq!(found.unread[0].place, "a.rar");
    }

    #[test]
    fn what_cannot_be_begun_is_left_to_the_caller() {
        let broken = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff\xff TOKEN=1";
        let found = opened(broken);
        assert!(!found.is_opened);
        assert_eq!(found.unread[0].reason, Reason::Damaged);
        let found = opened(&tar(&[("broken.gz", broken)]));
        assert_eq!(found.at("broken.gz"), Some(&broken[..]));
    }

    #[test]
    fn depth_is_limited() {
        let nest = |levels: usize| (0..levels).fold(TEXT.to_vec(), |inner, _| gzip(&inner));
        assert_eq!(opened(&nest(8)).at(""), Some(TEXT));
        let found = opened(&nest(9));
        assert_eq!(found.at(""), Some(&gzip(TEXT)[..]));
        assert_eq!(found.reasons(), [(Reason::OverBudget, "gzip file, in too many others")]);
        let zip = |inner: &[u8]| Zip::default().stored("z", inner).end();
        let zips = (0..40).fold(TEXT.to_vec(), |inner, _| zip(&inner));
        let found = opened(&zips);
        assert_eq!((found.members.len(), found.unread.len()), (1, 1));
    }

    #[test]
    fn one_budget_is_for_the_whole_nest() {
        let zeros = gzip(&vec![0; 4 << 20]);
        let members: Vec<(String, &[u8])> =
            (0..20).map(|n| (format!("{n}.gz"), zeros.as_slice())).collect();
        let members: Vec<(&str, &[u8])> = members.iter().map(|(n, b)| (n.as_str(), *b)).collect();
        let limits = Limits { bytes: 10 << 20, ..Limits::default() };
        let found = within(limits, "", Input::Bytes(&tar(&members)));
        assert!(found.length <= (10 << 20) + 20 * zeros.len() as u64);
        assert_eq!(found.unread.len(), PLACES as usize + 1);
        assert_eq!(found.reasons()[PLACES as usize].1, "gzip file, 2 more");
    }

    #[test]
    fn a_fault_is_named_once_where_it_is() {
        let outer = gzip(&tar(&[("a.env", TEXT), ("b", &noise(9000))]));
        for found in [opened(&outer[..5000]), streamed(&outer[..5000])] {
            assert_eq!(found.paths(), ["a.env", "b"]);
            assert_eq!((found.unread.len(), found.unread[0].reason), (1, Reason::Truncated));
            assert!(found.unread[0].detail.starts_with("gzip file, cut short after "));
        }
    }

    /// A gzip file of zeros, as long as is asked for.
    fn zeros(length: u64) -> Vec<u8> {
        let piece = gzip(&vec![0; 1 << 20]);
        std::iter::repeat_n(piece, (length >> 20) as usize).flatten().collect()
    }

    #[test]
    fn ten_gibibytes_of_zeros_end_with_the_budget() {
        let bomb = zeros(10 << 30);
        let limits = Limits { bytes: 64 << 20, ..Limits::default() };
        let found = within(limits, "", Input::Bytes(&bomb));
        assert!(found.length <= 64 << 20);
        let detail = "gzip file, left after 64 MiB";
        assert_eq!(found.reasons(), [(Reason::OverBudget, detail)]);
    }

    #[test]
    fn a_large_member_is_a_stream() {
        let large = noise(200_000);
        let archive = tar(&[("large", &large), ("small", TEXT)]);
        let packed = Zip::default().stored("x.tar", &archive).deflated("y", &large).end();
        for found in [opened(&archive), streamed(&archive), opened(&packed), streamed(&packed)] {
            assert!(
                found
                    .members
                    .iter()
                    .any(|(path, bytes)| path.ends_with("large") && *bytes == large)
            );
            assert!(
                found.members.iter().any(|(path, bytes)| path.ends_with("small") && bytes == TEXT)
            );
            assert!(found.unread.is_empty());
        }
    }

    /// A PDF document with a text, so many bytes long at least.
    fn pdf(length: usize) -> Vec<u8> {
        let packed = crate::samples::zlib(b"BT (TOKEN=1) Tj ET");
        let dictionary = format!("<< /Length {} /Filter /FlateDecode >>", packed.len());
        let begin = format!("%PDF-1.4\n1 0 obj\n{dictionary}\nstream\n");
        let filling = format!("%{}\n%%EOF\n", "filling ".repeat(length / 8));
        [begin.as_bytes(), &packed, b"\nendstream\nendobj\n", filling.as_bytes()].concat()
    }

    #[test]
    fn a_document_in_a_stream_is_read_as_a_whole() {
        let holds_text = |found: &crate::samples::Found| {
            found.members.iter().any(|(_, bytes)| bytes.starts_with(b"TOKEN=1"))
        };
        for bytes in [pdf(2 * HEAD), tar(&[("a.pdf", &pdf(2 * HEAD))])] {
            for found in [opened(&bytes), streamed(&bytes)] {
                assert!(holds_text(&found) && found.unread.is_empty(), "{:?}", found.unread);
            }
        }
        let long = pdf(LENGTH);
        assert!(holds_text(&opened(&long)));
        let found = streamed(&long);
        assert_eq!((found.at(""), found.unread.len()), (Some(&long[..]), 1));
        assert_eq!(found.unread[0].reason, Reason::OverBudget);
    }

    #[test]
    fn a_visitor_need_not_read_to_the_end() {
        struct Idle(Vec<String>);
        impl Visitor for Idle {
            fn member(&mut self, member: Member<'_>, _: &Budget) {
                self.0.push(member.path.to_owned());
                if let Input::Stream { rest, .. } = member.input {
                    let _ = rest.read(&mut [0; 10]);
                }
            }

            fn unread(&mut self, unread: Unread) {
                panic!("{unread:?}");
            }
        }
        let large = noise(200_000);
        let zip = Zip { has_descriptors: true, ..Zip::default() };
        let zip = zip.deflated("x/large", &large).deflated("x/small", TEXT).end();
        let archive = gzip(&tar(&[("large", &large), ("x.zip", &zip), ("small", TEXT)]));
        let mut idle = Idle(Vec::new());
        let budget = Budget::new(Limits::default());
        assert!(open("", Input::Bytes(&archive), &Buffers::default(), &budget, &mut idle));
        assert_eq!(idle.0, ["large", "x.zip!x/large", "x.zip!x/small", "small"]);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_behind_a_signature_are_survived(
            at in 0..SIGNATURES.len(),
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..600),
        ) {
            let bytes = [SIGNATURES[at], &bytes].concat();
            let limits = Limits { bytes: 1 << 20, ..Limits::default() };
            let found = within(limits, "x.br", Input::Bytes(&bytes));
            proptest::prop_assert!(found.length <= (1 << 20) + 9 * bytes.len() as u64);
            streamed(&bytes);
        }

        #[test]
        fn cut_anywhere_a_nest_gives_a_beginning(cut in 0.0..1.0) {
            let cut: f64 = cut;
            let zip = Zip::default().deflated("a", &noise(600)).end();
            let nest = gzip(&tar(&[("x.zip", &zip), ("b", &noise(600))]));
            let nest = &nest[..(nest.len() as f64 * cut) as usize];
            for found in [opened(nest), streamed(nest)] {
                for (path, bytes) in &found.members {
                    proptest::prop_assert!(noise(600).starts_with(bytes) || !path.contains(['a', 'b']));
                }
                proptest::prop_assert!(nest.is_empty() || !found.unread.is_empty() || nest.len() < 3);
            }
        }
    }

    const SIGNATURES: &[&[u8]] = &[
        b"PK\x03\x04\x14\0\0\0\x08\0",
        b"PK\x05\x06",
        b"\x1f\x8b\x08\0\0\0\0\0\0\0",
        b"BZh91AY&SY",
        b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46",
        b"\x28\xb5\x2f\xfd\x04",
        b"\x04\x22\x4d\x18\x60\x40\x82",
        b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0",
        b"LZIP\x01\x0c",
        b"x\x9c",
        b"7z\xbc\xaf\x27\x1c\0\x04",
        b"!<arch>\n",
        b"\xed\xab\xee\xdb",
        b"\xc7\x71",
        b"0707070000000000000100644",
        b"Cr24\x03\0\0\0\x05\0\0\0",
        b"\x04\0\0\0\x10\0\0\0\x0c\0\0\0\x08\0\0\0{\"files\":",
        b"",
    ];
}
