//! Where a value stands: whether its surroundings say that it needs no guessing, or is none.

use super::Measured;
use super::features::Feature;
use super::grammar::{Joint, Quoting};
use super::names::Class;
use super::values::{self, Shape};
use crate::generated::{is_generated, is_generated_with_signs};
use crate::naming::lexicon;
use crate::{naming, placeholder, weak, words};

/// What makes a value harmless where it stands, however likely the odds are: placeholders are known to
/// everybody, and what its surroundings say that it is.
pub fn harmless(text: &[u8], measured: &Measured) -> Option<&'static str> {
    let value = &measured.assigned.content(text)[..];
    if placeholder::placeholder(value).is_some() {
        Some("a placeholder")
    } else if values::is_escaped(value) {
        Some("bytes of a test vector")
    } else if values::is_readable_hex(value) {
        Some("a text in hexadecimal")
    } else if is_sample_account(text, measured, value) {
        Some("an account of documentation")
    } else if is_text(text, measured, value) {
        Some("a text for people")
    } else if is_identifier(text, measured, value) {
        Some("an identifier")
    } else {
        None
    }
}

/// Whether a value is the password of `scott`, the account in the documentation of Oracle and of all that
/// connects to it, and that user stands beside it.
fn is_sample_account(text: &[u8], measured: &Measured, value: &[u8]) -> bool {
    const BESIDE: usize = 80;
    value.eq_ignore_ascii_case(b"tiger")
        && measured.around(text, BESIDE).iter().any(|part| {
            memchr::memmem::find(part, b"scott").or(memchr::memmem::find(part, b"SCOTT")).is_some()
        })
}

/// Whether a value is written for people: a label, a translation among others, a message, what a
/// button says.
fn is_text(text: &[u8], measured: &Measured, value: &[u8]) -> bool {
    let Measured { name, assigned, vector } = measured;
    let words = value.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-'));
    let bare = assigned.quoting == Quoting::Bare;
    (!value.is_ascii() && !is_generated(value))
        || is_translation(value)
        || (value.ends_with(b":") && !is_generated_with_signs(value))
        || (words && vector.get(Feature::NameVerb) > 0)
        || (name.class == Class::Password
            && bare
            && assigned.joint == Joint::Colon
            && assigned.is_within_string(text, name))
        || is_label(text, measured, value)
}

/// Whether a value is the word for a password in another language, or a text with that word.
fn is_translation(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
    let text = values::unescaped(text);
    let wordy = |c: char| c.is_alphabetic() || " '.:?!,-_".contains(c);
    // As in names of things: `E2EE heslo`.
    let numbers = text.chars().filter(char::is_ascii_digit).count();
    text.chars().all(|c| wordy(c) || (c.is_ascii_digit() && text.contains(' ') && numbers <= 2))
        && (!text.is_ascii() || naming::table::says_password(&text.to_lowercase()))
}

/// Whether a value is what an interface says about passwords: `"password-reset-label": "..."`.
fn is_label(text: &[u8], measured: &Measured, value: &[u8]) -> bool {
    let Measured { name, assigned, .. } = measured;
    let yours = name.words(text).any(|word| {
        [&b"your"[..], b"remember"]
            .iter()
            .any(|start| word.get(..start.len()).is_some_and(|w| w.eq_ignore_ascii_case(start)))
    });
    // Letters of a word, not of a generator.
    let word = value.iter().all(|b| b.is_ascii_alphabetic() || b"_-' .\\".contains(b))
        && values::shape(value) != Shape::Upper
        && weak::changes(value) * 3 < value.len();
    let begins = value.first().is_some_and(u8::is_ascii_uppercase);
    let flag = name.span.start.checked_sub(1).is_some_and(|at| text[at] == b'-');
    let key = assigned.quoted_name && !flag && text[name.span.clone()].contains(&b'-');
    name.class == Class::Password
        && (yours
            || (assigned.quoted_name && assigned.joint != Joint::Call && name.has(lexicon::DONE))
            || (word && (begins || key) && name.has(lexicon::ABOUT | lexicon::WRONG))
            || (word && begins && assigned.in_list)
            || (word && name.last() & lexicon::SHOWN != 0))
}

