//! What is encoded in a version of a text that was made from an earlier one. Nearly always it is nothing:
//! then only what is new has to be decoded, and what depends on it. If there is something, or was, the
//! whole version is decoded.

use std::iter;
use std::ops::Range;

use super::contents::{Contents, Each};
use super::detection::Detection;
use super::{Kept, Worker};
use sprawl_detect::version::Shared;
use sprawl_unpack::budget::Budget;
use sprawl_unpack::encoding::{Decoder, Known};

/// That there is no secret in what is encoded in a version, and all of that was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Silence {
    /// What the decoder left behind.
    known: Known,
    /// Length of the version.
    length: usize,
    /// Of the budget, at most.
    bytes: u64,
    entries: u64,
}

impl Worker<'_> {
    /// Secrets that are encoded in a version of a text, what could not be read, and for the next version
    /// whether that was nothing.
    pub(super) fn decoded_in_version(
        &mut self,
        text: &[u8],
        made_from: Option<(&Kept, &[Shared])>,
    ) -> (Vec<Detection>, Contents, Option<Silence>) {
        if let Some((Kept { silence: Some(silence), .. }, shared)) = made_from
            && let Some(silence) = self.silence_in_new(text, silence, shared)
        {
            return (Vec::new(), Contents::default(), Some(silence));
        }
        let budget = Budget::new(self.unpack.limits);
        let mut contents = Contents::default();
        let (decoded, known) = self.decoded(text, &budget, &mut contents);
        let known = known.filter(|_| decoded.is_empty() && contents.unread.is_empty());
        let silence = known.map(|known| self.silence(text, known, &budget));
        (decoded, contents, silence)
    }

    /// Decodes only what is new. None if there is something in it, or if only the whole version can tell
    /// what there is.
    fn silence_in_new(
        &mut self,
        text: &[u8],
        earlier: &Silence,
        shared: &[Shared],
    ) -> Option<Silence> {
        // What is there once may be there twice.
        let is_once = shared.is_sorted_by(|one, next| one.from + one.length <= next.from);
        if !is_once {
            return None;
        }
        let budget = Budget::new(self.unpack.limits);
        let mut contents = Contents::default();
        let decode = |decoder: &mut Decoder, each: Each<'_>| {
            let new = new_parts(shared, earlier.length, text.len());
            decoder.decode_new(text, new, earlier.known, &budget, each)
        };
        let found = self.search_decoded(text, &budget, &mut contents, decode)?;
        if !found.is_whole || !found.detections.is_empty() || !contents.unread.is_empty() {
            return None;
        }
        let new = self.silence(text, found.known?, &budget);
        let all = Silence {
            bytes: earlier.bytes.saturating_add(new.bytes),
            entries: earlier.entries.saturating_add(new.entries),
            ..new
        };
        // More might not have been read of the whole version.
        let limits = &self.unpack.limits;
        let most = limits.bytes.min(text.len() as u64);
        (all.bytes <= most && all.entries <= limits.entries).then_some(all)
    }

    fn silence(&self, text: &[u8], known: Known, budget: &Budget) -> Silence {
        let limits = &self.unpack.limits;
        Silence {
            known,
            length: text.len(),
            bytes: limits.bytes.saturating_sub(budget.bytes()),
            entries: limits.entries.saturating_sub(budget.entries()),
        }
    }
}

