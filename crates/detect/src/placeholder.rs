//! Values that stand for a secret in documentation and open nothing.
//!
//! Judged on the whole value and strictly: a random token must never be called a placeholder (the
//! tests draw hundreds of thousands). Weak but usable passwords (`password`, `admin`, `test`,
//! `123456`) are not placeholders either.

mod ethereum;
mod filler;
mod template;
mod words;

use ethereum::development_key;
use filler::filler;
use template::template;
use words::phrase;

use crate::lenient;
use crate::vocabulary::VOCABULARY;

/// Why this value is a placeholder; `None` if it may be a secret.
///
/// Total over any bytes. Values longer than 4096 bytes are never placeholders.
///
/// ```
/// use sprawl_detect::placeholder::placeholder;
/// assert_eq!(placeholder(b"<your-api-key>"), Some("template"));
/// assert_eq!(placeholder(b"hunter2"), None);
/// ```
pub fn placeholder(secret: &[u8]) -> Option<&'static str> {
    if secret.len() > LONGEST {
        return None;
    }
    let text = std::str::from_utf8(secret).ok()?.trim();
    let reasons: [(Test, &str); 10] = [
        (str::is_empty, "empty"),
        (sample, "documentation sample"),
        (development_key, "key of a development network"),
        (masked, "masked"),
        (template, "template"),
        (filler, "repeated or sequential characters"),
        (example, "contains EXAMPLE"),
        (called_example, "says that it is an example"),
        (phrase, "placeholder words"),
        (encoded, "a sample or placeholder in base64"),
    ];
    reasons.into_iter().find(|(test, _)| test(text)).map(|(_, reason)| reason)
}

/// Whether the text says "password" and nothing else of its own: `my_passwd`, `somePassword`.
pub(super) fn is_made_of_words_for_a_password(text: &str) -> bool {
    words::password(text)
}

/// Whether a JWT's third part is the signature of the token that documentation shows everywhere.
pub fn sample_signature(signature: &[u8]) -> bool {
    JWT_SIGNATURES.iter().any(|known| known.as_bytes() == signature)
}

/// Whether a mnemonic (lower case, single spaces) is a known default of test networks and libraries
/// or repeats one word.
pub fn sample_mnemonic(words: &str) -> bool {
    let mut list: Vec<&str> = words.split(' ').collect();
    let count = list.len();
    let repeated =
        list.first().is_some_and(|first| list.iter().filter(|w| *w == first).count() + 2 >= count);
    list.sort_unstable();
    list.dedup();
    count > 2 && (repeated || list.len() * 2 <= count || MNEMONICS.contains(&words))
}

/// A question about a whole value.
type Test = fn(&str) -> bool;

const LONGEST: usize = 4096;

/// The signatures of the introductory tokens of jwt.io: the older one, and the one since 2025.
const JWT_SIGNATURES: &[&str] = &[
    concat!("SflKxwRJSMeKKF2QT4fw", "pMeJf36POk6yJV_adQssw5c"),
    concat!("KMUFsIDTnFmyG3nMiGM6", "H9FNFUROf3wh7SmqJp-QV30"),
];

/// Keys and tokens that vendors' documentation shows, in parts so that no scanner reports them here.
const SAMPLES: &[&str] = &[
    // Amazon Web Services.
    concat!("AKIA", "IOSFODNN7", "EXAMPLE"),
    concat!("AKIA", "I44QH8DHB", "EXAMPLE"),
    concat!("wJalrXUtnFEMI", "/K7MDENG/", "bPxRfiCYEXAMPLEKEY"),
    concat!("wJalrXUtnFEMI", "/K7MDENG+", "bPxRfiCYEXAMPLEKEY"),
    concat!("je7MtGbClwBF", "/2Zp9Utk/", "h3yCo8nvbEXAMPLEKEY"),
    // Stripe.
    concat!("sk_te", "st_4eC39HqLyjW", "DarjtT1zdp7dc"),
    concat!("pk_te", "st_TYooMQauvdE", "Dq54NiTphI7jx"),
    // The manual page of age-keygen.
    concat!("AGE-SECRET-", "KEY-1N9JEPW6DWJ0ZQUDX63F5A03", "GX8QUW7PXDE39N8UYF82VZ9PC8UFS3M7XA9"),
    concat!(
        "AGE-SECRET-",
        "KEY-PQ-1K30MYPZAHAXHR22YHH27E",
        "GDVLU0QNSUH3DSV7J7NR3X6D9LHXNWSDLTV4T"
    ),
    // The storage emulator of Azure: a well-known account key.
    concat!(
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6",
        "IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
    ),
    // The Cosmos DB emulator.
    concat!(
        "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4",
        "b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="
    ),
    // The reference of Docker's engine API, and the tests of its client.
    concat!("SWMKEY-1-7c37Cc8654o6p38H", "nroywCi19pllOnGtbdZEgtKxZu8"),
    concat!("SWMKEY-1-y6guTZNTwpQeTL5R", "hUfOsdBdXoQjiB2GADHSRJvbXeU"),
    concat!("SWMKEY-1-y6guTZNTwpQeTL5R", "hUfOsdBdXoQjiB2GADHSRJvbXeE"),
    concat!("conta1n3", "rize14"),
    concat!("fpjqlhnwb19z", "ds35k8wn80lq9"),
    // The reference of Rails on passwords.
    concat!("mUc3m00", "RsqyRe"),
    // The first page about Telegram's bots.
    concat!("110201543:AAHdqTcvCH1v", "GWJxfSe1ofSAs0K5PALDsaw"),
    // The article on the wallet import format.
    concat!("5HueCGU8rMjxEXxiPuD5BDku4MkF", "qeZyd4dZ1jvhTVqvbTLvyTJ"),
];

