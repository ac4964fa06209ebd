//! What a value looks like.

use crate::generated::{self, is_expression};
use crate::text::has_uuid_groups;
use crate::vocabulary::VOCABULARY;
use crate::words::{self, Reading};

/// The form of a value, told by its characters alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Shape {
    /// None of the others.
    Other,
    /// Letters and digits mixed, or with signs: as passwords and keys are.
    Mixed,
    /// Lower-case letters only.
    Lower,
    /// One capital and lower-case letters.
    Capitalised,
    /// Capitals only.
    Upper,
    /// `camelCase` or `PascalCase`.
    Camel,
    /// `snake_case`.
    Snake,
    /// `UPPER_SNAKE`.
    UpperSnake,
    /// `kebab-case`.
    Kebab,
    /// `dotted.path`.
    Dotted,
    /// Digits only.
    Integer,
    /// Number with a point, an exponent or `0x`, version, date, address.
    Number,
    /// Hexadecimal, 16 digits and more.
    Hex,
    /// 8-4-4-4-12.
    Uuid,
    /// `scheme://`.
    Url,
    /// File path.
    Path,
    /// Words with blanks.
    Sentence,
    /// A template or expression: `${x}`, `{{x}}`, `%s`, `f(x)`.
    Template,
    /// A hash in a format that says so: `$2a$`, `{SSHA}`, `sha256:`.
    Hash,
    /// `user@host`.
    Email,
    /// `null`, `true`, `string` and other words of languages.
    Keyword,
    /// Ciphertext in a format that says so: `ENC(`, `vault:v1:`, `!vault`.
    Ciphertext,
}

/// What a value looks like, measured once for all who ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Its form.
    pub shape: Shape,
    /// Whether it mixes kinds of characters as only generators do.
    pub generated: bool,
    /// Its words.
    pub(crate) reading: Reading,
}

impl Look {
    /// Looks at a value that is not empty.
    pub fn of(value: &[u8]) -> Self {
        let reading = words::read(value);
        let generated = generated::is_generated_as_read(value, &reading);
        Self { shape: shape(value, &reading, generated), generated, reading }
    }

    /// Whether half of the letters and more are in common words.
    pub fn is_words(&self) -> bool {
        self.reading.known * 2 >= self.reading.letters
    }
}

fn shape(value: &[u8], reading: &Reading, generated: bool) -> Shape {
    let all = |test: fn(&u8) -> bool| value.iter().all(test);
    let any = |bytes: &[u8]| value.iter().any(|b| bytes.contains(b));
    let has = |test: fn(&u8) -> bool| value.iter().any(test);
    let (lower, upper) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
    let (letter, digit) = (lower || upper, has(u8::is_ascii_digit));
    let first_alpha = value.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    let identifier = first_alpha && all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let is_word = value.len() <= LONGEST_KEYWORD
        && VOCABULARY.language.iter().any(|word| value.eq_ignore_ascii_case(word));
    match () {
        () if is_word => Shape::Keyword,
        () if is_hash(value) => Shape::Hash,
        () if is_ciphertext(value) => Shape::Ciphertext,
        () if is_template(value, generated) => Shape::Template,
        () if memchr::memmem::find(value, b"://").is_some() => Shape::Url,
        () if is_like_uuid(value) => Shape::Uuid,
        () if any(b" \t") && letter => Shape::Sentence,
        () if any(b" \t") => Shape::Other,
        () if all(u8::is_ascii_digit) => Shape::Integer,
        () if value.len() >= 16 && all(u8::is_ascii_hexdigit) => Shape::Hex,
        () if is_number(value) => Shape::Number,
        () if is_path(value, reading) => Shape::Path,
        () if is_email(value) => Shape::Email,
        () if !letter => Shape::Other,
        () if all(u8::is_ascii_lowercase) => Shape::Lower,
        () if all(u8::is_ascii_uppercase) => Shape::Upper,
        () if value[0].is_ascii_uppercase() && value[1..].iter().all(u8::is_ascii_lowercase) => {
            Shape::Capitalised
        }
        () if identifier && any(b"_") && !upper && !digit => Shape::Snake,
        () if identifier && any(b"_") && !lower => Shape::UpperSnake,
        () if identifier && !digit && !any(b"_") && humps(value) => Shape::Camel,
        () if first_alpha && any(b"-") && all(|b| b.is_ascii_lowercase() || *b == b'-') => {
            Shape::Kebab
        }
        () if first_alpha
            && any(b".")
            && all(|b| b.is_ascii_alphabetic() || matches!(b, b'.' | b'_')) =>
        {
            Shape::Dotted
        }
        () => Shape::Mixed,
    }
}

