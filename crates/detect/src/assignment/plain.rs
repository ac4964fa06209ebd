//! Facts that say that a value is no secret: by the name, by how it is joined to the value, and by the
//! form of the value. What they let pass is weighed.

use super::forms;
use super::grammar::{Assigned, Joint, Quoting, setting};
use super::names::{Class, Name};
use super::values::{self, Look, Shape};
use crate::checks::is_public_nkey;
use crate::naming::lexicon;
use crate::words;

/// The reason why a value is no secret, or what it looks like if it has to be weighed.
pub(super) fn look(text: &[u8], name: &Name, assigned: &Assigned) -> Result<Look, &'static str> {
    let content = assigned.content(text);
    let value = &content[..];
    let shortest = if assigned.scheme.is_some() { SHORTEST_IN_HEADER } else { SHORTEST };
    // In texts, `Basic` is a word (`Basic EC support`); HTTP has a user and a password in base64 there.
    let is_basic = || assigned.joint == Joint::Blank && name.says(text, &["basic"]);
    if value.trim_ascii().len() < shortest || value.len() < SHORTEST_IN_HEADER && is_basic() {
        return Err("too short");
    }
    if !value.iter().any(u8::is_ascii_alphanumeric) || values::is_line_ends(value) {
        return Err("neither letters nor digits");
    }
    let look = Look::of(value);
    let reason = if values::is_pattern(value, look.generated) {
        Some("a pattern")
    } else if values::is_format(value) {
        Some("a format of output")
    } else if values::is_elided(value) {
        Some("masked")
    } else if assigned.joint == Joint::Within {
        None
    } else {
        by_place(text, name, assigned, value, &look)
            .or_else(|| by_name(text, name, value, &look))
            .or_else(|| by_form(value))
            .or_else(|| by_shape(name, assigned, look.shape))
            .or_else(|| {
                (name.class == Class::Key && forms::is_path_of_ids(value))
                    .then_some("an identifier")
            })
    };
    reason.map_or(Ok(look), Err)
}

/// Whether a value is one of several that are put together, and so none by itself.
pub(super) fn is_piece(text: &[u8], name: &Name, assigned: &Assigned) -> bool {
    (assigned.joint == Joint::Comma && is_made(&text[name.span.clone()]))
        || (assigned.in_list && is_joined(text, assigned))
}

/// Whether what stands where a name would is itself made by a generator: `concat("KEY-7c37Cc86...",`.
fn is_made(name: &[u8]) -> bool {
    name.split(|b| !b.is_ascii_alphanumeric())
        .any(|part| part.len() >= 12 && part.iter().filter(|b| b.is_ascii_digit()).count() >= 2)
}

/// Whether the list that a value is in becomes one text: `["a", "b"].concat()`, `['a', 'b'].join('')`.
fn is_joined(text: &[u8], assigned: &Assigned) -> bool {
    const FAR: usize = 400;
    let rest = &text[assigned.end..(assigned.end + FAR).min(text.len())];
    let close = rest.iter().position(|b| matches!(b, b']' | b')'));
    let behind = close.map(|close| rest[close + 1..].trim_ascii_start());
    behind.is_some_and(|behind| behind.starts_with(b".concat") || behind.starts_with(b".join"))
}

/// What the text around a value says.
fn by_place(
    text: &[u8],
    name: &Name,
    assigned: &Assigned,
    value: &[u8],
    look: &Look,
) -> Option<&'static str> {
    if assigned.quoting == Quoting::Bare && is_code(text, name, assigned, look)
        || is_declared(text, name, assigned, look)
        || is_macro(text, name, assigned)
    {
        Some("code")
    } else if is_attribute_of_a_page(text, name) {
        Some("public: every page has it")
    } else if is_tag_of_an_image(text, name, assigned) {
        Some("the version of an image")
    } else if is_id_in_report(text, name, assigned, value) {
        Some("an id that a report gives to a secret")
    } else if is_within_address(text, name, assigned) {
        Some("an address")
    } else if is_between_strings(assigned, value) {
        Some("a text")
    } else if is_message(text, name, assigned, value) {
        Some("a message")
    } else if is_variable_read(text, assigned, value) {
        Some("the name of a variable")
    } else {
        None
    }
}