/// What is new in a version, with an empty range wherever something of the earlier one is missing.
fn new_parts(
    shared: &[Shared],
    old_length: usize,
    length: usize,
) -> impl Iterator<Item = Range<usize>> {
    let begins = iter::once((0, 0));
    let begins =
        begins.chain(shared.iter().map(|run| (run.at + run.length, run.from + run.length)));
    let ends = shared.iter().map(|run| (run.at, run.from)).chain(iter::once((length, old_length)));
    let parts = begins.zip(ends).filter(|(begin, end)| begin != end);
    parts.map(|(begin, end)| begin.0..end.0)
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::*;
    use crate::scan::progress::Progress;
    use sprawl_detect::rules::Rules;

    /// The next version of a text, by its lines: something that is encoded comes, is cut in two, moves and
    /// goes.
    fn change(lines: &mut Vec<String>, encoded: &str, state: &mut usize) {
        let mut next = |below: usize| {
            *state =
                state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
            (*state >> 33) % below.max(1)
        };
        let at = next(lines.len());
        match next(9) {
            0 => lines.insert(at, format!("{encoded}\n")),
            1 => lines.insert(at, format!("{}\n{}\n", &encoded[..48], &encoded[48..])),
            2 => {
                lines.insert(at, format!("x = \"{}\" +\n \"{}\"\n", &encoded[..31], &encoded[31..]))
            }
            3 => lines.insert(at, format!("{}\n", &encoded[next(40)..])),
            4 => lines[at] = lines[at].replace(['\n', 'A'], ""),
            5 | 6 => lines.retain(|line| line.len() < 60),
            7 => lines.truncate(lines.len().max(90) - 30),
            _ => lines[at] = format!("{at} words of a line that is new\n"),
        }
    }

    #[test]
    fn what_is_encoded_in_versions_is_what_is_encoded_in_each_of_them() {
        let rules = Rules::builtin();
        let progress = Progress::default();
        let mut worker = Worker::new(&rules, &progress);
        // A connection string, put together here so that this file holds none.
        let plain =
            format!("postgres://app:{}@db.prod.internal/app?sslmode=require", "Vx7kQ2mNpR9t");
        let encoded = BASE64.encode(plain.as_bytes());
        let mut lines: Vec<String> =
            (0..250).map(|n| format!("line {n}, of a few words\n")).collect();
        let mut state = 7;
        let (mut kept, mut old) = (Kept::default(), Vec::new());
        let (mut silent, mut telling) = (0, 0);
        for _ in 0..400 {
            let text = lines.concat().into_bytes();
            let equal = |one: &u8, other: &u8| one == other;
            let before = old.iter().zip(&text).take_while(|(a, b)| equal(a, b)).count();
            let most = old.len().min(text.len()) - before;
            let ends = old.iter().rev().zip(text.iter().rev()).take(most);
            let behind = ends.take_while(|(a, b)| equal(a, b)).count();
            let shared = [
                Shared { at: 0, from: 0, length: before },
                Shared { at: text.len() - behind, from: old.len() - behind, length: behind },
            ];
            let mut next = Kept::default();
            let made_from = Some((&kept, shared.as_slice()));
            let found = worker.secrets_of_version(String::new, &text, made_from, Some(&mut next));
            let all = worker.secrets_of_version(String::new, &text, None, None);
            assert_eq!(found.secrets, all.secrets);
            silent += usize::from(next.silence.is_some());
            telling += usize::from(!all.secrets.is_empty());
            (kept, old) = (next, text);
            change(&mut lines, &encoded, &mut state);
            while lines.len() < 200 {
                lines.insert(lines.len() / 2, format!("{} is a number\n", lines.len()));
            }
        }
        assert!(silent > 50 && telling > 50, "{silent} {telling}");
    }

    #[test]
    fn what_is_missing_is_new_as_well() {
        let run = |at, from, length| Shared { at, from, length };
        for (shared, expected) in [
            (vec![], vec![0..30; 1]),
            (vec![run(0, 0, 20)], vec![20..30; 1]),
            (vec![run(0, 0, 10), run(12, 10, 10)], vec![10..12, 22..30]),
            (
                vec![run(0, 5, 5), run(5, 15, 5), run(10, 20, 0), run(10, 20, 0)],
                vec![0..0, 5..5, 10..30],
            ),
        ] {
            assert_eq!(new_parts(&shared, 20, 30).collect::<Vec<_>>(), expected);
        }
        assert_eq!(new_parts(&[run(0, 0, 30)], 30, 30).count(), 0);
    }
}
