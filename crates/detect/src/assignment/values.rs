//! What a value looks like.

use crate::generated::{is_expression, is_generated};
use crate::text::has_uuid_groups;
use crate::words;

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

/// The form of a value.
pub fn shape(value: &[u8]) -> Shape {
    let all = |test: fn(&u8) -> bool| value.iter().all(test);
    let any = |bytes: &[u8]| value.iter().any(|b| bytes.contains(b));
    let letter = value.iter().any(u8::is_ascii_alphabetic);
    let lower = value.iter().any(u8::is_ascii_lowercase);
    let upper = value.iter().any(u8::is_ascii_uppercase);
    let digit = value.iter().any(u8::is_ascii_digit);
    let first_alpha = value.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    let identifier = first_alpha && all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    if value.len() <= 12 && is_language_word(value) {
        Shape::Keyword
    } else if is_hash(value) {
        Shape::Hash
    } else if is_ciphertext(value) {
        Shape::Ciphertext
    } else if is_template(value) {
        Shape::Template
    } else if memchr::memmem::find(value, b"://").is_some() {
        Shape::Url
    } else if is_like_uuid(value) {
        Shape::Uuid
    } else if any(b" \t") {
        if letter { Shape::Sentence } else { Shape::Other }
    } else if all(u8::is_ascii_digit) {
        Shape::Integer
    } else if value.len() >= 16 && all(u8::is_ascii_hexdigit) {
        Shape::Hex
    } else if is_number(value) {
        Shape::Number
    } else if is_path(value) {
        Shape::Path
    } else if is_email(value) {
        Shape::Email
    } else if !letter {
        Shape::Other
    } else if all(u8::is_ascii_lowercase) {
        Shape::Lower
    } else if all(u8::is_ascii_uppercase) {
        Shape::Upper
    } else if value[0].is_ascii_uppercase() && value[1..].iter().all(u8::is_ascii_lowercase) {
        Shape::Capitalised
    } else if identifier && any(b"_") && !upper && !digit {
        Shape::Snake
    } else if identifier && any(b"_") && !lower {
        Shape::UpperSnake
    } else if identifier && !digit && !any(b"_") && humps(value) {
        Shape::Camel
    } else if first_alpha && any(b"-") && all(|b| b.is_ascii_lowercase() || *b == b'-') {
        Shape::Kebab
    } else if first_alpha
        && any(b".")
        && all(|b| b.is_ascii_alphabetic() || matches!(b, b'.' | b'_'))
    {
        Shape::Dotted
    } else {
        Shape::Mixed
    }
}