/// Longest word of languages, in bytes.
const LONGEST_KEYWORD: usize = 12;

/// Capitals only where words begin: no more in a row than an abbreviation of up to four has.
fn humps(value: &[u8]) -> bool {
    let humps = value.windows(2).filter(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
    let humps = humps.count();
    let capitals = value.split(|b| !b.is_ascii_uppercase()).map(<[u8]>::len).max();
    humps > 0 && humps * 3 <= value.len() && capitals <= Some(4)
}

/// Groups as a UUID has them, perhaps in braces. Any letters, as there are in one that somebody made up.
fn is_like_uuid(value: &[u8]) -> bool {
    let value = match value {
        [b'{', inner @ .., b'}'] => inner,
        _ => value,
    };
    has_uuid_groups(value, u8::is_ascii_alphanumeric)
}

fn is_number(value: &[u8]) -> bool {
    // As ranges of versions begin.
    let value = value.strip_prefix(b"^").or(value.strip_prefix(b"~")).unwrap_or(value);
    let body = value.strip_prefix(b"-").or(value.strip_prefix(b"v")).unwrap_or(value);
    if let Some(hex) = body.strip_prefix(b"0x").or(body.strip_prefix(b"0X")) {
        return hex.len() <= 16 && hex.iter().all(u8::is_ascii_hexdigit);
    }
    let digits = body.iter().filter(|b| b.is_ascii_digit()).count();
    body.first().is_some_and(u8::is_ascii_digit)
        && digits * 2 >= body.len()
        && body.iter().all(|b| b.is_ascii_digit() || b".:-/_eETZLUlufxKMGBms%+".contains(b))
        && (body.len() < value.len() || body.iter().any(|b| !b.is_ascii_digit()))
}

fn is_path(value: &[u8], reading: &Reading) -> bool {
    const STARTS: [&[u8]; 6] = [b"./", b"../", b"~/", b"C:\\", b"%s/", b"\\\\"];
    let slash = value.iter().any(|b| matches!(b, b'/' | b'\\'));
    let extension = value.iter().rposition(|b| *b == b'.').map(|at| &value[at + 1..]);
    let file = extension.is_some_and(|extension| VOCABULARY.extension.contains(extension));
    let tame = value.iter().all(|b| b.is_ascii_alphanumeric() || b"/\\._-~:*{}$@".contains(b));
    let words = reading.known * 2 >= reading.letters;
    let padded = value[0] != b'/' && value.ends_with(b"=");
    STARTS.iter().any(|start| value.starts_with(start))
        || tame && (file || slash && words && !padded)
}

fn is_email(value: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b'@', value) else { return false };
    let host = &value[at + 1..];
    at > 0
        && host.contains(&b'.')
        && !host.ends_with(b".")
        && value.iter().all(|b| b.is_ascii_alphanumeric() || b"@._+-".contains(b))
        && host
            .rsplit(|b| *b == b'.')
            .next()
            .is_some_and(|tld| tld.len() >= 2 && tld.iter().all(u8::is_ascii_alphabetic))
}