/// What follows `AIza` in the keys that the public tests and samples of Firebase's libraries share.
const FIREBASE_SAMPLES: &[&str] = &[
    concat!("SyA4UrcGxgwQFT", "faI3no3t7Lt1sjmdnP5sQ"),
    concat!("SyA5_iVawFQ8AB", "uTZNUdcwERLJv_a_p4wtM"),
    concat!("SyA8vmApnrHNFE", "0bApF4hoZ11srVL_n0nvY"),
    concat!("SyANUvH9H9BsUc", "cjsu2pCmEkOPjjaXeDQgY"),
    concat!("SyASWm6HmTMdYW", "pgMnjRBjxcQ9CKctWmLd4"),
    concat!("SyAdOS2zB6NCsk", "1pCdZ4-P6GBdi_UUPwX7c"),
    concat!("SyAnLA7NfeLquW", "1tJFpx_eQCxoX-oo6YyIs"),
    concat!("SyB8qGxt4ec15v", "itgn44duC5ucxaOi4FmqE"),
    concat!("SyBF2RrAIm4a0m", "O64EShQfqfd2AFnzAvvuU"),
    concat!("SyBcE-OOIbhjyR", "83gm4r2MFCu4MJmprNXsw"),
    concat!("SyCkEhVjf3pduR", "Dt6d1yKOMitrUEke8agEM"),
    concat!("SyD3asb-2pEZVq", "MkmL6M9N6nHZRR_znhrh0"),
    concat!("SyDMAScliyLx7F", "0NPDEJi1QmyCgHIAODrlU"),
    concat!("SyDSb51JiIcB6O", "JpwwMicseKRhhrOq1cS7g"),
    concat!("yDNSXIbFmlXbIE", "6mCzDLQAqITYefhixbX4A"),
];

/// Default mnemonics: test vectors of BIP-39, Hardhat and Foundry, Ganache, Truffle.
const MNEMONICS: &[&str] = &[
    concat!("test test test test test test ", "test test test test test junk"),
    concat!("myth like bonus scare over problem ", "client lizard pioneer submit female collect"),
    concat!("candy maple cake sugar pudding cream ", "honey rich smooth crumble sweet treat"),
    concat!("legal winner thank year wave sausage ", "worth useful legal winner thank yellow"),
    concat!("letter advice cage absurd amount doctor ", "acoustic avoid letter advice cage above"),
];

/// The clusters of Docker's documentation: what its join tokens begin with.
const SAMPLE_CLUSTERS: &[&str] = &[
    concat!("SWMTKN-1-3pu6hszjas19xyp7gh", "gosyx9k8atbfcr8p2is99znpy26u2lkl-"),
    concat!("SWMTKN-1-1h8aps2yszaiqmz2l3", "oc5392pgk8e49qhx2aj3nyv0ui0hez2a-"),
    concat!("SWMTKN-1-49nj1cmql0jkz5s954", "yi3oex3nedyz0fb0xx14ie39trti4wxv-"),
];

/// What the access keys of Amazon's documentation begin with, whatever is put behind it.
const SAMPLE_STARTS: &[&str] = &[
    concat!("wJalrXUtnFEMI", "/K7MDENG"),
    concat!("AKIA", "IOSFODNN7"),
    concat!("ASIA", "IOSFODNN7"),
];

