//! Readable runs in bytes of which nothing is known.

/// The shortest run that is taken: no secret is shorter.
const SHORTEST: usize = 6;

/// The runs of printable text, in ASCII or other UTF-8, in their order.
pub(super) fn runs(bytes: &[u8]) -> impl Iterator<Item = &str> {
    bytes
        .utf8_chunks()
        .flat_map(|chunk| chunk.valid().split(|c: char| c.is_control() && c != '\t'))
        .filter(|run| run.len() >= SHORTEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_end_at_control_bytes_and_broken_text() {
        let found: Vec<_> = runs(b"\0\x01first run\0short\0second\xffthird \xc3\xa4\n").collect();
        assert_eq!(found, ["first run", "second", "third \u{e4}"]);
    }
}