fn is_template(value: &[u8], generated: bool) -> bool {
    // What a program fills in, opened and closed.
    const REFERENCES: [(&[u8], &[u8]); 5] =
        [(b"${", b"}"), (b"{{", b"}}"), (b"#{", b"}"), (b"$(", b")"), (b"<%", b"%>")];
    const SIGNS: [&[u8]; 14] = [
        b"${", b"{{", b"#{", b"$(", b"<%", b"%(", b"{%", b"x%0", b"0x%", b"%s", b"%d", b"%v",
        b"%@", b"%q",
    ];
    const AROUND: [(&[u8], &[u8]); 3] = [(b"<", b">"), (b"%", b"%"), (b"[", b"]")];
    let find = |part: &[u8]| memchr::memmem::find(value, part);
    let closed = |(open, close): &(&[u8], &[u8])| {
        find(open)
            .is_some_and(|at| memchr::memmem::find(&value[at + open.len()..], close).is_some())
    };
    let around = |(open, close): &(&[u8], &[u8])| {
        value.len() > 2 && value.starts_with(open) && value.ends_with(close)
    };
    let variable = || {
        let name = value.strip_prefix(b"$").unwrap_or_default();
        name.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
            && name.iter().all(|b| b.is_ascii_alphanumeric() || b"_.:->[]".contains(b))
    };
    // Generators draw such signs by chance.
    REFERENCES.iter().any(closed)
        || has_field(value)
        || is_expression(value)
        || !generated
            && (SIGNS.iter().any(|sign| find(sign).is_some())
                || AROUND.iter().any(around)
                || around(&(b"{", b"}")) && !value.contains(&b'"')
                || variable())
}

/// Whether a value has a field that a program fills in: `{}`, `{name}`.
fn has_field(value: &[u8]) -> bool {
    let fields = memchr::memchr_iter(b'{', value).filter_map(|open| {
        let rest = &value[open + 1..];
        rest.iter().position(|b| *b == b'}').map(|close| &rest[..close])
    });
    fields.into_iter().any(|field| {
        let is_name =
            field.len() >= 3 && field.iter().all(|b| b.is_ascii_lowercase() || *b == b'_');
        field.is_empty() || is_name
    })
}

fn is_hash(value: &[u8]) -> bool {
    let scheme = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=' | b',');
    let crypt = |rest: &[u8]| {
        memchr::memchr(b'$', rest)
            .is_some_and(|at| at > 0 && at < 20 && rest[..at].iter().all(scheme))
    };
    let bcrypt = [&b":$2a$"[..], b":$2b$", b":$2y$"];
    (value.first() == Some(&b'$') && value.len() > 12 && crypt(&value[1..]))
        || bcrypt.iter().any(|sign| memchr::memmem::find(value, sign).is_some())
        || begins_longer(value, &VOCABULARY.hash, 8)
}

fn is_ciphertext(value: &[u8]) -> bool {
    // Sealed secrets of Kubernetes.
    let sealed = value.len() >= 100
        && value.starts_with(b"Ag")
        && value[2..].iter().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b));
    let armoured = [&b"-----BEGIN AGE ENCRYPTED"[..], b"-----BEGIN PGP MESSAGE"];
    sealed
        || armoured.iter().any(|start| value.starts_with(start))
        || value.len() > 12 && begins_longer(value, &VOCABULARY.ciphertext, 0)
}

/// Whether a value begins so and has more than so many bytes behind that.
fn begins_longer(value: &[u8], starts: &[&[u8]], more: usize) -> bool {
    starts.iter().any(|start| value.starts_with(start) && value.len() > start.len() + more)
}

/// Nothing but escapes of line ends, blanks and zeros, as what is stripped or split at is: `\\r\\n`.
pub fn is_line_ends(value: &[u8]) -> bool {
    value.len().is_multiple_of(2)
        && value.chunks(2).all(|pair| pair[0] == b'\\' && b"rntf0v".contains(&pair[1]))
}

/// Bytes written as escapes, as test vectors are: `\x9c\xd6`; some of them may be printable.
pub fn is_escaped(value: &[u8]) -> bool {
    let escapes = |sign: &[u8]| memchr::memmem::find_iter(value, sign).count();
    value.len() >= 8
        && value[0] == b'\\'
        && (escapes(b"\\x") * 8 >= value.len() || escapes(b"\\u") * 12 >= value.len())
}

