//! Fonts: which letters the codes of a string stand for, and how wide they are (9.5 to 9.10).

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::super::output::Output;
use super::object::{Objects, Reference};
use super::syntax::{Lexer, Value};

mod glyphs;

/// Fonts by the names that a page has for them.
pub(super) type Named = HashMap<Vec<u8>, Rc<Font>>;

/// All fonts of a document: each is read once, whatever number of pages use it.
#[derive(Default)]
pub(super) struct Fonts {
    fonts: HashMap<Reference, Rc<Font>>,
    /// By the place of the dictionary in memory.
    dictionaries: HashMap<usize, Rc<Named>>,
    /// Those of all pages, for what has none of its own.
    all: Named,
}

impl Fonts {
    /// The fonts that resources name; if none, those of all pages so far.
    pub(super) fn of(
        &mut self,
        resources: &Value<'_>,
        objects: &Objects<'_>,
        output: &mut Output<'_>,
    ) -> Rc<Named> {
        let named = resources.get(b"Font").map(|fonts| objects.resolve(fonts));
        let Some(dictionary @ Value::Dictionary(entries)) = named else {
            return Rc::new(self.all.clone());
        };
        let place = std::ptr::from_ref(dictionary).addr();
        if let Some(known) = self.dictionaries.get(&place) {
            return Rc::clone(known);
        }
        let mut named = Named::new();
        for (name, value) in entries.iter().take(MOST_FONTS) {
            let font = match value {
                Value::Reference(reference) => {
                    let read = || Rc::new(Font::read(objects.resolve(value), objects, output));
                    Rc::clone(self.fonts.entry(*reference).or_insert_with(read))
                }
                _ => Rc::new(Font::read(value, objects, output)),
            };
            if self.all.len() < MOST_FONTS {
                self.all.insert(name.to_vec(), Rc::clone(&font));
            }
            named.insert(name.to_vec(), font);
        }
        let named = Rc::new(named);
        self.dictionaries.insert(place, Rc::clone(&named));
        named
    }
}

/// More fonts than any page has.
const MOST_FONTS: usize = 1000;

/// The streams that fonts consist of: they hold no text.
pub(super) fn streams(objects: &Objects<'_>) -> BTreeSet<Reference> {
    const KEYS: [&[u8]; 7] = [
        b"ToUnicode",
        b"FontFile",
        b"FontFile2",
        b"FontFile3",
        b"CIDToGIDMap",
        b"CIDSet",
        b"Encoding",
    ];
    let mut found = BTreeSet::new();
    for object in objects.all() {
        for key in KEYS {
            if let Some(Value::Reference(reference)) = object.value.get(key) {
                found.insert(*reference);
            }
        }
    }
    found
}

/// A code of one or two bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code {
    value: u16,
    is_wide: bool,
}

impl Code {
    /// Whether it is the one that the space between words is added to (9.3.3).
    pub(super) fn is_space(self) -> bool {
        self.value == 32 && !self.is_wide
    }
}

/// A font.
#[derive(Default)]
pub(super) struct Font {
    is_wide: bool,
    /// What the document says that codes stand for.
    letters: HashMap<u16, String>,
    /// Where the encoding differs from that of Latin letters.
    differences: HashMap<u16, String>,
    widths: HashMap<u16, f64>,
    /// The width of all other codes; none where letters have their usual ones.
    other: Option<f64>,
}

impl Font {
    fn read(value: &Value<'_>, objects: &Objects<'_>, output: &mut Output<'_>) -> Self {
        let get = |key: &[u8]| value.get(key).map(|value| objects.resolve(value));
        let mut font =
            Self { is_wide: value.name(b"Subtype") == Some(b"Type0"), ..Self::default() };
        let map = value.get(b"ToUnicode").and_then(|map| objects.stream(map, output));
        if let Some(map) = map {
            font.read_map(&map);
        }
        if let Some(Value::List(differences)) =
            get(b"Encoding").and_then(|encoding| encoding.get(b"Differences"))
        {
            font.read_differences(differences);
        }
        if font.is_wide {
            let descendants = get(b"DescendantFonts");
            let Some(Value::List(list)) = descendants else { return font };
            let Some(descendant) = list.first().map(|of| objects.resolve(of)) else { return font };
            let number = |key| descendant.get(key).and_then(Value::number);
            font.other = Some(number(b"DW").unwrap_or(1000.0));
            let widths = descendant.get(b"W").map(|widths| objects.resolve(widths));
            if let Some(Value::List(widths)) = widths {
                font.read_wide_widths(widths, objects);
            }
        } else {
            let first = get(b"FirstChar").and_then(Value::count).unwrap_or(0);
            if let Some(Value::List(widths)) = get(b"Widths") {
                for (code, width) in (first..256).zip(widths) {
                    let width = objects.resolve(width).number().unwrap_or(0.0);
                    font.widths.insert(code as u16, width);
                }
                let descriptor = get(b"FontDescriptor");
                let missing = descriptor.and_then(|of| of.get(b"MissingWidth")?.number());
                font.other = Some(missing.unwrap_or(0.0));
            }
            // Type 3 fonts measure in units of their own; nearly always these (9.6.5).
            let name = value.name(b"BaseFont").unwrap_or_default();
            if font.other.is_none() && name.windows(7).any(|part| part == b"Courier") {
                font.other = Some(600.0);
            }
        }
        font
    }

