//! How context words are spelled. Shared with the build script, which collects the keywords of the
//! built-in rules.

/// How identifiers spell a context word, lower-cased: `dd_api_key` is also `dd-api-key`,
/// `dd.api.key` and `ddApiKey`. Words with other characters than letters, digits, `_` and `-` have
/// one spelling.
pub(crate) fn spellings(word: &str) -> Vec<String> {
    let word = word.to_ascii_lowercase();
    let identifier = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    let joints: Vec<usize> = (1..word.len().saturating_sub(1))
        .filter(|i| {
            let around = [word.as_bytes()[i - 1], word.as_bytes()[i + 1]];
            matches!(word.as_bytes()[*i], b'_' | b'-')
                && around.iter().all(u8::is_ascii_alphanumeric)
        })
        .collect();
    if joints.is_empty() || !word.bytes().all(identifier) {
        return vec![word];
    }
    let mut all: Vec<String> = ["_", "-", ".", ""]
        .iter()
        .map(|joint| {
            let mut spelled = String::with_capacity(word.len());
            let mut start = 0;
            for at in &joints {
                spelled.push_str(&word[start..*at]);
                spelled.push_str(joint);
                start = at + 1;
            }
            spelled + &word[start..]
        })
        .collect();
    // The prefilter needs three bytes.
    all.retain(|spelled| spelled.len() >= 3);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_four_spellings() {
        assert_eq!(spellings("dd_Api-key"), ["dd_api_key", "dd-api-key", "dd.api.key", "ddapikey"]);
        for word in ["datadog", "box.com", "akab-", "data source=", "_x", "-", ""] {
            assert_eq!(spellings(word), [word]);
        }
        assert_eq!(spellings("a_b_")[3], "ab_");
        assert_eq!(spellings("a_b"), ["a_b", "a-b", "a.b"]);
    }
}
