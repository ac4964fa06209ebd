//! Compressed files, opened by their signatures; brotli has none, and is known by its name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use secret_sprawl_fuzz::nests::{Signature, assert_within_budget, signed};

const SIGNATURES: &[Signature] = &[
    (0, b"\x1f\x8b\x08"),
    (0, b"BZh9"),
    (0, b"\xfd7zXZ\0"),
    (0, b"\x5d\0\0"),
    (0, b"\x28\xb5\x2f\xfd"),
    (0, b"\x50\x2a\x4d\x18"),
    (0, b"\x04\x22\x4d\x18"),
    (0, b"\x78\x9c"),
    (0, b""),
];

fuzz_target!(|data: &[u8]| assert_within_budget("fuzz.br", &signed(SIGNATURES, data)));