    /// The codes of a string.
    pub(super) fn codes(&self, bytes: &[u8]) -> impl Iterator<Item = Code> {
        let is_wide = self.is_wide;
        bytes.chunks(if is_wide { 2 } else { 1 }).map(move |bytes| {
            let value = bytes.iter().fold(0, |value, byte| value << 8 | u16::from(*byte));
            Code { value, is_wide }
        })
    }

    /// Adds the letters that a code stands for. Says whether anything tells what these are.
    pub(super) fn letter(&self, code: Code, text: &mut String) -> bool {
        let known = self.letters.get(&code.value).or_else(|| self.differences.get(&code.value));
        if let Some(letters) = known {
            text.push_str(letters);
            return true;
        }
        let byte = u8::try_from(code.value).ok().filter(|_| !code.is_wide);
        text.extend(byte.map(glyphs::latin));
        byte.is_some()
    }

    /// The width of a code, in thousandths of the size of the font.
    pub(super) fn width(&self, code: Code) -> f64 {
        let width = self.widths.get(&code.value).copied().or(self.other);
        width.unwrap_or_else(|| glyphs::usual_width(code.value))
    }

    /// Reads the letters of codes from a character map (9.10.3).
    fn read_map(&mut self, map: &[u8]) {
        let mut lexer = Lexer::new(map, 0);
        let mut values: Vec<Value<'_>> = Vec::new();
        while let Some(value) = lexer.next() {
            match value {
                Value::Word(b"endbfchar") => {
                    for pair in values.chunks_exact(2) {
                        if let (Some(code), Some(letters)) = (code(&pair[0]), letters(&pair[1])) {
                            self.letters.insert(code, letters);
                        }
                    }
                    values.clear();
                }
                Value::Word(b"endbfrange") => {
                    for range in values.chunks_exact(3) {
                        self.read_range(range);
                    }
                    values.clear();
                }
                Value::Word(_) => values.clear(),
                value => values.push(value),
            }
        }
    }

    /// A range of codes: for all of them a list of letters, or the letters of the first.
    fn read_range(&mut self, range: &[Value<'_>]) {
        let [low, high, of] = range else { return };
        let (Some(low), Some(high)) = (code(low), code(high)) else { return };
        if let Value::List(list) = of {
            for (code, of) in (low..=high).zip(list) {
                if let Some(letters) = letters(of) {
                    self.letters.insert(code, letters);
                }
            }
        } else if let Some(first) = letters(of) {
            let mut chars: Vec<char> = first.chars().collect();
            let Some(last) = chars.pop() else { return };
            let before: String = chars.into_iter().collect();
            for code in low..=high {
                // Codes that are named twice: a map of few bytes must not take long.
                if self.letters.contains_key(&code) {
                    break;
                }
                let Some(char) = char::from_u32(u32::from(last) + u32::from(code - low)) else {
                    break;
                };
                self.letters.insert(code, format!("{before}{char}"));
            }
        }
    }

    /// Codes and the names of the letters from there on (9.6.6.1).
    fn read_differences(&mut self, differences: &[Value<'_>]) {
        let mut code = 0;
        for value in differences {
            match value {
                Value::Name(name) => {
                    if let Some(letter) = glyphs::named(name) {
                        self.differences.insert(code, letter);
                    }
                    code = code.wrapping_add(1);
                }
                value => code = value.count().and_then(|code| code.try_into().ok()).unwrap_or(code),
            }
        }
    }

    /// Widths of codes: `first [w w w]` and `first last w` (9.7.4.3).
    fn read_wide_widths(&mut self, widths: &[Value<'_>], objects: &Objects<'_>) {
        let mut rest = widths;
        while let [first, second, behind @ ..] = rest {
            let code = |value: &Value<'_>| value.count().and_then(|code| u16::try_from(code).ok());
            let Some(first) = code(first) else { return };
            if let Value::List(list) = objects.resolve(second) {
                for (code, width) in (first..=u16::MAX).zip(list) {
                    self.widths.insert(code, width.number().unwrap_or(0.0));
                }
                rest = behind;
            } else {
                let (Some(last), [width, behind @ ..]) = (code(second), behind) else { return };
                for code in first..=last {
                    if self.widths.insert(code, width.number().unwrap_or(0.0)).is_some() {
                        break;
                    }
                }
                rest = behind;
            }
        }
    }
}

/// The code that a string is.
fn code(value: &Value<'_>) -> Option<u16> {
    let Value::Text(bytes) = value else { return None };
    let is_code = (1..=2).contains(&bytes.len());
    is_code.then(|| bytes.iter().fold(0, |code, byte| code << 8 | u16::from(*byte)))
}

/// The letters that a string is, in UTF-16.
fn letters(value: &Value<'_>) -> Option<String> {
    let Value::Text(bytes) = value else { return None };
    let units: Vec<u16> =
        bytes.as_chunks().0.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
    Some(glyphs::apart(&String::from_utf16(&units).ok()?))
}
