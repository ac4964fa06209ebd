//! Decoders of all encodings, level for level: places lie within the text, nothing is lost on the way
//! back, and what comes out stays within the budget and the length that a text may bring forth.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sprawl_unpack::budget::{Budget, Limits};
use sprawl_unpack::encoding::Decoder;

/// Levels that are decoded here.
const DEPTH: u32 = 4;

fn decode(text: &[u8], budget: &Budget, depth: u32) {
    let mut found = Vec::new();
    let mut length = 0;
    Decoder::new().decode(text, budget, &mut |segment| {
        assert!(segment.span.start <= segment.span.end && segment.span.end <= text.len());
        let mut last = 0;
        for at in 0..segment.bytes.len() {
            let span = segment.map.span(at..at + 1);
            assert!(span.start <= span.end && span.end <= text.len(), "{span:?}");
            assert!(span.start >= last, "places go backwards");
            last = span.start;
        }
        assert!(!segment.encodings.is_empty());
        length += segment.bytes.len();
        found.push(segment.bytes.to_vec());
    });
    assert!(length <= 2 * text.len(), "{length} bytes came out of {}", text.len());
    if depth > 1 {
        for inner in found {
            decode(&inner, budget, depth - 1);
        }
    }
}

fuzz_target!(|data: &[u8]| {
    decode(data, &Budget::new(Limits { bytes: 1 << 20, ..Limits::default() }), DEPTH);
});