/// Bytes in hexadecimal that are printable text, perhaps behind a number of four bytes: chance makes
/// that of one in a hundred thousand.
pub fn is_readable_hex(value: &[u8]) -> bool {
    // The first digits of 0x20 to 0x7e, of which 0x7f alone is none.
    let printable = |digits: &[u8]| {
        digits
            .chunks(2)
            .all(|pair| matches!(pair[0], b'2'..=b'7') && !pair.eq_ignore_ascii_case(b"7f"))
    };
    value.len() >= 24
        && value.len().is_multiple_of(2)
        && value.iter().all(u8::is_ascii_hexdigit)
        && (printable(value) || value.len() >= 32 && printable(&value[8..]))
}

/// Something left out in the middle or at the end: stars or an ellipsis.
pub fn is_elided(value: &[u8]) -> bool {
    let inner = value.get(2..value.len().saturating_sub(2)).unwrap_or_default();
    let cut = value.len() >= 8 && value.ends_with(b"...") && value[0] != b'.';
    let left_out = value.len() >= 8
        && memchr::memmem::find(inner, b"...").is_some_and(|at| {
            inner[..at]
                .iter()
                .chain(inner[at..].iter().skip_while(|b| **b == b'.'))
                .any(u8::is_ascii_alphanumeric)
        });
    let is_starred = value.ends_with(b"***") && value[0].is_ascii_alphanumeric();
    // All but the last signs: `****rkVU`.
    let begins_starred = value.len() <= 12 && value.starts_with(b"****");
    cut || left_out
        || is_starred
        || begins_starred && value.len() > 4
        || [&b"****"[..], b"(...)", b"[...]"]
            .iter()
            .any(|sign| memchr::memmem::find(inner, sign).is_some())
}

/// The name of a digest, a cipher or a scheme for passwords: `SHA512-CRYPT`, `scram-sha-256`.
pub fn is_algorithm(value: &[u8]) -> bool {
    const NAMES: &str = "sha md ssha scram crypt bcrypt scrypt argon argon2i argon2id pbkdf hmac aes \
                         rsa ntlm hs rs es ps ecdsa eddsa";
    const BESIDE: &str = "with id p cbc gcm ctr ecb oaep nist crypt blf";
    const NUMBERS: &str = "1 2 3 5 128 192 224 256 384 512 521";
    let says = |list: &str, part: &[u8]| {
        list.as_bytes().split(|b| *b == b' ').any(|known| part.eq_ignore_ascii_case(known))
    };
    let parts = || value.split(|b| !b.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    // A word, a number, or both written together.
    let split = |part: &'_ [u8]| part.iter().position(u8::is_ascii_digit).unwrap_or(part.len());
    let named = |part: &[u8]| says(NAMES, &part[..split(part)]) || says(NAMES, part);
    let known = |part: &[u8]| {
        let (word, number) = part.split_at(split(part));
        says(NAMES, part)
            || ((word.is_empty() || says(NAMES, word) || says(BESIDE, word))
                && (number.is_empty() || says(NUMBERS, number)))
    };
    value.len() <= 24
        && value.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'/' | b'$'))
        && parts().any(named)
        && parts().all(known)
}

/// Whether a value is a text with conversions of `printf`: `" sta:%pM"`, `user %s`.
pub fn is_format(value: &[u8]) -> bool {
    let has_blank = value.iter().any(u8::is_ascii_whitespace);
    has_blank && value.windows(2).any(|pair| pair[0] == b'%' && b"sdiupxc".contains(&pair[1]))
}

