//! The prefilter and the windows never change what is found.
#![no_main]

use std::cell::RefCell;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sprawl_detect::rules::Rules;
use sprawl_detect::{Candidate, Scanner};

static RULES: LazyLock<Rules> = LazyLock::new(Rules::builtin);

thread_local! {
    static SCANNER: RefCell<Scanner<'static>> = RefCell::new(Scanner::new(&RULES));
}

fuzz_target!(|data: &[u8]| {
    let places = |found: Vec<Candidate>| -> Vec<_> {
        found.into_iter().map(|c| (RULES.get(c.rule).id(), c.secret, c.confidence)).collect()
    };
    let fast = SCANNER.with_borrow_mut(|scanner| places(scanner.candidates(data)));
    let slow = SCANNER.with_borrow_mut(|scanner| places(scanner.candidates_slowly(data)));
    assert_eq!(fast, slow);
});