/// Whether a value identifies something that is no secret: a type of the language, a GUID, a search key
/// of a web page, the thing that is named.
fn is_identifier(text: &[u8], measured: &Measured, value: &[u8]) -> bool {
    let Measured { name, assigned, .. } = measured;
    let type_name = assigned.quoting == Quoting::Bare
        && value.len() < weak::LONG
        && value[0].is_ascii_uppercase()
        && values::shape(value) == Shape::Camel;
    let makes_id = || {
        let call = assigned.call.as_ref().map(|call| text[call.clone()].to_ascii_lowercase());
        call.is_some_and(|call| call.ends_with(b"guid") || call.ends_with(b"uuid"))
    };
    let is_guid = || values::shape(value) == Shape::Uuid && name.says(text, &["guid", "uuid"]);
    // What the secret is called where it is kept; AppRole's are UUIDs.
    let is_id = || {
        let id =
            name.words(text).nth(name.secret + 1).is_some_and(|w| w.eq_ignore_ascii_case(b"id"));
        id && name.class == Class::Secret && values::shape(value) != Shape::Uuid
    };
    (type_name && assigned.is_apart(text))
        || makes_id()
        || is_guid()
        || name.says(text, &["authenticity"])
        || is_id()
        || is_name_of_code(value)
        || values::is_cut_uuid(value)
        || (name.class == Class::ApiKey && stands_beside_index(text, measured))
        || names_itself(text, measured, value)
        || name.says(text, &["prefix", "suffix"])
}

/// Whether a value is the name of a constant or a function, of words: `SERVER_OFFICE`,
/// `getServerOffice`.
fn is_name_of_code(value: &[u8]) -> bool {
    const VERBS: [&[u8]; 6] = [b"get", b"set", b"load", b"read", b"fetch", b"make"];
    let reading = words::read(value);
    let verb = || {
        VERBS.iter().any(|verb| {
            value.starts_with(verb) && value.get(verb.len()).is_some_and(u8::is_ascii_uppercase)
        })
    };
    match values::shape(value) {
        Shape::UpperSnake => {
            reading.known * 2 >= reading.letters && !value.iter().any(u8::is_ascii_digit)
        }
        Shape::Camel => verb() && reading.known * 3 >= reading.letters,
        _ => false,
    }
}

/// Whether the name of a search index stands beside an API key: browsers search with such keys, so
/// they are made to be public.
fn stands_beside_index(text: &[u8], measured: &Measured) -> bool {
    let around = measured.around(text, INDEX_WITHIN);
    around.iter().any(|part| memchr::memmem::find(part, b"indexName").is_some())
}

/// How far from a key the name of an index stands, in bytes.
const INDEX_WITHIN: usize = 60;

/// Whether a value is the name again, `TokenTen = "TokenTen"`, also without the word `Name`, in a
/// namespace or as a member: `self.passwords = passwords`.
fn names_itself(text: &[u8], measured: &Measured, value: &[u8]) -> bool {
    let called = &text[measured.name.span.clone()];
    let same = |name: &[u8]| name.len() >= 8 && value.eq_ignore_ascii_case(name);
    let member = called.rsplit(|b| *b == b'.').next().unwrap_or_default();
    let is_variable =
        measured.assigned.quoting == Quoting::Bare && member.len() >= 5 && value == member;
    if is_variable {
        return true;
    }
    let behind = value.len() > called.len()
        && called.len() >= 8
        && value.ends_with(called)
        && matches!(value[value.len() - called.len() - 1], b':' | b'.' | b'/');
    same(called) || called.strip_suffix(b"Name").is_some_and(same) || behind
}