/// A regular expression rather than a value: classes, repetitions, groups.
pub fn is_pattern(value: &[u8], generated: bool) -> bool {
    const SIGNS: [&[u8]; 17] = [
        b"[0-9", b"[a-z", b"[A-Z", b"[\\w", b"(?:", b"[\\x", b"(?<", b"(?P<", b"(?i)", b"(.*",
        b"(.+", b"\\w+", b"\\w*", b"\\d{", b"\\d+", b"\\s*", b"[^",
    ];
    let has = |part: &[u8]| memchr::memmem::find(value, part).is_some();
    let signs = &SIGNS[..SIGNS.len() - usize::from(generated)];
    value.iter().any(|b| b"[(\\".contains(b)) && signs.iter().any(|sign| has(sign))
}

/// How much a value looks like base64: 0 not at all, 1 its alphabet, 2 with both cases and digits,
/// 3 with a fitting length, 4 with padding.
pub fn base64_like(value: &[u8]) -> usize {
    let body = value.strip_suffix(b"==").or(value.strip_suffix(b"=")).unwrap_or(value);
    let alphabet = |b: &u8| b.is_ascii_alphanumeric() || b"+/-_".contains(b);
    if body.len() < 12 || !body.iter().all(alphabet) {
        return 0;
    }
    let has = |test: fn(&u8) -> bool| body.iter().any(test);
    if !(has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)) {
        return 1;
    }
    if !value.len().is_multiple_of(4) {
        2
    } else if body.len() == value.len() {
        3
    } else {
        4
    }
}

/// Kind of a single character, for the first and the last.
pub fn sign(byte: Option<u8>) -> usize {
    match byte {
        None => 0,
        Some(b'a'..=b'z') => 1,
        Some(b'A'..=b'Z') => 2,
        Some(b'0'..=b'9') => 3,
        Some(b'$') => 4,
        Some(b'/' | b'\\' | b'.' | b'~') => 5,
        Some(b'<' | b'{' | b'[' | b'(' | b'%' | b'>' | b'}' | b']' | b')') => 6,
        Some(b'=') => 7,
        Some(b'-' | b'_') => 8,
        Some(b'#' | b'@' | b'&' | b'*' | b'!') => 9,
        Some(b':' | b'?' | b',' | b';') => 10,
        Some(_) => 11,
    }
}

/// Length of the longest run of one character.
pub fn repeats(value: &[u8]) -> usize {
    value.chunk_by(|a, b| a == b).map(<[u8]>::len).max().unwrap_or(0)
}

/// Length of the longest run of neighbours: `abcd`, `4321`.
pub fn sequence(value: &[u8]) -> usize {
    let up = value.chunk_by(|a, b| a.wrapping_add(1) == *b).map(<[u8]>::len).max().unwrap_or(0);
    let down = value.chunk_by(|a, b| a.wrapping_sub(1) == *b).map(<[u8]>::len).max().unwrap_or(0);
    up.max(down)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_that_are_no_secrets() {
        assert!(is_escaped(b"\\x95\\x2b\\x04a\\xc0") && !is_escaped(b"pass\\x20word"));
        assert!(is_readable_hex(b"0000008d6c6f63616c686f73742d6b65792d3031"));
        assert!(!is_readable_hex(b"9f86d081884c7d659a2feaa0c55ad015"));
        assert!(is_elided(b"5a29****d1") && is_elided(b"7d51(...)52e8"));
        assert!(is_elided(b"****x7Kq") && is_elided(b"********12") && !is_elided(b"***x7Kq"));
        assert!(!is_elided(b"****") && !is_elided(b"a*b*c*d*e*"));
        assert!(is_elided(b"9cbaf023786cd7...") && !is_elided(b"..."));
        for name in ["SHA512-CRYPT", "scram-sha-256", "pbkdf2", "aes-256-cbc", "HS256", "argon2id"]
        {
            assert!(is_algorithm(name.as_bytes()), "{name}");
        }
        for other in ["password1", "shadow", "123456", "md5sum", "rsa-winter", "p1234", "aes-7"] {
            assert!(!is_algorithm(other.as_bytes()), "{other}");
        }
        assert_eq!(Look::of(b"-2147217308").shape, Shape::Number);
        assert_eq!(Look::of(b"^1.0.0").shape, Shape::Number);
    }
}