fn sample(text: &str) -> bool {
    SAMPLES.contains(&text)
        || SAMPLE_STARTS.iter().any(|start| text.starts_with(start))
        || text.strip_prefix("AIza").is_some_and(|rest| FIREBASE_SAMPLES.contains(&rest))
        || JWT_SIGNATURES.iter().any(|known| text.ends_with(known))
        || SAMPLE_CLUSTERS.iter().any(|cluster| text.starts_with(cluster))
}

/// Three or more of one sign that is used to black something out, or four and what was left to tell values apart:
/// `****rkVU`.
fn masked(text: &str) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let masks = chars.clone().take_while(|c| *c == first).count() + 1;
    let rest = chars.clone().count() + 1 - masks;
    "*xX\u{2022}\u{25cf}\u{2026}#.-_?=~".contains(first) && masks >= 3 && rest == 0
        || "*\u{2022}\u{25cf}".contains(first) && masks >= 4 && rest <= 8
}

/// The mark that vendors put into the credentials of their documentation.
fn example(text: &str) -> bool {
    const MARKS: [&str; 5] = ["EXAMPLE", "SAMPLE", "PLACEHOLDER", "REDACTED", "REPLACE_ME"];
    text.len() >= 16 && MARKS.iter().any(|mark| text.contains(mark))
}

/// Whether the first or the last word says so: `0f1e2d3c-example`.
fn called_example(text: &str) -> bool {
    let text = text.as_bytes();
    let is_end = |byte: &u8| matches!(byte, b'-' | b'_' | b'.' | b':');
    let says = |part: &[u8]| VOCABULARY.at_ends.iter().any(|word| part.eq_ignore_ascii_case(word));
    let ends = text.iter().position(is_end).zip(text.iter().rposition(is_end));
    text.len() >= 16
        && ends.is_some_and(|(first, last)| says(&text[..first]) || says(&text[last + 1..]))
}

