//! What a reader brings forth, counted in the budget.

use std::collections::BTreeSet;

use super::Sink;
use crate::budget::Budget;
use crate::unread::Reason;

/// A sink and the budget of what goes into it.
pub(super) struct Output<'a> {
    budget: &'a Budget,
    sink: &'a mut dyn Sink,
    what: &'static str,
    /// What was named as not read: one damaged page says as much as a thousand.
    named: BTreeSet<(Reason, String)>,
}

impl<'a> Output<'a> {
    /// `what` names the document where the budget ends: `PDF document`.
    pub(super) fn new(what: &'static str, budget: &'a Budget, sink: &'a mut dyn Sink) -> Self {
        Self { budget, sink, what, named: BTreeSet::new() }
    }

    /// Bytes that may still be brought forth.
    pub(super) fn room(&self) -> usize {
        usize::try_from(self.budget.bytes()).unwrap_or(usize::MAX)
    }

    /// Whether nothing more can be handed over. To be asked only where there is more; that is named as
    /// not read.
    pub(super) fn is_full(&mut self) -> bool {
        let is_full = self.budget.bytes() == 0 || self.budget.entries() == 0;
        if is_full {
            self.over_budget();
        }
        is_full
    }

    /// Spends bytes. Says whether there were as many; if not, the rest of the document is named as not
    /// read.
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
        let is_enough = self.budget.spend(bytes);
        if !is_enough {
            self.over_budget();
        }
        is_enough
    }

    /// Hands over a member and spends its bytes; as much of it as there is room for.
    pub(super) fn member(&mut self, name: &str, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let kept = bytes.len().min(self.room());
        self.spend(bytes.len());
        self.spent(name, &bytes[..kept]);
    }

    /// Hands over a member whose bytes were spent when they were decompressed.
    pub(super) fn spent(&mut self, name: &str, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if !self.budget.enter_member() {
            self.over_budget();
            return;
        }
        self.sink.member(name, bytes, self.budget);
    }

    /// Takes note of what is not read, once.
    pub(super) fn unread(&mut self, reason: Reason, detail: &str) {
        if self.named.insert((reason, detail.to_owned())) {
            self.sink.unread(reason, detail);
        }
    }

    fn over_budget(&mut self) {
        self.unread(Reason::OverBudget, self.what);
    }
}
