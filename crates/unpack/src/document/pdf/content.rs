//! The text that a content stream draws (9.4), joined to lines by the places of its letters: programs
//! draw letter by letter or word by word, and leave out the spaces between them.

use std::rc::Rc;

use memchr::memmem;

use super::super::output::Output;
use super::font::{Font, Named};
use super::syntax::{Lexer, Value};
use crate::unread::Reason;

/// From this gap on there is a space between two letters, in parts of the size of the font: less than
/// the narrowest space of justified text, more than letters are moved to each other.
const SPACE: f64 = 0.2;

/// From this step up or down on a new line begins: more than that of a letter above the line.
const LINE: f64 = 0.5;

/// Operands of one operator; the most that any has are six.
const MOST_OPERANDS: usize = 32;

/// States that are saved within each other.
const MOST_STATES: usize = 256;

/// Whether a stream is one that draws text.
pub(super) fn is_drawing(bytes: &[u8]) -> bool {
    let has = |sign: &[u8]| memmem::find(bytes, sign).is_some();
    has(b"BT") && has(b"ET") && (has(b"Tj") || has(b"TJ") || has(b"'"))
}

/// The text that a stream draws with these fonts.
pub(super) fn text(bytes: &[u8], fonts: &Named, output: &mut Output<'_>) -> String {
    let mut text = Text {
        fonts,
        unknown: Rc::default(),
        text: String::new(),
        state: State::new(),
        saved: Vec::new(),
        end: None,
    };
    let mut lexer = Lexer::new(bytes, 0);
    let mut operands: Vec<Value<'_>> = Vec::new();
    while let Some(value) = lexer.next() {
        match value {
            Value::Word(b"BI") => {
                // A picture in the stream: a dictionary, then bytes up to a word (8.9.7).
                lexer.skip_past(b"ID");
                lexer.skip_past(b"EI");
                operands.clear();
            }
            Value::Word(operator) => {
                text.operator(operator, &operands);
                operands.clear();
            }
            value if operands.len() < MOST_OPERANDS => operands.push(value),
            _ => {}
        }
    }
    if text.state.is_unknown {
        output.unread(Reason::Unsupported, "PDF font");
    }
    text.text
}

/// What is drawn so far.
struct Text<'a> {
    fonts: &'a Named,
    /// The one of letters that are drawn with none.
    unknown: Rc<Font>,
    text: String,
    state: State,
    saved: Vec<State>,
    /// Where the last letter ended on the page.
    end: Option<Point>,
}

/// The state of graphics and text (8.4 and 9.3).
#[derive(Clone)]
struct State {
    page: Matrix,
    text: Matrix,
    line: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    /// Between letters, and at spaces besides.
    letter: f64,
    word: f64,
    scale: f64,
    leading: f64,
    /// Whether letters were drawn of which nothing says what they are.
    is_unknown: bool,
}

impl State {
    fn new() -> Self {
        Self {
            page: Matrix::ONE,
            text: Matrix::ONE,
            line: Matrix::ONE,
            font: None,
            size: 1.0,
            letter: 0.0,
            word: 0.0,
            scale: 1.0,
            leading: 0.0,
            is_unknown: false,
        }
    }

    /// Begins a line at a distance from the start of this one.
    fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix([1.0, 0.0, 0.0, 1.0, x, y]).then(&self.line);
        self.text = self.line;
    }

    fn advance(&mut self, x: f64) {
        self.text = Matrix([1.0, 0.0, 0.0, 1.0, x, 0.0]).then(&self.text);
    }
}

