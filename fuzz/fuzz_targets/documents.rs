//! Documents, read by their signatures: databases, PDF, bundles and packs of git, programs, mail, JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use secret_sprawl_fuzz::nests::{Signature, assert_within_budget, signed};

const SIGNATURES: &[Signature] = &[
    (0, b"SQLite format 3\0"),
    (0, b"\x37\x7f\x06\x82"),
    (0, b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"),
    (0, b"%PDF-1.7"),
    (0, b"# v2 git bundle\n"),
    (0, b"PACK\0\0\0\x02"),
    (0, b"\xca\xfe\xba\xbe"),
    (0, b"\0asm\x01\0\0\0"),
    (0, b"\xa7\x0d\x0d\x0a"),
    (0, b"From "),
    (0, b"Received: "),
    (0, b"{\"cells\":"),
    (0, b"{\"log\":"),
    (0, b"{\"history\":"),
];

fuzz_target!(|data: &[u8]| assert_within_budget("fuzz", &signed(SIGNATURES, data)));
