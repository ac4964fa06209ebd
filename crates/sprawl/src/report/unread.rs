//! What was not looked into, by kind: formats for people name the first places of each kind and count the
//! others. The JSON report and SARIF have all of them.

use std::collections::BTreeMap;

use sprawl_detect::text::count;
use sprawl_unpack::unread::Unread;

/// Places of a kind that are named.
const NAMED: usize = 3;

/// All of one kind: the same reason, and the same sort of thing.
#[derive(Debug)]
pub struct Kind<'u> {
    /// What it is: `encrypted zip archive`.
    pub what: String,
    /// Where they are, in order.
    pub places: Vec<&'u str>,
}

/// Everything that was not looked into, by kind; sorted.
pub fn kinds(unread: &[Unread]) -> Vec<Kind<'_>> {
    let mut kinds: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for one in unread {
        kinds.entry(one.kind()).or_default().push(&one.place);
    }
    kinds.into_iter().map(|(what, places)| Kind { what, places }).collect()
}

impl Kind<'_> {
    /// How many there are: `12 zip archives`.
    pub fn counted(&self) -> String {
        count(self.places.len() as u64, &self.what)
    }

    /// How many there are and the first of them, each written by `name`.
    pub fn described(&self, name: impl Fn(&str) -> String) -> String {
        format!("{}: {}", self.counted(), self.first(name))
    }

    /// The first of them, each written by `name`, and how many more there are.
    pub fn first(&self, name: impl Fn(&str) -> String) -> String {
        let named: Vec<String> = self.places.iter().take(NAMED).map(|place| name(place)).collect();
        let more = match self.places.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{}{more}", named.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sprawl_unpack::unread::Reason;

    #[test]
    fn the_first_of_each_kind_are_named() {
        let one = |place: &str, reason| Unread {
            place: place.to_owned(),
            reason,
            detail: "zip archive".to_owned(),
        };
        let mut all: Vec<Unread> =
            ["a", "b", "c", "d", "e"].map(|place| one(place, Reason::Unsupported)).into();
        all.push(one("x", Reason::Encrypted));
        let described: Vec<String> =
            kinds(&all).iter().map(|kind| kind.described(|place| format!("<{place}>"))).collect();
        let expected = ["1 encrypted zip archive: <x>", "5 zip archives: <a>, <b>, <c> and 2 more"];
        assert_eq!(described, expected);
    }
}