/// What the name says, and what a value of such a name never has.
fn by_name(text: &[u8], name: &Name, value: &[u8], look: &Look) -> Option<&'static str> {
    let is_key = matches!(name.class, Class::ApiKey | Class::Key);
    // `public key`, and the name of an assembly of .NET: `Public Key Token`.
    let before = &text[name.span.start.saturating_sub(b"public key ".len())..name.span.start];
    let follows = |words: &[u8]| {
        before.len() >= words.len()
            && before[before.len() - words.len()..].eq_ignore_ascii_case(words)
    };
    if (name.has(lexicon::PUBLIC) && name.class != Class::Password)
        || (name.class == Class::Token && follows(b"public key "))
        || (name.class == Class::Key && name.len() == 1 && follows(b"public "))
        || is_client_id(text, name)
    {
        Some("public by its name")
    } else if name.class != Class::Password && is_phrase(value, look) {
        Some("a text")
    // A key in a store or a table, `cacheKey`, or the id of a key.
    } else if name.class == Class::Key
        && (name.before_secret() & lexicon::DATA != 0 || name.tail_has(lexicon::ID))
    {
        Some("a key to look something up")
    } else if is_named_digest(text, name) && is_digest(value) {
        Some("a hash by its name")
    } else if is_key && name.says(text, &["encrypted"]) {
        Some("ciphertext by its name")
    } else if is_key_id(text, name, value) {
        Some("the id of a key")
    } else {
        None
    }
}

/// What the form of a value says, whatever its name.
fn by_form(value: &[u8]) -> Option<&'static str> {
    if values::is_escaped(value) {
        Some("bytes of a test vector")
    } else if values::is_readable_hex(value) {
        Some("a text in hexadecimal")
    } else if values::is_algorithm(value) {
        Some("the name of an algorithm")
    } else if forms::is_account(value) {
        Some("the address of an account")
    } else if is_public_nkey(value) || forms::is_public_key(value) {
        Some("a public key")
    } else if forms::is_serialised(value) {
        Some("a serialized object")
    } else if value.starts_with(b"urn:") || value.starts_with(b"arn:") {
        Some("an address")
    } else {
        None
    }
}

/// What the shape of a value says with the name and the quotes.
fn by_shape(name: &Name, assigned: &Assigned, shape: Shape) -> Option<&'static str> {
    let bare = assigned.quoting == Quoting::Bare;
    match shape {
        Shape::Url => Some("an address"),
        Shape::Path => Some("a path"),
        Shape::Hash => Some("a hash"),
        Shape::Ciphertext => Some("ciphertext"),
        Shape::Number => Some("a number, version or date"),
        Shape::Keyword if !bare || assigned.joint != Joint::Colon => Some("a word of the language"),
        Shape::Dotted | Shape::Capitalised | Shape::UpperSnake if bare => Some("code"),
        Shape::Template => Some("a template"),
        Shape::Uuid if matches!(name.class, Class::Key | Class::Credential) => {
            Some("an identifier")
        }
        Shape::Dotted
        | Shape::Sentence
        | Shape::Lower
        | Shape::Capitalised
        | Shape::Snake
        | Shape::Kebab
            if matches!(name.class, Class::Key | Class::Auth) =>
        {
            Some("a name or text")
        }
        Shape::Lower | Shape::Capitalised if assigned.scheme.is_some() => Some("a name or text"),
        Shape::Camel if name.class == Class::Key => Some("a name or text"),
        // Whoever names things in a language writes texts in it, of whose words none is known here.
        Shape::Lower | Shape::Capitalised | Shape::Upper | Shape::Snake | Shape::Kebab
            if name.has(lexicon::FOREIGN) =>
        {
            Some("a text")
        }
        _ => None,
    }
}

/// Whether nothing is assigned, but something is declared, a member in C, or named: in the place of a value
/// stands a name itself, `"secrets": {"name": [...]}`.
fn is_declared(text: &[u8], name: &Name, assigned: &Assigned, look: &Look) -> bool {
    let value = &text[assigned.value.clone()];
    let rest = &text[assigned.end..(assigned.end + 24).min(text.len())];
    let behind = rest.strip_prefix(b"`").or(rest.strip_prefix(b"\"")).unwrap_or(rest);
    let behind = behind.trim_ascii_start();
    if assigned.quoting != Quoting::Bare {
        let between = text.get(name.span.end..assigned.value.start).unwrap_or_default();
        return (behind.starts_with(b":") || behind.starts_with(b"=>"))
            && between.iter().any(|b| matches!(b, b'{' | b'['));
    }
    let pointers = value.iter().take_while(|b| matches!(b, b'*' | b'&')).count();
    let word = &value[pointers..];
    assigned.joint == Joint::Blank
        && (pointers > 0 || look.is_words())
        && word.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        && word.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
        && matches!(behind.first(), Some(b';' | b',' | b')' | b'[' | b'='))
}

