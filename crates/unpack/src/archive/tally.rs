//! Members of one archive that were not read, counted: one line for each reason says how many.

use super::{Members, cut_short};
use crate::unread::Reason;

/// The counts.
#[derive(Default)]
pub(super) struct Tally {
    members: u64,
    counts: Vec<(Reason, u64)>,
    cut_short: Option<(u64, u64)>,
}

impl Tally {
    /// Counts a member.
    pub(super) fn add(&mut self) {
        self.members += 1;
    }

    /// Notes that the last member could not be read.
    pub(super) fn unread(&mut self, reason: Reason) {
        match self.counts.iter_mut().find(|(r, _)| *r == reason) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((reason, 1)),
        }
    }

    /// Notes that the last member is there only in part.
    pub(super) fn cut_short(&mut self, there: u64, size: u64) {
        self.cut_short = Some((there, size));
        self.unread(Reason::Truncated);
    }

    /// Whether something is noted for a reason.
    pub(super) fn has(&self, reason: Reason) -> bool {
        self.counts.iter().any(|(r, _)| *r == reason)
    }

    /// Says it.
    pub(super) fn say(self, members: &mut dyn Members) {
        for (reason, count) in self.counts {
            let mut what = format!("{count} of {} members", self.members);
            if let (Reason::Truncated, 1, Some((there, size))) = (reason, count, self.cut_short) {
                what = format!("{what} {}", cut_short(there, size));
            }
            members.unread(reason, &what);
        }
    }
}
