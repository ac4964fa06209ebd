//! Documentation placeholders.
/// Why it is one.
pub fn placeholder(_secret: &[u8]) -> Option<&'static str> {
    None
}