/// Whether a name is a macro of C, `I915_PW("tx-b")`, or that of a register or a type of processors: parts of
/// such names look like abbreviations of a password (`MDP_INTF_1`, `psw_t`).
fn is_macro(text: &[u8], name: &Name, assigned: &Assigned) -> bool {
    let word = name.words(text).nth(name.secret).unwrap_or_default();
    let abbreviations = [&b"mdp"[..], b"pw", b"psk", b"psw"];
    name.tail() > 0 && abbreviations.iter().any(|short| short.eq_ignore_ascii_case(word))
        || name.class == Class::Password
            && name.len() > 1
            && assigned.joint == Joint::Call
            && !text[name.span.clone()].iter().any(u8::is_ascii_lowercase)
}

/// Whether the name is the end of a path and the value its version: `owner/token-service:1.2-a`.
fn is_tag_of_an_image(text: &[u8], name: &Name, assigned: &Assigned) -> bool {
    let before = &text[name.span.start.saturating_sub(ADDRESS)..name.span.start];
    let of_path = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'-' | b'_');
    let start = before.iter().rposition(|b| !of_path(b)).map_or(0, |other| other + 1);
    // `registry:5000/owner/`, but not `User:anna/`.
    let port = before[start..].first().is_some_and(u8::is_ascii_digit);
    let joined = before[..start].last() == Some(&b':') && !port;
    let path = before.ends_with(b"/") && before.len() > start + 1 && !joined;
    // A name and its version side by side: `"owner/Token" "1.2"`.
    let beside = assigned.joint == Joint::Blank && assigned.quoted_name;
    let behind = assigned.joint == Joint::Colon
        && assigned.quoting == Quoting::Bare
        && !assigned.quoted_name
        && assigned.value.start == name.span.end + 1;
    path && (beside || behind)
}

/// Whether a password's name and value are a message: the beginning of a string, as in
/// `"PASS: vxlan"`, or the text of a result, as in `test_pass("done\n")`.
fn is_message(text: &[u8], name: &Name, assigned: &Assigned, value: &[u8]) -> bool {
    let word = || value.iter().all(|b| b.is_ascii_alphabetic() || b"_+-".contains(b));
    name.class == Class::Password
        && match assigned.joint {
            Joint::Colon => {
                assigned.quoting == Quoting::Bare && assigned.is_within_string(text, name) && word()
            }
            Joint::Call => value.ends_with(b"\\n"),
            _ => false,
        }
}

/// Whether what stands in quotes is what stands between two strings: `"the token " + name + "`.
fn is_between_strings(assigned: &Assigned, value: &[u8]) -> bool {
    assigned.joint == Joint::Blank
        && assigned.quoting != Quoting::Bare
        && matches!(value.first(), Some(b',' | b';' | b')' | b'+' | b' '))
}

/// Whether the name is an attribute of an element for scripts of the page, `data-key`: whoever sees
/// the page has it.
fn is_attribute_of_a_page(text: &[u8], name: &Name) -> bool {
    let start = name.span.start;
    let before = &text[start.saturating_sub(ADDRESS)..start];
    let tag = || memchr::memrchr2(b'<', b'>', before).filter(|at| before[*at] == b'<');
    // `data-settings='{"token": "..."}'`.
    let is_within = |tag: &[u8]| {
        let data = memchr::memmem::rfind(tag, b" data-").map(|at| &tag[at..]);
        data.and_then(|data| data.get(memchr::memchr(b'=', data)? + 1..))
            .and_then(<[u8]>::split_first)
            .is_some_and(|(quote, rest)| matches!(quote, b'"' | b'\'') && !rest.contains(quote))
    };
    let called = &text[name.span.clone()];
    tag().is_some_and(|at| called.starts_with(b"data-") || is_within(&before[at..]))
        && matches!(name.class, Class::ApiKey | Class::Key | Class::Token)
        && !name.says(text, &["private", "secret"])
}

