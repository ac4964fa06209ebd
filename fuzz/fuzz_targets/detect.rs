//! All rules and detectors on any bytes, as a scan runs them.
#![no_main]

use std::cell::RefCell;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sprawl_detect::Scanner;
use sprawl_detect::rules::Rules;
use sprawl_detect::text;

static RULES: LazyLock<Rules> = LazyLock::new(Rules::builtin);

thread_local! {
    static SCANNER: RefCell<Scanner<'static>> = RefCell::new(Scanner::new(&RULES));
}

fuzz_target!(|data: &[u8]| {
    let text = text::decoded(data);
    let found = SCANNER.with_borrow_mut(|scanner| scanner.candidates(&text));
    for pair in found.windows(2) {
        assert!(pair[0].secret.end <= pair[1].secret.start, "findings overlap");
    }
    for candidate in &found {
        assert!(candidate.secret.end <= text.len());
        assert!(candidate.companions.iter().all(|other| *other < found.len()));
    }
});
