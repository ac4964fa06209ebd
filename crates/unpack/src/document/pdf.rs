//! PDF documents (ISO 32000-1): the text of pages as a reader sees it, strings, attached files and
//! scripts. All of them may be compressed, and the letters of a line may stand far from each other.
//!
//! Objects are found by looking at all bytes and not through the table of their places, so that what an
//! earlier version of the document held is read as well, and what a damaged one still holds.

mod content;
mod filter;
mod font;
mod object;
mod strings;
mod syntax;

use std::collections::BTreeSet;

use super::Sink;
use super::output::Output;
use crate::budget::Budget;
use crate::unread::Reason;

use font::Fonts;
use object::{Objects, Reference};
use syntax::Value;

/// Nodes of the tree of pages above a page, and forms within forms.
const DEPTH: usize = 32;

/// Whether these bytes are a PDF document.
pub fn is_pdf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%PDF-")
}

/// Hands over the text of each page as `page 3`, of what is drawn elsewhere as `form 12`, strings of
/// dictionaries (titles, links, notes, fields of forms) as `strings`, attached files under their names
/// and other texts, such as scripts, as `object 12`. Pictures and fonts are left out.
pub fn read(bytes: &[u8], budget: &Budget, sink: &mut dyn Sink) {
    let mut output = Output::new("PDF document", budget, sink);
    let objects = Objects::find(bytes, &mut output);
    if objects.is_encrypted {
        return output.unread(Reason::Encrypted, "PDF document");
    }
    output.member("strings", strings::lines(&objects).as_bytes());
    let mut done = BTreeSet::new();
    let mut fonts = Fonts::default();
    pages(&objects, &mut fonts, &mut done, &mut output);
    streams(&objects, &mut fonts, &done, &mut output);
}

/// The text of all pages.
fn pages(
    objects: &Objects<'_>,
    fonts: &mut Fonts,
    done: &mut BTreeSet<usize>,
    output: &mut Output<'_>,
) {
    let is_page = |value: &Value<'_>| value.name(b"Type") == Some(b"Page");
    let pages = objects.all().filter(|object| is_page(&object.value));
    for (index, page) in pages.enumerate() {
        let mut drawn = Vec::new();
        for part in contents(objects, &page.value) {
            // No two pages share what they draw; one that is drawn by all of them is drawn once.
            if let Some(at) = objects.place(part).filter(|at| done.insert(*at)) {
                drawn.extend(objects.decode(at, output).unwrap_or_default());
                drawn.push(b'\n');
            }
        }
        if drawn.is_empty() {
            continue;
        }
        let fonts = fonts.of(resources(objects, &page.value), objects, output);
        let text = content::text(&drawn, &fonts, output);
        output.member(&format!("page {}", index + 1), text.as_bytes());
        if output.is_full() {
            return;
        }
    }
}

/// The streams that a page draws, in their order.
fn contents(objects: &Objects<'_>, page: &Value<'_>) -> Vec<Reference> {
    let of = |value: &Value<'_>| match value {
        Value::Reference(reference) => Some(*reference),
        _ => None,
    };
    let Some(contents) = page.get(b"Contents") else { return Vec::new() };
    match objects.resolve(contents) {
        Value::List(parts) => parts.iter().filter_map(of).collect(),
        _ => of(contents).into_iter().collect(),
    }
}

/// The resources of a page, or those that it has from a node above it (7.7.3.4).
fn resources<'s, 'a>(objects: &'s Objects<'a>, page: &'s Value<'a>) -> &'s Value<'a> {
    let mut node = page;
    for _ in 0..DEPTH {
        if let Some(resources) = node.get(b"Resources") {
            return objects.resolve(resources);
        }
        let Some(parent) = node.get(b"Parent") else { break };
        node = objects.resolve(parent);
    }
    &Value::Null
}

/// What other streams hold: forms, attached files, scripts, and the pages of earlier versions.
fn streams(
    objects: &Objects<'_>,
    fonts: &mut Fonts,
    done: &BTreeSet<usize>,
    output: &mut Output<'_>,
) {
    let names = strings::file_names(objects);
    let skipped = font::streams(objects);
    for (at, object) in objects.all().enumerate() {
        let reference = object.reference;
        if !object.has_stream() || done.contains(&at) || skipped.contains(&reference) {
            continue;
        }
        let value = &object.value;
        let of = value.name(b"Type").unwrap_or_default();
        let kind = value.name(b"Subtype").unwrap_or_default();
        // What objects are in, where they are, and pictures (7.5.7, 7.5.8, 8.9).
        if matches!(of, b"ObjStm" | b"XRef") || kind == b"Image" {
            continue;
        }
        if output.is_full() {
            return;
        }
        let Some(decoded) = objects.decode(at, output) else { continue };
        if let Some(name) = names.get(&reference) {
            output.spent(name, &decoded);
        } else if of == b"EmbeddedFile" {
            output.spent(&format!("file {}", reference.number), &decoded);
        } else if kind == b"Form" || content::is_drawing(&decoded) {
            let own = value.get(b"Resources").map(|own| objects.resolve(own));
            let fonts = fonts.of(own.unwrap_or(&Value::Null), objects, output);
            let text = content::text(&decoded, &fonts, output);
            output.member(&format!("form {}", reference.number), text.as_bytes());
        } else if is_text(&decoded) {
            output.spent(&format!("object {}", reference.number), &decoded);
        }
    }
}

/// Whether bytes are a text: none of the first of them is a control byte, but for white space.
fn is_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(512)];
    // In UTF-16 with its mark, as scripts may be (7.9.2.2).
    head.starts_with(&[0xfe, 0xff])
        || !head.iter().any(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace())
}

#[cfg(test)]
mod tests;
