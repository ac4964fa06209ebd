//! Programs made by hand, whole, damaged and cut.

use proptest::prelude::*;

use super::super::testing;
use super::*;

fn strings(bytes: &[u8]) -> String {
    assert!(is_program(bytes));
    testing::read(read, bytes).text("strings")
}

/// A module of Python: a string behind each type.
fn module() -> Vec<u8> {
    let mut bytes = b"\xf3\x0d\r\n\0\0\0\0\0\0\0\0\0\0\0\0\xe3\0\0\0\0".to_vec();
    bytes.extend(b"\xda\x34");
    bytes.extend([b'v'; 0x34]);
    bytes.extend(b"z\x04abcdu\x05\0\0\0\xc3\xa4bcd");
    bytes.extend(b"s\x04\0\0\0\x01\x02\x03\x04N");
    bytes
}

/// A class with a constant, a field that code sets, and another text.
fn class() -> Vec<u8> {
    let texts: [&[u8]; 6] = [b"ConstantValue", b"KEY", b"one", b"field", b"two", b"other"];
    let mut bytes = b"\xca\xfe\xba\xbe\0\0\0\x41\0\x0d".to_vec();
    for text in texts {
        bytes.extend([1, 0, text.len() as u8]);
        bytes.extend(text);
    }
    // 7 and 8: strings. 9: a field, with its name and type in 10. 11 and 12: a long number.
    bytes.extend([8, 0, 3, 8, 0, 5, 9, 0, 0, 0, 10, 12, 0, 4, 0, 6]);
    bytes.extend([5, 0, 0, 0, 0, 0, 0, 0, 1]);
    // No interfaces and one field with one attribute.
    bytes.extend([0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
    bytes.extend([0, 0, 0, 2, 0, 6, 0, 1, 0, 1, 0, 0, 0, 2, 0, 7]);
    bytes.extend([0x2a, 0x12, 8, 0xb5, 0, 9]);
    bytes
}

/// A module of WebAssembly with one segment, whose length is the code of a digit.
fn wasm() -> Vec<u8> {
    let mut bytes = b"\0asm\x01\0\0\0\0\x0e\x04notecontent.\0\x0b\x36\x01\0\x41\0\x0b\x30".to_vec();
    bytes.extend([b'v'; 0x30]);
    bytes
}

#[test]
fn strings_of_python_have_their_borders() {
    let expected = format!("{}\nabcd\n\u{e4}bcd\n", "v".repeat(0x34));
    assert_eq!(strings(&module()), expected);
}

#[test]
fn strings_of_java_stand_beside_their_fields() {
    assert_eq!(
        strings(&class()),
        "KEY = \"one\"\nfield = \"two\"\nConstantValue\nKEY\nfield\nother\n"
    );
    let cut = testing::read(read, &class()[..40]);
    assert_eq!(cut.reasons(), [Reason::Truncated]);
    assert!(!is_program(b"\xca\xfe\xba\xbe\0\0\0\x02\0\0"));
}

#[test]
fn segments_of_webassembly_have_their_borders() {
    assert_eq!(strings(&wasm()), format!("content.\n{}\n", "v".repeat(0x30)));
    let cut = testing::read(read, &wasm()[..60]);
    assert_eq!(cut.reasons(), [Reason::Truncated]);
}

#[test]
fn damage_is_survived() {
    for bytes in [module(), class(), wasm()] {
        testing::survives_damage(read, &bytes);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300), room in 0_u64..50) {
        for head in [&module()[..17], &class()[..10], &wasm()[..8]] {
            testing::stays_within(read, &[head, &bytes].concat(), room);
        }
    }
}
