//! A sorted list of texts without pointers.
//!
//! A position-independent program has to relocate every pointer in its static data each time it
//! starts; for the names of all rules that took longer than scanning a small file.

/// Texts in ascending order, one after the other.
#[derive(Debug)]
pub(super) struct Names {
    /// All of them.
    pub(super) text: &'static str,
    /// By index, where in that it ends.
    pub(super) ends: &'static [u32],
}

impl Names {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text with this index.
    pub(super) fn get(&self, index: usize) -> &'static str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start as usize..self.ends[index] as usize]
    }

    /// The index of this text.
    pub(super) fn position(&self, wanted: &str) -> Option<usize> {
        let index = self.first_from(wanted);
        (index < self.len() && self.get(index) == wanted).then_some(index)
    }

    /// The index of the first text that is not before this one.
    fn first_from(&self, wanted: &str) -> usize {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from.midpoint(to);
            if self.get(middle) < wanted { from = middle + 1 } else { to = middle }
        }
        from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_found_and_no_other() {
        let names = Names { text: "aabbc", ends: &[1, 3, 4, 5] };
        for (index, text) in ["a", "ab", "b", "c"].into_iter().enumerate() {
            assert_eq!((names.get(index), names.position(text)), (text, Some(index)));
        }
        for other in ["", "0", "aa", "abc", "bb", "d"] {
            assert_eq!(names.position(other), None, "{other}");
        }
        assert_eq!(Names { text: "", ends: &[] }.position("a"), None);
    }
}
