//! Credentials that say themselves that they are for live use.

/// How far into a value its vendor's words are looked for, in bytes.
const REACH: usize = 24;

/// Whether a value begins with words of which one is for live use: `sk_live_…`, `rzp_live_…`,
/// `access-production-…`. Only what stands before the first part that is no plain word counts.
pub fn is_live(value: &[u8]) -> bool {
    let head = &value[..value.len().min(REACH)];
    let mut words = head.split(|b| matches!(b, b'_' | b'-' | b'.' | b':')).peekable();
    while let Some(word) = words.next() {
        let is_plain = word.len() <= 10 && word.iter().all(u8::is_ascii_lowercase);
        // What follows it must be there: a value that ends with the word is a name.
        if !is_plain || words.peek().is_none() {
            return false;
        }
        match word {
            b"live" | b"prod" | b"production" => return true,
            b"test" | b"sandbox" | b"dev" => return false,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_is_what_the_value_says_first() {
        for live in [
            "sk_live_51Habc",
            "rk_live_abc",
            "rzp_live_x9",
            "live_9a",
            "access-production-4b",
            "sk_org_live_x",
            "cfsk_ma_prod_9",
        ] {
            assert!(is_live(live.as_bytes()), "{live}");
        }
        for other in
            ["sk_test_live_9", "sk_51live_x", "ghp_abc", "delivery_x", "live", "xoxb-1-live-2", ""]
        {
            assert!(!is_live(other.as_bytes()), "{other}");
        }
    }
}
