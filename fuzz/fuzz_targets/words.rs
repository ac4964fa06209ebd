//! Placeholders and the lexicon's look-up.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sprawl_detect::placeholder::{placeholder, sample_mnemonic};
use sprawl_detect::rules::lexicon;

fuzz_target!(|data: &[u8]| {
    let cut = data.iter().position(|b| *b == b'=').unwrap_or(data.len());
    let (name, value) = data.split_at(cut);
    assert_eq!(placeholder(value), placeholder(value));
    let _ = lexicon::type_of(name, value, data);
    if let Ok(text) = std::str::from_utf8(value) {
        let _ = sample_mnemonic(text);
    }
});