/// Whether a value names a variable of the environment that a call reads: `env("MAIL_PASSWORD")`.
fn is_variable_read(text: &[u8], assigned: &Assigned, value: &[u8]) -> bool {
    let says = |called: &[u8], word: &[u8]| {
        called.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
    };
    let reads = |called: &[u8]| {
        says(&called[called.len().saturating_sub(3)..], b"env") || says(called, b"environ")
    };
    value.contains(&b'_')
        && value.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
        && assigned.call.as_ref().is_some_and(|call| reads(&text[call.clone()]))
}

/// Whether the name and the value are fields of an address with colons:
/// `arn:aws:secretsmanager:...:secret:name` (the Amazon Resource Names of AWS), `urn:...`.
fn is_within_address(text: &[u8], name: &Name, assigned: &Assigned) -> bool {
    let before = &text[name.span.start.saturating_sub(ADDRESS)..name.span.start];
    if assigned.joint != Joint::Colon || !before.ends_with(b":") {
        return false;
    }
    let is_end = |b: &u8| b.is_ascii_whitespace() || b"\"'`<>()[]{},=".contains(b);
    let start = before.iter().rposition(is_end).map_or(0, |end| end + 1);
    [&b"arn:"[..], b"urn:"].iter().any(|scheme| before[start..].starts_with(scheme))
}

/// Whether a value is the id of a secret in one of our own reports, which are kept beside the code: 20 signs of
/// base32, as `secret_id` or next to the name of a rule.
fn is_id_in_report(text: &[u8], name: &Name, assigned: &Assigned, value: &[u8]) -> bool {
    let of_base32 = |b: &u8| matches!(b, b'a'..=b'z' | b'2'..=b'7');
    if value.len() != 20 || !value.iter().all(of_base32) {
        return false;
    }
    let behind = &text[assigned.value.end..];
    let before = &text[..name.span.start];
    text[name.span.clone()].eq_ignore_ascii_case(b"secret_id")
        || behind.starts_with(b", rule ")
        || before.ends_with(b"`, ") && is_rule_named(before)
}

/// How far before a name an address or an element may begin, in bytes.
const ADDRESS: usize = 500;

/// Whether a line ends in the name of a rule, as Markdown has it: ``Rule `npm-token`, ``.
fn is_rule_named(before: &[u8]) -> bool {
    let line = &before[before.len().saturating_sub(RULE_NAMED)..];
    memchr::memmem::rfind(line, b"Rule `").is_some_and(|at| !line[at..].contains(&b'\n'))
}

/// Whether the name is a client's id, `OAuthClientId`: it stands in every request and in browsers.
fn is_client_id(text: &[u8], name: &Name) -> bool {
    let mut words = name.words(text).rev();
    let mut ends =
        |word: &str| words.next().is_some_and(|w| w.eq_ignore_ascii_case(word.as_bytes()));
    name.class == Class::Auth && ends("id") && ends("client")
}

/// Whether a name is that of a digest: `secretHash`, `hashed_secret`; not of a key that digests are made
/// with, `HASH_SECRET`.
fn is_named_digest(text: &[u8], name: &Name) -> bool {
    let ends_in_key = name.tail() == 0 && matches!(name.class, Class::Secret | Class::ApiKey);
    let called = &text[name.span.clone()];
    let contains = |done: &[u8]| called.windows(done.len()).any(|w| w.eq_ignore_ascii_case(done));
    let is_done = || contains(b"hashed") || contains(b"crypted");
    name.has(lexicon::DIGEST) && (!ends_in_key || is_done())
}

/// Whether there is a blank in a value, where no token and no key has one but in PEM, or where a
/// generator puts in any character, as that of WordPress does, and no words stand between them.
fn is_phrase(value: &[u8], look: &Look) -> bool {
    let is_word = |part: &[u8]| {
        part.len() > 2 && part.iter().all(u8::is_ascii_lowercase) && words::is_common(part)
    };
    let is_letters = |part: &[u8]| part.iter().all(u8::is_ascii_alphabetic);
    let parts = || value.split(|b| matches!(b, b' ' | b'\t'));
    parts().nth(1).is_some()
        && !value.starts_with(b"-----BEGIN")
        && (!look.generated || parts().any(is_word) || parts().all(is_letters))
}

