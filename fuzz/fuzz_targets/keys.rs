//! Key material in any text: PEM, PuTTY, SSH2, JSON Web Keys, service accounts, kubeconfigs, bare base64.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sprawl_detect::keys;

fuzz_target!(|data: &[u8]| {
    for keyword in keys::KEYWORDS {
        let keyword = keyword.as_bytes();
        for at in 0..(data.len() + 1).saturating_sub(keyword.len()) {
            if data[at..].starts_with(keyword) {
                if let Some(key) = keys::key_at(data, at) {
                    assert!(key.span.start <= key.span.end && key.span.end <= data.len());
                    assert!(keys::RULES.contains(&key.rule) || key.is_certificate, "{}", key.rule);
                }
            }
        }
    }
});
