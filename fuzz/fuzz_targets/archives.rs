//! Archives, opened by their signatures: zip, tar, ar, cpio, rpm, 7z, asar and crx.
#![no_main]

use libfuzzer_sys::fuzz_target;
use secret_sprawl_fuzz::nests::{Signature, assert_within_budget, signed};

const SIGNATURES: &[Signature] = &[
    (0, b"PK\x03\x04"),
    (257, b"ustar\0"),
    (257, b"ustar "),
    (0, b"!<arch>\n"),
    (0, b"070701"),
    (0, b"070707"),
    (0, b"\xc7\x71"),
    (0, b"\xed\xab\xee\xdb"),
    (0, b"7z\xbc\xaf\x27\x1c"),
    (0, b"\x04\0\0\0"),
    (0, b"Cr24"),
];

fuzz_target!(|data: &[u8]| assert_within_budget("fuzz", &signed(SIGNATURES, data)));