/// Capitals only where words begin: no two in a row but in an abbreviation of up to four.
fn humps(value: &[u8]) -> bool {
    let mut capitals = 0;
    let mut humps = 0;
    for (index, byte) in value.iter().enumerate() {
        if byte.is_ascii_uppercase() {
            capitals += 1;
            if index > 0 && value[index - 1].is_ascii_lowercase() {
                humps += 1;
            }
            if capitals > 4 {
                return false;
            }
        } else {
            capitals = 0;
        }
    }
    humps > 0 && humps * 3 <= value.len()
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

fn is_path(value: &[u8]) -> bool {
    let starts =
        [&b"./"[..], b"../", b"~/", b"C:\\", b"%s/", b"\\\\"].iter().any(|s| value.starts_with(s));
    let slashes = value.iter().filter(|b| matches!(b, b'/' | b'\\')).count();
    // Extensions that no password has by chance.
    let extension =
        value.iter().rposition(|b| *b == b'.').map(|at| &value[at + 1..]).unwrap_or_default();
    let file = matches!(
        extension,
        b"pem"
            | b"key"
            | b"crt"
            | b"cer"
            | b"p12"
            | b"pfx"
            | b"jks"
            | b"txt"
            | b"json"
            | b"xml"
            | b"yml"
            | b"yaml"
            | b"properties"
            | b"conf"
            | b"cfg"
            | b"ini"
            | b"js"
            | b"ts"
            | b"jsx"
            | b"tsx"
            | b"py"
            | b"rb"
            | b"go"
            | b"java"
            | b"php"
            | b"html"
            | b"htm"
            | b"css"
            | b"sh"
            | b"md"
            | b"pub"
            | b"png"
            | b"svg"
            | b"jpg"
            | b"jpeg"
            | b"gif"
            | b"csv"
            | b"zip"
            | b"gz"
            | b"jar"
            | b"der"
            | b"sql"
            | b"log"
            | b"keystore"
            | b"example"
            | b"com"
            | b"org"
            | b"net"
            | b"io"
            | b"aspx"
    );
    let tame = value.iter().all(|b| b.is_ascii_alphanumeric() || b"/\\._-~:*{}$@".contains(b));
    let words = || {
        let reading = words::read(value);
        reading.known * 2 >= reading.letters
    };
    starts
        || (file && tame)
        || (slashes > 0 && value[0] == b'/' && tame && words())
        || (slashes >= 1 && tame && words() && !value.ends_with(b"="))
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

fn is_template(value: &[u8]) -> bool {
    let has = |part: &[u8]| memchr::memmem::find(value, part).is_some();
    let closed = |open: &[u8], close: &[u8]| {
        memchr::memmem::find(value, open)
            .is_some_and(|at| memchr::memmem::find(&value[at + open.len()..], close).is_some())
    };
    let reference =
        [(&b"${"[..], &b"}"[..]), (b"{{", b"}}"), (b"#{", b"}"), (b"$(", b")"), (b"<%", b"%>")]
            .iter()
            .any(|(open, close)| closed(open, close));
    if reference || has_field(value) || is_expression(value) {
        return true;
    }
    let sign = [&b"${"[..], b"{{", b"#{", b"$(", b"<%", b"%(", b"{%", b"x%0", b"0x%"]
        .iter()
        .any(|sign| has(sign))
        || [&b"%s"[..], b"%d", b"%v", b"%@", b"%q"].iter().any(|sign| has(sign))
        || (value.starts_with(b"<") && value.ends_with(b">"))
        || (value.starts_with(b"{") && value.ends_with(b"}") && !value.contains(&b'"'))
        || (value.starts_with(b"%") && value.ends_with(b"%") && value.len() > 2)
        || (value.starts_with(b"$")
            && value[1..].iter().all(|b| b.is_ascii_alphanumeric() || b"_.:->[]".contains(b))
            && value.get(1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_'))
        || (value.starts_with(b"[") && value.ends_with(b"]"));
    // Generators draw such signs by chance.
    sign && !is_generated(value)
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
    (value.first() == Some(&b'$') && value.len() > 12 && crypt(&value[1..]))
        || [&b":$2a$"[..], b":$2b$", b":$2y$"]
            .iter()
            .any(|bcrypt| memchr::memmem::find(value, bcrypt).is_some())
        || [
            &b"{SSHA"[..],
            b"{CRYPT}$",
            b"{SHA",
            b"{MD5}",
            b"{CRYPT}",
            b"{bcrypt}",
            b"{PBKDF2",
            b"pbkdf2",
            b"sha1$",
            b"sha256$",
            b"sha512$",
            b"sha256:",
            b"sha1:",
            b"sha512:",
            b"md5:",
            b"bcrypt",
            b"argon2",
            b"SCRAM-SHA",
            b"scrypt:",
            b"sha256-",
            b"sha384-",
            b"sha512-",
            b"hmac-sha",
            b"hmac-md5",
            b"SHA256:",
            b"blake2",
        ]
        .iter()
        .any(|start| value.starts_with(start) && value.len() > start.len() + 8)
}

fn is_ciphertext(value: &[u8]) -> bool {
    let starts = [
        &b"ENC("[..],
        b"ENC[",
        b"vault:v",
        b"$ANSIBLE_VAULT",
        b"{cipher}",
        b"AgA",
        b"{AES}",
        b"!vault",
        b"aes-128-",
        b"aes-192-",
        b"aes-256-",
        // Fernet, Google and Amazon KMS, ejson, Mule, Cirrus CI, Laravel, Kubernetes, age, PGP.
        b"gAAAAA",
        b"AQICAH",
        b"EJ[",
        b"![",
        b"ENCRYPTED[",
        b"ENCRYPTED(",
        b"enc:",
        b"k8s:enc:",
        b"eyJpdiI6",
        b"-----BEGIN AGE ENCRYPTED",
        b"-----BEGIN PGP MESSAGE",
    ];
    let sealed = value.len() >= 100
        && value.starts_with(b"Ag")
        && value[2..].iter().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b));
    sealed || starts.iter().any(|start| value.starts_with(start)) && value.len() > 12
}

fn is_language_word(value: &[u8]) -> bool {
    [
        "true",
        "false",
        "null",
        "none",
        "nil",
        "undefined",
        "string",
        "str",
        "int",
        "integer",
        "bool",
        "boolean",
        "number",
        "object",
        "any",
        "void",
        "yes",
        "no",
        "on",
        "off",
        "self",
        "this",
        "bytes",
        "byte",
        "char",
        "array",
        "list",
        "map",
        "text",
        "optional",
        "required",
        "function",
        "func",
        "default",
        "auto",
        "enabled",
        "disabled",
        "const",
        "static",
        "nullptr",
        "empty",
        "float",
        "varchar",
        "unknown",
        "return",
        "await",
        "async",
        "new",
        "type",
        "hidden",
        "prompt",
        "basic",
        "bearer",
        "plain",
        "unset",
        "symbol",
        "unique",
        "never",
        "double",
        "long",
        "uuid",
        "hash",
    ]
    .iter()
    .any(|word| value.eq_ignore_ascii_case(word.as_bytes()))
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

/// A text with its escapes read: `\u00f1` of JSON and Java, `&ntilde;` of HTML.
pub fn unescaped(text: &str) -> String {
    const ACCENTS: [&str; 9] =
        ["acute;", "grave;", "circ;", "tilde;", "uml;", "cedil;", "ring;", "slash;", "caron;"];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let escape = rest.strip_prefix("\\u").and_then(|code| code.get(..4));
        let letter =
            escape.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        let accent = rest.strip_prefix('&').and_then(|entity| {
            let base = entity.chars().next().filter(char::is_ascii_alphabetic)?;
            let length = ACCENTS.iter().find(|accent| entity[1..].starts_with(**accent))?.len();
            Some((base, length))
        });
        if let Some(letter) = letter {
            out.push(letter);
            rest = &rest[6..];
        } else if let Some((base, length)) = accent {
            out.push(base);
            rest = &rest[2 + length..];
        } else {
            out.push(sign);
            rest = &rest[sign.len_utf8()..];
        }
    }
    out
}

/// Part of a UUID, at least two of its groups.
pub fn is_cut_uuid(value: &[u8]) -> bool {
    const GROUPS: &[usize] = &[8, 4, 4, 4, 12];
    let groups = value.split(|b| *b == b'-').map(<[u8]>::len);
    let count = groups.clone().count();
    (2..5).contains(&count)
        && GROUPS.windows(count).any(|window| window.iter().copied().eq(groups.clone()))
        && value.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'a'..=b'f'))
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

/// What build files name and number: `artifact:1.2`, `Package-0.1.0`.
pub fn is_coordinate(value: &[u8]) -> bool {
    let numbers = |text: &[u8]| {
        let of_version = |b: &&u8| b.is_ascii_digit() || **b == b'.';
        let version = &text[..text.iter().take_while(of_version).count()];
        version.split(|b| *b == b'.').filter(|n| (1..4).contains(&n.len())).count()
    };
    let of_name = |b: &&u8| b.is_ascii_alphanumeric() || b"-_.:".contains(b);
    if !value.first().is_some_and(u8::is_ascii_alphabetic) {
        return false;
    }
    let name = value.iter().take_while(of_name).count();
    // A sign may stand right behind what can be a name, but then it is part of it.
    memchr::memchr2_iter(b':', b'-', &value[..name]).any(|at| {
        let least = if value[at] == b':' { 2 } else { 3 };
        numbers(&value[at + 1..]) >= least
    })
}

/// A security identifier of Windows: `S-1-5-32-545`.
pub fn is_security_identifier(value: &[u8]) -> bool {
    let Some(rest) = value.strip_prefix(b"S-1-") else { return false };
    rest.iter().all(|b| b.is_ascii_digit() || *b == b'-')
}

/// A connection string or its first part: `server=db;user=...`.
pub fn is_connection(value: &[u8]) -> bool {
    let key = |pair: &[u8]| {
        let key = pair.iter().take_while(|b| b.is_ascii_alphabetic() || **b == b' ').count();
        (key > 1 && pair.get(key) == Some(&b'=') && pair.len() > key + 1).then_some(key)
    };
    let is_word = |word: &[u8]| words::is_common(&word.to_ascii_lowercase());
    let pairs = value.split(|b| *b == b';').filter(|pair| key(pair).is_some()).count();
    pairs > 1 || key(value).is_some_and(|length| length > 3 && is_word(&value[..length]))
}

/// A path of SVG: commands of a letter, and numbers.
pub fn is_drawing(value: &[u8]) -> bool {
    let command = |b: &u8| b"MmZzLlHhVvCcSsQqTtAa".contains(b);
    let of_number = |b: &u8| b.is_ascii_digit() || b" .,-".contains(b);
    value.len() >= 16
        && matches!(value[0], b'M' | b'm')
        && value[1..].first().is_some_and(of_number)
        && value.iter().all(|b| command(b) || of_number(b))
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
pub fn is_pattern(value: &[u8]) -> bool {
    let has = |part: &[u8]| memchr::memmem::find(value, part).is_some();
    let class = has(b"[0-9") || has(b"[a-z") || has(b"[A-Z") || has(b"[\\w");
    let excludes = || has(b"[^") && !is_generated(value);
    let sign = has(b"(?:")
        || has(b"[\\x")
        || has(b"(?<")
        || has(b"(?P<")
        || has(b"(?i)")
        || has(b"(.*")
        || has(b"(.+");
    let escape = has(b"\\w+") || has(b"\\w*") || has(b"\\d{") || has(b"\\d+") || has(b"\\s*");
    class || sign || escape || excludes()
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
        assert_eq!(unescaped("Contrase\\u00f1a &ntilde;u\\u12"), "Contraseña nu\\u12");
        assert!(is_readable_hex(b"0000008d6c6f63616c686f73742d6b65792d3031"));
        assert!(!is_readable_hex(b"9f86d081884c7d659a2feaa0c55ad015"));
        assert!(is_cut_uuid(b"a06b-c462cffae87a") && is_cut_uuid(b"98b37c57-ec62-4e39"));
        assert!(!is_cut_uuid(b"98b37c57") && !is_cut_uuid(b"98b37c57-ec62c"));
        assert!(is_elided(b"5a29****d1") && is_elided(b"7d51(...)52e8"));
        assert!(is_elided(b"****x7Kq") && is_elided(b"********12") && !is_elided(b"***x7Kq"));
        assert!(!is_elided(b"****") && !is_elided(b"a*b*c*d*e*"));
        assert!(is_coordinate(b"jjwt-gson:0.11.2") && !is_coordinate(b"user:1234"));
        assert!(is_coordinate(b"Includes2-0.1.0.0-inplace") && !is_coordinate(b"winter-2024"));
        assert!(is_security_identifier(b"S-1-5-32-545") && !is_security_identifier(b"S-1-x"));
        assert!(is_escaped(b"\\x95\\x2b\\x04a\\xc0") && !is_escaped(b"pass\\x20word"));
        assert!(is_elided(b"9cbaf023786cd7...") && !is_elided(b"..."));
        assert!(is_connection(b"server=db;user=me") && is_connection(b"server=SQL"));
        assert!(!is_connection(b"a=b;c") && !is_connection(b"xkqzv=Ab3"));
        assert!(is_drawing(b"M1 3v14h18V3zm17 13H2V4h16z") && !is_drawing(b"Mellow Hours 1234567"));
        for name in ["SHA512-CRYPT", "scram-sha-256", "pbkdf2", "aes-256-cbc", "HS256", "argon2id"]
        {
            assert!(is_algorithm(name.as_bytes()), "{name}");
        }
        for other in ["password1", "shadow", "123456", "md5sum", "rsa-winter", "p1234", "aes-7"] {
            assert!(!is_algorithm(other.as_bytes()), "{other}");
        }
        assert_eq!(shape(b"-2147217308"), Shape::Number);
        assert_eq!(shape(b"^1.0.0"), Shape::Number);
    }
}