impl Text<'_> {
    fn operator(&mut self, operator: &[u8], operands: &[Value<'_>]) {
        let number = |at: usize| operands.get(at).and_then(Value::number).unwrap_or(0.0);
        let matrix = || Matrix([0, 1, 2, 3, 4, 5].map(number));
        let state = &mut self.state;
        match operator {
            b"q" if self.saved.len() < MOST_STATES => self.saved.push(state.clone()),
            b"Q" => {
                let is_unknown = state.is_unknown;
                if let Some(saved) = self.saved.pop() {
                    *state = saved;
                }
                state.is_unknown |= is_unknown;
            }
            b"cm" => state.page = matrix().then(&state.page),
            b"BT" => (state.text, state.line) = (Matrix::ONE, Matrix::ONE),
            b"Tf" => {
                if let Some(Value::Name(name)) = operands.first() {
                    state.font = self.fonts.get(&**name).cloned();
                }
                state.size = number(1);
            }
            b"Tc" => state.letter = number(0),
            b"Tw" => state.word = number(0),
            b"Tz" => state.scale = number(0) / 100.0,
            b"TL" => state.leading = number(0),
            b"Td" => state.next_line(number(0), number(1)),
            b"TD" => {
                state.leading = -number(1);
                state.next_line(number(0), number(1));
            }
            b"Tm" => (state.text, state.line) = (matrix(), matrix()),
            b"T*" => state.next_line(0.0, -state.leading),
            b"Tj" => self.show(operands.first()),
            b"TJ" => self.show_all(operands.first()),
            b"'" => {
                state.next_line(0.0, -state.leading);
                self.show(operands.first());
            }
            b"\"" => {
                (state.word, state.letter) = (number(0), number(1));
                state.next_line(0.0, -state.leading);
                self.show(operands.get(2));
            }
            _ => {}
        }
    }

    /// Strings with numbers between them, which move the next one to the left.
    fn show_all(&mut self, operand: Option<&Value<'_>>) {
        let Some(Value::List(values)) = operand else { return };
        for value in values {
            match value {
                Value::Number(number) => {
                    let state = &mut self.state;
                    state.advance(-number / 1000.0 * state.size * state.scale);
                }
                value => self.show(Some(value)),
            }
        }
    }

    fn show(&mut self, operand: Option<&Value<'_>>) {
        let Some(Value::Text(codes)) = operand else { return };
        let state = &mut self.state;
        let font = Rc::clone(state.font.as_ref().unwrap_or(&self.unknown));
        let start = state.text.then(&state.page);
        if let Some(end) = &self.end {
            match Step::between(end, &start, state.size) {
                Step::Line => self.text.push('\n'),
                Step::Space if !self.text.ends_with(' ') => self.text.push(' '),
                Step::Space | Step::None => {}
            }
        }
        for code in font.codes(codes) {
            if !font.letter(code, &mut self.text) {
                state.is_unknown = true;
                self.text.push('\u{fffd}');
            }
            let space = if code.is_space() { state.word } else { 0.0 };
            let width = font.width(code) / 1000.0 * state.size + state.letter + space;
            state.advance(width * state.scale);
        }
        self.end = Some(state.text.then(&state.page).origin());
    }
}

#[derive(Debug, PartialEq)]
enum Step {
    None,
    Space,
    Line,
}

impl Step {
    /// What lies between the end of a text and the start of the next, in the direction of the latter.
    fn between(end: &Point, start: &Matrix, size: f64) -> Self {
        let [a, b, ..] = start.0;
        let length = a.hypot(b);
        let unit = size.abs() * length;
        // Letters of no size, or numbers that are none.
        if !(unit > 0.0 && unit.is_finite()) {
            return Self::None;
        }
        let origin = start.origin();
        let (x, y) = (origin.x - end.x, origin.y - end.y);
        let along = (x * a + y * b) / length / unit;
        let across = (y * a - x * b) / length / unit;
        if across.abs() > LINE || along < -LINE {
            Self::Line
        } else if along > SPACE {
            Self::Space
        } else {
            Self::None
        }
    }
}

struct Point {
    x: f64,
    y: f64,
}

/// A transformation (8.3.3).
#[derive(Debug, Clone, Copy)]
struct Matrix([f64; 6]);

impl Matrix {
    const ONE: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// This one, and then another.
    fn then(&self, next: &Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let [p, q, r, s, t, u] = next.0;
        Self([
            a * p + b * r,
            a * q + b * s,
            c * p + d * r,
            c * q + d * s,
            e * p + f * r + t,
            e * q + f * s + u,
        ])
    }

    fn origin(&self) -> Point {
        Point { x: self.0[4], y: self.0[5] }
    }
}