/// Whether a value is how keys of PGP are called: the last 8 or 16 digits of a fingerprint, or all
/// 40 (RFC 9580, section 5.5.4).
fn is_key_id(text: &[u8], name: &Name, value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"0x").unwrap_or(value);
    let digits = digits.strip_suffix(b"!").unwrap_or(digits);
    matches!(digits.len(), 8 | 16 | 40)
        && digits.iter().all(u8::is_ascii_hexdigit)
        && name.says(text, &["gpg", "pgp", "openpgp"])
}

/// Whether a value has the length of a digest in hexadecimal: MD5 to SHA-512.
fn is_digest(value: &[u8]) -> bool {
    matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128) && value.iter().all(u8::is_ascii_hexdigit)
}

/// Whether what stands without quotes is an expression of a programming language.
fn is_code(text: &[u8], name: &Name, assigned: &Assigned, look: &Look) -> bool {
    let rest = &text[assigned.end..(assigned.end + 24).min(text.len())];
    let value = &text[assigned.value.clone()];
    if look.generated && fills_line(text, name, assigned) {
        return false;
    }
    if matches!(rest.first(), Some(b'(' | b'[' | b'{' | b'.'))
        || matches!(assigned.joint, Joint::Arrow | Joint::Default)
        || rest.starts_with(b" {")
        || (matches!(value, [b'(', ..] | [.., b'*']) && !look.generated)
        || value.ends_with(b"&lt")
        || text[name.span.clone()].ends_with(b"_t")
        || assigned.joint == Joint::Colon && text[..name.span.start].ends_with(b" @")
    {
        return true;
    }
    let of_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.');
    if let [b'*' | b'&', of @ ..] = value {
        // A type: `*pkg.Key`.
        return of.contains(&b'.') && of[0].is_ascii_alphabetic() && of.iter().all(of_name);
    }
    if !value.iter().all(of_name) {
        return false;
    }
    let is_words = look.is_words();
    let part = |part: &&[u8]| part.first().is_some_and(u8::is_ascii_alphabetic);
    if is_words && value.split(|b| *b == b'.').filter(part).count() > 2 {
        return true;
    }
    // `key = name;` and `key = name (...)`; in shells and connection strings no blanks stand there.
    let camel = look.shape == Shape::Camel && is_words;
    let type_name = value[0].is_ascii_uppercase() && camel;
    let ends = match rest.first() {
        Some(b';') => assigned.joint != Joint::Blank,
        // A constant in a list of them, and a parameter with its type.
        Some(b',') => assigned.joint == Joint::Equals || assigned.joint == Joint::Blank && camel,
        // Where variables begin with `$`, words stand in quotes.
        _ if assigned.joint == Joint::Equals && is_variable(text, name) => true,
        _ => {
            let joints = [Joint::Equals, Joint::Blank, Joint::Colon];
            type_name && joints.contains(&assigned.joint)
        }
    };
    let operators =
        [&b" ("[..], b" {", b" + ", b" - ", b" | ", b" & ", b" ? ", b" == ", b" != ", b" = "];
    assigned.is_apart(text) && (ends || operators.iter().any(|sign| rest.starts_with(sign)))
}

/// Whether a name begins a line and its value ends it, as in settings and lists of variables.
fn fills_line(text: &[u8], name: &Name, assigned: &Assigned) -> bool {
    let rest = &text[assigned.end..];
    let end = rest.iter().find(|b| !matches!(b, b' ' | b'\t' | b'"' | b'\''));
    setting::begins_line(text, name.span.start) && matches!(end, None | Some(b'\n' | b'\r'))
}

/// Whether a `$` begins the name.
fn is_variable(text: &[u8], name: &Name) -> bool {
    let start = name.span.start;
    text[start] == b'$' || start > 0 && text[start - 1] == b'$'
}

/// Bytes that `Rule`, its name and what is between them take.
const RULE_NAMED: usize = 100;

/// Shortest value that is weighed, in bytes.
const SHORTEST: usize = 4;

/// Shortest behind a scheme: no token is shorter, and no user and password in base64.
const SHORTEST_IN_HEADER: usize = 8;
