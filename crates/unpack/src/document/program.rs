//! Compiled programs whose strings have their length before them: where that is the code of a letter,
//! bytes show it as the first letter of the string.
//!
//! Other programs end their strings with a zero byte, as their bytes show.

mod class;
mod pyc;
mod wasm;

use super::Sink;
use super::output::Output;
use crate::budget::Budget;
use crate::unread::Reason;

/// Whether these bytes are a class of Java, a compiled module of Python or a module of WebAssembly.
pub fn is_program(bytes: &[u8]) -> bool {
    class::is_class(bytes) || pyc::is_pyc(bytes) || wasm::is_wasm(bytes)
}

/// Hands over the strings of a program as `strings`, one in each line; those that a class of Java gives
/// to a field as `FIELD = "STRING"`.
pub fn read(bytes: &[u8], budget: &Budget, sink: &mut dyn Sink) {
    let mut output = Output::new("program", budget, sink);
    let (lines, is_whole) = if class::is_class(bytes) {
        class::lines(bytes)
    } else if wasm::is_wasm(bytes) {
        wasm::lines(bytes)
    } else {
        (pyc::lines(bytes), true)
    };
    if !is_whole {
        output.unread(Reason::Truncated, "program");
    }
    output.member("strings", lines.as_bytes());
}

#[cfg(test)]
mod tests;
