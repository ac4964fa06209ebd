//! What a value looks like.

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
    } else if is_uuid(value) {
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

fn is_uuid(value: &[u8]) -> bool {
    let value = match value {
        [b'{', inner @ .., b'}'] => inner,
        _ => value,
    };
    value.len() == 36
        && value.iter().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_alphanumeric(),
        })
}

fn is_number(value: &[u8]) -> bool {
    let body = value.strip_prefix(b"-").or(value.strip_prefix(b"v")).unwrap_or(value);
    if let Some(hex) = body.strip_prefix(b"0x").or(body.strip_prefix(b"0X")) {
        return hex.len() <= 16 && hex.iter().all(u8::is_ascii_hexdigit);
    }
    let digits = body.iter().filter(|b| b.is_ascii_digit()).count();
    body.first().is_some_and(u8::is_ascii_digit)
        && digits * 2 >= body.len()
        && body.iter().all(|b| b.is_ascii_digit() || b".:-/_eETZLUlufxKMGBms%+".contains(b))
        && body.iter().any(|b| !b.is_ascii_digit())
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
        let reading = super::words::read(value);
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
    let call = || {
        // `name(...)` or `name[...]`: code, not a value.
        let open = value.iter().position(|b| matches!(b, b'(' | b'['));
        open.is_some_and(|at| {
            at > 0
                && matches!(value.last(), Some(b')' | b']'))
                && value[..at].iter().all(|b| b.is_ascii_alphanumeric() || b"_.:$->".contains(b))
        })
    };
    has(b"${")
        || has(b"{{")
        || has(b"#{")
        || has(b"$(")
        || has(b"<%")
        || has(b"%(")
        || has(b"{%")
        || has(b"x%0")
        || (has(b"%s") || has(b"%d") || has(b"%v") || has(b"%@") || has(b"%q"))
        || (value.starts_with(b"<") && value.ends_with(b">"))
        || (value.starts_with(b"{") && value.ends_with(b"}") && !value.contains(&b'"'))
        || (value.starts_with(b"%") && value.ends_with(b"%") && value.len() > 2)
        || (value.starts_with(b"$")
            && value[1..].iter().all(|b| b.is_ascii_alphanumeric() || b"_.:->[]".contains(b))
            && value.get(1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_'))
        || (value.starts_with(b"[") && value.ends_with(b"]"))
        || call()
}

fn is_hash(value: &[u8]) -> bool {
    let crypt = |rest: &[u8]| memchr::memchr(b'$', rest).is_some_and(|at| at > 0 && at < 20);
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
        ]
        .iter()
        .any(|start| value.starts_with(start) && value.len() > start.len() + 8)
}

fn is_ciphertext(value: &[u8]) -> bool {
    [&b"ENC("[..], b"ENC[", b"vault:v", b"$ANSIBLE_VAULT", b"{cipher}", b"AgA", b"{AES}", b"!vault"]
        .iter()
        .any(|start| value.starts_with(start))
        && value.len() > 12
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

/// Passwords that somebody would try first: from the lists that attackers publish every year, and
/// names of the services they are the default of.
pub fn is_known_weak(value: &[u8]) -> bool {
    let letters: Vec<u8> = value
        .iter()
        .map(|b| match b {
            b'@' => b'a',
            b'$' => b's',
            b'!' => b'i',
            b => b.to_ascii_lowercase(),
        })
        .collect();
    let body = match letters.iter().rposition(|b| !b.is_ascii_digit()) {
        Some(last) => &letters[..=last],
        None => return letters.len() < 8,
    };
    let plain: Vec<u8> = body
        .iter()
        .map(|b| match b {
            b'0' => b'o',
            b'1' => b'i',
            b'3' => b'e',
            b'5' => b's',
            b => *b,
        })
        .collect();
    [body, &plain[..]].iter().any(|word| KNOWN_WEAK.iter().any(|weak| weak.as_bytes() == *word))
}

/// How hard a value is to guess, by its characters and words alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// A known password, digits alone, mostly common words, or a text: people think of it, others
    /// guess it.
    Guessed,
    /// Few letters and no known words: a name, a word of another language, or chance.
    Letters,
    /// Anything else.
    Mixed,
}

/// How hard a value is to guess.
pub fn strength(value: &[u8]) -> Strength {
    let reading = super::words::read(value);
    let count = |test: fn(&u8) -> bool| value.iter().filter(|b| test(b)).count();
    let digits = count(u8::is_ascii_digit);
    let wordy = count(|b| !b.is_ascii() || is_wordy(*b));
    let text = wordy == value.len() && (value.contains(&b' ') || !value.is_ascii());
    if text || digits == value.len() || is_known_weak(value) || is_made_of_words(value) {
        return Strength::Guessed;
    }
    if wordy == value.len() && value.len() < LONG {
        // Capitals that stand anywhere are a generator's.
        let scattered = changes(value) * 3 >= value.len() && reading.known * 2 < reading.letters;
        if !(scattered && reading.letters == value.len()) {
            return Strength::Letters;
        }
    }
    Strength::Mixed
}

/// Mostly common words: a password that people think of, whatever its length up to 24.
pub fn is_made_of_words(value: &[u8]) -> bool {
    let reading = super::words::read(value);
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let signs = value.iter().filter(|b| b.is_ascii() && !b.is_ascii_digit() && !is_wordy(**b));
    value.len() <= 24
        && reading.letters > 0
        && reading.known * 5 >= reading.letters * 3
        && digits * 5 <= value.len() * 2
        && signs.count() * 3 <= value.len()
}

/// From so many letters on nobody guesses what is not made of words.
pub(super) const LONG: usize = 16;

/// Letters and what stands between the words of a sentence.
fn is_wordy(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || b" ':,?-._()/".contains(&byte)
}

/// Bytes written as escapes: `\x9c\xd6`, as test vectors are.
pub fn is_escaped(value: &[u8]) -> bool {
    let bytes =
        |length: usize, sign: &[u8]| value.chunks(length).all(|byte| byte.starts_with(sign));
    value.len() >= 8 && (bytes(4, b"\\x") || bytes(6, b"\\u"))
}

/// A regular expression rather than a value: classes, repetitions, groups.
pub fn is_pattern(value: &[u8]) -> bool {
    let has = |part: &[u8]| memchr::memmem::find(value, part).is_some();
    let class = has(b"[0-9") || has(b"[a-z") || has(b"[A-Z") || has(b"[^") || has(b"[\\w");
    let sign = has(b"(?:") || has(b"(?<") || has(b"(?i)") || has(b"(.*") || has(b"(.+");
    let escape = has(b"\\w+") || has(b"\\w*") || has(b"\\d{") || has(b"\\d+") || has(b"\\s*");
    class || sign || escape
}

const KNOWN_WEAK: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "pwd",
    "passw",
    "passwort",
    "admin",
    "administrator",
    "root",
    "toor",
    "test",
    "testing",
    "testpass",
    "testpassword",
    "secret",
    "secrets",
    "letmein",
    "welcome",
    "qwerty",
    "qwertyuiop",
    "qwert",
    "qwertz",
    "asdf",
    "asdfgh",
    "zxcvbn",
    "iloveyou",
    "monkey",
    "dragon",
    "master",
    "login",
    "guest",
    "user",
    "username",
    "demo",
    "default",
    "changeit",
    "changeme",
    "hunter",
    "foobar",
    "foo",
    "bar",
    "baz",
    "abc",
    "abcd",
    "abcdef",
    "hello",
    "world",
    "mypassword",
    "mysecret",
    "mypass",
    "supersecret",
    "topsecret",
    "postgres",
    "mysql",
    "oracle",
    "mongo",
    "redis",
    "rabbitmq",
    "minio",
    "minioadmin",
    "elastic",
    "grafana",
    "jenkins",
    "docker",
    "vagrant",
    "ubuntu",
    "debian",
    "tomcat",
    "wordpress",
    "drupal",
    "joomla",
    "adminpass",
    "adminpassword",
    "rootpass",
    "rootpassword",
    "userpass",
    "userpassword",
    "sa",
    "system",
    "manager",
    "operator",
    "public",
    "private",
    "temp",
    "example",
    "sample",
    "dummy",
    "fake",
    "token",
    "key",
    "apikey",
    "api",
    "db",
    "database",
    "dbpass",
    "dbpassword",
    "access",
    "football",
    "baseball",
    "sunshine",
    "princess",
    "shadow",
    "superman",
    "batman",
    "trustno",
    "tiger",
    "swordfish",
    "sekrit",
    "sekret",
    "passphrase",
    "passcode",
    "p",
    "pw",
    "a",
    "x",
    "notsecret",
    "insecure",
    "verysecret",
    "notasecret",
    "sesame",
    "opensesame",
    "xyz",
    "azerty",
    "samba",
    "nagios",
    "zabbix",
    "kafka",
    "spring",
    "hive",
    "hadoop",
    "neo4j",
    "influxdb",
    "keycloak",
];

/// Changes between lower case, capitals, digits and other characters.
pub fn changes(value: &[u8]) -> usize {
    let kind = |b: u8| match b {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    value.windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count()
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
