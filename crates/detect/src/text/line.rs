//! Lines of texts. Shared with the build script, which names those of rule files.

/// The line of a text that a byte lies in, 1-based.
pub fn line_at(text: &str, at: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..at.min(text.len())]).count()
}
