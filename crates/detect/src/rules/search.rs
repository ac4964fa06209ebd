//! Search for rules: by words that people type, and what was probably meant where no rule has a name.

use std::collections::BTreeSet;

use super::{Named, Rule, RuleId, Rules};
use crate::text::nearest;

/// Ids that are named where a word is a part of several.
const NAMED: usize = 3;

/// Shorter words are a part of too much.
const SHORTEST: usize = 3;

/// Longer words are none of ours, and may be anything.
const LONGEST: usize = 40;

impl Rules {
    /// Rules that all words fit, the best fit first: ids, aliases, providers, titles, keywords, texts.
    pub fn search(&self, words: &[String]) -> Vec<(RuleId, &Rule)> {
        let words: Vec<String> = words
            .iter()
            .flat_map(|words| words.split_whitespace())
            .map(str::to_lowercase)
            .collect();
        let mut found: Vec<(u32, RuleId, &Rule)> = self
            .iter()
            .filter_map(|(id, rule)| {
                let mut all = words.iter().map(|word| rank(rule, word));
                Some((all.try_fold(0, |sum, rank| rank.map(|rank| sum + rank))?, id, rule))
            })
            .collect();
        found.sort_by(|(a, _, one), (b, _, two)| (a, one.id()).cmp(&(b, two.id())));
        found.into_iter().map(|(_, id, rule)| (id, rule)).collect()
    }

    /// Whether a name stands for any rule, selected or not.
    pub fn knows(&self, named: &Named) -> bool {
        (0..self.numbers() as u16).any(|number| self.is_named(RuleId(number), named))
    }

    /// What was probably meant by a name that no rule has, as a clause. The name itself is not repeated.
    pub fn hint(&self, name: &str) -> String {
        let ids = || (0..self.numbers() as u16).map(|number| self.id_of(RuleId(number)));
        if let Some(stem) = name.strip_suffix('*') {
            let stems: BTreeSet<&str> =
                ids().flat_map(|id| id.match_indices('-').map(|(at, _)| &id[..=at])).collect();
            let meant = nearest(stem, stems.iter().copied());
            return meant.map_or_else(list, |meant| format!("did you mean `{meant}*`?"));
        }
        if let Some(meant) = nearest(name, ids()) {
            return format!("did you mean `{meant}`?");
        }
        let word = name.to_lowercase();
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if (SHORTEST..=LONGEST).contains(&word.len()) && word.chars().all(is_word) {
            let word = word.replace('_', "-");
            let mut with: Vec<&str> = ids().filter(|id| id.contains(&*word)).collect();
            with.sort_by_key(|id| (!id.starts_with(&*word), *id));
            let all: Vec<String> = with.iter().take(NAMED).map(|id| format!("`{id}`")).collect();
            match (all.as_slice(), with.len().saturating_sub(NAMED)) {
                ([], _) => {}
                ([one], _) => return format!("did you mean {one}?"),
                (all, 0) => return format!("did you mean one of {}?", all.join(", ")),
                (all, more) => {
                    let all = all.join(", ");
                    return format!(
                        "did you mean one of {all}? `sprawl rules search {word}` lists {more} more"
                    );
                }
            }
        }
        list()
    }
}

fn list() -> String {
    "`sprawl rules list` shows all".to_owned()
}

/// How well a word fits: 0 is best.
fn rank(rule: &Rule, word: &str) -> Option<u32> {
    let text = &rule.text;
    let names = || text.aliases.iter().chain([&text.id]).map(|name| name.to_lowercase());
    let has = |text: &str| text.to_lowercase().contains(word);
    if names().any(|name| name == word) {
        return Some(0);
    }
    let provider = rule.provider.to_lowercase();
    if provider == word || names().any(|name| name.starts_with(word)) {
        return Some(1);
    }
    if names().any(|name| name.contains(word)) || provider.contains(word) {
        return Some(2);
    }
    if has(&text.title) {
        return Some(3);
    }
    let mut near = rule.near().into_iter().flat_map(|near| &near.any);
    // The prefix of a token finds its type, and so does the whole token. Prefixes are no words.
    let is_keyword = |keyword: &String| {
        let is_prefix =
            keyword.len() > SHORTEST && !keyword.chars().all(|c| c.is_ascii_lowercase());
        let keyword = keyword.to_lowercase();
        keyword.contains(word) || is_prefix && word.starts_with(&keyword)
    };
    if text.keywords.iter().any(is_keyword) || near.any(|words| has(words)) {
        return Some(4);
    }
    let texts = [&rule.docs, &text.why, &text.fix, &text.instead];
    (texts.into_iter().any(|text| has(text)) || text.kind == word).then_some(6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Rules::builtin().search(&words).into_iter().map(|(_, rule)| rule.id().to_owned()).collect()
    }

    #[test]
    fn words_find_rules_by_id_provider_title_and_prefix() {
        assert_eq!(ids(&["github-pat-classic"])[0], "github-pat-classic");
        assert!(ids(&["github"])[0].starts_with("github-"));
        let all = ids(&["GitHub", "classic"]);
        assert!(all.contains(&"github-pat-classic".to_owned()), "{all:?}");
        assert_eq!(all, ids(&["github classic"]));
        assert!(ids(&["ghp_"]).contains(&"github-pat-classic".to_owned()));
        assert!(ids(&["ghp_0123456789"]).contains(&"github-pat-classic".to_owned()));
        assert!(ids(&["no-such-word-anywhere"]).is_empty());
        assert_eq!(ids(&[]).len(), Rules::builtin().len());
    }

    #[test]
    fn names_that_no_rule_has_are_near_one_or_a_part_of_some() {
        let rules = Rules::builtin();
        for (name, said) in [
            ("github-pat-clasic", "did you mean `github-pat-classic`?"),
            ("githb-*", "did you mean `github-*`?"),
            ("xx", "`sprawl rules list` shows all"),
            ("a word with blanks", "`sprawl rules list` shows all"),
        ] {
            assert_eq!(rules.hint(name), said, "{name}");
        }
        let github = rules.hint("github");
        assert!(github.starts_with("did you mean one of `github-"), "{github}");
        assert!(github.contains("sprawl rules search github"), "{github}");
    }
}
