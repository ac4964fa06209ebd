//! Names as texts: of files, directories, branches and tags.

use super::Worker;
use super::detection::{Detection, detections};
use super::place::Place;
use crate::blob::Blob;
use sprawl_detect::Candidate;
use sprawl_detect::evidence::{Confidence, Evidence};
use sprawl_detect::text;

/// Bytes of the shortest name that is looked at: shorter ones hold no token.
const SHORTEST: usize = 12;

/// Letters and digits in a row that a token has at the least.
const RUN: usize = 16;

/// Small letters in a row, with no sign between them, that no word has.
const LETTERS: usize = 24;

/// Whether a name may hold a secret: an assignment, a URL, or a run of letters and digits that is no
/// word. That alone rules nearly all names out.
pub(crate) fn may_hold_secret(name: &[u8]) -> bool {
    if name.len() < SHORTEST {
        return false;
    }
    let mut length = 0;
    let mut seen = 0;
    let mut letters = 0;
    for byte in name {
        letters = if byte.is_ascii_lowercase() { letters + 1 } else { 0 };
        match KINDS[usize::from(*byte)] {
            ASSIGNS => return true,
            OTHER => (length, seen) = (0, 0),
            kind => (length, seen) = (length + 1, seen | kind),
        }
        if length >= RUN && seen & NO_WORD != 0 || letters >= LETTERS {
            return true;
        }
    }
    false
}

/// Of a token, in a name: letters that words have, too; those that they have not; what assigns, or
/// parts a URL; and everything else.
const WORD: u8 = 1;
const NO_WORD: u8 = 2;
const ASSIGNS: u8 = 4;
const OTHER: u8 = 0;

/// What each byte of a name is.
const KINDS: [u8; 256] = {
    let mut kinds = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'=' | b':' | b'@' | b'%' | b'?' | b'&' => ASSIGNS,
            b'0'..=b'9' | b'A'..=b'Z' => NO_WORD,
            b'a'..=b'z' | b'_' | b'-' | b'+' | b'/' => WORD,
            _ => OTHER,
        };
        byte += 1;
    }
    kinds
};

impl Worker<'_> {
    /// Looks for secrets in a name as in a text: that of a file, a directory or a reference. `blob` has
    /// the name in place of bytes, and the place that it is the name of.
    pub fn name(&mut self, blob: &Blob<'_>) {
        let detections = self.detections_in_name(|| blob.path.to_owned(), blob.bytes);
        let mut findings = self.findings(detections, blob);
        self.output.findings.append(&mut findings);
    }

    /// Looks for secrets in a name that belongs to a place in a repository's history.
    pub fn name_in_history(&mut self, name: &[u8], place: &Place) {
        let detections = self.detections_in_name(|| place.path.to_string(), name);
        let rules = self.scanner.rules();
        let is_wanted = |one: &Detection| self.values.is_none() || one.is_by_value();
        let detections = detections.into_iter().filter(is_wanted);
        let findings = detections.map(|detection| detection.at(rules, place));
        self.output.findings.extend(findings);
    }

    pub(super) fn detections_in_name(
        &mut self,
        place: impl FnOnce() -> String,
        name: &[u8],
    ) -> Vec<Detection> {
        if !may_hold_secret(name) {
            return Vec::new();
        }
        self.guarded(place, |worker| {
            worker.note_anchors(name, None, false);
            let candidates = worker.name_candidates(name);
            let mut found = detections(worker.scanner.rules(), name, candidates, true);
            found.iter_mut().for_each(|detection| detection.evidence.push(Evidence::InName));
            found
        })
    }

    /// Whether there is a secret in a name.
    pub fn is_telling_name(&mut self, name: &[u8]) -> bool {
        may_hold_secret(name)
            && self.guarded(
                || text::display_bytes(name),
                |worker| match worker.values {
                    Some(values) => values.is_in(name),
                    None => !worker.name_candidates(name).is_empty(),
                },
            )
    }

    /// Candidates in a name. Names are full of words, ids and digests, so that a value that is only near a
    /// word does not count.
    fn name_candidates(&mut self, name: &[u8]) -> Vec<Candidate> {
        let mut candidates = self.candidates(name);
        candidates.retain(|candidate| {
            candidate.confidence >= Confidence::Strong
                || candidate.evidence.contains(&Evidence::ByValue)
                || candidate.evidence.contains(&Evidence::Named)
        });
        // Other halves may be gone.
        candidates.iter_mut().for_each(|candidate| candidate.companions.clear());
        candidates
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::progress::Progress;
    use sprawl_detect::rules::Rules;
    use sprawl_detect::rules::mint::{Random, mint};

    #[test]
    fn no_name_with_a_secret_is_passed_over() {
        let rules = Rules::builtin();
        let progress = Progress::default();
        let mut worker = Worker::new(&rules, &progress);
        let mut telling = 0;
        for (_, rule) in rules.iter() {
            let mut random = Random::new(7);
            for name in (0..3).filter_map(|_| mint(rule, &mut random).ok()) {
                let all = [&name[..], &[&b"old-"[..], &name, b".bak"].concat()];
                for name in all {
                    let found = !worker.name_candidates(name).is_empty();
                    telling += usize::from(found);
                    assert!(!found || may_hold_secret(name), "{}", text::display_bytes(name));
                }
            }
        }
        assert!(telling > 500, "{telling}");
    }

    #[test]
    fn usual_names_are_passed_over() {
        for name in
            ["pyproject.toml", "drm_framebuffer.c", "Makefile.am", "a-long-name_of-words.rst"]
        {
            assert!(!may_hold_secret(name.as_bytes()), "{name}");
        }
    }
}