/// Whether a text decodes to what documentation shows, as in the `data` of a Secret of Kubernetes.
fn encoded(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let alphabet = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    if !text.len().is_multiple_of(4) || text.len() < 12 || !body.bytes().all(alphabet) {
        return false;
    }
    // Of four characters the first one says whether the first of three bytes is ASCII.
    let is_ascii = body.bytes().step_by(4).all(|b| matches!(b, b'A'..=b'Z' | b'a'..=b'f'));
    let Some(decoded) = is_ascii.then(|| lenient::base64(text.as_bytes())).flatten() else {
        return false;
    };
    let decoded = decoded.trim_ascii_end();
    let Ok(decoded) = std::str::from_utf8(decoded) else { return false };
    decoded.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
        && [sample as Test, template, example, called_example, phrase]
            .iter()
            .any(|test| test(decoded))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> Option<&'static str> {
        placeholder(text.as_bytes())
    }

    #[test]
    fn samples_of_documentation() {
        for sample in SAMPLES {
            assert!(reason(sample).is_some(), "{sample}");
        }
        for rest in FIREBASE_SAMPLES {
            assert_eq!(reason(&format!("AIza{rest}")), Some("documentation sample"));
        }
        for cluster in SAMPLE_CLUSTERS {
            let token = format!("{cluster}{}", "0d1e7x".repeat(4));
            assert_eq!(reason(&token), Some("documentation sample"));
        }
        for known in JWT_SIGNATURES {
            assert!(sample_signature(known.as_bytes()));
            assert!(!sample_signature(&known.as_bytes()[1..]));
        }
        for end in [["AKIA1234", "QWERTZEXAMPLE"], ["ASIAZZZZ", "ZZ7Q2NEXAMPLE"]] {
            assert!(reason(&end.concat()).is_some(), "{end:?}");
        }
    }

    #[test]
    fn values_that_say_what_they_are() {
        for text in [
            "80411bd3766a53f6-example",
            "fake-token-80411bd3766a53f6",
            "redacted-80411bd3",
            "Y2hhbmdlbWU=",
            "SAMPLEu8KGg2GUirAKLrktD",
            "REPLACE_ME_80411BD3",
            "sample_0f1e2d3c4b5a6978",
            "0f1e....6978",
            "0f1e2d3c...8796a5b4",
        ] {
            let elided = crate::assignment::values::is_elided(text.as_bytes());
            assert!(reason(text).is_some() || elided, "{text}");
        }
        for shown in [SAMPLES[0], SAMPLES[2], "<your-password>", "your-api-key-here"] {
            let text = data_encoding::BASE64.encode(shown.as_bytes());
            assert!(reason(&text).is_some(), "{shown}");
        }
        for text in ["c2VjdXJlLWh1bnRlcjItcGFzcw==", "exemplary-Dog-42!-runs", "Zk3x9QvT7bLm2RtY"] {
            assert_eq!(reason(text), None, "{text}");
        }
        assert!(reason("&lt;YOURPASSWORD&gt;").is_some());
        assert!(reason("\\u003cyour-token\\u003e").is_some());
    }

    #[test]
    fn mnemonics_of_test_networks() {
        for words in MNEMONICS {
            assert!(sample_mnemonic(words), "{words}");
        }
        assert!(sample_mnemonic(&format!("{}about", "abandon ".repeat(11))));
        let other = "one two three four five six seven eight nine ten eleven twelve";
        assert!(!sample_mnemonic(other));
        assert!(!sample_mnemonic(""));
    }

    #[test]
    fn masks_and_empty_values() {
        for text in
            ["****", "xxxx", "XXXXXXXX", "........", "\u{2022}\u{2022}\u{2022}", "---", "", "   "]
        {
            assert!(reason(text).is_some(), "{text}");
        }
        for text in ["****rkVU", "********12", "\u{2022}\u{2022}\u{2022}\u{2022}1234"] {
            assert_eq!(reason(text), Some("masked"), "{text}");
        }
        assert_eq!(reason("***rkVU"), None);
    }

    #[test]
    fn usable_passwords_stay() {
        for text in [
            "password",
            "admin",
            "root",
            "test",
            "secret",
            "123456",
            "letmein",
            "hunter2",
            "s3cr3t",
            "toor",
            "mysecretpassword",
            "P@ssw0rd",
            "Tr0ub4dor&3",
            "correct horse battery staple",
            "qwerty",
            "aaaa",
            "1111",
            "Your-Dog-42!",
            "<x8!kd",
            "[a8Fk29dL]",
            "{Zk3x9Q}",
            "%a8Fk2%",
            "$ecret1X",
            "$2b$12$R9h/cIPz0gi",
            "x",
            "**",
            "examplar-of-virtue",
            "winter2024",
            "monkey-changes-hats",
        ] {
            assert_eq!(reason(text), None, "{text}");
        }
    }

    #[test]
    fn long_and_foreign_values_are_not_judged() {
        assert_eq!(placeholder(&vec![b'x'; LONGEST + 1]), None);
        assert_eq!(placeholder(&[0xff; 40]), None);
    }

    /// SplitMix64: repeatable, and independent of the code under test.
    fn random(seed: u64) -> impl FnMut() -> u64 {
        let mut state = seed;
        move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        }
    }

    /// Draws random tokens; fewer than one in ten thousand may be called a placeholder.
    fn draw(tokens: u64, alphabet: &[u8]) {
        let mut random = random(0x5eed ^ tokens ^ alphabet.len() as u64);
        let mut called = 0;
        for _ in 0..tokens {
            let length = 20 + random() % 45;
            let token: Vec<u8> = (0..length)
                .map(|_| alphabet[(random() % alphabet.len() as u64) as usize])
                .collect();
            called += u64::from(placeholder(&token).is_some());
        }
        let name = String::from_utf8_lossy(alphabet);
        assert!(called * 10_000 < tokens, "{called} of {tokens} random tokens of {name}");
    }

    #[test]
    fn random_base62_is_no_placeholder() {
        draw(100_000, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    }

    #[test]
    fn random_base64_is_no_placeholder() {
        draw(100_000, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    }

    #[test]
    fn random_hexadecimals_are_no_placeholders() {
        draw(100_000, b"0123456789abcdef");
    }

    #[test]
    fn random_tokens_of_other_alphabets_are_no_placeholders() {
        draw(20_000, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
        draw(20_000, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
        draw(20_000, b"abcdefghijklmnopqrstuvwxyz");
        draw(20_000, b"0123456789");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_judged(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let _ = placeholder(&bytes);
            let text = String::from_utf8_lossy(&bytes);
            let _ = sample_mnemonic(&text);
        }

        #[test]
        fn any_text_is_judged(text in "\\PC{0,80}|[${}<>%@_a-zA-Z0-9\\[\\]-]{0,60}") {
            let _ = placeholder(text.as_bytes());
        }
    }
}
