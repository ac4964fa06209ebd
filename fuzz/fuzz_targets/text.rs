//! Encodings, kinds of containers, headers of commits, lines, columns and line hashes of any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sprawl_unpack::container::container;
use sprawl::git::commit::written_headers;
use sprawl::line_hash::line_hashes;
use sprawl_detect::text::{Lines, decoded, display_bytes, printable};

fuzz_target!(|data: &[u8]| {
    let text = decoded(data);
    let mut lines = Lines::new(&text);
    let mut last = (1, 1);
    for at in 0..=text.len().min(4096) {
        let place = lines.place(at);
        assert!(place >= last, "{place:?} after {last:?}");
        last = place;
    }
    let secret = text.len() / 3..text.len() / 2;
    for secrets in [&[][..], &[secret]] {
        let hashes = line_hashes(&text, &[1, last.0], secrets);
        assert_eq!(hashes.len(), 2, "every line of a finding has its hash");
    }
    let _ = container(data);
    let mut headers = Vec::new();
    written_headers(data, &mut headers);
    assert!(headers.len() <= data.len());
    let shown = display_bytes(data);
    assert!(!printable(&shown).contains('\u{1b}'));
});
