//! Files that are nothing but a key: DER, PKCS#12, JKS, JCEKS, binary PGP.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sprawl_detect::keys;

fuzz_target!(|data: &[u8]| {
    if let Some(key) = keys::container(data) {
        assert!(key.span.end <= data.len());
    }
});
